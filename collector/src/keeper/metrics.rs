//! What the ledger's job says about itself.

use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, IntCounter, IntGauge, IntGaugeVec, Opts, Registry};

/// Counters and gauges of the job.
pub(super) struct Metrics {
    rounds: Histogram,
    passes: IntCounter,
    late_passes: IntCounter,
    errors: IntCounter,
    pub(super) behind: IntGauge,
    pub(super) suspect: IntGaugeVec,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let seconds = HistogramOpts::new(
            "ems_ledger_round_seconds",
            "Seconds that one round over all portals with news took.",
        )
        .buckets(vec![0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]);
        let metrics = Self {
            rounds: Histogram::with_opts(seconds)?,
            passes: IntCounter::new("ems_ledger_passes_total", "Portals evaluated.")?,
            late_passes: IntCounter::new(
                "ems_ledger_late_passes_total",
                "Portals evaluated from an older checkpoint, because data came late or the program started.",
            )?,
            errors: IntCounter::new(
                "ems_ledger_errors_total",
                "Evaluations that could not be read from or written to the store; they are tried again.",
            )?,
            behind: IntGauge::new(
                "ems_ledger_behind_portals",
                "Portals with news that the last round did not get done.",
            )?,
            suspect: IntGaugeVec::new(
                Opts::new(
                    "ems_agent_suspect",
                    "1 while the agent alone fails at more than 30 % of unrelated addresses: its failures count for nothing.",
                ),
                &["agent", "family"],
            )?,
        };
        registry.register(Box::new(metrics.rounds.clone()))?;
        registry.register(Box::new(metrics.passes.clone()))?;
        registry.register(Box::new(metrics.late_passes.clone()))?;
        registry.register(Box::new(metrics.errors.clone()))?;
        registry.register(Box::new(metrics.behind.clone()))?;
        registry.register(Box::new(metrics.suspect.clone()))?;
        Ok(metrics)
    }

    pub(super) fn round(&self, took: Duration) {
        self.rounds.observe(took.as_secs_f64());
    }

    pub(super) fn failed(&self) {
        self.errors.inc();
    }

    pub(super) fn passed(&self, late: bool) {
        self.passes.inc();
        self.late_passes.inc_by(u64::from(late));
    }
}
