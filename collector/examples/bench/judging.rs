//! 600 portals judged from stored facts: a whole day with all packs, and past days again.

use std::io::Write;
use std::path::Path;

use ems_collector::calendar::civil;
use ems_collector::dossier::Chronicle;
use ems_collector::judging::{Bench, judge_all, rejudge};
use ems_collector::ledger::{Span, State, Track};
use ems_collector::regulation::Regulations;
use ems_collector::store::sqlite::SqliteStore;
use ems_collector::store::{IngestBatch, InventoryRecord, SpanUpdate, Store};
use ems_contract::clock::{Clock, SystemClock};
use ems_contract::digest::Sha256;
use ems_contract::family::Family;
use ems_contract::id::{Epoch, PortalId};
use ems_contract::inventory::{Agent, Expectation, Inventory, Level, Portal, Status};
use ems_contract::plan::Limits;
use ems_contract::record::Record;
use ems_contract::time::UnixTime;
use ems_contract::wire::Line;

use crate::synthetic::{self, START};

const PORTALS: u16 = 600;
const AGENTS: u16 = 3;
/// From 07:00 to the end of the civil day.
const MINUTES: i64 = 17 * 60;
/// Days of a quarter.
const QUARTER: f64 = 92.0;

pub(crate) fn run(dir: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let store = SqliteStore::open(&dir.join("ems.db"))?;
    let rules = match Regulations::embedded() {
        Ok(rules) => rules,
        Err(found) => anyhow::bail!("the rule data has {} findings", found.len()),
    };
    let clock = SystemClock::new();
    let ids = synthetic::portals(PORTALS);
    let all: Vec<String> = rules.packs.keys().map(ToString::to_string).collect();
    let usual = ["an-giang-2023", "vn-nd224-2026", "incident"]
        .map(str::to_owned)
        .to_vec();
    store.record_inventory(&InventoryRecord::of(
        &inventory(&ids, &all),
        UnixTime::from_secs(START),
    ))?;
    fill(&store, &ids, &clock, out)?;
    let at = UnixTime::from_secs(START + MINUTES * 60 - 1);
    for (n, (name, packs)) in [
        ("all eight packs", all),
        ("three packs, as a province has them", usual),
    ]
    .into_iter()
    .enumerate()
    {
        let from = UnixTime::from_secs(START + i64::try_from(n)?);
        store.record_inventory(&InventoryRecord::of(&inventory(&ids, &packs), from))?;
        let chronicle = Chronicle::load(&store, at)?;
        let bench = Bench {
            store: &store,
            rules: &rules,
            chronicle: &chronicle,
            now: at + 600,
        };
        let (began, cpu) = (clock.monotonic(), cpu_s()?);
        let portals = judge_all(&bench, None, at)?;
        writeln!(
            out,
            "{name}: {portals} portals judged and kept in {:.1} s ({:.1} s of processor)",
            (clock.monotonic() - began).as_secs_f64(),
            cpu_s()? - cpu
        )?;
        let day = civil::day_of(at);
        let (began, cpu) = (clock.monotonic(), cpu_s()?);
        let told = rejudge(&bench, None, (day, day), &|_, _| {})?;
        let (wall, cpu) = ((clock.monotonic() - began).as_secs_f64(), cpu_s()? - cpu);
        writeln!(
            out,
            "  judged again: {} days of portals, {} verdicts equal, {} differ, in {wall:.2} s ({cpu:.2} s of processor); \
             {QUARTER} days: {:.0} s ({:.0} s of processor)",
            told.days,
            told.equal,
            told.differences.len(),
            wall * QUARTER,
            cpu * QUARTER
        )?;
    }
    Ok(())
}

/// Seconds of processor time of this process so far, from `/proc/self/stat` in hundredths.
fn cpu_s() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u32 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u32>().ok())
        .sum();
    Ok(f64::from(ticks) / 100.0)
}

/// Records of every minute by every agent, packed, and spans over them.
fn fill(
    store: &SqliteStore,
    portals: &[PortalId],
    clock: &SystemClock,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let began = clock.monotonic();
    let epoch = Epoch::from_random([1; 16]);
    for agent in synthetic::agents(AGENTS) {
        let mut province = synthetic::province(portals, std::slice::from_ref(&agent));
        let mut through = 0_u64;
        for minute in 0..MINUTES {
            let after = through;
            let lines = province.iter_mut().map(|series| {
                through += 1;
                Line::Record {
                    record: Record::Observation(Box::new(series.observe(minute, epoch, through))),
                    raw: through.to_be_bytes().to_vec(),
                }
            });
            let lines = lines.collect();
            store.commit(IngestBatch {
                agent: agent.clone(),
                epoch,
                after,
                received_at: UnixTime::from_secs(START + minute * 60 + 60),
                skew_ms: 0,
                lines,
            })?;
        }
    }
    let spans = |portal: &PortalId| SpanUpdate {
        portal: portal.clone(),
        from: UnixTime::from_secs(START),
        spans: (0..48)
            .map(|hour| {
                let from = UnixTime::from_secs(START + hour * 1_800);
                let state = if hour % 2 == 0 { State::Up } else { State::Degraded };
                let span = Span {
                    from,
                    to: from + 1_800,
                    state,
                    cause: None,
                    agents: Vec::new(),
                };
                (Track::Overall, span)
            })
            .collect(),
        checkpoints: Vec::new(),
        forget: Vec::new(),
        generation: u64::MAX,
    };
    store.write_all_spans(portals.iter().map(spans).collect())?;
    let packed = store.pack(UnixTime::from_secs(START + 43_200))?;
    writeln!(
        out,
        "{} results kept and {packed} of them packed in {:.0} s",
        i64::from(PORTALS) * 2 * i64::from(AGENTS) * MINUTES,
        (clock.monotonic() - began).as_secs_f64()
    )?;
    Ok(())
}

fn inventory(ids: &[PortalId], packs: &[String]) -> Inventory {
    let portal = |(n, id): (usize, &PortalId)| {
        let url = format!("https://{id}.tinh.gov.vn/").parse().ok()?;
        Some(Portal {
            id: id.clone(),
            name: format!("Cổng {n}"),
            name_en: None,
            owner: format!("Ủy ban nhân dân xã {n}"),
            level: match n {
                0 => Level::Province,
                1..60 => Level::Department,
                _ => Level::Commune,
            },
            parent: (n > 0).then(|| ids[0].clone()),
            url,
            english_url: None,
            regulations: packs.to_vec(),
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
            sections: std::collections::BTreeMap::new(),
            maintenance: Vec::new(),
            old_domains: Vec::new(),
            predecessors: Vec::new(),
            former_levels: Vec::new(),
            hosting: None,
            contact: None,
            on_call: None,
            resolve: Vec::new(),
            allow: Vec::new(),
        })
    };
    let agents = synthetic::agents(AGENTS).into_iter().filter_map(|id| {
        Some(Agent {
            network: format!("net-{id}").parse().ok()?,
            id,
            families: Family::ALL.to_vec(),
            name: None,
        })
    });
    Inventory {
        version: Sha256::of(packs.join(",").as_bytes()),
        portals: ids.iter().enumerate().filter_map(portal).collect(),
        agents: agents.collect(),
        references: Vec::new(),
        limits: Limits::default(),
        contact: "ems@example.gov.vn".into(),
        domains: Vec::new(),
    }
}
