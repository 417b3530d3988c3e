//! Dead addresses: after a failed connection one shared attempt per window serves every slot there.
//!
//! Two hundred portals behind one hanging address would otherwise hold two hundred sockets for seconds each and
//! knock on the same door twice as often. Sharing begins only after a real failure, so that a slot whose first
//! attempt failed makes its second one for real and leads the first window.

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ems_contract::cause::{Cause, Stage};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::net::fault::Fault;

/// How long the result of a shared attempt serves, counted from its start.
pub const WINDOW: Duration = Duration::from_secs(10);

type Verdict = Option<Result<(), Failure>>;

/// A failed attempt: why, and how long it took.
#[derive(Debug, Clone, Copy)]
struct Failure {
    fault: Fault,
    took: Duration,
}

#[derive(Debug)]
enum State {
    /// An attempt failed; the next one will be shared.
    Suspect,
    /// The shared attempt is under way.
    Trying(Instant, watch::Receiver<Verdict>),
    /// The shared attempt failed.
    Dead(Instant, Failure),
}

/// What is known about addresses that failed.
#[derive(Debug, Default)]
pub(super) struct DeadAddresses {
    states: Mutex<HashMap<SocketAddr, State>>,
}

/// A connection attempt as it went.
#[derive(Debug)]
pub struct Tried<T> {
    /// The connection, or why there is none.
    pub result: Result<T, Fault>,
    /// How long the attempt took: the shared one's length when it was shared.
    pub took: Duration,
    /// Whether another slot made the attempt.
    pub shared: bool,
}

enum Role {
    /// Nothing bad is known.
    Free,
    /// This one makes the shared attempt.
    Lead(watch::Sender<Verdict>),
    /// Another one is making it.
    Follow(watch::Receiver<Verdict>),
    /// Another one has made it.
    Served(Failure),
}

impl DeadAddresses {
    /// Runs `attempt`, or takes part in the shared attempt at `address`.
    pub(super) async fn connect<T, F, A>(&self, address: SocketAddr, limit: Duration, attempt: A) -> Tried<T>
    where
        A: Fn() -> F,
        F: Future<Output = Result<T, Fault>>,
    {
        loop {
            match self.role(address) {
                Role::Free => {
                    let start = Instant::now();
                    let result = attempt().await;
                    if matches!(result, Err(Fault::Portal { .. })) {
                        self.lock().entry(address).or_insert(State::Suspect);
                    }
                    return own(result, start.elapsed());
                }
                Role::Lead(verdict) => return self.lead(address, verdict, attempt).await,
                Role::Served(failure) => return shared(failure),
                Role::Follow(mut verdict) => {
                    let Ok(waited) = timeout(limit, verdict.wait_for(Option::is_some)).await else {
                        let fault = Fault::portal(Stage::Connect, Cause::TcpTimeout);
                        return shared(Failure { fault, took: limit });
                    };
                    // The address lives, or the one who tried is gone: ask again, then for oneself.
                    if let Ok(Some(Err(failure))) = waited.as_deref() {
                        return shared(*failure);
                    }
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SocketAddr, State>> {
        // Every state is whole at every instant, so a panic elsewhere leaves nothing half done.
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn role(&self, address: SocketAddr) -> Role {
        let mut states = self.lock();
        let Some(state) = states.get_mut(&address) else {
            return Role::Free;
        };
        match state {
            State::Trying(started, verdict) if started.elapsed() < WINDOW => {
                return Role::Follow(verdict.clone());
            }
            State::Dead(started, failure) if started.elapsed() < WINDOW => return Role::Served(*failure),
            State::Suspect | State::Trying(..) | State::Dead(..) => {}
        }
        let (sender, receiver) = watch::channel(None);
        *state = State::Trying(Instant::now(), receiver);
        Role::Lead(sender)
    }

    async fn lead<T, F, A>(
        &self,
        address: SocketAddr,
        verdict: watch::Sender<Verdict>,
        attempt: A,
    ) -> Tried<T>
    where
        A: Fn() -> F,
        F: Future<Output = Result<T, Fault>>,
    {
        let mut leader = Leader {
            dead: self,
            address,
            next: Some(State::Suspect),
        };
        let start = Instant::now();
        let result = attempt().await;
        let took = start.elapsed();
        match &result {
            Err(fault @ Fault::Portal { .. }) => {
                let failure = Failure { fault: *fault, took };
                leader.next = Some(State::Dead(start, failure));
                drop(leader);
                verdict.send_replace(Some(Err(failure)));
            }
            // Our own fault proves nothing about the address: the next one tries.
            Err(Fault::Own(_)) => drop(leader),
            Ok(_) => {
                leader.next = None;
                drop(leader);
                verdict.send_replace(Some(Ok(())));
            }
        }
        own(result, took)
    }
}

/// Leaves the next state behind, also when the leading slot is cancelled.
struct Leader<'a> {
    dead: &'a DeadAddresses,
    address: SocketAddr,
    next: Option<State>,
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        let mut states = self.dead.lock();
        match self.next.take() {
            Some(state) => states.insert(self.address, state),
            None => states.remove(&self.address),
        };
    }
}

const fn own<T>(result: Result<T, Fault>, took: Duration) -> Tried<T> {
    Tried {
        result,
        took,
        shared: false,
    }
}

const fn shared<T>(failure: Failure) -> Tried<T> {
    Tried {
        result: Err(failure.fault),
        took: failure.took,
        shared: true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use ems_contract::cause::UnknownWhy;
    use tokio::task::JoinSet;
    use tokio::time::sleep;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);
    const TIMEOUT: Fault = Fault::portal(Stage::Connect, Cause::TcpTimeout);

    fn address() -> SocketAddr {
        "203.162.0.1:443".parse().unwrap()
    }

    /// Hangs for the whole limit while `alive` is false.
    #[derive(Default)]
    struct Network {
        alive: AtomicBool,
        tries: AtomicU32,
    }

    impl Network {
        async fn connect(&self) -> Result<(), Fault> {
            self.tries.fetch_add(1, Ordering::Relaxed);
            if self.alive.load(Ordering::Relaxed) {
                return Ok(());
            }
            sleep(LIMIT).await;
            Err(TIMEOUT)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_hundred_portals_on_a_hanging_address_are_all_recorded_in_time() {
        let dead = Arc::new(DeadAddresses::default());
        let network = Arc::new(Network::default());
        let mut slots = JoinSet::new();
        for portal in 0..200u64 {
            let (dead, network) = (Arc::clone(&dead), Arc::clone(&network));
            slots.spawn(async move {
                sleep(Duration::from_millis(portal * 300)).await;
                let start = Instant::now();
                let mut shared = 0;
                for _attempt in 0..2 {
                    let tried = dead.connect(address(), LIMIT, || network.connect()).await;
                    assert_eq!(tried.result, Err(TIMEOUT));
                    assert!(tried.took >= LIMIT);
                    shared += u32::from(tried.shared);
                }
                (start.elapsed(), shared)
            });
        }
        let slots = slots.join_all().await;
        assert_eq!(slots.len(), 200);
        let slowest = slots.iter().map(|(took, _)| *took).max().unwrap();
        assert!(slowest <= 2 * LIMIT + Duration::from_millis(1), "{slowest:?}");
        // The first five seconds know nothing yet (17 slots); after that one attempt in ten seconds.
        let tries = network.tries.load(Ordering::Relaxed);
        assert!(tries <= 17 + 7, "{tries} connections");
        assert!(slots.iter().filter(|(_, shared)| *shared == 2).count() > 150);
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_attempt_of_the_first_failure_is_made_for_real() {
        let dead = DeadAddresses::default();
        let network = Network::default();
        let first = dead.connect(address(), LIMIT, || network.connect()).await;
        let second = dead.connect(address(), LIMIT, || network.connect()).await;
        assert!(!first.shared && !second.shared);
        assert_eq!(network.tries.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn life_is_noticed_after_the_window_and_sharing_ends() {
        let dead = DeadAddresses::default();
        let network = Network::default();
        for _ in 0..2 {
            let tried = dead.connect(address(), LIMIT, || network.connect()).await;
            assert!(tried.result.is_err());
        }
        network.alive.store(true, Ordering::Relaxed);
        let within = dead.connect(address(), LIMIT, || network.connect()).await;
        assert!(within.shared && within.result.is_err());
        sleep(WINDOW).await;
        for _ in 0..3 {
            let after = dead.connect(address(), LIMIT, || network.connect()).await;
            assert!(!after.shared && after.result.is_ok());
        }
        assert!(dead.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_leader_hands_over() {
        let dead = Arc::new(DeadAddresses::default());
        let network = Arc::new(Network::default());
        let _first = dead.connect(address(), LIMIT, || network.connect()).await;
        let mut leader = JoinSet::new();
        let (d, n) = (Arc::clone(&dead), Arc::clone(&network));
        leader.spawn(async move { d.connect(address(), LIMIT, || n.connect()).await.shared });
        sleep(Duration::from_secs(1)).await;
        let mut follower = JoinSet::new();
        let (d, n) = (Arc::clone(&dead), Arc::clone(&network));
        follower.spawn(async move { d.connect(address(), LIMIT, || n.connect()).await.shared });
        sleep(Duration::from_secs(1)).await;
        leader.shutdown().await;
        assert_eq!(follower.join_next().await.unwrap().ok(), Some(false));
        assert_eq!(network.tries.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_of_ours_says_nothing_about_the_address() {
        let dead = DeadAddresses::default();
        let blind = || async { Err::<(), _>(Fault::Own(UnknownWhy::Overload)) };
        let tried = dead.connect(address(), LIMIT, blind).await;
        assert_eq!(tried.result, Err(Fault::Own(UnknownWhy::Overload)));
        assert!(dead.lock().is_empty());
    }
}
