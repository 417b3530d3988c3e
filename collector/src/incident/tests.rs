use ems_contract::cause::{Cause, Stage};
use ems_contract::id::PortalId;
use ems_contract::text::{Lang, lookup};
use ems_contract::time::UnixTime;
use proptest::prelude::*;

use super::*;
use crate::ledger::story::{Story, posts, stories};
use crate::ledger::{Evaluation, Outage, PathStretch, SpanCause, Track};

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(1_800_000_000 + seconds)
}

fn portal() -> PortalId {
    "tu-nghia".parse().unwrap()
}

fn refused() -> Option<SpanCause> {
    Some(SpanCause::Failure {
        stage: Stage::Connect,
        cause: Cause::TcpRefused,
    })
}

fn trouble(from: i64, to: i64, over_at: Option<i64>) -> Trouble {
    Trouble {
        unresolved: false,
        track: Track::Overall,
        kind: IncidentKind::Outage,
        from: at(from),
        to: at(to),
        over_at: over_at.map(at),
        cause: refused(),
        agents: vec!["a".parse().unwrap(), "b".parse().unwrap()],
    }
}

/// A store of incidents that numbers them; `tell` is one look of the ledger, 105 s after its settled horizon.
#[derive(Default)]
struct Book {
    incidents: Vec<Incident>,
}

impl Book {
    fn tell(&mut self, troubles: &[Trouble], restated_from: i64, now: i64) -> Vec<Incident> {
        self.tell_at(troubles, at(restated_from), at(now - 105), at(now))
    }

    fn tell_at(
        &mut self,
        troubles: &[Trouble],
        restated_from: UnixTime,
        horizon: UnixTime,
        now: UnixTime,
    ) -> Vec<Incident> {
        let mut changed = transitions(
            &portal(),
            troubles,
            &self.incidents,
            restated_from,
            Settled::at(horizon),
            now,
        );
        for incident in &mut changed {
            if incident.id == 0 {
                incident.id = i64::try_from(self.incidents.len()).unwrap() + 1;
                self.incidents.push(incident.clone());
            } else {
                let place = usize::try_from(incident.id).unwrap() - 1;
                self.incidents[place] = incident.clone();
            }
        }
        changed
    }
}

fn keys(incident: &Incident) -> Vec<&str> {
    incident
        .notes
        .iter()
        .map(|note| note.key.strip_prefix("incident.note.").unwrap())
        .collect()
}

#[test]
fn an_incident_opens_back_dated_at_once_and_closes_when_settled() {
    let mut book = Book::default();
    // Confirmed at 180: back-dated to 0.
    let opened = book.tell(&[trouble(0, 180, None)], -100, 180);
    assert_eq!(opened.len(), 1);
    let incident = &opened[0];
    assert_eq!((incident.opened_at, incident.closed_at), (at(0), None));
    assert_eq!((incident.cause, incident.agents.len()), (refused(), 2));
    // Nothing new: nothing to write.
    assert_eq!(book.tell(&[trouble(0, 240, None)], -100, 240), []);
    // Up again at 300; the horizon of 400 is 295, that of 406 is 301.
    let over = [trouble(0, 300, Some(300))];
    assert_eq!(book.tell(&over, 100, 400), []);
    let closed = book.tell(&over, 100, 406);
    assert_eq!((closed[0].id, closed[0].closed_at), (1, Some(at(300))));
    assert!(closed[0].notes.is_empty());
    assert_eq!(book.tell(&over, 290, 460), []);
}

#[test]
fn late_data_amends_with_a_note() {
    let mut book = Book::default();
    book.tell(&[trouble(100, 300, Some(300))], 0, 1_000);
    assert_eq!(keys(&book.incidents[0]), ["found_late"]);
    book.tell(&[trouble(40, 300, Some(300))], 0, 1_000);
    book.tell(&[trouble(40, 360, Some(360))], 0, 1_000);
    book.tell(&[trouble(40, 900, None)], 0, 1_000);
    let [incident] = &book.incidents[..] else {
        panic!("{:?}", book.incidents)
    };
    assert_eq!((incident.opened_at, incident.closed_at), (at(40), None));
    assert_eq!(
        keys(incident),
        ["found_late", "opened_moved", "closed_moved", "reopened"]
    );
    let values = &incident.notes[1].values;
    assert_eq!(values[0], ("old".to_owned(), at(100).to_string()));
    assert_eq!(values[1], ("new".to_owned(), at(40).to_string()));
}

#[test]
fn what_never_was_is_withdrawn_not_deleted_and_may_come_back() {
    let mut book = Book::default();
    book.tell(&[trouble(100, 300, None)], 0, 300);
    // 100 is not before the horizon of 200 (95): wait.
    assert_eq!(book.tell(&[], 0, 200), []);
    let withdrawn = book.tell(&[], 0, 400);
    assert!(withdrawn[0].withdrawn);
    assert_eq!(withdrawn[0].closed_at, Some(at(100)));
    assert_eq!(book.tell(&[], 0, 500), []);
    let back = book.tell(&[trouble(100, 300, Some(300))], 0, 600);
    assert_eq!(
        (back[0].id, back[0].withdrawn, back[0].closed_at),
        (1, false, Some(at(300)))
    );
    assert_eq!(keys(&back[0]), ["withdrawn", "reinstated"]);
}

#[test]
fn two_become_one_and_one_becomes_two() {
    let mut book = Book::default();
    book.tell(
        &[trouble(0, 300, Some(300)), trouble(600, 900, Some(900))],
        0,
        2_000,
    );
    book.tell(&[trouble(0, 900, Some(900))], 0, 2_000);
    assert_eq!(book.incidents[0].closed_at, Some(at(900)));
    assert!(book.incidents[1].withdrawn);
    assert_eq!(keys(&book.incidents[1]), ["found_late", "joined"]);
    book.tell(
        &[trouble(0, 300, Some(300)), trouble(600, 900, Some(900))],
        0,
        2_000,
    );
    assert_eq!(book.incidents[0].closed_at, Some(at(300)));
    assert!(!book.incidents[1].withdrawn);
    assert_eq!(book.incidents.len(), 2);
}

#[test]
fn what_is_not_restated_is_left_alone() {
    let mut book = Book::default();
    book.tell(&[trouble(0, 300, Some(300))], 0, 2_000);
    assert_eq!(book.tell(&[], 301, 2_000), []);
    assert_eq!(book.tell(&[], 300, 2_000).len(), 1);
}

#[test]
fn families_and_paths_have_thresholds() {
    let outage = |track, alone_s| Outage {
        track,
        from: at(0),
        to: at(1_000),
        seen_working_at: None,
        down_s: 1_000,
        alone_s,
        cause: refused(),
        agents: vec![],
    };
    let path = |to| PathStretch {
        track: Track::V4,
        network: "vnpt".parse().unwrap(),
        from: at(0),
        to: at(to),
        cause: refused(),
        agents: vec![],
    };
    let told = Evaluation {
        outages: vec![
            outage(Track::V4, 179),
            outage(Track::V6, 180),
            outage(Track::Overall, 0),
        ],
        paths: vec![path(599), path(600), path(1_000)],
        ..Evaluation::default()
    };
    let found = troubles(&told, at(1_000));
    let kinds: Vec<_> = found.iter().map(|t| (t.track, t.kind, t.over_at)).collect();
    assert_eq!(
        kinds,
        [
            (Track::V6, IncidentKind::Outage, None),
            (Track::Overall, IncidentKind::Outage, None),
            (Track::V4, IncidentKind::Path, Some(at(600))),
            (Track::V4, IncidentKind::Path, None),
        ]
    );
}

#[test]
fn every_note_and_kind_has_both_texts() {
    let notes = [
        "opened_moved",
        "closed_moved",
        "reopened",
        "cause_changed",
        "found_late",
        "withdrawn",
        "joined",
        "reinstated",
    ];
    let notes = notes.iter().map(|key| format!("incident.note.{key}"));
    let kinds = ["outage", "path"]
        .iter()
        .map(|kind| format!("incident.kind.{kind}"));
    for key in notes.chain(kinds) {
        assert!(
            lookup(Lang::Vi, &key).is_some() && lookup(Lang::En, &key).is_some(),
            "{key}"
        );
    }
}

/// What a full recomputation, with everything settled, says there was.
fn truth(story: &Story) -> Vec<Trouble> {
    let mut all = troubles(&story.in_one_pass(), story.end());
    all.sort_by_key(|trouble| (trouble.track, trouble.kind, trouble.from));
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// However the data came, in the end the incidents that stand are the troubles that were.
    #[test]
    fn incidents_end_up_as_the_troubles(story in stories(), post in posts()) {
        let mut book = Book::default();
        let mut last = None;
        post.deliver(&story, |carry, now, told| {
            let troubles = troubles(&told, now);
            book.tell_at(&troubles, carry.at, now - 105, now);
            last = Some((troubles, carry.at, now));
        });
        let (told, restated_from, now) = last.unwrap();
        book.tell_at(&told, restated_from, now + 1, now);
        prop_assert_eq!(book.tell_at(&told, restated_from, now + 1, now), vec![]);
        let mut standing: Vec<_> = book.incidents.iter().filter(|i| !i.withdrawn).map(|i| {
            (i.track, i.kind, i.opened_at, i.closed_at, i.cause, i.agents.clone())
        }).collect();
        standing.sort();
        let mut expected: Vec<_> = truth(&story).into_iter().map(|t| {
            (t.track, t.kind, t.from, t.over_at.map(|_| t.to), t.cause, t.agents)
        }).collect();
        expected.sort();
        prop_assert_eq!(standing, expected);
    }
}
