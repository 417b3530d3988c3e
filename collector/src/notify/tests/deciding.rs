//! Days of the notifier, played on a clock of their own: nothing waits.

use std::collections::BTreeSet;

use ems_contract::inventory::{Domain, Inventory, Maintenance};
use ems_contract::observation::Timings;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::text::Lang;
use ems_contract::time::UnixTime;

use crate::incident::{Incident, IncidentKind};
use crate::ledger::Track;
use crate::notify::book::Book;
use crate::notify::condition::{Condition, Kind, Subject};
use crate::notify::decide::decide;
use crate::notify::gather::{Facts, gather};
use crate::notify::message::message;
use crate::notify::notice::{Notice, Scope, Stage};
use crate::notify::policy::Policy;
use crate::severity::Severity;
use crate::store::{AgentStatus, Latest};
use crate::testing::{EPOCH, agent, at, inventory, portal};

/// A province whose facts the test changes as time goes on.
struct Play {
    inventory: Inventory,
    incidents: Vec<Incident>,
    heard_at: UnixTime,
    latest: Vec<Latest>,
    book: Book,
    told: Vec<(i64, Notice)>,
}

impl Play {
    fn new(portals: usize) -> Self {
        let names: Vec<String> = (0..portals).map(|n| format!("p{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Self {
            inventory: inventory(&names),
            incidents: Vec::new(),
            heard_at: at(0),
            latest: Vec::new(),
            book: Book::default(),
            told: Vec::new(),
        }
    }

    fn down(&mut self, n: usize, from: i64) {
        self.incidents.push(Incident {
            id: i64::try_from(self.incidents.len()).unwrap() + 1,
            portal: portal(&format!("p{n}")),
            track: Track::Overall,
            kind: IncidentKind::Outage,
            opened_at: at(from),
            closed_at: None,
            cause: None,
            agents: vec![agent("b")],
            notes: vec![],
            withdrawn: false,
        });
    }

    fn up(&mut self, n: usize, to: i64) {
        let portal = portal(&format!("p{n}"));
        let open = |incident: &&mut Incident| incident.portal == portal && incident.closed_at.is_none();
        self.incidents.iter_mut().find(open).unwrap().closed_at = Some(at(to));
    }

    fn look(&mut self, now: i64) {
        let agents = [AgentStatus {
            agent: agent("a"),
            epoch: EPOCH,
            last_batch_at: self.heard_at,
            last_slot: None,
            through: 0,
            skew_ms: 0,
        }];
        let facts = Facts {
            inventory: &self.inventory,
            incidents: &self.incidents,
            agents: &agents,
            latest: &self.latest,
            begins: &std::collections::BTreeMap::new(),
            listening_since: at(0),
        };
        let policy = Policy::default();
        let conditions = gather(&facts, &self.book, &policy, at(now));
        let decision = decide(&mut self.book, conditions, &policy, at(now));
        self.told
            .extend(decision.notices.into_iter().map(|notice| (now, notice)));
    }

    /// A look every two seconds; the agent is heard all the time.
    fn look_through(&mut self, from: i64, to: i64) {
        for now in (from..=to).step_by(2) {
            self.heard_at = at(now);
            self.look(now);
        }
    }

    fn stages(&self) -> Vec<(Kind, Stage)> {
        self.told
            .iter()
            .map(|(_, notice)| (notice.kind, notice.stage))
            .collect()
    }
}

#[test]
fn one_outage_is_told_once_and_its_end_once() {
    let mut play = Play::new(2);
    play.down(0, 0);
    play.look_through(0, 100);
    assert_eq!(play.stages(), [(Kind::Outage, Stage::Opened)]);
    assert_eq!(play.told[0].0, 30);
    assert_eq!(play.told[0].1.seen_from, ["b"]);
    play.up(0, 90);
    play.look_through(102, 2_000);
    assert_eq!(play.stages()[1..], [(Kind::Outage, Stage::Recovered)]);
    assert_eq!(play.told[1].1.until, Some(at(90)));
    assert_eq!(play.told[0].1.thread, play.told[1].1.thread);
    assert_ne!(play.told[0].1.key, play.told[1].1.key);
}

#[test]
fn a_critical_portal_is_told_sooner_and_a_short_outage_not_at_all() {
    let mut play = Play::new(2);
    play.inventory.portals[0].critical = true;
    play.down(0, 0);
    play.down(1, 0);
    play.look_through(0, 20);
    assert_eq!(play.told.len(), 1);
    assert!(play.told[0].0 <= 6);
    play.up(1, 15);
    play.look_through(22, 1_000);
    assert_eq!(play.told.len(), 1, "{:?}", play.stages());
}

#[test]
fn two_hundred_portals_of_one_hosting_are_one_notice_and_one_end() {
    let mut play = Play::new(210);
    for portal in &mut play.inventory.portals[..200] {
        portal.hosting = Some("dc-1".into());
    }
    for now in (0..60).step_by(2) {
        for n in (0..200).filter(|n| n * 60 / 200 / 2 * 2 == now) {
            play.down(usize::try_from(n).unwrap(), now);
        }
        play.look_through(now, now);
    }
    assert_eq!(play.told.len(), 1, "{:?}", play.stages());
    let first = &play.told[0].1;
    assert_eq!(first.scope, Scope::Hosting("dc-1".into()));
    assert!(first.total > 50 && first.subjects.len() == Notice::NAMED);
    play.look_through(60, 700);
    // The others are told of once, as an update of the same thread.
    assert_eq!(play.stages()[1..], [(Kind::Outage, Stage::Updated)]);
    assert_eq!(play.told[1].1.total, 200);
    for n in 0..200 {
        play.up(n, 700);
    }
    play.look_through(702, 3_000);
    assert_eq!(play.stages()[2..], [(Kind::Outage, Stage::Recovered)]);
}

#[test]
fn many_without_a_common_hosting_are_one_notice_too() {
    let mut play = Play::new(12);
    (0..12).for_each(|n| play.down(n, 0));
    play.look_through(0, 60);
    assert_eq!(play.told.len(), 1);
    assert_eq!((&play.told[0].1.scope, play.told[0].1.total), (&Scope::Batch, 12));
}

#[test]
fn a_cut_line_is_one_alert_about_the_agent_and_none_about_portals() {
    let mut play = Play::new(200);
    // What only the agent at fault saw is not told.
    for n in 0..200 {
        play.down(n, 175);
        play.incidents[n].agents = vec![agent("a")];
    }
    for now in (180..600).step_by(2) {
        play.look(now);
    }
    assert_eq!(play.stages(), [(Kind::Agent, Stage::Opened)]);
    assert_eq!(play.told[0].1.cause.as_deref(), Some("notify.agent.silent"));
    (0..200).for_each(|n| play.up(n, 190));
    play.look_through(600, 900);
    assert_eq!(play.stages()[1..], [(Kind::Agent, Stage::Recovered)]);
}

#[test]
fn announced_maintenance_holds_the_beginning_back_but_never_an_end() {
    let mut play = Play::new(2);
    let window = |announced_at| Maintenance {
        from: at(0),
        to: at(600),
        author: "A".into(),
        reason: "B".into(),
        announced_at,
        excluded_at: None,
    };
    play.inventory.portals[0].maintenance = vec![window(at(-86_400))];
    play.down(0, 100);
    play.down(1, 0);
    play.look_through(100, 598);
    assert_eq!(play.told.len(), 1);
    // Maintenance that begins after an outage was told does not hold its end back.
    play.inventory.portals[1].maintenance = vec![window(at(0))];
    play.up(1, 590);
    play.look_through(598, 700);
    let seen: Vec<_> = play
        .told
        .iter()
        .map(|(_, n)| (n.subjects[0].id.as_str(), n.stage))
        .collect();
    let p0 = ("p0", Stage::Opened);
    assert_eq!(seen, [("p1", Stage::Opened), ("p1", Stage::Recovered), p0]);
}

#[test]
fn flapping_is_told_once_and_the_final_state_always() {
    let mut play = Play::new(2);
    for round in 0..10 {
        let from = round * 120;
        play.down(0, from);
        play.look_through(from, from + 58);
        play.up(0, from + 58);
        play.look_through(from + 60, from + 118);
    }
    play.down(0, 1_200);
    play.look_through(1_200, 4_000);
    play.up(0, 4_000);
    play.look_through(4_002, 8_000);
    let told = play.stages();
    let count = |kind, stage| told.iter().filter(|one| **one == (kind, stage)).count();
    assert_eq!(count(Kind::Flapping, Stage::Opened), 1, "{told:?}");
    let flap = play.told.iter().find(|(_, notice)| notice.kind == Kind::Flapping);
    assert_eq!(flap.unwrap().1.seen_from, ["b"]);
    assert_eq!(count(Kind::Flapping, Stage::Recovered), 1);
    assert_eq!(count(Kind::Outage, Stage::Opened), 4);
    assert_eq!(count(Kind::Outage, Stage::Recovered), 4);
    assert_eq!(told.last(), Some(&(Kind::Outage, Stage::Recovered)));
}

/// What agent `a` was shown: a certificate that ends on that day.
fn certificate(slot: i64, ends: i64) -> Latest {
    let tls = serde_json::json!({"not_after": at(ends * 86_400)});
    Latest {
        portal: portal("p0"),
        probe: ProbeKind::Tls,
        family: None,
        agent: agent("a"),
        slot: at(slot),
        interval_s: 3_600,
        outcome: Outcome::Up,
        address: None,
        timings: Timings::default(),
        facts: ems_contract::facts::Facts {
            tls: Some(serde_json::from_value(tls).unwrap()),
            ..ems_contract::facts::Facts::default()
        },
    }
}

#[test]
fn a_certificate_is_not_renewed_by_the_silence_of_those_who_saw_it() {
    let mut play = Play::new(1);
    play.inventory.agents.retain(|known| known.id == agent("a"));
    play.latest = vec![certificate(0, 20)];
    play.look_through(0, 100);
    assert_eq!(play.stages(), [(Kind::CertificateTerm, Stage::Opened)]);
    // The agent falls silent for an hour.
    for now in (102..3_700).step_by(2) {
        play.look(now);
    }
    assert_eq!(play.stages()[1..], [(Kind::Agent, Stage::Opened)]);
    // It comes back, and has seen a new one.
    play.latest = vec![certificate(3_700, 400)];
    play.look_through(3_702, 6_000);
    let told = &play.told[2..];
    assert!(
        told.iter().all(|(_, notice)| notice.stage == Stage::Recovered),
        "{told:?}"
    );
    let kinds: BTreeSet<Kind> = told.iter().map(|(_, notice)| notice.kind).collect();
    assert_eq!(kinds, BTreeSet::from([Kind::Agent, Kind::CertificateTerm]));
}

#[test]
fn a_lost_domain_has_not_come_back_when_nobody_can_say_any_more() {
    let mut play = Play::new(1);
    play.inventory.domains = vec![Domain {
        name: "gov.vn".into(),
        ends_at: at(400 * 86_400),
    }];
    let subject = Subject {
        id: "gov.vn".into(),
        name: "gov.vn".into(),
    };
    let lost = Condition::lasting(Kind::DomainLost, "domain-lost/gov.vn/0".into(), subject, at(0));
    let policy = Policy::default();
    for now in [0, 60] {
        let decision = decide(&mut play.book, vec![lost.clone()], &policy, at(now));
        play.told
            .extend(decision.notices.into_iter().map(|notice| (now, notice)));
    }
    play.look_through(62, 4_000);
    assert_eq!(play.stages(), [(Kind::DomainLost, Stage::Opened)]);
}

#[test]
fn what_is_urgent_is_not_hidden_among_what_is_not() {
    let external = |n: i64, severity: Severity| {
        let subject = Subject {
            id: format!("e{n}"),
            name: format!("e{n}"),
        };
        Condition {
            severity,
            cause: Some(format!("what is said of {n}")),
            ..Condition::lasting(Kind::External, format!("external/{n}/0"), subject, at(0))
        }
    };
    let mut all: Vec<Condition> = (0..12).map(|n| external(n, Severity::Low)).collect();
    all.push(external(99, Severity::Urgent));
    let mut book = Book::default();
    let policy = Policy::default();
    assert!(decide(&mut book, all.clone(), &policy, at(0)).notices.is_empty());
    let told = decide(&mut book, all, &policy, at(60)).notices;
    let told: BTreeSet<_> = told
        .iter()
        .map(|notice| (notice.severity, notice.total, notice.cause.as_deref()))
        .collect();
    // What is said of one of twelve is not said of all.
    let urgent = (Severity::Urgent, 1, Some("what is said of 99"));
    assert_eq!(told, BTreeSet::from([(Severity::Low, 12, None), urgent]));
}

#[test]
fn late_data_are_told_in_the_same_thread() {
    let mut play = Play::new(1);
    play.down(0, 0);
    play.look_through(0, 60);
    play.up(0, 50);
    play.look_through(62, 100);
    play.incidents[0].closed_at = None;
    play.look_through(102, 110);
    play.incidents[0].withdrawn = true;
    play.incidents[0].closed_at = Some(at(0));
    play.look_through(112, 2_000);
    let stages: Vec<Stage> = play.stages().into_iter().map(|(_, stage)| stage).collect();
    assert_eq!(
        stages,
        [Stage::Opened, Stage::Recovered, Stage::Updated, Stage::Amended]
    );
    let keys: BTreeSet<_> = play.told.iter().map(|(_, n)| n.key.clone()).collect();
    assert_eq!(keys.len(), 4);
}

#[test]
fn a_clock_that_is_set_back_delays_nothing_for_ever() {
    let mut play = Play::new(1);
    play.down(0, 5_000);
    play.look_through(5_000, 5_010);
    play.look_through(0, 60);
    assert_eq!(play.stages(), [(Kind::Outage, Stage::Opened)]);
}

#[test]
fn a_registration_that_ends_is_one_thread_that_grows_graver_and_ends_when_renewed() {
    let day = 86_400;
    let mut play = Play::new(1);
    let domain = |days: i64| Domain {
        name: "example.gov.vn".into(),
        ends_at: at(days * day),
    };
    play.inventory.domains = vec![domain(40)];
    let ten_minutes = |play: &mut Play, from: i64, to: i64| {
        for now in (from..=to).step_by(600) {
            play.heard_at = at(now);
            play.look(now);
        }
    };
    ten_minutes(&mut play, 0, 41 * day);
    let told: Vec<_> = play
        .told
        .iter()
        .map(|(now, notice)| (now / day, notice.stage, notice.severity, notice.cause.as_deref()))
        .collect();
    let updated = |day, severity, cause| (day, Stage::Updated, severity, Some(cause));
    assert_eq!(
        told,
        [
            (10, Stage::Opened, Severity::Low, Some("notify.domain.within_30")),
            updated(26, Severity::Low, "notify.domain.within_14"),
            updated(33, Severity::High, "notify.domain.within_7"),
            updated(39, Severity::Urgent, "notify.domain.within_1"),
            updated(40, Severity::Urgent, "notify.domain.over"),
        ]
    );
    let threads: BTreeSet<_> = play.told.iter().map(|(_, n)| &n.thread).collect();
    assert_eq!(threads.len(), 1);
    assert!(play.told[0].1.subjects[0].name.starts_with("example.gov.vn ("));
    play.inventory.domains = vec![domain(400)];
    ten_minutes(&mut play, 41 * day, 42 * day);
    assert_eq!(play.stages()[5..], [(Kind::DomainTerm, Stage::Recovered)]);
}

#[test]
fn what_grows_graver_calls_those_again_who_answered_the_lighter_one() {
    let mut play = Play::new(1);
    let domain = |days: i64| Domain {
        name: "example.gov.vn".into(),
        ends_at: at(days * 86_400),
    };
    play.inventory.domains = vec![domain(8)];
    play.look_through(0, 60);
    let raised = |play: &Play| play.book.threads.values().next().unwrap().raised_at;
    let first = raised(&play);
    assert!(first.is_some());
    play.look_through(86_400, 86_400);
    assert_eq!(raised(&play), first, "exactly seven days are not less");
    play.look_through(86_402, 86_402);
    assert_eq!(raised(&play), Some(at(86_402)));
}

#[test]
fn a_domain_in_words() {
    let mut play = Play::new(1);
    play.inventory.domains = vec![Domain {
        name: "example.gov.vn".into(),
        ends_at: at(86_400 * 6),
    }];
    play.look_through(0, 60);
    let words = message(&play.told[0].1, None, Lang::Vi);
    let last_day = crate::locale::date(at(86_400 * 6 - 1), Lang::Vi);
    assert_eq!(
        words.title,
        format!("CAO: Tên miền example.gov.vn ({last_day}) sắp hết hoặc đã hết hạn đăng ký")
    );
    assert_eq!(words.lines[0], "Nguyên nhân: Hạn đăng ký còn dưới 7 ngày");
}
