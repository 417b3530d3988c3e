//! Alarms and letters as rows.

use ems_contract::time::UnixTime;
use rusqlite::{Connection, OptionalExtension, Row};

use super::fail::Fail;
use super::writer::Session;
use crate::store::{AlarmRecord, Letter, NewLetter, OutboxLine, Settled};

const WAITING: i64 = 0;
const SENT: i64 = 1;
const GIVEN_UP: i64 = 2;

/// Alarms that are open or changed since; by key.
pub(super) fn alarms(conn: &Connection, closed_since: UnixTime) -> Result<Vec<AlarmRecord>, Fail> {
    let mut query =
        conn.prepare_cached("SELECT key, open, at, data FROM alarm WHERE open = 1 OR at >= ?1 ORDER BY key")?;
    let rows = query.query_map([closed_since.secs()], |row| {
        Ok(AlarmRecord {
            key: row.get(0)?,
            open: row.get(1)?,
            at: UnixTime::from_secs(row.get(2)?),
            data: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps alarms and letters together; returns how many letters are new.
pub(super) fn post(
    session: &Session<'_>,
    alarms: &[AlarmRecord],
    letters: &[NewLetter],
) -> Result<usize, Fail> {
    let mut upsert = session.conn.prepare_cached(
        "INSERT INTO alarm (key, open, at, data) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (key) DO UPDATE SET open = excluded.open, at = excluded.at, data = excluded.data",
    )?;
    for alarm in alarms {
        upsert.execute((&alarm.key, alarm.open, alarm.at.secs(), &alarm.data))?;
    }
    let mut insert = session.conn.prepare_cached(
        "INSERT INTO letter (key, route, channel, thread, body, state, posted_at, not_before, attempts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0) ON CONFLICT (key, route) DO NOTHING",
    )?;
    let mut new = 0;
    for letter in letters {
        new += insert.execute((
            &letter.key,
            &letter.route,
            &letter.channel,
            &letter.thread,
            &letter.body,
            WAITING,
            letter.posted_at.secs(),
            letter.not_before.secs(),
        ))?;
    }
    Ok(new)
}

/// Letters that wait, at most `limit` of each channel, in the order in which they were posted; none without the earlier ones of
/// its thread on its route, at whatever channel these are.
pub(super) fn waiting(conn: &Connection, limit: u32) -> Result<Vec<Letter>, Fail> {
    let mut query = conn.prepare_cached(
        "WITH placed AS MATERIALIZED (
             SELECT id, route, thread, row_number() OVER (PARTITION BY channel ORDER BY id) AS place
             FROM letter WHERE state = 0
         ), reached AS (
             SELECT id, max(place) OVER (PARTITION BY route, thread ORDER BY id) AS furthest FROM placed
         )
         SELECT id, key, route, channel, thread, body, posted_at, not_before, attempts
         FROM letter JOIN reached USING (id) WHERE furthest <= ?1 ORDER BY id",
    )?;
    let rows = query.query_map([limit], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One letter, whatever became of it.
pub(super) fn letter(conn: &Connection, id: i64) -> Result<Option<Letter>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT id, key, route, channel, thread, body, posted_at, not_before, attempts FROM letter WHERE id = ?1",
    )?;
    Ok(query.query_row([id], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Letter> {
    Ok(Letter {
        id: row.get(0)?,
        letter: NewLetter {
            key: row.get(1)?,
            route: row.get(2)?,
            channel: row.get(3)?,
            thread: row.get(4)?,
            body: row.get(5)?,
            posted_at: UnixTime::from_secs(row.get(6)?),
            not_before: UnixTime::from_secs(row.get(7)?),
        },
        not_before: UnixTime::from_secs(row.get(7)?),
        attempts: row.get(8)?,
    })
}

/// Notes what became of letters.
pub(super) fn settle(session: &Session<'_>, settled: &[(i64, Settled)], now: UnixTime) -> Result<(), Fail> {
    let mut end = session
        .conn
        .prepare_cached("UPDATE letter SET state = ?2, settled_at = ?3, error = ?4 WHERE id = ?1")?;
    let mut again = session.conn.prepare_cached(
        "UPDATE letter SET channel = ?2, not_before = ?3, attempts = ?4, error = ?5 WHERE id = ?1",
    )?;
    for (id, settled) in settled {
        match settled {
            Settled::Sent => end.execute((id, SENT, now.secs(), None::<&str>))?,
            Settled::GivenUp { error } => end.execute((id, GIVEN_UP, now.secs(), Some(error)))?,
            Settled::Again {
                channel,
                not_before,
                attempts,
                error,
            } => again.execute((id, channel, not_before.secs(), attempts, error))?,
        };
    }
    Ok(())
}

/// Forgets settled letters and closed alarms from before `before`.
pub(super) fn forget(session: &Session<'_>, before: UnixTime) -> Result<u64, Fail> {
    let letters = session
        .conn
        .prepare_cached("DELETE FROM letter WHERE state <> 0 AND settled_at < ?1")?
        .execute([before.secs()])?;
    let alarms = session
        .conn
        .prepare_cached("DELETE FROM alarm WHERE open = 0 AND at < ?1")?
        .execute([before.secs()])?;
    Ok(u64::try_from(letters + alarms).unwrap_or(u64::MAX))
}

/// Counts by channel.
pub(super) fn statistics(conn: &Connection) -> Result<Vec<OutboxLine>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT channel, sum(state = 0), min(CASE state WHEN 0 THEN posted_at END), sum(state = 2)
         FROM letter GROUP BY channel ORDER BY channel",
    )?;
    let rows = query.query_map([], |row| {
        Ok(OutboxLine {
            channel: row.get(0)?,
            waiting: row.get::<_, i64>(1)?.unsigned_abs(),
            oldest: row.get::<_, Option<i64>>(2)?.map(UnixTime::from_secs),
            given_up: row.get::<_, i64>(3)?.unsigned_abs(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
