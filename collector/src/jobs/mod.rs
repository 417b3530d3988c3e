//! Upkeep in the background: packing closed hours, cutting off what is older than its retention.

use std::time::Duration;

use ems_contract::time::UnixTime;
use prometheus::{IntCounterVec, IntGauge, Opts};
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::settings::Retention;
use crate::store::{Statistics, StoreError};

/// How often closed windows are looked for.
const EVERY: Duration = Duration::from_secs(600);
/// Results may come this late without waking a packed window, in seconds.
const LATE_S: i64 = 3_600;

/// Upkeep of the store.
pub struct Upkeep {
    context: Context,
    retention: Retention,
    metrics: Metrics,
}

struct Metrics {
    bytes: IntGauge,
    open: IntGauge,
    packed: IntGauge,
    quarantined: IntGauge,
    quarantined_bytes: IntGauge,
    quarantine_dropped: IntGauge,
    slot_conflicts: IntGauge,
    evidence_pages: IntGauge,
    evidence_bytes: IntGauge,
    failures: IntCounterVec,
}

impl Upkeep {
    /// Upkeep of `context.store`.
    ///
    /// # Errors
    /// When another room registered metrics of the same name.
    pub fn new(context: &Context, retention: Retention) -> prometheus::Result<Self> {
        let registry = &context.registry;
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let failures = IntCounterVec::new(
            Opts::new(
                "ems_store_upkeep_failures_total",
                "Runs of upkeep that failed, by job",
            ),
            &["job"],
        )?;
        registry.register(Box::new(failures.clone()))?;
        let metrics = Metrics {
            bytes: gauge("ems_store_bytes", "Bytes of the database files")?,
            open: gauge("ems_store_open_results", "Raw results kept as rows")?,
            packed: gauge("ems_store_packed_results", "Raw results in packed windows")?,
            quarantined: gauge(
                "ems_store_quarantined_lines",
                "Lines kept raw because they could not be used",
            )?,
            quarantined_bytes: gauge("ems_store_quarantined_bytes", "Bytes of the lines kept raw")?,
            quarantine_dropped: gauge(
                "ems_store_quarantine_dropped_lines",
                "Lines acknowledged and not kept because too much is kept raw already",
            )?,
            slot_conflicts: gauge(
                "ems_store_slot_conflicts",
                "Results whose slot was taken by an earlier one",
            )?,
            evidence_pages: gauge("ems_store_evidence_pages", "Whole pages kept as evidence")?,
            evidence_bytes: gauge(
                "ems_store_evidence_bytes",
                "Compressed bytes of the whole pages kept as evidence",
            )?,
            failures,
        };
        Ok(Self {
            context: context.clone(),
            retention,
            metrics,
        })
    }

    /// Runs every ten minutes until `shutdown`; a run in hand is finished.
    pub async fn run(self, shutdown: CancellationToken) {
        let upkeep = std::sync::Arc::new(self);
        loop {
            let one = upkeep.clone();
            // Storage work is for blocking threads; a panic there is logged by the runtime and the next run tries again.
            let run = tokio::task::spawn_blocking(move || one.once());
            if run.await.is_err() {
                upkeep.metrics.failures.with_label_values(&["panic"]).inc();
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// One run of every job.
    pub fn once(&self) {
        let store = &self.context.store;
        let now = self.context.clock.now();
        self.done("pack", store.pack(now - LATE_S));
        self.done("expire", store.expire(self.raw_before(now)));
        match store.statistics() {
            Ok(statistics) => self.metrics.show(&statistics),
            Err(error) => self.failed("statistics", &error),
        }
        match store.evidence_statistics() {
            Ok(evidence) => {
                set(&self.metrics.evidence_pages, evidence.bodies);
                set(&self.metrics.evidence_bytes, evidence.bytes);
            }
            Err(error) => self.failed("statistics", &error),
        }
    }

    fn raw_before(&self, now: UnixTime) -> UnixTime {
        now - i64::from(self.retention.raw_days) * 86_400
    }

    fn done(&self, job: &'static str, result: Result<u64, StoreError>) {
        match result {
            Ok(0) => {}
            Ok(results) => tracing::info!(job, results, "upkeep of the store: {job} took {results} results"),
            Err(error) => self.failed(job, &error),
        }
    }

    fn failed(&self, job: &'static str, error: &StoreError) {
        self.metrics.failures.with_label_values(&[job]).inc();
        tracing::error!(job, "upkeep of the store failed: {error}");
    }
}

fn set(gauge: &IntGauge, value: u64) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}

impl Metrics {
    fn show(&self, statistics: &Statistics) {
        set(&self.bytes, statistics.bytes);
        set(&self.open, statistics.open_results);
        set(&self.packed, statistics.packed_results);
        set(&self.quarantined, statistics.quarantined);
        set(&self.quarantined_bytes, statistics.quarantined_bytes);
        set(&self.quarantine_dropped, statistics.quarantine_dropped);
        set(&self.slot_conflicts, statistics.slot_conflicts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;

    #[test]
    fn closed_windows_are_packed_and_old_ones_go() {
        let dir = tempfile::tempdir().unwrap();
        let now = at(900 * 86_400);
        let context = context(dir.path(), now);
        let old = batch(0, vec![up(1, 0)]);
        context.store.commit(old).unwrap();
        let mut recent = batch(1, vec![up(2, 890 * 86_400), up(3, 900 * 86_400 - 60)]);
        recent.received_at = now;
        context.store.commit(recent).unwrap();
        let upkeep = Upkeep::new(&context, Retention::default()).unwrap();
        upkeep.once();
        let statistics = context.store.statistics().unwrap();
        assert_eq!(
            (statistics.open_results, statistics.packed_results),
            (1, 1),
            "one old one gone, one packed"
        );
        let text = prometheus::TextEncoder::new()
            .encode_to_string(&context.registry.gather())
            .unwrap();
        assert!(text.contains("\nems_store_packed_results 1\n"), "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn it_stops_when_asked() {
        let dir = tempfile::tempdir().unwrap();
        let context = context(dir.path(), at(0));
        let shutdown = CancellationToken::new();
        let upkeep = Upkeep::new(&context, Retention::default()).unwrap();
        shutdown.cancel();
        upkeep.run(shutdown).await;
    }
}
