//! Checks, sections, reports and conflicts as data.

use ems_contract::diagnostic::Place;
use ems_contract::inventory::Level;
use ems_contract::text::Lang;

use super::model::{Id, Validity};
use super::names::{Ceiling, Evidence, Group, PeriodKind, Probe, ReportKind, SectionKind, Severity};
use crate::calendar::{MonthDay, Roll, Term};

/// A way to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Kebab-case id.
    pub id: Id,
    /// Family.
    pub group: Group,
    /// Vietnamese title.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// Weight.
    pub severity: Severity,
    /// Worst verdict it ever gives by itself.
    pub ceiling: Ceiling,
    /// Kinds of evidence.
    pub evidence: Vec<Evidence>,
    /// Who measures it.
    pub probe: Probe,
    /// Names of the facts used.
    pub facts: Vec<String>,
    /// Defaults, always policy.
    pub params: Vec<Param>,
    /// The rule in words.
    pub verdict: String,
    /// What no machine sees of it, so that a person has to say it.
    pub unseen: Option<Unseen>,
    /// Obligations that name it.
    pub used_by: Vec<Id>,
    /// Whether no obligation names it (a pre-condition).
    pub technical: bool,
    /// Where it is written.
    pub place: Place,
}

impl Check {
    /// A default as a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.params
            .iter()
            .find(|param| param.name == name)
            .and_then(|param| match param.value {
                Value::Number(number) => Some(number),
                Value::Text(_) | Value::Flag(_) => None,
            })
    }

    /// Section ids of the `section-…` checks.
    #[must_use]
    pub fn section(&self) -> Option<&str> {
        self.id.strip_prefix("section-")
    }
}

/// What of a check no machine sees, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl Unseen {
    /// In a language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// A default of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Its unit.
    pub unit: String,
}

/// The value of a default.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A switch.
    Flag(bool),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

/// A section recogniser.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its id.
    pub id: Id,
    /// Canonical label.
    pub label_vi: String,
    /// Other labels.
    pub synonyms_vi: Vec<String>,
    /// English labels.
    pub labels_en: Vec<String>,
    /// URL slugs.
    pub slugs: Vec<String>,
    /// Labels that look alike and mean something else.
    pub negative_vi: Vec<String>,
    /// Levels on which it makes sense.
    pub levels: Vec<Level>,
    /// Hosts that serve it.
    pub hosts: Vec<String>,
    /// What it is made of.
    pub kind: SectionKind,
    /// Traps, for people.
    pub traps: Vec<String>,
    /// Articles, for people.
    pub base: Vec<String>,
}

/// Scores of the section recogniser.
#[derive(Debug, Clone, PartialEq)]
pub struct Matching {
    /// Lowest score accepted.
    pub accept_score: f64,
    /// Label equal.
    pub score_exact: f64,
    /// Label contained.
    pub score_contains: f64,
    /// URL slug.
    pub score_slug: f64,
    /// Heading on the sitemap page.
    pub score_sitemap_heading: f64,
    /// Characters of text that make a page count as filled.
    pub min_text_chars: u32,
    /// Days after which an empty section fails.
    pub empty_days_to_fail: u32,
    /// Texts that say "empty".
    pub empty_texts_vi: Vec<String>,
    /// Where to look.
    pub look_in: Vec<String>,
}

/// One report duty.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportDuty {
    /// Its id, such as `ag-q`.
    pub id: Id,
    /// Its pack.
    pub pack: Id,
    /// Its obligations.
    pub obligations: Vec<Id>,
    /// Its sort.
    pub kind: ReportKind,
    /// How often.
    pub period: Vec<PeriodKind>,
    /// Its windows.
    pub window: Id,
    /// Levels that owe it.
    pub from_levels: Vec<Level>,
    /// Roles that owe it.
    pub from_roles: Vec<Id>,
    /// Last day on which districts owe it.
    pub district_valid_to: Option<jiff::civil::Date>,
    /// Who receives it.
    pub to: Vec<Id>,
    /// Through whom.
    pub via: Vec<Id>,
    /// When it is due by the text.
    pub due: DueRule,
    /// Whether the text gives the day.
    pub statutory: bool,
    /// The last days in time, as the text implies them.
    pub due_dates: Vec<MonthDay>,
    /// What happens on a day off.
    pub roll: Roll,
    /// When by policy.
    pub policy_due: Option<DueRule>,
    /// Cut of the data in the last month of the window: day and hour (24 = end of day).
    pub as_of: Option<(i8, i8)>,
    /// What it is about.
    pub subject_vi: Option<String>,
    /// What it must hold.
    pub must_contain: Vec<String>,
    /// Missing texts.
    pub missing: Vec<Id>,
    /// Where it is published.
    pub publish_on: Option<String>,
    /// Days on which it is owed.
    pub validity: Validity,
    /// Remarks.
    pub notes: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// When a report is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DueRule {
    /// Before a day of a given month.
    Before {
        /// Month.
        month: i8,
        /// Day.
        day: i8,
    },
    /// Before a day of the period's last month.
    BeforeInLastMonth {
        /// Day.
        day: i8,
    },
    /// Within a term after an event.
    Within {
        /// How long.
        term: Term,
        /// After which event.
        start: ReportStart,
    },
    /// At once after an event.
    Immediate {
        /// Which.
        start: ReportStart,
    },
    /// The day stands in the request.
    InRequest,
    /// The text gives no day.
    Unspecified,
    /// The day stands in a text we do not have.
    Missing {
        /// Which text.
        source: Id,
    },
    /// The last working day of the period (policy only).
    LastWorkingDay,
}

crate::vocabulary::vocabulary! {
    /// The event after which a report is due.
    ReportStart {
        /// End of the window.
        Cutoff = "cutoff",
        /// The period's report.
        PeriodReport = "period_report",
        /// Detection of the incident.
        Detection = "detection",
        /// End of the response.
        ResponseEnd = "response_end",
        /// The operator cannot cope.
        BeyondCapacity = "beyond_capacity",
    }
}

/// What is done some time before or after the due day `T`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// `T-5wd` …
    pub at: String,
    /// The action.
    pub action: String,
    /// In words.
    pub note_vi: String,
}

/// A contradiction between texts, and its resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// `E-01` …
    pub id: Id,
    /// What about.
    pub topic: String,
    /// How the system holds it.
    pub resolution: String,
}
