//! One check of one row for one target on one day: everything an evaluator may look at.

use std::sync::Arc;

use ems_contract::time::UnixTime;
use jiff::civil::Date;

use super::facts::{Observed, TargetFacts};
use super::grade::{Gap, Graded, Look};
use super::unit::Unit;
use crate::regulation::{Check, Obligation, Pack, Regulations};

/// Looks older than this say nothing about today.
const MAX_AGE_S: i64 = 35 * 86_400;

pub(super) struct Case<'a> {
    pub(super) rules: &'a Regulations,
    pub(super) unit: &'a Unit,
    pub(super) facts: &'a TargetFacts,
    pub(super) pack: &'a Pack,
    pub(super) row: &'a Obligation,
    pub(super) check: &'a Check,
    pub(super) now: UnixTime,
    pub(super) day: Date,
}

impl<'a> Case<'a> {
    /// Looks of the last weeks, none of the future.
    pub(super) fn observed(&self) -> impl Iterator<Item = &'a Observed> + use<'a> {
        let (now, oldest) = (self.now, self.now - MAX_AGE_S);
        self.facts
            .observations
            .iter()
            .filter(move |seen| oldest <= seen.at && seen.at <= now)
    }

    /// Grades every look that concerns the check.
    pub(super) fn looks(&self, gap: Gap, grade: impl FnMut(&'a Observed) -> Option<Graded>) -> Vec<Look> {
        self.looks_at(gap, |_seen| None, grade)
    }

    /// As [`Case::looks`], where `page` is the digest of the page among those of a visit that the check is about.
    pub(super) fn looks_at(
        &self,
        gap: Gap,
        page: impl Fn(&'a Observed) -> Option<&'a Arc<str>>,
        mut grade: impl FnMut(&'a Observed) -> Option<Graded>,
    ) -> Vec<Look> {
        self.observed()
            .filter_map(|seen| {
                grade(seen).map(|graded| Look {
                    at: seen.at,
                    agent: seen.agent.clone(),
                    network: seen.network.clone(),
                    kept: page(seen).or(seen.kept.as_ref()).cloned(),
                    graded,
                    gap,
                })
            })
            .collect()
    }

    /// A number: the row's threshold, else the check's default, else `otherwise`.
    pub(super) fn number(&self, name: &str, otherwise: f64) -> f64 {
        let threshold = self.row.params.threshold(name).map(|threshold| threshold.value);
        threshold.or_else(|| self.check.number(name)).unwrap_or(otherwise)
    }
}
