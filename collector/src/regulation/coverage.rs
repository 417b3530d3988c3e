//! How much of the law is judged from facts, and what is missing for the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::catalogue::Check;
use super::library::Regulations;
use super::measure::Measured;
use super::model::Obligation;
use super::names::{Ceiling, Mode, NoCheck};

/// How one obligation is judged today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// By a probe or the collector alone.
    Automatic,
    /// By machine evidence, with a person deciding.
    SemiAutomatic,
    /// By attestation or register.
    Attested,
    /// Its facts are taken by the judge, and nothing gives them yet.
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

/// The rows that the contract of obligations marks automatic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarkedAutomatic {
    /// All that have checks.
    pub rows: usize,
    /// Of them judged from facts, by one check at least.
    pub judged: usize,
    /// Of these judged from facts by all their checks but those that are information only.
    pub wholly: usize,
}

impl MarkedAutomatic {
    /// The rows of several packs together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            judged: self.judged + other.judged,
            wholly: self.wholly + other.wholly,
        }
    }
}

/// The coverage of one pack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackCoverage {
    /// Rows by way.
    pub ways: BTreeMap<Way, usize>,
    /// The rows that are marked automatic.
    pub automatic: MarkedAutomatic,
    /// Checks whose measurement is missing, with the rows that wait for them.
    pub waiting: BTreeMap<String, Vec<String>>,
    /// Checks of rows that are marked automatic which an attestation decides, because nothing measures them.
    pub by_people: BTreeMap<String, Vec<String>>,
    /// Checks of the pack of which a part is seen by no machine: what that is says [`Check::unseen`].
    pub unseen: BTreeSet<String>,
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
                let checks: Vec<_> = row.checks.iter().filter_map(|id| self.check(id)).collect();
                let automatic = row.mode == Mode::Auto && self.way(row) != Way::NotJudged;
                if automatic {
                    let judging = || checks.iter().filter(|check| check.ceiling != Ceiling::Info);
                    let measured = |check: &&&Arc<Check>| check.measured() == Measured::Automatic;
                    let count = judging().filter(measured).count();
                    coverage.automatic.rows += 1;
                    coverage.automatic.judged += usize::from(self.way(row) == Way::Automatic);
                    coverage.automatic.wholly +=
                        usize::from(count == judging().count() && self.way(row) == Way::Automatic);
                }
                for check in checks {
                    if check.unseen.is_some() {
                        coverage.unseen.insert(check.id.to_string());
                    }
                    let list = match check.measured() {
                        Measured::Pending => &mut coverage.waiting,
                        Measured::Attested if automatic => &mut coverage.by_people,
                        _ => continue,
                    };
                    list.entry(check.id.to_string())
                        .or_default()
                        .push(row.id.to_string());
                }
            }
        }
        all
    }
}
