//! How long people wait: outages played second by second through store, ledger, incidents and notices, with agents whose
//! slots fall as they like and whose batches take their time. The instants are those at which a notice is posted; a channel
//! takes it in the same round.

use std::collections::BTreeMap;

use ems_contract::inventory::Inventory;
use ems_contract::outcome::Outcome;
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::Line;

use super::metrics::Metrics;
use super::rounds::Rounds;
use crate::context::LiveInventory;
use crate::incident::{Incident, troubles};
use crate::ledger::{Carry, FamilyInput, Inputs, Networks, Rules, SlotRecord, evaluate};
use crate::notify::book::Book;
use crate::notify::condition::Kind;
use crate::notify::decide::decide;
use crate::notify::gather::{Facts, gather};
use crate::notify::notice::{Notice, Stage};
use crate::notify::policy::Policy;
use crate::store::sqlite::SqliteStore;
use crate::store::{AgentStatus, IngestBatch, InventoryRecord, Store};
use crate::testing::*;

/// Seconds between two looks of the notifier.
const LOOK_S: i64 = 2;
/// Agents hand successes over within so many seconds; failures at once.
const FLUSH_S: i64 = 5;
const AGENTS: [&str; 3] = ["a", "b", "c"];

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % most
    }
}

fn three_networks(portals: &[&str], interval_s: u32) -> Inventory {
    let mut inventory = inventory(portals);
    let pattern = inventory.agents[0].clone();
    inventory.agents = AGENTS
        .iter()
        .map(|name| {
            let mut agent = pattern.clone();
            agent.id = name.parse().unwrap();
            agent.network = format!("n-{name}").parse().unwrap();
            agent
        })
        .collect();
    for portal in &mut inventory.portals {
        portal.reach_interval_s = interval_s;
        portal.critical = interval_s == 10;
    }
    inventory
}

/// What the portals of a play do, and how long a failing attempt takes.
struct Plot {
    interval_s: u32,
    down: Window,
    /// Seconds that a failing slot takes.
    failing_s: i64,
    until: UnixTime,
}

/// Plays it; returns what was told when.
fn play(portals: &[&str], plot: &Plot, dice: &mut Dice) -> Vec<(UnixTime, Notice)> {
    let inventory = three_networks(portals, plot.interval_s);
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("ems.db")).unwrap();
    let begin = at(0);
    store
        .record_inventory(&InventoryRecord::of(&inventory, begin))
        .unwrap();
    let live = LiveInventory::new(inventory.clone(), begin);
    let metrics = Metrics::register(&prometheus::Registry::new()).unwrap();
    // (arrives, agent, record)
    let mut arrivals: Vec<(UnixTime, &str, Record)> = Vec::new();
    for name in AGENTS {
        for id in portals {
            let phase = dice.below(i64::from(plot.interval_s));
            let slots = (0..)
                .map(|n| phase + n * i64::from(plot.interval_s))
                .take_while(|slot| at(*slot) < plot.until);
            for slot in slots {
                let fails = plot.down.from <= at(slot) && at(slot) < plot.down.to;
                let (outcome, takes) = match fails {
                    true => (down(), plot.failing_s + 1),
                    false => (Outcome::Up, 1 + dice.below(FLUSH_S)),
                };
                let mut observation = observation(0, slot, outcome);
                observation.portal = portal(id);
                observation.interval_s = plot.interval_s;
                arrivals.push((at(slot) + takes, name, Record::Observation(Box::new(observation))));
            }
        }
    }
    arrivals.sort_by_key(|(when, ..)| *when);
    let (mut rounds, mut book, mut told, mut seq) = (Rounds::default(), Book::default(), Vec::new(), [0; 3]);
    let mut arrivals = arrivals.into_iter().peekable();
    let mut looked = begin;
    let mut now = begin;
    while now < plot.until {
        let mut news = false;
        for (place, name) in AGENTS.iter().enumerate() {
            let mut lines: Vec<Line> = Vec::new();
            while let Some((_, _, mut record)) =
                arrivals.next_if(|(when, who, _)| *when <= now && who == name)
            {
                seq[place] += 1;
                record.number(&agent(name), EPOCH, seq[place]);
                lines.push(line(record));
            }
            if !lines.is_empty() {
                news = true;
                let batch = IngestBatch {
                    agent: agent(name),
                    epoch: EPOCH,
                    after: 0,
                    received_at: now,
                    skew_ms: 0,
                    lines,
                };
                store.commit(batch).unwrap();
            }
        }
        if news || now - looked >= 5 {
            looked = now;
            rounds
                .round(&store, &live.loaded(), &metrics, now, &|| false)
                .unwrap();
        }
        if (now - begin) % LOOK_S == 0 {
            let incidents: Vec<Incident> = store.incidents(None, Window::new(begin, now + 1)).unwrap();
            let heard: Vec<AgentStatus> = store.agents().unwrap();
            let facts = Facts {
                inventory: &inventory,
                incidents: &incidents,
                agents: &heard,
                latest: &[],
                begins: &BTreeMap::new(),
                listening_since: begin,
            };
            let policy = Policy::default();
            let conditions = gather(&facts, &book, &policy, now);
            let decision = decide(&mut book, conditions, &policy, now);
            told.extend(decision.notices.into_iter().map(|notice| (now, notice)));
        }
        now = now + 1;
    }
    told
}

/// The longest waits, in seconds, for the notice of the outage and for that of its end.
fn waits(interval_s: u32, failing_s: i64, plays: usize) -> (i64, i64) {
    let mut dice = Dice(u64::from(interval_s));
    let (mut opened, mut recovered) = (0, 0);
    for _ in 0..plays {
        let from = 150 + dice.below(60);
        let to = from + 240 + dice.below(60);
        let plot = Plot {
            interval_s,
            down: Window::new(at(from), at(to)),
            failing_s,
            until: at(to + 180),
        };
        let told = play(&["p1"], &plot, &mut dice);
        let stages: Vec<Stage> = told.iter().map(|(_, notice)| notice.stage).collect();
        assert_eq!(stages, [Stage::Opened, Stage::Recovered], "{told:#?}");
        opened = opened.max(told[0].0 - at(from));
        recovered = recovered.max(told[1].0 - at(to));
    }
    (opened, recovered)
}

#[test]
fn an_outage_is_told_within_150_seconds_and_its_end_within_90() {
    // Two attempts that run into the deadline of 15 s each are the slowest way to fail.
    let (opened, recovered) = waits(60, 30, 6);
    println!("60 s: told after {opened} s at most, its end after {recovered} s at most");
    assert!(opened <= 150, "{opened}");
    assert!(recovered <= 90, "{recovered}");
}

#[test]
fn a_critical_portal_is_told_within_45_seconds() {
    let (opened, recovered) = waits(10, 9, 6);
    println!("10 s: told after {opened} s at most, its end after {recovered} s at most");
    assert!(opened <= 45, "{opened}");
    assert!(recovered <= 90, "{recovered}");
}

#[test]
fn a_day_of_loss_on_one_of_three_lines_alerts_nobody() {
    let inventory = three_networks(&["p1"], 60);
    let mut networks = Networks::default();
    networks.follow(
        at(0),
        inventory.agents.iter().map(|agent| (&agent.id, &agent.network)),
    );
    let mut dice = Dice(5);
    let (begin, end) = (at(0), at(86_400));
    // Twenty portals' worth of chance.
    for _ in 0..20 {
        let mut lost = 0;
        let mut records: Vec<SlotRecord> = Vec::new();
        for name in AGENTS {
            let phase = dice.below(60);
            for n in 0..1_440 {
                // Worse than 5 % of packets: 5 % of all slots fail outright.
                let loses = name == "a" && dice.below(100) < 5;
                lost += usize::from(loses);
                records.push(SlotRecord {
                    agent: agent(name),
                    slot: at(phase + n * 60),
                    interval_s: 60,
                    outcome: if loses { down() } else { Outcome::Up },
                    no_address: false,
                });
            }
        }
        assert!(lost > 30, "{lost}");
        records.sort_by_key(|record| (record.slot, record.agent.clone()));
        let family = |expected, records| FamilyInput {
            expected,
            records,
            gaps: &[],
        };
        let inputs = Inputs {
            networks: &networks,
            v4: family(true, &records),
            v6: family(false, &[]),
            rules: Rules::of(&inventory.limits),
        };
        let told = evaluate(&Carry::start(begin), &inputs, end, &[]);
        assert_eq!(troubles(&told, end), []);
    }
}

#[test]
fn two_hundred_portals_of_one_hosting_are_told_as_one_within_a_minute_of_the_first() {
    let names: Vec<String> = (0..200).map(|n| format!("p{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut inventory = three_networks(&names, 60);
    for portal in &mut inventory.portals {
        portal.hosting = Some("trung-tam".into());
    }
    let mut dice = Dice(200);
    // Each portal's outage is confirmed within a minute of the failure, as its slots fall.
    let mut incidents: Vec<Incident> = Vec::new();
    let mut confirmed: Vec<(i64, usize)> = (0..200).map(|n| (dice.below(60), n)).collect();
    confirmed.sort_unstable();
    let first = confirmed[0].0;
    let (mut book, policy, mut told) = (Book::default(), Policy::default(), Vec::new());
    for second in (0..600).step_by(2) {
        for (when, n) in &confirmed {
            if *when / 2 * 2 == second {
                incidents.push(Incident {
                    id: i64::try_from(*n).unwrap() + 1,
                    portal: portal(names[*n]),
                    track: crate::ledger::Track::Overall,
                    kind: crate::incident::IncidentKind::Outage,
                    opened_at: at(0),
                    closed_at: None,
                    cause: None,
                    agents: AGENTS.map(agent).into(),
                    notes: vec![],
                    withdrawn: false,
                });
            }
        }
        let heard = AGENTS.map(|name| AgentStatus {
            agent: agent(name),
            epoch: EPOCH,
            last_batch_at: at(second),
            last_slot: None,
            through: 0,
            skew_ms: 0,
        });
        let facts = Facts {
            inventory: &inventory,
            incidents: &incidents,
            agents: &heard,
            latest: &[],
            begins: &BTreeMap::new(),
            listening_since: at(0),
        };
        let conditions = gather(&facts, &book, &policy, at(second));
        let decision = decide(&mut book, conditions, &policy, at(second));
        told.extend(decision.notices.into_iter().map(|notice| (second, notice)));
    }
    let early: Vec<_> = told.iter().filter(|(second, _)| *second <= first + 60).collect();
    assert_eq!(early.len(), 1, "{early:#?}");
    assert_eq!(early[0].1.kind, Kind::Outage);
    assert!(told.len() <= 2, "one more at most says how many there are in all");
}
