//! What each agent is told to do: built once per inventory, served with its version as ETag.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use ems_contract::inventory::Inventory;

use crate::context::LiveInventory;

/// One agent's plan, ready to be sent.
#[derive(Debug, Clone)]
pub struct ReadyPlan {
    /// The plan's version: what an agent names in `If-None-Match`.
    pub version: Sha256,
    /// The plan as JSON.
    pub json: Arc<[u8]>,
}

/// The plans of the inventory in force.
#[derive(Clone)]
pub struct Plans {
    inventory: LiveInventory,
    built: Arc<Mutex<Built>>,
}

#[derive(Default)]
struct Built {
    of: Option<Arc<Inventory>>,
    plans: HashMap<AgentId, Option<ReadyPlan>>,
}

impl Plans {
    /// Plans of the inventory in force, whichever it is when they are asked for.
    #[must_use]
    pub fn new(inventory: LiveInventory) -> Self {
        Self {
            inventory,
            built: Arc::default(),
        }
    }

    /// The plan of an agent; `None` when the inventory in force does not have it.
    #[must_use]
    pub fn of(&self, agent: &AgentId) -> Option<ReadyPlan> {
        let current = self.inventory.current();
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if !built.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &current)) {
            *built = Built {
                of: Some(current.clone()),
                plans: HashMap::new(),
            };
        }
        built
            .plans
            .entry(agent.clone())
            .or_insert_with(|| build(&current, agent))
            .clone()
    }
}

fn build(inventory: &Inventory, agent: &AgentId) -> Option<ReadyPlan> {
    let plan = inventory.plan_for(agent)?;
    // The version is the digest of exactly these bytes.
    let json = serde_json::to_vec(&plan).ok()?;
    Some(ReadyPlan {
        version: plan.version(),
        json: json.into(),
    })
}
