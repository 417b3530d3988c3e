//! Names and texts to numbers and back, remembered so that a batch asks the database only for new ones.

use std::collections::HashMap;
use std::net::IpAddr;

use ems_contract::digest::Sha256;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use rusqlite::{Connection, OptionalExtension};

use super::arrival::{ResultRow, SentFacts};
use super::dirty::Dirt;
use super::fail::Fail;

/// Texts remembered of one kind: a page whose facts change at every visit must not fill the memory.
const MOST: usize = 50_000;
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
    series: HashMap<i64, HashMap<Grid, Series>>,
    texts: Texts,
    /// Since when which portals are dirty.
    pub(super) dirt: Dirt,
}

/// What a slot belongs to besides its agent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Grid {
    pub(super) portal: PortalId,
    pub(super) probe: ProbeKind,
    pub(super) family: Option<Family>,
}

/// A series, and what its last result referred to: the next one mostly refers to the same.
struct Series {
    id: i64,
    portal: i64,
    outcome: Option<(Outcome, i64)>,
    origin: Option<(Origin, i64)>,
    address: Option<(IpAddr, i64)>,
    facts: Option<(Box<[u8]>, Used)>,
}

/// The number of facts, and the newest slot known to the database to use them.
#[derive(Clone, Copy)]
struct Used {
    id: i64,
    last: i64,
}

/// The numbers that a result is stored under.
pub(super) struct Numbers {
    pub(super) portal: i64,
    pub(super) series: i64,
    pub(super) outcome: i64,
    pub(super) origin: i64,
    pub(super) address: Option<i64>,
    pub(super) facts: Option<i64>,
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

    /// The numbers of portal and series, `None` when the portal was never in an inventory.
    pub(super) fn series(
        &mut self,
        conn: &Connection,
        agent: i64,
        grid: &Grid,
    ) -> Result<Option<(i64, i64)>, Fail> {
        let known = self.series.get(&agent).and_then(|grids| grids.get(grid));
        if let Some(series) = known {
            return Ok(Some((series.portal, series.id)));
        }
        let Some(portal) = self.portal(conn, &grid.portal)? else {
            return Ok(None);
        };
        let id = series(conn, portal, grid, agent)?;
        let series = Series {
            id,
            portal,
            outcome: None,
            origin: None,
            address: None,
            facts: None,
        };
        self.series.entry(agent).or_default().insert(grid.clone(), series);
        Ok(Some((portal, id)))
    }

    /// The numbers of everything a result refers to (`raw` is its line); its series must be known ([`Names::series`]).
    pub(super) fn numbers(
        &mut self,
        conn: &Connection,
        agent: i64,
        row: &ResultRow,
        raw: &[u8],
    ) -> Result<Numbers, Fail> {
        let known = self
            .series
            .get_mut(&agent)
            .and_then(|grids| grids.get_mut(&row.grid));
        let series = known.ok_or_else(|| Fail::unreadable("series", "not looked up"))?;
        let texts = &mut self.texts;
        let slot = row.slot.secs();
        let facts = match &row.facts {
            None => None,
            Some(sent) => Some(match &mut series.facts {
                Some((last, used)) if **last == *sent.bytes(raw) && slot < used.last + USED_STEP => used.id,
                last => {
                    let used = texts.facts(conn, sent, raw, slot)?;
                    *last = Some((sent.bytes(raw).into(), used));
                    used.id
                }
            }),
        };
        let address = match row.address {
            None => None,
            Some(address) => Some(remembered(&mut series.address, address, || {
                texts.address(conn, address)
            })?),
        };
        Ok(Numbers {
            portal: series.portal,
            series: series.id,
            outcome: remembered(&mut series.outcome, row.outcome, || {
                texts.outcome(conn, row.outcome)
            })?,
            origin: remembered(&mut series.origin, row.origin, || texts.origin(conn, row.origin))?,
            address,
            facts,
        })
    }
}

/// The number of `value`: the last one when it is the same, else looked up.
fn remembered<T: PartialEq>(
    last: &mut Option<(T, i64)>,
    value: T,
    look_up: impl FnOnce() -> Result<i64, Fail>,
) -> Result<i64, Fail> {
    match last {
        Some((known, number)) if *known == value => Ok(*number),
        _ => {
            let number = look_up()?;
            *last = Some((value, number));
            Ok(number)
        }
    }
}

/// Numbers of texts and facts, of all series.
#[derive(Default)]
struct Texts {
    outcomes: HashMap<Outcome, i64>,
    origins: HashMap<Origin, i64>,
    addresses: HashMap<IpAddr, i64>,
    facts: HashMap<Sha256, Used>,
}

impl Texts {
    fn outcome(&mut self, conn: &Connection, outcome: Outcome) -> Result<i64, Fail> {
        if let Some(number) = self.outcomes.get(&outcome) {
            return Ok(*number);
        }
        let number = term(conn, &json(&outcome)?)?;
        self.outcomes.insert(outcome, number);
        Ok(number)
    }

    fn origin(&mut self, conn: &Connection, origin: Origin) -> Result<i64, Fail> {
        if let Some(number) = self.origins.get(&origin) {
            return Ok(*number);
        }
        let text = format!("{}:{}:{}", origin.schema, origin.target, origin.plan);
        let number = term(conn, &text)?;
        bounded(&mut self.origins).insert(origin, number);
        Ok(number)
    }

    fn address(&mut self, conn: &Connection, address: IpAddr) -> Result<i64, Fail> {
        if let Some(number) = self.addresses.get(&address) {
            return Ok(*number);
        }
        let number = term(conn, &address.to_string())?;
        bounded(&mut self.addresses).insert(address, number);
        Ok(number)
    }

    /// The number of these facts, used by a result of `slot`.
    fn facts(&mut self, conn: &Connection, sent: &SentFacts, raw: &[u8], slot: i64) -> Result<Used, Fail> {
        let digest = Sha256::of(sent.bytes(raw));
        if let Some(used) = self.facts.get(&digest)
            && slot < used.last + USED_STEP
        {
            return Ok(*used);
        }
        let (id, last) = conn
            .prepare_cached(
                "INSERT INTO facts (digest, json, last_used) VALUES (?1, ?2, ?3)
                 ON CONFLICT (digest) DO UPDATE SET last_used = max(last_used, excluded.last_used)
                 RETURNING id, last_used",
            )?
            .query_row((digest.as_bytes(), json(&sent.facts)?, slot), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let used = Used { id, last };
        bounded(&mut self.facts).insert(digest, used);
        Ok(used)
    }
}

/// A map with room for one more: one that is full begins anew.
fn bounded<K, V>(map: &mut HashMap<K, V>) -> &mut HashMap<K, V> {
    if map.len() >= MOST {
        map.clear();
    }
    map
}

fn series(conn: &Connection, portal: i64, grid: &Grid, agent: i64) -> Result<i64, Fail> {
    let columns = (portal, grid.probe.as_str(), family_code(grid.family), agent);
    conn.prepare_cached(
        "INSERT INTO series (portal, probe, family, agent) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?
    .execute(columns)?;
    let number = conn
        .prepare_cached(
            "SELECT id FROM series WHERE portal = ?1 AND probe = ?2 AND family = ?3 AND agent = ?4",
        )?
        .query_row(columns, |row| row.get(0))?;
    Ok(number)
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
