//! The clocks of items. Every value is a smallest, a largest or a function of the set of looks, so the order in which looks
//! arrive does not matter.

use ems_contract::facts::page::ItemFacts;
use rusqlite::{Connection, OptionalExtension};

use super::super::fail::Fail;
use super::super::names::{from_json, json};
use crate::items::{self, Key};

/// One row as it is kept.
#[derive(Clone, PartialEq)]
struct Row {
    first_seen: i64,
    last_seen: i64,
    shown: Option<String>,
    shown_at: Option<i64>,
    issued: Option<String>,
    facts: String,
}

impl Row {
    /// What one look says.
    fn of(item: &ItemFacts, at: i64) -> Result<Self, Fail> {
        let shown = item.shown.map(|day| day.to_string());
        Ok(Self {
            first_seen: at,
            last_seen: at,
            shown_at: shown.as_ref().map(|_| at),
            shown,
            issued: item.issued.map(|day| day.to_string()),
            facts: json(item)?,
        })
    }

    /// Both together.
    fn with(&self, other: &Self) -> Self {
        let first_shown = [self, other]
            .into_iter()
            .filter(|row| row.shown.is_some())
            .min_by_key(|row| (row.shown_at, row.shown.clone()));
        let last = [self, other]
            .into_iter()
            .max_by_key(|row| (row.last_seen, row.facts.clone()));
        Self {
            first_seen: self.first_seen.min(other.first_seen),
            last_seen: self.last_seen.max(other.last_seen),
            shown: first_shown.and_then(|row| row.shown.clone()),
            shown_at: first_shown.and_then(|row| row.shown_at),
            issued: self.issued.iter().chain(&other.issued).min().cloned(),
            facts: last.map_or_else(|| self.facts.clone(), |row| row.facts.clone()),
        }
    }
}

/// Notes that a look at `at` saw these items. The look itself must be kept already.
pub(super) fn note(conn: &Connection, section: i64, at: i64, items: &[ItemFacts]) -> Result<(), Fail> {
    for item in items {
        let key = items::key(item);
        let seen = Row::of(item, at)?;
        let known = find(conn, section, &key)?;
        let row = known
            .as_ref()
            .map_or_else(|| seen.clone(), |known| known.with(&seen));
        if known.as_ref() == Some(&row) {
            continue;
        }
        conn.prepare_cached(
            "INSERT INTO item (section, key, first_seen, last_seen, shown, shown_at, issued, facts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (section, key) DO UPDATE SET first_seen = excluded.first_seen,
                 last_seen = excluded.last_seen, shown = excluded.shown, shown_at = excluded.shown_at,
                 issued = excluded.issued, facts = excluded.facts",
        )?
        .execute((
            section,
            &key[..],
            row.first_seen,
            row.last_seen,
            &row.shown,
            row.shown_at,
            &row.issued,
            &row.facts,
        ))?;
        let same_clock = known.is_some_and(|known| {
            (known.first_seen, &known.shown, &known.issued) == (row.first_seen, &row.shown, &row.issued)
        });
        if !same_clock {
            absent(conn, "key = ?2", section, &key[..])?;
        }
    }
    // A look that came late may be the last one that did not see what was seen after it.
    absent(conn, "first_seen > ?2", section, at)
}

/// Works out `last_absent` of some items: the last look before the first sight at a whole list in which the item would have
/// stood. A list shows its newest items: one older than the oldest there may have left it, and its absence proves nothing.
fn absent(conn: &Connection, which: &str, section: i64, value: impl rusqlite::ToSql) -> Result<(), Fail> {
    let sql = format!(
        "UPDATE item SET last_absent = (
             SELECT max(at) FROM look WHERE look.section = item.section AND at < item.first_seen AND
                 (whole = 2 OR whole = 1 AND CASE
                     WHEN item.shown IS NOT NULL AND oldest_shown IS NOT NULL THEN item.shown >= oldest_shown
                     ELSE item.issued IS NOT NULL AND oldest_issued IS NOT NULL AND item.issued >= oldest_issued
                 END))
         WHERE section = ?1 AND {which}"
    );
    conn.prepare_cached(&sql)?.execute((section, value))?;
    Ok(())
}

fn find(conn: &Connection, section: i64, key: &Key) -> Result<Option<Row>, Fail> {
    let row = conn
        .prepare_cached(
            "SELECT first_seen, last_seen, shown, shown_at, issued, facts FROM item WHERE section = ?1 AND key = ?2",
        )?
        .query_row((section, &key[..]), |row| {
            Ok(Row {
                first_seen: row.get(0)?,
                last_seen: row.get(1)?,
                shown: row.get(2)?,
                shown_at: row.get(3)?,
                issued: row.get(4)?,
                facts: row.get(5)?,
            })
        })
        .optional()?;
    Ok(row)
}

/// The facts of a stored item.
pub(super) fn facts(text: &str) -> Result<ItemFacts, Fail> {
    from_json(text)
}
