//! From facts to verdicts: a pure function of (facts, packs, calendar, inventory, now).
//!
//! `fail` wants a statutory rule and certain evidence; a number of the operator's warns; what was not measured or
//! cannot be decided is `unknown` and counts as neither.

mod account;
mod apply;
mod case;
mod deadline;
mod explain;
pub mod facts;
mod fresh;
mod grade;
mod measure;
#[cfg(test)]
mod measured;
mod publication;
mod reason;
mod register;
mod report;
mod tally;
mod unit;
mod verdict;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use ems_contract::time::UnixTime;
use jiff::civil::Date;

use self::apply::{Binding, binds, counts};
use self::case::Case;
use self::facts::TargetFacts;
use self::grade::{Grade, Raw};
use crate::calendar::civil;
use crate::regulation::{Ceiling, Check, Id, Kind, NoCheck, Obligation, Pack, ReferenceMode, Regulations};

pub use explain::explain;
pub use reason::{Reason, Value};
pub use tally::Tally;
pub use unit::{Unit, Units};
pub use verdict::{CheckVerdict, Computation, EvidenceRef, Finding, Statistics, Timeliness, Verdict};

/// Judges one target under all its packs, or under `only`.
///
/// The order of facts, units and packs does not matter. Verdicts come in the order of the packs' ids and of their
/// rows.
#[must_use]
pub fn judge(
    rules: &Regulations,
    units: &Units,
    facts: &TargetFacts,
    only: Option<&str>,
    now: UnixTime,
) -> Vec<Verdict> {
    let Some(unit) = units.get(&facts.portal) else {
        return Vec::new();
    };
    let unit = unit.at(now);
    let mut packs: Vec<&Arc<Pack>> = unit
        .packs
        .iter()
        .filter(|id| only.is_none_or(|only| only == *id))
        .filter_map(|id| rules.packs.get(id.as_str()))
        .collect();
    packs.sort_by(|a, b| a.id.cmp(&b.id));
    packs.dedup_by(|a, b| a.id == b.id);
    let mut all = Vec::new();
    for pack in packs {
        let judge = Judge {
            rules,
            units,
            unit: &unit,
            facts,
            pack,
            now,
            day: civil::day_of(now),
        };
        all.extend(judge.pack());
    }
    all
}

/// One target under one pack.
struct Judge<'a> {
    rules: &'a Regulations,
    units: &'a Units,
    unit: &'a Unit,
    facts: &'a TargetFacts,
    pack: &'a Pack,
    now: UnixTime,
    day: Date,
}

impl Judge<'_> {
    fn pack(&self) -> Vec<Verdict> {
        let mut verdicts: Vec<Verdict> = self.pack.obligations.iter().map(|row| self.row(row)).collect();
        self.umbrellas(&mut verdicts);
        verdicts
    }

    fn row(&self, row: &Obligation) -> Verdict {
        let binding =
            counts(self.unit, self.now).and_then(|()| binds(self.units, self.unit, self.pack, row, self.day));
        let (binding, reason) = match binding {
            Ok(binding) => (Some(binding), None),
            Err(reason) => (None, Some(reason)),
        };
        let reason = reason
            .or_else(|| row.restated_by.as_ref().map(|_| Reason::Restated))
            .or_else(|| row.no_check.map(|_| Reason::NoCheck));
        let checks = if reason.is_some() {
            Vec::new()
        } else {
            self.checks(row)
        };
        let (value, why) = match reason {
            Some(reason) => (Value::NotApplicable, reason),
            None => worst(checks.iter().map(|check| (check.value, check.reason))),
        };
        let chained = checks.iter().any(|check| check.chain.is_some());
        let repealed = row.incorporated_from.iter().any(|clause| {
            let via = self
                .pack
                .incorporates
                .iter()
                .find(|text| text.source == clause.source);
            let base = via.and_then(|text| Some((text, self.rules.packs.get(text.pack.as_ref()?)?)));
            base.is_some_and(|(text, base)| {
                text.banner
                    && text.mode == ReferenceMode::Static
                    && base.validity.to.is_some_and(|to| self.day > to)
            })
        });
        Verdict {
            portal: self.facts.portal.clone(),
            pack: Id::clone(&self.pack.id),
            pack_version: self.pack.version.clone(),
            obligation: Id::clone(&row.id),
            value,
            reason: why,
            severity: row.severity,
            body: match binding {
                Some(Binding::Role(body)) => Some(body),
                _ => None,
            },
            trial: !self.pack.enforceable,
            ranked: self.pack.is_ranked() && !chained && row.parent.is_none(),
            banner: repealed,
            checks,
            at: self.now,
        }
    }

    fn checks(&self, row: &Obligation) -> Vec<CheckVerdict> {
        let mut all: Vec<CheckVerdict> = row
            .checks
            .iter()
            .filter_map(|id| self.rules.check(id))
            .map(|check| self.check(row, check))
            .collect();
        // Any one machine-readable channel will do: once one is found, the lack of the others is information.
        let channel =
            |check: &CheckVerdict| &*check.check == "machine-readable-api" && check.value == Value::Pass;
        if all.iter().any(channel) {
            for other in all
                .iter_mut()
                .filter(|other| matches!(&*other.check, "rss" | "sitemap-xml"))
            {
                if other.value != Value::Pass {
                    (other.value, other.reason) = (Value::NotApplicable, Reason::InfoOnly);
                }
            }
        }
        all
    }

    fn check(&self, row: &Obligation, check: &Check) -> CheckVerdict {
        let masked = check
            .section()
            .and_then(|section| self.rules.section(section))
            .is_some_and(|section| !section.levels.contains(&self.unit.level));
        let raw = if masked {
            Raw::moot(Reason::LevelNotBound)
        } else {
            let case = Case {
                rules: self.rules,
                unit: self.unit,
                facts: self.facts,
                pack: self.pack,
                row,
                check,
                now: self.now,
                day: self.day,
            };
            evaluate(&case)
        };
        verdict(row, check, raw, self.day)
    }

    /// An umbrella's verdict is the worst of the rows it aggregates; a restated row counts by its double.
    fn umbrellas(&self, verdicts: &mut [Verdict]) {
        let mut known: HashMap<Id, (Value, Reason)> = verdicts
            .iter()
            .map(|verdict| (Id::clone(&verdict.obligation), (verdict.value, verdict.reason)))
            .collect();
        // Umbrellas may hold umbrellas: the depth is small, and each round settles one level more.
        for _ in 0..4 {
            for row in self
                .pack
                .obligations
                .iter()
                .filter(|row| row.no_check == Some(NoCheck::Umbrella))
            {
                let bound = known.get(&row.id).is_some_and(|(value, reason)| {
                    *value != Value::NotApplicable
                        || matches!(reason, Reason::NoCheck | Reason::NothingToJudge)
                });
                if !bound {
                    continue;
                }
                let parts = row.aggregates.iter().filter_map(|id| {
                    let (_, part) = self.rules.obligation(id)?;
                    known.get(part.restated_by.as_ref().unwrap_or(id)).copied()
                });
                let sum = worst(parts.filter(|(value, _)| *value != Value::NotApplicable));
                known.insert(Id::clone(&row.id), sum);
            }
        }
        for verdict in verdicts {
            if let Some((value, reason)) = known.get(&verdict.obligation) {
                (verdict.value, verdict.reason) = (*value, *reason);
            }
        }
    }
}

/// The worst of several, with its reason; nothing at all is nothing to judge.
fn worst(all: impl Iterator<Item = (Value, Reason)>) -> (Value, Reason) {
    // Among equals the most telling: anything says more than "not measured".
    let weight = |(value, reason): &(Value, Reason)| {
        (
            value.weight(),
            *reason != Reason::NotMeasured,
            std::cmp::Reverse(*reason),
        )
    };
    all.max_by_key(weight)
        .unwrap_or((Value::NotApplicable, Reason::NothingToJudge))
}

/// Finds the evaluator of a check, and lets people have their say.
fn evaluate(case: &Case<'_>) -> Raw {
    let raw = account::judge(case)
        .or_else(|| report::judge(case))
        .or_else(|| publication::judge(case))
        .or_else(|| fresh::judge(case));
    let raw = match raw {
        Some(raw) => raw,
        None if case.check.is_attested() => return register::judge(case),
        None => {
            let raw = measure::judge(case);
            if raw.graded.reason == Reason::NotMeasured && case.check.is_attestable() {
                return register::judge(case);
            }
            raw
        }
    };
    register::overlay(case, raw)
}

/// Lays the ceilings of the row and of the check over what was found.
fn verdict(row: &Obligation, check: &Check, raw: Raw, day: Date) -> CheckVerdict {
    let ceiling = row.ceiling_on(day).min(check.ceiling);
    let grade = match (raw.graded.grade, raw.graded.kind) {
        // Whatever an evaluator says: a number that is not the text's never gives a failure.
        (Grade::Bad, Kind::Policy | Kind::Encouraged) => Grade::Poor,
        (grade, _) => grade,
    };
    let (value, reason) = match (grade, ceiling) {
        (Grade::Moot, _) => (Value::NotApplicable, raw.graded.reason),
        (Grade::Good, _) => (Value::Pass, raw.graded.reason),
        (_, Ceiling::Info) => (Value::NotApplicable, Reason::InfoOnly),
        (Grade::Unclear, _) => (Value::Unknown, raw.graded.reason),
        (_, Ceiling::Unknown) => (Value::Unknown, Reason::OfficialDecides),
        (Grade::Poor, _) => (Value::Warn, raw.graded.reason),
        (Grade::Bad, Ceiling::Warn) => (Value::Warn, Reason::CeilingWarn),
        (Grade::Bad, Ceiling::Fail) => (Value::Fail, raw.graded.reason),
    };
    let kind = if row.kind == Kind::Statutory {
        raw.graded.kind
    } else {
        row.kind
    };
    CheckVerdict {
        check: Id::clone(&check.id),
        value,
        reason,
        kind,
        measured: raw.graded.measured,
        threshold: raw.threshold,
        threshold_kind: raw.threshold_kind,
        finding: raw.finding,
        evidence: raw.evidence,
        statistics: raw.statistics,
        computations: raw.computations,
        coverage: raw.coverage,
        provisional: raw.provisional,
        chain: raw.chain,
    }
}
