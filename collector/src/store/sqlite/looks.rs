//! The newest results of a portal, for the judge.

use std::collections::HashMap;

use ems_contract::facts::Facts;
use ems_contract::id::PortalId;
use ems_contract::observation::Observation;
use ems_contract::probe::ProbeKind;
use ems_contract::time::{UnixTime, Window};
use rusqlite::Connection;

use super::fail::Fail;
use super::names::{self, Grid, family_of};
use super::reading::Lookup;
use super::records::{kind, observation};
use super::results::facts_of;
use super::{pages, rows};
use crate::sight::Glance;
use crate::store::Newest;

/// The newest results of every series of a portal in `window`, by slot and agent.
pub(super) fn newest(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: &PortalId,
    window: Window,
    newest: &Newest,
) -> Result<Vec<Observation>, Fail> {
    let mut all = Vec::new();
    let Some(number) = names::portal(conn, portal)? else {
        return Ok(all);
    };
    // The results of a series mostly share their facts: they are parsed once.
    let mut parsed: HashMap<i64, Facts> = HashMap::new();
    let mut query = conn.prepare_cached(
        "SELECT series.id, probe, family, agent, newest.slot FROM series
         LEFT JOIN newest ON newest.series = series.id WHERE portal = ?1",
    )?;
    let mut series = query.query([number])?;
    while let Some(one) = series.next()? {
        let probe = kind(&one.get::<_, String>(1)?)?;
        let wanted = newest(probe);
        if wanted.0 == 0 {
            continue;
        }
        let grid = Grid {
            portal: portal.clone(),
            probe,
            family: family_of(one.get(2)?),
        };
        let agent_number: i64 = one.get(3)?;
        let agent = lookup.agent(conn, agent_number)?;
        let packed: Option<i64> = one.get(4)?;
        let packed = packed.map(rows::window_of);
        let rows = rows::newest_in(conn, one.get(0)?, packed, window, wanted)?;
        for row in rows {
            let mut facts = match row.facts {
                None => Facts::default(),
                Some(number) => match parsed.get(&number) {
                    Some(facts) => facts.clone(),
                    None => {
                        let facts = facts_of(conn, number)?;
                        parsed.insert(number, facts.clone());
                        facts
                    }
                },
            };
            if probe == ProbeKind::Page {
                facts.page = pages::attach(conn, number, agent_number, row.slot)?.map(Box::new);
            }
            all.push(observation(conn, lookup, (&grid, &agent), &row, facts)?);
        }
    }
    all.sort_by(|a, b| (a.slot, &a.agent, a.probe, a.family).cmp(&(b.slot, &b.agent, b.probe, b.family)));
    Ok(all)
}

/// The newest look of every agent at every portal over every family.
pub(super) fn glances(conn: &Connection, lookup: &mut Lookup) -> Result<Vec<Glance>, Fail> {
    let mut query = conn.prepare_cached("SELECT id, agent FROM series WHERE probe = 'reach'")?;
    let mut series = query.query([])?;
    let mut all = Vec::new();
    while let Some(one) = series.next()? {
        let Some((slot, interval_s, outcome)) = rows::newest_outcome(conn, one.get(0)?)? else {
            continue;
        };
        all.push(Glance {
            agent: lookup.agent(conn, one.get(1)?)?,
            slot: UnixTime::from_secs(slot),
            interval_s,
            outcome: lookup.outcome(conn, outcome)?,
        });
    }
    Ok(all)
}

/// Microseconds to the first byte of every `reach` result of a portal in `window` that had one, rising.
pub(super) fn first_bytes(conn: &Connection, portal: &PortalId, window: Window) -> Result<Vec<u32>, Fail> {
    let mut all = Vec::new();
    let Some(number) = names::portal(conn, portal)? else {
        return Ok(all);
    };
    let mut query = conn.prepare_cached("SELECT id FROM series WHERE portal = ?1 AND probe = 'reach'")?;
    let mut series = query.query([number])?;
    while let Some(one) = series.next()? {
        all.extend(rows::first_bytes(conn, one.get(0)?, window)?);
    }
    all.sort_unstable();
    Ok(all)
}
