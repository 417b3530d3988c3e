//! Results back in the form in which agents send them, for export.

use ems_contract::digest::Sha256;
use ems_contract::facts::Facts;
use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::observation::{Attempt, Observation};
use ems_contract::probe::ProbeKind;
use ems_contract::record::{Gap, GapWhy, Record};
use ems_contract::time::{UnixTime, Window};
use jiff::Timestamp;
use rusqlite::Connection;

use super::chunk::Row;
use super::fail::Fail;
use super::names::{self, Grid, family_of, from_json};
use super::reading::{Lookup, id, term_text};
use super::results::facts_of;
use super::rows;

/// The epoch of exported records: where they were spooled is not kept with a result.
const NOWHERE: Epoch = Epoch::from_random([0; 16]);

/// Every result of a portal whose slot lies in `window` and every gap that begins in it, by slot and agent.
pub(super) fn read(
    conn: &Connection,
    lookup: &mut Lookup,
    portal: &PortalId,
    window: Window,
) -> Result<Vec<Record>, Fail> {
    let Some(number) = names::portal(conn, portal)? else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    let mut query = conn.prepare_cached("SELECT id, probe, family, agent FROM series WHERE portal = ?1")?;
    let mut series = query.query([number])?;
    while let Some(one) = series.next()? {
        let probe: ProbeKind = kind(&one.get::<_, String>(1)?)?;
        let family = family_of(one.get(2)?);
        let agent = lookup.agent(conn, one.get(3)?)?;
        let grid = Grid {
            portal: portal.clone(),
            probe,
            family,
        };
        for row in rows::full(conn, one.get(0)?, window)? {
            let facts = row.facts.map(|facts| facts_of(conn, facts)).transpose()?;
            let observation = observation(conn, lookup, (&grid, &agent), &row, facts.unwrap_or_default())?;
            all.push(Record::Observation(Box::new(observation)));
        }
    }
    all.extend(gaps(conn, portal, number, window)?);
    all.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(all)
}

/// A result in the form in which its agent sent it.
pub(super) fn observation(
    conn: &Connection,
    lookup: &mut Lookup,
    (grid, agent): (&Grid, &AgentId),
    row: &Row,
    facts: Facts,
) -> Result<Observation, Fail> {
    let origin = term_text(conn, row.origin)?;
    let (schema, target_hash, plan_version) = origin_of(&origin)?;
    Ok(Observation {
        schema,
        agent: agent.clone(),
        epoch: NOWHERE,
        seq: 0,
        portal: grid.portal.clone(),
        target_hash,
        plan_version,
        probe: grid.probe,
        family: grid.family,
        slot: UnixTime::from_secs(row.slot),
        interval_s: row.interval_s,
        attempts: attempts(conn, lookup, row)?,
        outcome: lookup.outcome(conn, row.outcome)?,
        facts,
    })
}

fn order(record: &Record) -> (UnixTime, &str) {
    match record {
        Record::Observation(o) => (o.slot, o.agent.as_str()),
        Record::Gap(gap) => (gap.from, gap.agent.as_str()),
        Record::Chain(chain) => (UnixTime::default(), chain.agent.as_str()),
    }
}

fn attempts(conn: &Connection, lookup: &mut Lookup, row: &Row) -> Result<Vec<Attempt>, Fail> {
    if let Some(text) = &row.attempts {
        return from_json(text);
    }
    let started_us = row
        .slot
        .saturating_mul(1_000_000)
        .saturating_add(row.started_us.unwrap_or(0));
    Ok(vec![Attempt {
        started_at: Timestamp::from_microsecond(started_us)
            .map_err(|error| Fail::unreadable("start", error))?,
        address: row.address.map(|term| lookup.address(conn, term)).transpose()?,
        timings: row.timings,
        body_bytes: row.body_bytes,
        shared: false,
        outcome: lookup.outcome(conn, row.outcome)?,
    }])
}

/// `schema:target:plan`.
fn origin_of(text: &str) -> Result<(u16, Sha256, Sha256), Fail> {
    let mut parts = text.split(':');
    let mut next = || parts.next().unwrap_or_default();
    let broken = || Fail::unreadable("origin", text);
    let (schema, target, plan) = (next(), next(), next());
    Ok((
        schema.parse().map_err(|_why| broken())?,
        target.parse().map_err(|_why| broken())?,
        plan.parse().map_err(|_why| broken())?,
    ))
}

fn gaps(conn: &Connection, portal: &PortalId, number: i64, window: Window) -> Result<Vec<Record>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT agent.name, probe, family, starts, ends, why, portal FROM gap JOIN agent ON agent.id = gap.agent
         WHERE starts >= ?1 AND starts < ?2 AND (portal IS NULL OR portal = ?3)
         ORDER BY starts, ends, agent.name, gap.id",
    )?;
    let mut rows = query.query((window.from.secs(), window.to.secs(), number))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let why: String = row.get(5)?;
        let probe: Option<String> = row.get(1)?;
        all.push(Record::Gap(Gap {
            schema: ems_contract::observation::SCHEMA,
            agent: id(row, 0)?,
            epoch: NOWHERE,
            seq: 0,
            portal: row.get::<_, Option<i64>>(6)?.map(|_| portal.clone()),
            probe: probe.as_deref().map(kind).transpose()?,
            family: row.get::<_, Option<i64>>(2)?.and_then(family_of),
            from: UnixTime::from_secs(row.get(3)?),
            to: UnixTime::from_secs(row.get(4)?),
            why: GapWhy::from_name(&why).ok_or_else(|| Fail::unreadable("gap", &why))?,
        }));
    }
    Ok(all)
}

pub(super) fn kind(name: &str) -> Result<ProbeKind, Fail> {
    ProbeKind::from_name(name).ok_or_else(|| Fail::unreadable("series", name))
}
