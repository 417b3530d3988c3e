//! The agent's own metrics. What other rooms count in atomics is read at the moment of a scrape.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ems_contract::clock::SharedClock;
use ems_contract::family::Family as AddressFamily;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

use super::Portals;
use super::family::{Family, sample};
use crate::evidence::EvidenceSpool;
use crate::selfcheck::{Channel, ClockTrust, Watch};
use crate::{plan, ship, spool};

/// Where the values come from that other rooms hold.
pub struct Sources {
    /// The spool.
    pub spool: Arc<spool::Status>,
    /// The shipper.
    pub ship: Arc<ship::Status>,
    /// The pages kept as evidence, where any are.
    pub evidence: Option<EvidenceSpool>,
    /// The plan.
    pub plan: Arc<plan::Status>,
    /// The references.
    pub watch: Arc<Watch>,
    /// The clock's skew.
    pub trust: Arc<ClockTrust>,
    /// For ages.
    pub clock: SharedClock,
}

/// Counters of the runner, and the registry of everything.
pub struct Metrics {
    registry: Registry,
    slots: IntCounterVec,
    gaps: IntCounterVec,
    lateness: Histogram,
    /// Probes that panicked: our fault.
    pub panics: IntCounter,
    /// Probes in flight.
    pub running: IntGauge,
    /// Slots that wait for room.
    pub waiting: IntGauge,
    /// Series in the schedule.
    pub series: IntGauge,
    /// Last results by portal.
    pub portals: Portals,
}

impl Metrics {
    /// Registers everything.
    ///
    /// # Errors
    /// Only if two metrics had one name.
    pub fn new(portals: Portals, sources: Sources) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let metrics = Self {
            slots: IntCounterVec::new(
                Opts::new(
                    "ems_agent_slots_total",
                    "Slots by what they came to; `cause` is empty for `up`.",
                ),
                &["probe", "family", "state", "cause"],
            )?,
            gaps: IntCounterVec::new(
                Opts::new(
                    "ems_agent_gaps_total",
                    "Stretches of slots recorded as gaps, by reason.",
                ),
                &["why"],
            )?,
            lateness: Histogram::with_opts(
                HistogramOpts::new(
                    "ems_agent_slot_lateness_seconds",
                    "How long after its instant a slot's job began.",
                )
                .buckets(vec![0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0]),
            )?,
            panics: IntCounter::new(
                "ems_agent_probe_panics_total",
                "Probes that panicked: a fault of the agent, never of a portal.",
            )?,
            running: IntGauge::new("ems_agent_probes_in_flight", "Probes in flight.")?,
            waiting: IntGauge::new("ems_agent_slots_waiting", "Slots that are due and wait for room.")?,
            series: IntGauge::new(
                "ems_agent_series",
                "Series in the schedule: portal, probe, family.",
            )?,
            portals,
            registry,
        };
        let registry = &metrics.registry;
        registry.register(Box::new(metrics.slots.clone()))?;
        registry.register(Box::new(metrics.gaps.clone()))?;
        registry.register(Box::new(metrics.lateness.clone()))?;
        registry.register(Box::new(metrics.panics.clone()))?;
        registry.register(Box::new(metrics.running.clone()))?;
        registry.register(Box::new(metrics.waiting.clone()))?;
        registry.register(Box::new(metrics.series.clone()))?;
        registry.register(Box::new(metrics.portals.clone()))?;
        let labels = vec!["version".to_owned()];
        let desc = Desc::new(
            "ems_agent_build_info".to_owned(),
            HELP_BUILD.to_owned(),
            labels,
            HashMap::new(),
        )?;
        registry.register(Box::new(Pulled { sources, desc }))?;
        Ok(metrics)
    }

    /// Counts a slot's record.
    pub fn slot(&self, probe: ProbeKind, family: Option<AddressFamily>, outcome: Outcome) {
        let family = family.map_or("", AddressFamily::as_str);
        let labels = [
            probe.as_str(),
            family,
            outcome.state_name(),
            outcome.cause_name().unwrap_or(""),
        ];
        self.slots.with_label_values(&labels).inc();
    }

    /// Counts a gap.
    pub fn gap(&self, why: ems_contract::record::GapWhy) {
        self.gaps.with_label_values(&[why.as_str()]).inc();
    }

    /// Notes how late a job began, microseconds.
    pub fn late(&self, us: i64) {
        self.lateness
            .observe(sample(u64::try_from(us).unwrap_or(0)) / 1e6);
    }

    /// Everything in Prometheus' text format.
    ///
    /// # Errors
    /// Only if a family had no name.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        prometheus::TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

const HELP_BUILD: &str = "Version of the agent; always 1.";

struct Pulled {
    sources: Sources,
    desc: Desc,
}

impl Collector for Pulled {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut all = vec![
            Family::gauge("ems_agent_build_info", HELP_BUILD)
                .with(&[("version", env!("CARGO_PKG_VERSION"))], 1.0),
        ];
        self.spool(&mut all);
        self.ship(&mut all);
        self.evidence(&mut all);
        self.sight(&mut all);
        all
    }
}

impl Pulled {
    fn spool(&self, all: &mut Vec<MetricFamily>) {
        let spool = &self.sources.spool;
        let now = self.sources.clock.now().secs();
        let oldest = spool.oldest_waiting_s.load(Ordering::Relaxed);
        let age = if oldest == 0 { 0 } else { now - oldest };
        let gauge = |name, help, value| Family::gauge(name, help).with(&[], sample(value));
        let counter = |name, help, value| Family::counter(name, help).with(&[], sample(value));
        let load = |value: &std::sync::atomic::AtomicU64| value.load(Ordering::Relaxed);
        all.extend([
            gauge(
                "ems_agent_spool_records",
                "Records that the collector lacks.",
                load(&spool.waiting_records),
            ),
            gauge(
                "ems_agent_spool_bytes",
                "Compressed bytes on disk that the collector lacks.",
                load(&spool.waiting_bytes),
            ),
            gauge(
                "ems_agent_spool_kept_bytes",
                "Compressed bytes on disk that the collector has, kept to be sent again.",
                load(&spool.kept_bytes),
            ),
            gauge(
                "ems_agent_spool_oldest_age_seconds",
                "Age of the oldest slot that the collector lacks; 0 when none does.",
                u64::try_from(age).unwrap_or(0),
            ),
            gauge(
                "ems_agent_spool_failing",
                "Whether the last write to the spool failed; measuring goes on in memory.",
                u64::from(spool.failing.load(Ordering::Relaxed)),
            ),
            counter(
                "ems_agent_spool_overflowed_records_total",
                "Records given up because the spool was full; a gap says so.",
                load(&spool.overflowed_records),
            ),
            counter(
                "ems_agent_spool_lost_records_total",
                "Records lost because the disk refused and memory was full; a gap says so.",
                load(&spool.lost_records),
            ),
            gauge(
                "ems_agent_spool_refused_records",
                "Records that the collector refused for good, kept aside in the spool.",
                load(&spool.refused_records),
            ),
        ]);
    }

    fn ship(&self, all: &mut Vec<MetricFamily>) {
        let Sources { ship, plan, .. } = &self.sources;
        let mut errors = Family::counter(
            "ems_agent_ship_errors_total",
            "Tries to send that did not end in an acknowledgement, by class.",
        );
        for failure in ship::Failure::ALL {
            errors.add(&[("class", failure.as_str())], sample(ship.failures(failure)));
        }
        let counter = |name, help, value: &std::sync::atomic::AtomicU64| {
            Family::counter(name, help).with(&[], sample(value.load(Ordering::Relaxed)))
        };
        let flag = |name, help, value: &std::sync::atomic::AtomicBool| {
            Family::gauge(name, help).with(&[], f64::from(u8::from(value.load(Ordering::Relaxed))))
        };
        all.extend([
            errors.done(),
            counter(
                "ems_agent_ship_batches_total",
                "Batches acknowledged by the collector.",
                &ship.acked_batches,
            ),
            counter(
                "ems_agent_ship_records_total",
                "Records acknowledged by the collector.",
                &ship.acked_records,
            ),
            counter(
                "ems_agent_ship_quarantined_records_total",
                "Records that the collector keeps raw because it does not understand them.",
                &ship.quarantined_records,
            ),
            flag(
                "ems_agent_ship_stopped",
                "Whether shipping waits for a person: token refused, or not our collector.",
                &ship.stopped,
            ),
            counter(
                "ems_agent_plan_failed_pulls_total",
                "Tries to pull the plan without an answer.",
                &plan.failed_pulls,
            ),
            flag(
                "ems_agent_plan_refused",
                "Whether the last plan offered is unusable; the one before it is in force.",
                &plan.refused,
            ),
        ]);
    }

    fn evidence(&self, all: &mut Vec<MetricFamily>) {
        let Some(evidence) = &self.sources.evidence else {
            return;
        };
        let status = evidence.status();
        let (pages, bytes) = status.waiting();
        let mut unkept = Family::counter(
            "ems_agent_evidence_unkept_total",
            "Whole pages not kept as evidence, by reason; their facts are.",
        );
        for (why, count) in status.unkept_by_reason() {
            unkept.add(&[("why", why)], sample(count));
        }
        let gauge = |name, help, value| Family::gauge(name, help).with(&[], sample(value));
        let counter = |name, help, value: &std::sync::atomic::AtomicU64| {
            Family::counter(name, help).with(&[], sample(value.load(Ordering::Relaxed)))
        };
        all.extend([
            gauge(
                "ems_agent_evidence_waiting_pages",
                "Whole pages that the collector lacks.",
                pages,
            ),
            gauge(
                "ems_agent_evidence_waiting_bytes",
                "Compressed bytes of whole pages that the collector lacks.",
                bytes,
            ),
            counter(
                "ems_agent_evidence_sent_total",
                "Whole pages that the collector took or had.",
                &status.sent,
            ),
            counter(
                "ems_agent_evidence_failures_total",
                "Tries to send a whole page that are made again.",
                &status.failed,
            ),
            unkept.done(),
        ]);
    }

    fn sight(&self, all: &mut Vec<MetricFamily>) {
        let mut blind = Family::gauge(
            "ems_agent_blind",
            "Whether the last check of the agent's own references failed; absent before the first check.",
        );
        for channel in Channel::ALL {
            if let Some(sees) = self.sources.watch.sees(channel) {
                blind.add(&[("family", channel.as_str())], f64::from(u8::from(!sees)));
            }
        }
        all.push(blind.done());
        if let Some(skew) = self.sources.trust.skew_us() {
            let sign = if skew < 0 { -1.0 } else { 1.0 };
            all.push(
                Family::gauge(
                    "ems_agent_clock_skew_seconds",
                    "How far this agent's clock is ahead of the collector's.",
                )
                .with(&[], sign * sample(skew.unsigned_abs()) / 1e6),
            );
        }
    }
}
