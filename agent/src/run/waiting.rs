//! Slots that are due while there is no room: the one that must start first goes first; one that cannot start in
//! time is given up.

use std::collections::BTreeMap;

use ems_contract::probe::ProbeKind;

use crate::schedule::Due;

/// The share of the room that probes other than `reach` may take, as a divisor: they must not starve the ledger.
const CRAWL_SHARE: usize = 4;

/// Slots waiting for room, and how much room is taken.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    reach: BTreeMap<(i64, u64), Due>,
    crawl: BTreeMap<(i64, u64), Due>,
    arrivals: u64,
    running_reach: usize,
    running_crawl: usize,
}

impl Waiting {
    /// A slot became due.
    pub(super) fn push(&mut self, due: Due) {
        self.arrivals += 1;
        let key = (due.start_by_us(), self.arrivals);
        self.queue(due.series.key.probe).insert(key, due);
    }

    /// The next slot to start when at most `room` may run at once; it counts as running from now on.
    pub(super) fn start(&mut self, room: usize) -> Option<Due> {
        if self.running() >= room {
            return None;
        }
        if let Some((_, due)) = self.reach.pop_first() {
            self.running_reach += 1;
            return Some(due);
        }
        if self.running_crawl >= (room / CRAWL_SHARE).max(1) {
            return None;
        }
        let (_, due) = self.crawl.pop_first()?;
        self.running_crawl += 1;
        Some(due)
    }

    /// A started slot is measured.
    pub(super) fn finished(&mut self, probe: ProbeKind) {
        let running = if probe == ProbeKind::Reach {
            &mut self.running_reach
        } else {
            &mut self.running_crawl
        };
        *running = running.saturating_sub(1);
    }

    /// The slots that could not start by now, timeline microseconds.
    pub(super) fn expire(&mut self, now_us: i64) -> Vec<Due> {
        let mut expired = Vec::new();
        for queue in [&mut self.reach, &mut self.crawl] {
            while let Some(first) = queue.first_entry().filter(|first| first.key().0 < now_us) {
                expired.push(first.remove());
            }
        }
        expired
    }

    /// The wall clock stepped by so much: what waits keeps the room it had.
    pub(super) fn stepped(&mut self, by_us: i64) {
        for queue in [&mut self.reach, &mut self.crawl] {
            let moved = std::mem::take(queue).into_iter();
            queue.extend(moved.map(|((start_by, n), mut due)| {
                due.at_us += by_us;
                ((start_by + by_us, n), due)
            }));
        }
    }

    pub(super) fn running(&self) -> usize {
        self.running_reach + self.running_crawl
    }

    pub(super) fn len(&self) -> usize {
        self.reach.len() + self.crawl.len()
    }

    fn queue(&mut self, probe: ProbeKind) -> &mut BTreeMap<(i64, u64), Due> {
        if probe == ProbeKind::Reach {
            &mut self.reach
        } else {
            &mut self.crawl
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ems_contract::time::UnixTime;

    use super::*;
    use crate::schedule::Series;
    use crate::testing;

    fn due(probe: ProbeKind, at_s: i64, interval_s: u32) -> Due {
        let portal = Arc::new(testing::plan(1).portals.remove(0));
        Due {
            series: Arc::new(Series::new(portal, probe, None, interval_s, 15_000)),
            slot: UnixTime::from_secs(at_s),
            at_us: at_s * 1_000_000,
        }
    }

    #[test]
    fn the_tightest_slot_goes_first_and_crawling_takes_a_quarter() {
        let mut waiting = Waiting::default();
        for _ in 0..10 {
            waiting.push(due(ProbeKind::Tls, 100, 3_600));
        }
        waiting.push(due(ProbeKind::Reach, 101, 60));
        waiting.push(due(ProbeKind::Reach, 102, 10));
        let started: Vec<u32> = std::iter::from_fn(|| waiting.start(8))
            .map(|due| due.series.interval_s)
            .collect();
        assert_eq!(started, [10, 60, 3_600, 3_600]);
        waiting.finished(ProbeKind::Tls);
        assert!(waiting.start(8).is_some());
        assert!(waiting.start(8).is_none());
        assert_eq!((waiting.running(), waiting.len()), (4, 7));
    }

    #[test]
    fn what_cannot_start_in_time_is_given_up() {
        let mut waiting = Waiting::default();
        waiting.push(due(ProbeKind::Reach, 100, 60));
        waiting.push(due(ProbeKind::Tls, 100, 3_600));
        assert!(waiting.expire(129_000_000).is_empty());
        assert_eq!(waiting.expire(129_000_001).len(), 1);
        waiting.stepped(-50_000_000);
        assert!(waiting.expire(1_800_000_000).is_empty(), "1,900 s is now 1,850 s");
        assert_eq!(waiting.expire(1_850_000_001).len(), 1);
    }
}
