//! From verdicts to tasks. Pure.

use std::collections::BTreeMap;

use ems_contract::text::{Lang, get};
use jiff::civil::Date;

use crate::judge::{CheckVerdict, Value};
use crate::regulation::Regulations;
use crate::store::KeptVerdict;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Whom a task concerns: the first three are the editors' daily bread.
    Area {
        /// Sections that are not up to date.
        Fresh = "fresh",
        /// The English side.
        English = "english",
        /// Questions and answers.
        Answers = "answers",
        /// The rest.
        Other = "other",
    }
}

/// Something to do about one check, whatever number of clauses asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Whom it concerns.
    pub area: Area,
    /// The check's title.
    pub title: String,
    /// A clause is broken; else it is only a warning.
    pub fails: bool,
    /// What was measured, or else why.
    pub what: String,
    /// The clauses: `Điều 12 khoản 1, 37/2023/QĐ-UBND`.
    pub citations: Vec<String>,
    /// The first of its obligations, for the place on the page of the verdicts.
    pub obligation: String,
    /// Since which day.
    pub since: Date,
}

fn area(check: &str) -> Area {
    let any = |prefixes: &[&str]| prefixes.iter().any(|prefix| check.starts_with(prefix));
    if any(&["english", "section-english"]) {
        Area::English
    } else if any(&["fresh-", "supply-deadline", "document-missing"]) {
        Area::Fresh
    } else if any(&["qa-", "interaction-published"]) {
        Area::Answers
    } else {
        Area::Other
    }
}

/// What has to be done about the verdicts of one portal: broken clauses first in each area, then the oldest. Trials of
/// drafts are no task.
#[must_use]
pub fn tasks(rules: &Regulations, verdicts: &[KeptVerdict], lang: Lang) -> Vec<Task> {
    let mut by_check: BTreeMap<&str, Task> = BTreeMap::new();
    let kept = verdicts.iter().filter(|kept| !kept.verdict.trial);
    for kept in kept {
        for check in &kept.verdict.checks {
            if !matches!(check.value, Value::Fail | Value::Warn) {
                continue;
            }
            let fails = check.value == Value::Fail;
            let task = by_check
                .entry(&check.check)
                .or_insert_with(|| task(rules, kept, check, lang));
            // The worst and the oldest of what several clauses say.
            if fails && !task.fails {
                task.fails = true;
                task.what = what(check, lang);
            }
            task.since = task.since.min(kept.since);
            task.citations.extend(citation(rules, kept));
        }
    }
    let mut all: Vec<Task> = by_check.into_values().collect();
    for task in &mut all {
        task.citations.sort();
        task.citations.dedup();
    }
    all.sort_by(|a, b| (a.area, !a.fails, a.since, &a.title).cmp(&(b.area, !b.fails, b.since, &b.title)));
    all
}

fn task(rules: &Regulations, kept: &KeptVerdict, check: &CheckVerdict, lang: Lang) -> Task {
    let title = rules.check(&check.check).map(|known| match lang {
        Lang::Vi => known.title_vi.clone(),
        Lang::En => known.title_en.clone(),
    });
    Task {
        area: area(&check.check),
        title: title.unwrap_or_else(|| check.check.to_string()),
        fails: check.value == Value::Fail,
        what: what(check, lang),
        citations: Vec::new(),
        obligation: kept.verdict.obligation.to_string(),
        since: kept.since,
    }
}

fn what(check: &CheckVerdict, lang: Lang) -> String {
    let reason = get(lang, &format!("judge.reason.{}", check.reason)).to_owned();
    match &check.measured {
        Some(measured) => format!("{reason}: {}", measured.render(lang)),
        None => reason,
    }
}

fn citation(rules: &Regulations, kept: &KeptVerdict) -> Option<String> {
    let pack = rules.packs.get(&kept.verdict.pack)?;
    let row = pack
        .obligations
        .iter()
        .find(|row| row.id == kept.verdict.obligation)?;
    Some(format!("{}, {}", row.article, pack.citation()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_put_where_an_editor_looks_for_them() {
        for (check, wanted) in [
            ("fresh-tin-tuc", Area::Fresh),
            ("supply-deadline", Area::Fresh),
            ("english-freshness", Area::English),
            ("section-english", Area::English),
            ("qa-answer-deadline", Area::Answers),
            ("section-tin-tuc", Area::Other),
            ("tls-cert-valid", Area::Other),
        ] {
            assert_eq!(area(check), wanted, "{check}");
        }
    }

    #[test]
    fn every_area_of_editors_has_a_check() {
        let rules = Regulations::embedded().unwrap();
        for wanted in Area::ALL {
            assert!(
                rules.checks.iter().any(|check| area(&check.id) == *wanted),
                "{wanted}"
            );
        }
    }
}
