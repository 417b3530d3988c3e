//! What one vantage point saw of one portal over one family, slot by slot.

use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use ems_contract::time::{UnixTime, Window};

use super::chance::Chance;
use super::fate::{Fate, NO_ADDRESS};

/// Seconds between slots.
pub(super) const INTERVAL_S: u32 = 60;

/// One slot that is told to the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) slot: UnixTime,
    /// Seconds it holds: to the next one that is told.
    pub(super) interval_s: u32,
    pub(super) outcome: Outcome,
}

/// One grid of slots.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) family: Family,
    /// The vantage point's place in the list.
    pub(super) seen_by: usize,
    phase: i64,
}

impl Grid {
    /// The grid of a vantage point for a portal and family.
    pub(super) fn of(portal: &str, family: Family, seen_by: usize) -> Self {
        let whose = format!("{portal}/{}/{seen_by}", family.as_str());
        Self {
            family,
            seen_by,
            phase: i64::from(Chance::of("phase", &whose).below(INTERVAL_S)),
        }
    }

    /// The first slot at or after `at`.
    fn next(self, at: UnixTime) -> UnixTime {
        let interval = i64::from(INTERVAL_S);
        let behind = (at.secs() - self.phase).rem_euclid(interval);
        at + if behind == 0 { 0 } else { interval - behind }
    }

    /// The slots of `fate`, none of them within `gaps`: every one from `dense_from` on and in times of trouble. Before,
    /// one slot stands for a quiet stretch: the ledger makes the same of it as of all its slots.
    pub(super) fn slots(self, fate: &Fate, gaps: &[Window], dense_from: UnixTime) -> Vec<Slot> {
        let mut borders: Vec<UnixTime> = fate
            .stretches
            .iter()
            .filter(|stretch| stretch.concerns(self.family, self.seen_by))
            .map(|stretch| stretch.window)
            .chain(gaps.iter().copied())
            .flat_map(|window| [window.from, window.to])
            .chain([fate.window.from, dense_from, fate.window.to])
            .filter(|at| fate.window.from <= *at && *at <= fate.window.to)
            .collect();
        borders.sort_unstable();
        borders.dedup();
        let mut all = Vec::new();
        for pair in borders.windows(2) {
            let (from, to) = (self.next(pair[0]), self.next(pair[1]));
            if from >= to || gaps.iter().any(|gap| gap.contains(from)) {
                continue;
            }
            let outcome = fate.outcome(self.family, self.seen_by, from);
            let quiet = matches!(outcome, Outcome::Up | Outcome::Unknown { .. }) || outcome == NO_ADDRESS;
            let step = match u32::try_from(to - from) {
                Ok(whole) if quiet && from < dense_from => whole,
                _ => INTERVAL_S,
            };
            let mut slot = from;
            while slot < to {
                all.push(Slot {
                    slot,
                    interval_s: step,
                    outcome,
                });
                slot = slot + i64::from(step);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{fate, units};

    #[test]
    fn dense_and_sparse_slots_lie_on_one_grid_and_leave_gaps_alone() {
        let window = Window::new(
            UnixTime::from_secs(1_790_000_000),
            UnixTime::from_secs(1_792_000_000),
        );
        let gap = Window::new(window.from + 500_000, window.from + 560_000);
        for unit in units::units(40) {
            let fate = fate::fate(&unit, window);
            let grid = Grid::of(&unit.id, Family::V4, 1);
            let slots = grid.slots(&fate, &[gap], window.to - 86_400);
            assert!(slots.windows(2).all(|pair| pair[0].slot < pair[1].slot));
            assert!(slots.iter().all(|slot| !gap.contains(slot.slot)));
            assert!(slots.iter().all(|slot| grid.next(slot.slot) == slot.slot));
            let last_day = slots
                .iter()
                .filter(|slot| slot.slot >= window.to - 86_400)
                .count();
            assert_eq!(last_day, 1_440);
            let all = grid.slots(&fate, &[gap], window.from);
            assert!(slots.iter().all(|slot| {
                all.binary_search_by_key(&slot.slot, |other| other.slot)
                    .is_ok_and(|found| all[found].outcome == slot.outcome)
            }));
        }
    }
}
