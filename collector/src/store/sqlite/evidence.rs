//! Bodies of pages, once by content, within a budget per portal.

use std::collections::BTreeSet;

use ems_contract::digest::Sha256;
use ems_contract::facts::page::EvidenceKind;
use ems_contract::time::UnixTime;
use rusqlite::{Connection, OptionalExtension};

use super::fail::Fail;
use super::reading::id;
use super::writer::Session;
use crate::store::{Evidence, EvidenceStatistics, Kept};

/// The most that a body may unpack to; the edge takes less.
const MOST: usize = 16 * 1024 * 1024;

/// A body made ready for the writing thread.
pub(super) struct Packed {
    pub(super) evidence: Evidence,
    pub(super) data: Vec<u8>,
}

impl Packed {
    pub(super) fn new(mut evidence: Evidence) -> Result<Self, Fail> {
        let body = std::mem::take(&mut evidence.body);
        let data = zstd::bulk::compress(&body, 9).map_err(|error| Fail::unreadable("evidence", error))?;
        Ok(Self { evidence, data })
    }
}

/// Keeps a body, and lets the portal's oldest go while it is over its budget.
pub(super) fn keep(session: &mut Session<'_>, packed: &Packed, budget: u64) -> Result<Option<Kept>, Fail> {
    let (conn, one) = (session.conn, &packed.evidence);
    let Some(portal) = session.names.portal(conn, &one.portal)? else {
        return Ok(None);
    };
    let agent = session.names.agent(conn, &one.agent)?;
    conn.prepare_cached("INSERT INTO evidence (digest, data) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((one.digest.as_bytes(), &packed.data))?;
    let number: i64 = conn
        .prepare_cached("SELECT id FROM evidence WHERE digest = ?1")?
        .query_row([one.digest.as_bytes()], |row| row.get(0))?;
    let bytes = i64::try_from(packed.data.len()).unwrap_or(i64::MAX);
    let new = conn
        .prepare_cached(
            "INSERT INTO evidence_use (portal, evidence, at, agent, kind, url, content_type, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
        )?
        .execute((
            portal,
            number,
            one.at.secs(),
            agent,
            one.kind.as_str(),
            &one.url,
            &one.content_type,
            bytes,
        ))?;
    if new == 0 {
        // Read again as it was: it is not among the oldest any more.
        conn.prepare_cached("UPDATE evidence_use SET at = max(at, ?3) WHERE portal = ?1 AND evidence = ?2")?
            .execute((portal, number, one.at.secs()))?;
        return Ok(Some(Kept::Known));
    }
    make_room(conn, portal, i64::try_from(budget).unwrap_or(i64::MAX))?;
    Ok(Some(Kept::New))
}

fn make_room(conn: &Connection, portal: i64, budget: i64) -> Result<(), Fail> {
    let mut uses = conn.prepare_cached(
        "SELECT evidence, bytes FROM evidence_use WHERE portal = ?1 ORDER BY at DESC, evidence DESC",
    )?;
    let uses: Vec<(i64, i64)> = uses
        .query_map([portal], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut taken = 0;
    for (number, bytes) in uses {
        taken += bytes;
        if taken <= budget {
            continue;
        }
        conn.prepare_cached("DELETE FROM evidence_use WHERE portal = ?1 AND evidence = ?2")?
            .execute((portal, number))?;
        conn.prepare_cached(
            "DELETE FROM evidence WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM evidence_use WHERE evidence = ?1)",
        )?
        .execute([number])?;
    }
    Ok(())
}

/// The body of this digest, as the page of the portal that had it last.
pub(super) fn find(conn: &Connection, digest: &Sha256) -> Result<Option<Evidence>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT portal.name, agent.name, at, kind, url, content_type, data
         FROM evidence JOIN evidence_use ON evidence_use.evidence = evidence.id
             JOIN portal ON portal.id = portal JOIN agent ON agent.id = agent
         WHERE digest = ?1 ORDER BY at DESC LIMIT 1",
    )?;
    let mut rows = query.query([digest.as_bytes()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let kind: String = row.get(3)?;
    let data: Vec<u8> = row.get(6)?;
    Ok(Some(Evidence {
        digest: *digest,
        portal: id(row, 0)?,
        agent: id(row, 1)?,
        at: UnixTime::from_secs(row.get(2)?),
        kind: EvidenceKind::from_name(&kind).ok_or_else(|| Fail::unreadable("evidence", &kind))?,
        url: row.get(4)?,
        content_type: row.get(5)?,
        body: zstd::bulk::decompress(&data, MOST).map_err(|error| Fail::unreadable("evidence", error))?,
    }))
}

/// Those of the digests whose body is here.
pub(super) fn kept(conn: &Connection, digests: &BTreeSet<Sha256>) -> Result<BTreeSet<Sha256>, Fail> {
    let mut query = conn.prepare_cached("SELECT 1 FROM evidence WHERE digest = ?1")?;
    let mut found = BTreeSet::new();
    for digest in digests {
        if query.exists([digest.as_bytes()])? {
            found.insert(*digest);
        }
    }
    Ok(found)
}

/// Sizes and counts.
pub(super) fn statistics(conn: &Connection) -> Result<EvidenceStatistics, Fail> {
    let found: Option<(i64, i64)> = conn
        .prepare_cached("SELECT count(*), coalesce(sum(length(data)), 0) FROM evidence")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (bodies, bytes) = found.unwrap_or_default();
    Ok(EvidenceStatistics {
        bodies: bodies.unsigned_abs(),
        bytes: bytes.unsigned_abs(),
    })
}
