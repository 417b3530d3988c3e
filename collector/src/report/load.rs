//! Fetches a report's inputs from the store.

use std::collections::BTreeMap;

use ems_contract::id::{AgentId, PortalId};
use ems_contract::inventory::{Inventory, Status};
use ems_contract::time::{UnixTime, Window};

use super::history::History;
use super::inputs::{AgentInput, Inputs, PortalInput};
use crate::ledger::{AgentGap, Delays, Span, Track, decided, settled_horizon};
use crate::store::{Store, StoreError};

/// A far end.
const END: UnixTime = UnixTime::from_secs(i64::MAX);

/// Fetches everything that a report about `window` is made from: the portals of `inventory`, and those that an
/// inventory in force within the window or since had and a later one dropped.
///
/// # Errors
/// When the store cannot be read.
pub fn load(store: &dyn Store, inventory: &Inventory, window: Window) -> Result<Inputs, StoreError> {
    let mut inputs = outline(store, inventory, window)?;
    fetch_spans(store, &mut inputs.portals, window)?;
    Ok(inputs)
}

/// The same without spans, which are most of it.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn outline(
    store: &dyn Store,
    inventory: &Inventory,
    window: Window,
) -> Result<Inputs, StoreError> {
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
    let plans = store.plans(window)?;
    for input in &mut portals {
        history.narrow(&mut input.portal);
        plans.lay_over(&mut input.portal);
    }
    Ok(Inputs {
        demo: store.demo()?.is_some(),
        inventory_version: inventory.version,
        portals,
        agents: agents(inventory, store.agent_gaps(window)?),
    })
}

/// The horizon up to which the figures of every measured portal are settled at `now`.
///
/// # Errors
/// When the store cannot be read.
pub fn settled(store: &dyn Store, inventory: &Inventory, now: UnixTime) -> Result<UnixTime, StoreError> {
    let measured = inventory
        .portals
        .iter()
        .filter(|portal| portal.status == Status::Active);
    let delays: BTreeMap<&PortalId, Delays> = measured
        .map(|portal| (&portal.id, Delays::of(portal.reach_interval_s, &inventory.limits)))
        .collect();
    let horizons = || delays.values().map(|delays| settled_horizon(now, *delays));
    let earliest = delays
        .values()
        .map(|delays| settled_horizon(now, *delays) - delays.patience_s());
    let (Some(from), Some(to)) = (earliest.min(), horizons().max()) else {
        return Ok(now);
    };
    let ids: Vec<PortalId> = delays.keys().copied().cloned().collect();
    let mut settled = horizons().min().unwrap_or(now);
    for track in [Track::V4, Track::V6] {
        for (portal, spans) in store.all_spans(&ids, track, Window::new(from - 1, to + 1))? {
            if let Some(delays) = delays.get(&portal) {
                settled = settled.min(decided(
                    settled_horizon(now, *delays),
                    *delays,
                    [spans.as_slice()],
                ));
            }
        }
    }
    Ok(settled)
}

/// Fetches the spans of portals.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn fetch_spans(
    store: &dyn Store,
    portals: &mut [PortalInput],
    window: Window,
) -> Result<(), StoreError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::State;
    use crate::store::SpanUpdate;
    use crate::testing::{at, inventory, portal, store};

    #[test]
    fn the_slowest_portal_decides_what_is_settled() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let mut inventory = inventory(&["p1", "p2"]);
        let now = at(10_000);
        inventory.portals[1].reach_interval_s = 300;
        assert_eq!(settled(&store, &inventory, now).unwrap(), now - 345);
        inventory.portals.clear();
        assert_eq!(settled(&store, &inventory, now).unwrap(), now);
    }

    /// Two minutes after the end of the period one network sees a failure that began before it: whether that is an
    /// outage shows only after three minutes.
    #[test]
    fn a_report_does_not_settle_what_waits_for_confirmation() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let inventory = inventory(&["p1", "p2"]);
        let (end, now) = (at(9_000), at(9_120));
        let span = |from, to, state, cause| Span {
            from: at(from),
            to: at(to),
            state,
            cause,
            agents: Vec::new(),
        };
        let unconfirmed = crate::ledger::SpanCause::Defect {
            cause: ems_contract::cause::DegradedCause::Unconfirmed,
        };
        let spans = vec![
            (Track::V4, span(0, 8_960, State::Up, None)),
            (Track::V4, span(8_960, 9_120, State::Degraded, Some(unconfirmed))),
        ];
        store
            .write_spans(SpanUpdate {
                portal: portal("p1"),
                from: at(0),
                spans,
                checkpoints: Vec::new(),
                forget: Vec::new(),
                generation: 0,
            })
            .unwrap();
        assert!(settled_horizon(now, Delays::of(60, &inventory.limits)) > end);
        assert_eq!(settled(&store, &inventory, now).unwrap(), at(8_960));
    }
}
