//! Names and texts to numbers and back, remembered so that a batch asks the database only for new ones.

use std::collections::HashMap;
use std::net::IpAddr;

use ems_contract::digest::Sha256;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use rusqlite::{Connection, OptionalExtension};

use super::fail::Fail;

/// Facts are forgotten beyond this many: a page whose facts change at every visit must not fill the memory.
const MAX_FACTS: usize = 50_000;
/// Likewise for texts.
const MAX_TERMS: usize = 50_000;
/// `facts.last_used` is exact to this many seconds, so that it is seldom written.
const USED_STEP: i64 = 86_400;

/// Where a result came from: format version, target as planned, plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) schema: u16,
    pub(super) target: Sha256,
    pub(super) plan: Sha256,
}

/// What the writing thread remembers; forgotten whenever something was rolled back.
#[derive(Default)]
pub(super) struct Names {
    portals: HashMap<PortalId, i64>,
    agents: HashMap<AgentId, i64>,
    series: HashMap<(i64, ProbeKind, Option<Family>, i64), i64>,
    outcomes: HashMap<Outcome, i64>,
    origins: HashMap<Origin, i64>,
    addresses: HashMap<IpAddr, i64>,
    facts: HashMap<Sha256, (i64, i64)>,
}

impl Names {
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The number of a portal, `None` when it was never in an inventory.
    pub(super) fn portal(&mut self, conn: &Connection, id: &PortalId) -> Result<Option<i64>, Fail> {
        if let Some(number) = self.portals.get(id) {
            return Ok(Some(*number));
        }
        let found = portal(conn, id)?;
        if let Some(number) = found {
            self.portals.insert(id.clone(), number);
        }
        Ok(found)
    }

    pub(super) fn agent(&mut self, conn: &Connection, id: &AgentId) -> Result<i64, Fail> {
        if let Some(number) = self.agents.get(id) {
            return Ok(*number);
        }
        let number = upsert(conn, "agent", "name", id.as_str())?;
        self.agents.insert(id.clone(), number);
        Ok(number)
    }

    pub(super) fn series(
        &mut self,
        conn: &Connection,
        portal: i64,
        probe: ProbeKind,
        family: Option<Family>,
        agent: i64,
    ) -> Result<i64, Fail> {
        let key = (portal, probe, family, agent);
        if let Some(number) = self.series.get(&key) {
            return Ok(*number);
        }
        let columns = (portal, probe.as_str(), family_code(family), agent);
        conn.prepare_cached(
            "INSERT INTO series (portal, probe, family, agent) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?
        .execute(columns)?;
        let number = conn
            .prepare_cached(
                "SELECT id FROM series WHERE portal = ?1 AND probe = ?2 AND family = ?3 AND agent = ?4",
            )?
            .query_row(columns, |row| row.get(0))?;
        self.series.insert(key, number);
        Ok(number)
    }

    pub(super) fn outcome(&mut self, conn: &Connection, outcome: Outcome) -> Result<i64, Fail> {
        if let Some(number) = self.outcomes.get(&outcome) {
            return Ok(*number);
        }
        let number = term(conn, &json(&outcome)?)?;
        self.outcomes.insert(outcome, number);
        Ok(number)
    }

    pub(super) fn origin(&mut self, conn: &Connection, origin: Origin) -> Result<i64, Fail> {
        if let Some(number) = self.origins.get(&origin) {
            return Ok(*number);
        }
        if self.origins.len() >= MAX_TERMS {
            self.origins.clear();
        }
        let text = format!("{}:{}:{}", origin.schema, origin.target, origin.plan);
        let number = term(conn, &text)?;
        self.origins.insert(origin, number);
        Ok(number)
    }

    pub(super) fn address(&mut self, conn: &Connection, address: IpAddr) -> Result<i64, Fail> {
        if let Some(number) = self.addresses.get(&address) {
            return Ok(*number);
        }
        if self.addresses.len() >= MAX_TERMS {
            self.addresses.clear();
        }
        let number = term(conn, &address.to_string())?;
        self.addresses.insert(address, number);
        Ok(number)
    }

    /// The number of these facts, used by a result of `slot`.
    pub(super) fn facts(
        &mut self,
        conn: &Connection,
        digest: Sha256,
        json: &str,
        slot: i64,
    ) -> Result<i64, Fail> {
        if let Some((number, used)) = self.facts.get_mut(&digest) {
            if slot >= *used + USED_STEP {
                *used = slot;
                conn.prepare_cached("UPDATE facts SET last_used = max(last_used, ?2) WHERE id = ?1")?
                    .execute((*number, slot))?;
            }
            return Ok(*number);
        }
        if self.facts.len() >= MAX_FACTS {
            self.facts.clear();
        }
        let number = conn
            .prepare_cached(
                "INSERT INTO facts (digest, json, last_used) VALUES (?1, ?2, ?3)
                 ON CONFLICT (digest) DO UPDATE SET last_used = max(last_used, excluded.last_used)
                 RETURNING id",
            )?
            .query_row((digest.as_bytes(), json, slot), |row| row.get(0))?;
        self.facts.insert(digest, (number, slot));
        Ok(number)
    }
}

/// The number of a portal ever known.
pub(super) fn portal(conn: &Connection, id: &PortalId) -> Result<Option<i64>, Fail> {
    let found = conn
        .prepare_cached("SELECT id FROM portal WHERE name = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// The number of a text, new or old.
pub(super) fn term(conn: &Connection, text: &str) -> Result<i64, Fail> {
    upsert(conn, "term", "text", text)
}

/// A value as the JSON under which it is stored.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, Fail> {
    serde_json::to_string(value).map_err(|error| Fail::unreadable("value to store", error))
}

/// A stored JSON text as a value.
pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fail> {
    serde_json::from_str(text).map_err(|error| Fail::unreadable(text, error))
}

/// 4, 6, or 0 for none.
pub(super) const fn family_code(family: Option<Family>) -> i64 {
    match family {
        Some(Family::V4) => 4,
        Some(Family::V6) => 6,
        None => 0,
    }
}

/// The family of a stored code.
pub(super) const fn family_of(code: i64) -> Option<Family> {
    match code {
        4 => Some(Family::V4),
        6 => Some(Family::V6),
        _ => None,
    }
}

fn upsert(conn: &Connection, table: &str, column: &str, text: &str) -> Result<i64, Fail> {
    let select = format!("SELECT id FROM {table} WHERE {column} = ?1");
    if let Some(number) = conn
        .prepare_cached(&select)?
        .query_row([text], |row| row.get(0))
        .optional()?
    {
        return Ok(number);
    }
    let insert = format!("INSERT INTO {table} ({column}) VALUES (?1)");
    conn.prepare_cached(&insert)?.execute([text])?;
    Ok(conn.last_insert_rowid())
}
