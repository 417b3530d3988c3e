//! Calls by name over a real store: whom an alarm is given to, and what joins it later.

use std::collections::BTreeMap;
use std::sync::Arc;

use ems_contract::clock::FixedClock;
use ems_contract::time::{UnixTime, Window};

use crate::account::audit::Via;
use crate::account::{Author, Note};
use crate::context::{Context, LiveInventory};
use crate::incident::{Incident, IncidentKind};
use crate::ledger::Track;
use crate::notify::escalate::Step;
use crate::notify::notice::{Notice, Scope};
use crate::notify::policy::Policy;
use crate::notify::round::Desk;
use crate::notify::settings::NotifySettings;
use crate::oncall::link::LinkKey;
use crate::oncall::{ActKind, NewAct, OnCallSettings, PersonSettings, Watch};
use crate::regulation::Regulations;
use crate::severity::Severity;
use crate::testing::{at, context, inventory, know, portal};

/// A province whose four portals share one hosting, with a lead and one other who are called by name.
struct Play {
    _dir: tempfile::TempDir,
    context: Context,
    watch: Arc<Watch>,
}

impl Play {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let names = ["p1", "p2", "p3", "p4"];
        let mut province = inventory(&names);
        for portal in &mut province.portals {
            portal.hosting = Some("may-chu-1".into());
        }
        let context = Context {
            inventory: LiveInventory::new(province, at(0)),
            ..context(dir.path(), at(0))
        };
        know(&*context.store, &names);
        let person = |login: &str| PersonSettings {
            login: login.into(),
            name: format!("Người {login}"),
            channels: vec![format!("thu-{login}")],
        };
        let watch = Watch {
            settings: OnCallSettings {
                lead: "lead".into(),
                escalate_s: 300,
                at_least: Severity::High,
                quiet: None,
                people: ["lead", "binh"].map(person).into(),
            },
            key: LinkKey::of(b"a key for tests"),
            rules: Arc::new(Regulations::embedded().unwrap()),
        };
        Self {
            _dir: dir,
            context,
            watch: Arc::new(watch),
        }
    }

    fn down(&self, names: &[&str], from: i64) {
        let outage = |name: &&str| Incident {
            id: 0,
            portal: portal(name),
            track: Track::Overall,
            kind: IncidentKind::Outage,
            opened_at: at(from),
            closed_at: None,
            cause: None,
            agents: Vec::new(),
            notes: Vec::new(),
            withdrawn: false,
        };
        let outages = names.iter().map(outage).collect();
        self.context.store.write_incidents(outages).unwrap();
    }

    /// One round at `now`: whom it calls, and as what.
    fn round(&mut self, now: i64) -> Vec<(String, Step)> {
        self.context.clock = Arc::new(FixedClock(at(now)));
        let settings = NotifySettings {
            policy: Policy {
                group_wait_s: 0,
                critical_wait_s: 0,
                ..Policy::default()
            },
            on_call: Some(self.watch.settings.clone()),
            ..NotifySettings::default()
        };
        Desk::new(self.context.clone(), Arc::new(settings))
            .with_watch(Some(Arc::clone(&self.watch)))
            .round()
            .unwrap();
        let posted = |notice: Notice| notice.call.map(|call| (call.login, call.step));
        let letters = self.letters().into_iter();
        letters
            .filter(|(posted_at, _)| *posted_at == at(now))
            .filter_map(|(_, notice)| posted(notice))
            .collect()
    }

    fn letters(&self) -> Vec<(UnixTime, Notice)> {
        let letters = self.context.store.waiting_letters(100).unwrap().into_iter();
        letters
            .map(|letter| {
                let notice = serde_json::from_str(&letter.letter.body).unwrap();
                (letter.letter.posted_at, notice)
            })
            .collect()
    }

    fn give(&self, to: &str, now: i64) {
        self.act("lead", ActKind::Assign, to, now);
    }

    fn take(&self, who: &str, now: i64) {
        self.act(who, ActKind::Acknowledge, "", now);
    }

    fn act(&self, who: &str, kind: ActKind, detail: &str, now: i64) {
        let letters = self.letters().into_iter();
        let mut threads = letters.filter(|(_, notice)| matches!(notice.scope, Scope::Hosting(_)));
        let (_, notice) = threads.next().unwrap();
        let author = Author {
            name: who.into(),
            shown: format!("Người {who}"),
            via: Via::Console,
        };
        let act = NewAct {
            thread: notice.thread,
            kind,
            author: author.clone(),
            detail: detail.into(),
            link: None,
            incidents: vec![1, 2, 3, 4],
        };
        let note = Note {
            at: at(now),
            actor: author.name,
            via: author.via,
            action: "alarm.assign",
            subject: String::new(),
            detail: String::new(),
        };
        self.context.store.act(act, note).unwrap();
    }
}

#[test]
fn whoever_is_given_an_alarm_is_called_and_what_joins_it_is_in_hand() {
    let mut play = Play::new();
    play.down(&["p1", "p2", "p3"], 100);
    assert_eq!(play.round(160), [("lead".to_owned(), Step::Lead)]);
    play.give("binh", 200);
    assert_eq!(play.round(210), [("binh".to_owned(), Step::Given)]);
    play.down(&["p4"], 220);
    assert_eq!(play.round(240), [], "it joins what somebody has");
    let lead = [("lead".to_owned(), Step::Lead)];
    assert_eq!(
        play.round(700),
        lead,
        "whoever gave it away hears that nobody took it"
    );
    let answers = |play: &Play| -> BTreeMap<i64, _> {
        let window = Window::new(at(0), at(1_000));
        let answers = play.context.store.responses(window).unwrap().into_iter();
        answers
            .map(|answer| (answer.incident, (answer.acknowledged_at, answer.acknowledged_by)))
            .collect()
    };
    let nobody = (None, None);
    assert!(
        answers(&play).values().all(|answer| *answer == nobody),
        "whoever gives it away has not taken it on: {:?}",
        answers(&play)
    );
    play.take("binh", 720);
    play.down(&["p4"], 730);
    play.round(740);
    let by_binh = |secs| (Some(at(secs)), Some("binh".to_owned()));
    let answers = answers(&play);
    assert_eq!(answers.get(&1), Some(&by_binh(720)));
    assert_eq!(answers.get(&4), Some(&by_binh(720)), "it had joined before");
    assert_eq!(
        answers.get(&5),
        Some(&by_binh(740)),
        "acknowledged from the start"
    );
}

#[test]
fn whoever_gives_an_alarm_to_themselves_has_taken_it_on() {
    let mut play = Play::new();
    play.down(&["p1", "p2", "p3"], 100);
    play.round(160);
    play.give("lead", 200);
    let answers = play
        .context
        .store
        .responses(Window::new(at(0), at(1_000)))
        .unwrap();
    assert!(
        answers
            .iter()
            .all(|answer| answer.acknowledged_at == Some(at(200)))
    );
}
