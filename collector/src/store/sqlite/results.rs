//! Reading results back, with their numbers looked up.

use ems_contract::cause::Cause;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::time::{UnixTime, Window};
use rusqlite::Connection;

use super::fail::Fail;
use super::names::{self, family_code, family_of, from_json};
use super::reading::{Lookup, id};
use super::rows;
use crate::ledger::{AgentGap, SlotRecord};
use crate::store::{Latest, Sample};

/// One agent's grid of a portal.
struct Series {
    id: i64,
    agent: i64,
}

fn series_of(conn: &Connection, portal: i64, family: Family) -> Result<Vec<Series>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT id, agent FROM series WHERE portal = ?1 AND probe = 'reach' AND family = ?2",
    )?;
    let all = query
        .query_map((portal, family_code(Some(family))), |row| {
            Ok(Series {
                id: row.get(0)?,
                agent: row.get(1)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(all)
}

/// The `reach` records of a portal and family in `window`, by (slot, agent).
pub(super) fn slot_records(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: &PortalId,
    family: Family,
    window: Window,
) -> Result<Vec<SlotRecord>, Fail> {
    let mut all = Vec::new();
    let Some(portal) = names::portal(conn, portal)? else {
        return Ok(all);
    };
    for series in series_of(conn, portal, family)? {
        let agent = lookup.agent(conn, series.agent)?;
        for (slot, interval_s, outcome) in rows::outcomes(conn, series.id, window)? {
            let outcome = lookup.outcome(conn, outcome)?;
            all.push(SlotRecord {
                agent: agent.clone(),
                slot: UnixTime::from_secs(slot),
                interval_s,
                outcome,
                no_address: matches!(
                    outcome,
                    Outcome::Down {
                        cause: Cause::DnsNodata,
                        ..
                    }
                ),
            });
        }
    }
    all.sort_by(|a, b| (a.slot, &a.agent).cmp(&(b.slot, &b.agent)));
    // A clock that stepped back can leave a row beside the packed result of the same slot, until the next packing.
    all.dedup_by(|b, a| a.slot == b.slot && a.agent == b.agent);
    Ok(all)
}

/// The `reach` records of a portal and family in `window` with timings, by (slot, agent).
pub(super) fn samples(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: &PortalId,
    family: Family,
    window: Window,
) -> Result<Vec<Sample>, Fail> {
    let mut all = Vec::new();
    let Some(portal) = names::portal(conn, portal)? else {
        return Ok(all);
    };
    for series in series_of(conn, portal, family)? {
        let agent = lookup.agent(conn, series.agent)?;
        for row in rows::full(conn, series.id, window)? {
            all.push(Sample {
                agent: agent.clone(),
                slot: UnixTime::from_secs(row.slot),
                interval_s: row.interval_s,
                outcome: lookup.outcome(conn, row.outcome)?,
                address: row.address.map(|term| lookup.address(conn, term)).transpose()?,
                timings: row.timings,
            });
        }
    }
    all.sort_by(|a, b| (a.slot, &a.agent).cmp(&(b.slot, &b.agent)));
    // A clock that stepped back can leave a row beside the packed result of the same slot, until the next packing.
    all.dedup_by(|b, a| a.slot == b.slot && a.agent == b.agent);
    Ok(all)
}

/// The gaps that touch `window` and concern the `reach` probe of this portal and family.
pub(super) fn gaps(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: &PortalId,
    family: Family,
    window: Window,
) -> Result<Vec<AgentGap>, Fail> {
    let mut all = Vec::new();
    let Some(portal) = names::portal(conn, portal)? else {
        return Ok(all);
    };
    let mut query = conn.prepare_cached(
        "SELECT why, agent, starts, ends FROM gap
         WHERE ends > ?1 AND starts < ?2 AND (portal IS NULL OR portal = ?3)
           AND (probe IS NULL OR probe = 'reach') AND (family IS NULL OR family = ?4)
         ORDER BY starts, ends, agent, id",
    )?;
    let columns = (
        window.from.secs(),
        window.to.secs(),
        portal,
        family_code(Some(family)),
    );
    let mut rows = query.query(columns)?;
    while let Some(row) = rows.next()? {
        let why: String = row.get(0)?;
        let why = ems_contract::record::GapWhy::from_name(&why)
            .ok_or_else(|| Fail::unreadable("gap", format!("`{why}` is not a reason")))?;
        all.push(AgentGap {
            agent: lookup.agent(conn, row.get(1)?)?,
            window: Window::new(UnixTime::from_secs(row.get(2)?), UnixTime::from_secs(row.get(3)?)),
            why,
        });
    }
    Ok(all)
}

/// The newest record of every series, of one portal or of all.
pub(super) fn latest(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: Option<&PortalId>,
) -> Result<Vec<Latest>, Fail> {
    let mut all = Vec::new();
    let mut query = conn.prepare_cached(
        "SELECT portal.name, series.probe, series.family, series.agent, series.id
         FROM series JOIN portal ON portal.id = series.portal
         WHERE ?1 IS NULL OR portal.name = ?1
         ORDER BY portal.name, series.probe, series.family, series.agent",
    )?;
    let mut rows = query.query([portal.map(PortalId::as_str)])?;
    while let Some(row) = rows.next()? {
        let name: PortalId = id(row, 0)?;
        let probe: String = row.get(1)?;
        let probe = ProbeKind::from_name(&probe)
            .ok_or_else(|| Fail::unreadable("series", format!("`{probe}` is not a probe")))?;
        let agent: AgentId = lookup.agent(conn, row.get(3)?)?;
        let Some(newest) = rows::newest(conn, row.get(4)?)? else {
            continue;
        };
        all.push(Latest {
            portal: name,
            probe,
            family: family_of(row.get(2)?),
            agent,
            slot: UnixTime::from_secs(newest.slot),
            interval_s: newest.interval_s,
            outcome: lookup.outcome(conn, newest.outcome)?,
            address: newest
                .address
                .map(|term| lookup.address(conn, term))
                .transpose()?,
            timings: newest.timings,
            facts: match newest.facts {
                Some(facts) => facts_of(conn, facts)?,
                None => ems_contract::facts::Facts::default(),
            },
        });
    }
    Ok(all)
}

pub(super) fn facts_of(conn: &Connection, number: i64) -> Result<ems_contract::facts::Facts, Fail> {
    let text: String = conn
        .prepare_cached("SELECT json FROM facts WHERE id = ?1")?
        .query_row([number], |row| row.get(0))?;
    from_json(&text)
}
