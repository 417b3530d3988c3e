//! What was concluded about the portals of a report, and what people entered in the registers: as it stood when the data
//! of the report end.
//!
//! Verdicts are those that were kept; nothing is judged anew. What was not judged is not here, and is told as unknown.

mod data;
mod load;
mod registers;
mod sums;

use ems_contract::id::PortalId;
use ems_contract::text::Lang;
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::Serialize;

use crate::judge::{CheckVerdict, Computation, Reason, Statistics, Timeliness, Value, Verdict};
use crate::regulation::{Id, Kind};

pub use load::{findings, registers};
pub use registers::Registers;
pub(super) use sums::{ByObligation, OnTime, by_check, by_obligation, on_time, statutory};

/// Late items told of one check.
const LATE: usize = 5;
/// The check whose deadlines are reports: all of them are kept, in time or not.
pub(super) const SUBMITTED: &str = "report-submitted";

/// What is known beside the ledger. As data it has no names of persons: of the registers there are figures alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Findings {
    /// Portals that were judged within the window, in the order of the report.
    pub portals: Vec<PortalFindings>,
    /// What stood in the registers.
    pub registers: Registers,
}

impl Findings {
    /// The last day on which any portal was judged.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.portals.iter().map(|portal| portal.day).max()
    }

    /// What was concluded about one portal.
    #[must_use]
    pub fn of(&self, portal: &PortalId) -> Option<&PortalFindings> {
        self.portals.iter().find(|found| found.portal == *portal)
    }
}

/// One portal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PortalFindings {
    /// Which.
    pub portal: PortalId,
    /// The last day within the window for which it was judged.
    pub day: Date,
    /// The instant of that day at which it was judged.
    pub judged_at: UnixTime,
    /// The verdicts that stood then and bind, by pack and obligation.
    pub conclusions: Vec<Conclusion>,
}

/// One obligation that binds a portal, judged by at least one check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conclusion {
    /// The pack.
    pub pack: Id,
    /// The obligation.
    pub obligation: Id,
    /// The verdict.
    pub value: Value,
    /// Why.
    pub reason: Reason,
    /// Whether the text or the operator's own threshold decided it.
    pub kind: Kind,
    /// First day of the run of days with this verdict.
    pub since: Date,
    /// The instant judged that its checks tell of, where the same verdict was given again since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_at: Option<UnixTime>,
    /// The pack is a draft: a trial.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trial: bool,
    /// It may enter a ranking.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ranked: bool,
    /// What it rests on; in the data only where that says more than the verdict.
    #[serde(serialize_with = "telling")]
    pub checks: Vec<Checked>,
}

/// Checks that met what was asked and count nothing add nothing to a verdict: of them there are most.
fn telling<S: serde::Serializer>(checks: &[Checked], serializer: S) -> Result<S::Ok, S::Error> {
    let silent = |check: &Checked| {
        matches!(check.value, Value::Pass | Value::Unknown)
            && check.statistics.is_none()
            && check.terms.is_empty()
    };
    serializer.collect_seq(checks.iter().filter(|check| !silent(check)))
}

impl Conclusion {
    /// A verdict that has stood `since` a day, of a portal judged at `judged_at`; `None` where the obligation does not
    /// bind or no check judges it.
    #[must_use]
    pub fn of(verdict: Verdict, since: Date, judged_at: UnixTime) -> Option<Self> {
        if verdict.value == Value::NotApplicable || verdict.checks.is_empty() {
            return None;
        }
        let deciding = verdict.checks.iter().find(|check| check.value == verdict.value);
        Some(Self {
            kind: deciding.map_or(Kind::Statutory, |check| check.kind),
            pack: verdict.pack,
            obligation: verdict.obligation,
            value: verdict.value,
            reason: verdict.reason,
            since,
            told_at: Some(verdict.at).filter(|at| *at != judged_at),
            trial: verdict.trial,
            ranked: verdict.ranked,
            checks: verdict
                .checks
                .into_iter()
                .filter(|check| check.value != Value::NotApplicable)
                .map(Checked::of)
                .collect(),
        })
    }

    /// Whether the text itself decided it, and not the operator's threshold.
    #[must_use]
    pub fn is_statutory(&self) -> bool {
        self.kind == Kind::Statutory
    }
}

/// One check below a conclusion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// Which.
    pub check: Id,
    /// Its verdict.
    pub value: Value,
    /// Why.
    pub reason: Reason,
    /// Whether the text or the operator's own threshold decided it.
    pub kind: Kind,
    /// What was measured, in Vietnamese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<String>,
    /// What was asked, in Vietnamese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
    /// Whether what was asked is the text's or the operator's.
    pub threshold_kind: Kind,
    /// Items in time and late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics: Option<Statistics>,
    /// The items that are latest; of reports every one that was due.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Term>,
    /// A page that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

impl Checked {
    fn of(verdict: CheckVerdict) -> Self {
        let rendered = |message: ems_contract::diagnostic::Message| message.render(Lang::Vi);
        let every = &*verdict.check == SUBMITTED;
        let mut terms: Vec<Term> = verdict
            .computations
            .into_iter()
            .filter(|one| every || one.outcome == Timeliness::Late)
            .map(Term::of)
            .collect();
        if !every {
            terms.sort_by_key(|term| std::cmp::Reverse(term.late_wd));
            terms.truncate(LATE);
        }
        Self {
            check: verdict.check,
            value: verdict.value,
            reason: verdict.reason,
            kind: verdict.kind,
            measured: verdict.measured.map(rendered),
            threshold: verdict.threshold.map(rendered),
            threshold_kind: verdict.threshold_kind,
            statistics: verdict.statistics,
            terms,
            page: verdict
                .evidence
                .into_iter()
                .map(|evidence| evidence.what)
                .find(|what| what.starts_with("https://") || what.starts_with("http://")),
        }
    }
}

/// An item with a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Term {
    /// The item: a number, an address, a report's key.
    pub item: String,
    /// Whether it came in time.
    pub outcome: Timeliness,
    /// The last instant in time, by the latest possible start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<UnixTime>,
    /// Working days late, by the certain bounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_wd: Option<u32>,
}

impl Term {
    fn of(one: Computation) -> Self {
        Self {
            item: one.item,
            outcome: one.outcome,
            due: one.due_max.or(one.due_min),
            late_wd: one.late_wd,
        }
    }
}
