//! Whole batches through the door (decompress, parse, both delivery keys, rows, commit) against bare inserts of the
//! same rows into the same schema, with the same synchronous mode and batch size, in the same run.
//!
//! The two take turns, slice by slice, so that whatever else the machine does disturbs both alike.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::body::Body;
use ems_collector::context::{Context, LiveInventory};
use ems_collector::ingest::Ingest;
use ems_collector::plans::Plans;
use ems_collector::regulation::Regulations;
use ems_collector::store::sqlite::SqliteStore;
use ems_collector::store::{InventoryRecord, Store};
use ems_contract::clock::{Clock, FixedClock, SystemClock};
use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, Epoch};
use ems_contract::inventory::Inventory;
use ems_contract::observation::Observation;
use ems_contract::plan::Limits;
use ems_contract::record::Record;
use ems_contract::time::UnixTime;
use ems_contract::wire::{self, Header};

use crate::synthetic::{self, START};

const PORTALS: u16 = 600;
const AGENTS: u16 = 3;
const MINUTES: i64 = 60;
/// Records of one batch: what an agent of 600 portals has after most of a minute, or catching up.
const BATCH: usize = 1_000;
/// Turns that each of the two takes.
const SLICES: usize = 18;

/// One agent's records, and the same as batches.
struct Load {
    agent: AgentId,
    records: Vec<Observation>,
    batches: Vec<Vec<u8>>,
}

/// How long something took: by the wall, and of all processors (user and system), which other work on the machine
/// disturbs less.
#[derive(Clone, Copy, Default)]
struct Cost {
    wall: Duration,
    cpu_ticks: u64,
}

/// Ticks of /proc/self/stat in a second.
const TICKS: u64 = 100;

pub(crate) fn run(dir: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let loads = loads()?;
    let records: usize = loads.iter().map(|load| load.records.len()).sum();
    let bytes: usize = loads.iter().flat_map(|load| &load.batches).map(Vec::len).sum();
    writeln!(
        out,
        "{records} records in batches of {BATCH}, {} bytes a record as sent",
        bytes / records
    )?;
    let bare = Bare::open(&dir.join("bare.db"))?;
    let door = Door::open(&dir.join("door.db"))?;
    let (mut bare_all, mut door_all) = (Cost::default(), Cost::default());
    let mut ratios = Vec::new();
    for slice in slices(&loads) {
        let numbered = bare.numbered(&slice)?;
        let bare_cost = measured(|| bare.insert(&numbered))?;
        let door_cost = measured(|| door.deliver(&slice))?;
        ratios.push(bare_cost.wall.as_secs_f64() / door_cost.wall.as_secs_f64());
        bare_all.add(bare_cost);
        door_all.add(door_cost);
    }
    ratios.sort_by(f64::total_cmp);
    bare_all.tell("bare inserts", records, out)?;
    door_all.tell("ingest", records, out)?;
    writeln!(
        out,
        "ingest against bare inserts: {:.2} over all, {:.2} in the median of {} turns ({:.2} to {:.2})",
        bare_all.wall.as_secs_f64() / door_all.wall.as_secs_f64(),
        ratios[ratios.len() / 2],
        ratios.len(),
        ratios[0],
        ratios[ratios.len() - 1]
    )?;
    Ok(())
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.wall += other.wall;
        self.cpu_ticks += other.cpu_ticks;
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    fn tell(self, name: &str, records: usize, out: &mut dyn Write) -> anyhow::Result<()> {
        let rate = records as f64 / self.wall.as_secs_f64();
        let cpu_us = self.cpu_ticks as f64 / TICKS as f64 * 1e6 / records as f64;
        Ok(writeln!(
            out,
            "{name}: {rate:.0} records/s, {cpu_us:.1} us of processor time each"
        )?)
    }
}

fn measured(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Cost> {
    let clock = SystemClock::new();
    let (began, ticks) = (clock.monotonic(), cpu_ticks()?);
    work()?;
    Ok(Cost {
        wall: clock.monotonic() - began,
        cpu_ticks: cpu_ticks()? - ticks,
    })
}

fn cpu_ticks() -> anyhow::Result<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in brackets may hold spaces; utime and stime are the 12th and 13th after it.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let times: Result<Vec<u64>, _> = fields.skip(11).take(2).map(str::parse).collect();
    Ok(times?.iter().sum())
}

fn loads() -> anyhow::Result<Vec<Load>> {
    let portals = synthetic::portals(PORTALS);
    let load = |agent: AgentId| {
        let mut province = synthetic::province(&portals, std::slice::from_ref(&agent));
        let epoch = Epoch::from_random([1; 16]);
        let mut records = Vec::new();
        for minute in 0..MINUTES {
            for series in &mut province {
                records.push(series.observe(minute, epoch, records.len() as u64 + 1));
            }
        }
        let batches = records
            .chunks(BATCH)
            .map(|some| encoded(&agent, epoch, some))
            .collect::<Result<_, _>>()?;
        Ok(Load {
            agent,
            records,
            batches,
        })
    };
    synthetic::agents(AGENTS).into_iter().map(load).collect()
}

fn encoded(agent: &AgentId, epoch: Epoch, records: &[Observation]) -> anyhow::Result<Vec<u8>> {
    let line = |one: &Observation| serde_json::to_vec(&Record::Observation(Box::new(one.clone())));
    let lines: Vec<Vec<u8>> = records.iter().map(line).collect::<Result<_, _>>()?;
    let first = records.first().context("a batch has records")?;
    let header = Header {
        schema: wire::SCHEMA,
        agent: agent.clone(),
        epoch,
        sent_at: first.slot.timestamp(),
        records: u32::try_from(records.len())?,
        after: first.seq - 1,
    };
    Ok(wire::encode(&header, lines.iter().map(Vec::as_slice))?)
}

/// What each agent sends in one turn.
struct Slice<'a> {
    parts: Vec<Part<'a>>,
}

struct Part<'a> {
    agent: &'a AgentId,
    records: &'a [Observation],
    batches: &'a [Vec<u8>],
}

fn slices(loads: &[Load]) -> Vec<Slice<'_>> {
    let batches = loads.first().map_or(0, |load| load.batches.len());
    let step = batches.div_ceil(SLICES).max(1);
    let part = |load: &'_ Load, from: usize| {
        let to = (from + step).min(load.batches.len());
        let records = from * BATCH..(to * BATCH).min(load.records.len());
        (records, from..to)
    };
    (0..batches)
        .step_by(step)
        .map(|from| {
            let parts = loads.iter().map(|load| {
                let (records, batches) = part(load, from);
                Part {
                    agent: &load.agent,
                    records: &load.records[records],
                    batches: &load.batches[batches],
                }
            });
            Slice {
                parts: parts.collect(),
            }
        })
        .collect()
}

fn store(path: &Path) -> anyhow::Result<SqliteStore> {
    let store = SqliteStore::open(path)?;
    let portals = synthetic::portals(PORTALS);
    let version = Sha256::of(b"bench");
    let loaded_at = UnixTime::from_secs(START);
    store.record_inventory(&InventoryRecord {
        version,
        loaded_at,
        json: "{}".into(),
        portals,
    })?;
    Ok(store)
}

/// Bare inserts: numbers are known, nothing is parsed, nothing is looked up.
struct Bare {
    conn: rusqlite::Connection,
    series: HashMap<String, i64>,
}

impl Bare {
    fn open(path: &Path) -> anyhow::Result<Self> {
        drop(store(path)?);
        let conn = rusqlite::Connection::open(path)?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "cache_size", -65_536)?;
        conn.pragma_update(None, "wal_autocheckpoint", 4_000)?;
        // The schema's references are checked in both measurements: the rows need something to refer to.
        conn.execute_batch(
            "BEGIN; INSERT INTO agent VALUES (1, 'bench');
             INSERT INTO term VALUES (1, 'outcome'), (2, 'origin'), (4, 'address');
             INSERT INTO facts VALUES (3, x'00', '{}', 0);",
        )?;
        let mut series = HashMap::new();
        let mut insert =
            conn.prepare("INSERT INTO series (portal, probe, family, agent) VALUES (1, ?1, 4, 1)")?;
        for (agent, portal) in synthetic::agents(AGENTS).iter().flat_map(|agent| {
            synthetic::portals(PORTALS)
                .into_iter()
                .map(move |portal| (agent.clone(), portal))
        }) {
            for family in ["v4", "v6"] {
                let name = format!("{agent} {portal} {family}");
                insert.execute([&name])?;
                series.insert(name, conn.last_insert_rowid());
            }
        }
        drop(insert);
        conn.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(Self { conn, series })
    }

    /// A turn's records by batch, in the order in which three agents' batches come in, each with its series.
    fn numbered<'a>(&self, slice: &Slice<'a>) -> anyhow::Result<Vec<Vec<(i64, &'a Observation)>>> {
        let turns = slice
            .parts
            .iter()
            .map(|part| part.batches.len())
            .max()
            .unwrap_or(0);
        let mut all = Vec::new();
        for turn in 0..turns {
            for records in slice
                .parts
                .iter()
                .filter_map(|part| part.records.chunks(BATCH).nth(turn))
            {
                all.push(
                    records
                        .iter()
                        .map(|record| self.number(record))
                        .collect::<Result<_, _>>()?,
                );
            }
        }
        Ok(all)
    }

    fn number<'a>(&self, record: &'a Observation) -> anyhow::Result<(i64, &'a Observation)> {
        let family = record.family.context("every record has a family")?;
        let name = format!("{} {} {}", record.agent, record.portal, family.as_str());
        Ok((*self.series.get(&name).context("every series is known")?, record))
    }

    fn insert(&self, batches: &[Vec<(i64, &Observation)>]) -> anyhow::Result<()> {
        for batch in batches {
            self.conn.execute_batch("BEGIN IMMEDIATE")?;
            self.rows(batch)?;
            self.conn.execute_batch("COMMIT")?;
        }
        Ok(())
    }

    fn rows(&self, records: &[(i64, &Observation)]) -> anyhow::Result<()> {
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO result (series, slot, interval_s, outcome, origin, facts, address, started_us, dns_us,
                 connect_us, tls_us, first_byte_us, body_us, body_bytes, attempts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?;
        for (series, record) in records {
            let attempt = record.attempts.last().context("every record has an attempt")?;
            let t = attempt.timings;
            let started = attempt.started_at.as_microsecond() - record.slot.secs() * 1_000_000;
            insert.execute(rusqlite::params![
                series,
                record.slot.secs(),
                record.interval_s,
                1,
                2,
                3,
                4,
                started,
                t.dns_us,
                t.connect_us,
                t.tls_us,
                t.first_byte_us,
                t.body_us,
                attempt.body_bytes,
                None::<String>,
            ])?;
        }
        Ok(())
    }
}

/// Whole batches through the door, all agents at once, each its batches in order.
struct Door {
    ingest: Ingest,
    runtime: tokio::runtime::Runtime,
}

impl Door {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let now = UnixTime::from_secs(START + MINUTES * 60);
        let inventory = Inventory {
            version: Sha256::of(b"bench"),
            portals: vec![],
            agents: vec![],
            references: vec![],
            limits: Limits::default(),
            contact: String::new(),
            domains: vec![],
        };
        let context = Context {
            store: Arc::new(store(path)?),
            inventory: LiveInventory::new(inventory, now),
            clock: Arc::new(FixedClock(now)),
            docket: ems_collector::judging::Docket::default(),
            registry: prometheus::Registry::new(),
        };
        let rules = Regulations::embedded().map_err(|_faults| anyhow::anyhow!("the embedded rules"))?;
        let plans = Plans::new(&context, Arc::new(rules));
        let ingest = Ingest::new(&context, plans, Arc::default())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        Ok(Self { ingest, runtime })
    }

    fn deliver(&self, slice: &Slice<'_>) -> anyhow::Result<()> {
        self.runtime.block_on(async {
            let mut senders = tokio::task::JoinSet::new();
            for part in &slice.parts {
                let (ingest, agent, batches) =
                    (self.ingest.clone(), part.agent.clone(), part.batches.to_vec());
                senders.spawn(async move {
                    for batch in batches {
                        let kept = ingest.accept(&agent, Body::from(batch)).await?.stored;
                        anyhow::ensure!(kept > 0, "a batch brought nothing");
                    }
                    Ok(())
                });
            }
            while let Some(sent) = senders.join_next().await {
                sent??;
            }
            Ok(())
        })
    }
}
