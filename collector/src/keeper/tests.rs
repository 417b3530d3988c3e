use std::sync::Arc;
use std::time::Duration;

use ems_contract::digest::Sha256;
use ems_contract::inventory::{Agent, Inventory, Status};
use ems_contract::outcome::Outcome;
use ems_contract::plan::Limits;
use ems_contract::record::{Gap, GapWhy, Record};
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::Line;
use proptest::prelude::*;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Keeper;
use super::metrics::Metrics;
use super::rounds::Rounds;
use crate::context::{Context, LiveInventory};
use crate::incident::{Incident, IncidentKind, troubles};
use crate::ledger::story::{self, Item, Post, Story, posts, stories};
use crate::ledger::{Carry, Inputs, Rules, Span, State, Track, evaluate};
use crate::store::sqlite::SqliteStore;
use crate::store::{IngestBatch, InventoryRecord, Store};
use crate::testing::*;

/// A store, its inventory and the rounds over it, at instants of the test's choosing.
struct House {
    _dir: tempfile::TempDir,
    store: SqliteStore,
    live: LiveInventory,
    metrics: Metrics,
    registry: prometheus::Registry,
    rounds: Rounds,
    seq: u64,
}

impl House {
    fn of(inventory: Inventory, since: UnixTime) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&dir.path().join("ems.db")).unwrap();
        store
            .record_inventory(&InventoryRecord::of(&inventory, since))
            .unwrap();
        let registry = prometheus::Registry::new();
        Self {
            _dir: dir,
            store,
            metrics: Metrics::register(&registry).unwrap(),
            registry,
            live: LiveInventory::new(inventory, since),
            rounds: Rounds::default(),
            seq: 0,
        }
    }

    /// Portal `p1`, agent `a`.
    fn small() -> Self {
        Self::of(inventory(&["p1"]), at(0))
    }

    fn round(&mut self, now: UnixTime) {
        let loaded = self.live.loaded();
        let undone = self
            .rounds
            .round(&self.store, &loaded, &self.metrics, now, &|| false)
            .unwrap();
        assert_eq!(undone, 0);
    }

    fn restart(&mut self) {
        self.rounds = Rounds::default();
    }

    fn post(&mut self, agent_name: &str, received_at: UnixTime, records: Vec<Record>) {
        let mut lines: Vec<Line> = Vec::new();
        for mut record in records {
            self.seq += 1;
            record.number(&agent(agent_name), EPOCH, self.seq);
            lines.push(line(record));
        }
        let batch = IngestBatch {
            agent: agent(agent_name),
            epoch: EPOCH,
            after: 0,
            received_at,
            skew_ms: 0,
            lines,
        };
        self.store.commit(batch).unwrap();
    }

    /// Agent `a` found `p1` like this, one slot a minute over IPv4 from `from` on; all arrives after the last.
    fn found(&mut self, from: i64, outcomes: &[Outcome]) {
        self.found_by("a", from, outcomes);
    }

    fn found_by(&mut self, agent_name: &str, from: i64, outcomes: &[Outcome]) {
        let slots = (0i64..).map(|index| from + index * 60);
        let records = slots
            .zip(outcomes)
            .map(|(slot, outcome)| record(slot, 60, *outcome));
        let records: Vec<Record> = records.collect();
        let last = from + i64::try_from(outcomes.len()).unwrap() * 60;
        self.post(agent_name, at(last), records);
    }

    /// From `since` on another inventory is in force.
    fn reload(&mut self, inventory: Inventory, since: UnixTime) {
        let record = InventoryRecord::of(&inventory, since);
        self.store.record_inventory(&record).unwrap();
        self.live.replace(inventory, since);
    }

    fn spans(&self, track: Track) -> Vec<Span> {
        let ever = Window::new(UnixTime::from_secs(0), UnixTime::from_secs(i64::MAX));
        self.store.spans(&portal("p1"), track, ever).unwrap()
    }

    fn line(&self, track: Track) -> Vec<(i64, i64, State)> {
        let spans = self.spans(track).into_iter();
        spans
            .map(|span| (span.from - at(0), span.to - at(0), span.state))
            .collect()
    }

    fn incidents(&self) -> Vec<Incident> {
        let ever = Window::new(UnixTime::from_secs(0), UnixTime::from_secs(i64::MAX));
        self.store.incidents(None, ever).unwrap()
    }

    fn metric(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let families = self.registry.gather();
        let family = families.iter().find(|family| family.name() == name);
        let wanted = |metric: &&prometheus::proto::Metric| {
            let has = |(name, value): &(&str, &str)| {
                metric
                    .get_label()
                    .iter()
                    .any(|l| l.name() == *name && l.value() == *value)
            };
            labels.iter().all(has)
        };
        let metric = family.and_then(|family| family.get_metric().iter().find(wanted));
        metric.map_or(0.0, |metric| {
            metric.get_counter().get_value() + metric.get_gauge().get_value()
        })
    }
}

fn record(slot: i64, interval_s: u32, outcome: Outcome) -> Record {
    let mut observation = observation(0, slot, outcome);
    observation.interval_s = interval_s;
    Record::Observation(Box::new(observation))
}

const UP: Outcome = Outcome::Up;

#[test]
fn an_outage_is_told_while_it_lasts_and_closed_when_all_have_spoken() {
    let mut house = House::small();
    house.found(0, &[UP, down(), down(), down()]);
    house.round(at(239));
    // The run has lasted 179 s.
    assert_eq!(
        house.line(Track::V4),
        [(0, 60, State::Up), (60, 239, State::Degraded)]
    );
    assert_eq!(house.incidents(), []);
    house.round(at(269));
    assert_eq!(
        house.line(Track::V4),
        [
            (0, 60, State::Up),
            (60, 240, State::Down),
            (240, 269, State::Unknown)
        ]
    );
    let [incident] = &house.incidents()[..] else {
        panic!("{:?}", house.incidents())
    };
    assert_eq!(
        (incident.track, incident.kind),
        (Track::Overall, IncidentKind::Outage)
    );
    assert_eq!((incident.opened_at, incident.closed_at), (at(60), None));

    house.found(240, &[down(), UP, UP]);
    house.round(at(400));
    assert_eq!(house.line(Track::Overall)[1], (60, 300, State::Down));
    // The only agent has spoken about 300 and after: nothing is waited for.
    let incidents = house.incidents();
    assert_eq!((incidents.len(), incidents[0].closed_at), (1, Some(at(300))));
    assert_eq!(incidents[0].notes, []);
}

#[test]
fn silence_turns_into_unknown_without_any_news() {
    let mut house = House::small();
    house.found(0, &[UP, UP]);
    house.round(at(100));
    assert_eq!(house.line(Track::V4), [(0, 100, State::Up)]);
    house.round(at(110));
    assert_eq!(house.line(Track::V4), [(0, 100, State::Up)], "not yet due");
    house.round(at(4_000));
    assert_eq!(
        house.line(Track::V4),
        [(0, 120, State::Up), (120, 4_000, State::Unknown)]
    );
    assert_eq!(
        house.line(Track::Overall),
        [(0, 120, State::Up), (120, 4_000, State::Unknown)]
    );
}

#[test]
fn a_portal_that_nobody_ever_measured_is_unknown_since_it_came_into_force() {
    let mut house = House::small();
    house.round(at(500));
    assert_eq!(house.line(Track::V4), [(0, 500, State::Unknown)]);
    house.restart();
    house.round(at(900));
    assert_eq!(house.line(Track::V4), [(0, 900, State::Unknown)]);
}

/// Ninety days down, an hour between slots: one span, one incident, and a pass still begins where the last one
/// left off.
#[test]
fn a_long_outage_costs_no_more_than_a_short_one() {
    let mut inventory = inventory(&["p1"]);
    inventory.portals[0].reach_interval_s = 3_600;
    let mut house = House::of(inventory, at(0));
    let hours = 90 * 24;
    for day in 0..90 {
        let slots = (day * 24..(day + 1) * 24).map(|hour| record(hour * 3_600, 3_600, down()));
        house.post("a", at((day + 1) * 86_400), slots.collect());
        house.round(at((day + 1) * 86_400 + 10));
    }
    let late = house.metric("ems_ledger_late_passes_total", &[]);
    house.round(at(hours * 3_600 + 100));
    assert_eq!(
        house.spans(Track::V4)[0].window(),
        Window::new(at(0), at(hours * 3_600))
    );
    assert_eq!(house.spans(Track::V4).len(), 2);
    assert_eq!(house.incidents().len(), 1);
    // A restart finds a checkpoint not far back, and everything goes on as it was.
    let before = house.spans(Track::V4);
    house.restart();
    house.round(at(hours * 3_600 + 100));
    assert_eq!(house.spans(Track::V4), before);
    assert_eq!(house.incidents().len(), 1);
    // Delays of hourly slots are 3,645 s: these passes begin further back than half an hour, but no further
    // than an hour and the lag.
    assert_eq!(house.metric("ems_ledger_late_passes_total", &[]), late + 2.0);
    let day = Window::new(at(0), at(hours * 3_600));
    let checkpoints =
        (0..hours).filter_map(|hour| house.store.checkpoint(&portal("p1"), at(hour * 3_600)).unwrap());
    let mut instants: Vec<UnixTime> = checkpoints.map(|c| c.at).collect();
    instants.dedup();
    // 96 hourly ones, about 36 daily, 3 or so sparse and the first.
    assert!(
        (130..=145).contains(&instants.len()),
        "{} in {day:?}",
        instants.len()
    );
}

#[test]
fn late_data_rewrites_the_past_with_a_note() {
    let mut house = House::small();
    house.found(0, &[UP; 60]);
    house.round(at(3_600));
    house.post("a", at(3_600), vec![]);
    // Two hours of silence, then news, then what was measured meanwhile.
    house.found(3_600 * 3, &[UP; 10]);
    house.round(at(3_600 * 3 + 600));
    let silent = (3_600, 3_600 * 3, State::Unknown);
    assert_eq!(house.line(Track::V4)[1], silent);
    house.found(3_600, &[down(); 120]);
    house.round(at(3_600 * 3 + 605));
    assert_eq!(
        house.line(Track::V4),
        [
            (0, 3_600, State::Up),
            (3_600, 10_800, State::Down),
            (10_800, 11_400, State::Up),
            (11_400, 11_405, State::Unknown)
        ]
    );
    let [incident] = &house.incidents()[..] else {
        panic!("{:?}", house.incidents())
    };
    assert_eq!(
        (incident.opened_at, incident.closed_at),
        (at(3_600), Some(at(10_800)))
    );
    assert_eq!(incident.notes[0].key, "incident.note.found_late");
}

/// The inventory without `p1`, or with it retired: its time is over when that inventory comes into force.
#[test]
fn an_incident_that_is_open_when_a_portal_is_retired_ends_with_its_validity() {
    let mut house = House::small();
    house.found(0, &[UP; 10]);
    house.found(600, &[down(); 20]);
    house.round(at(1_500));
    assert_eq!(house.incidents()[0].closed_at, None);
    let mut retired = inventory(&["p1"]);
    retired.portals[0].status = Status::Retired;
    retired.version = Sha256::of(b"retired");
    house.reload(retired, at(1_530));
    house.round(at(1_560));
    assert_eq!(
        house.incidents()[0].closed_at,
        None,
        "its last seconds are not settled yet"
    );
    house.round(at(1_700));
    let check = |house: &House| {
        let [incident] = &house.incidents()[..] else {
            panic!("{:?}", house.incidents())
        };
        assert_eq!(
            (incident.opened_at, incident.closed_at),
            (at(600), Some(at(1_530)))
        );
        assert_eq!(incident.notes.len(), 1);
        assert_eq!(incident.notes[0].key, "incident.note.validity_ended");
        assert_eq!(house.line(Track::V4).last().unwrap().1, 1_530);
    };
    check(&house);
    // What an agent that does not know yet still sends changes nothing, nor does a new process.
    house.found(1_800, &[down(); 5]);
    house.round(at(2_200));
    check(&house);
    house.restart();
    house.found(2_100, &[down(); 5]);
    house.round(at(2_500));
    check(&house);
}

/// The process that saw the portal retired ended before it could end the incident.
#[test]
fn a_new_process_ends_what_the_old_one_left_open() {
    let mut house = House::small();
    house.found(0, &[down(); 20]);
    house.round(at(900));
    let mut gone = inventory(&["p2"]);
    gone.version = Sha256::of(b"gone");
    house.reload(gone, at(1_000));
    house.restart();
    house.round(at(90_000));
    assert_eq!(house.incidents()[0].closed_at, Some(at(1_000)));
}

/// Agent `a` in `net-1`, agent `b` in the given network.
fn two_agents(network: &str) -> Inventory {
    let mut inventory = inventory(&["p1"]);
    inventory.agents.push(Agent {
        id: agent("b"),
        network: network.parse().unwrap(),
        ..inventory.agents[0].clone()
    });
    inventory.version = Sha256::of(network.as_bytes());
    inventory
}

/// Late data about last week are judged by last week's networks.
#[test]
fn the_past_is_judged_by_the_networks_of_its_day() {
    let mut house = House::small();
    house.reload(two_agents("net-2"), at(0));
    house.found(0, &[UP; 60]);
    house.found_by("b", 0, &[UP; 20]);
    house.round(at(3_600));
    // From then on both stand in one network …
    house.reload(two_agents("net-1"), at(7_200));
    house.round(at(7_300));
    // … and b tells what it saw before: alone among two networks it is a minority.
    house.found_by("b", 1_200, &[down(); 10]);
    house.round(at(7_400));
    let minority = house
        .line(Track::V4)
        .into_iter()
        .filter(|(_, _, state)| *state == State::Degraded);
    assert_eq!(minority.collect::<Vec<_>>(), [(1_200, 1_800, State::Degraded)]);
    let paths = house.incidents();
    assert_eq!(paths.len(), 1, "{paths:?}");
    assert_eq!(paths[0].kind, IncidentKind::Path);
}

#[test]
fn one_bad_portal_does_not_hold_up_the_others() {
    let mut house = House::small();
    // In the inventory in force, but never recorded in the store.
    house.live.replace(inventory(&["p0", "p1"]), at(0));
    house.found(0, &[UP]);
    let loaded = house.live.loaded();
    let undone = house
        .rounds
        .round(&house.store, &loaded, &house.metrics, at(60), &|| false)
        .unwrap();
    assert_eq!(undone, 1);
    assert_eq!(house.line(Track::V4), [(0, 60, State::Up)]);
    assert_eq!(house.metric("ems_ledger_errors_total", &[]), 1.0);
}

#[test]
fn a_suspect_agents_failures_are_not_heard() {
    let names = ["p1", "p2", "p3", "p4", "p5", "p6"];
    let mut inventory = inventory(&names);
    inventory.agents.push(Agent {
        id: agent("b"),
        network: "net-2".parse().unwrap(),
        ..inventory.agents[0].clone()
    });
    let mut house = House::of(inventory, at(0));
    for minute in 0..5 {
        for (who, outcome) in [("a", down()), ("b", UP)] {
            let records = names.iter().enumerate().map(|(index, name)| {
                let mut seen = observation(0, minute * 60, outcome);
                seen.portal = portal(name);
                seen.attempts[0].address = Some(format!("192.0.2.{index}").parse().unwrap());
                Record::Observation(Box::new(seen))
            });
            house.post(who, at(minute * 60 + 5), records.collect());
        }
        house.round(at(minute * 60 + 6));
    }
    assert_eq!(house.line(Track::V4), [(0, 246, State::Up)]);
    assert_eq!(
        house.metric("ems_agent_suspect", &[("agent", "a"), ("family", "v4")]),
        1.0
    );
    assert_eq!(house.metric("ems_agent_suspect", &[("agent", "b")]), 0.0);
}

/// Woken by news, it does its round; told to stop, it stops.
#[tokio::test]
async fn the_job_wakes_and_stops() {
    let dir = tempfile::tempdir().unwrap();
    let context: Context = context(dir.path(), at(200));
    let changed = Arc::new(Notify::new());
    let keeper = Keeper::new(&context, changed.clone()).unwrap();
    let stop = CancellationToken::new();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(keeper.run(stop.clone()));
    let ups: Vec<Line> = vec![up(1, 0), up(2, 60), up(3, 120)];
    context.store.commit(batch(0, ups)).unwrap();
    changed.notify_one();
    let window = Window::new(at(0), at(200));
    let told = async {
        loop {
            let spans = context.store.spans(&portal("p1"), Track::V4, window).unwrap();
            if spans.iter().any(|span| span.state == State::Up) {
                return spans;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let spans = tokio::time::timeout(Duration::from_secs(30), told).await.unwrap();
    assert_eq!(spans[0].window(), Window::new(at(0), at(180)));
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), tasks.join_all())
        .await
        .unwrap();
}

/// The story's agents and portal as an inventory.
fn inventory_of(story: &Story) -> Inventory {
    let mut inventory = inventory(&["p1"]);
    let template = inventory.agents[0].clone();
    let agents = story.networks.present(at(0)).map(|(id, network)| Agent {
        id: id.clone(),
        network: network.clone(),
        ..template.clone()
    });
    inventory.agents = agents.collect();
    inventory
}

/// What arrives of an agent, as a record of `p1`.
fn wire(item: &Item) -> (String, Record) {
    let family = |index: &usize| ems_contract::family::Family::ALL[*index];
    match item {
        Item::Record(index, record) => {
            let mut seen = observation(0, 0, record.outcome);
            seen.family = Some(family(index));
            seen.slot = record.slot;
            seen.interval_s = record.interval_s;
            (record.agent.to_string(), Record::Observation(Box::new(seen)))
        }
        Item::Gap(index, gap) => {
            let told = Gap {
                schema: 1,
                agent: gap.agent.clone(),
                epoch: EPOCH,
                seq: 0,
                portal: Some(portal("p1")),
                probe: None,
                family: Some(family(index)),
                from: gap.window.from,
                to: gap.window.to,
                why: gap.why,
            };
            (gap.agent.to_string(), Record::Gap(told))
        }
    }
}

fn through_the_house(story: &Story, post: &Post) -> Result<(), TestCaseError> {
    let mut house = House::of(inventory_of(story), story::at(0));
    let mut arrivals = post.arrivals(story).into_iter().peekable();
    let mut last = story::at(0);
    for look in post.looks(story) {
        while let Some((when, item)) = arrivals.next_if(|(when, _)| *when < look) {
            let (who, record) = wire(&item);
            house.post(&who, story::at(when), vec![record]);
        }
        last = story::at(look);
        if look % 3 == 0 {
            house.restart();
        }
        house.round(last);
    }
    // Long after, when everything is settled and no longer provisional.
    let end = last + 10_000;
    house.round(end);
    let rules = Rules::of(&Limits::default());
    let inputs = Inputs {
        rules,
        ..story.inputs()
    };
    let told = evaluate(&Carry::start(story::at(0)), &inputs, end, &[]);
    for track in Track::ALL {
        let expected: Vec<Span> = told.track(track).cloned().collect();
        prop_assert_eq!(house.spans(track), expected, "{}", track);
    }
    let mut expected: Vec<_> = troubles(&told, end)
        .into_iter()
        .map(|t| {
            (
                t.track,
                t.kind,
                t.from,
                t.over_at.map(|_| t.to),
                t.cause,
                t.agents,
            )
        })
        .collect();
    expected.sort();
    let standing = house
        .incidents()
        .into_iter()
        .filter(|incident| !incident.withdrawn);
    let mut standing: Vec<_> = standing
        .map(|i| (i.track, i.kind, i.opened_at, i.closed_at, i.cause, i.agents))
        .collect();
    standing.sort();
    prop_assert_eq!(standing, expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Late, doubled and shuffled data, restarts in between: the store ends up with what one pass over everything
    /// says.
    #[test]
    fn the_store_ends_up_as_one_pass(story in stories(), post in posts()) {
        let mut story = story;
        story.expected = [true, true];
        // A suspicion over all portals is another matter; here gaps are as agents send them.
        for gap in story.gaps.iter_mut().flatten() {
            gap.why = GapWhy::Overload;
            gap.window.from = gap.window.from.max(story::at(0));
        }
        through_the_house(&story, &post)?;
    }
}
