//! What the notifier counts; what waits is in the catalogue, made from the store at each scrape.

use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// Counters of the notifier.
#[derive(Clone)]
pub(super) struct Metrics {
    pub(super) sent: IntCounterVec,
    pub(super) failed: IntCounterVec,
    pub(super) trouble: IntCounter,
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
        Ok(Self {
            sent: by_channel(
                "ems_notify_sent_total",
                "Deliveries that a receiver took, a digest as one",
            )?,
            failed: by_channel(
                "ems_notify_failed_total",
                "Deliveries that a receiver did not take; each is tried again, or by the next channel of its route",
            )?,
            trouble,
        })
    }
}
