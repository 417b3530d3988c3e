//! Objections (giải trình): what a unit contests in a draft, and what an official decides.

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};
use serde::{Deserialize, Serialize};

use super::key::EditionKey;
use crate::report::Excluded;
use crate::report::contents::Contested;

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

impl Objection {
    /// `accepted`, `rejected`, `open`.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match &self.decision {
            None => "open",
            Some(decision) if decision.accepted => "accepted",
            Some(_) => "rejected",
        }
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
