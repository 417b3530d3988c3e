//! Which stretches of labelled time have been handed out already, so that no slot is handed out twice however
//! the wall clock steps.

use ems_contract::time::{UnixTime, Window};

/// The most stretches kept; each step of the clock makes one at most.
const MAX: usize = 64;

/// Disjoint stretches in rising order, touching ones merged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept(Vec<Window>);

impl Swept {
    /// The stretches read back from the spool.
    #[must_use]
    pub fn new(windows: impl IntoIterator<Item = Window>) -> Self {
        let mut swept = Self::default();
        for window in windows {
            swept.add(window);
        }
        swept
    }

    /// The stretches, rising.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.0
    }

    /// Adds a stretch. When there are too many, the two with the least between them are joined: that loses slots
    /// in between (they are then never handed out) but never repeats one.
    pub fn add(&mut self, window: Window) {
        if window.is_empty() {
            return;
        }
        let mut joined = window;
        self.0.retain(|old| {
            let touch = old.from <= joined.to && joined.from <= old.to;
            if touch {
                joined = Window::new(old.from.min(joined.from), old.to.max(joined.to));
            }
            !touch
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

    /// The first grid slot (`≡ phase` modulo `interval_s`) at or after `from` that no stretch holds.
    #[must_use]
    pub fn first_free(&self, from: UnixTime, interval_s: i64, phase: i64) -> UnixTime {
        let on_grid = |at: UnixTime| at + (phase - at.secs()).rem_euclid(interval_s.max(1));
        let mut slot = on_grid(from);
        let start = self.0.partition_point(|window| window.to <= slot);
        for window in &self.0[start..] {
            if window.contains(slot) {
                slot = on_grid(window.to);
            }
        }
        slot
    }

    /// The parts of `window` that no stretch holds.
    #[must_use]
    pub fn free_parts(&self, window: Window) -> Vec<Window> {
        let mut free = Vec::new();
        let mut from = window.from;
        for held in &self.0 {
            let part = Window::new(from, held.from.min(window.to));
            if !part.is_empty() {
                free.push(part);
            }
            from = from.max(held.to);
        }
        let rest = Window::new(from, window.to);
        if !rest.is_empty() {
            free.push(rest);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(from: i64, to: i64) -> Window {
        Window::new(UnixTime::from_secs(from), UnixTime::from_secs(to))
    }

    #[test]
    fn touching_stretches_become_one() {
        let swept = Swept::new([window(0, 10), window(20, 30), window(10, 20), window(5, 5)]);
        assert_eq!(swept.windows(), [window(0, 30)]);
    }

    #[test]
    fn too_many_stretches_are_joined_where_the_least_is_lost() {
        let mut swept = Swept::new((0..64).map(|n| window(n * 100, n * 100 + 10)));
        swept.add(window(-50, -2));
        assert_eq!(swept.windows().len(), 64);
        assert_eq!(swept.windows()[0], window(-50, 10));
    }

    proptest! {
        #[test]
        fn free_slots_and_parts_agree_with_a_second_by_second_look(
            held in proptest::collection::vec((0i64..200, 0i64..40), 0..8),
            from in 0i64..200, interval in 1i64..30, phase in 0i64..30,
        ) {
            let swept = Swept::new(held.iter().map(|(a, n)| window(*a, a + n)));
            let is_held = |s: i64| held.iter().any(|(a, n)| (*a..a + n).contains(&s));
            let first = (from..).find(|s| (s - phase).rem_euclid(interval) == 0 && !is_held(*s)).unwrap();
            prop_assert_eq!(swept.first_free(UnixTime::from_secs(from), interval, phase).secs(), first);
            let free: Vec<i64> = swept.free_parts(window(from, 250)).iter()
                .flat_map(|w| w.from.secs()..w.to.secs()).collect();
            let naive: Vec<i64> = (from..250).filter(|s| !is_held(*s)).collect();
            prop_assert_eq!(free, naive);
        }
    }
}
