//! Counters of the door for batches.

use std::time::Duration;

use ems_contract::id::AgentId;
use prometheus::{
    GaugeVec, Histogram, HistogramOpts, IntCounterVec, Opts, Registry, core::Collector, exponential_buckets,
};

use super::refusal::Refusal;
use crate::store::Receipt;

pub(super) struct Metrics {
    batches: IntCounterVec,
    records: IntCounterVec,
    late: IntCounterVec,
    future: IntCounterVec,
    bytes: IntCounterVec,
    skew: GaugeVec,
    duration: Histogram,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let metrics = Self {
            batches: counter(
                "ems_ingest_batches_total",
                "Batches by what became of them",
                &["result"],
            )?,
            records: counter(
                "ems_ingest_records_total",
                "Records by what became of them",
                &["agent", "result"],
            )?,
            late: counter(
                "ems_ingest_late_records_total",
                "Records that arrived after the settled horizon of their slot",
                &["agent"],
            )?,
            future: counter(
                "ems_ingest_future_records_total",
                "Records whose slot lay more than a minute ahead of their arrival",
                &["agent"],
            )?,
            bytes: counter("ems_ingest_bytes_total", "Bytes of batches as sent", &["agent"])?,
            skew: GaugeVec::new(
                Opts::new(
                    "ems_ingest_clock_skew_seconds",
                    "The agent's clock minus the collector's at the last batch",
                ),
                &["agent"],
            )?,
            duration: Histogram::with_opts(
                HistogramOpts::new(
                    "ems_ingest_duration_seconds",
                    "From the first byte of a batch to its answer, commit included",
                )
                .buckets(exponential_buckets(0.001, 4.0, 8)?),
            )?,
        };
        let all: [Box<dyn Collector>; 7] = [
            Box::new(metrics.batches.clone()),
            Box::new(metrics.records.clone()),
            Box::new(metrics.late.clone()),
            Box::new(metrics.future.clone()),
            Box::new(metrics.bytes.clone()),
            Box::new(metrics.skew.clone()),
            Box::new(metrics.duration.clone()),
        ];
        all.into_iter().try_for_each(|one| registry.register(one))?;
        Ok(metrics)
    }

    pub(super) fn answered(&self, refusal: Option<&Refusal>, took: Duration) {
        let result = refusal.map_or("kept", |refusal| refusal.advice().code);
        self.batches.with_label_values(&[result]).inc();
        self.duration.observe(took.as_secs_f64());
    }

    pub(super) fn bytes(&self, agent: &AgentId, bytes: usize) {
        self.bytes
            .with_label_values(&[agent.as_str()])
            .inc_by(bytes as u64);
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a skew of 2^53 ms is not measured to the millisecond"
    )]
    pub(super) fn kept(&self, agent: &AgentId, receipt: &Receipt, skew_ms: i64) {
        let agent = agent.as_str();
        let results = [
            ("stored", receipt.stored),
            ("duplicate", receipt.duplicates),
            ("slot_conflict", receipt.slot_conflicts),
            ("quarantined", receipt.quarantined),
        ];
        for (result, count) in results {
            self.records
                .with_label_values(&[agent, result])
                .inc_by(count.into());
        }
        self.late.with_label_values(&[agent]).inc_by(receipt.late.into());
        self.future
            .with_label_values(&[agent])
            .inc_by(receipt.future.into());
        self.skew
            .with_label_values(&[agent])
            .set(skew_ms as f64 / 1_000.0);
    }
}

fn counter(name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntCounterVec> {
    IntCounterVec::new(Opts::new(name, help), labels)
}
