//! How much of the law is judged from facts, and what is missing for the rest.

use std::collections::BTreeMap;

use super::library::Regulations;
use super::measure::Measured;
use super::model::Obligation;
use super::names::{Mode, NoCheck};

/// How one obligation is judged today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// By a probe or the collector alone.
    Automatic,
    /// By machine evidence, with a person deciding.
    SemiAutomatic,
    /// By attestation or register.
    Attested,
    /// Its facts are taken by the judge, but no probe gives them yet.
    NotYetMeasured,
    /// Nothing to judge, or judged by other rows.
    NotJudged,
}

impl Way {
    /// Every way, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::Automatic,
        Self::SemiAutomatic,
        Self::Attested,
        Self::NotYetMeasured,
        Self::NotJudged,
    ];

    /// Its key in JSON and in the text catalogue (`law.way.…`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::SemiAutomatic => "semi_automatic",
            Self::Attested => "attested",
            Self::NotYetMeasured => "not_yet_measured",
            Self::NotJudged => "not_judged",
        }
    }
}

/// The coverage of one pack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackCoverage {
    /// Rows by way.
    pub ways: BTreeMap<Way, usize>,
    /// Checks whose measurement is missing, with the rows that wait for them.
    pub waiting: BTreeMap<String, Vec<String>>,
}

impl Regulations {
    /// How an obligation is judged today. A row is as far as its furthest check: one that is measured judges it.
    #[must_use]
    pub fn way(&self, row: &Obligation) -> Way {
        if row.no_check.is_some_and(|why| why != NoCheck::Umbrella) || row.checks.is_empty() {
            return Way::NotJudged;
        }
        let measured = row
            .checks
            .iter()
            .filter_map(|id| self.check(id))
            .map(|check| check.measured())
            .min();
        match (measured, row.mode) {
            (Some(Measured::Automatic), Mode::Auto) => Way::Automatic,
            (Some(Measured::Automatic), _) => Way::SemiAutomatic,
            (Some(Measured::Attested), _) | (_, Mode::Manual) => Way::Attested,
            (Some(Measured::Pending), _) | (None, _) => Way::NotYetMeasured,
        }
    }

    /// Coverage per pack.
    #[must_use]
    pub fn coverage(&self) -> BTreeMap<String, PackCoverage> {
        let mut all: BTreeMap<String, PackCoverage> = BTreeMap::new();
        for pack in self.packs.values() {
            let coverage = all.entry(pack.id.to_string()).or_default();
            for row in &pack.obligations {
                *coverage.ways.entry(self.way(row)).or_default() += 1;
                for check in row.checks.iter().filter_map(|id| self.check(id)) {
                    if check.measured() == Measured::Pending {
                        coverage
                            .waiting
                            .entry(check.id.to_string())
                            .or_default()
                            .push(row.id.to_string());
                    }
                }
            }
        }
        all
    }
}
