//! Keeps the ledger: the job that turns portals with news into spans and incidents.
//!
//! Woken by ingest and by a timer: provisional time moves on by itself, and an agent that falls silent must turn
//! into `unknown` although nothing arrives. What a pass costs depends on what is new, not on how long the history
//! is: the newest carry of every portal is remembered and stands some minutes back; late data falls back to the
//! checkpoints in the store.

mod heard;
mod marks;
mod metrics;
mod pass;
mod rounds;
mod targets;

#[cfg(test)]
mod latency;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use metrics::Metrics;
use rounds::Rounds;

/// The longest wait for news.
const TICK: Duration = Duration::from_secs(5);
/// The shortest time between two rounds: batches that arrive together are looked at together.
const PAUSE: Duration = Duration::from_secs(1);

/// The job.
pub struct Keeper {
    context: Context,
    changed: Arc<Notify>,
    metrics: Arc<Metrics>,
}

impl Keeper {
    /// A keeper of `context.store`; `changed` is notified when there is something new.
    ///
    /// # Errors
    /// When another room registered metrics of the same name.
    pub fn new(context: &Context, changed: Arc<Notify>) -> prometheus::Result<Self> {
        Ok(Self {
            context: context.clone(),
            changed,
            metrics: Arc::new(Metrics::register(&context.registry)?),
        })
    }

    /// Runs until `stop`; a transaction in hand is finished.
    pub async fn run(self, stop: CancellationToken) {
        let mut rounds = Rounds::default();
        while !stop.is_cancelled() {
            rounds = self.round(rounds, stop.clone()).await;
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(PAUSE) => {}
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.changed.notified() => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    async fn round(&self, mut rounds: Rounds, stop: CancellationToken) -> Rounds {
        let (context, metrics) = (self.context.clone(), self.metrics.clone());
        let began = context.clock.monotonic();
        let done = tokio::task::spawn_blocking(move || {
            let loaded = context.inventory.loaded();
            let now = context.clock.now();
            let stopping = || stop.is_cancelled();
            match rounds.round(&*context.store, &loaded, &metrics, now, &stopping) {
                Ok(undone) => metrics.behind.set(i64::try_from(undone).unwrap_or(i64::MAX)),
                Err(error) => {
                    metrics.failed();
                    tracing::warn!(%error, "the ledger could not be brought up to date");
                }
            }
            rounds
        });
        let done = done.await;
        self.metrics
            .round(self.context.clock.monotonic().saturating_sub(began));
        done.unwrap_or_else(|error| {
            // Our own fault, never a portal's: forget everything and begin again from the checkpoints.
            self.metrics.failed();
            tracing::error!(%error, "a round of the ledger panicked");
            Rounds::default()
        })
    }
}
