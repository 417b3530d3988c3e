//! Whole batches through the door (decompress, parse, both delivery keys, rows, commit) against bare inserts of the
//! same rows into the same schema, with the same synchronous mode and batch size, in the same run.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::body::Body;
use ems_collector::context::{Context, LiveInventory};
use ems_collector::ingest::Ingest;
use ems_collector::plans::Plans;
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

use crate::synthetic::{self, START, Series};

const PORTALS: u16 = 600;
const AGENTS: u16 = 3;
const MINUTES: i64 = 60;
/// Records of one batch: what an agent has after some ten seconds of 600 portals, or catching up.
const BATCH: usize = 1_000;
const ROUNDS: usize = 5;

/// How long something took: by the wall, and of all processors (user and system), which other work on the machine
/// disturbs less.
#[derive(Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu_ticks: u64,
}

/// Ticks of /proc/self/stat in a second.
const TICKS: u64 = 100;

fn cpu_ticks() -> anyhow::Result<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in brackets may hold spaces; utime and stime are the 12th and 13th after it.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let times: Result<Vec<u64>, _> = fields.skip(11).take(2).map(str::parse).collect();
    Ok(times?.iter().sum())
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

/// One agent's batches in order, and what they hold.
struct Load {
    agent: AgentId,
    records: Vec<Observation>,
    batches: Vec<Vec<u8>>,
}

pub(crate) fn run(dir: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let loads = loads()?;
    let records: usize = loads.iter().map(|load| load.records.len()).sum();
    let bytes: usize = loads.iter().flat_map(|load| &load.batches).map(Vec::len).sum();
    writeln!(
        out,
        "{records} records in batches of {BATCH}, {} bytes a record as sent",
        bytes / records
    )?;
    let (mut raw_cpu, mut ingest_cpu) = (0, 0);
    let mut best: (f64, f64) = (0.0, 0.0);
    for round in 0..ROUNDS {
        let raw = raw(&dir.join(format!("raw-{round}.db")), &loads)?;
        let ingest = door(&dir.join(format!("door-{round}.db")), &loads)?;
        let (raw_rate, ingest_rate) = (rate(records, raw.wall), rate(records, ingest.wall));
        writeln!(
            out,
            "round {}: bare inserts {raw_rate:.0}/s, {} us CPU each; ingest {ingest_rate:.0}/s, {} us CPU each: {:.2}",
            round + 1,
            micros(records, raw),
            micros(records, ingest),
            ingest_rate / raw_rate
        )?;
        best = (best.0.max(raw_rate), best.1.max(ingest_rate));
        raw_cpu += raw.cpu_ticks;
        ingest_cpu += ingest.cpu_ticks;
    }
    writeln!(
        out,
        "best of {ROUNDS}: ingest/bare {:.2} by the wall; processor time over all rounds: bare/ingest {}.{:02}",
        best.1 / best.0,
        raw_cpu / ingest_cpu.max(1),
        raw_cpu * 100 / ingest_cpu.max(1) % 100
    )?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(records: usize, took: Duration) -> f64 {
    records as f64 / took.as_secs_f64()
}

fn micros(records: usize, cost: Cost) -> u64 {
    cost.cpu_ticks * (1_000_000 / TICKS) / (records as u64).max(1)
}

fn loads() -> anyhow::Result<Vec<Load>> {
    let portals = synthetic::portals(PORTALS);
    synthetic::agents(AGENTS)
        .into_iter()
        .map(|agent| load(synthetic::province(&portals, std::slice::from_ref(&agent)), agent))
        .collect()
}

fn load(mut province: Vec<Series>, agent: AgentId) -> anyhow::Result<Load> {
    let epoch = Epoch::from_random([1; 16]);
    let mut records = Vec::new();
    for minute in 0..MINUTES {
        for series in &mut province {
            records.push(series.observe(minute, epoch, records.len() as u64 + 1));
        }
    }
    let mut batches = Vec::new();
    for some in records.chunks(BATCH) {
        let lines: Result<Vec<Vec<u8>>, _> = some
            .iter()
            .map(|one| serde_json::to_vec(&Record::Observation(Box::new(one.clone()))))
            .collect();
        let lines = lines?;
        let header = Header {
            schema: wire::SCHEMA,
            agent: agent.clone(),
            epoch,
            sent_at: some[0].slot.timestamp(),
            records: u32::try_from(some.len())?,
            after: some[0].seq - 1,
        };
        batches.push(wire::encode(&header, lines.iter().map(Vec::as_slice))?);
    }
    Ok(Load {
        agent,
        records,
        batches,
    })
}

fn store(path: &Path) -> anyhow::Result<SqliteStore> {
    let store = SqliteStore::open(path)?;
    let portals = synthetic::portals(PORTALS);
    let version = Sha256::of(b"bench");
    store.record_inventory(&InventoryRecord {
        version,
        loaded_at: UnixTime::from_secs(START),
        json: "{}".into(),
        portals,
    })?;
    Ok(store)
}

/// Bare inserts: numbers are known, nothing is parsed, nothing is looked up.
fn raw(path: &Path, loads: &[Load]) -> anyhow::Result<Cost> {
    drop(store(path)?);
    let conn = rusqlite::Connection::open(path)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "cache_size", -65_536)?;
    conn.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    // In the order in which three agents' batches come in.
    let most = loads.iter().map(|load| load.batches.len()).max().unwrap_or(0);
    let mut known = std::collections::HashMap::new();
    let mut rows = Vec::new();
    for turn in 0..most {
        for record in loads
            .iter()
            .filter_map(|load| load.records.chunks(BATCH).nth(turn))
            .flatten()
        {
            let next = i64::try_from(known.len())? + 1;
            let series = *known
                .entry((&record.agent, &record.portal, record.family))
                .or_insert(next);
            rows.push((series, record));
        }
    }
    parents(&conn, i64::try_from(known.len())?)?;
    measured(|| insert_all(&conn, &rows))
}

fn insert_all(conn: &rusqlite::Connection, rows: &[(i64, &Observation)]) -> anyhow::Result<()> {
    for some in rows.chunks(BATCH) {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let mut insert = conn.prepare_cached(
            "INSERT INTO result (series, slot, interval_s, outcome, origin, facts, address, started_us, dns_us,
                 connect_us, tls_us, first_byte_us, body_us, body_bytes, attempts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?;
        for (series, record) in some {
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
        conn.execute_batch("COMMIT")?;
    }
    Ok(())
}

/// What the rows refer to: the schema's references are checked in both measurements.
fn parents(conn: &rusqlite::Connection, series: i64) -> anyhow::Result<()> {
    conn.execute_batch(
        "BEGIN; INSERT INTO agent VALUES (1, 'bench');
         INSERT INTO term VALUES (1, 'outcome'), (2, 'origin'), (4, 'address');
         INSERT INTO facts VALUES (3, x'00', '{}', 0);",
    )?;
    let mut insert =
        conn.prepare("INSERT INTO series (portal, probe, family, agent) VALUES (1, ?1, 4, 1)")?;
    for number in 1..=series {
        insert.execute([number.to_string()])?;
    }
    drop(insert);
    conn.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

/// Whole batches through the door, all agents at once.
fn door(path: &Path, loads: &[Load]) -> anyhow::Result<Cost> {
    let now = UnixTime::from_secs(START + MINUTES * 60);
    let inventory = Inventory {
        version: Sha256::of(b"bench"),
        portals: vec![],
        agents: vec![],
        references: vec![],
        limits: Limits::default(),
        contact: String::new(),
    };
    let context = Context {
        store: Arc::new(store(path)?),
        inventory: LiveInventory::new(inventory, now),
        clock: Arc::new(FixedClock(now)),
        registry: prometheus::Registry::new(),
    };
    let ingest = Ingest::new(&context, Plans::new(context.inventory.clone()), Arc::default())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let bodies: Vec<(AgentId, Vec<Vec<u8>>)> = loads
        .iter()
        .map(|load| (load.agent.clone(), load.batches.clone()))
        .collect();
    measured(|| runtime.block_on(deliver(ingest, bodies)))
}

async fn deliver(ingest: Ingest, bodies: Vec<(AgentId, Vec<Vec<u8>>)>) -> anyhow::Result<()> {
    let mut senders = tokio::task::JoinSet::new();
    for (agent, batches) in bodies {
        let ingest = ingest.clone();
        senders.spawn(async move {
            for batch in batches {
                let records = ingest.accept(&agent, Body::from(batch)).await?.stored;
                anyhow::ensure!(records > 0, "a batch brought nothing");
            }
            Ok(())
        });
    }
    while let Some(sent) = senders.join_next().await {
        sent??;
    }
    Ok(())
}
