//! The ledger's results: spans and checkpoints.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ems_contract::id::{AgentId, PortalId};
use ems_contract::time::{UnixTime, Window};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::fail::Fail;
use super::names::{self, from_json, json, term};
use super::reading::term_text;
use super::writer::Session;
use crate::ledger::{Span, SpanCause, State, Track};
use crate::store::{Checkpoint, SpanUpdate, StoreError};

/// State and cause as one term.
#[derive(Serialize, Deserialize)]
struct Verdict {
    state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<SpanCause>,
}

/// 4, 6, or 0 for both families together.
pub(super) const fn track_code(track: Track) -> i64 {
    match track {
        Track::V4 => 4,
        Track::V6 => 6,
        Track::Overall => 0,
    }
}

/// The track of a stored code.
pub(super) fn track_of(code: i64) -> Result<Track, Fail> {
    Track::ALL
        .into_iter()
        .find(|track| track_code(*track) == code)
        .ok_or_else(|| Fail::unreadable("track", code))
}

/// Replaces a portal's spans and checkpoints from an instant on and clears its dirt.
pub(super) fn write(session: &mut Session<'_>, update: &SpanUpdate) -> Result<(), Fail> {
    let conn = session.conn;
    let Some(portal) = session.names.portal(conn, &update.portal)? else {
        return Err(Fail::Store(StoreError::Failed {
            action: "write spans",
            detail: format!("portal `{}` was never in an inventory", update.portal),
        }));
    };
    let from = update.from.secs();
    conn.prepare_cached("DELETE FROM span WHERE portal = ?1 AND starts >= ?2")?
        .execute((portal, from))?;
    let mut cut = conn.prepare_cached(
        "UPDATE span SET ends = ?3 WHERE portal = ?1 AND track = ?2 AND ends > ?3
         AND starts = (SELECT max(starts) FROM span WHERE portal = ?1 AND track = ?2)",
    )?;
    for track in Track::ALL {
        cut.execute((portal, track_code(track), from))?;
    }
    // The span that goes on from before keeps its beginning: it replaces the one just cut.
    let mut insert = conn.prepare_cached(
        "INSERT OR REPLACE INTO span (portal, track, starts, ends, verdict, agents) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (track, span) in &update.spans {
        let verdict = term(
            conn,
            &json(&Verdict {
                state: span.state,
                cause: span.cause,
            })?,
        )?;
        let agents = term(conn, &json(&span.agents)?)?;
        insert.execute((
            portal,
            track_code(*track),
            span.from.secs(),
            span.to.secs(),
            verdict,
            agents,
        ))?;
    }
    conn.prepare_cached("DELETE FROM checkpoint WHERE portal = ?1 AND at >= ?2")?
        .execute((portal, from))?;
    let mut keep = conn.prepare_cached("INSERT INTO checkpoint (portal, at, carry) VALUES (?1, ?2, ?3)")?;
    for checkpoint in &update.checkpoints {
        keep.execute((portal, checkpoint.at.secs(), &checkpoint.carry))?;
    }
    let mut forget = conn.prepare_cached(
        "DELETE FROM checkpoint WHERE portal = ?1 AND at >= ?2 AND at < ?3
           AND at > (SELECT min(at) FROM checkpoint WHERE portal = ?1)",
    )?;
    for window in &update.forget {
        forget.execute((portal, window.from.secs(), window.to.secs()))?;
    }
    let (dirt, generations) = (&mut session.names.dirt, session.generations);
    dirt.clean(conn, generations, portal, update.generation)
}

/// Texts that one reading met by their numbers: spans mostly share them.
#[derive(Default)]
pub(super) struct Terms {
    verdicts: HashMap<i64, Verdict>,
    agents: HashMap<i64, Vec<AgentId>>,
}

/// The spans of a track that touch `window`, in order.
pub(super) fn read(
    conn: &Connection,
    portal: &PortalId,
    track: Track,
    window: Window,
) -> Result<Vec<Span>, Fail> {
    match names::portal(conn, portal)? {
        Some(number) => of_number(conn, &mut Terms::default(), number, track, window),
        None => Ok(Vec::new()),
    }
}

/// The same by the portal's number, for readers of many portals.
pub(super) fn of_number(
    conn: &Connection,
    terms: &mut Terms,
    portal: i64,
    track: Track,
    window: Window,
) -> Result<Vec<Span>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT starts, ends, verdict, agents FROM span
         WHERE portal = ?1 AND track = ?2 AND starts < ?4 AND ends > ?3
           AND starts >= coalesce(
               (SELECT max(starts) FROM span WHERE portal = ?1 AND track = ?2 AND starts <= ?3), ?3)
         ORDER BY starts",
    )?;
    let mut rows = query.query((portal, track_code(track), window.from.secs(), window.to.secs()))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let verdict = remembered(conn, &mut terms.verdicts, row.get(2)?)?;
        let (state, cause) = (verdict.state, verdict.cause);
        all.push(Span {
            from: UnixTime::from_secs(row.get(0)?),
            to: UnixTime::from_secs(row.get(1)?),
            state,
            cause,
            agents: remembered(conn, &mut terms.agents, row.get(3)?)?.clone(),
        });
    }
    Ok(all)
}

/// The value of a term, parsed once.
fn remembered<'a, T: serde::de::DeserializeOwned>(
    conn: &Connection,
    known: &'a mut HashMap<i64, T>,
    term: i64,
) -> Result<&'a T, Fail> {
    match known.entry(term) {
        Entry::Occupied(entry) => Ok(entry.into_mut()),
        Entry::Vacant(entry) => Ok(entry.insert(from_json(&term_text(conn, term)?)?)),
    }
}

/// The last checkpoint at or before an instant.
pub(super) fn checkpoint(
    conn: &Connection,
    portal: &PortalId,
    at: UnixTime,
) -> Result<Option<Checkpoint>, Fail> {
    let found = conn
        .prepare_cached(
            "SELECT at, carry FROM checkpoint JOIN portal ON portal.id = checkpoint.portal
             WHERE portal.name = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1",
        )?
        .query_row((portal.as_str(), at.secs()), |row| {
            Ok(Checkpoint {
                at: UnixTime::from_secs(row.get(0)?),
                carry: row.get(1)?,
            })
        })
        .optional()?;
    Ok(found)
}
