//! One day of one portal, judged from the store.

use std::sync::{Mutex, PoisonError};

use ems_contract::id::PortalId;
use ems_contract::inventory::Portal;
use ems_contract::time::UnixTime;

use super::METHOD;
use super::spread::spread;
use crate::calendar::civil;
use crate::dossier::{Chronicle, Era, Gatherer};
use crate::judge::facts::TargetFacts;
use crate::judge::judge;
use crate::regulation::Regulations;
use crate::store::{Judged, Store, StoreError, Versions};

/// Judged portals kept in one transaction.
const AT_ONCE: usize = 32;

/// What judging needs: store, rules, inventories in time.
pub struct Bench<'a> {
    /// Durable data.
    pub store: &'a dyn Store,
    /// The law as data.
    pub rules: &'a Regulations,
    /// Which inventory was in force when.
    pub chronicle: &'a Chronicle,
    /// The present: tells how much of the ledger is settled.
    pub now: UnixTime,
}

impl Bench<'_> {
    /// Everything known of a portal at an instant.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn facts(&self, era: &Era, portal: &Portal, at: UnixTime) -> Result<TargetFacts, StoreError> {
        Gatherer::new(self.store, self.rules, self.chronicle).facts(era, portal, at, self.now)
    }

    /// Judges a portal of the era's inventory at an instant.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn judge(&self, era: &Era, portal: &Portal, at: UnixTime) -> Result<Judged, StoreError> {
        let facts = self.facts(era, portal, at)?;
        let day = civil::day_of(at);
        Ok(Judged {
            portal: portal.id.clone(),
            day,
            at,
            versions: Versions {
                rules: self.rules.version,
                calendar: self.rules.calendar.versions(day, day),
                inventory: era.inventory.version,
                method: METHOD,
            },
            verdicts: judge(self.rules, &era.units, &facts, None, at),
        })
    }
}

/// Judges the portals of the inventory in force at `at`, all or `only` some, and keeps the verdicts; returns how many
/// portals were judged.
///
/// # Errors
/// When the store cannot be read or written; what was kept by then stays.
pub fn judge_all(bench: &Bench<'_>, only: Option<&[PortalId]>, at: UnixTime) -> Result<usize, StoreError> {
    let Some(era) = bench.chronicle.at(at) else {
        return Ok(0);
    };
    let portals: Vec<&Portal> = era
        .inventory
        .portals
        .iter()
        .filter(|portal| only.is_none_or(|only| only.contains(&portal.id)))
        .filter(|portal| !portal.regulations.is_empty())
        .collect();
    let waiting: Mutex<Vec<Judged>> = Mutex::default();
    spread(&portals, |portal| {
        let judged = bench.judge(era, portal, at)?;
        let full = {
            let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(judged);
            (waiting.len() >= AT_ONCE).then(|| std::mem::take(&mut *waiting))
        };
        full.map_or(Ok(()), |judged| bench.store.write_verdicts(judged))
    })?;
    let rest = waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !rest.is_empty() {
        bench.store.write_verdicts(rest)?;
    }
    Ok(portals.len())
}
