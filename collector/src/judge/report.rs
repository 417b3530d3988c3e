//! Reports owed: register against calendar.

use ems_contract::diagnostic::Message;
use jiff::civil::Date;

use super::case::Case;
use super::grade::{Grade, Graded, Raw};
use super::reason::Reason;
use super::verdict::{Computation, Timeliness};
use crate::calendar::{Due, Window, civil};
use crate::regulation::{Kind, ReportDue, ReportKind};

/// Judges a check of reports; `None` when it is none.
pub(super) fn judge(case: &Case<'_>) -> Option<Raw> {
    Some(match &*case.check.id {
        "report-submitted" => submitted(case),
        "report-adhoc" => on_request(case),
        _ => return None,
    })
}

/// Reports of the row that this unit owes, due within the last twelve months or next.
fn owed(case: &Case<'_>) -> Vec<ReportDue> {
    let year = case.day.year();
    let mut all: Vec<ReportDue> = case
        .row
        .params
        .reports
        .iter()
        .filter_map(|id| case.rules.report(id))
        .filter(|duty| {
            !matches!(
                duty.kind,
                ReportKind::AdHoc | ReportKind::Event | ReportKind::Publication
            )
        })
        .filter(|duty| owes(case, &duty.from_levels, &duty.from_roles, duty.district_valid_to))
        .flat_map(|duty| (year - 1..=year + 1).flat_map(|year| case.rules.reports_of_duty(duty, year)))
        .collect();
    all.retain(|report| {
        let due = report.due.map_or(report.window.to, |due| due.day());
        let age = civil::days_between(due, case.day);
        (0..=366).contains(&age) || (age < 0 && report.window.holds(case.day))
    });
    all
}

/// Whether the unit's level owes it on this day; roles were settled when the row was found to bind.
fn owes(
    case: &Case<'_>,
    levels: &[ems_contract::inventory::Level],
    roles: &[crate::regulation::Id],
    last: Option<Date>,
) -> bool {
    let district = case.unit.level == ems_contract::inventory::Level::District;
    if district && last.is_some_and(|last| case.day > last) {
        return false;
    }
    levels.contains(&case.unit.level) || !roles.is_empty()
}

/// Every report owed, the worst of them. An empty register proves nothing (0.8 (13)).
fn submitted(case: &Case<'_>) -> Raw {
    let reports = owed(case);
    let told: Vec<(Graded, Computation)> = reports.iter().map(|report| one(case, report)).collect();
    // A report not due yet weighs less than one that is due and not registered.
    let weight = |(graded, one): &&(Graded, Computation)| {
        (graded.grade, graded.reason != Reason::NotDueYet, one.due_max)
    };
    let Some(worst) = told.iter().max_by_key(weight).cloned() else {
        return Raw::moot(Reason::NothingToJudge);
    };
    let (mut graded, _) = worst;
    // Only what is owed and neither here nor late is left: a report not due yet alone judges nothing.
    if graded.reason == Reason::NotDueYet && told.iter().any(|(graded, _)| graded.grade == Grade::Good) {
        graded = Graded {
            measured: graded.measured,
            ..Graded::good()
        };
    }
    let mut raw = Raw::new(graded);
    raw.provisional = told.iter().any(|(_, one)| one.provisional);
    raw.computations = told.into_iter().map(|(_, one)| one).collect();
    raw.computations
        .sort_by_key(|one| (one.outcome != Timeliness::Late, std::cmp::Reverse(one.due_max)));
    raw
}

fn one(case: &Case<'_>, report: &ReportDue) -> (Graded, Computation) {
    let Window { label, year, .. } = &report.window;
    let name = format!("{} {label}/{year}", report.duty.id);
    let entry = case
        .facts
        .reports
        .iter()
        .filter(|entry| *entry.report == *report.duty.id && entry.period == *label && entry.year == *year)
        .min_by_key(|entry| entry.received.map_or(i64::MAX, |received| received.from.secs()));
    let received = entry.and_then(|entry| entry.received);
    let missing = entry.is_some_and(|entry| entry.confirmed_missing && entry.received.is_none());
    let late = |due: Due| {
        let day = received.map_or(case.day, |received| civil::day_of(received.from));
        case.rules.calendar.working_between(due.day(), day)
    };
    let mut late_wd = None;
    let (graded, outcome) = match (report.due, received) {
        (Some(due), Some(received)) if due.is_met_at(received.to) => (Graded::good(), Timeliness::OnTime),
        (Some(due), Some(received)) if !due.is_met_at(received.from) => {
            late_wd = Some(late(due));
            (Graded::new(Grade::Bad, Reason::Late), Timeliness::Late)
        }
        (None, Some(_)) => (Graded::good(), Timeliness::OnTime),
        (_, Some(_)) => (
            Graded::unclear(Reason::PublicationUnobservable),
            Timeliness::Undecidable,
        ),
        (Some(due), None) if due.is_met_at(case.now) => {
            (Graded::unclear(Reason::NotDueYet), Timeliness::Undecidable)
        }
        (Some(due), None) if missing => {
            late_wd = Some(late(due));
            (Graded::new(Grade::Bad, Reason::AttestedNo), Timeliness::Late)
        }
        (_, None) => (Graded::unclear(Reason::NotRegistered), Timeliness::Undecidable),
    };
    let graded = if graded.grade == Grade::Bad && report.kind != Kind::Statutory {
        Graded::policy()
    } else {
        graded
    };
    let reason = graded.reason;
    let due = report.due.map(|due| due.instant());
    let told = Computation {
        item: name.clone(),
        label: report.duty.id.to_string(),
        start_from: Some(report.window.from),
        start_to: Some(report.window.to),
        term: None,
        due_min: due,
        due_max: due,
        published_from: received.map(|received| received.from),
        published_to: received.map(|received| received.to),
        outcome,
        late_wd,
        reason,
        calendar: case.rules.calendar.versions(report.window.to, report.window.to),
        provisional: report.due.is_some_and(|due| due.provisional),
    };
    (
        graded.measured(Message::new("judge.m.outcome").with("outcome", name)),
        told,
    )
}

/// Reports asked for ad hoc: the day is that of the request.
fn on_request(case: &Case<'_>) -> Raw {
    let worst = case
        .facts
        .reports
        .iter()
        .filter(|entry| case.row.params.reports.iter().any(|id| **id == *entry.report))
        .filter_map(|entry| {
            let due = case
                .rules
                .calendar
                .by_day(entry.requested_by?, crate::calendar::Roll::None);
            let graded = match entry.received {
                Some(received) if due.is_met_at(received.to) => Graded::good(),
                Some(_) => Graded::new(Grade::Bad, Reason::Late),
                None if due.is_met_at(case.now) => Graded::unclear(Reason::NotDueYet),
                None if entry.confirmed_missing => Graded::new(Grade::Bad, Reason::AttestedNo),
                None => Graded::unclear(Reason::NotRegistered),
            };
            Some(graded.measured(Message::new("judge.m.outcome").with("outcome", &entry.period)))
        })
        .max_by_key(|graded| graded.grade);
    worst.map_or_else(|| Raw::moot(Reason::NothingToJudge), Raw::new)
}
