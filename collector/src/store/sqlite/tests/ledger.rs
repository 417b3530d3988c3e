use ems_contract::cause::DegradedCause;
use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::record::{GapWhy, Record};
use ems_contract::time::Window;

use crate::incident::{Incident, IncidentKind, IncidentNote};
use crate::ledger::{AgentGap, Span, SpanCause, State, Track};
use crate::store::{Checkpoint, NotedGap, SpanUpdate, Store};
use crate::testing::*;

fn span(from: i64, to: i64, state: State) -> Span {
    let cause = (state == State::Degraded).then_some(SpanCause::Defect {
        cause: DegradedCause::Flaky,
    });
    Span {
        from: at(from),
        to: at(to),
        state,
        cause,
        agents: vec![agent("a"), agent("b")],
    }
}

fn update(from: i64, spans: Vec<(Track, Span)>, generation: u64) -> SpanUpdate {
    let checkpoints = vec![Checkpoint {
        at: at(from),
        carry: format!("{{\"from\":{from}}}"),
    }];
    SpanUpdate {
        portal: portal("p1"),
        from: at(from),
        spans,
        checkpoints,
        forget: vec![],
        generation,
    }
}

#[test]
fn records_come_back_by_slot_and_agent_within_the_window() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store
        .commit(batch(0, vec![up(2, 60), up(1, 0), up(3, 120)]))
        .unwrap();
    let mut other = observation(1, 60, down());
    other.agent = agent("0-first");
    let mut theirs = batch(0, vec![line(Record::Observation(Box::new(other)))]);
    theirs.agent = agent("0-first");
    store.commit(theirs).unwrap();
    let window = Window::new(at(60), at(120));
    let records = store.slot_records(&portal("p1"), Family::V4, window).unwrap();
    let seen: Vec<_> = records
        .iter()
        .map(|r| (r.slot, r.agent.as_str(), r.outcome))
        .collect();
    assert_eq!(seen, [(at(60), "0-first", down()), (at(60), "a", Outcome::Up)]);
    assert!(
        store
            .slot_records(&portal("p1"), Family::V6, window)
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .slot_records(&portal("p2"), Family::V4, window)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn samples_and_latest_keep_address_timings_and_facts() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut dns = observation(3, 60, Outcome::Up);
    dns.probe = ProbeKind::Dns;
    dns.family = None;
    let observed = observation(2, 60, down());
    let lines = vec![
        up(1, 0),
        line(Record::Observation(Box::new(observed.clone()))),
        line(Record::Observation(Box::new(dns))),
    ];
    store.commit(batch(0, lines)).unwrap();
    let samples = store
        .samples(&portal("p1"), Family::V4, Window::new(at(0), at(61)))
        .unwrap();
    assert_eq!(samples.len(), 2);
    assert_eq!(samples[1].timings, observed.attempts[0].timings);
    assert_eq!(samples[1].address, observed.attempts[0].address);
    let latest = store.latest(Some(&portal("p1"))).unwrap();
    assert_eq!(latest.len(), 2);
    let reach = latest.iter().find(|one| one.probe == ProbeKind::Reach).unwrap();
    assert_eq!(
        (reach.slot, reach.outcome, reach.family),
        (at(60), down(), Some(Family::V4))
    );
    assert_eq!(reach.facts, observed.facts);
    assert_eq!(store.latest(None).unwrap(), latest);
    assert!(store.latest(Some(&portal("p2"))).unwrap().is_empty());
}

#[test]
fn dirt_is_the_earliest_change_and_only_its_own_generation_clears_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, vec![up(2, 60), up(3, 0)])).unwrap();
    let first = store.dirty().unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!((&first[0].portal, first[0].since), (&portal("p1"), at(0)));
    // A change that comes while the ledger works keeps the portal dirty.
    store.commit(batch(3, vec![up(4, 120)])).unwrap();
    store.write_spans(update(0, vec![], first[0].generation)).unwrap();
    let second = store.dirty().unwrap();
    assert_eq!(second.len(), 1);
    store
        .write_spans(update(0, vec![], second[0].generation))
        .unwrap();
    assert!(store.dirty().unwrap().is_empty());
    // A gap of everything the agent measures soils every portal it measures.
    store.commit(batch(4, vec![line(gap(5, 30, 90))])).unwrap();
    assert_eq!(store.dirty().unwrap()[0].since, at(30));
}

#[test]
fn other_probes_do_not_soil_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut dns = observation(1, 0, Outcome::Up);
    dns.probe = ProbeKind::Dns;
    dns.family = None;
    store
        .commit(batch(0, vec![line(Record::Observation(Box::new(dns)))]))
        .unwrap();
    assert!(store.dirty().unwrap().is_empty());
}

#[test]
fn spans_are_cut_and_replaced_from_an_instant_on() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let spans = vec![
        (Track::V4, span(0, 600, State::Up)),
        (Track::V4, span(600, 900, State::Down)),
        (Track::V6, span(0, 900, State::Absent)),
        (Track::Overall, span(0, 900, State::Degraded)),
    ];
    store.write_spans(update(0, spans, 0)).unwrap();
    store
        .write_spans(update(300, vec![(Track::V4, span(300, 900, State::Unknown))], 0))
        .unwrap();
    let window = Window::new(at(0), at(1000));
    let v4 = store.spans(&portal("p1"), Track::V4, window).unwrap();
    assert_eq!(v4, [span(0, 300, State::Up), span(300, 900, State::Unknown)]);
    assert_eq!(
        store.spans(&portal("p1"), Track::V6, window).unwrap(),
        [span(0, 300, State::Absent)]
    );
    assert_eq!(
        store.spans(&portal("p1"), Track::Overall, window).unwrap(),
        [span(0, 300, State::Degraded)]
    );
    // Touching, not clipped.
    assert_eq!(
        store
            .spans(&portal("p1"), Track::V4, Window::new(at(299), at(300)))
            .unwrap(),
        [span(0, 300, State::Up)]
    );
    assert_eq!(
        store
            .spans(&portal("p1"), Track::V4, Window::new(at(900), at(999)))
            .unwrap(),
        []
    );
}

#[test]
fn a_span_that_goes_on_keeps_its_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let spans = vec![(Track::V4, span(0, 600, State::Down))];
    store.write_spans(update(0, spans, 0)).unwrap();
    let further = vec![
        (Track::V4, span(0, 900, State::Down)),
        (Track::V4, span(900, 960, State::Up)),
    ];
    store.write_spans(update(500, further, 0)).unwrap();
    let window = Window::new(at(0), at(1000));
    let v4 = store.spans(&portal("p1"), Track::V4, window).unwrap();
    assert_eq!(v4, [span(0, 900, State::Down), span(900, 960, State::Up)]);
}

#[test]
fn checkpoints_are_forgotten_when_told_and_several_portals_are_written_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut both = vec![update(0, vec![], 0), update(0, vec![], 0)];
    both[1].portal = portal("p2");
    store.write_all_spans(both).unwrap();
    store.write_spans(update(300, vec![], 0)).unwrap();
    let mut later = update(600, vec![], 0);
    later.forget = vec![Window::new(at(0), at(500))];
    store.write_spans(later).unwrap();
    // The oldest stays whatever is told.
    let found = |name, secs| store.checkpoint(&portal(name), at(secs)).unwrap().map(|c| c.at);
    assert_eq!((found("p1", 599), found("p2", 599)), (Some(at(0)), Some(at(0))));
    // One unknown portal: nothing is written.
    let mut bad = vec![update(900, vec![], 0), update(900, vec![], 0)];
    bad[1].portal = portal("never-known");
    assert!(store.write_all_spans(bad).is_err());
    let last = store.checkpoint(&portal("p1"), at(5_000)).unwrap().unwrap();
    assert_eq!(last.at, at(600));
}

#[test]
fn gaps_noted_here_concern_all_portals_of_the_agent() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, vec![up(1, 0), up(2, 60)])).unwrap();
    let dirt = store.dirty().unwrap();
    store.write_spans(update(0, vec![], dirt[0].generation)).unwrap();
    assert_eq!(store.dirty().unwrap(), []);
    let noted = NotedGap {
        agent: agent("a"),
        family: Some(Family::V4),
        window: Window::new(at(30), at(90)),
        why: GapWhy::Suspect,
    };
    store.note_gaps(vec![noted.clone()]).unwrap();
    let gap = AgentGap {
        agent: noted.agent,
        window: noted.window,
        why: noted.why,
    };
    let window = Window::new(at(0), at(1_000));
    assert_eq!(store.gaps(&portal("p1"), Family::V4, window).unwrap(), [gap]);
    assert_eq!(store.gaps(&portal("p1"), Family::V6, window).unwrap(), []);
    let dirt = store.dirty().unwrap();
    assert_eq!((dirt.len(), dirt[0].since), (1, at(30)));
}

#[test]
fn the_last_checkpoint_before_an_instant_is_found_and_later_ones_are_dropped_with_the_spans() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    for from in [0, 600, 1200] {
        store.write_spans(update(from, vec![], 0)).unwrap();
    }
    let found = |secs| store.checkpoint(&portal("p1"), at(secs)).unwrap().map(|c| c.at);
    assert_eq!(
        (found(-1), found(599), found(5000)),
        (None, Some(at(0)), Some(at(1200)))
    );
    store.write_spans(update(600, vec![], 0)).unwrap();
    assert_eq!(found(5000), Some(at(600)));
}

#[test]
fn incidents_are_amended_in_place_and_found_by_window() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let new = Incident {
        id: 0,
        portal: portal("p1"),
        track: Track::V4,
        kind: IncidentKind::Outage,
        opened_at: at(600),
        closed_at: None,
        cause: Some(SpanCause::Mixed),
        agents: vec![agent("a")],
        notes: vec![],
        withdrawn: false,
    };
    let mut written = store
        .write_incidents(vec![
            new.clone(),
            Incident {
                portal: portal("p2"),
                ..new
            },
        ])
        .unwrap();
    assert!(written[0].id != 0 && written[1].id != written[0].id);
    let mut amended = written.remove(0);
    amended.closed_at = Some(at(900));
    amended.notes.push(IncidentNote {
        at: at(950),
        key: "incident.amended".into(),
        values: vec![("from".into(), "x".into())],
    });
    store.write_incidents(vec![amended.clone()]).unwrap();
    let found = |from, to| {
        store
            .incidents(Some(&portal("p1")), Window::new(at(from), at(to)))
            .unwrap()
    };
    assert_eq!(found(0, 601), [amended.clone()]);
    assert_eq!(found(899, 2000), [amended.clone()]);
    assert!(found(900, 2000).is_empty() && found(0, 600).is_empty());
    assert_eq!(
        store.incidents(None, Window::new(at(0), at(5000))).unwrap().len(),
        2
    );
    let missing = Incident { id: 999, ..amended };
    assert!(store.write_incidents(vec![missing]).is_err());
}
