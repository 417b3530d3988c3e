//! Counts over items, and the verdict they give together.

use std::collections::BTreeSet;

use ems_contract::diagnostic::Message;

use crate::calendar::civil;
use crate::judge::case::Case;
use crate::judge::grade::{Grade, Graded, Raw};
use crate::judge::reason::Reason;
use crate::judge::verdict::{Computation, EvidenceRef, Statistics, Timeliness};
use crate::regulation::Evidence;

/// The most computations kept with a verdict.
const MAX_SHOWN: usize = 20;

/// Counts, the verdict, and the computations that matter most.
pub(super) fn summed(case: &Case<'_>, class: &str, mut told: Vec<Computation>) -> Raw {
    let count =
        |outcome| u32::try_from(told.iter().filter(|one| one.outcome == outcome).count()).unwrap_or(u32::MAX);
    let pending = told.iter().filter(|one| one.reason == Reason::NotDueYet).count();
    let (on_time, late) = (count(Timeliness::OnTime), count(Timeliness::Late));
    let undecidable =
        count(Timeliness::Undecidable).saturating_sub(u32::try_from(pending).unwrap_or_default());
    let statistics = Statistics {
        evaluated: on_time + late + undecidable,
        on_time,
        late,
        undecidable,
        worst_late_wd: told.iter().filter_map(|one| one.late_wd).max(),
        median_lag_wd: median_lag(case, &told),
    };
    told.sort_by(|a, b| {
        let key = |one: &Computation| {
            (
                rank(one.outcome),
                std::cmp::Reverse(one.late_wd),
                one.item.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    let graded = if late > 0 {
        // A question may have been answered in private: an answer that is not shown is no proof (B3).
        let silent = class == "question"
            && told
                .iter()
                .all(|one| one.outcome != Timeliness::Late || one.published_to.is_none());
        if silent {
            Graded {
                reason: Reason::OfficialDecides,
                ..Graded::policy()
            }
        } else {
            Graded::new(Grade::Bad, Reason::Late)
        }
    } else if undecidable > 0 {
        let reasons: BTreeSet<Reason> = told
            .iter()
            .filter(|one| one.outcome == Timeliness::Undecidable)
            .map(|one| one.reason)
            .collect();
        Graded::unclear(
            reasons
                .into_iter()
                .find(|reason| *reason != Reason::NotDueYet)
                .unwrap_or(Reason::StartUnobservable),
        )
    } else if on_time > 0 {
        Graded::good()
    } else {
        Graded::new(Grade::Moot, Reason::NothingToJudge)
    };
    let measured = Message::new("judge.m.items")
        .with("on_time", on_time)
        .with("late", late)
        .with("unknown", undecidable);
    let mut raw = Raw::new(graded.measured(measured));
    raw.provisional = told.iter().any(|one| one.provisional);
    raw.evidence = told
        .iter()
        .take(4)
        .filter_map(|one| {
            Some(EvidenceRef {
                kind: Evidence::Computation,
                at: one.published_to.or(one.due_max)?,
                agent: None,
                what: one.item.clone(),
                key: None,
            })
        })
        .collect();
    told.truncate(MAX_SHOWN);
    raw.computations = told;
    raw.statistics = Some(statistics);
    raw
}

const fn rank(outcome: Timeliness) -> u8 {
    match outcome {
        Timeliness::Late => 0,
        Timeliness::Undecidable => 1,
        Timeliness::OnTime => 2,
    }
}

/// Median of the working days from start to publication over the decided, published items.
fn median_lag(case: &Case<'_>, told: &[Computation]) -> Option<f64> {
    let calendar = &case.rules.calendar;
    let mut lags: Vec<u32> = told
        .iter()
        .filter(|one| one.outcome != Timeliness::Undecidable)
        .filter_map(|one| Some(calendar.working_between(one.start_from?, civil::day_of(one.published_to?))))
        .collect();
    lags.sort_unstable();
    let middle = lags.len() / 2;
    let upper = f64::from(*lags.get(middle)?);
    Some(if lags.len() % 2 == 1 {
        upper
    } else {
        f64::midpoint(f64::from(lags[middle - 1]), upper)
    })
}
