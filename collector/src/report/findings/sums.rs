//! Conclusions added up over portals: by obligation, by check, by time.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use serde::Serialize;

use super::{Checked, Conclusion, Findings, PortalFindings};
use crate::judge::{Tally, Value};
use crate::regulation::{Id, Kind};

/// One obligation over all portals that it binds.
#[derive(Debug, Clone, Default)]
pub(in crate::report) struct ByObligation<'a> {
    /// Where the text decided.
    pub statutory: Tally,
    /// Where the operator's threshold decided.
    pub policy: Tally,
    /// Portals found not to meet it.
    pub failing: Vec<&'a PortalId>,
    /// What was concluded, portal by portal.
    pub all: Vec<(&'a PortalId, &'a Conclusion)>,
}

/// By pack and obligation.
pub(in crate::report) fn by_obligation(findings: &Findings) -> BTreeMap<(&Id, &Id), ByObligation<'_>> {
    let mut sums: BTreeMap<(&Id, &Id), ByObligation<'_>> = BTreeMap::new();
    for found in &findings.portals {
        for one in &found.conclusions {
            let sum = sums.entry((&one.pack, &one.obligation)).or_default();
            if one.is_statutory() {
                sum.statutory.add(one.value);
            } else {
                sum.policy.add(one.value);
            }
            if one.value == Value::Fail {
                sum.failing.push(&found.portal);
            }
            sum.all.push((&found.portal, one));
        }
    }
    sums
}

/// One check over all portals.
#[derive(Debug, Clone, Default, Serialize)]
pub(in crate::report) struct ByCheck {
    /// Portals by the worst verdict that the check gave them, whatever the obligation.
    pub portals: Tally,
    /// Of those that are worth attention only: how many missed a threshold of the operator's.
    pub policy: u32,
}

/// By check: a portal counts once, however many obligations name the check.
pub(in crate::report) fn by_check(findings: &Findings) -> BTreeMap<&Id, ByCheck> {
    let mut sums: BTreeMap<&Id, ByCheck> = BTreeMap::new();
    for found in &findings.portals {
        let mut worst: BTreeMap<&Id, (Value, bool)> = BTreeMap::new();
        for one in &found.conclusions {
            for check in &one.checks {
                let seen = (check.value, check.kind == Kind::Statutory);
                let known = worst.entry(&check.check).or_insert(seen);
                if check.value.weight() > known.0.weight() {
                    *known = seen;
                }
            }
        }
        for (check, (value, statutory)) in worst {
            let sum = sums.entry(check).or_default();
            sum.portals.add(value);
            sum.policy += u32::from(value == Value::Warn && !statutory);
        }
    }
    sums
}

/// Items in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::report) struct OnTime {
    /// Portals with items.
    pub portals: u64,
    /// Items looked at.
    pub evaluated: u64,
    /// In time.
    pub on_time: u64,
    /// Late.
    pub late: u64,
    /// Undecidable: in no share.
    pub undecidable: u64,
    /// Worst lateness in working days.
    pub worst_wd: Option<u32>,
}

impl OnTime {
    /// Adds the items of one portal's check; nothing where the check counts none.
    pub(in crate::report) fn add(&mut self, check: &Checked) {
        let Some(found) = check.statistics.filter(|found| found.evaluated > 0) else {
            return;
        };
        self.portals += 1;
        self.evaluated += u64::from(found.evaluated);
        self.on_time += u64::from(found.on_time);
        self.late += u64::from(found.late);
        self.undecidable += u64::from(found.undecidable);
        self.worst_wd = self.worst_wd.max(found.worst_late_wd);
    }
}

/// Items of one portal under obligations that may enter a ranking.
pub(in crate::report) fn on_time(found: &PortalFindings) -> OnTime {
    let mut sum = OnTime::default();
    for one in found.conclusions.iter().filter(|one| one.ranked) {
        for check in &one.checks {
            sum.add(check);
        }
    }
    sum
}

/// Verdicts of one portal that the text decided and that may enter a ranking.
pub(in crate::report) fn statutory(found: &PortalFindings) -> Tally {
    let mut tally = Tally::default();
    for one in &found.conclusions {
        if one.ranked && one.is_statutory() {
            tally.add(one.value);
        }
    }
    tally
}
