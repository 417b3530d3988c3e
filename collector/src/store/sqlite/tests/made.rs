//! Records, batches and stores for the tests.

use std::path::Path;

use ems_contract::cause::{Cause, Stage};
use ems_contract::digest::Sha256;
use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::observation::{Attempt, Observation, Timings};
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::record::{Gap, GapWhy, Record};
use ems_contract::time::UnixTime;
use ems_contract::wire::Line;

use crate::store::sqlite::SqliteStore;
use crate::store::{IngestBatch, InventoryRecord, Store};

pub(super) const EPOCH: Epoch = Epoch::from_random([7; 16]);
pub(super) const T0: i64 = 1_795_000_200;

pub(super) fn at(secs: i64) -> UnixTime {
    UnixTime::from_secs(T0 + secs)
}

pub(super) fn portal(name: &str) -> PortalId {
    name.parse().unwrap()
}

pub(super) fn agent(name: &str) -> AgentId {
    name.parse().unwrap()
}

pub(super) fn down() -> Outcome {
    Outcome::Down {
        stage: Stage::Connect,
        cause: Cause::TcpRefused,
    }
}

/// A store in `dir` that knows portals `p1` and `p2`.
pub(super) fn store(dir: &Path) -> SqliteStore {
    let store = SqliteStore::open(&dir.join("ems.db")).unwrap();
    know(&store, &["p1", "p2"]);
    store
}

pub(super) fn know(store: &SqliteStore, portals: &[&str]) {
    store
        .record_inventory(&InventoryRecord {
            version: Sha256::of(portals.join(",").as_bytes()),
            loaded_at: at(0),
            json: "{}".into(),
            portals: portals.iter().map(|name| portal(name)).collect(),
        })
        .unwrap();
}

/// A `reach` observation of `p1` over IPv4 by agent `a`.
pub(super) fn observation(seq: u64, slot: i64, outcome: Outcome) -> Observation {
    let attempt = Attempt {
        started_at: at(slot).timestamp() + std::time::Duration::from_micros(1_234),
        address: Some("192.0.2.7".parse().unwrap()),
        timings: Timings {
            dns_us: Some(900),
            connect_us: Some(2_000),
            ..Timings::default()
        },
        body_bytes: Some(30_000),
        shared: false,
        outcome,
    };
    Observation {
        schema: 1,
        agent: agent("a"),
        epoch: EPOCH,
        seq,
        portal: portal("p1"),
        target_hash: Sha256::of(b"target"),
        plan_version: Sha256::of(b"plan"),
        probe: ProbeKind::Reach,
        family: Some(Family::V4),
        slot: at(slot),
        interval_s: 60,
        attempts: vec![attempt],
        outcome,
        facts: Facts {
            addresses: vec!["192.0.2.7".parse().unwrap()],
            ..Facts::default()
        },
    }
}

pub(super) fn gap(seq: u64, from: i64, to: i64) -> Record {
    Record::Gap(Gap {
        schema: 1,
        agent: agent("a"),
        epoch: EPOCH,
        seq,
        portal: None,
        probe: None,
        family: None,
        from: at(from),
        to: at(to),
        why: GapWhy::Overload,
    })
}

pub(super) fn line(record: Record) -> Line {
    let raw = serde_json::to_vec(&record).unwrap();
    Line::Record { record, raw }
}

pub(super) fn up(seq: u64, slot: i64) -> Line {
    line(Record::Observation(Box::new(observation(seq, slot, Outcome::Up))))
}

/// A batch of agent `a` that arrives right after its newest slot.
pub(super) fn batch(after: u64, lines: Vec<Line>) -> IngestBatch {
    let newest = lines.iter().filter_map(slot_of).max().unwrap_or(at(0));
    IngestBatch {
        agent: agent("a"),
        epoch: EPOCH,
        after,
        received_at: newest + 5,
        skew_ms: 12,
        lines,
    }
}

fn slot_of(line: &Line) -> Option<UnixTime> {
    match line {
        Line::Record {
            record: Record::Observation(observation),
            ..
        } => Some(observation.slot),
        Line::Record {
            record: Record::Gap(gap),
            ..
        } => Some(gap.to),
        _ => None,
    }
}
