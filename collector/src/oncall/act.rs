//! What people do about an alarm.

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;

use crate::account::Author;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What somebody did.
    ActKind {
        /// Takes it on: nobody else is called.
        Acknowledge = "acknowledge",
        /// Gives it to somebody.
        Assign = "assign",
        /// Says something about it.
        Note = "note",
    }
}

/// An act to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAct {
    /// The thread of notices that it is about.
    pub thread: String,
    /// What.
    pub kind: ActKind,
    /// By whom.
    pub author: Author,
    /// The words, or the account that it is given to.
    pub detail: String,
    /// Digest of the signed link that was used: each is good once.
    pub link: Option<Sha256>,
    /// The incidents that the thread is about.
    pub incidents: Vec<i64>,
}

/// An act that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its number.
    pub id: i64,
    /// The thread.
    pub thread: String,
    /// When.
    pub at: UnixTime,
    /// What.
    pub kind: ActKind,
    /// Account or token.
    pub author: String,
    /// The author's name for readers.
    pub shown: String,
    /// By which way, as [`crate::account::audit::Via`] writes it.
    pub via: String,
    /// The words, or the account that it is given to.
    pub detail: String,
}

impl NewAct {
    /// Whether its author takes the alarm on; none of it where nothing is said about that.
    #[must_use]
    pub fn takes_it_on(&self) -> Option<bool> {
        takes_it_on(self.kind, &self.author.name, &self.detail)
    }
}

impl Act {
    /// Whether its author takes the alarm on; none of it where nothing is said about that.
    #[must_use]
    pub fn takes_it_on(&self) -> Option<bool> {
        takes_it_on(self.kind, &self.author, &self.detail)
    }
}

/// Whoever gives an alarm to themselves takes it on as well.
fn takes_it_on(kind: ActKind, author: &str, detail: &str) -> Option<bool> {
    match kind {
        ActKind::Note => None,
        ActKind::Acknowledge => Some(true),
        ActKind::Assign => Some(detail == author),
    }
}
