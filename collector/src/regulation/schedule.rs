//! When reports are due: the report calendar laid over the working-day calendar.

use std::sync::Arc;

use ems_contract::time::UnixTime;
use jiff::civil::Date;

use super::catalogue::{DueRule, ReportDuty, ReportStart};
use super::library::Regulations;
use super::names::{Kind, PeriodKind};
use crate::calendar::civil::start_of;
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
    /// The first instant whose data the report does not cover: the end of its period, or the cut that the duty sets
    /// where the report is due before its period has ended.
    pub as_of: UnixTime,
}

impl ReportDue {
    /// `ag-q/2026-Q4`; years have no label.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.duty.id, self.period())
    }

    /// `2026-Q4`, `2026-H1`, `2026`.
    #[must_use]
    pub fn period(&self) -> String {
        match self.window.label.as_str() {
            "Y" => self.window.year.to_string(),
            label => format!("{}-{label}", self.window.year),
        }
    }

    /// What its figures are about.
    #[must_use]
    pub fn data(&self) -> ems_contract::time::Window {
        ems_contract::time::Window::new(self.window.instants().from, self.as_of)
    }

    /// The data end before the period does: the rest is told in an addendum or the next report.
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        self.as_of < self.window.instants().to
    }
}

/// Where the data of a report end: at the duty's own cut in the last month of its window, and never after the report
/// is due.
fn as_of(duty: &ReportDuty, window: &Window, due: Option<Due>) -> UnixTime {
    let end = window.instants().to;
    let cut = duty.as_of.and_then(|(day, hour)| {
        let day = Date::new(window.to.year(), window.to.month(), day).ok()?;
        Some(start_of(day) + i64::from(hour) * 3_600)
    });
    let due = due.map_or(end, |due| due.instant() + 1);
    cut.unwrap_or(end).min(end).min(due)
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
                        as_of: as_of(duty, &window, due),
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

    /// The report of a duty for a period written as `2026-Q4`, `2026-H1` or `2026`.
    #[must_use]
    pub fn report_of_period(&self, duty: &Arc<ReportDuty>, period: &str) -> Option<ReportDue> {
        let year = period.get(..4)?.parse().ok()?;
        self.reports_of_duty(duty, year)
            .into_iter()
            .find(|report| report.period().eq_ignore_ascii_case(period))
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

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::calendar::civil::plus_days;

    fn rules() -> Regulations {
        Regulations::embedded().unwrap()
    }

    fn duty(rules: &Regulations, id: &str) -> Arc<ReportDuty> {
        let found = rules.reports.iter().find(|duty| *duty.id == *id);
        Arc::clone(found.unwrap())
    }

    #[test]
    fn the_cut_of_an_giang_is_noon_of_the_due_day() {
        let rules = rules();
        let report = rules.report_of_period(&duty(&rules, "ag-q"), "2026-Q4").unwrap();
        assert_eq!(report.key(), "ag-q/2026-Q4");
        assert_eq!(report.data().from.to_string(), "2026-09-14T17:00:00Z");
        assert_eq!(report.as_of.to_string(), "2026-12-14T05:00:00Z");
        assert!(report.is_cut_short());
        let year = rules.report_of_period(&duty(&rules, "ag-y"), "2026").unwrap();
        assert_eq!(year.as_of.to_string(), "2026-11-14T17:00:00Z");
        assert!(!year.is_cut_short());
        assert!(rules.report_of_period(&duty(&rules, "ag-q"), "2026-H1").is_none());
        assert!(
            rules
                .report_of_period(&duty(&rules, "ag-q"), "mười hai")
                .is_none()
        );
    }

    #[test]
    fn a_report_due_before_its_period_ends_is_cut_where_it_is_due() {
        let rules = rules();
        let report = rules.report_of_period(&duty(&rules, "qn-p"), "2026").unwrap();
        assert_eq!(report.as_of.to_string(), "2026-11-30T17:00:00Z");
        assert!(report.is_cut_short());
        assert_eq!(report.kind, Kind::Policy);
    }

    proptest! {
        /// Every day lies in exactly one final annual edition, and the data of that edition reach its end.
        #[test]
        fn every_day_is_in_one_annual_edition(offset in 0_i64..2_500) {
            // Reading the rules takes far longer than a case.
            static RULES: LazyLock<Regulations> = LazyLock::new(rules);
            let rules = &*RULES;
            let day = plus_days(Date::constant(2024, 1, 1), offset);
            for id in ["ag-y", "ag-yc"] {
                let duty = duty(rules, id);
                let holding: Vec<ReportDue> = (2023..=2032)
                    .flat_map(|year| rules.reports_of_duty(&duty, year))
                    .filter(|report| report.window.holds(day))
                    .collect();
                prop_assert_eq!(holding.len(), 1, "{} {}", id, day);
                prop_assert!(!holding[0].is_cut_short());
            }
        }
    }
}
