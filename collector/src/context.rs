//! What every room of the collector is given: store, inventory in force, clock, metric registry.

use std::sync::Arc;

use ems_contract::clock::SharedClock;
use ems_contract::diagnostic::Diagnostic;
use ems_contract::inventory::Inventory;
use ems_contract::time::UnixTime;
use tokio::sync::watch;

use crate::judging::Docket;
use crate::store::Store;

/// Shared by the HTTP rooms and the background jobs.
#[derive(Clone)]
pub struct Context {
    /// Durable data.
    pub store: Arc<dyn Store>,
    /// The inventory in force.
    pub inventory: LiveInventory,
    /// Wall clock.
    pub clock: SharedClock,
    /// Portals to be judged again.
    pub docket: Docket,
    /// Where every room registers its own counters and gauges.
    pub registry: prometheus::Registry,
}

/// The inventory in force, replaced whole; readers never see half of a change.
#[derive(Clone)]
pub struct LiveInventory {
    state: Arc<watch::Sender<Arc<Loaded>>>,
}

/// An inventory and how the last attempt to replace it went.
#[derive(Debug)]
pub struct Loaded {
    /// The inventory in force.
    pub inventory: Arc<Inventory>,
    /// When it came into force.
    pub since: UnixTime,
    /// The last attempt to replace it, when it was refused.
    pub refused: Option<Refusal>,
}

/// A reload that was refused: the inventory before it stays in force.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// When.
    pub at: UnixTime,
    /// Everything that is wrong with the new files.
    pub diagnostics: Vec<Diagnostic>,
}

impl LiveInventory {
    /// Starts with an inventory in force since `since`.
    #[must_use]
    pub fn new(inventory: Inventory, since: UnixTime) -> Self {
        let loaded = Loaded {
            inventory: Arc::new(inventory),
            since,
            refused: None,
        };
        Self {
            state: Arc::new(watch::Sender::new(Arc::new(loaded))),
        }
    }

    /// The inventory in force and the state of the last reload.
    #[must_use]
    pub fn loaded(&self) -> Arc<Loaded> {
        self.state.borrow().clone()
    }

    /// The inventory in force.
    #[must_use]
    pub fn current(&self) -> Arc<Inventory> {
        self.loaded().inventory.clone()
    }

    /// Puts a new inventory in force.
    pub fn replace(&self, inventory: Inventory, now: UnixTime) {
        let loaded = Loaded {
            inventory: Arc::new(inventory),
            since: now,
            refused: None,
        };
        self.state.send_replace(Arc::new(loaded));
    }

    /// Notes that the files say what is in force: an earlier refusal is over.
    pub fn confirm(&self) {
        self.state.send_if_modified(|loaded| {
            let refused = loaded.refused.is_some();
            if refused {
                let next = Loaded {
                    inventory: loaded.inventory.clone(),
                    since: loaded.since,
                    refused: None,
                };
                *loaded = Arc::new(next);
            }
            refused
        });
    }

    /// Notes that a reload was refused; the inventory in force stays.
    pub fn refuse(&self, refusal: Refusal) {
        self.state.send_modify(|loaded| {
            let next = Loaded {
                inventory: loaded.inventory.clone(),
                since: loaded.since,
                refused: Some(refusal),
            };
            *loaded = Arc::new(next);
        });
    }

    /// Wakes whenever the inventory or the state of the last reload changes.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<Loaded>> {
        self.state.subscribe()
    }
}
