//! What the notifier counts; what waits is in the catalogue, made from the store at each scrape.

use prometheus::{IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// Counters of the notifier.
#[derive(Clone)]
pub(super) struct Metrics {
    pub(super) sent: IntCounterVec,
    pub(super) failed: IntCounterVec,
    pub(super) refused: IntCounterVec,
    pub(super) trouble: IntCounter,
    pub(super) uncovered: IntGauge,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let by_channel = |name, help| {
            let counter = IntCounterVec::new(Opts::new(name, help), &["channel"])?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let trouble = IntCounter::new(
            "ems_notify_trouble_total",
            "Rounds in which notices could not be decided or delivered because of the store",
        )?;
        registry.register(Box::new(trouble.clone()))?;
        let uncovered = IntGauge::new(
            "ems_oncall_uncovered_seconds",
            "Seconds of the next 7 days in which the rota names nobody who can be called; 0 where nobody is called by name",
        )?;
        registry.register(Box::new(uncovered.clone()))?;
        Ok(Self {
            sent: by_channel(
                "ems_notify_sent_total",
                "Deliveries that a receiver took, a digest as one",
            )?,
            failed: by_channel(
                "ems_notify_failed_total",
                "Deliveries that a receiver did not take; each is tried again, or by the next channel of its route",
            )?,
            refused: by_channel(
                "ems_notify_recipients_refused_total",
                "Recipients who refused a notice that others of their channel took: such a notice is not tried again",
            )?,
            trouble,
            uncovered,
        })
    }
}
