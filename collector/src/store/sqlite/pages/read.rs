//! Reading visits, sections and items.

use ems_contract::facts::LinksFacts;
use ems_contract::facts::page::{ItemFacts, PageFacts, SectionFacts};
use ems_contract::id::PortalId;
use ems_contract::probe::ProbeKind;
use ems_contract::time::{UnixTime, Window};
use rusqlite::{Connection, OptionalExtension, Row};

use super::super::fail::Fail;
use super::super::reading::Lookup;
use super::super::results::facts_of;
use super::super::{names, rows};
use super::{item, part};
use crate::store::{LinksLook, LookRow, PageLook, SectionLook, StoredItem};

/// Puts the page group of a visit back into its facts, as it was sent.
pub(in super::super) fn attach(
    conn: &Connection,
    portal: i64,
    agent: i64,
    at: i64,
) -> Result<Option<PageFacts>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT name, head, items FROM look JOIN section ON section.id = look.section
         WHERE section.portal = ?1 AND look.at = ?2 AND look.agent = ?3 ORDER BY name",
    )?;
    let mut rows = query.query((portal, at, agent))?;
    let mut page: Option<PageFacts> = None;
    while let Some(row) = rows.next()? {
        let (name, head): (String, i64) = (row.get(0)?, row.get(1)?);
        if name.is_empty() {
            page = Some(part::find(conn, head)?);
        } else if let Some(page) = &mut page {
            page.sections.push(whole_section(conn, head, row.get(2)?)?);
        }
    }
    Ok(page)
}

fn whole_section(conn: &Connection, head: i64, items: Option<i64>) -> Result<SectionFacts, Fail> {
    let mut section: SectionFacts = part::find(conn, head)?;
    if let Some(items) = items {
        section.items = part::find(conn, items)?;
    }
    Ok(section)
}

/// The visits of a portal in `window`; sections without their items.
pub(in super::super) fn looks(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: &PortalId,
    window: Window,
) -> Result<Vec<PageLook>, Fail> {
    let Some(number) = names::portal(conn, portal)? else {
        return Ok(Vec::new());
    };
    let mut query = conn.prepare_cached(
        "SELECT at, agent, name, head FROM section JOIN look ON look.section = section.id
         WHERE section.portal = ?1 AND look.at >= ?2 AND look.at < ?3 ORDER BY at, agent, name",
    )?;
    let mut rows = query.query((number, window.from.secs(), window.to.secs()))?;
    let mut all: Vec<PageLook> = Vec::new();
    while let Some(row) = rows.next()? {
        let (at, agent) = (UnixTime::from_secs(row.get(0)?), lookup.agent(conn, row.get(1)?)?);
        let (name, head): (String, i64) = (row.get(2)?, row.get(3)?);
        if name.is_empty() {
            let facts = part::find(conn, head)?;
            all.push(PageLook { at, agent, facts });
        } else if let Some(look) = all.last_mut().filter(|look| look.at == at && look.agent == agent) {
            look.facts.sections.push(part::find(conn, head)?);
        }
    }
    Ok(all)
}

/// The newest visit at or before `at`, without its sections.
pub(in super::super) fn newest(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: &PortalId,
    at: UnixTime,
) -> Result<Option<PageLook>, Fail> {
    let found: Option<(i64, i64, i64)> = conn
        .prepare_cached(
            "SELECT at, agent, head FROM look WHERE section = (
                 SELECT section.id FROM section JOIN portal ON portal.id = section.portal
                 WHERE portal.name = ?1 AND section.name = '')
             AND at <= ?2 ORDER BY at DESC, agent LIMIT 1",
        )?
        .query_row((portal.as_str(), at.secs()), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    found
        .map(|(at, agent, head)| {
            Ok(PageLook {
                at: UnixTime::from_secs(at),
                agent: lookup.agent(conn, agent)?,
                facts: part::find(conn, head)?,
            })
        })
        .transpose()
}

/// The newest look at each section.
pub(in super::super) fn sections_at(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: &PortalId,
    at: UnixTime,
) -> Result<Vec<SectionLook>, Fail> {
    let mut sections = conn.prepare_cached(
        "SELECT section.id FROM section JOIN portal ON portal.id = section.portal
         WHERE portal.name = ?1 AND section.name <> '' ORDER BY section.name",
    )?;
    let mut newest = conn.prepare_cached(
        "SELECT at, agent, head, items FROM look WHERE section = ?1 AND at <= ?2 ORDER BY at DESC, agent LIMIT 1",
    )?;
    let numbers: Vec<i64> = sections
        .query_map([portal.as_str()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut all = Vec::new();
    for section in numbers {
        let found: Option<(i64, i64, i64, Option<i64>)> = newest
            .query_row((section, at.secs()), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        if let Some((at, agent, head, items)) = found {
            all.push(SectionLook {
                at: UnixTime::from_secs(at),
                agent: lookup.agent(conn, agent)?,
                facts: whole_section(conn, head, items)?,
            });
        }
    }
    Ok(all)
}

/// Looks at one section in short.
pub(in super::super) fn history(
    conn: &Connection,
    portal: &PortalId,
    section: &str,
    window: Window,
) -> Result<Vec<LookRow>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT at, whole, reindexed, newest FROM look WHERE section = (
             SELECT section.id FROM section JOIN portal ON portal.id = section.portal
             WHERE portal.name = ?1 AND section.name = ?2)
         AND at >= ?3 AND at < ?4 ORDER BY at, agent",
    )?;
    let mut rows = query.query((portal.as_str(), section, window.from.secs(), window.to.secs()))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(LookRow {
            at: UnixTime::from_secs(row.get(0)?),
            whole: row.get::<_, i64>(1)? > 0,
            reindexed: row.get(2)?,
            newest: day(row, 3)?,
        });
    }
    Ok(all)
}

fn day(row: &Row<'_>, column: usize) -> Result<Option<jiff::civil::Date>, Fail> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|error| Fail::unreadable(&text, error)))
        .transpose()
}

/// Every item of a section, by first sight.
pub(in super::super) fn items(
    conn: &Connection,
    portal: &PortalId,
    section: &str,
) -> Result<Vec<StoredItem>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT key, first_seen, last_seen, last_absent, shown, facts, EXISTS (
             SELECT 1 FROM look WHERE look.section = item.section AND look.at = item.first_seen AND look.reindexed)
         FROM item WHERE section = (
             SELECT section.id FROM section JOIN portal ON portal.id = section.portal
             WHERE portal.name = ?1 AND section.name = ?2)
         ORDER BY first_seen, key",
    )?;
    let mut rows = query.query((portal.as_str(), section))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let facts: ItemFacts = item::facts(&row.get::<_, String>(5)?)?;
        all.push(StoredItem {
            key: row.get(0)?,
            first_seen: UnixTime::from_secs(row.get(1)?),
            last_seen: UnixTime::from_secs(row.get(2)?),
            last_absent: row.get::<_, Option<i64>>(3)?.map(UnixTime::from_secs),
            shown: day(row, 4)?,
            reindexed: row.get(6)?,
            facts,
        });
    }
    Ok(all)
}

/// Looks at a portal's links.
pub(in super::super) fn link_looks(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: &PortalId,
    window: Window,
) -> Result<Vec<LinksLook>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT series.id, series.agent FROM series JOIN portal ON portal.id = series.portal
         WHERE portal.name = ?1 AND probe = ?2",
    )?;
    let series: Vec<(i64, i64)> = query
        .query_map((portal.as_str(), ProbeKind::Links.as_str()), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut all = Vec::new();
    for (series, agent) in series {
        let agent = lookup.agent(conn, agent)?;
        for row in rows::full(conn, series, window)? {
            let facts = row.facts.map(|number| facts_of(conn, number)).transpose()?;
            let links: Option<LinksFacts> = facts.and_then(|facts| facts.links).map(|links| *links);
            if let Some(facts) = links {
                let (at, agent) = (UnixTime::from_secs(row.slot), agent.clone());
                all.push(LinksLook { at, agent, facts });
            }
        }
    }
    all.sort_by(|a, b| (a.at, &a.agent).cmp(&(b.at, &b.agent)));
    Ok(all)
}
