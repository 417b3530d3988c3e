//! What the notifier remembers between rounds: alarms, and the threads in which people were told of them.

use std::collections::BTreeMap;

use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

use super::condition::{Condition, Kind};
use super::notice::Scope;
use crate::severity::Severity;

/// An alarm and what was told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// As it stood at the last look.
    pub condition: Condition,
    /// When it was first looked at and nothing kept it back.
    pub ready_since: Option<UnixTime>,
    /// The thread in which it was told; none as long as nobody was told.
    pub thread: Option<String>,
    /// Nobody has to look after it any more.
    pub closed: bool,
    /// When it last changed here.
    pub changed_at: UnixTime,
}

/// What people were told under one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its name for ever.
    pub key: String,
    /// What kind of alarms.
    pub kind: Kind,
    /// What joins them.
    pub scope: Scope,
    /// How urgent the most urgent is.
    pub severity: Severity,
    /// Keys of the alarms, sorted.
    pub members: Vec<String>,
    /// How many notices were posted in it.
    pub posted: u32,
    /// When the last was.
    pub posted_at: UnixTime,
    /// What the last said: how many in all, how many still in trouble, why.
    pub said: (usize, usize, Option<String>),
    /// The last said that it is over.
    pub closed: bool,
    /// When it was told that it began, or that it is back.
    #[serde(default)]
    pub raised_at: Option<UnixTime>,
    /// Who was called by name since then, in order.
    #[serde(default)]
    pub calls: Vec<Called>,
}

/// A call by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// The account.
    pub login: String,
    /// When.
    pub at: UnixTime,
}

/// One entry as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// An alarm.
    Alarm(Alarm),
    /// A thread.
    Thread(Thread),
}

/// Everything that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    /// By the condition's key.
    pub alarms: BTreeMap<String, Alarm>,
    /// By key.
    pub threads: BTreeMap<String, Thread>,
}

impl Book {
    /// An alarm of this kind about this subject that is not over.
    #[must_use]
    pub fn standing(&self, kind: Kind, subject: &str) -> Option<&Condition> {
        let same = |alarm: &&Alarm| {
            let condition = &alarm.condition;
            condition.kind == kind && condition.subject.id == subject && condition.over_at.is_none()
        };
        self.alarms.values().find(same).map(|alarm| &alarm.condition)
    }

    /// The conditions of this kind that are not over.
    pub(super) fn lasting(&self, kind: Kind) -> impl Iterator<Item = &Condition> {
        let lasting = move |condition: &&Condition| condition.kind == kind && condition.over_at.is_none();
        self.alarms.values().map(|alarm| &alarm.condition).filter(lasting)
    }
}
