//! One round of deciding: reads what is wrong and what was told, and keeps what is to be told. Blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::time::{UnixTime, Window};

use super::book::{Alarm, Book, Entry, Thread};
use super::condition::{Condition, Kind};
use super::decide::{Decision, decide};
use super::ending::near_chains;
use super::escalate::{Answer, Situation, calls};
use super::gather::{Facts, gather};
use super::notice::Notice;
use super::settings::NotifySettings;
use crate::context::Context;
use crate::leaves::Leaves;
use crate::oncall::{ActKind, Watch};
use crate::severity::Severity;
use crate::store::{AlarmRecord, Alerted, NewLetter, Store, StoreError};

/// Incidents that began or ended within this, in seconds, are looked at: their late corrections are told.
const LOOK_BACK_S: i64 = 7 * 86_400;

/// Decides what is told. One at a time: rounds and the bridge take turns.
pub struct Desk {
    context: Context,
    settings: Arc<NotifySettings>,
    listening_since: UnixTime,
    leaves: Leaves,
    turn: Mutex<()>,
    watch: Option<Arc<Watch>>,
    uncovered_s: AtomicI64,
}

impl Desk {
    /// Store, inventory, clock.
    pub(super) const fn context(&self) -> &Context {
        &self.context
    }

    /// A desk; the collector listens since now.
    #[must_use]
    pub fn new(context: Context, settings: Arc<NotifySettings>) -> Self {
        let listening_since = context.clock.now();
        Self {
            context,
            settings,
            listening_since,
            leaves: Leaves::default(),
            turn: Mutex::new(()),
            watch: None,
            uncovered_s: AtomicI64::new(0),
        }
    }

    /// With people who are called by name.
    #[must_use]
    pub fn with_watch(self, watch: Option<Arc<Watch>>) -> Self {
        Self { watch, ..self }
    }

    /// Seconds of the days ahead in which the rota names nobody who can be called, as of the last round.
    pub(super) fn uncovered_s(&self) -> i64 {
        self.uncovered_s.load(Ordering::Relaxed)
    }

    /// Who is called by name, if anybody is.
    pub(super) const fn watch(&self) -> Option<&Arc<Watch>> {
        self.watch.as_ref()
    }

    /// One round; returns how many letters are new.
    ///
    /// # Errors
    /// When the store cannot be read or written: nothing is kept then, and the next round decides the same.
    pub fn round(&self) -> Result<usize, StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let store = &*self.context.store;
        let now = self.context.clock.now();
        let mut book = read(store, now)?;
        let loaded = self.context.inventory.loaded();
        let plans = store.plans(Window::new(now, now + 1))?;
        let latest = store.latest(None)?;
        let mut begins = BTreeMap::new();
        for chain in near_chains(&latest, now) {
            if let Some(began_at) = self.leaves.begins(store, &chain)? {
                begins.insert(chain, began_at);
            }
        }
        let facts = Facts {
            inventory: &plans.laid_over(&loaded.inventory),
            incidents: &store.incidents(None, Window::new(now - LOOK_BACK_S, now + 1))?,
            agents: &store.agents()?,
            latest: &latest,
            begins: &begins,
            listening_since: self.listening_since,
        };
        let conditions = gather(&facts, &book, &self.settings.policy, now);
        let before = book.threads.clone();
        let mut decision = decide(&mut book, conditions, &self.settings.policy, now);
        let mut taken = BTreeMap::new();
        let quiet_until = self.watch.as_ref().and_then(|watch| watch.quiet_until(now));
        if let Some(watch) = &self.watch {
            let rota = store.rota(now)?;
            self.uncovered_s
                .store(watch.uncovered_s(&rota, now), Ordering::Relaxed);
            let answered = answered(store, &book)?;
            let duty = watch.duty(&rota, now);
            let situation = Situation {
                settings: &watch.settings,
                duty: duty.as_ref(),
                answered: &answered,
                quiet: quiet_until.is_some(),
            };
            taken = taken_on(&book, &situation);
            decision.notices.extend(calls(&mut book, &situation, now));
            let moved = |thread: &&Thread| before.get(&thread.key) != Some(thread);
            decision.threads = book.threads.values().filter(moved).cloned().collect();
        }
        let alerted = |alarm: &Alarm| {
            let taken_by = taken.get(alarm.thread.as_ref()?).cloned();
            let incident = incident_of(alarm)?;
            Some(Alerted { incident, taken_by })
        };
        let alerted: Vec<Alerted> = decision.alarms.iter().filter_map(alerted).collect();
        if !alerted.is_empty() {
            // Before the letters: whoever answers at once finds the incident waiting for the answer.
            store.note_alerted(alerted, now)?;
        }
        let post = Post {
            book: &book,
            settings: &self.settings,
            quiet_until,
            now,
        };
        keep(store, &decision, &post)
    }

    /// Takes in what another program found; durable on return. The next round tells it.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn take_in(&self, conditions: Vec<Condition>) -> Result<(), StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let store = &*self.context.store;
        let now = self.context.clock.now();
        let mut book = read(store, now)?;
        let mut changed = Vec::new();
        for mut condition in conditions {
            condition.kind = Kind::External;
            let known = book.alarms.remove(&condition.key);
            // The end of something that nobody here knew.
            if known.is_none() && condition.over_at.is_some() {
                continue;
            }
            let alarm = match known {
                Some(known) => Alarm {
                    condition,
                    changed_at: now,
                    ..known
                },
                None => Alarm {
                    condition,
                    ready_since: None,
                    thread: None,
                    closed: false,
                    changed_at: now,
                },
            };
            book.alarms.insert(alarm.condition.key.clone(), alarm.clone());
            changed.push(Entry::Alarm(alarm));
        }
        store.post(records(&changed, now), Vec::new()).map(drop)
    }
}

/// The incident that an alarm is about.
pub(crate) fn incident_of(alarm: &Alarm) -> Option<i64> {
    alarm.condition.key.strip_prefix("incident/")?.parse().ok()
}

/// Who took each thread on since it was raised: what joins it later is in hand as well.
fn taken_on(book: &Book, situation: &Situation<'_>) -> BTreeMap<String, String> {
    let taken = |thread: &Thread| {
        let answer = situation
            .answer_to(thread)
            .filter(|answer| answer.takes_it_on())?;
        Some((thread.key.clone(), answer.author.clone()))
    };
    book.threads.values().filter_map(taken).collect()
}

/// How each thread that is not over was last answered.
fn answered(store: &dyn Store, book: &Book) -> Result<BTreeMap<String, Answer>, StoreError> {
    let open: Vec<&Thread> = book.threads.values().filter(|thread| !thread.closed).collect();
    let Some(since) = open.iter().filter_map(|thread| thread.raised_at).min() else {
        return Ok(BTreeMap::new());
    };
    let mut answered = BTreeMap::new();
    for act in store.acts(since)? {
        let given_to = match act.kind {
            ActKind::Note => continue,
            ActKind::Acknowledge => None,
            ActKind::Assign => Some(act.detail),
        };
        let answer = Answer {
            at: act.at,
            author: act.author,
            given_to,
        };
        answered.insert(act.thread, answer);
    }
    Ok(answered)
}

/// What was told before `now`, as the store keeps it.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn read(store: &dyn Store, now: UnixTime) -> Result<Book, StoreError> {
    let mut book = Book::default();
    for record in store.alarms(now - LOOK_BACK_S)? {
        match serde_json::from_str(&record.data) {
            Ok(Entry::Alarm(alarm)) => drop(book.alarms.insert(record.key, alarm)),
            Ok(Entry::Thread(thread)) => drop(book.threads.insert(thread.key.clone(), thread)),
            // Of another version of this program: what it tells is told again under the same key.
            Err(error) => tracing::error!(key = record.key, %error, "an alarm cannot be read"),
        }
    }
    Ok(book)
}

/// By what letters are made.
struct Post<'a> {
    book: &'a Book,
    settings: &'a NotifySettings,
    quiet_until: Option<UnixTime>,
    now: UnixTime,
}

fn keep(store: &dyn Store, decision: &Decision, post: &Post<'_>) -> Result<usize, StoreError> {
    if decision.alarms.is_empty() && decision.threads.is_empty() && decision.notices.is_empty() {
        return Ok(0);
    }
    let alarms = decision.alarms.iter().cloned().map(Entry::Alarm);
    let threads = decision.threads.iter().cloned().map(Entry::Thread);
    let entries: Vec<Entry> = alarms.chain(threads).collect();
    let letters = decision.notices.iter().flat_map(|notice| post.letters(notice));
    store.post(records(&entries, post.now), letters.collect())
}

impl Post<'_> {
    /// The letters of a notice: one for each route that it is urgent enough for, and one for each person who was called
    /// about it. A call goes to the person called alone.
    fn letters(&self, notice: &Notice) -> Vec<NewLetter> {
        let body = serde_json::to_string(notice);
        let Ok(body) = body.inspect_err(|error| tracing::error!(%error, "a notice cannot be written")) else {
            return Vec::new();
        };
        let waits = notice.severity == Severity::Low && notice.call.is_none();
        let not_before = self.quiet_until.filter(|_| waits).unwrap_or(self.now);
        let letter = |channels: &[String]| {
            Some(NewLetter {
                key: notice.key.clone(),
                route: channels.join(">"),
                channel: channels.first()?.clone(),
                thread: notice.thread.clone(),
                body: body.clone(),
                posted_at: self.now,
                not_before,
            })
        };
        let reach = |login: &str| Some(self.settings.on_call.as_ref()?.person(login)?.channels.as_slice());
        if let Some(call) = &notice.call {
            return reach(&call.login).and_then(letter).into_iter().collect();
        }
        let routes = self
            .settings
            .routes
            .iter()
            .filter(|route| notice.severity >= route.at_least);
        let routes: BTreeSet<&[String]> = routes.map(|route| route.channels.as_slice()).collect();
        let called = self
            .book
            .threads
            .get(&notice.thread)
            .into_iter()
            .flat_map(|thread| &thread.calls);
        // Whoever is called just now reads it in the call.
        let earlier = called.filter(|call| call.at < self.now);
        let called = earlier.filter_map(|call| reach(&call.login));
        // Whoever is on a route as well is told once.
        let all: BTreeSet<&[String]> = routes.into_iter().chain(called).collect();
        all.into_iter().filter_map(letter).collect()
    }
}

fn records(entries: &[Entry], now: UnixTime) -> Vec<AlarmRecord> {
    let record = |entry: &Entry| {
        let (key, open) = match entry {
            Entry::Alarm(Alarm {
                condition, closed, ..
            }) => (condition.key.clone(), !closed),
            Entry::Thread(Thread { key, closed, .. }) => (format!("thread/{key}"), !closed),
        };
        let data = serde_json::to_string(entry);
        let data = data.inspect_err(|error| tracing::error!(key, %error, "an alarm cannot be written"));
        Some(AlarmRecord {
            key,
            open,
            at: now,
            data: data.ok()?,
        })
    };
    entries.iter().filter_map(record).collect()
}
