//! What is told: one notice, the same for every channel.

use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

use super::condition::{Kind, Subject};
use super::escalate::Step;
use crate::severity::Severity;

/// Where in the life of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It began.
    Opened,
    /// It goes on and has changed, or it has come back.
    Updated,
    /// It is over.
    Recovered,
    /// What was told was wrong.
    Amended,
    /// Somebody tries a channel.
    Test,
}

impl Stage {
    /// The name in texts and payloads.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Updated => "updated",
            Self::Recovered => "recovered",
            Self::Amended => "amended",
            Self::Test => "test",
        }
    }
}

/// How many alarms a notice is about, and what joins them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One.
    Single,
    /// The portals of one hosting group.
    Hosting(String),
    /// Several that began together.
    Batch,
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Dedupe key: the same notice has the same key however often it is delivered.
    pub key: String,
    /// The same for all notices about one alarm.
    pub thread: String,
    /// Where in its life.
    pub stage: Stage,
    /// What kind.
    pub kind: Kind,
    /// What joins the subjects.
    pub scope: Scope,
    /// How urgent.
    pub severity: Severity,
    /// The first of the subjects, sorted by id; at most [`Notice::NAMED`].
    pub subjects: Vec<Subject>,
    /// How many subjects in all.
    pub total: usize,
    /// How many are still in trouble.
    pub remaining: usize,
    /// Key of the cause in the text catalogue, or a text from elsewhere.
    pub cause: Option<String>,
    /// First second.
    pub since: UnixTime,
    /// First second after, when it is over.
    pub until: Option<UnixTime>,
    /// Who saw it, sorted.
    pub seen_from: Vec<String>,
    /// Where to look, when it is not the console.
    pub link: Option<String>,
    /// It calls a person by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
}

/// The person that a notice calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The account.
    pub login: String,
    /// The name for readers.
    pub name: String,
    /// As what.
    pub step: Step,
    /// Nobody is on duty by the rota.
    pub nobody: bool,
}

impl Notice {
    /// So many subjects are named; the others are counted.
    pub const NAMED: usize = 20;
}
