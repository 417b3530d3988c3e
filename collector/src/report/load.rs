//! Fetches a report's inputs from the store.

use std::collections::BTreeMap;

use ems_contract::id::{AgentId, PortalId};
use ems_contract::inventory::Inventory;
use ems_contract::time::{UnixTime, Window};

use super::history::History;
use super::inputs::{AgentInput, Inputs, PortalInput};
use crate::ledger::{AgentGap, Span, Track};
use crate::store::{Store, StoreError};

/// A far end.
const END: UnixTime = UnixTime::from_secs(i64::MAX);

/// Fetches everything that a report about `window` is made from: the portals of `inventory`, and those that an
/// inventory in force within the window or since had and a later one dropped.
///
/// # Errors
/// When the store cannot be read.
pub fn load(store: &dyn Store, inventory: &Inventory, window: Window) -> Result<Inputs, StoreError> {
    // Up to the newest: a portal that was dropped after the window counts in it, one that was added after it does not.
    let history = History::of(&store.inventories(Window::new(window.from, END))?);
    let mut portals: Vec<PortalInput> = inventory
        .portals
        .iter()
        .map(|portal| {
            let presence = history.get(&portal.id);
            PortalInput {
                portal: portal.clone(),
                added_at: presence.and_then(|presence| presence.added_at),
                removed_at: presence.and_then(|presence| presence.removed_at),
                spans: Default::default(),
            }
        })
        .collect();
    let dropped = history.iter().filter(|(id, presence)| {
        presence.removed_at.is_some() && inventory.portals.iter().all(|portal| portal.id != **id)
    });
    portals.extend(dropped.map(|(_, presence)| PortalInput {
        portal: presence.portal.clone(),
        added_at: presence.added_at,
        removed_at: presence.removed_at,
        spans: Default::default(),
    }));
    fetch_spans(store, &mut portals, window)?;
    Ok(Inputs {
        demo: store.demo()?.is_some(),
        inventory_version: inventory.version,
        portals,
        agents: agents(inventory, store.agent_gaps(window)?),
    })
}

fn fetch_spans(store: &dyn Store, portals: &mut [PortalInput], window: Window) -> Result<(), StoreError> {
    // With their neighbours, so that the borders of the window are told from the borders of spans.
    let window = Window::new(window.from - 1, window.to + 1);
    let ids: Vec<PortalId> = portals.iter().map(|input| input.portal.id.clone()).collect();
    for (place, track) in Track::ALL.into_iter().enumerate() {
        let mut found: BTreeMap<PortalId, Vec<Span>> =
            store.all_spans(&ids, track, window)?.into_iter().collect();
        for input in &mut *portals {
            input.spans[place] = found.remove(&input.portal.id).unwrap_or_default();
        }
    }
    Ok(())
}

/// The agents of the inventory in its order, then those that only gaps tell of.
fn agents(inventory: &Inventory, gaps: Vec<AgentGap>) -> Vec<AgentInput> {
    let mut by_agent: BTreeMap<AgentId, Vec<AgentGap>> = BTreeMap::new();
    for gap in gaps {
        by_agent.entry(gap.agent.clone()).or_default().push(gap);
    }
    let mut agents: Vec<AgentInput> = inventory
        .agents
        .iter()
        .map(|agent| AgentInput {
            id: agent.id.clone(),
            gaps: by_agent.remove(&agent.id).unwrap_or_default(),
            agent: Some(agent.clone()),
        })
        .collect();
    agents.extend(by_agent.into_iter().map(|(id, gaps)| AgentInput {
        id,
        agent: None,
        gaps,
    }));
    agents
}
