//! What a report is about: a duty's period, or any stretch, and what it is compared with.

use std::sync::Arc;

use ems_contract::time::Window;

use super::period::{Period, PeriodError};
use crate::regulation::{Regulations, ReportDue, ReportDuty};

/// What is to be reported on.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The period as it is named.
    pub period: Period,
    /// What the figures are about.
    pub window: Window,
    /// The duty that it answers.
    pub due: Option<ReportDue>,
    /// The period before and the same a year before; empty windows where there is none.
    pub compared: [(Period, Window); 2],
    /// `ag-q/2026-Q4`, or the period alone.
    pub key: String,
}

impl Subject {
    /// A report of a duty: its window, cut where the duty says.
    ///
    /// # Errors
    /// When the period of the duty is none of quarter, half-year, year.
    pub fn of_duty(rules: &Regulations, due: ReportDue) -> Result<Self, PeriodError> {
        let named = |due: &ReportDue| Period::parse(&due.period()).map(|(period, _)| period);
        let nothing = (Period::Range, Window::new(due.as_of, due.as_of));
        let before = |steps| match earlier(rules, &due, steps) {
            None => Ok(nothing),
            Some(one) => Ok::<_, PeriodError>((named(&one)?, one.data())),
        };
        Ok(Self {
            period: named(&due)?,
            window: due.data(),
            compared: [before(1)?, before(0)?],
            key: due.key(),
            due: Some(due),
        })
    }

    /// A report of the calendar, or of any stretch, called `key`.
    #[must_use]
    pub fn of_period(period: Period, window: Window, key: String) -> Self {
        Self {
            compared: period.compared_with(window),
            period,
            window,
            due: None,
            key,
        }
    }

    /// Its duty.
    #[must_use]
    pub fn duty(&self) -> Option<&Arc<ReportDuty>> {
        self.due.as_ref().map(|due| &due.duty)
    }
}

/// The report one period before (`steps` 1) or of the same period a year before (`steps` 0).
fn earlier(rules: &Regulations, due: &ReportDue, steps: usize) -> Option<ReportDue> {
    let year = due.window.year;
    let mut known = rules.reports_of_duty(&due.duty, year - 1);
    if steps == 0 {
        return known.into_iter().find(|one| one.window.label == due.window.label);
    }
    known.extend(rules.reports_of_duty(&due.duty, year));
    let own = known.iter().position(|one| one.window == due.window)?;
    known.into_iter().nth(own.checked_sub(steps)?)
}
