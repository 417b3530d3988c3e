//! What was concluded about the portals of a finished report, as the store has it now.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;

use super::Otherwise;
use super::frozen::{Frozen, FrozenPortal, Place};
use crate::calendar::civil::{day_of, plus_days};
use crate::judge::Verdict;
use crate::judging::{Bench, METHOD};
use crate::report::{Conclusion, Findings, PortalFindings, Report, registers};
use crate::store::{Asked, Judging, KeptVerdict, StoreError};

/// What the store says now.
pub(super) struct Concluded {
    pub(super) findings: Findings,
    /// Conclusions whose checks could not be judged again.
    pub(super) untold: BTreeSet<Place>,
    /// Verdicts that are kept and come out otherwise.
    pub(super) otherwise: Vec<Otherwise>,
}

/// The findings of `report`, told of the same instants as the frozen ones.
pub(super) fn concluded(
    bench: &Bench<'_>,
    report: &Report,
    frozen: &Frozen,
) -> Result<Concluded, StoreError> {
    let mut all = Concluded {
        findings: Findings {
            portals: Vec::new(),
            registers: registers(bench.store, report)?,
        },
        untold: BTreeSet::new(),
        otherwise: Vec::new(),
    };
    let data = Window::new(report.window.from, report.data_to);
    if data.is_empty() {
        return Ok(all);
    }
    let mut judged: BTreeMap<PortalId, BTreeMap<Date, Judging>> = BTreeMap::new();
    // Also of the days since: what a conclusion told of may have been seen after the end of the data.
    for judging in bench.store.judgings(day_of(data.from), day_of(bench.now))? {
        let days = judged.entry(judging.portal.clone()).or_default();
        days.insert(judging.day, judging);
    }
    let nothing = BTreeMap::new();
    for portal in &report.portals {
        let days = judged.get(&portal.id).unwrap_or(&nothing);
        let then = frozen.portal(&portal.id);
        let Some((day, at)) = of_day(days, then, data) else {
            continue;
        };
        let mut one = OnePortal {
            bench,
            id: &portal.id,
            days,
            again: BTreeMap::new(),
        };
        let mut conclusions = Vec::new();
        for kept in one.kept(day, at)? {
            let told_at = then.and_then(|then| then.told_at(&kept.verdict.pack, &kept.verdict.obligation));
            let unknown = told_at.is_none() && then.is_some_and(|then| then.judged_at.is_none());
            let (since, place) = (kept.since, place(&kept.verdict));
            let (verdict, told) = one.told(kept.verdict, told_at, &mut all.otherwise)?;
            if let Some(conclusion) = Conclusion::of(verdict, since, at) {
                if unknown || !told {
                    all.untold.insert(place);
                }
                conclusions.push(conclusion);
            }
        }
        conclusions.sort_by(|a, b| (&a.pack, &a.obligation).cmp(&(&b.pack, &b.obligation)));
        all.findings.portals.push(PortalFindings {
            portal: portal.id.clone(),
            day,
            judged_at: at,
            conclusions,
        });
    }
    Ok(all)
}

/// The day and the instant that the conclusions about a portal tell of: the frozen ones, where the day was judged at all;
/// else the last within the data.
fn of_day(
    days: &BTreeMap<Date, Judging>,
    then: Option<&FrozenPortal>,
    data: Window,
) -> Option<(Date, UnixTime)> {
    if let Some(then) = then
        && let Some(judging) = days.get(&then.day)
    {
        return Some((then.day, then.judged_at.unwrap_or(judging.at)));
    }
    let mut within = days.values().rev().filter(|judging| judging.at < data.to);
    within.next().map(|judging| (judging.day, judging.at))
}

fn place(verdict: &Verdict) -> Place {
    let (pack, obligation) = (verdict.pack.to_string(), verdict.obligation.to_string());
    (verdict.portal.clone(), pack, obligation)
}

/// One portal, and what it comes to when it is judged again.
struct OnePortal<'a> {
    bench: &'a Bench<'a>,
    id: &'a PortalId,
    days: &'a BTreeMap<Date, Judging>,
    again: BTreeMap<UnixTime, Option<Vec<Verdict>>>,
}

impl OnePortal<'_> {
    /// The verdicts that stood on a day judged at `at`: those that are kept; where the day was judged once more later,
    /// those that it comes to when it is judged again at that instant.
    fn kept(&mut self, day: Date, at: UnixTime) -> Result<Vec<KeptVerdict>, StoreError> {
        let asked = Asked {
            portal: Some(self.id.clone()),
            ..Asked::on(day)
        };
        let kept = self.bench.store.verdicts(&asked)?;
        if self.days.get(&day).is_some_and(|judging| judging.at == at) {
            return Ok(kept);
        }
        let known = self.bench.store.verdicts(&Asked {
            from: plus_days(day, -1),
            ..asked
        })?;
        let Some(again) = self.judged_again(at)? else {
            return Ok(kept);
        };
        let since = |verdict: &Verdict| {
            // A run that the later judging cut ends with the day before.
            let same = known.iter().filter(|one| {
                let (one, outcome) = (&one.verdict, (verdict.value, verdict.reason));
                one.pack == verdict.pack
                    && one.obligation == verdict.obligation
                    && (one.value, one.reason) == outcome
            });
            same.map(|kept| kept.since).min().unwrap_or(day)
        };
        Ok(again
            .iter()
            .map(|verdict| KeptVerdict {
                since: since(verdict),
                until: day,
                verdict: verdict.clone(),
            })
            .collect())
    }

    /// A kept verdict as of the instant that the frozen report tells of, and whether it can be had.
    fn told(
        &mut self,
        kept: Verdict,
        told_at: Option<UnixTime>,
        otherwise: &mut Vec<Otherwise>,
    ) -> Result<(Verdict, bool), StoreError> {
        let Some(told_at) = told_at.filter(|told_at| *told_at != kept.at) else {
            return Ok((kept, true));
        };
        let Some(verdicts) = self.judged_again(told_at)? else {
            return Ok((kept, false));
        };
        let found = verdicts
            .iter()
            .find(|one| one.pack == kept.pack && one.obligation == kept.obligation);
        match found {
            Some(found) if (found.value, found.reason) == (kept.value, kept.reason) => {
                Ok((found.clone(), true))
            }
            found => {
                otherwise.push(Otherwise {
                    portal: kept.portal.clone(),
                    obligation: kept.obligation.to_string(),
                    day: day_of(told_at),
                    kept: kept.value,
                    now: found.map(|found| found.value),
                });
                Ok((kept, true))
            }
        }
    }

    /// The verdicts at an instant, judged again; `None` where they were given by other rules or another method, or the
    /// portal was in no inventory.
    fn judged_again(&mut self, at: UnixTime) -> Result<Option<&Vec<Verdict>>, StoreError> {
        if !self.again.contains_key(&at) {
            let verdicts = self.judge(at)?;
            self.again.insert(at, verdicts);
        }
        Ok(self.again.get(&at).and_then(Option::as_ref))
    }

    fn judge(&self, at: UnixTime) -> Result<Option<Vec<Verdict>>, StoreError> {
        let versions = self.days.get(&day_of(at)).map(|judging| &judging.versions);
        if versions.is_none_or(|made| made.rules != self.bench.rules.version || made.method != METHOD) {
            return Ok(None);
        }
        let Some(era) = self.bench.chronicle.at(at) else {
            return Ok(None);
        };
        let Some(portal) = era.inventory.portals.iter().find(|known| known.id == *self.id) else {
            return Ok(None);
        };
        Ok(Some(self.bench.judge(era, portal, at)?.verdicts))
    }
}
