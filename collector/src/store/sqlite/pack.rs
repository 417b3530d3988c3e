//! Packing closed windows and cutting off old ones, in steps small enough that batches hardly wait.

use rusqlite::Connection;

use super::chunk::{self, MAX_ROWS, Row};
use super::fail::Fail;
use super::rows::{self, WINDOW_S, chunk_id, window_of};
use super::writer::Session;

/// A window of a series whose rows can be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closed {
    series: i64,
    window: i64,
}

/// The oldest window with rows of every series, where it lies wholly before `horizon`.
pub(super) fn closed(conn: &Connection, horizon: i64) -> Result<Vec<Closed>, Fail> {
    let mut oldest = conn.prepare_cached("SELECT min(slot) FROM result WHERE series = ?1")?;
    let mut all = Vec::new();
    for series in series(conn)? {
        let slot: Option<i64> = oldest.query_row([series], |row| row.get(0))?;
        if let Some(window) = slot.map(window_of)
            && (window + 1) * WINDOW_S <= horizon
        {
            all.push(Closed { series, window });
        }
    }
    Ok(all)
}

fn series(conn: &Connection) -> Result<Vec<i64>, Fail> {
    let mut query = conn.prepare_cached("SELECT id FROM series ORDER BY id")?;
    let all = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(all)
}

/// Packs the rows of a window, together with what is packed of it already; returns how many rows it took.
pub(super) fn pack(session: &Session<'_>, closed: Closed) -> Result<u64, Fail> {
    let conn = session.conn;
    let Closed { series, window } = closed;
    let (from, to) = (window * WINDOW_S, (window + 1) * WINDOW_S);
    let late = rows::open(conn, series, from, to)?;
    let taken = late.len();
    let mut all = rows::chunk(conn, series, window)?.unwrap_or_default();
    if !all.is_empty() {
        all.extend(late);
        // What was packed before comes first among equals: the first result of a slot stays.
        all.sort_by_key(|row| row.slot);
        all.dedup_by_key(|row| row.slot);
    } else {
        all = late;
    }
    if all.is_empty() || all.len() > MAX_ROWS {
        // One series has one slot a second at most, so this many cannot be.
        return Ok(0);
    }
    store(conn, series, window, &all)?;
    if let Some(last) = all.last() {
        rows::keep_newest(conn, series, last)?;
    }
    conn.prepare_cached("DELETE FROM result WHERE series = ?1 AND slot >= ?2 AND slot < ?3")?
        .execute((series, from, to))?;
    let taken = taken as u64;
    count(conn, "open_results", -taken.cast_signed())?;
    count(conn, "packed_results", taken.cast_signed())?;
    Ok(taken)
}

fn store(conn: &Connection, series: i64, window: i64, rows: &[Row]) -> Result<(), Fail> {
    let data = chunk::pack(rows)?;
    conn.prepare_cached("INSERT OR REPLACE INTO chunk (id, rows, data) VALUES (?1, ?2, ?3)")?
        .execute((
            chunk_id(window, series),
            i64::try_from(rows.len()).unwrap_or(i64::MAX),
            data,
        ))?;
    Ok(())
}

/// One of the running counts.
pub(super) fn counted(conn: &Connection, name: &str) -> Result<i64, Fail> {
    let value = conn
        .prepare_cached("SELECT value FROM counter WHERE name = ?1")?
        .query_row([name], |row| row.get(0))?;
    Ok(value)
}

/// Changes one of the running counts.
pub(super) fn count(conn: &Connection, name: &str, by: i64) -> Result<(), Fail> {
    if by != 0 {
        conn.prepare_cached("UPDATE counter SET value = value + ?2 WHERE name = ?1")?
            .execute((name, by))?;
    }
    Ok(())
}

/// Deletes chunks of windows that end at or before `before`, a thousand at most; returns chunks and results deleted.
pub(super) fn expire_chunks(conn: &Connection, before: i64) -> Result<(usize, u64), Fail> {
    let end = chunk_id(window_of(before), 0);
    let mut delete = conn.prepare_cached(
        "DELETE FROM chunk WHERE id IN (SELECT id FROM chunk WHERE id < ?1 ORDER BY id LIMIT 1000) RETURNING rows",
    )?;
    let deleted: Vec<i64> = delete
        .query_map([end], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let results: i64 = deleted.iter().sum();
    if results > 0 {
        // A series that is wholly gone has no newest result either.
        conn.execute(
            "DELETE FROM newest WHERE slot < ?1",
            [window_of(before) * WINDOW_S],
        )?;
    }
    count(conn, "packed_results", -results)?;
    Ok((deleted.len(), results.unsigned_abs()))
}

/// Deletes rows (late ones that were never packed) older than `before`; returns how many.
pub(super) fn expire_rows(conn: &Connection, before: i64) -> Result<u64, Fail> {
    let mut deleted = 0;
    let mut delete = conn.prepare_cached("DELETE FROM result WHERE series = ?1 AND slot < ?2")?;
    for series in series(conn)? {
        deleted += delete.execute((series, before))?;
    }
    count(conn, "open_results", -(deleted as u64).cast_signed())?;
    Ok(deleted as u64)
}

/// Deletes facts no kept result refers to, and quarantined lines as old as the results that went.
pub(super) fn expire_rest(conn: &Connection, before: i64) -> Result<(), Fail> {
    // `last_used` is exact to a day, and a chunk may begin half a day before the cut.
    conn.prepare_cached("DELETE FROM facts WHERE last_used < ?1")?
        .execute([before - 2 * 86_400])?;
    let freed: i64 = conn
        .prepare_cached("DELETE FROM quarantine WHERE received_at < ?1 RETURNING length(raw)")?
        .query_map([before], |row| row.get::<_, i64>(0))?
        .sum::<Result<_, _>>()?;
    count(conn, "quarantined_bytes", -freed)
}
