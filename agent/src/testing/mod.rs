//! Fakes that several rooms test against: a clock on tokio's paused time, a plan, probers.

pub(crate) mod collector;
pub(crate) mod prober;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ems_contract::clock::{Clock, SharedClock};
use ems_contract::digest::Sha256;
use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::id::Epoch;
use ems_contract::observation::Observation;
use ems_contract::outcome::Outcome;
use ems_contract::plan::{Limits, Plan, PlanPortal, Reference};
use ems_contract::probe::ProbeKind;
use ems_contract::record::Record;
use ems_contract::time::UnixTime;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::spool::Entry;

/// Follows tokio's clock, so that paused tests own the time; its wall part can be stepped.
pub(crate) struct PausedClock {
    start: Instant,
    wall_us: AtomicI64,
}

impl PausedClock {
    /// 2026-11-22T14:57:00Z at the moment of the call.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            wall_us: AtomicI64::new(1_795_359_420_000_000),
        })
    }

    pub(crate) fn shared() -> SharedClock {
        Self::new()
    }

    /// Steps the wall clock.
    pub(crate) fn step(&self, by_us: i64) {
        self.wall_us.fetch_add(by_us, Ordering::SeqCst);
    }
}

impl Clock for PausedClock {
    fn timestamp(&self) -> Timestamp {
        let run = i64::try_from(self.monotonic().as_micros()).unwrap();
        Timestamp::from_microsecond(self.wall_us.load(Ordering::SeqCst) + run).unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A plan of `n` portals with fixed addresses, both families, and a reference for each line.
pub(crate) fn plan(n: usize) -> Plan {
    let portal = |n: usize| PlanPortal {
        id: format!("p{n}").parse().unwrap(),
        name: None,
        url: format!("https://p{n}.gov.vn/").parse().unwrap(),
        families: vec![Family::V4, Family::V6],
        reach_interval_s: 60,
        dns_interval_s: 300,
        tls_interval_s: 3_600,
        resolve: vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()],
        allow: Vec::new(),
        valid_from: None,
        valid_to: None,
        old_hosts: Vec::new(),
        pages: None,
    };
    let reference = |family, address: &str| Reference {
        host: "reference.test".to_owned(),
        port: 443,
        family,
        resolve: vec![address.parse().unwrap()],
    };
    Plan {
        schema: ems_contract::plan::SCHEMA,
        agent: "tram-a".parse().unwrap(),
        network: "vnpt".parse().unwrap(),
        families: vec![Family::V4, Family::V6],
        contact: "ems@example.gov.vn".to_owned(),
        portals: (0..n).map(portal).collect(),
        references: vec![
            reference(Family::V4, "192.0.2.7"),
            reference(Family::V6, "2001:db8::7"),
        ],
        limits: Limits::default(),
    }
}

/// A record of portal `portal` at `slot`, over IPv4.
pub(crate) fn observation(portal: &str, slot: i64, outcome: Outcome) -> Observation {
    Observation {
        schema: ems_contract::observation::SCHEMA,
        agent: "tram-a".parse().unwrap(),
        epoch: Epoch::from_random([0; 16]),
        seq: 0,
        portal: portal.parse().unwrap(),
        target_hash: Sha256::of(portal.as_bytes()),
        plan_version: Sha256::of(b"plan"),
        probe: ProbeKind::Reach,
        family: Some(Family::V4),
        slot: UnixTime::from_secs(slot),
        interval_s: 60,
        attempts: Vec::new(),
        outcome,
        facts: Facts::default(),
    }
}

/// The same as an entry of the spool.
pub(crate) fn entry(portal: &str, slot: i64) -> Entry {
    Entry {
        record: Record::Observation(Box::new(observation(portal, slot, Outcome::Up))),
        chain: None,
        urgent: false,
    }
}
