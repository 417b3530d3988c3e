//! What the inventories mean for the ledger: the one in force, and those before it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use ems_contract::id::PortalId;
use ems_contract::inventory::{Expectation, Inventory, Portal, Status};
use ems_contract::plan::Limits;
use ems_contract::time::{UnixTime, Window};

use super::pass::Target;
use crate::context::Loaded;
use crate::ledger::{Delays, Networks, Rules};
use crate::report::History;
use crate::store::{InventoryRecord, Store, StoreError};

/// Slots of a portal that no inventory of the last year knows are taken to be this far apart, in seconds.
const ORDINARY_S: u32 = 60;
/// How far back, in seconds, inventories are looked at: where agents stood and when portals left is known that long.
const MEMORY_S: i64 = 400 * 86_400;

/// The inventory in force, indexed, with what earlier ones tell.
pub(super) struct Targets {
    loaded: Arc<Loaded>,
    pub(super) networks: Networks,
    pub(super) rules: Rules,
    by_portal: HashMap<PortalId, Target>,
    /// Portals with an open incident when the inventory came into force.
    in_trouble: BTreeSet<PortalId>,
}

impl Targets {
    pub(super) fn of(loaded: Arc<Loaded>, store: &dyn Store, now: UnixTime) -> Result<Self, StoreError> {
        let inventory = &loaded.inventory;
        let before = store.inventories(Window::new(now - MEMORY_S, loaded.since + 1))?;
        let open = store.incidents(None, Window::new(now, now + 1))?;
        let in_trouble = open.into_iter().filter(|incident| incident.closed_at.is_none());
        let active = inventory
            .portals
            .iter()
            .filter(|portal| portal.status == Status::Active);
        let mut by_portal: HashMap<PortalId, Target> = active
            .map(|portal| (portal.id.clone(), target(portal, &inventory.limits, loaded.since)))
            .collect();
        for (id, presence) in History::of(&before).iter() {
            // Its time ended when it left, or earlier, as it was written.
            let removed = presence.removed_at.unwrap_or(loaded.since);
            by_portal.entry(id.clone()).or_insert_with(|| {
                let written = target(&presence.portal, &inventory.limits, loaded.since);
                Target {
                    end: Some(written.end.map_or(removed, |end| end.min(removed))),
                    ..written
                }
            });
        }
        Ok(Self {
            networks: networks(&before, &loaded),
            rules: Rules::of(&inventory.limits),
            by_portal,
            in_trouble: in_trouble.map(|incident| incident.portal).collect(),
            loaded,
        })
    }

    /// Whether this is still the inventory in force.
    pub(super) fn is_of(&self, loaded: &Arc<Loaded>) -> bool {
        Arc::ptr_eq(&self.loaded, loaded)
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.loaded.inventory.limits
    }

    /// How many agents measure now.
    pub(super) fn agents(&self) -> usize {
        self.loaded.inventory.agents.len()
    }

    /// The portals measured at `now`.
    pub(super) fn measured(&self, now: UnixTime) -> impl Iterator<Item = &Target> {
        let counts = move |target: &&Target| target.start < now && target.end.is_none_or(|end| now < end);
        self.by_portal.values().filter(counts)
    }

    /// The portals whose time has ended.
    pub(super) fn ended(&self, now: UnixTime) -> impl Iterator<Item = &Target> {
        let over = move |target: &&Target| target.end.is_some_and(|end| end <= now);
        self.by_portal.values().filter(over)
    }

    /// Whether a portal had an open incident when the inventory came into force.
    pub(super) fn was_in_trouble(&self, portal: &PortalId) -> bool {
        self.in_trouble.contains(portal)
    }

    /// The portal; one that no inventory of the last year knows is taken as it was left, so that its last records
    /// still count.
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

/// Where agents stood, by the inventories that were in force and the one that is.
fn networks(before: &[InventoryRecord], loaded: &Loaded) -> Networks {
    let mut networks = Networks::default();
    let mut follow = |since, inventory: &Inventory| {
        let agents = inventory.agents.iter().map(|agent| (&agent.id, &agent.network));
        networks.follow(since, agents);
    };
    for (index, record) in before.iter().enumerate() {
        // A restart notes the same inventory again; one of another build that cannot be read is passed over.
        let again = index > 0 && before[index - 1].version == record.version;
        if !again && let Ok(inventory) = serde_json::from_str(&record.json) {
            follow(record.loaded_at, &inventory);
        }
    }
    follow(loaded.since, &loaded.inventory);
    networks
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
