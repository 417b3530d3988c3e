//! Pulling the plan: every minute, and at once when an acknowledgement names another version.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use ems_contract::plan::Plan;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Versioned, check, file};
use crate::ship::Client;

/// Between two pulls.
pub const PULL_PERIOD: Duration = Duration::from_secs(60);
/// Between two pulls while there is no plan at all.
const FIRST_PULL_PERIOD: Duration = Duration::from_secs(5);

/// What others may know of the plan at any time.
#[derive(Debug, Default)]
pub struct Status {
    /// Pulls that brought no answer.
    pub failed_pulls: AtomicU64,
    /// The last plan that was offered is unusable: the one before it is in force.
    pub refused: AtomicBool,
}

/// Pulls one agent's plan.
pub struct Puller {
    /// Whose.
    pub agent: AgentId,
    /// Where the last good one is kept.
    pub path: PathBuf,
    /// Who to ask.
    pub client: Arc<Client>,
    /// The plan in force here.
    pub plan: watch::Sender<Option<Arc<Versioned>>>,
    /// The version in force at the collector, as far as acknowledgements told.
    pub plan_in_force: watch::Receiver<Option<Sha256>>,
    /// Counters.
    pub status: Arc<Status>,
}

impl Puller {
    /// Takes the kept plan, if there is a good one.
    pub fn recall(&self) {
        match file::read(&self.path) {
            Ok(Some(kept)) if check(&kept.plan, &self.agent).is_ok() => {
                tracing::info!(
                    version = kept.version.short(),
                    portals = kept.plan.portals.len(),
                    "working by the kept plan"
                );
                self.plan.send_replace(Some(Arc::new(kept)));
            }
            Ok(Some(_)) => tracing::warn!("the kept plan is not for this agent: waiting for the collector's"),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "waiting for the collector's plan"),
        }
    }

    /// Pulls until cancelled.
    pub async fn run(&self, cancel: CancellationToken) {
        let mut named = self.plan_in_force.clone();
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                () = self.pull() => {}
            }
            let (period, mine) = match &*self.plan.borrow() {
                Some(plan) => (PULL_PERIOD, Some(plan.version)),
                None => (FIRST_PULL_PERIOD, None),
            };
            // Only a version that changed since the last look: one that was refused is asked for by the minute.
            let other = async {
                while named.changed().await.is_ok() {
                    if *named.borrow_and_update() != mine {
                        return;
                    }
                }
                std::future::pending::<()>().await;
            };
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(period) => {}
                () = other => {}
            }
        }
    }

    /// Asks once.
    async fn pull(&self) {
        let at_hand = self
            .plan
            .borrow()
            .as_ref()
            .map(|plan| format!("\"{}\"", plan.version));
        let answer = match self.client.get_plan(at_hand.as_deref()).await {
            Ok(answer) => answer,
            Err(failure) => {
                self.failed(failure.as_str());
                return self.client.turn_away();
            }
        };
        match answer.status {
            304 => self.status.refused.store(false, Ordering::Relaxed),
            200 => self.offered(&answer.body, answer.etag.as_deref()),
            status => {
                if matches!(status, 401 | 403) {
                    self.client.renew_token();
                }
                self.client.turn_away();
                self.failed(&format!("status {status}"));
            }
        }
    }

    fn failed(&self, why: &str) {
        self.status.failed_pulls.fetch_add(1, Ordering::Relaxed);
        if self.plan.borrow().is_none() {
            tracing::warn!(
                why,
                "no plan yet: nothing is measured until the collector gives one"
            );
        } else {
            tracing::debug!(
                why,
                "the plan could not be pulled: the one at hand stays in force"
            );
        }
    }

    fn offered(&self, body: &[u8], etag: Option<&str>) {
        let plan: Plan = match serde_json::from_slice(body) {
            Ok(plan) => plan,
            Err(error) => return self.refuse(&[error.to_string()]),
        };
        if let Err(errors) = check(&plan, &self.agent) {
            return self.refuse(&errors.iter().map(ToString::to_string).collect::<Vec<_>>());
        }
        let named = etag.and_then(|etag| etag.trim_start_matches("W/").trim_matches('"').parse().ok());
        let versioned = Versioned {
            version: named.unwrap_or_else(|| plan.version()),
            plan,
        };
        if let Err(error) = file::write(&self.path, &versioned) {
            tracing::error!(%error, "the plan is in force but not kept: after a restart the collector is needed");
        }
        self.status.refused.store(false, Ordering::Relaxed);
        tracing::info!(
            version = versioned.version.short(),
            portals = versioned.plan.portals.len(),
            "a new plan is in force"
        );
        self.plan.send_replace(Some(Arc::new(versioned)));
    }

    fn refuse(&self, errors: &[String]) {
        if !self.status.refused.swap(true, Ordering::Relaxed) {
            tracing::error!(errors = ?errors, "the collector's plan is unusable: the one before it stays in force");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selfcheck::ClockTrust;
    use crate::ship::{Target, Token};
    use crate::testing::{self, collector::FakeCollector};
    use ems_contract::clock::SystemClock;
    use tempfile::TempDir;
    use tokio::task::JoinSet;

    fn puller(
        collector: &FakeCollector,
        dir: &TempDir,
        named: &watch::Sender<Option<Sha256>>,
    ) -> Arc<Puller> {
        let target = Target {
            addresses: vec![collector.address.clone()],
            token: Token::Literal("let-me-in".to_owned()),
            ca_file: None,
        };
        let client = Client::new(target, SystemClock::shared(), Arc::new(ClockTrust::default())).unwrap();
        Arc::new(Puller {
            agent: "tram-a".parse().unwrap(),
            path: file::path_in(dir.path()),
            client: Arc::new(client),
            plan: watch::Sender::new(None),
            plan_in_force: named.subscribe(),
            status: Arc::default(),
        })
    }

    fn portals(puller: &Puller) -> Option<usize> {
        puller.plan.borrow().as_ref().map(|plan| plan.plan.portals.len())
    }

    #[tokio::test]
    async fn a_plan_is_pulled_once_kept_and_recalled_without_a_collector() {
        let collector = FakeCollector::start().await;
        let dir = TempDir::new().unwrap();
        let named = watch::Sender::new(None);
        collector.inner().plan = Some(testing::plan(3));
        let first = puller(&collector, &dir, &named);
        first.recall();
        assert_eq!(portals(&first), None);
        first.pull().await;
        first.pull().await;
        assert_eq!(portals(&first), Some(3));
        assert_eq!(
            collector.inner().plan_requests,
            [true, false],
            "the second time nothing has changed"
        );
        drop(collector);
        first.pull().await;
        assert_eq!(portals(&first), Some(3), "an outage changes nothing");

        let collector = FakeCollector::start().await;
        let second = puller(&collector, &dir, &named);
        second.recall();
        assert_eq!(portals(&second), Some(3), "after a restart neither");
        second.pull().await;
        assert_eq!(portals(&second), Some(3), "404 is no plan");
    }

    #[tokio::test]
    async fn an_unusable_plan_leaves_the_old_one_in_force() {
        let collector = FakeCollector::start().await;
        let dir = TempDir::new().unwrap();
        let puller = puller(&collector, &dir, &watch::Sender::new(None));
        collector.inner().plan = Some(testing::plan(3));
        puller.pull().await;
        let mut bad = testing::plan(5);
        bad.agent = "tram-b".parse().unwrap();
        collector.inner().plan = Some(bad);
        puller.pull().await;
        assert_eq!(portals(&puller), Some(3));
        assert!(puller.status.refused.load(Ordering::Relaxed));
        assert_eq!(file::read(&puller.path).unwrap().unwrap().plan.portals.len(), 3);
        collector.inner().plan = Some(testing::plan(4));
        puller.pull().await;
        assert_eq!(portals(&puller), Some(4));
        assert!(!puller.status.refused.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn another_version_named_by_an_acknowledgement_is_pulled_at_once() {
        let collector = FakeCollector::start().await;
        let dir = TempDir::new().unwrap();
        let named = watch::Sender::new(None);
        let puller = puller(&collector, &dir, &named);
        collector.inner().plan = Some(testing::plan(1));
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let (running, token) = (Arc::clone(&puller), cancel.clone());
        tasks.spawn(async move { running.run(token).await });
        let mut plan = puller.plan.subscribe();
        plan.wait_for(Option::is_some).await.unwrap();
        collector.inner().plan = Some(testing::plan(2));
        let version = testing::plan(2).version();
        named.send_replace(Some(version));
        let soon = plan.wait_for(|plan| plan.as_ref().is_some_and(|plan| plan.version == version));
        tokio::time::timeout(Duration::from_secs(5), soon)
            .await
            .unwrap()
            .unwrap();
        cancel.cancel();
        tasks.join_next().await.unwrap().unwrap();
    }
}
