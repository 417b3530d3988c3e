//! When portals came into the inventory and left it, told by the inventories that were in force.

use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Portal, Status};
use ems_contract::time::UnixTime;

use super::held::Held;
use crate::store::InventoryRecord;

/// A portal's presence in the inventories of a stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Presence {
    /// The portal as the newest inventory that has it active describes it.
    pub portal: Portal,
    /// When the first inventory that has it active came into force, unless that is the first of all: what was
    /// before the first inventory is not known.
    pub added_at: Option<UnixTime>,
    /// When an inventory in which it is not active followed the last one in which it is.
    pub removed_at: Option<UnixTime>,
}

/// What a series of inventories says of every portal that was ever active in it.
#[derive(Debug, Default)]
pub struct History {
    portals: BTreeMap<PortalId, Presence>,
    held: Held,
}

impl History {
    /// Reads inventories, oldest first. One that cannot be read (of another build) is passed over.
    #[must_use]
    pub fn of(records: &[InventoryRecord]) -> Self {
        let mut history = Self::default();
        let mut before: Option<Sha256> = None;
        let mut first = true;
        for record in records {
            // A restart notes the same inventory again.
            if before == Some(record.version) {
                continue;
            }
            let Ok(inventory) = serde_json::from_str::<Inventory>(&record.json) else {
                continue;
            };
            before = Some(record.version);
            history.held.follow(&inventory, record.loaded_at);
            history.follow(inventory, record.loaded_at, first);
            first = false;
        }
        history
    }

    fn follow(&mut self, inventory: Inventory, loaded_at: UnixTime, first: bool) {
        let mut active: BTreeMap<PortalId, Portal> = inventory
            .portals
            .into_iter()
            .filter(|portal| portal.status == Status::Active)
            .map(|portal| (portal.id.clone(), portal))
            .collect();
        for (id, presence) in &mut self.portals {
            match active.remove(id) {
                Some(portal) => {
                    presence.portal = portal;
                    presence.removed_at = None;
                }
                None => {
                    presence.removed_at.get_or_insert(loaded_at);
                }
            }
        }
        for (id, portal) in active {
            let added_at = (!first).then_some(loaded_at);
            self.portals.insert(
                id,
                Presence {
                    portal,
                    added_at,
                    removed_at: None,
                },
            );
        }
    }

    /// What is known of a portal.
    #[must_use]
    pub fn get(&self, portal: &PortalId) -> Option<&Presence> {
        self.portals.get(portal)
    }

    /// Leaves of the maintenance that the newest inventory names for a portal only that to be left out of the adjusted
    /// account which the inventory of its time planned.
    pub fn narrow(&self, portal: &mut Portal) {
        self.held.narrow(portal);
    }

    /// Every portal that was active, with what is known of it.
    pub fn iter(&self) -> impl Iterator<Item = (&PortalId, &Presence)> {
        self.portals.iter()
    }
}
