//! What the judging job tells Prometheus.

use std::time::Duration;

use ems_contract::time::UnixTime;
use prometheus::{Gauge, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use crate::judge::Value;
use crate::regulation::Regulations;
use crate::store::VerdictCount;

pub(super) struct Metrics {
    verdicts: IntGaugeVec,
    rounds: IntCounterVec,
    took: Gauge,
    last: IntGauge,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let verdicts = IntGaugeVec::new(
            Opts::new(
                "ems_verdicts",
                "Verdicts of today over all portals, by pack and verdict",
            ),
            &["pack", "verdict"],
        )?;
        let rounds = IntCounterVec::new(
            Opts::new("ems_judging_rounds_total", "Rounds of judging, by result"),
            &["result"],
        )?;
        let took = Gauge::new(
            "ems_judging_duration_seconds",
            "How long the last judging of all portals took",
        )?;
        let last = IntGauge::new(
            "ems_judging_last_success_timestamp_seconds",
            "When portals were last judged without error",
        )?;
        registry.register(Box::new(verdicts.clone()))?;
        registry.register(Box::new(rounds.clone()))?;
        registry.register(Box::new(took.clone()))?;
        registry.register(Box::new(last.clone()))?;
        for result in ["done", "failed"] {
            rounds.with_label_values(&[result]).reset();
        }
        Ok(Self {
            verdicts,
            rounds,
            took,
            last,
        })
    }

    pub(super) fn done(&self, now: UnixTime, took: Duration, whole: bool) {
        self.rounds.with_label_values(&["done"]).inc();
        self.last.set(now.secs());
        if whole {
            self.took.set(took.as_secs_f64());
        }
    }

    pub(super) fn failed(&self) {
        self.rounds.with_label_values(&["failed"]).inc();
    }

    /// Every pack with every verdict: what is not there is 0.
    pub(super) fn count(&self, rules: &Regulations, counts: &[VerdictCount]) {
        for pack in rules.packs.keys() {
            for value in Value::ALL {
                let found = counts
                    .iter()
                    .find(|count| *count.pack == **pack && count.value == *value);
                let count = found.map_or(0, |found| i64::try_from(found.count).unwrap_or(i64::MAX));
                self.verdicts
                    .with_label_values(&[&**pack, value.as_str()])
                    .set(count);
            }
        }
    }
}
