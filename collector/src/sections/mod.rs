//! How the sections of a portal stand: what the newest look at each found, how old its newest posting is, and what the
//! rules that bind the portal make of it.

mod check;
mod metrics;
mod read;

use jiff::civil::Date;

pub use self::check::section_of;
pub use self::metrics::Metrics;
pub use self::read::{Read, read};
use crate::judge::{CheckVerdict, Verdict};
use crate::regulation::Regulations;
use crate::store::SectionLook;

/// How one section stands.
#[derive(Debug)]
pub struct Standing<'a> {
    /// Its newest look.
    pub look: &'a SectionLook,
    /// Working days after the newest posting day, up to and with today; absent where no such day is known.
    pub age_wd: Option<u32>,
    /// Today's verdicts about it.
    pub judged: Vec<JudgedSection<'a>>,
}

/// A check of a section under one obligation.
#[derive(Debug, Clone, Copy)]
pub struct JudgedSection<'a> {
    /// The obligation's verdict.
    pub verdict: &'a Verdict,
    /// The one of its checks that is about the section.
    pub check: &'a CheckVerdict,
}

impl Read {
    /// The sections in the order of the lexicon, as they stand on `today`.
    #[must_use]
    pub fn standings<'a>(&'a self, rules: &Regulations, today: Date) -> Vec<Standing<'a>> {
        let place = |look: &SectionLook| {
            let named = |id: &str| id == look.facts.id;
            rules.sections.iter().position(|section| named(&section.id))
        };
        let mut all: Vec<Standing<'a>> = self
            .sections
            .iter()
            .map(|look| Standing {
                look,
                age_wd: age_wd(rules, look, today),
                judged: self.about(rules, &look.facts.id),
            })
            .collect();
        all.sort_by_key(|standing| place(standing.look).unwrap_or(usize::MAX));
        all
    }

    fn about(&self, rules: &Regulations, section: &str) -> Vec<JudgedSection<'_>> {
        let checks = |verdict| move |check| JudgedSection { verdict, check };
        self.verdicts
            .iter()
            .flat_map(|kept| kept.verdict.checks.iter().map(checks(&kept.verdict)))
            .filter(|judged| section_of(rules, &judged.check.check) == Some(section))
            .collect()
    }
}

/// Working days after the newest posting of a section, up to and with `today`.
#[must_use]
pub fn age_wd(rules: &Regulations, look: &SectionLook, today: Date) -> Option<u32> {
    let newest = look.facts.newest.as_ref()?;
    Some(rules.calendar.working_between(newest.day, today))
}

#[cfg(test)]
mod tests {
    use ems_contract::facts::page::{EvidenceRef, NewestDate, SectionFacts, SectionState};
    use jiff::civil::date;

    use super::*;
    use crate::testing::{agent, at};

    fn look(id: &str, newest: Option<Date>) -> SectionLook {
        let mut facts = SectionFacts::new(id, SectionState::Listed);
        facts.newest = newest.map(|day| NewestDate {
            day,
            rule: "posted".to_owned(),
            title: None,
            evidence: EvidenceRef::default(),
        });
        SectionLook {
            at: at(0),
            agent: agent("a"),
            facts,
        }
    }

    #[test]
    fn age_counts_working_days_and_the_order_is_the_lexicons() {
        let rules = Regulations::embedded().unwrap();
        let read = Read {
            sections: vec![
                look("unheard-of", None),
                look("van-ban", Some(date(2026, 11, 20))),
                look("tin-tuc", None),
            ],
            page: None,
            verdicts: Vec::new(),
        };
        // From Friday to Monday: one working day.
        let standings = read.standings(&rules, date(2026, 11, 23));
        let rank = |id: &str| rules.sections.iter().position(|section| &*section.id == id);
        let mut known = ["tin-tuc", "van-ban"];
        known.sort_by_key(|id| rank(id));
        let ids: Vec<&str> = standings.iter().map(|one| one.look.facts.id.as_str()).collect();
        assert_eq!(ids, [known[0], known[1], "unheard-of"]);
        let age = |id: &str| {
            standings
                .iter()
                .find(|one| one.look.facts.id == id)
                .unwrap()
                .age_wd
        };
        assert_eq!((age("van-ban"), age("tin-tuc")), (Some(1), None));
    }
}
