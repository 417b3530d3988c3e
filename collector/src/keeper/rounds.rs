//! Rounds over the portals that have news or were not looked at for a while.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ems_contract::id::PortalId;
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;

use super::metrics::Metrics;
use super::pass::{Passed, Standing, Target, pass};
use super::targets::Targets;
use crate::context::Loaded;
use crate::ledger::Delays;
use crate::store::{Dirty, Latest, Store, StoreError};
use crate::suspect::{Sighting, Watch};

/// A portal without news is looked at this often, in seconds: its time goes on all the same.
const REFRESH_S: i64 = 30;
/// Suspicion is looked into this often, in seconds.
const SUSPECT_S: i64 = 60;
/// A pass that begins further back than this, in seconds, is a late one.
const LATE_S: i64 = 1_800;
/// Portals written in one transaction.
const TOGETHER: usize = 200;

/// What is remembered between rounds.
#[derive(Default)]
pub(super) struct Rounds {
    targets: Option<Targets>,
    standings: HashMap<PortalId, Standing>,
    watch: Watch,
    looked_for_suspects: Option<UnixTime>,
}

impl Rounds {
    /// One round. `stopping` is asked between transactions. Returns how many portals were left undone.
    ///
    /// A portal that cannot be read or written does not keep the others from being done; it stays dirty and is
    /// tried again from its checkpoint.
    pub(super) fn round(
        &mut self,
        store: &dyn Store,
        loaded: &Arc<Loaded>,
        metrics: &Metrics,
        now: UnixTime,
        stopping: &dyn Fn() -> bool,
    ) -> Result<usize, StoreError> {
        if !self.targets.as_ref().is_some_and(|targets| targets.is_of(loaded)) {
            self.targets = Some(Targets::of(loaded.clone(), store, now)?);
        }
        let Some(targets) = self.targets.take() else {
            return Ok(0);
        };
        let result = self.round_over(&targets, store, metrics, now, stopping);
        self.targets = Some(targets);
        result
    }

    fn round_over(
        &mut self,
        targets: &Targets,
        store: &dyn Store,
        metrics: &Metrics,
        now: UnixTime,
        stopping: &dyn Fn() -> bool,
    ) -> Result<usize, StoreError> {
        if let Err(error) = self.look_for_suspects(targets, store, metrics, now) {
            metrics.failed();
            tracing::warn!(%error, "suspect agents could not be looked for");
        }
        let dirt: BTreeMap<PortalId, Dirty> = store
            .dirty()?
            .into_iter()
            .map(|dirt| (dirt.portal.clone(), dirt))
            .collect();
        let due = self.due(targets, &dirt, now);
        let mut undone = due.len();
        for together in due.chunks(TOGETHER) {
            if stopping() {
                break;
            }
            let mut passed = Vec::with_capacity(together.len());
            for target in together {
                let standing = self.standings.get(&target.portal);
                let dirt = dirt.get(&target.portal);
                let rules = targets.rules;
                match pass(store, target, &targets.networks, rules, standing, dirt, now) {
                    Ok(one) => passed.push(one),
                    Err(error) => self.failed(&target.portal, &error, metrics),
                }
            }
            undone -= self.write(store, passed, metrics);
        }
        Ok(undone)
    }

    /// The portals with news, and those not looked at for a while.
    fn due(&self, targets: &Targets, dirt: &BTreeMap<PortalId, Dirty>, now: UnixTime) -> Vec<Target> {
        let old = |standing: &Standing| now - standing.looked_at >= REFRESH_S;
        let news = dirt.keys().map(|portal| targets.get(portal, now));
        let stale = targets.measured(now).filter(|target| {
            self.standings.get(&target.portal).is_none_or(old) && !dirt.contains_key(&target.portal)
        });
        // Until all of its time is settled: an incident that is open at its end is ended then.
        let ending = targets.ended(now).filter(|target| {
            let open = match self.standings.get(&target.portal) {
                Some(standing) => !standing.is_through(target) && old(standing),
                None => targets.was_in_trouble(&target.portal),
            };
            open && !dirt.contains_key(&target.portal)
        });
        news.chain(stale.chain(ending).cloned()).collect()
    }

    /// Writes what the passes found; returns how many were done.
    ///
    /// Incidents first: were the spans written and the incidents lost, nobody would look again. The other way
    /// round the portal stays dirty, and the next pass finds the incidents it wrote.
    fn write(&mut self, store: &dyn Store, passed: Vec<Passed>, metrics: &Metrics) -> usize {
        let passed = self.each(passed, metrics, |together| {
            let incidents: Vec<_> = together.iter().flat_map(|one| one.incidents.clone()).collect();
            if incidents.is_empty() {
                return Ok(());
            }
            store.write_incidents(incidents).map(drop)
        });
        let passed = self.each(passed, metrics, |together| {
            store.write_all_spans(together.iter().map(|one| one.update.clone()).collect())
        });
        let done = passed.len();
        for one in passed {
            metrics.passed(one.depth_s > LATE_S);
            self.standings.insert(one.update.portal, one.standing);
        }
        done
    }

    /// Writes all together or, when that is refused, one by one: a bad portal must not hold up the others.
    /// Returns those that were written.
    fn each(
        &mut self,
        passed: Vec<Passed>,
        metrics: &Metrics,
        write: impl Fn(&[Passed]) -> Result<(), StoreError>,
    ) -> Vec<Passed> {
        if write(&passed).is_ok() {
            return passed;
        }
        let alone = |one: Passed| match write(std::slice::from_ref(&one)) {
            Ok(()) => Some(one),
            Err(error) => {
                self.failed(&one.update.portal, &error, metrics);
                None
            }
        };
        passed.into_iter().filter_map(alone).collect()
    }

    fn failed(&mut self, portal: &PortalId, error: &StoreError, metrics: &Metrics) {
        tracing::warn!(%portal, %error, "the ledger of portal {portal} could not be brought up to date");
        metrics.failed();
        if let Some(standing) = self.standings.get_mut(portal) {
            standing.watch();
        }
    }

    fn look_for_suspects(
        &mut self,
        targets: &Targets,
        store: &dyn Store,
        metrics: &Metrics,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let recent = self
            .looked_for_suspects
            .is_some_and(|last| now - last < SUSPECT_S);
        if recent || targets.agents() < 2 {
            return Ok(());
        }
        self.looked_for_suspects = Some(now);
        let sightings: Vec<Sighting> = store
            .latest(None)?
            .into_iter()
            .filter_map(|latest| sighting(latest, targets, now))
            .collect();
        let gaps = self.watch.look(&sightings, now);
        metrics.suspect.reset();
        for (agent, family) in self.watch.suspected() {
            metrics
                .suspect
                .with_label_values(&[agent.as_str(), family.as_str()])
                .set(1);
        }
        if !gaps.is_empty() {
            store.note_gaps(gaps)?;
        }
        Ok(())
    }
}

/// A newest record, as far as it is a current one of the probe that the ledger is made of.
fn sighting(latest: Latest, targets: &Targets, now: UnixTime) -> Option<Sighting> {
    let delays = Delays::of(latest.interval_s, targets.limits());
    let current = latest.slot <= now && now < latest.slot + delays.total_s();
    let family = latest
        .family
        .filter(|_| current && latest.probe == ProbeKind::Reach)?;
    Some(Sighting {
        agent: latest.agent,
        portal: latest.portal,
        family,
        slot: latest.slot,
        outcome: latest.outcome,
        address: latest.address,
    })
}
