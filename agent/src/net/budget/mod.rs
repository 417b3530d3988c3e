//! Politeness: how often, and how many at once, an agent knocks at one address.
//!
//! Two lanes. `reach` has a budget of its own that follows the planned load, so that it never starves; the
//! crawling probes (`tls`, `page`, `links`) have at most two connections at once and two a second per address.

mod bucket;
mod dead;

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ems_contract::id::PortalId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

use self::bucket::Bucket;
use self::dead::DeadAddresses;
pub use self::dead::{Tried, WINDOW};
use super::fault::Fault;

/// Attempts a second at one address that are allowed whatever the plan.
const REACH_FLOOR: f64 = 10.0;
/// Attempts at one address that may come together.
const REACH_BURST: u32 = 20;
/// Room above the planned load: two attempts a slot, and half as many again.
const REACH_ROOM: f64 = 2.0 * 1.5;
/// The longest a `reach` slot waits for its turn; past it the slot's time counts more than an even rhythm.
const REACH_PATIENCE: Duration = Duration::from_secs(3);
/// Crawling connections at once, and a second, per address.
const CRAWL_AT_ONCE: usize = 2;
const CRAWL_PER_SECOND: f64 = 2.0;

/// Whether `reach` keeps an even rhythm per address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As the plan has it: the agent's way.
    Planned,
    /// As fast as asked: for measurements that a person starts by hand.
    Unlimited,
}

/// The budgets of all addresses.
#[derive(Debug)]
pub struct Budget {
    pace: Pace,
    start: Instant,
    reach: Mutex<HashMap<IpAddr, Reach>>,
    crawl: Mutex<HashMap<IpAddr, Arc<Crawl>>>,
    dead: DeadAddresses,
}

/// The planned load of one address, learnt from the slots that come.
#[derive(Debug, Default)]
struct Reach {
    bucket: Bucket,
    portals: HashMap<PortalId, u32>,
    slots_per_second: f64,
}

impl Reach {
    fn take(&mut self, portal: &PortalId, interval_s: u32, now: Duration) -> Duration {
        let rate = |interval: u32| 1.0 / f64::from(interval.max(1));
        match self.portals.get_mut(portal) {
            Some(known) if *known == interval_s => {}
            Some(known) => {
                self.slots_per_second += rate(interval_s) - rate(*known);
                *known = interval_s;
            }
            None => {
                self.slots_per_second += rate(interval_s);
                self.portals.insert(portal.clone(), interval_s);
            }
        }
        let per_second = (self.slots_per_second * REACH_ROOM).max(REACH_FLOOR);
        self.bucket.take(now, per_second, REACH_BURST).min(REACH_PATIENCE)
    }
}

#[derive(Debug)]
struct Crawl {
    at_once: Arc<Semaphore>,
    bucket: Mutex<Bucket>,
}

/// The right to crawl an address, given back when dropped.
#[derive(Debug)]
pub struct CrawlPermit {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// Budgets that nobody has drawn on yet.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            start: Instant::now(),
            reach: Mutex::default(),
            crawl: Mutex::default(),
            dead: DeadAddresses::default(),
        }
    }

    /// Waits until a `reach` attempt of this portal may knock at `address`; at most three seconds.
    pub async fn reach(&self, address: IpAddr, portal: &PortalId, interval_s: u32) {
        if self.pace == Pace::Unlimited {
            return;
        }
        let wait = self
            .reach
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(address)
            .or_default()
            .take(portal, interval_s, self.start.elapsed());
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }

    /// Waits until a crawling probe may knock at `address`, and holds one of its two places.
    pub async fn crawl(&self, address: IpAddr) -> CrawlPermit {
        let lane = {
            let mut lanes = self.crawl.lock().unwrap_or_else(PoisonError::into_inner);
            let lane = lanes.entry(address).or_insert_with(|| {
                Arc::new(Crawl {
                    at_once: Arc::new(Semaphore::new(CRAWL_AT_ONCE)),
                    bucket: Mutex::default(),
                })
            });
            Arc::clone(lane)
        };
        // The semaphore is never closed.
        let permit = Arc::clone(&lane.at_once).acquire_owned().await.ok();
        let wait = lane.bucket.lock().unwrap_or_else(PoisonError::into_inner).take(
            self.start.elapsed(),
            CRAWL_PER_SECOND,
            1,
        );
        if !wait.is_zero() {
            sleep(wait).await;
        }
        CrawlPermit { _permit: permit }
    }

    /// Connects by `attempt`, sharing one attempt with other slots where the address is known to be dead.
    pub async fn connect<T, F, A>(&self, address: SocketAddr, limit: Duration, attempt: A) -> Tried<T>
    where
        A: Fn() -> F,
        F: Future<Output = Result<T, Fault>>,
    {
        self.dead.connect(address, limit, attempt).await
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    fn address() -> IpAddr {
        "203.162.0.1".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_planned_load_passes_without_delay_however_large() {
        // 1,800 portals once a minute, two attempts each: 60 a second, six times the floor.
        let budget = Budget::new(Pace::Planned);
        let mut waited = Duration::ZERO;
        for round in 0..3 {
            for portal in 0..1_800 {
                sleep(Duration::from_micros(33_300)).await;
                let id: PortalId = format!("p{portal}").parse().unwrap();
                for _attempt in 0..2 {
                    let start = Instant::now();
                    budget.reach(address(), &id, 60).await;
                    waited = waited.max(start.elapsed());
                }
            }
            if round == 0 {
                // While the load is being learnt a slot may wait, but never long.
                assert!(waited <= REACH_PATIENCE);
                waited = Duration::ZERO;
            }
        }
        assert!(waited < Duration::from_millis(50), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_runaway_is_slowed_down() {
        let budget = Budget::new(Pace::Planned);
        let id: PortalId = "p".parse().unwrap();
        let start = Instant::now();
        for _ in 0..100 {
            budget.reach(address(), &id, 60).await;
        }
        assert!(start.elapsed() >= Duration::from_secs(7), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn crawlers_are_two_at_once_and_two_a_second() {
        let budget = Arc::new(Budget::new(Pace::Planned));
        let running = Arc::new(Mutex::new((0, 0)));
        let start = Instant::now();
        let mut crawlers = JoinSet::new();
        for _ in 0..10 {
            let (budget, running) = (Arc::clone(&budget), Arc::clone(&running));
            crawlers.spawn(async move {
                let permit = budget.crawl(address()).await;
                let now = {
                    let mut state = running.lock().unwrap();
                    state.0 += 1;
                    state.1 = state.1.max(state.0);
                    state.1
                };
                sleep(Duration::from_secs(2)).await;
                running.lock().unwrap().0 -= 1;
                drop(permit);
                now
            });
        }
        let most = crawlers.join_all().await.into_iter().max();
        assert_eq!(most, Some(2));
        assert!(start.elapsed() >= Duration::from_secs(9), "{:?}", start.elapsed());
    }
}
