//! Records, batches, stores and contexts for the tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ems_contract::cause::{Cause, Stage};
use ems_contract::clock::FixedClock;
use ems_contract::digest::Sha256;
use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::inventory::{Agent, Expectation, Inventory, Level, Portal, Status};
use ems_contract::observation::{Attempt, Observation, Timings};
use ems_contract::outcome::Outcome;
use ems_contract::plan::Limits;
use ems_contract::probe::ProbeKind;
use ems_contract::record::{Gap, GapWhy, Record};
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::{self, Header, Line};

use crate::context::{Context, LiveInventory};
use crate::edition::Edition;
use crate::report::Manifest;
use crate::store::sqlite::SqliteStore;
use crate::store::{IngestBatch, InventoryRecord, Store};

pub(crate) const EPOCH: Epoch = Epoch::from_random([7; 16]);
pub(crate) const T0: i64 = 1_795_000_200;

pub(crate) fn at(secs: i64) -> UnixTime {
    UnixTime::from_secs(T0 + secs)
}

pub(crate) fn portal(name: &str) -> PortalId {
    name.parse().unwrap()
}

pub(crate) fn agent(name: &str) -> AgentId {
    name.parse().unwrap()
}

pub(crate) fn down() -> Outcome {
    Outcome::Down {
        stage: Stage::Connect,
        cause: Cause::TcpRefused,
    }
}

/// A store in `dir` that knows portals `p1` and `p2`.
pub(crate) fn store(dir: &Path) -> SqliteStore {
    let store = SqliteStore::open(&dir.join("ems.db")).unwrap();
    know(&store, &["p1", "p2"]);
    store
}

pub(crate) fn know(store: &dyn Store, portals: &[&str]) {
    store
        .record_inventory(&InventoryRecord {
            version: Sha256::of(portals.join(",").as_bytes()),
            loaded_at: at(0),
            json: "{}".into(),
            portals: portals.iter().map(|name| portal(name)).collect(),
        })
        .unwrap();
}

/// The draft of a report without any file.
pub(crate) fn edition(key: &str, made_at: UnixTime) -> Edition {
    let nothing = Sha256::of(b"");
    Edition {
        id: 1,
        key: key.parse().unwrap(),
        number: 1,
        made_at,
        made_by: "A".into(),
        manifest: Manifest {
            schema: 1,
            key: key.into(),
            edition: Some(1),
            window: Window::new(made_at - 9, made_at),
            data_to: made_at,
            portals: Vec::new(),
            pack: None,
            demo: false,
            excluded: Vec::new(),
            data_digest: nothing,
            findings_digest: None,
            compared: Vec::new(),
            inventory_version: nothing,
            rules_version: nothing,
            packs: [].into(),
            calendar: Vec::new(),
            templates: None,
            method: nothing,
            program: String::new(),
            files: Vec::new(),
        },
        seal: nothing,
        reason: String::new(),
        changes: Vec::new(),
        steps: Vec::new(),
    }
}

/// A `reach` observation of `p1` over IPv4 by agent `a`.
pub(crate) fn observation(seq: u64, slot: i64, outcome: Outcome) -> Observation {
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

pub(crate) fn gap(seq: u64, from: i64, to: i64) -> Record {
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

pub(crate) fn line(record: Record) -> Line {
    let raw = serde_json::to_vec(&record).unwrap();
    Line::Record { record, raw }
}

pub(crate) fn up(seq: u64, slot: i64) -> Line {
    line(Record::Observation(Box::new(observation(seq, slot, Outcome::Up))))
}

/// A batch of agent `a` that arrives right after its newest slot.
pub(crate) fn batch(after: u64, lines: Vec<Line>) -> IngestBatch {
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

/// A batch of agent `a` as it travels, sent at `sent_at`.
pub(crate) fn encoded(after: u64, sent_at: UnixTime, lines: &[Line]) -> Vec<u8> {
    let raws: Vec<&[u8]> = lines.iter().map(raw).collect();
    let header = Header {
        schema: wire::SCHEMA,
        agent: agent("a"),
        epoch: EPOCH,
        sent_at: sent_at.timestamp(),
        records: u32::try_from(lines.len()).unwrap(),
        after,
    };
    wire::encode(&header, raws).unwrap()
}

fn raw(line: &Line) -> &[u8] {
    match line {
        Line::Record { raw, .. } | Line::Foreign { raw, .. } | Line::Unreadable { raw, .. } => raw,
    }
}

/// An inventory of agent `a` and these portals.
pub(crate) fn inventory(portals: &[&str]) -> Inventory {
    let portal = |name: &&str| Portal {
        id: portal(name),
        name: format!("Cổng {name}"),
        name_en: None,
        owner: "Sở KH&CN".into(),
        level: Level::Department,
        parent: None,
        url: format!("https://{name}.example.gov.vn/").parse().unwrap(),
        english_url: None,
        regulations: vec![],
        status: Status::Active,
        note: None,
        valid_from: None,
        valid_to: None,
        ipv4: Expectation::Required,
        ipv6: Expectation::Optional,
        critical: false,
        reach_interval_s: 60,
        dns_interval_s: 300,
        tls_interval_s: 3_600,
        page_interval_s: None,
        links_interval_s: None,
        render: false,
        sections: BTreeMap::new(),
        maintenance: vec![],
        old_domains: vec![],
        predecessors: vec![],
        former_levels: vec![],
        hosting: None,
        contact: None,
        on_call: None,
        resolve: vec![],
        allow: vec![],
    };
    let vantage = Agent {
        id: agent("a"),
        network: "net-1".parse().unwrap(),
        families: Family::ALL.to_vec(),
        name: None,
    };
    Inventory {
        version: Sha256::of(portals.join(",").as_bytes()),
        portals: portals.iter().map(portal).collect(),
        agents: vec![vantage],
        references: vec![],
        limits: Limits::default(),
        contact: "ems@example.gov.vn".into(),
        domains: Vec::new(),
    }
}

/// A context over a real store in `dir` that knows `p1` and `p2`; its clock stands at `now`.
pub(crate) fn context(dir: &Path, now: UnixTime) -> Context {
    Context {
        store: Arc::new(store(dir)),
        inventory: LiveInventory::new(inventory(&["p1", "p2"]), now),
        clock: Arc::new(FixedClock(now)),
        docket: crate::judging::Docket::default(),
        registry: prometheus::Registry::new(),
    }
}
