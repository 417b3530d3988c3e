//! Notes that a frozen edition was signed, or sent: what such a note wants, and everything that is wrong with one. Pure.

use ems_contract::digest::Sha256;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use jiff::civil::Date;

use super::model::{Edition, EditionState, Step, state_key};
use crate::account::{Author, Note};
use crate::calendar::civil::start_of;
use crate::locale;

/// Characters of a number with its symbol.
pub const LONGEST_NUMBER: usize = 100;
/// Characters of who signed, or to whom it was sent.
pub const LONGEST_WHO: usize = 500;

/// What is about to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStep {
    /// Signed or sent.
    pub to: EditionState,
    /// Signing: number and symbol of the paper. Sending: number of the letter.
    pub number: Option<String>,
    /// The day on which it happened; that of the note when `None`.
    pub on: Option<Date>,
    /// Signing: by whom. Sending: to whom.
    pub who: Option<String>,
    /// The signed paper, or what proves the sending.
    pub file: Option<Sha256>,
}

/// What is wrong with a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepFault {
    /// The edition is not in the state before.
    State {
        /// Its state.
        from: EditionState,
        /// The one that was wanted.
        to: EditionState,
    },
    /// A later edition, of this number, is frozen in its place.
    Superseded(u32),
    /// Signing wants the number and symbol of the paper (NĐ 30/2020/NĐ-CP, Phụ lục I, mục II.3).
    NoNumber,
    /// Sending wants its receiver.
    NoReceiver,
    /// The number is longer than [`LONGEST_NUMBER`].
    LongNumber,
    /// The name is longer than [`LONGEST_WHO`].
    LongWho,
    /// The day lies ahead.
    Ahead(Date),
    /// The day lies before that of the step before it.
    Early {
        /// The day.
        on: Date,
        /// The step before.
        after: EditionState,
        /// Its day.
        day: Date,
    },
}

impl StepFault {
    /// The fault for a person; `name` is the edition's.
    #[must_use]
    pub fn render(&self, name: &str, lang: Lang) -> String {
        let date = |day: Date| locale::date(start_of(day), lang);
        let count = |most: usize| locale::count(u32::try_from(most).unwrap_or(u32::MAX), lang);
        let state = |state| get(lang, state_key(state));
        match self {
            Self::State { from, to } => fill(
                lang,
                "edition.step.state",
                &[("name", name), ("state", state(*from)), ("wanted", state(*to))],
            ),
            Self::Superseded(number) => fill(
                lang,
                "edition.step.superseded",
                &[("name", name), ("number", &number.to_string())],
            ),
            Self::NoNumber => get(lang, "edition.step.no_number").to_owned(),
            Self::NoReceiver => get(lang, "edition.step.no_receiver").to_owned(),
            Self::LongNumber => fill(
                lang,
                "edition.step.long_number",
                &[("most", &count(LONGEST_NUMBER))],
            ),
            Self::LongWho => fill(lang, "edition.step.long_who", &[("most", &count(LONGEST_WHO))]),
            Self::Ahead(on) => fill(lang, "edition.step.ahead", &[("on", &date(*on))]),
            Self::Early { on, after, day } => fill(
                lang,
                "edition.step.early",
                &[("on", &date(*on)), ("after", state(*after)), ("day", &date(*day))],
            ),
        }
    }
}

impl NewStep {
    /// The step that it comes to; `all` are the editions of the same report.
    ///
    /// # Errors
    /// Every [`StepFault`] at once.
    pub fn step(
        self,
        edition: &Edition,
        all: &[Edition],
        author: &Author,
        now: UnixTime,
    ) -> Result<Step, Vec<StepFault>> {
        let mut faults = Vec::new();
        let from = edition.state();
        if from == EditionState::Drafted || from.next() != Some(self.to) {
            faults.push(StepFault::State { from, to: self.to });
        }
        let later = all.iter().filter(|other| other.number > edition.number);
        let frozen = |other: &&Edition| other.state() != EditionState::Drafted;
        if let Some(later) = later.rev().find(frozen) {
            faults.push(StepFault::Superseded(later.number));
        }
        let trimmed = |text: Option<String>| {
            let text = text.map(|text| text.trim().to_owned());
            text.filter(|text| !text.is_empty())
        };
        let (number, who) = (trimmed(self.number), trimmed(self.who));
        let longer = |text: &Option<String>, most| {
            text.as_ref()
                .is_some_and(|text: &String| text.chars().count() > most)
        };
        if self.to == EditionState::Signed && number.is_none() {
            faults.push(StepFault::NoNumber);
        }
        if self.to == EditionState::Sent && who.is_none() {
            faults.push(StepFault::NoReceiver);
        }
        if longer(&number, LONGEST_NUMBER) {
            faults.push(StepFault::LongNumber);
        }
        if longer(&who, LONGEST_WHO) {
            faults.push(StepFault::LongWho);
        }
        let today = now.zoned().date();
        let on = self.on.unwrap_or(today);
        if on > today {
            faults.push(StepFault::Ahead(on));
        }
        if let Some(last) = edition.steps.last() {
            let day = last.on.unwrap_or_else(|| last.at.zoned().date());
            if on < day {
                let after = last.state;
                faults.push(StepFault::Early { on, after, day });
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Step {
            state: self.to,
            at: now,
            author: author.name.clone(),
            shown: author.shown.clone(),
            number,
            on: Some(on),
            who,
            file: self.file,
        })
    }
}

impl Step {
    /// Its entry of the audit log.
    #[must_use]
    pub fn note(&self, of: &Edition, author: &Author) -> Note {
        let action = if self.state == EditionState::Signed {
            "report.sign"
        } else {
            "report.send"
        };
        let detail: Vec<&str> = [self.number.as_deref(), self.who.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        author.note(self.at, action, of.name(), detail.join(", "))
    }

    /// Whether it says the same as `other`, by the same author: a form that was sent twice.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        let said = |step: &Self| {
            let Self {
                state,
                author,
                number,
                on,
                who,
                ..
            } = step.clone();
            (state, author, number, on, who)
        };
        said(self) == said(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn step(state: EditionState, on: &str) -> Step {
        Step {
            state,
            at: "2026-12-14T03:00:00Z".parse().unwrap(),
            author: "an.nguyen".into(),
            shown: "An".into(),
            number: None,
            on: Some(on.parse().unwrap()),
            who: None,
            file: None,
        }
    }

    fn edition(number: u32, steps: Vec<Step>) -> Edition {
        Edition {
            number,
            steps,
            ..testing::edition("ag-q/2026-Q4", testing::at(0))
        }
    }

    fn new(to: EditionState, number: &str, on: &str, who: &str) -> NewStep {
        NewStep {
            to,
            number: Some(number.into()),
            on: on.parse().ok(),
            who: Some(who.into()),
            file: None,
        }
    }

    fn taken(new: NewStep, edition: &Edition, all: &[Edition]) -> Result<Step, Vec<StepFault>> {
        let author = Author::of_machine("an");
        new.step(edition, all, &author, "2026-12-15T17:30:00Z".parse().unwrap())
    }

    #[test]
    fn a_frozen_edition_is_signed_and_a_signed_one_sent() {
        use EditionState::{Drafted, Frozen, Sent, Signed};
        let frozen = edition(1, vec![step(Frozen, "2026-12-14")]);
        let signed = taken(
            new(Signed, " 12/BC-SKHCN ", "2026-12-14", " "),
            &frozen,
            std::slice::from_ref(&frozen),
        );
        let signed = signed.unwrap();
        assert_eq!(
            (signed.number.as_deref(), signed.who.as_deref()),
            (Some("12/BC-SKHCN"), None)
        );
        // Without a day it is the day of the note, in Viet Nam.
        let today = taken(new(Signed, "12", "", ""), &frozen, &[]).unwrap();
        assert_eq!(today.on, Some("2026-12-16".parse().unwrap()));
        let draft = edition(1, Vec::new());
        for (edition, to, from) in [
            (&draft, Signed, Drafted),
            (&draft, Frozen, Drafted),
            (&frozen, Sent, Frozen),
        ] {
            let faults = taken(new(to, "1", "", "UBND"), edition, &[]).unwrap_err();
            assert_eq!(faults, [StepFault::State { from, to }]);
        }
    }

    #[test]
    fn every_fault_is_told_at_once_and_in_both_languages() {
        use EditionState::{Frozen, Sent, Signed};
        let signed = edition(1, vec![step(Frozen, "2026-12-13"), step(Signed, "2026-12-14")]);
        let later = edition(2, vec![step(Frozen, "2026-12-14")]);
        let draft = edition(3, Vec::new());
        let long = "ă".repeat(LONGEST_WHO + 1);
        let all = [signed.clone(), later, draft];
        let faults = taken(new(Signed, "", "2026-12-13", &long), &signed, &all).unwrap_err();
        assert_eq!(faults.len(), 5, "{faults:?}");
        let more = taken(
            new(Sent, &"1".repeat(LONGEST_NUMBER + 1), "2026-12-17", ""),
            &signed,
            &[],
        );
        let more = more.unwrap_err();
        assert_eq!(
            more,
            [
                StepFault::NoReceiver,
                StepFault::LongNumber,
                StepFault::Ahead("2026-12-17".parse().unwrap())
            ]
        );
        for fault in faults.iter().chain(&more) {
            for lang in [Lang::Vi, Lang::En] {
                let told = fault.render("ag-q/2026-Q4#1", lang);
                assert!(!told.contains(['{', '}']), "{told}");
            }
        }
        assert!(faults[2].render("x", Lang::Vi).contains("số, ký hiệu"));
    }

    /// The draft of a correction does not keep anybody from noting that the edition before it was sent.
    #[test]
    fn the_draft_of_a_correction_stops_nobody() {
        use EditionState::{Frozen, Sent, Signed};
        let signed = edition(1, vec![step(Frozen, "2026-12-13"), step(Signed, "2026-12-14")]);
        let all = [signed.clone(), edition(2, Vec::new())];
        let one = taken(new(Sent, "", "2026-12-15", "UBND tỉnh"), &signed, &all).unwrap();
        assert!(one.repeats(&Step {
            at: one.at + 5,
            ..one.clone()
        }));
        assert!(!one.repeats(&Step {
            author: "other".into(),
            ..one.clone()
        }));
    }
}
