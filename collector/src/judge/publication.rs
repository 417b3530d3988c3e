//! Reports published: the bytes at the addresses that were stated against those of the edition.

use ems_contract::diagnostic::Message;
use ems_contract::facts::page::PublishedFacts;
use ems_contract::time::UnixTime;

use super::case::Case;
use super::deadline::published;
use super::facts::{Observed, PublishedReport};
use super::grade::{Grade, Graded, Look, Raw, TEN_MINUTES, settle};
use super::reason::Reason;
use crate::calendar::{Due, Window, civil};
use crate::regulation::{Evidence, ReportDue, ReportKind};

/// The section in which evaluations stand.
const EVALUATIONS: &str = "bao-cao-danh-gia-cong";

/// The evaluation of the last period on the province's portal, within the operator's term. Only the bytes of the report
/// prove it: at an address that somebody stated, or among the files to which the page there links. Whoever did not look,
/// or looked once, does not know.
/// `None` for every other check.
pub(super) fn judge(case: &Case<'_>) -> Option<Raw> {
    (&*case.check.id == "report-published").then(|| on_page(case))
}

fn on_page(case: &Case<'_>) -> Raw {
    let facts = case.facts;
    let looked = |seen: &Observed| seen.sections.contains_key(EVALUATIONS);
    if facts.publications.is_empty() && !facts.items.contains_key(EVALUATIONS) && !case.observed().any(looked)
    {
        return Raw::unclear(Reason::NotMeasured);
    }
    let mut reports: Vec<ReportDue> = case
        .row
        .params
        .reports
        .iter()
        .filter_map(|id| case.rules.report(id))
        .filter(|duty| duty.kind == ReportKind::Publication)
        .flat_map(|duty| {
            (case.day.year() - 1..=case.day.year()).flat_map(|year| case.rules.reports_of_duty(duty, year))
        })
        .filter(|report| report.due.is_some_and(|due| due.day() < case.day))
        .collect();
    reports.sort_by_key(|report| report.due.map(|due| due.end));
    let Some((report, due)) = reports.last().and_then(|report| Some((report, report.due?))) else {
        return Raw::moot(Reason::NothingToJudge);
    };
    let Window { label, year, .. } = &report.window;
    let of_pack = |id: &str| {
        case.rules
            .report(id)
            .is_some_and(|duty| duty.pack == case.pack.id)
    };
    let stated: Vec<&PublishedReport> = facts
        .publications
        .iter()
        .filter(|one| one.stated_at <= case.now && one.period == *label && one.year == *year)
        .filter(|one| of_pack(&one.report))
        .collect();
    let looks = if stated.is_empty() {
        unlisted(case, civil::end_of(report.window.to), due)
    } else {
        at_addresses(case, &stated, due)
    };
    let nobody_looked = if stated.is_empty() {
        Reason::NotRegistered
    } else {
        Reason::NotMeasured
    };
    let mut raw = settle(looks, Evidence::Items).unwrap_or_else(|| Raw::unclear(nobody_looked));
    if raw.graded.grade == Grade::Bad {
        // The text gives no day.
        raw.graded = Graded::policy();
    }
    raw.graded = raw
        .graded
        .measured(Message::new("judge.m.outcome").with("outcome", format!("{label}/{year}")));
    raw
}

/// Looks at the addresses that were stated.
fn at_addresses(case: &Case<'_>, stated: &[&PublishedReport], due: Due) -> Vec<Look> {
    case.looks(TEN_MINUTES, |seen| {
        let asked: Vec<(&PublishedFacts, &PublishedReport)> = seen
            .published
            .iter()
            .flat_map(|came| {
                let of_address = stated.iter().filter(|one| one.url == came.url);
                of_address.map(move |one| (came, *one))
            })
            .collect();
        let same = |(came, one): &(&PublishedFacts, &PublishedReport)| {
            came.sha256.iter().any(|digest| one.files.contains(digest))
        };
        if asked.is_empty() {
            None
        } else if asked.iter().any(same) {
            Some(Graded::good())
        } else if due.is_met_at(seen.at) {
            Some(Graded::unclear(Reason::NotDueYet))
        } else if asked.iter().all(|(came, _)| came.whole) {
            Some(Graded::bad())
        } else {
            Some(Graded::unclear(Reason::NotMeasured))
        }
    })
}

/// Looks after the due day at a section that has nothing since the period's end, where nobody stated an address. An item
/// since then may be the report or not: then nothing is said.
fn unlisted(case: &Case<'_>, end: UnixTime, due: Due) -> Vec<Look> {
    let list = case.facts.items.get(EVALUATIONS);
    let mut items = list.into_iter().flat_map(|list| &list.list);
    if items.any(|item| published(item).to.is_none_or(|at| at > end)) {
        return Vec::new();
    }
    case.looks(TEN_MINUTES, |seen| {
        let looked = seen.sections.contains_key(EVALUATIONS) && !due.is_met_at(seen.at);
        looked.then(Graded::bad)
    })
}

#[cfg(test)]
mod tests {
    use ems_contract::digest::Sha256;
    use serde_json::json;

    use super::super::facts::{Item, ItemList, SectionSeen, TargetFacts, When};
    use super::super::unit::Unit;
    use super::*;
    use crate::regulation::Regulations;

    const URL: &str = "https://angiang.gov.vn/bao-cao/quy-3";

    fn at(text: &str) -> UnixTime {
        text.parse().unwrap()
    }

    fn report() -> Sha256 {
        Sha256::of(b"report")
    }

    /// The report of the third quarter: its evaluation was due on 5 October 2026.
    fn facts(stated: bool) -> TargetFacts {
        let mut facts = TargetFacts::empty("angiang".parse().unwrap());
        if stated {
            facts.publications.push(PublishedReport {
                report: "ag-qc".to_owned(),
                period: "Q3".to_owned(),
                year: 2026,
                url: URL.to_owned(),
                stated_at: at("2026-09-20T02:00:00Z"),
                files: vec![report()],
            });
        }
        facts
    }

    fn look(when: &str) -> Observed {
        Observed::new(at(when), "a1".parse().unwrap(), "vnpt".parse().unwrap())
    }

    fn came(when: &str, url: &str, bytes: &[u8], whole: bool) -> Observed {
        Observed {
            published: vec![PublishedFacts {
                url: url.to_owned(),
                status: Some(200),
                sha256: vec![Sha256::of(bytes)],
                whole,
            }],
            ..look(when)
        }
    }

    fn read(when: &str) -> Observed {
        let mut seen = look(when);
        let section: SectionSeen = serde_json::from_value(json!({"found": true})).unwrap();
        seen.sections.insert(EVALUATIONS.to_owned(), section);
        seen
    }

    fn judged(facts: &TargetFacts, now: &str) -> (Grade, Reason) {
        let rules = Regulations::embedded().unwrap();
        let unit: Unit = serde_json::from_value(json!({
            "owner": "UBND tỉnh", "level": "province", "url": "https://angiang.gov.vn/", "packs": ["an-giang-2023"],
        }))
        .unwrap();
        let pack = rules.packs.get("an-giang-2023").unwrap();
        let row = pack.obligations.iter().find(|row| &*row.id == "AG-24.1").unwrap();
        let case = Case {
            rules: &rules,
            unit: &unit,
            facts,
            pack,
            row,
            check: rules.check("report-published").unwrap(),
            now: at(now),
            day: civil::day_of(at(now)),
        };
        let graded = judge(&case).unwrap().graded;
        (graded.grade, graded.reason)
    }

    fn with(stated: bool, looks: &[Observed], now: &str) -> (Grade, Reason) {
        let facts = TargetFacts {
            observations: looks.to_vec(),
            ..facts(stated)
        };
        judged(&facts, now)
    }

    const NOW: &str = "2026-10-20T03:00:00Z";

    #[test]
    fn only_the_bytes_of_the_report_prove_it() {
        let good = came("2026-10-19T01:00:00Z", URL, b"report", true);
        assert_eq!(
            with(true, std::slice::from_ref(&good), NOW),
            (Grade::Good, Reason::Met)
        );
        // What could not be read besides does not matter where the report is there.
        let partly = came("2026-10-19T01:00:00Z", URL, b"report", false);
        assert_eq!(with(true, &[partly], NOW).0, Grade::Good);
        // The same bytes elsewhere were not stated, and a statement of later is not known yet.
        let elsewhere = came(
            "2026-10-19T01:00:00Z",
            "https://angiang.gov.vn/x",
            b"report",
            true,
        );
        assert_eq!(
            with(true, &[elsewhere], NOW),
            (Grade::Unclear, Reason::NotMeasured)
        );
        let mut later = facts(true);
        later.observations.push(good);
        later.publications[0].stated_at = at("2026-10-21T00:00:00Z");
        assert_eq!(judged(&later, NOW), (Grade::Unclear, Reason::NotRegistered));
        // An address for another period says nothing of this one.
        later.publications[0].stated_at = at("2026-09-20T02:00:00Z");
        later.publications[0].period = "Q2".to_owned();
        assert_eq!(judged(&later, NOW), (Grade::Unclear, Reason::NotRegistered));
    }

    #[test]
    fn what_is_not_there_is_told_after_two_looks_past_the_day_and_by_policy_alone() {
        assert_eq!(with(true, &[], NOW), (Grade::Unclear, Reason::NotMeasured));
        let other = |when| came(when, URL, b"other", true);
        let one = other("2026-10-19T01:00:00Z");
        assert_eq!(
            with(true, std::slice::from_ref(&one), NOW),
            (Grade::Unclear, Reason::Unconfirmed)
        );
        let two = [one, other("2026-10-19T03:00:00Z")];
        assert_eq!(with(true, &two, NOW), (Grade::Poor, Reason::PolicyMissed));
        // Before the last second in time, 5 October 23:59:59, nothing is late.
        let early = [other("2026-10-05T01:00:00Z"), other("2026-10-05T16:59:59Z")];
        assert_eq!(with(true, &early, NOW), (Grade::Unclear, Reason::NotDueYet));
        // Half a look proves nothing.
        let half = |when| came(when, URL, b"other", false);
        let halves = [half("2026-10-19T01:00:00Z"), half("2026-10-19T03:00:00Z")];
        assert_eq!(with(true, &halves, NOW), (Grade::Unclear, Reason::NotMeasured));
        // Gone and back: two good looks end it.
        let back = |when| came(when, URL, b"report", true);
        let once = [two[0].clone(), two[1].clone(), back("2026-10-19T05:00:00Z")];
        assert_eq!(with(true, &once, NOW), (Grade::Poor, Reason::Recovering));
        let twice = [&once[..], &[back("2026-10-19T07:00:00Z")]].concat();
        assert_eq!(with(true, &twice, NOW), (Grade::Good, Reason::Met));
    }

    #[test]
    fn without_an_address_only_an_empty_section_says_something() {
        assert_eq!(with(false, &[], NOW), (Grade::Unclear, Reason::NotMeasured));
        let looks = [read("2026-10-19T01:00:00Z"), read("2026-10-19T03:00:00Z")];
        assert_eq!(
            with(false, &looks[..1], NOW),
            (Grade::Unclear, Reason::Unconfirmed)
        );
        assert_eq!(with(false, &looks, NOW), (Grade::Poor, Reason::PolicyMissed));
        let list = |day: &str| {
            let item = Item {
                id: "bc".to_owned(),
                shown: Some(When::day(day.parse().unwrap())),
                ..Item::default()
            };
            let mut facts = facts(false);
            facts.observations = looks.to_vec();
            let list = ItemList {
                list: vec![item],
                ..ItemList::default()
            };
            facts.items.insert(EVALUATIONS.to_owned(), list);
            judged(&facts, NOW)
        };
        assert_eq!(list("2026-06-20"), (Grade::Poor, Reason::PolicyMissed));
        // Something was posted since the period ended: it may be the report.
        assert_eq!(list("2026-09-20"), (Grade::Unclear, Reason::NotRegistered));
    }
}
