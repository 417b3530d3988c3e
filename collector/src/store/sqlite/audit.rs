//! The audit log as rows.

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use rusqlite::{Connection, OptionalExtension, Row};

use super::fail::Fail;
use crate::account::audit::ORIGIN;
use crate::account::{AuditEntry, Note};

/// A column that holds a digest.
pub(super) fn digest(row: &Row<'_>, column: usize) -> Result<Sha256, rusqlite::Error> {
    row.get(column).map(Sha256::from_bytes)
}

/// Seals and appends an entry.
pub(super) fn append(conn: &Connection, note: &Note) -> Result<(), Fail> {
    let last = conn
        .prepare_cached("SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, digest(row, 1)?)))
        .optional()?;
    let (seq, before) = last.unwrap_or((0, ORIGIN));
    let entry = AuditEntry::seal(note, seq.unsigned_abs() + 1, &before);
    conn.prepare_cached(
        "INSERT INTO audit (seq, at, actor, via, action, subject, detail, digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        seq + 1,
        entry.at.secs(),
        &entry.actor,
        &entry.via,
        &entry.action,
        &entry.subject,
        &entry.detail,
        entry.digest.as_bytes(),
    ))?;
    Ok(())
}

/// Entries below `before`, newest first.
pub(super) fn read(conn: &Connection, before: Option<u64>, limit: u32) -> Result<Vec<AuditEntry>, Fail> {
    let below = before.and_then(|seq| i64::try_from(seq).ok()).unwrap_or(i64::MAX);
    let mut query = conn.prepare_cached(
        "SELECT seq, at, actor, via, action, subject, detail, digest FROM audit
         WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2",
    )?;
    let rows = query.query_map((below, limit), |row| {
        Ok(AuditEntry {
            seq: row.get::<_, i64>(0)?.unsigned_abs(),
            at: UnixTime::from_secs(row.get(1)?),
            actor: row.get(2)?,
            via: row.get(3)?,
            action: row.get(4)?,
            subject: row.get(5)?,
            detail: row.get(6)?,
            digest: digest(row, 7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
