//! What is kept of an edition.

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::key::EditionKey;
use crate::report::Manifest;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where an edition is in its life.
    EditionState {
        /// It can be made anew from the data.
        Drafted = "drafted",
        /// Nothing in it changes any more.
        Frozen = "frozen",
        /// Somebody signed the paper.
        Signed = "signed",
        /// It was sent to whom it is for.
        Sent = "sent",
    }
}

impl EditionState {
    /// What comes after; nothing after [`Self::Sent`].
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Drafted => Some(Self::Frozen),
            Self::Frozen => Some(Self::Signed),
            Self::Signed => Some(Self::Sent),
            Self::Sent => None,
        }
    }
}

/// The text of a state.
#[must_use]
pub const fn state_key(state: EditionState) -> &'static str {
    match state {
        EditionState::Drafted => "edition.state.drafted",
        EditionState::Frozen => "edition.state.frozen",
        EditionState::Signed => "edition.state.signed",
        EditionState::Sent => "edition.state.sent",
    }
}

/// One edition of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition {
    /// Row number.
    pub id: i64,
    /// Of which report.
    pub key: EditionKey,
    /// 1, 2, 3 … within its key.
    pub number: u32,
    /// When its files were last made.
    pub made_at: UnixTime,
    /// Who had them made, for readers.
    pub made_by: String,
    /// What it rests on, and its files with their digests.
    pub manifest: Manifest,
    /// SHA-256 over the list: what the audit log names at freezing.
    pub seal: Sha256,
    /// Why it was made, where it corrects the one before.
    pub reason: String,
    /// Figures that differ from the edition before: place, then, now.
    pub changes: Vec<(String, String, String)>,
    /// The steps of its life, in order.
    pub steps: Vec<Step>,
}

impl Edition {
    /// Where it is in its life.
    #[must_use]
    pub fn state(&self) -> EditionState {
        self.steps.last().map_or(EditionState::Drafted, |step| step.state)
    }

    /// `ag-q/2026-Q4#2`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}#{}", self.key, self.number)
    }

    /// A step of its life, if it was taken.
    #[must_use]
    pub fn step(&self, state: EditionState) -> Option<&Step> {
        self.steps.iter().find(|step| step.state == state)
    }
}

/// A step in the life of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// To which state.
    pub state: EditionState,
    /// When it was noted.
    pub at: UnixTime,
    /// Who noted it ([`crate::account::Author::name`]).
    pub author: String,
    /// The author for readers.
    pub shown: String,
    /// Signing: number and symbol of the paper. Sending: number of the letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The day on which it was signed or sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// Signing: by whom. Sending: to whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The signed paper, or what proves the sending, among the files handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Sha256>,
}

/// A file of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionFile {
    /// Its name in the folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An edition to be kept: a draft that takes the place of the draft before, or a frozen one.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEdition {
    /// Of which report.
    pub key: EditionKey,
    /// The number that it takes: that of the open draft, or the next.
    pub number: u32,
    /// When.
    pub made_at: UnixTime,
    /// What it rests on, and its files.
    pub manifest: Manifest,
    /// Why, where it corrects the one before.
    pub reason: String,
    /// Figures that differ from the edition before.
    pub changes: Vec<(String, String, String)>,
    /// Every file, the list among them.
    pub files: Vec<EditionFile>,
    /// Nothing in it changes any more.
    pub frozen: bool,
}

/// A passage that a person wrote for a report before it was frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Its name (docs/REPORT.md).
    pub name: String,
    /// Its text; empty where it was taken back.
    pub text: String,
    /// When.
    pub at: UnixTime,
    /// Who, for readers.
    pub shown: String,
}
