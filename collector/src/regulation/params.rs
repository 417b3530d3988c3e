//! The numbers and forms of an obligation.

use ems_contract::domain::Domain;
use jiff::civil::Date;

use super::model::Id;
use super::names::{Kind, PeriodKind, Profile, RetentionClass, Rule, Start};
use crate::calendar::{Roll, Term};

/// All parameters of one obligation; most are empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Params {
    /// Clocks.
    pub deadlines: Vec<Deadline>,
    /// How often.
    pub period: Vec<PeriodKind>,
    /// Report duties.
    pub reports: Vec<Id>,
    /// Forms of the domain name.
    pub domains: Vec<Domain>,
    /// Addresses named by the text.
    pub urls: Vec<String>,
    /// Language demanded.
    pub language: Option<Language>,
    /// Items to sample.
    pub sample: Option<u32>,
    /// Fields or elements that must be there.
    pub fields: Vec<String>,
    /// Accessibility profile.
    pub profile: Option<Profile>,
    /// Retention.
    pub retention: Option<Retention>,
    /// Named numbers.
    pub thresholds: Vec<Threshold>,
}

impl Params {
    /// A named number.
    #[must_use]
    pub fn threshold(&self, name: &str) -> Option<&Threshold> {
        self.thresholds.iter().find(|threshold| threshold.name == name)
    }
}

/// One clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Name within the row.
    pub label: String,
    /// What it asks.
    pub rule: Rule,
    /// How long; none for `same-day` and `immediate`.
    pub term: Option<Term>,
    /// From which event.
    pub start: Start,
    /// The day of a `fixed_date`.
    pub start_date: Option<Date>,
    /// The class of item it concerns.
    pub item_class: Id,
    /// Earliest event that stands for a start that cannot be seen.
    pub e_min: Start,
    /// Latest.
    pub e_max: Start,
    /// Obligation whose deadline bounds the receipt (supply).
    pub chain: Option<Id>,
    /// Nature of the number.
    pub kind: Kind,
    /// What happens when it ends on a day off.
    pub roll: Roll,
}

/// A language demanded of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    /// `vi` or `en`.
    pub lang: String,
    /// Where.
    pub path: Option<String>,
    /// Whether exactly there.
    pub exact_path: bool,
    /// How sure the detection must be.
    pub min_confidence: f64,
}

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The rule.
    pub class: RetentionClass,
    /// Years, for `max-years`.
    pub years: Option<u16>,
}

/// A named number.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// Its nature.
    pub kind: Kind,
}
