//! When reports are due: the report calendar laid over the working-day calendar.

use std::sync::Arc;

use jiff::civil::Date;

use super::catalogue::{DueRule, ReportDuty, ReportStart};
use super::library::Regulations;
use super::names::{Kind, PeriodKind};
use crate::calendar::{Due, Roll, Window, Windows};

/// One report of one period.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportDue {
    /// The duty.
    pub duty: Arc<ReportDuty>,
    /// The period it covers.
    pub window: Window,
    /// The last second in time; none where neither text nor policy gives a day that can be computed.
    pub due: Option<Due>,
    /// Whether the day is the text's or the operator's.
    pub kind: Kind,
}

/// Names of the windows of one granularity, by the last word of their id.
fn word(kind: PeriodKind) -> Option<&'static str> {
    match kind {
        PeriodKind::Quarter => Some("quarter"),
        PeriodKind::HalfYear => Some("half-year"),
        PeriodKind::Year => Some("year"),
        _ => None,
    }
}

impl Regulations {
    /// All reports of a duty for one year, in the order of their periods.
    ///
    /// A half-year report is owed for the first half only: the second is covered by the yearly one. Reports on
    /// events and requests have no calendar.
    #[must_use]
    pub fn reports_of_duty(&self, duty: &Arc<ReportDuty>, year: i16) -> Vec<ReportDue> {
        let mut all = Vec::new();
        for kind in &duty.period {
            let Some(windows) = self.windows_for(duty, *kind) else {
                continue;
            };
            for window in windows.of(year) {
                if *kind == PeriodKind::HalfYear && window.label != "H1" {
                    continue;
                }
                let (due, nature) = self.report_due(duty, &window);
                let owed = due.map_or(window.to, |due| due.day());
                if duty.validity.holds(owed) {
                    all.push(ReportDue {
                        duty: Arc::clone(duty),
                        window,
                        due,
                        kind: nature,
                    });
                }
            }
        }
        all
    }

    /// Every report of a year, by due day.
    #[must_use]
    pub fn reports_of_year(&self, year: i16) -> Vec<ReportDue> {
        let mut all: Vec<ReportDue> = self
            .reports
            .iter()
            .flat_map(|duty| self.reports_of_duty(duty, year))
            .collect();
        all.sort_by(|a, b| {
            let key = |report: &ReportDue| {
                (
                    report.due.map_or(report.window.to, |due| due.day()),
                    report.duty.id.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
        all
    }

    /// The windows of a duty for one kind of period: its own; or those of another duty of its pack with that
    /// granularity (`ag-pub` is yearly with `ag-y`); or those of the same family (`nd09-half-year` → `nd09-year`).
    fn windows_for(&self, duty: &ReportDuty, kind: PeriodKind) -> Option<&Windows> {
        let own = self.window(&duty.window)?;
        if matches!(kind, PeriodKind::Unspecified) {
            return Some(own);
        }
        let word = word(kind)?;
        let family = |id: &str| {
            id.split_once('-')
                .map_or(String::new(), |(family, _)| format!("{family}-{word}"))
        };
        let fits = |duty: &&Arc<ReportDuty>| family(&duty.window) == *duty.window;
        if own.id == family(&own.id) {
            return Some(own);
        }
        let sibling = self
            .reports
            .iter()
            .filter(|other| other.pack == duty.pack)
            .find(fits);
        sibling
            .and_then(|other| self.window(&other.window))
            .or_else(|| self.window(&family(&own.id)))
    }

    /// When the report of a period is due, by the text or, failing that, by policy.
    fn report_due(&self, duty: &ReportDuty, window: &Window) -> (Option<Due>, Kind) {
        if duty.statutory
            && let Some(due) = self.due_by(&duty.due, window, duty.roll)
        {
            return (Some(due), Kind::Statutory);
        }
        let policy = duty
            .policy_due
            .as_ref()
            .and_then(|rule| self.due_by(rule, window, duty.roll));
        (policy, Kind::Policy)
    }

    fn due_by(&self, rule: &DueRule, window: &Window, roll: Roll) -> Option<Due> {
        match rule {
            DueRule::Before { month, day } => Some(
                self.calendar
                    .before_day(Date::new(window.year, *month, *day).ok()?, roll),
            ),
            DueRule::BeforeInLastMonth { day } => {
                let limit = Date::new(window.to.year(), window.to.month(), *day).ok()?;
                Some(self.calendar.before_day(limit, roll))
            }
            DueRule::Within {
                term,
                start: ReportStart::Cutoff | ReportStart::PeriodReport,
            } => Some(self.calendar.due_day(window.to, *term, roll)),
            DueRule::LastWorkingDay => {
                let end = if self.calendar.is_working(window.to) {
                    window.to
                } else {
                    self.calendar.minus_working(window.to, 1)
                };
                Some(self.calendar.by_day(end, Roll::None))
            }
            DueRule::Within { .. }
            | DueRule::Immediate { .. }
            | DueRule::InRequest
            | DueRule::Unspecified
            | DueRule::Missing { .. } => None,
        }
    }
}
