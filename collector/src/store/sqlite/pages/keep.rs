//! Keeping one visit.

use ems_contract::facts::page::{ItemFacts, PageFacts, SectionFacts, SectionState};
use rusqlite::{Connection, OptionalExtension};

use super::super::fail::Fail;
use super::{item, part};
use crate::items::moved;

/// The list was not read, or not wholly.
const NOT_WHOLE: i64 = 0;
/// The whole list was read.
const WHOLE: i64 = 1;
/// The section says that it is empty.
const EMPTY: i64 = 2;

/// Keeps what a visit of `portal` at `at` found. The slot must be a new one.
pub(in super::super) fn keep(
    conn: &Connection,
    portal: i64,
    agent: i64,
    at: i64,
    facts: &PageFacts,
) -> Result<(), Fail> {
    let mut rest = facts.clone();
    for mut one in std::mem::take(&mut rest.sections) {
        let items = std::mem::take(&mut one.items);
        look(conn, (section(conn, portal, &one.id)?, at, agent), &one, &items)?;
    }
    let head = part::keep(conn, &rest, at)?;
    conn.prepare_cached(
        "INSERT INTO look (section, at, agent, head, whole) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?
    .execute((section(conn, portal, "")?, at, agent, head, NOT_WHOLE))?;
    Ok(())
}

fn section(conn: &Connection, portal: i64, name: &str) -> Result<i64, Fail> {
    let found: Option<i64> = conn
        .prepare_cached("SELECT id FROM section WHERE portal = ?1 AND name = ?2")?
        .query_row((portal, name), |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    conn.prepare_cached("INSERT INTO section (portal, name) VALUES (?1, ?2)")?
        .execute((portal, name))?;
    Ok(conn.last_insert_rowid())
}

fn look(
    conn: &Connection,
    (section, at, agent): (i64, i64, i64),
    facts: &SectionFacts,
    items: &[ItemFacts],
) -> Result<(), Fail> {
    let whole = match facts.state {
        SectionState::Empty => EMPTY,
        SectionState::Listed | SectionState::Undated if !items.is_empty() && !facts.capped => WHOLE,
        _ => NOT_WHOLE,
    };
    let oldest = |day: fn(&ItemFacts) -> Option<jiff::civil::Date>| {
        items.iter().filter_map(day).min().map(|day| day.to_string())
    };
    let list = (!items.is_empty())
        .then(|| part::keep(conn, &items, at))
        .transpose()?;
    let inserted = conn
        .prepare_cached(
            "INSERT INTO look (section, at, agent, head, items, whole, newest, oldest_shown, oldest_issued)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        )?
        .execute((
            section,
            at,
            agent,
            part::keep(conn, facts, at)?,
            list,
            whole,
            facts.newest.as_ref().map(|newest| newest.day.to_string()),
            oldest(|item| item.shown),
            oldest(|item| item.issued),
        ))?;
    if inserted == 0 {
        return Ok(());
    }
    item::note(conn, section, at, items)?;
    if whole == WHOLE {
        // The look itself against the one before, and the one after against this one.
        reindexed(conn, (section, at, agent))?;
        if let Some((at, agent)) = neighbour(conn, "(at, agent) > (?2, ?3)", "ASC", (section, at, agent))? {
            reindexed(conn, (section, at, agent))?;
        }
    }
    Ok(())
}

/// Works out whether a look found the list of the whole look before it under new addresses.
fn reindexed(conn: &Connection, (section, at, agent): (i64, i64, i64)) -> Result<(), Fail> {
    let Some((before_at, before_agent)) =
        neighbour(conn, "(at, agent) < (?2, ?3)", "DESC", (section, at, agent))?
    else {
        return Ok(());
    };
    let (before, now) = (
        list(conn, (section, before_at, before_agent))?,
        list(conn, (section, at, agent))?,
    );
    let moved = match (before, now) {
        (Some(before), Some(now)) if before != now => {
            let (before, now): (Vec<ItemFacts>, Vec<ItemFacts>) =
                (part::find(conn, before)?, part::find(conn, now)?);
            moved(&before, &now)
        }
        _ => false,
    };
    conn.prepare_cached("UPDATE look SET reindexed = ?4 WHERE section = ?1 AND at = ?2 AND agent = ?3")?
        .execute((section, at, agent, moved))?;
    Ok(())
}

/// The nearest whole look on one side.
fn neighbour(
    conn: &Connection,
    side: &str,
    order: &str,
    (section, at, agent): (i64, i64, i64),
) -> Result<Option<(i64, i64)>, Fail> {
    let sql = format!(
        "SELECT at, agent FROM look WHERE section = ?1 AND whole = 1 AND {side}
         ORDER BY at {order}, agent {order} LIMIT 1"
    );
    let found = conn
        .prepare_cached(&sql)?
        .query_row((section, at, agent), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found)
}

fn list(conn: &Connection, look: (i64, i64, i64)) -> Result<Option<i64>, Fail> {
    let items = conn
        .prepare_cached("SELECT items FROM look WHERE section = ?1 AND at = ?2 AND agent = ?3")?
        .query_row(look, |row| row.get(0))?;
    Ok(items)
}

/// Forgets looks before `before`, and parts that no look refers to any more. Items stay: their clocks are the record.
pub(in super::super) fn expire(conn: &Connection, before: i64) -> Result<(), Fail> {
    conn.prepare_cached("DELETE FROM look WHERE at < ?1")?
        .execute([before])?;
    conn.prepare_cached("DELETE FROM part WHERE last_used < ?1")?
        .execute([before - 2 * 86_400])?;
    Ok(())
}
