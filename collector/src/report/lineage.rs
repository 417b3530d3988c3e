//! Whose figures of an earlier period may stand beside a portal's: its own, those of the one portal that it took over
//! from, or nobody's. Pure.

use std::collections::BTreeSet;

use ems_contract::id::PortalId;
use ems_contract::time::Window;

use super::inputs::PortalInput;

/// Who stands beside a portal in an earlier window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// It counted itself.
    Itself,
    /// The one portal that it took over from, and that nobody else took over from.
    Predecessor(PortalId),
    /// Several portals became one, or one became several: neither figure is the other's earlier one.
    Incomparable,
    /// Nobody: it began by itself, or nothing is known of those before it.
    Nobody,
}

/// Who stands beside `portal` in `window`. `portals` are all of the inventory, also those that are gone.
#[must_use]
pub fn beside(portals: &[PortalInput], portal: &PortalId, window: Window) -> Beside {
    let mut here = portal;
    // Predecessors form no circle; an inventory of another build might.
    let mut seen = BTreeSet::new();
    while seen.insert(here) {
        let Some(input) = find(portals, here) else {
            return Beside::Nobody;
        };
        if input.why_not_counted(window).is_none() {
            return if here == portal {
                Beside::Itself
            } else {
                Beside::Predecessor(here.clone())
            };
        }
        match input.portal.predecessors.as_slice() {
            [] => return Beside::Nobody,
            [one] if successors(portals, &one.id) == 1 => here = &one.id,
            _ => return Beside::Incomparable,
        }
    }
    Beside::Nobody
}

fn find<'p>(portals: &'p [PortalInput], id: &PortalId) -> Option<&'p PortalInput> {
    portals.iter().find(|input| input.portal.id == *id)
}

fn successors(portals: &[PortalInput], id: &PortalId) -> usize {
    let takes = |input: &&PortalInput| input.portal.predecessors.iter().any(|before| before.id == *id);
    portals.iter().filter(takes).count()
}

#[cfg(test)]
mod tests {
    use ems_contract::inventory::Predecessor;

    use super::*;
    use crate::testing::{at, inventory, portal};

    const TURN: i64 = 1_000;

    /// Portals of which the first take over from others on the day of the turn.
    fn portals(ids: &[&str], takes: &[(&str, &[&str])]) -> Vec<PortalInput> {
        let mut all = inventory(ids).portals;
        for (id, before) in takes {
            for one in &mut all {
                if before.contains(&one.id.as_str()) {
                    one.valid_to = Some(at(TURN));
                }
                if one.id.as_str() == *id {
                    one.valid_from = Some(at(TURN));
                    let predecessor = |before: &&str| Predecessor {
                        id: portal(before),
                        from: at(TURN),
                    };
                    one.predecessors = before.iter().map(predecessor).collect();
                }
            }
        }
        let input = |portal| PortalInput {
            portal,
            added_at: None,
            removed_at: None,
            spans: Default::default(),
        };
        all.into_iter().map(input).collect()
    }

    fn of(portals: &[PortalInput], id: &str) -> Beside {
        beside(portals, &portal(id), Window::new(at(0), at(TURN)))
    }

    #[test]
    fn one_that_became_another_is_its_past() {
        let all = portals(&["new", "old", "other"], &[("new", &["old"])]);
        assert_eq!(of(&all, "new"), Beside::Predecessor(portal("old")));
        assert_eq!(of(&all, "other"), Beside::Itself);
        assert_eq!(of(&all, "nobody"), Beside::Nobody);
    }

    #[test]
    fn several_that_became_one_and_one_that_became_several_have_no_figure() {
        let merged = portals(&["new", "a", "b"], &[("new", &["a", "b"])]);
        assert_eq!(of(&merged, "new"), Beside::Incomparable);
        let split = portals(&["x", "y", "huyen"], &[("x", &["huyen"]), ("y", &["huyen"])]);
        assert_eq!(of(&split, "x"), Beside::Incomparable);
    }

    #[test]
    fn one_that_took_others_in_keeps_its_own_past_and_a_new_one_has_none() {
        let mut all = portals(&["tinh", "nhap"], &[("tinh", &["nhap"])]);
        all[0].portal.valid_from = None;
        assert_eq!(of(&all, "tinh"), Beside::Itself);
        let mut fresh = portals(&["moi"], &[]);
        fresh[0].portal.valid_from = Some(at(TURN));
        assert_eq!(of(&fresh, "moi"), Beside::Nobody);
    }
}
