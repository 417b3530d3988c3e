//! Results of one series wherever they are: as rows of the open windows, or packed.

use std::ops::RangeInclusive;

use ems_contract::observation::Timings;
use ems_contract::time::Window;
use rusqlite::{CachedStatement, Connection, OptionalExtension};

use super::chunk::{Broken, Chunk, Row};
use super::fail::Fail;

/// Seconds packed together: half a day, of 720 slots a minute apart.
pub(super) const WINDOW_S: i64 = 43_200;

impl From<Broken> for Fail {
    fn from(broken: Broken) -> Self {
        Self::unreadable("results", broken)
    }
}

/// The window in which a slot lies.
pub(super) const fn window_of(slot: i64) -> i64 {
    slot.div_euclid(WINDOW_S)
}

/// The number of a chunk. Slots before 1970 have none; ingest lets none in.
pub(super) const fn chunk_id(window: i64, series: i64) -> i64 {
    (window << 32) | series
}

/// The windows of which there are chunks, among those that touch `window`.
fn packed_windows(conn: &Connection, window: Window) -> Result<Option<RangeInclusive<i64>>, Fail> {
    let ends = |sql: &str| -> Result<Option<i64>, Fail> {
        Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    };
    let (Some(first), Some(last)) = (
        ends("SELECT min(id) FROM chunk")?,
        ends("SELECT max(id) FROM chunk")?,
    ) else {
        return Ok(None);
    };
    let from = window_of(window.from.secs()).max(first >> 32);
    let to = window_of(window.to.secs() - 1).min(last >> 32);
    Ok((from <= to).then_some(from..=to))
}

/// Calls `each` with every chunk of a series that touches `window`, in order.
fn each_chunk(
    conn: &Connection,
    series: i64,
    window: Window,
    mut each: impl FnMut(&Chunk<'_>) -> Result<(), Fail>,
) -> Result<(), Fail> {
    let Some(windows) = packed_windows(conn, window)? else {
        return Ok(());
    };
    let mut query = conn.prepare_cached("SELECT data FROM chunk WHERE id = ?1")?;
    for number in windows {
        let mut rows = query.query([chunk_id(number, series)])?;
        if let Some(row) = rows.next()? {
            let data = row
                .get_ref(0)?
                .as_blob()
                .map_err(|error| Fail::unreadable("chunk", error))?;
            each(&Chunk::open(data)?)?;
        }
    }
    Ok(())
}

/// Slot, interval and outcome of every result of a series in `window`, in no order.
pub(super) fn outcomes(conn: &Connection, series: i64, window: Window) -> Result<Vec<(i64, u32, i64)>, Fail> {
    let (from, to) = (window.from.secs(), window.to.secs());
    let mut all = Vec::new();
    each_chunk(conn, series, window, |chunk| {
        let inside = chunk
            .outcomes()?
            .into_iter()
            .filter(|(slot, _, _)| (from..to).contains(slot));
        all.extend(inside);
        Ok(())
    })?;
    let mut query = conn.prepare_cached(
        "SELECT slot, interval_s, outcome FROM result WHERE series = ?1 AND slot >= ?2 AND slot < ?3",
    )?;
    let mut rows = query.query((series, from, to))?;
    while let Some(row) = rows.next()? {
        all.push((row.get(0)?, row.get(1)?, row.get(2)?));
    }
    Ok(all)
}

/// Every result of a series in `window` in full, in no order.
pub(super) fn full(conn: &Connection, series: i64, window: Window) -> Result<Vec<Row>, Fail> {
    let (from, to) = (window.from.secs(), window.to.secs());
    let mut all = Vec::new();
    each_chunk(conn, series, window, |chunk| {
        all.extend(
            chunk
                .rows()?
                .into_iter()
                .filter(|row| (from..to).contains(&row.slot)),
        );
        Ok(())
    })?;
    all.extend(open(conn, series, from, to)?);
    Ok(all)
}

/// The newest results of a series before `window.to`, newest first: `results` of them, and all within `seconds` before
/// the newest, none before `window.from`. `newest_window` is the newest of its packed windows.
pub(super) fn newest_in(
    conn: &Connection,
    series: i64,
    newest_window: Option<i64>,
    window: Window,
    (results, seconds): (usize, i64),
) -> Result<Vec<Row>, Fail> {
    let (from, to) = (window.from.secs(), window.to.secs());
    let sql = format!(
        "SELECT {COLUMNS} FROM result WHERE series = ?1 AND slot >= ?2 AND slot < ?3 ORDER BY slot DESC"
    );
    let mut all: Vec<Row> = Vec::new();
    // Enough when there are as many as asked for and the span before the newest is covered.
    let enough = |all: &[Row], before: i64| {
        all.first().is_some_and(|newest: &Row| {
            let near = all.iter().take_while(|row| row.slot >= before).count();
            near >= results && before <= newest.slot.saturating_sub(seconds)
        })
    };
    let mut query = conn.prepare_cached(&sql)?;
    let mut open = query.query((series, from, to))?;
    while let Some(next) = open.next()? {
        let next = row(next)?;
        if enough(&all, next.slot + 1) {
            break;
        }
        all.push(next);
    }
    if let (Some(newest_window), Some(windows)) = (newest_window, packed_windows(conn, window)?) {
        let mut chunks = conn.prepare_cached("SELECT data FROM chunk WHERE id = ?1")?;
        for number in (*windows.start()..=newest_window.min(*windows.end())).rev() {
            if enough(&all, (number + 1) * WINDOW_S) {
                break;
            }
            let mut found = chunks.query([chunk_id(number, series)])?;
            let Some(found) = found.next()? else { continue };
            let data = found
                .get_ref(0)?
                .as_blob()
                .map_err(|error| Fail::unreadable("chunk", error))?;
            let packed = Chunk::open(data)?.newest(to, results, seconds)?;
            all.extend(packed.into_iter().filter(|row| row.slot >= from));
            all.sort_by_key(|row| std::cmp::Reverse(row.slot));
            // A late row may stand beside the packed one of the same slot.
            all.dedup_by_key(|row| row.slot);
        }
    }
    let near = all.first().map(|newest| newest.slot.saturating_sub(seconds));
    let within = near.map_or(0, |near| all.iter().take_while(|row| row.slot >= near).count());
    all.truncate(within.max(results));
    Ok(all)
}

/// Microseconds to the first byte of the results of a series in `window` that had one, in no order.
pub(super) fn first_bytes(conn: &Connection, series: i64, window: Window) -> Result<Vec<u32>, Fail> {
    let (from, to) = (window.from.secs(), window.to.secs());
    let mut all = Vec::new();
    each_chunk(conn, series, window, |chunk| {
        let inside = chunk.first_bytes()?.into_iter();
        all.extend(
            inside
                .filter(|(slot, _)| (from..to).contains(slot))
                .map(|(_, us)| us),
        );
        Ok(())
    })?;
    let mut query = conn.prepare_cached(
        "SELECT first_byte_us FROM result
         WHERE series = ?1 AND slot >= ?2 AND slot < ?3 AND first_byte_us IS NOT NULL",
    )?;
    let mut rows = query.query((series, from, to))?;
    while let Some(row) = rows.next()? {
        all.push(row.get(0)?);
    }
    Ok(all)
}

/// The columns of [`row`], in its order.
const COLUMNS: &str = "slot, interval_s, outcome, origin, facts, address, started_us, dns_us, connect_us, tls_us, \
                       first_byte_us, body_us, body_bytes, attempts";

/// The results of a series still kept as rows, `from <= slot < to`, in order.
pub(super) fn open(conn: &Connection, series: i64, from: i64, to: i64) -> Result<Vec<Row>, Fail> {
    let sql =
        format!("SELECT {COLUMNS} FROM result WHERE series = ?1 AND slot >= ?2 AND slot < ?3 ORDER BY slot");
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query
        .query_map((series, from, to), row)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// The newest result of a series: as a row, or packed and kept beside its chunk.
pub(super) fn newest(conn: &Connection, series: i64) -> Result<Option<Row>, Fail> {
    let sql = format!("SELECT {COLUMNS} FROM result WHERE series = ?1 ORDER BY slot DESC LIMIT 1");
    let open = conn.prepare_cached(&sql)?.query_row([series], row).optional()?;
    let sql = format!("SELECT {COLUMNS} FROM newest WHERE series = ?1");
    let packed = conn.prepare_cached(&sql)?.query_row([series], row).optional()?;
    Ok(open.into_iter().chain(packed).max_by_key(|row| row.slot))
}

/// Slot, seconds to the next one, and outcome of the newest result of a series.
pub(super) fn newest_outcome(conn: &Connection, series: i64) -> Result<Option<(i64, u32, i64)>, Fail> {
    let found = conn
        .prepare_cached(
            "SELECT slot, interval_s, outcome FROM (
                 SELECT * FROM (SELECT slot, interval_s, outcome FROM result WHERE series = ?1 ORDER BY slot DESC LIMIT 1)
                 UNION ALL SELECT slot, interval_s, outcome FROM newest WHERE series = ?1
             ) ORDER BY slot DESC LIMIT 1",
        )?
        .query_row([series], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(found)
}

/// Keeps a packed result to be found without unpacking, if it is the newest of its series.
pub(super) fn keep_newest(conn: &Connection, series: i64, newest: &Row) -> Result<(), Fail> {
    let sql = format!(
        "INSERT INTO newest (series, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         ON CONFLICT (series) DO UPDATE SET ({COLUMNS}) = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         WHERE newest.slot <= ?2"
    );
    let t = &newest.timings;
    conn.prepare_cached(&sql)?.execute(rusqlite::params![
        series,
        newest.slot,
        newest.interval_s,
        newest.outcome,
        newest.origin,
        newest.facts,
        newest.address,
        newest.started_us,
        t.dns_us,
        t.connect_us,
        t.tls_us,
        t.first_byte_us,
        t.body_us,
        newest.body_bytes,
        newest.attempts,
    ])?;
    Ok(())
}

/// The rows of a chunk, if there is one.
pub(super) fn chunk(conn: &Connection, series: i64, window: i64) -> Result<Option<Vec<Row>>, Fail> {
    let data: Option<Vec<u8>> = conn
        .prepare_cached("SELECT data FROM chunk WHERE id = ?1")?
        .query_row([chunk_id(window, series)], |row| row.get(0))
        .optional()?;
    data.map(|data| Ok(Chunk::open(&data)?.rows()?)).transpose()
}

/// Whether the slot of a series is taken by a packed result.
pub(super) fn is_packed(query: &mut CachedStatement<'_>, series: i64, slot: i64) -> Result<bool, Fail> {
    let mut rows = query.query([chunk_id(window_of(slot), series)])?;
    let Some(row) = rows.next()? else {
        return Ok(false);
    };
    let data = row
        .get_ref(0)?
        .as_blob()
        .map_err(|error| Fail::unreadable("chunk", error))?;
    Ok(Chunk::open(data)?.slots()?.binary_search(&slot).is_ok())
}

fn row(row: &rusqlite::Row<'_>) -> Result<Row, rusqlite::Error> {
    Ok(Row {
        slot: row.get(0)?,
        interval_s: row.get(1)?,
        outcome: row.get(2)?,
        origin: row.get(3)?,
        facts: row.get(4)?,
        address: row.get(5)?,
        started_us: row.get(6)?,
        timings: Timings {
            dns_us: row.get(7)?,
            connect_us: row.get(8)?,
            tls_us: row.get(9)?,
            first_byte_us: row.get(10)?,
            body_us: row.get(11)?,
        },
        body_bytes: row.get(12)?,
        attempts: row.get(13)?,
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::super::open;
    use super::*;

    #[test]
    fn a_question_is_parsed_once_whatever_series_it_is_about() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ems.db");
        let writer = open::writer(&path).unwrap();
        for conn in [&writer, &open::reader(&path).unwrap()] {
            for series in 1..=5 {
                assert_eq!(newest(conn, series).unwrap().map(|row| row.slot), None);
            }
            for table in ["result", "newest"] {
                let order = if table == "result" {
                    " ORDER BY slot DESC LIMIT 1"
                } else {
                    ""
                };
                let sql = format!("SELECT {COLUMNS} FROM {table} WHERE series = ?1{order}");
                let query = conn.prepare_cached(&sql).unwrap();
                assert_eq!(query.get_status(StatementStatus::Run), 5, "{sql}");
                assert_eq!(query.get_status(StatementStatus::RePrepare), 0, "{sql}");
            }
        }
    }
}
