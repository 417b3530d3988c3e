//! Slots that are due while there is no room: the one that must start first goes first; one that cannot start in
//! time is given up.

use std::collections::BTreeMap;

use ems_contract::probe::ProbeKind;

use crate::schedule::Due;

/// The share of the room that `dns` and `tls` may take, as a divisor: they must not starve the ledger.
const CRAWL_SHARE: usize = 4;
/// Visits at once. They last minutes and mostly wait for their turn at two pages a second, so they have a room of their
/// own beside that of the others.
const VISITS: usize = 24;
/// Visits of pages made by scripts among them: few browsers run at once, and those who wait for one must not take the
/// places of visits that need none.
const RENDERED: usize = 4;

/// What shares room.
#[derive(Debug, Clone, Copy)]
enum Lane {
    /// `reach`: goes first.
    Reach,
    /// `dns`, `tls`.
    Crawl,
    /// `page`, `links`.
    Visit,
    /// The same of portals whose pages are made by scripts.
    Rendered,
}

impl Lane {
    fn of(due: &Due) -> Self {
        let pages = due.series.portal.pages.as_ref();
        match due.series.key.probe {
            ProbeKind::Reach => Self::Reach,
            ProbeKind::Dns | ProbeKind::Tls => Self::Crawl,
            ProbeKind::Page | ProbeKind::Links if pages.is_some_and(|pages| pages.render) => Self::Rendered,
            ProbeKind::Page | ProbeKind::Links => Self::Visit,
        }
    }
}

/// Slots waiting for room, and how much room is taken; by lane.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    queues: [BTreeMap<(i64, u64), Due>; 4],
    running: [usize; 4],
    arrivals: u64,
}

impl Waiting {
    /// A slot became due.
    pub(super) fn push(&mut self, due: Due) {
        self.arrivals += 1;
        let key = (due.start_by_us(), self.arrivals);
        self.queues[Lane::of(&due) as usize].insert(key, due);
    }

    /// The next slot to start when at most `room` besides visits may run at once; it counts as running from now on.
    pub(super) fn start(&mut self, room: usize) -> Option<Due> {
        let left = room.saturating_sub(self.taken(Lane::Reach) + self.taken(Lane::Crawl));
        let crawl = (room / CRAWL_SHARE)
            .max(1)
            .saturating_sub(self.taken(Lane::Crawl));
        let rendered = RENDERED.saturating_sub(self.taken(Lane::Rendered));
        let visits = VISITS.saturating_sub(self.taken(Lane::Visit) + self.taken(Lane::Rendered));
        self.take(Lane::Reach, left)
            .or_else(|| self.take(Lane::Crawl, left.min(crawl)))
            .or_else(|| self.take(Lane::Rendered, visits.min(rendered)))
            .or_else(|| self.take(Lane::Visit, visits))
    }

    fn take(&mut self, lane: Lane, left: usize) -> Option<Due> {
        if left == 0 {
            return None;
        }
        let (_, due) = self.queues[lane as usize].pop_first()?;
        self.running[lane as usize] += 1;
        Some(due)
    }

    const fn taken(&self, lane: Lane) -> usize {
        self.running[lane as usize]
    }

    /// A started slot is measured.
    pub(super) fn finished(&mut self, due: &Due) {
        let running = &mut self.running[Lane::of(due) as usize];
        *running = running.saturating_sub(1);
    }

    /// The slots that could not start by now, timeline microseconds.
    pub(super) fn expire(&mut self, now_us: i64) -> Vec<Due> {
        let mut expired = Vec::new();
        for queue in &mut self.queues {
            while let Some(first) = queue.first_entry().filter(|first| first.key().0 < now_us) {
                expired.push(first.remove());
            }
        }
        expired
    }

    /// The wall clock stepped by so much: what waits keeps the room it had.
    pub(super) fn stepped(&mut self, by_us: i64) {
        for queue in &mut self.queues {
            let moved = std::mem::take(queue).into_iter();
            queue.extend(moved.map(|((start_by, n), mut due)| {
                due.at_us += by_us;
                ((start_by + by_us, n), due)
            }));
        }
    }

    pub(super) fn running(&self) -> usize {
        self.running.iter().sum()
    }

    pub(super) fn len(&self) -> usize {
        self.queues.iter().map(BTreeMap::len).sum()
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
        waiting.finished(&due(ProbeKind::Tls, 100, 3_600));
        assert!(waiting.start(8).is_some());
        assert!(waiting.start(8).is_none());
        assert_eq!((waiting.running(), waiting.len()), (4, 7));
    }

    #[test]
    fn visits_have_a_room_of_their_own_and_take_none_of_the_others() {
        let mut waiting = Waiting::default();
        for _ in 0..100 {
            waiting.push(due(ProbeKind::Page, 100, 7_200));
        }
        let mut visits = 0;
        while waiting.start(1).is_some() {
            visits += 1;
        }
        assert_eq!(visits, VISITS);
        waiting.push(due(ProbeKind::Reach, 100, 60));
        assert_eq!(
            waiting.start(1).map(|due| due.series.key.probe),
            Some(ProbeKind::Reach)
        );
        assert!(waiting.start(1).is_none());
        waiting.finished(&due(ProbeKind::Links, 100, 7_200));
        assert_eq!(
            waiting.start(1).map(|due| due.series.key.probe),
            Some(ProbeKind::Page)
        );
    }

    #[test]
    fn pages_made_by_scripts_leave_room_for_the_others() {
        let scripted = || {
            let mut portal = testing::plan(1).portals.remove(0);
            portal.pages.get_or_insert_default().render = true;
            let series = Series::new(Arc::new(portal), ProbeKind::Page, None, 7_200, 15_000);
            Due {
                series: Arc::new(series),
                ..due(ProbeKind::Page, 100, 7_200)
            }
        };
        let mut waiting = Waiting::default();
        for _ in 0..100 {
            waiting.push(scripted());
        }
        let started = std::iter::from_fn(|| waiting.start(1)).count();
        assert_eq!(started, RENDERED);
        for _ in 0..100 {
            waiting.push(due(ProbeKind::Page, 100, 7_200));
        }
        let started = std::iter::from_fn(|| waiting.start(1)).count();
        assert_eq!(started, VISITS - RENDERED);
        // Nor do the others take theirs.
        waiting.finished(&scripted());
        let next = waiting.start(1).and_then(|due| due.series.portal.pages.clone());
        assert!(next.is_some_and(|pages| pages.render));
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
