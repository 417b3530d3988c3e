//! What the ledger's job says about itself, and the state seconds of every portal.

use std::time::Duration;

use ems_contract::id::PortalId;
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use super::tally::Counted;

/// Counters and gauges of the job.
pub(super) struct Metrics {
    rounds: Histogram,
    passes: IntCounter,
    late_passes: IntCounter,
    errors: IntCounter,
    pub(super) behind: IntGauge,
    state_seconds: IntCounterVec,
    corrected: IntCounterVec,
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
            state_seconds: IntCounterVec::new(
                Opts::new(
                    "ems_portal_state_seconds_total",
                    "Seconds in each state, up to the settled horizon, since the collector started.",
                ),
                &["portal", "track", "state"],
            )?,
            corrected: IntCounterVec::new(
                Opts::new(
                    "ems_portal_state_corrected_seconds_total",
                    "Seconds that late data put into another state after they were counted.",
                ),
                &["portal", "track"],
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
        registry.register(Box::new(metrics.state_seconds.clone()))?;
        registry.register(Box::new(metrics.corrected.clone()))?;
        registry.register(Box::new(metrics.suspect.clone()))?;
        Ok(metrics)
    }

    pub(super) fn round(&self, took: Duration) {
        self.rounds.observe(took.as_secs_f64());
    }

    pub(super) fn failed(&self) {
        self.errors.inc();
    }

    pub(super) fn passed(&self, portal: &PortalId, counted: &Counted, late: bool) {
        self.passes.inc();
        self.late_passes.inc_by(u64::from(late));
        for (track, state, seconds) in &counted.seconds {
            let labels = [portal.as_str(), track.as_str(), state.as_str()];
            self.state_seconds.with_label_values(&labels).inc_by(*seconds);
        }
        for (track, seconds) in &counted.corrected {
            self.corrected
                .with_label_values(&[portal.as_str(), track.as_str()])
                .inc_by(*seconds);
        }
    }
}
