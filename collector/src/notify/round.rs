//! One round of deciding: reads what is wrong and what was told, and keeps what is to be told. Blocks.

use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::time::{UnixTime, Window};

use super::book::{Alarm, Book, Entry, Thread};
use super::condition::{Condition, Kind};
use super::decide::{Decision, decide};
use super::gather::{Facts, gather};
use super::notice::Notice;
use super::settings::NotifySettings;
use crate::context::Context;
use crate::store::{AlarmRecord, NewLetter, Store, StoreError};

/// Incidents that began or ended within this, in seconds, are looked at: their late corrections are told.
const LOOK_BACK_S: i64 = 7 * 86_400;

/// Decides what is told. One at a time: rounds and the bridge take turns.
pub struct Desk {
    context: Context,
    settings: Arc<NotifySettings>,
    listening_since: UnixTime,
    turn: Mutex<()>,
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
            turn: Mutex::new(()),
        }
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
        let facts = Facts {
            inventory: &loaded.inventory,
            incidents: &store.incidents(None, Window::new(now - LOOK_BACK_S, now + 1))?,
            agents: &store.agents()?,
            latest: &store.latest(None)?,
            listening_since: self.listening_since,
        };
        let conditions = gather(&facts, &book, &self.settings.policy, now);
        let decision = decide(&mut book, conditions, &self.settings.policy, now);
        keep(store, &decision, &self.settings, now)
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

fn read(store: &dyn Store, now: UnixTime) -> Result<Book, StoreError> {
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

fn keep(
    store: &dyn Store,
    decision: &Decision,
    settings: &NotifySettings,
    now: UnixTime,
) -> Result<usize, StoreError> {
    if decision.alarms.is_empty() && decision.threads.is_empty() && decision.notices.is_empty() {
        return Ok(0);
    }
    let alarms = decision.alarms.iter().cloned().map(Entry::Alarm);
    let threads = decision.threads.iter().cloned().map(Entry::Thread);
    let entries: Vec<Entry> = alarms.chain(threads).collect();
    let letters = decision
        .notices
        .iter()
        .flat_map(|notice| letters(notice, settings, now));
    store.post(records(&entries, now), letters.collect())
}

/// The letters of a notice: one for each route that it is urgent enough for.
fn letters(notice: &Notice, settings: &NotifySettings, now: UnixTime) -> Vec<NewLetter> {
    let body = serde_json::to_string(notice);
    let Ok(body) = body.inspect_err(|error| tracing::error!(%error, "a notice cannot be written")) else {
        return Vec::new();
    };
    let routes = settings
        .routes
        .iter()
        .filter(|route| notice.severity >= route.at_least);
    let letter = |route: &super::settings::RouteSettings| {
        Some(NewLetter {
            key: notice.key.clone(),
            route: route.name(),
            channel: route.channels.first()?.clone(),
            thread: notice.thread.clone(),
            body: body.clone(),
            posted_at: now,
        })
    };
    routes.filter_map(letter).collect()
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
