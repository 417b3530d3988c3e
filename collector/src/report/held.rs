//! Since when windows of maintenance stand in the inventory. Pure.
//!
//! A second is left out of the adjusted account for the inventory's sake when the inventory in force at that second planned
//! it and its announcement had been made, and when the newest inventory still says so. So a window that is written down, or
//! dated back, after it has passed takes nothing out: that is for the register, with a right, a reason and an entry of the
//! audit log. What the first inventory says is taken as known ever since, for nothing is known of the time before it.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Maintenance, Portal};
use ems_contract::time::{UnixTime, Window};

/// A far end.
const END: UnixTime = UnixTime::from_secs(i64::MAX);
/// A far beginning.
const EVER: UnixTime = UnixTime::from_secs(i64::MIN);

/// The maintenance of every portal as the inventories in force had it.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Lists in force from an instant on, oldest first; a list that stays the same stands there once.
    versions: BTreeMap<PortalId, Vec<(UnixTime, Vec<Maintenance>)>>,
    begun: bool,
}

impl Held {
    /// Takes note of an inventory that came into force after all others.
    pub(super) fn follow(&mut self, inventory: &Inventory, loaded_at: UnixTime) {
        let from = if self.begun { loaded_at } else { EVER };
        self.begun = true;
        for (id, versions) in &mut self.versions {
            if inventory.portals.iter().all(|portal| portal.id != *id) {
                versions.push((from, Vec::new()));
            }
        }
        for portal in &inventory.portals {
            let versions = self.versions.entry(portal.id.clone()).or_default();
            if versions
                .last()
                .is_none_or(|(_, list)| *list != portal.maintenance)
            {
                versions.push((from, portal.maintenance.clone()));
            }
        }
    }

    /// Leaves of the portal's windows only that to be left out which was planned in time. Every second of them stays in
    /// the list, so that what is shown of maintenance is the same.
    pub(super) fn narrow(&self, portal: &mut Portal) {
        if let Some(versions) = self.versions.get(&portal.id) {
            let stops = std::mem::take(&mut portal.maintenance);
            portal.maintenance = stops.iter().flat_map(|stop| pieces(stop, versions)).collect();
        }
    }
}

/// One window as one or several that follow on each other, each left out from its announcement on.
fn pieces(stop: &Maintenance, versions: &[(UnixTime, Vec<Maintenance>)]) -> Vec<Maintenance> {
    let known = known(stop, versions);
    if known == [stop.left_out()] {
        return vec![stop.clone()];
    }
    let piece = |from, to, announced_at| Maintenance {
        from,
        to,
        announced_at,
        ..stop.clone()
    };
    let mut pieces = Vec::new();
    let mut from = stop.from;
    for part in known {
        let announced_at = if part.from > from {
            part.from
        } else {
            stop.announced_at
        };
        pieces.push(piece(from, part.to, announced_at));
        from = part.to;
    }
    if from < stop.to {
        let rest = Window::new(from, stop.to);
        let touches = |other: &Maintenance| !Window::new(other.from, other.to).intersect(rest).is_empty();
        let first = versions.iter().find(|(_, list)| list.iter().any(touches));
        let held = first.map_or(stop.to, |(since, _)| *since);
        pieces.push(piece(from, stop.to, stop.announced_at.max(stop.to).max(held)));
    }
    pieces
}

/// The parts of a window that were planned when they came, in order, none touching another.
fn known(stop: &Maintenance, versions: &[(UnixTime, Vec<Maintenance>)]) -> Vec<Window> {
    let ends = versions.iter().skip(1).map(|(from, _)| *from).chain([END]);
    let mut parts: Vec<Window> = versions
        .iter()
        .zip(ends)
        .flat_map(|((from, list), until)| {
            let stood = Window::new(*from, until);
            list.iter().map(move |said| said.left_out().intersect(stood))
        })
        .map(|part| part.intersect(stop.left_out()))
        .filter(|part| !part.is_empty())
        .collect();
    parts.sort_by_key(|part| part.from);
    let mut joined: Vec<Window> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(before) if part.from <= before.to => before.to = before.to.max(part.to),
            _ => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{at, inventory};

    fn stop(from: i64, to: i64, announced: i64) -> Maintenance {
        Maintenance {
            from: at(from),
            to: at(to),
            author: "Văn phòng".into(),
            reason: "nâng cấp".into(),
            announced_at: at(announced),
            excluded_at: None,
        }
    }

    fn with(stops: &[Maintenance]) -> Inventory {
        let mut inventory = inventory(&["p"]);
        inventory.portals[0].maintenance = stops.to_vec();
        inventory
    }

    /// What the last of these inventories leaves out.
    fn left_out(versions: &[(i64, &[Maintenance])]) -> Vec<(i64, i64)> {
        let mut held = Held::default();
        for (loaded, stops) in versions {
            held.follow(&with(stops), at(*loaded));
        }
        let mut portal = with(versions.last().unwrap().1).portals.remove(0);
        held.narrow(&mut portal);
        let parts = portal.maintenance.iter().map(Maintenance::left_out);
        parts
            .filter(|part| !part.is_empty())
            .map(|part| (part.from - at(0), part.to - at(0)))
            .collect()
    }

    #[test]
    fn what_the_first_inventory_says_was_always_known() {
        let old = [stop(100, 200, 50)];
        assert_eq!(left_out(&[(1_000, &old)]), [(100, 200)]);
        assert_eq!(left_out(&[(1_000, &old), (2_000, &old)]), [(100, 200)]);
    }

    #[test]
    fn a_window_dated_back_after_it_has_passed_takes_nothing_out() {
        let late = [stop(100, 200, 50)];
        assert!(left_out(&[(0, &[]), (300, &late)]).is_empty());
        assert_eq!(left_out(&[(0, &[]), (150, &late)]), [(150, 200)]);
        assert_eq!(left_out(&[(0, &[]), (90, &late)]), [(100, 200)]);
        let honest = [stop(100, 200, 160)];
        assert_eq!(left_out(&[(0, &honest), (300, &late)]), [(160, 200)]);
    }

    #[test]
    fn made_longer_while_it_lasts_it_keeps_what_was_and_afterwards_it_wins_nothing() {
        let (short, long) = ([stop(100, 200, 50)], [stop(100, 300, 50)]);
        assert_eq!(left_out(&[(0, &short), (150, &long)]), [(100, 300)]);
        assert_eq!(left_out(&[(0, &short), (250, &long)]), [(100, 200), (250, 300)]);
        assert_eq!(left_out(&[(0, &short), (400, &long)]), [(100, 200)]);
        // Taken out of the files and put back when it was over.
        assert_eq!(left_out(&[(0, &short), (150, &[]), (400, &short)]), [(100, 150)]);
    }

    proptest! {
        /// Whatever is written when, every second of the newest windows stays in the list, and none is left out that the
        /// inventory of its time did not plan.
        #[test]
        fn nothing_is_left_out_that_was_not_planned_in_time(
            versions in prop::collection::vec(
                (1i64..300, prop::collection::vec((0i64..1_000, 1i64..300, 0i64..1_000), 0..3)), 1..5),
        ) {
            let mut held = Held::default();
            let (mut loaded, mut told) = (0, Vec::new());
            for (later, stops) in &versions {
                loaded += later;
                let stops: Vec<Maintenance> = stops.iter().map(|(from, len, said)| stop(*from, from + len, *said)).collect();
                held.follow(&with(&stops), at(loaded));
                told.push((loaded, stops));
            }
            let newest = told.last().unwrap().1.clone();
            let mut portal = with(&newest).portals.remove(0);
            held.narrow(&mut portal);
            for second in 0..1_400 {
                let covers = |stops: &[Maintenance]| stops.iter().any(|s| s.from <= at(second) && at(second) < s.to);
                let out = |stops: &[Maintenance]| stops.iter().any(|s| s.left_out().contains(at(second)));
                prop_assert_eq!(covers(&newest), covers(&portal.maintenance));
                let then = told.iter().rev().find(|(loaded, _)| *loaded <= second).unwrap_or(&told[0]);
                prop_assert_eq!(out(&portal.maintenance), out(&newest) && out(&then.1), "second {}", second);
            }
        }
    }
}
