//! Objections (giải trình): what a unit contests in a draft, and what an official decides.

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::text::{Lang, fill};
use ems_contract::time::{UnixTime, Window};
use serde::{Deserialize, Serialize};

use super::due::objections_until;
use super::key::EditionKey;
use super::model::{Edition, EditionState};
use crate::account::{Author, Note};
use crate::locale;
use crate::regulation::Regulations;
use crate::report::Excluded;
use crate::report::contents::Contested;

/// Characters of what a unit or an official writes: some pages.
pub const LONGEST_WORDS: usize = 5_000;

/// What is wrong with the words of a unit or an official.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordsFault {
    /// There are none.
    Empty,
    /// They are longer than [`LONGEST_WORDS`].
    Long,
}

impl WordsFault {
    /// The fault of words, if any; `required` words are not empty.
    #[must_use]
    pub fn of(words: &str, required: bool) -> Option<Self> {
        let words = words.trim();
        if words.chars().count() > LONGEST_WORDS {
            return Some(Self::Long);
        }
        (required && words.is_empty()).then_some(Self::Empty)
    }

    /// The fault for a person; `field` is what they call the place of the words.
    #[must_use]
    pub fn render(self, field: &str, lang: Lang) -> String {
        let most = locale::count(u32::try_from(LONGEST_WORDS).unwrap_or(u32::MAX), lang);
        match self {
            Self::Empty => fill(lang, "reports.fault.empty", &[("field", field)]),
            Self::Long => fill(lang, "reports.fault.long", &[("field", field), ("most", &most)]),
        }
    }
}

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
    /// Who ([`Author::name`]).
    pub author: String,
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
    /// Who ([`Author::name`]).
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
    /// Who wrote an objection down does not decide it: nobody is judge of their own words.
    Own,
}

impl Ruling {
    /// The decision about `objection` that it comes to.
    ///
    /// # Errors
    /// [`RulingFault`].
    pub fn decision(
        self,
        objection: &Objection,
        author: &Author,
        at: UnixTime,
    ) -> Result<Decision, RulingFault> {
        if !objection.may_be_decided_by(author) {
            return Err(RulingFault::Own);
        }
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
    /// Whether this author may decide it, as far as it depends on who wrote it down.
    #[must_use]
    pub fn may_be_decided_by(&self, author: &Author) -> bool {
        self.author != author.name
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, portal};

    fn objection() -> Objection {
        Objection {
            id: 1,
            key: "ag-q/2026-Q4".parse().unwrap(),
            portal: portal("p1"),
            figure: "IPv6".into(),
            claim: "đã có AAAA".into(),
            file: None,
            at: at(0),
            author: "can.bo".into(),
            shown: "Cán bộ".into(),
            decision: None,
        }
    }

    fn ruling(accepted: bool) -> Ruling {
        Ruling {
            accepted,
            from: None,
            to: None,
            correction: None,
            reason: "có biên bản".into(),
        }
    }

    /// By either way: the same account at the command line has the same name.
    #[test]
    fn nobody_decides_what_they_wrote_down_themselves() {
        let by = |name: &str| Author {
            name: name.into(),
            ..Author::of_machine("x")
        };
        for accepted in [true, false] {
            let own = ruling(accepted).decision(&objection(), &by("can.bo"), at(9));
            assert_eq!(own, Err(RulingFault::Own));
            let other = ruling(accepted).decision(&objection(), &by("can.bo.2"), at(9));
            assert_eq!(other.unwrap().accepted, accepted);
        }
    }

    #[test]
    fn words_are_there_and_no_longer_than_some_pages() {
        let long = "ă".repeat(LONGEST_WORDS);
        for (words, required, fault) in [
            ("một", true, None),
            ("", false, None),
            (" \n", true, Some(WordsFault::Empty)),
            (&*long, true, None),
            (&*format!("{long}ă"), false, Some(WordsFault::Long)),
        ] {
            assert_eq!(WordsFault::of(words, required), fault);
        }
        let told = WordsFault::Long.render("--claim", Lang::Vi);
        assert_eq!(told, "--claim: dài quá 5.000 ký tự");
        assert_eq!(
            WordsFault::Empty.render("--claim", Lang::En),
            "--claim: nothing written"
        );
    }
}
