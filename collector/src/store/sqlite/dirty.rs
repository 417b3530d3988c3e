//! Which portals the ledger has to look at again, and from when on.
//!
//! That a portal is dirty, and since when, is durable. How often it changed since is counted in memory: a row of a
//! dirty portal is not written again by every batch. A generation names a count; only the newest one cleans.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ems_contract::time::UnixTime;
use rusqlite::Connection;

use super::fail::Fail;
use crate::store::Dirty;

/// The generation of dirt left by an earlier run of the program.
const LEFT: u64 = 1;

/// Generations by portal, shared by the writing thread and those who ask what is dirty.
pub(super) struct Generations {
    state: Mutex<State>,
}

struct State {
    last: u64,
    of: HashMap<i64, u64>,
}

impl Default for Generations {
    fn default() -> Self {
        let state = State {
            last: LEFT,
            of: HashMap::new(),
        };
        Self {
            state: Mutex::new(state),
        }
    }
}

impl Generations {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A transaction that changed these portals was committed.
    pub(super) fn advance(&self, portals: impl IntoIterator<Item = i64>) {
        let mut state = self.state();
        state.last += 1;
        let last = state.last;
        state.of.extend(portals.into_iter().map(|portal| (portal, last)));
    }

    fn of(&self, portal: i64) -> u64 {
        self.state().of.get(&portal).copied().unwrap_or(LEFT)
    }
}

/// What the writing thread knows of dirt.
#[derive(Default)]
pub(super) struct Dirt {
    /// Since when a portal is dirty as the database has it.
    since: HashMap<i64, i64>,
    /// Portals changed in the transaction in hand.
    changed: HashSet<i64>,
}

impl Dirt {
    /// Marks a portal as changed from an instant on.
    pub(super) fn mark(&mut self, conn: &Connection, portal: i64, since: i64) -> Result<(), Fail> {
        self.changed.insert(portal);
        if self.since.get(&portal).is_some_and(|known| *known <= since) {
            return Ok(());
        }
        let since: i64 = conn
            .prepare_cached(
                "INSERT INTO dirty (portal, since) VALUES (?1, ?2)
                 ON CONFLICT (portal) DO UPDATE SET since = min(since, excluded.since) RETURNING since",
            )?
            .query_row((portal, since), |row| row.get(0))?;
        self.since.insert(portal, since);
        Ok(())
    }

    /// Cleans a portal, unless it changed after `generation`.
    pub(super) fn clean(
        &mut self,
        conn: &Connection,
        generations: &Generations,
        portal: i64,
        generation: u64,
    ) -> Result<(), Fail> {
        if generations.of(portal) > generation || self.changed.contains(&portal) {
            return Ok(());
        }
        conn.prepare_cached("DELETE FROM dirty WHERE portal = ?1")?
            .execute([portal])?;
        self.since.remove(&portal);
        Ok(())
    }

    /// The portals changed in the transaction that is now committed.
    pub(super) fn committed(&mut self) -> HashSet<i64> {
        std::mem::take(&mut self.changed)
    }
}

/// Every portal that an agent ever measured by `reach`.
pub(super) fn portals_of_agent(conn: &Connection, agent: i64) -> Result<Vec<i64>, Fail> {
    let mut query =
        conn.prepare_cached("SELECT DISTINCT portal FROM series WHERE agent = ?1 AND probe = 'reach'")?;
    let portals = query
        .query_map([agent], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(portals)
}

/// All dirt, oldest change first.
pub(super) fn list(conn: &Connection, generations: &Generations) -> Result<Vec<Dirty>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT portal.name, since, portal.id FROM dirty JOIN portal ON portal.id = dirty.portal ORDER BY since, name",
    )?;
    let mut rows = query.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Dirty {
            portal: super::reading::id(row, 0)?,
            since: UnixTime::from_secs(row.get(1)?),
            // A generation that is told a moment too early is too low: the portal is looked at once more.
            generation: generations.of(row.get(2)?),
        });
    }
    Ok(all)
}
