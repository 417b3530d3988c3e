//! What the judging job tells Prometheus.

use std::collections::BTreeMap;
use std::time::Duration;

use ems_contract::time::UnixTime;
use prometheus::{Gauge, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use crate::judge::Value;
use crate::regulation::Regulations;
use crate::store::VerdictCount;

pub(super) struct Metrics {
    verdicts: IntGaugeVec,
    portals: IntGaugeVec,
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
        let portals = IntGaugeVec::new(
            Opts::new(
                "ems_portal_verdicts",
                "Verdicts of today on a portal over all packs, by verdict",
            ),
            &["portal", "verdict"],
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
        registry.register(Box::new(portals.clone()))?;
        registry.register(Box::new(rounds.clone()))?;
        registry.register(Box::new(took.clone()))?;
        registry.register(Box::new(last.clone()))?;
        for result in ["done", "failed"] {
            rounds.with_label_values(&[result]).reset();
        }
        Ok(Self {
            verdicts,
            portals,
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

    /// Every portal that has verdicts, with every verdict; a portal that was taken out vanishes.
    pub(super) fn portals(&self, counts: &[VerdictCount]) {
        let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for count in counts {
            for value in Value::ALL {
                let sum = sums.entry((count.portal.as_str(), value.as_str())).or_default();
                if count.value == *value {
                    *sum = sum.saturating_add_unsigned(count.count);
                }
            }
        }
        self.portals.reset();
        for ((portal, verdict), count) in sums {
            self.portals.with_label_values(&[portal, verdict]).set(count);
        }
    }

    /// Every pack with every verdict: what is not there is 0.
    pub(super) fn count(&self, rules: &Regulations, counts: &[VerdictCount]) {
        for pack in rules.packs.keys() {
            for value in Value::ALL {
                let found = counts
                    .iter()
                    .filter(|count| *count.pack == **pack && count.value == *value);
                let count = found.fold(0_i64, |sum, found| sum.saturating_add_unsigned(found.count));
                self.verdicts
                    .with_label_values(&[&**pack, value.as_str()])
                    .set(count);
            }
        }
    }
}
