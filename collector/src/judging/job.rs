//! The job: closes every day at its end, and keeps today's verdicts up to date.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use tokio_util::sync::CancellationToken;

use super::day::{Bench, judge_all};
use super::metrics::Metrics;
use crate::calendar::civil::{day_of, end_of, plus_days, start_of};
use crate::context::Context;
use crate::dossier::Chronicle;
use crate::regulation::Regulations;
use crate::sections;
use crate::store::StoreError;

/// How often all portals are judged.
const EVERY: Duration = Duration::from_secs(3_600);
/// Requests that come together are answered together.
const PAUSE: Duration = Duration::from_secs(10);
/// A day is closed when its last records had this long to arrive, in seconds.
const SETTLED_S: i64 = 300;
/// Days that are closed after the fact, when the collector was away.
const MOST_DAYS: i64 = 35;

/// The judging job.
pub struct Judging {
    context: Context,
    rules: Arc<Regulations>,
    metrics: Metrics,
    sections: sections::Metrics,
}

impl Judging {
    /// A job over `context`.
    ///
    /// # Errors
    /// When another room registered metrics of the same name.
    pub fn new(context: &Context, rules: Arc<Regulations>) -> prometheus::Result<Self> {
        Ok(Self {
            context: context.clone(),
            rules,
            metrics: Metrics::register(&context.registry)?,
            sections: sections::Metrics::register(&context.registry)?,
        })
    }

    /// Runs until `stop`; a round in hand is finished.
    pub async fn run(self, stop: CancellationToken) {
        let job = Arc::new(self);
        let mut whole = true;
        while !stop.is_cancelled() {
            let one = job.clone();
            // Our own fault is never a portal's: what panicked is told, and the next round tries again.
            let round = tokio::task::spawn_blocking(move || one.round(whole)).await;
            if round.is_err() {
                job.metrics.failed();
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(job.until_next()) => whole = true,
                () = job.context.docket.asked() => {
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(PAUSE) => whole = false,
                    }
                }
            }
        }
    }

    /// Until the next whole round: an hour, or until yesterday can be closed.
    fn until_next(&self) -> Duration {
        let now = self.context.clock.now();
        let midnight = start_of(plus_days(day_of(now - SETTLED_S), 1)) + SETTLED_S;
        let wait = u64::try_from(midnight - now).unwrap_or_default() + 1;
        EVERY.min(Duration::from_secs(wait))
    }

    /// One round: everything, or the portals that were asked for.
    fn round(&self, whole: bool) {
        let began = self.context.clock.monotonic();
        match self.judge(whole) {
            Ok(portals) => {
                let took = self.context.clock.monotonic().saturating_sub(began);
                self.metrics.done(self.context.clock.now(), took, whole);
                tracing::debug!(portals, ?took, "judged");
            }
            Err(error) => {
                self.metrics.failed();
                tracing::error!("verdicts could not be made: {error}");
            }
        }
    }

    /// Judges, and returns how many portals were judged for today.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn judge(&self, whole: bool) -> Result<usize, StoreError> {
        let now = self.context.clock.now();
        let store = &*self.context.store;
        let chronicle = Chronicle::load(store, now)?;
        let bench = Bench {
            store,
            rules: &self.rules,
            chronicle: &chronicle,
            now,
        };
        let Some(open) = self.close(&bench)? else {
            return Ok(0);
        };
        if open != day_of(now) {
            // Just after midnight: today waits until yesterday is closed.
            return Ok(0);
        }
        let asked = self.context.docket.take();
        let judged = judge_all(&bench, (!whole).then_some(&*asked), now)?;
        self.look_at_sections((!whole).then_some(&*asked), now)?;
        let counts = store.verdict_counts(open)?;
        self.metrics.count(&self.rules, &counts);
        self.metrics.portals(&counts);
        Ok(judged)
    }

    /// Tells how the sections of all portals stand, or of `only` some. Portals that no regulation binds have sections too.
    fn look_at_sections(&self, only: Option<&[PortalId]>, now: UnixTime) -> Result<(), StoreError> {
        let inventory = self.context.inventory.current();
        let known: BTreeSet<&PortalId> = inventory.portals.iter().map(|portal| &portal.id).collect();
        let wanted = known
            .iter()
            .copied()
            .filter(|portal| only.is_none_or(|only| only.contains(portal)));
        self.sections
            .look(&*self.context.store, &self.rules, wanted, now)?;
        self.sections.keep(&known);
        Ok(())
    }

    /// Closes the days that are over; returns the first that is not. `None` when no inventory was in force yet.
    fn close(&self, bench: &Bench<'_>) -> Result<Option<Date>, StoreError> {
        let Some(first) = bench.chronicle.first() else {
            return Ok(None);
        };
        let oldest = day_of(first).max(plus_days(day_of(bench.now), -MOST_DAYS));
        let mut day = match bench.store.last_closed_day()? {
            Some(last) => plus_days(last, 1).max(oldest),
            None => oldest,
        };
        while bench.now >= end_of(day) + SETTLED_S {
            let portals = judge_all(bench, None, end_of(day))?;
            tracing::info!(%day, portals, "the verdicts of {day} are closed");
            day = plus_days(day, 1);
        }
        Ok(Some(day))
    }
}
