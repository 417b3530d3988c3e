//! Stretches of time without records, few and close-fitting: at the collector a gap silences the agent for its whole
//! length, so it must not cover time in which records are kept.

use ems_contract::time::Window;

/// Stretches no further apart than this become one, seconds: lost slots of many portals lie that dense.
const BRIDGE_S: i64 = 60;
/// The most stretches kept apart.
const MAX: usize = 64;

/// Disjoint stretches in rising order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stretches(Vec<Window>);

impl Stretches {
    /// Adds a stretch. When there are too many, the two closest become one.
    pub(super) fn add(&mut self, window: Window) {
        if window.is_empty() {
            return;
        }
        let mut joined = window;
        self.0.retain(|old| {
            let close = old.from - BRIDGE_S <= joined.to && joined.from - BRIDGE_S <= old.to;
            if close {
                joined = Window::new(old.from.min(joined.from), old.to.max(joined.to));
            }
            !close
        });
        let place = self.0.partition_point(|old| old.from < joined.from);
        self.0.insert(place, joined);
        while self.0.len() > MAX {
            let closest = (1..self.0.len()).min_by_key(|&i| self.0[i].from - self.0[i - 1].to);
            if let Some(i) = closest {
                let right = self.0.remove(i);
                self.0[i - 1].to = right.to;
            }
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The stretches, rising.
    pub(super) fn iter(&self) -> impl Iterator<Item = Window> {
        self.0.iter().copied()
    }
}

impl Extend<Window> for Stretches {
    fn extend<T: IntoIterator<Item = Window>>(&mut self, windows: T) {
        for window in windows {
            self.add(window);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::time::UnixTime;
    use proptest::prelude::*;

    fn window(from: i64, to: i64) -> Window {
        Window::new(UnixTime::from_secs(from), UnixTime::from_secs(to))
    }

    #[test]
    fn dense_slots_become_one_stretch_and_distant_ones_stay_apart() {
        let mut stretches = Stretches::default();
        stretches.extend([
            window(0, 1),
            window(60, 61),
            window(10_000, 10_001),
            window(30, 31),
        ]);
        assert!(stretches.iter().eq([window(0, 61), window(10_000, 10_001)]));
    }

    proptest! {
        #[test]
        fn every_lost_slot_lies_in_a_stretch_and_they_stay_few(slots in proptest::collection::vec(0i64..1_000_000, 1..300)) {
            let mut stretches = Stretches::default();
            stretches.extend(slots.iter().map(|slot| window(*slot, slot + 1)));
            prop_assert!(stretches.iter().count() <= MAX);
            for slot in slots {
                prop_assert!(stretches.iter().any(|w| w.contains(UnixTime::from_secs(slot))));
            }
        }
    }
}
