//! Bytes a day of 600 portals × 2 families × 3 agents, once a minute: packed, as rows, and in all.

use std::io::Write;
use std::path::Path;

use ems_collector::store::sqlite::SqliteStore;
use ems_collector::store::{IngestBatch, InventoryRecord, Store};
use ems_contract::clock::{Clock, SystemClock};
use ems_contract::digest::Sha256;
use ems_contract::family::Family;
use ems_contract::id::Epoch;
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::Line;

use crate::synthetic::{self, START};

const PORTALS: u16 = 600;
const AGENTS: u16 = 3;
const DAYS: i64 = 2;

pub(crate) fn run(dir: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let path = dir.join("ems.db");
    let store = SqliteStore::open(&path)?;
    let portals = synthetic::portals(PORTALS);
    let version = Sha256::of(b"bench");
    store.record_inventory(&InventoryRecord {
        version,
        loaded_at: UnixTime::from_secs(START),
        json: "{}".into(),
        portals: portals.clone(),
    })?;
    let clock = SystemClock::new();
    let epoch = Epoch::from_random([1; 16]);
    let mut agents: Vec<_> = synthetic::agents(AGENTS)
        .into_iter()
        .map(|agent| {
            (
                synthetic::province(&portals, std::slice::from_ref(&agent)),
                agent,
                0_u64,
            )
        })
        .collect();
    for day in 0..DAYS {
        let began = clock.monotonic();
        for minute in day * 1_440..(day + 1) * 1_440 {
            for (province, agent, through) in &mut agents {
                let after = *through;
                let lines = province.iter_mut().map(|series| {
                    *through += 1;
                    let record = Record::Observation(Box::new(series.observe(minute, epoch, *through)));
                    // The line's bytes only make the digest of the delivery key here.
                    Line::Record {
                        record,
                        raw: through.to_be_bytes().to_vec(),
                    }
                });
                let lines = lines.collect();
                let received_at = UnixTime::from_secs(START + minute * 60 + 60);
                let agent = agent.clone();
                store.commit(IngestBatch {
                    agent,
                    epoch,
                    after,
                    received_at,
                    skew_ms: 0,
                    lines,
                })?;
            }
        }
        let kept = clock.monotonic() - began;
        let open = store.statistics()?;
        let began = clock.monotonic();
        let packed = store.pack(UnixTime::from_secs(START + (day + 1) * 86_400))?;
        writeln!(
            out,
            "day {}: {} results as rows, kept in {:.1} s; {packed} packed in {:.1} s",
            day + 1,
            open.open_results,
            kept.as_secs_f64(),
            (clock.monotonic() - began).as_secs_f64()
        )?;
        sizes(&path, packed, out)?;
    }
    reads(&store, &portals[17], &clock, out)
}

fn sizes(path: &Path, packed_today: u64, out: &mut dyn Write) -> anyhow::Result<()> {
    let conn = rusqlite::Connection::open(path)?;
    let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0));
    let data = number("SELECT coalesce(sum(length(data)), 0) FROM chunk")?;
    let rows = number("SELECT coalesce(sum(rows), 0) FROM chunk")?.max(1);
    let used = number(
        "SELECT (SELECT page_count FROM pragma_page_count()) - (SELECT freelist_count FROM pragma_freelist_count())",
    )? * number("SELECT page_size FROM pragma_page_size()")?;
    let digests = number("SELECT coalesce(sum(length(digests)), 0) FROM delivery")?;
    writeln!(
        out,
        "  chunks: {} bytes, {}.{:02} bytes a result; database in use: {used} bytes; digests of the last day: {digests} bytes",
        data,
        data / rows,
        data % rows * 100 / rows
    )?;
    writeln!(
        out,
        "  a day of {packed_today} results packed: {} MB",
        data * i64::try_from(packed_today)? / rows / 1_000_000
    )?;
    Ok(())
}

fn reads(
    store: &SqliteStore,
    portal: &ems_contract::id::PortalId,
    clock: &SystemClock,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let all = Window::new(
        UnixTime::from_secs(START),
        UnixTime::from_secs(START + DAYS * 86_400),
    );
    let began = clock.monotonic();
    let records = store.slot_records(portal, Family::V4, all)?.len();
    let for_ledger = clock.monotonic() - began;
    let began = clock.monotonic();
    let samples = store.samples(portal, Family::V4, all)?.len();
    let in_full = clock.monotonic() - began;
    let began = clock.monotonic();
    let latest = store.latest(None)?.len();
    let newest = clock.monotonic() - began;
    writeln!(
        out,
        "reading one portal, one family, {DAYS} days: {records} slots for the ledger in {for_ledger:.1?}, {samples} samples \
         in {in_full:.1?}; the newest of {latest} series in {newest:.1?}"
    )?;
    Ok(())
}
