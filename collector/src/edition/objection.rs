//! Objections (giải trình): what a unit contests in a draft, and what an official decides.

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};
use serde::{Deserialize, Serialize};

use super::due::objections_until;
use super::key::EditionKey;
use super::model::{Edition, EditionState};
use crate::account::{Author, Note};
use crate::regulation::Regulations;
use crate::report::Excluded;
use crate::report::contents::Contested;

/// Characters of what a unit or an official writes: some pages.
pub const LONGEST_WORDS: usize = 5_000;

/// Why an edition cannot be contested any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It is frozen: only the draft of its correction can be.
    Frozen,
    /// The term has passed; its last second.
    Late(UnixTime),
}

/// The last second in which an edition may be contested.
///
/// # Errors
/// [`Closed`] where it may not be at `now`.
pub fn contestable(rules: &Regulations, edition: &Edition, now: UnixTime) -> Result<UnixTime, Closed> {
    if edition.state() != EditionState::Drafted {
        return Err(Closed::Frozen);
    }
    let until = contested_until(rules, edition);
    if now <= until {
        Ok(until)
    } else {
        Err(Closed::Late(until))
    }
}

/// The last second in which a draft may be contested, whether it has passed or not.
#[must_use]
pub fn contested_until(rules: &Regulations, edition: &Edition) -> UnixTime {
    let report = rules
        .report(&edition.key.duty)
        .and_then(|duty| rules.report_of_period(duty, &edition.key.period));
    objections_until(rules, report.as_ref(), edition.made_at)
}

/// What a unit contests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Row number.
    pub id: i64,
    /// In which report.
    pub key: EditionKey,
    /// Whose figure.
    pub portal: PortalId,
    /// Which figure, in the unit's words.
    pub figure: String,
    /// What the unit says.
    pub claim: String,
    /// Its evidence, among the files handed in.
    pub file: Option<Sha256>,
    /// When.
    pub at: UnixTime,
    /// Who, for readers.
    pub shown: String,
    /// What was decided.
    pub decision: Option<Decision>,
}

/// What an official decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether the unit is right.
    pub accepted: bool,
    /// Time that is left out of the portal's adjusted figures. The statutory figures keep it: no regulation exempts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Window>,
    /// What the figure should say. What was measured stays; the correction is printed beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: UnixTime,
    /// Who ([`crate::account::Author::name`]).
    pub author: String,
    /// Who, for readers.
    pub shown: String,
}

/// What is to be kept of an objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObjection {
    /// In which report.
    pub key: EditionKey,
    /// Whose figure.
    pub portal: PortalId,
    /// Which figure.
    pub figure: String,
    /// What the unit says.
    pub claim: String,
    /// When.
    pub at: UnixTime,
}

impl NewObjection {
    /// Its entry of the audit log.
    #[must_use]
    pub fn note(&self, author: &Author) -> Note {
        let subject = format!("{} {}", self.key, self.portal);
        author.note(self.at, "report.object", subject, self.figure.clone())
    }
}

/// What an official is about to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Whether the unit is right.
    pub accepted: bool,
    /// First instant of the time that is left out of the adjusted figures.
    pub from: Option<UnixTime>,
    /// The first instant after it.
    pub to: Option<UnixTime>,
    /// What the figure should say.
    pub correction: Option<String>,
    /// Why.
    pub reason: String,
}

/// Why an objection cannot be decided so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulingFault {
    /// The time that is left out has no beginning, no end, or ends before it begins.
    NoTime,
    /// What is rejected changes nothing.
    RejectedChanges,
}

impl Ruling {
    /// The decision that it comes to.
    ///
    /// # Errors
    /// [`RulingFault`].
    pub fn decision(self, author: &Author, at: UnixTime) -> Result<Decision, RulingFault> {
        let exclude = match (self.from, self.to) {
            (Some(from), Some(to)) if from < to => Some(Window::new(from, to)),
            (None, None) => None,
            _ => return Err(RulingFault::NoTime),
        };
        if !self.accepted && (exclude.is_some() || self.correction.is_some()) {
            return Err(RulingFault::RejectedChanges);
        }
        Ok(Decision {
            accepted: self.accepted,
            exclude,
            correction: self.correction,
            reason: self.reason,
            at,
            author: author.name.clone(),
            shown: author.shown.clone(),
        })
    }
}

impl Decision {
    /// `accepted` or `rejected`.
    #[must_use]
    pub const fn outcome(&self) -> &'static str {
        if self.accepted { "accepted" } else { "rejected" }
    }

    /// Its entry of the audit log.
    #[must_use]
    pub fn note(&self, of: &Objection, author: &Author) -> Note {
        let subject = format!("{} {} #{}", of.key, of.portal, of.id);
        let detail = format!("{}: {}", self.outcome(), self.reason);
        author.note(self.at, "report.decide", subject, detail)
    }
}

/// The text of an outcome ([`Objection::outcome`]).
#[must_use]
pub fn outcome_key(outcome: &str) -> &'static str {
    match outcome {
        "accepted" => "edition.objection.accepted",
        "rejected" => "edition.objection.rejected",
        _ => "edition.objection.open",
    }
}

impl Objection {
    /// `accepted`, `rejected`, `open`.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        self.decision.as_ref().map_or("open", Decision::outcome)
    }

    /// As the edition prints it; `portal` is the portal's name.
    #[must_use]
    pub fn printed(&self, portal: &str) -> Contested {
        let words = |decision: &Decision| match &decision.correction {
            None => decision.reason.clone(),
            Some(correction) => format!("{correction}; {}", decision.reason),
        };
        Contested {
            portal: portal.to_owned(),
            figure: self.figure.clone(),
            claim: self.claim.clone(),
            at: self.at,
            outcome: self.outcome(),
            decision: self.decision.as_ref().map(words).unwrap_or_default(),
        }
    }

    /// The time that its acceptance takes out of the adjusted account.
    #[must_use]
    pub fn excluded(&self) -> Option<Excluded> {
        let decision = self.decision.as_ref().filter(|decision| decision.accepted)?;
        Some(Excluded {
            portal: self.portal.clone(),
            window: decision.exclude?,
            author: decision.shown.clone(),
            reason: decision.reason.clone(),
        })
    }
}
