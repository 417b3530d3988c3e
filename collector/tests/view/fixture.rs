//! A small province with a past: portals, agents, spans, incidents, newest records, in a real store.

use std::collections::BTreeMap;
use std::sync::Arc;

use ems_collector::incident::{Incident, IncidentKind};
use ems_collector::ledger::{Span, SpanCause, State, Track};
use ems_collector::store::sqlite::SqliteStore;
use ems_collector::store::{IngestBatch, InventoryRecord, SpanUpdate, Store};
use ems_contract::cause::{Cause, DegradedCause, Stage, UnknownWhy};
use ems_contract::certificate::Chain;
use ems_contract::digest::Sha256;
use ems_contract::facts::{Facts, Hop, HttpFacts, TlsFacts};
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::inventory::{Agent, Expectation, Inventory, Level, Maintenance, Portal, Status};
use ems_contract::observation::{Attempt, Observation, Timings};
use ems_contract::outcome::Outcome;
use ems_contract::plan::Limits;
use ems_contract::probe::ProbeKind;
use ems_contract::record::{ChainRecord, Gap, GapWhy, Record};
use ems_contract::time::UnixTime;
use ems_contract::wire::Line;

/// The present of every test: 22/11/2026 21:57:00 in Viet Nam.
pub(crate) const NOW: &str = "2026-11-22T14:57:00Z";
pub(crate) const EPOCH: Epoch = Epoch::from_random([7; 16]);

pub(crate) fn at(text: &str) -> UnixTime {
    text.parse().unwrap()
}

pub(crate) fn now() -> UnixTime {
    at(NOW)
}

pub(crate) fn portal_id(text: &str) -> PortalId {
    text.parse().unwrap()
}

pub(crate) fn agent_id(text: &str) -> AgentId {
    text.parse().unwrap()
}

pub(crate) const REFUSED: SpanCause = SpanCause::Failure {
    stage: Stage::Connect,
    cause: Cause::TcpRefused,
};
pub(crate) const TIMEOUT: SpanCause = SpanCause::Failure {
    stage: Stage::Connect,
    cause: Cause::TcpTimeout,
};
pub(crate) const EXPIRED: SpanCause = SpanCause::Failure {
    stage: Stage::Tls,
    cause: Cause::TlsExpired,
};
pub(crate) const SLOW: SpanCause = SpanCause::Defect {
    cause: DegradedCause::SlowFirstByte,
};

/// A portal as the inventory has it.
pub(crate) fn portal(id: &str, name: &str, level: Level) -> Portal {
    Portal {
        id: portal_id(id),
        name: name.into(),
        name_en: None,
        owner: format!("Cơ quan của {name}"),
        level,
        parent: None,
        url: format!("https://{id}.angiang.gov.vn/").parse().unwrap(),
        english_url: None,
        regulations: Vec::new(),
        status: Status::Active,
        note: None,
        valid_from: None,
        valid_to: None,
        ipv4: Expectation::Required,
        ipv6: Expectation::Required,
        critical: false,
        reach_interval_s: 60,
        dns_interval_s: 300,
        tls_interval_s: 3_600,
        page_interval_s: None,
        links_interval_s: None,
        render: false,
        sections: Default::default(),
        maintenance: Vec::new(),
        old_domains: Vec::new(),
        predecessors: Vec::new(),
        former_levels: Vec::new(),
        hosting: Some("trung-tam-du-lieu".into()),
        contact: None,
        on_call: None,
        resolve: Vec::new(),
        allow: Vec::new(),
    }
}

pub(crate) fn agents() -> Vec<Agent> {
    [
        ("vnpt", "vnpt", "Điểm đo VNPT"),
        ("viettel", "viettel", "Điểm đo Viettel"),
        ("trong-tinh", "cpnet", "Điểm đo trong tỉnh"),
    ]
    .into_iter()
    .map(|(id, network, name)| Agent {
        id: agent_id(id),
        network: network.parse().unwrap(),
        families: vec![Family::V4, Family::V6],
        name: Some(name.into()),
    })
    .collect()
}

pub(crate) fn inventory(portals: Vec<Portal>) -> Inventory {
    let version = Sha256::of(&serde_json::to_vec(&portals).unwrap());
    Inventory {
        version,
        portals,
        agents: agents(),
        references: Vec::new(),
        limits: Limits::default(),
        contact: "giamsat@angiang.gov.vn".into(),
        domains: Vec::new(),
    }
}

/// A stretch of trouble.
#[derive(Clone)]
pub(crate) struct Trouble {
    pub(crate) from: UnixTime,
    pub(crate) to: UnixTime,
    pub(crate) state: State,
    pub(crate) cause: Option<SpanCause>,
    pub(crate) agents: Vec<AgentId>,
}

pub(crate) fn down(from: &str, to: &str, cause: SpanCause) -> Trouble {
    Trouble {
        from: at(from),
        to: at(to),
        state: State::Down,
        cause: Some(cause),
        agents: vec![agent_id("viettel"), agent_id("vnpt")],
    }
}

pub(crate) fn state(from: &str, to: &str, state: State, cause: Option<SpanCause>) -> Trouble {
    let agents = if state == State::Unknown {
        Vec::new()
    } else {
        vec![agent_id("vnpt")]
    };
    Trouble {
        from: at(from),
        to: at(to),
        state,
        cause,
        agents,
    }
}

/// `base` over `[from, to)` with the troubles (in order, apart) laid over it.
pub(crate) fn line(from: UnixTime, to: UnixTime, base: State, troubles: &[Trouble]) -> Vec<Span> {
    let calm = |from, to| Span {
        from,
        to,
        state: base,
        cause: None,
        agents: if base == State::Up {
            vec![agent_id("viettel"), agent_id("vnpt")]
        } else {
            Vec::new()
        },
    };
    let mut spans = Vec::new();
    let mut position = from;
    for trouble in troubles {
        if trouble.from > position {
            spans.push(calm(position, trouble.from));
        }
        spans.push(Span {
            from: trouble.from,
            to: trouble.to,
            state: trouble.state,
            cause: trouble.cause,
            agents: trouble.agents.clone(),
        });
        position = trouble.to;
    }
    if position < to {
        spans.push(calm(position, to));
    }
    spans
}

/// A store in a folder of its own.
pub(crate) struct Seed {
    pub(crate) store: Arc<SqliteStore>,
    seq: std::cell::RefCell<BTreeMap<AgentId, u64>>,
    dir: tempfile::TempDir,
}

impl Seed {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&dir.path().join("ems.db")).unwrap());
        Self {
            store,
            seq: std::cell::RefCell::default(),
            dir,
        }
    }

    /// The folder of the data.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Puts an inventory in force.
    pub(crate) fn inventory(&self, inventory: &Inventory, loaded_at: UnixTime) {
        self.store
            .record_inventory(&InventoryRecord {
                version: inventory.version,
                loaded_at,
                json: serde_json::to_string(inventory).unwrap(),
                portals: inventory.portals.iter().map(|portal| portal.id.clone()).collect(),
            })
            .unwrap();
    }

    /// Writes the spans of a portal, all tracks.
    pub(crate) fn spans(&self, portal: &PortalId, tracks: [Vec<Span>; 3]) {
        let from = tracks.iter().flatten().map(|span| span.from).min().unwrap();
        let spans = Track::ALL
            .into_iter()
            .zip(tracks)
            .flat_map(|(track, spans)| spans.into_iter().map(move |span| (track, span)))
            .collect();
        self.store
            .write_spans(SpanUpdate {
                portal: portal.clone(),
                from,
                spans,
                checkpoints: Vec::new(),
                forget: Vec::new(),
                generation: 0,
            })
            .unwrap();
    }

    /// Keeps records of an agent, numbered, as a batch that arrives at `received_at`.
    pub(crate) fn batch(&self, agent: &AgentId, received_at: UnixTime, skew_ms: i64, records: Vec<Record>) {
        let mut numbers = self.seq.borrow_mut();
        let last = numbers.entry(agent.clone()).or_default();
        let after = *last;
        let mut lines = Vec::new();
        for (index, mut record) in records.into_iter().enumerate() {
            record.number(agent, EPOCH, after + 1 + index as u64);
            let raw = serde_json::to_vec(&record).unwrap();
            lines.push(Line::Record { record, raw });
        }
        *last = after + lines.len() as u64;
        self.store
            .commit(IngestBatch {
                agent: agent.clone(),
                epoch: EPOCH,
                after,
                received_at,
                skew_ms,
                lines,
            })
            .unwrap();
    }
}

pub(crate) fn gap(from: &str, to: &str, why: GapWhy) -> Record {
    Record::Gap(Gap {
        schema: 1,
        agent: agent_id("vnpt"),
        epoch: EPOCH,
        seq: 0,
        portal: None,
        probe: None,
        family: None,
        from: at(from),
        to: at(to),
        why,
    })
}

pub(crate) fn maintenance(from: &str, to: &str) -> Maintenance {
    Maintenance {
        from: at(from),
        to: at(to),
        author: "Trần Thị Bình".into(),
        reason: "Nâng cấp máy chủ".into(),
        announced_at: at(from) - 9 * 86_400,
        excluded_at: None,
    }
}

/// The province of the tests: something of everything.
pub(crate) fn province() -> Inventory {
    let mut portals = vec![
        portal("angiang", "Cổng thông tin điện tử tỉnh An Giang", Level::Province),
        portal("sokhcn", "Sở Khoa học và Công nghệ", Level::Department),
        portal("soyt", "Sở Y tế", Level::Department),
        portal("sotc", "Sở Tài chính", Level::Department),
        portal("longxuyen", "Phường Long Xuyên", Level::Commune),
        portal("chaudoc", "Phường Châu Đốc", Level::Commune),
        portal("thoaison", "Xã Thoại Sơn", Level::Commune),
        portal("phuquoc", "Đặc khu Phú Quốc", Level::Commune),
        portal("huyen-cu", "Huyện Chợ Mới (cũ)", Level::District),
    ];
    portals[2]
        .maintenance
        .push(maintenance("2026-10-10T15:00:00Z", "2026-10-10T17:00:00Z"));
    portals[4].ipv6 = Expectation::Optional;
    portals[7].valid_from = Some(at("2026-11-01T17:00:00Z"));
    portals[8].status = Status::Historical;
    portals[8].note = Some("Bỏ cấp huyện từ ngày 01/07/2025".into());
    inventory(portals)
}

/// The province with its past in a store.
pub(crate) fn seeded() -> (Seed, Inventory) {
    let seed = Seed::new();
    let inventory = province();
    let start = at("2026-08-20T00:00:00Z");
    seed.inventory(&inventory, start);
    let end = now();
    let calm = |from| line(from, end, State::Up, &[]);
    let write = |id: &str, tracks: [Vec<Span>; 3]| seed.spans(&portal_id(id), tracks);
    write("angiang", [calm(start), calm(start), calm(start)]);
    // One outage with two causes, and one that still lasts.
    let troubles = [
        down("2026-10-05T02:00:00Z", "2026-10-05T02:30:00Z", REFUSED),
        down("2026-10-05T02:30:00Z", "2026-10-05T05:24:05Z", TIMEOUT),
        state(
            "2026-11-20T01:00:00Z",
            "2026-11-20T01:20:00Z",
            State::Degraded,
            Some(SLOW),
        ),
        down("2026-11-22T14:31:20Z", NOW, EXPIRED),
    ];
    let tracks = || line(start, end, State::Up, &troubles);
    write("sokhcn", [tracks(), tracks(), tracks()]);
    // Down within announced maintenance.
    let troubles = [down("2026-10-10T15:10:00Z", "2026-10-10T16:40:00Z", REFUSED)];
    write(
        "soyt",
        [line(start, end, State::Up, &troubles), calm(start), {
            let mixed = [state(
                "2026-10-10T15:10:00Z",
                "2026-10-10T16:40:00Z",
                State::Degraded,
                Some(SpanCause::Mixed),
            )];
            line(start, end, State::Up, &mixed)
        }],
    );
    // Hardly observed.
    let blind = [state(
        "2026-10-02T00:00:00Z",
        "2026-11-10T00:00:00Z",
        State::Unknown,
        None,
    )];
    let tracks = || line(start, end, State::Up, &blind);
    write("sotc", [tracks(), tracks(), tracks()]);
    // No IPv6 at all.
    write(
        "longxuyen",
        [calm(start), line(start, end, State::Absent, &[]), calm(start)],
    );
    // An outage over the beginning of the quarter.
    let troubles = [down("2026-09-30T16:00:00Z", "2026-09-30T18:00:00Z", REFUSED)];
    let tracks = || line(start, end, State::Up, &troubles);
    write("chaudoc", [tracks(), tracks(), tracks()]);
    write("thoaison", [calm(start), calm(start), calm(start)]);
    let added = at("2026-11-01T17:00:00Z");
    write("phuquoc", [calm(added), calm(added), calm(added)]);
    seed.batch(
        &agent_id("vnpt"),
        now() - 20,
        350,
        vec![
            gap("2026-10-20T00:00:00Z", "2026-10-20T00:05:00Z", GapWhy::AgentOff),
            gap("2026-10-20T00:04:00Z", "2026-10-20T00:10:00Z", GapWhy::Overload),
        ],
    );
    newest_records(&seed);
    incidents(&seed);
    (seed, inventory)
}

/// A chain of two certificates that ends on 08/12/2026; the same bytes at every run.
pub(crate) fn chain() -> Chain {
    Chain::new([
        include_bytes!("leaf.der").to_vec(),
        include_bytes!("issuer.der").to_vec(),
    ])
}

fn observation(portal: &str, family: Family, outcome: Outcome, timings: Timings, facts: Facts) -> Record {
    let slot = now() - 42;
    let address = match family {
        Family::V4 => "203.0.113.7",
        Family::V6 => "2001:db8:7::7",
    };
    Record::Observation(Box::new(Observation {
        schema: 1,
        agent: agent_id("vnpt"),
        epoch: EPOCH,
        seq: 0,
        portal: portal_id(portal),
        target_hash: Sha256::of(b"target"),
        plan_version: Sha256::of(b"plan"),
        probe: ProbeKind::Reach,
        family: Some(family),
        slot,
        interval_s: 60,
        attempts: vec![Attempt {
            started_at: slot.timestamp(),
            address: Some(address.parse().unwrap()),
            timings,
            body_bytes: Some(30_000),
            shared: false,
            outcome,
        }],
        outcome,
        facts,
    }))
}

/// The newest look of another agent that cannot say anything: it does not reach its own references.
pub(crate) fn blind_look(portal: &str, family: Family, agent: &str) -> Record {
    let why = UnknownWhy::AgentBlind;
    let mut record = observation(
        portal,
        family,
        Outcome::Unknown { why },
        Timings::default(),
        Facts::default(),
    );
    if let Record::Observation(look) = &mut record {
        look.agent = agent_id(agent);
        look.slot = look.slot + 40;
    }
    record
}

/// What a visit of the portal's pages found at an instant: nothing yet.
pub(crate) fn page_record(portal: &str, slot: UnixTime) -> Record {
    let mut record = observation(
        portal,
        Family::V4,
        Outcome::Up,
        Timings::default(),
        Facts::default(),
    );
    if let Record::Observation(visit) = &mut record {
        visit.probe = ProbeKind::Page;
        visit.family = None;
        visit.slot = slot;
        visit.attempts[0].address = None;
    }
    record
}

fn facts(faults: Vec<Cause>) -> Facts {
    let chain = chain();
    Facts {
        addresses: Vec::new(),
        http: faults.is_empty().then(|| HttpFacts {
            hops: vec![Hop {
                url: "https://example.gov.vn/".into(),
                status: 200,
            }],
            version: Some("HTTP/1.1".into()),
            page_kind: None,
        }),
        tls: Some(TlsFacts {
            version: Some("TLSv1.3".into()),
            cipher: Some("TLS13_AES_256_GCM_SHA384".into()),
            alpn: Some("http/1.1".into()),
            chain: Some(chain.digest()),
            not_after: Some(at("2026-12-08T23:59:59Z")),
            chain_not_after: Some(at("2026-12-08T23:59:59Z")),
            faults,
            stapled: false,
        }),
        ..Facts::default()
    }
}

fn newest_records(seed: &Seed) {
    for (place, agent) in ["vnpt", "viettel"].into_iter().enumerate() {
        let far = 1 + 3 * u32::try_from(place).unwrap();
        let timings = |step: u32| Timings {
            dns_us: Some(1_250 * far + step),
            connect_us: Some(8_300 * far + step),
            tls_us: Some(21_700 * far + step),
            first_byte_us: Some(61_400 * far + 11 * step),
            body_us: Some(18_900 * far + step),
        };
        let mut records = Vec::new();
        if place == 0 {
            records.push(Record::Chain(ChainRecord {
                schema: 1,
                agent: agent_id(agent),
                epoch: EPOCH,
                seq: 0,
                chain: chain(),
            }));
        }
        for (index, portal) in ["angiang", "soyt", "longxuyen", "chaudoc"]
            .into_iter()
            .enumerate()
        {
            let step = 1_000 * u32::try_from(index).unwrap();
            records.push(observation(
                portal,
                Family::V4,
                Outcome::Up,
                timings(step),
                facts(Vec::new()),
            ));
            if portal != "longxuyen" {
                records.push(observation(
                    portal,
                    Family::V6,
                    Outcome::Up,
                    timings(step + 500),
                    facts(Vec::new()),
                ));
            }
        }
        let expired = Outcome::Down {
            stage: Stage::Tls,
            cause: Cause::TlsExpired,
        };
        let cut = Timings {
            first_byte_us: None,
            body_us: None,
            ..timings(0)
        };
        let faults = vec![Cause::TlsExpired, Cause::TlsHostname];
        records.push(observation(
            "sokhcn",
            Family::V4,
            expired,
            cut,
            facts(faults.clone()),
        ));
        let blind = Outcome::Unknown {
            why: UnknownWhy::AgentBlind,
        };
        records.push(observation(
            "sokhcn",
            Family::V6,
            blind,
            Timings::default(),
            Facts::default(),
        ));
        let skew = if place == 0 { 350 } else { 7_400 };
        seed.batch(&agent_id(agent), now() - 17, skew, records);
    }
}

fn incident(portal: &str, track: Track, from: &str, to: Option<&str>, cause: SpanCause) -> Incident {
    Incident {
        id: 0,
        portal: portal_id(portal),
        track,
        kind: IncidentKind::Outage,
        opened_at: at(from),
        closed_at: to.map(at),
        cause: Some(cause),
        agents: vec![agent_id("viettel"), agent_id("vnpt")],
        notes: Vec::new(),
        withdrawn: false,
    }
}

fn incidents(seed: &Seed) {
    let mut path = incident(
        "angiang",
        Track::V6,
        "2026-11-18T03:00:00Z",
        Some("2026-11-18T03:40:00Z"),
        TIMEOUT,
    );
    path.kind = IncidentKind::Path;
    path.agents = vec![agent_id("viettel")];
    let mut withdrawn = incident(
        "thoaison",
        Track::V4,
        "2026-11-12T03:00:00Z",
        Some("2026-11-12T03:05:00Z"),
        TIMEOUT,
    );
    withdrawn.withdrawn = true;
    seed.store
        .write_incidents(vec![
            incident(
                "chaudoc",
                Track::Overall,
                "2026-09-30T16:00:00Z",
                Some("2026-09-30T18:00:00Z"),
                REFUSED,
            ),
            incident(
                "sokhcn",
                Track::Overall,
                "2026-10-05T02:00:00Z",
                Some("2026-10-05T05:24:05Z"),
                TIMEOUT,
            ),
            incident(
                "soyt",
                Track::V4,
                "2026-10-10T15:10:00Z",
                Some("2026-10-10T16:40:00Z"),
                REFUSED,
            ),
            withdrawn,
            path,
            incident("sokhcn", Track::Overall, "2026-11-22T14:31:20Z", None, EXPIRED),
        ])
        .unwrap();
}
