//! Made-up results, packed as they come, and the mark that tells.

use std::collections::HashMap;
use std::net::IpAddr;

use ems_contract::digest::Sha256;
use ems_contract::facts::Facts;
use ems_contract::outcome::Outcome;
use ems_contract::time::UnixTime;
use rusqlite::{Connection, OptionalExtension};

use super::chunk::{self, Row};
use super::fail::Fail;
use super::names::{Grid, json, term};
use super::rows::{chunk_id, keep_newest, window_of};
use super::writer::Session;
use super::{SqliteStore, pack, pages};
use crate::store::{AgentStatus, DemoMark, DemoStore, MadeResult, MadeSeries, StoreError};

impl DemoStore for SqliteStore {
    fn demo(&self) -> Result<Option<DemoMark>, StoreError> {
        self.readers.read("read the mark", |conn, _| mark(conn))
    }

    fn mark_demo(&self, mark: DemoMark) -> Result<(), StoreError> {
        self.writer.call("mark the database", move |session| {
            session.conn.execute(
                "INSERT OR REPLACE INTO demo (id, made_at, portals, days) VALUES (1, ?1, ?2, ?3)",
                (mark.made_at.secs(), mark.portals, mark.days),
            )?;
            Ok(())
        })
    }

    fn keep_made(&self, series: Vec<MadeSeries>) -> Result<(), StoreError> {
        self.writer.call("keep made-up results", move |session| {
            marked(session.conn)?;
            series.iter().try_for_each(|series| keep(session, series))
        })
    }

    fn keep_made_agents(&self, agents: Vec<AgentStatus>) -> Result<(), StoreError> {
        self.writer.call("keep made-up agents", move |session| {
            marked(session.conn)?;
            for status in &agents {
                let agent = session.names.agent(session.conn, &status.agent)?;
                session.conn.execute(
                    "INSERT INTO stream (agent, epoch, through, last_batch_at, last_slot, skew_ms)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    (
                        agent,
                        status.epoch.to_bytes(),
                        status.through.cast_signed(),
                        status.last_batch_at.secs(),
                        status.last_slot.map(UnixTime::secs),
                        status.skew_ms,
                    ),
                )?;
            }
            Ok(())
        })
    }
}

fn mark(conn: &Connection) -> Result<Option<DemoMark>, Fail> {
    let found = conn
        .prepare_cached("SELECT made_at, portals, days FROM demo")?
        .query_row([], |row| {
            Ok(DemoMark {
                made_at: UnixTime::from_secs(row.get(0)?),
                portals: row.get(1)?,
                days: row.get(2)?,
            })
        })
        .optional()?;
    Ok(found)
}

fn marked(conn: &Connection) -> Result<(), Fail> {
    mark(conn)?
        .map(|_| ())
        .ok_or_else(|| refused("the database is not marked as a demonstration"))
}

fn refused(detail: impl Into<String>) -> Fail {
    Fail::Store(StoreError::Failed {
        action: "keep made-up results",
        detail: detail.into(),
    })
}

fn keep(session: &mut Session<'_>, made: &MadeSeries) -> Result<(), Fail> {
    let conn = session.conn;
    let grid = Grid {
        portal: made.portal.clone(),
        probe: made.probe,
        family: made.family,
    };
    let agent = session.names.agent(conn, &made.agent)?;
    let Some((portal, series)) = session.names.series(conn, agent, &grid)? else {
        return Err(refused(format!(
            "portal `{}` was never in an inventory",
            made.portal
        )));
    };
    let rows = Numbers::new(conn, made)?.rows(conn, made)?;
    let mut insert =
        conn.prepare_cached("INSERT OR REPLACE INTO chunk (id, rows, data) VALUES (?1, ?2, ?3)")?;
    for packed in rows.chunk_by(|a, b| window_of(a.slot) == window_of(b.slot)) {
        let (Some(first), Ok(count)) = (packed.first(), i64::try_from(packed.len())) else {
            continue;
        };
        insert.execute((
            chunk_id(window_of(first.slot), series),
            count,
            chunk::pack(packed)?,
        ))?;
        pack::count(conn, "packed_results", count)?;
    }
    if let Some(last) = rows.last() {
        keep_newest(conn, series, last)?;
    }
    for result in &made.results {
        let facts = result.facts.and_then(|place| made.facts.get(place));
        if let Some(page) = facts.and_then(|facts| facts.page.as_ref()) {
            pages::keep(conn, portal, agent, result.slot.secs(), page)?;
        }
    }
    Ok(())
}

/// The numbers of the texts that one series refers to.
struct Numbers {
    origin: i64,
    facts: Vec<i64>,
    outcomes: HashMap<Outcome, i64>,
    addresses: HashMap<IpAddr, i64>,
}

impl Numbers {
    fn new(conn: &Connection, made: &MadeSeries) -> Result<Self, Fail> {
        let whose = Sha256::of(made.portal.as_str().as_bytes());
        let last = made.results.last().map_or(0, |result| result.slot.secs());
        let mut facts = Vec::with_capacity(made.facts.len());
        for own in &made.facts {
            // What was read on pages is kept apart, as of an agent.
            let rest = Facts {
                page: None,
                ..own.clone()
            };
            let text = json(&rest)?;
            let number: i64 = conn
                .prepare_cached(
                    "INSERT INTO facts (digest, json, last_used) VALUES (?1, ?2, ?3)
                     ON CONFLICT (digest) DO UPDATE SET last_used = max(last_used, excluded.last_used) RETURNING id",
                )?
                .query_row((Sha256::of(text.as_bytes()).as_bytes(), &text, last), |row| row.get(0))?;
            facts.push(number);
        }
        Ok(Self {
            origin: term(conn, &format!("1:{whose}:{whose}"))?,
            facts,
            outcomes: HashMap::new(),
            addresses: HashMap::new(),
        })
    }

    fn rows(mut self, conn: &Connection, made: &MadeSeries) -> Result<Vec<Row>, Fail> {
        made.results.iter().map(|result| self.row(conn, result)).collect()
    }

    fn row(&mut self, conn: &Connection, result: &MadeResult) -> Result<Row, Fail> {
        let outcome = match self.outcomes.get(&result.outcome) {
            Some(number) => *number,
            None => {
                let number = term(conn, &json(&result.outcome)?)?;
                self.outcomes.insert(result.outcome, number);
                number
            }
        };
        let address = match result.address {
            None => None,
            Some(address) => Some(match self.addresses.get(&address) {
                Some(number) => *number,
                None => {
                    let number = term(conn, &address.to_string())?;
                    self.addresses.insert(address, number);
                    number
                }
            }),
        };
        Ok(Row {
            slot: result.slot.secs(),
            interval_s: result.interval_s,
            outcome,
            origin: self.origin,
            facts: result.facts.and_then(|place| self.facts.get(place)).copied(),
            address,
            started_us: Some(0),
            timings: result.timings,
            body_bytes: result.body_bytes,
            attempts: None,
        })
    }
}
