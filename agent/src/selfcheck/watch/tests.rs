use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;

use ems_contract::family::Family;
use tokio::task::JoinSet;

use super::*;
use crate::testing::{self, PausedClock};

/// A line that is seeing and blind by turns; a check needs `takes` and succeeds only if it saw throughout.
struct Flapping {
    clock: SharedClock,
    period: Duration,
    takes: Duration,
    checks: Mutex<Vec<Duration>>,
}

impl Flapping {
    fn is_blind(&self, at: Duration) -> bool {
        (at.as_millis() / self.period.as_millis()) % 2 == 1
    }
}

impl ReferenceChecker for Flapping {
    fn check<'a>(&'a self, _reference: &'a Reference) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move {
            let started = self.clock.monotonic();
            self.checks.lock().unwrap().push(started);
            tokio::time::sleep(self.takes).await;
            !self.is_blind(started) && !self.is_blind(self.clock.monotonic())
        })
    }
}

fn flapping(period_s: u64) -> (Arc<Flapping>, Arc<Watch>, JoinSet<()>, CancellationToken) {
    let clock = PausedClock::shared();
    let line = Arc::new(Flapping {
        clock: clock.clone(),
        period: Duration::from_secs(period_s),
        takes: Duration::from_millis(30),
        checks: Mutex::default(),
    });
    let watch = Watch::new(clock, Arc::clone(&line) as Arc<dyn ReferenceChecker>);
    watch.set_plan(&testing::plan(1));
    let cancel = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(Arc::clone(&watch).run(Channel::Line(Family::V4), cancel.clone()));
    (line, watch, tasks, cancel)
}

const V4: Channel = Channel::Line(Family::V4);

#[tokio::test(start_paused = true)]
async fn an_agent_that_flaps_between_blind_and_seeing_every_20_s_blames_nobody() {
    let (line, watch, _tasks, _cancel) = flapping(20);
    let mut attempts = JoinSet::new();
    // A failure at every moment of the flapping and of every length an attempt can have.
    for n in 0..4_000_u64 {
        let (watch, line) = (Arc::clone(&watch), Arc::clone(&line));
        attempts.spawn(async move {
            tokio::time::sleep(Duration::from_millis(n * 97)).await;
            let sight = watch.lean(vec![V4]).await;
            let started = line.clock.monotonic();
            tokio::time::sleep(Duration::from_millis((n * 7_919) % 30_000)).await;
            let ended = line.clock.monotonic();
            let met_blindness =
                line.is_blind(started) || line.is_blind(ended) || ended - started >= line.period;
            // A portal that is in order fails only when the agent is blind at some moment of the attempt.
            met_blindness && sight.proven(started, ended).await
        });
    }
    let mut blamed = 0;
    while let Some(done) = attempts.join_next().await {
        blamed += u32::from(done.unwrap());
    }
    assert_eq!(blamed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_seeing_agent_proves_a_real_failure_of_any_length() {
    let (line, watch, _tasks, _cancel) = flapping(1_000_000);
    for length_ms in [0, 3, 900, 5_000, 29_000] {
        let sight = watch.lean(vec![V4]).await;
        let started = line.clock.monotonic();
        tokio::time::sleep(Duration::from_millis(length_ms)).await;
        let ended = line.clock.monotonic();
        assert!(sight.proven(started, ended).await, "{length_ms} ms");
        assert!(line.clock.monotonic() - ended <= Duration::from_secs(6));
        tokio::time::sleep(Duration::from_secs(100)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn checks_are_shared_on_demand_and_at_most_one_in_five_seconds() {
    let (line, watch, _tasks, _cancel) = flapping(1_000_000);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(
        line.checks.lock().unwrap().is_empty(),
        "nobody leaned on the channel"
    );
    let mut jobs = JoinSet::new();
    for n in 0..1_000_u64 {
        let (watch, clock) = (Arc::clone(&watch), line.clock.clone());
        jobs.spawn(async move {
            tokio::time::sleep(Duration::from_millis(n * 60)).await;
            let sight = watch.lean(vec![V4]).await;
            let now = clock.monotonic();
            assert!(sight.proven(now, now).await);
        });
    }
    while let Some(done) = jobs.join_next().await {
        done.unwrap();
    }
    let checks = line.checks.lock().unwrap();
    assert!(checks.windows(2).all(|pair| pair[1] - pair[0] >= CHECK_PERIOD));
    assert!((12..=15).contains(&checks.len()), "{}", checks.len());
}

#[tokio::test(start_paused = true)]
async fn without_references_nothing_is_proven_and_nobody_waits() {
    let (line, watch, _tasks, _cancel) = flapping(1_000_000);
    let mut bare = testing::plan(1);
    bare.references.clear();
    watch.set_plan(&bare);
    let before = line.clock.monotonic();
    let sight = watch.lean(vec![V4]).await;
    assert!(!sight.proven(before, before).await);
    assert_eq!(line.clock.monotonic(), before);
    assert_eq!(super::super::missing_references(&bare).len(), 2);
}
