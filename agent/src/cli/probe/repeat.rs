//! Many measurements by hand, for load and cost: the same loop whatever takes the results over.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use ems_contract::clock::SharedClock;
use ems_contract::family::Family;
use ems_contract::plan::PlanPortal;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use tokio::task::JoinSet;

use super::job;
use crate::probe::{Job, Measurement, Prober};

/// What many measurements came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Measurements by state and cause.
    pub outcomes: BTreeMap<(&'static str, Option<&'static str>), u32>,
    /// Lengths of all measurements in microseconds, sorted.
    pub lengths_us: Vec<u64>,
    /// How long the whole took.
    pub elapsed: Duration,
    /// Probes that panicked: our fault.
    pub panics: u32,
}

/// The slots of `times` rounds over all portals and families, one second apart.
pub fn jobs(
    portals: Vec<Arc<PlanPortal>>,
    families: Vec<Family>,
    times: u32,
    start: UnixTime,
) -> impl Iterator<Item = Job> {
    (0..times).flat_map(move |round| {
        let slot = start + i64::from(round);
        let each = |portal: &Arc<PlanPortal>| {
            let jobs = families.iter().map(|family| job(portal, *family, slot));
            jobs.collect::<Vec<_>>()
        };
        portals.iter().flat_map(each).collect::<Vec<_>>()
    })
}

/// Measures all `jobs`, at most `concurrency` at once, and hands every result to `sink`.
pub async fn measure<P: Prober>(
    prober: &Arc<P>,
    jobs: impl Iterator<Item = Job>,
    concurrency: usize,
    clock: &SharedClock,
    mut sink: impl FnMut(Job, Measurement),
) -> Summary {
    let mut summary = Summary::default();
    let start = clock.monotonic();
    let mut jobs = jobs;
    let mut running = JoinSet::new();
    loop {
        while running.len() < concurrency.max(1)
            && let Some(job) = jobs.next()
        {
            let prober = Arc::clone(prober);
            running.spawn(async move {
                let measurement = prober.measure(job.clone()).await;
                (job, measurement)
            });
        }
        match running.join_next().await {
            None => break,
            Some(Ok((job, measurement))) => {
                summary.note(&measurement);
                sink(job, measurement);
            }
            Some(Err(_panic)) => summary.panics += 1,
        }
    }
    summary.elapsed = clock.monotonic().saturating_sub(start);
    summary.lengths_us.sort_unstable();
    summary
}

impl Summary {
    fn note(&mut self, measurement: &Measurement) {
        let outcome = measurement.outcome;
        let key = (outcome.state_name(), outcome.cause_name());
        *self.outcomes.entry(key).or_default() += 1;
        let length = measurement.attempts.iter().map(|a| a.timings.total_us()).sum();
        self.lengths_us.push(length);
    }

    /// Whether every measurement found its page.
    #[must_use]
    pub fn all_available(&self) -> bool {
        self.panics == 0
            && self
                .outcomes
                .keys()
                .all(|(state, _)| matches!(*state, "up" | "degraded"))
    }

    /// The length that `percent` of the measurements do not exceed, in microseconds.
    #[must_use]
    pub fn percentile_us(&self, percent: usize) -> u64 {
        let rank = (self.lengths_us.len() * percent).div_ceil(100).max(1);
        self.lengths_us.get(rank - 1).copied().unwrap_or(0)
    }

    /// Prints rate, outcomes and lengths.
    ///
    /// # Errors
    /// When `out` does not take them.
    pub fn print(&self, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
        let count = self.lengths_us.len();
        let seconds = self.elapsed.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "counts of probes are far below 2^52")]
        let rate = count as f64 / seconds.max(1e-9);
        let line = fill(
            lang,
            "probe.repeat.rate",
            &[
                ("count", &count.to_string()),
                ("seconds", &format!("{seconds:.2}")),
                ("rate", &format!("{rate:.1}")),
            ],
        );
        writeln!(out, "{line}")?;
        for ((state, cause), count) in &self.outcomes {
            let state = get(lang, &format!("state.{state}")).to_owned();
            match cause {
                None => writeln!(out, "  {count:>8}  {state}")?,
                Some(cause) => writeln!(out, "  {count:>8}  {state} ({cause})")?,
            }
        }
        if self.panics > 0 {
            let text = get(lang, "unknown.panic");
            writeln!(out, "  {:>8}  {text}", self.panics)?;
        }
        let ms = |us: u64| format!("{}.{:03}", us / 1_000, us % 1_000);
        let line = fill(
            lang,
            "probe.repeat.lengths",
            &[
                ("p50", &ms(self.percentile_us(50))),
                ("p95", &ms(self.percentile_us(95))),
                ("p99", &ms(self.percentile_us(99))),
                ("max", &ms(self.percentile_us(100))),
            ],
        );
        writeln!(out, "{line}")
    }
}
