//! Which inventory was in force when.

use std::collections::BTreeMap;
use std::sync::Arc;

use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, NetworkId, PortalId};
use ems_contract::inventory::Inventory;
use ems_contract::time::{UnixTime, Window};

use crate::judge::Units;
use crate::store::{InventoryRecord, Store, StoreError};

/// An inventory and the time from which it was in force.
#[derive(Debug)]
pub struct Era {
    /// First instant.
    pub from: UnixTime,
    /// What was in force.
    pub inventory: Inventory,
    /// Its units, as the judge knows them.
    pub units: Units,
    networks: BTreeMap<AgentId, NetworkId>,
}

impl Era {
    fn new(inventory: Inventory, from: UnixTime) -> Self {
        let networks = inventory
            .agents
            .iter()
            .map(|agent| (agent.id.clone(), agent.network.clone()))
            .collect();
        Self {
            from,
            units: Units::of(&inventory),
            networks,
            inventory,
        }
    }

    /// The network of an agent of this inventory.
    #[must_use]
    pub fn network(&self, agent: &AgentId) -> Option<&NetworkId> {
        self.networks.get(agent)
    }
}

/// All inventories ever in force, oldest first: the verdicts of a day use that day's.
#[derive(Debug, Default)]
pub struct Chronicle {
    eras: Vec<Arc<Era>>,
    /// When each portal was first in an inventory.
    since: BTreeMap<PortalId, UnixTime>,
}

impl Chronicle {
    /// Reads what came into force up to and including `until`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn load(store: &dyn Store, until: UnixTime) -> Result<Self, StoreError> {
        let ever = Window::new(UnixTime::default(), until + 1);
        Ok(Self::of(&store.inventories(ever)?))
    }

    /// Reads records, oldest first. One that cannot be read (of another build) is passed over: the inventory before it
    /// stands in.
    #[must_use]
    pub fn of(records: &[InventoryRecord]) -> Self {
        let mut chronicle = Self::default();
        let mut before: Option<Sha256> = None;
        for record in records {
            // A restart notes the same inventory again.
            if before == Some(record.version) {
                continue;
            }
            let Ok(inventory) = serde_json::from_str::<Inventory>(&record.json) else {
                continue;
            };
            before = Some(record.version);
            chronicle.add(inventory, record.loaded_at);
        }
        chronicle
    }

    /// Adds an inventory that came into force after all others.
    pub fn add(&mut self, inventory: Inventory, from: UnixTime) {
        for portal in &inventory.portals {
            self.since.entry(portal.id.clone()).or_insert(from);
        }
        self.eras.push(Arc::new(Era::new(inventory, from)));
    }

    /// What was in force at an instant; nothing before the first inventory.
    #[must_use]
    pub fn at(&self, at: UnixTime) -> Option<&Arc<Era>> {
        self.eras.iter().rev().find(|era| era.from <= at)
    }

    /// When the first inventory came into force.
    #[must_use]
    pub fn first(&self) -> Option<UnixTime> {
        self.eras.first().map(|era| era.from)
    }

    /// When a portal was first in an inventory.
    #[must_use]
    pub fn since(&self, portal: &PortalId) -> Option<UnixTime> {
        self.since.get(portal).copied()
    }
}
