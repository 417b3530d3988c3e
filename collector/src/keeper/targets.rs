//! What the inventory in force means for the ledger.

use std::collections::HashMap;
use std::sync::Arc;

use ems_contract::id::PortalId;
use ems_contract::inventory::{Expectation, Portal, Status};
use ems_contract::plan::Limits;
use ems_contract::time::UnixTime;

use super::pass::Target;
use crate::context::Loaded;
use crate::ledger::{Delays, Networks, Rules};

/// Slots of a portal that the inventory does not know any more are taken to be this far apart, in seconds.
const ORDINARY_S: u32 = 60;

/// The inventory in force, indexed.
pub(super) struct Targets {
    loaded: Arc<Loaded>,
    pub(super) networks: Networks,
    pub(super) rules: Rules,
    by_portal: HashMap<PortalId, Target>,
}

impl Targets {
    pub(super) fn of(loaded: Arc<Loaded>) -> Self {
        let inventory = &loaded.inventory;
        let networks = inventory
            .agents
            .iter()
            .map(|agent| (agent.id.clone(), agent.network.clone()));
        let active = inventory
            .portals
            .iter()
            .filter(|portal| portal.status == Status::Active);
        let targets =
            active.map(|portal| (portal.id.clone(), target(portal, &inventory.limits, loaded.since)));
        Self {
            networks: networks.collect(),
            rules: Rules::of(&inventory.limits),
            by_portal: targets.collect(),
            loaded,
        }
    }

    /// Whether this is still the inventory in force.
    pub(super) fn is_of(&self, loaded: &Arc<Loaded>) -> bool {
        Arc::ptr_eq(&self.loaded, loaded)
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.loaded.inventory.limits
    }

    /// The portals measured at `now`.
    pub(super) fn measured(&self, now: UnixTime) -> impl Iterator<Item = &Target> {
        let counts = move |target: &&Target| target.start < now && target.end.is_none_or(|end| now < end);
        self.by_portal.values().filter(counts)
    }

    /// The portal; one that is measured no more is taken as it was left, so that its last records still count.
    pub(super) fn get(&self, portal: &PortalId, now: UnixTime) -> Target {
        self.by_portal.get(portal).cloned().unwrap_or_else(|| Target {
            portal: portal.clone(),
            expected_v4: true,
            expected_v6: true,
            delays: Delays::of(ORDINARY_S, self.limits()),
            start: now,
            end: None,
        })
    }
}

fn target(portal: &Portal, limits: &Limits, since: UnixTime) -> Target {
    Target {
        portal: portal.id.clone(),
        expected_v4: portal.ipv4 != Expectation::None,
        expected_v6: portal.ipv6 != Expectation::None,
        delays: Delays::of(portal.reach_interval_s, limits),
        start: portal.valid_from.map_or(since, |from| from.max(since)),
        end: portal.valid_to,
    }
}
