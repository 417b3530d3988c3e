//! Due days of reports against the golden vectors.

use ems_collector::calendar::{Roll, civil};
use ems_collector::regulation::{Kind, ReportDue};
use jiff::civil::{Date, DateTime};
use serde_json::Value;

use crate::fixture::{CALENDAR, RULES, rows, text, vectors};

fn report(row: &Value) -> ReportDue {
    let duty = RULES.report(text(row, "report")).expect("a duty");
    let year = i16::try_from(row["year"].as_i64().expect("a year")).expect("a year");
    let all = RULES.reports_of_duty(duty, year);
    all.into_iter()
        .find(|report| report.window.label == text(row, "period"))
        .expect("a period")
}

#[test]
fn due_days() {
    for row in rows(&vectors("reports.yaml"), "due") {
        let report = report(row);
        assert_eq!(report.kind, Kind::Statutory);
        let due = report.due.unwrap();
        assert_eq!(due.end.to_string(), text(row, "due"), "{row}");
        if let Some(rolled) = row["if_rolled"].as_str() {
            assert_eq!(CALENDAR.roll(due.day()).to_string(), rolled);
            let before = CALENDAR.minus_working(due.day(), 1);
            assert_eq!(before.to_string(), text(row, "last_working_day_before"));
            assert_eq!(report.duty.roll, Roll::None);
        }
    }
}

#[test]
fn receipt_at_the_limit_and_days_past_it() {
    let file = vectors("reports.yaml");
    for row in rows(&file, "received") {
        let at = civil::instant(text(row, "received").parse::<DateTime>().unwrap());
        assert_eq!(
            Some(report(row).due.unwrap().is_met_at(at)),
            row["on_time"].as_bool(),
            "{row}"
        );
    }
    for row in rows(&file, "overdue") {
        let on: Date = text(row, "on").parse().unwrap();
        let days = civil::days_between(report(row).due.unwrap().day(), on);
        assert_eq!(Some(days), row["days_past_due"].as_i64());
    }
}

#[test]
fn windows() {
    for row in rows(&vectors("reports.yaml"), "windows") {
        let windows = RULES.window(text(row, "window")).unwrap();
        let year = i16::try_from(row["year"].as_i64().unwrap()).unwrap();
        let window = windows
            .of(year)
            .into_iter()
            .find(|window| window.label == text(row, "part"))
            .unwrap();
        assert_eq!(
            (window.from.to_string().as_str(), window.to.to_string().as_str()),
            (text(row, "from"), text(row, "to"))
        );
    }
}

/// The last days in time that the text implies, written by hand in `reports.yaml`, against the computed ones.
#[test]
fn computed_due_days_are_those_written_down() {
    let mut checked = 0;
    for duty in RULES.reports.iter().filter(|duty| !duty.due_dates.is_empty()) {
        let year = duty.validity.to.map_or(2026, |last| last.year() - 1);
        let computed: Vec<(i8, i8)> = RULES
            .reports_of_duty(duty, year)
            .into_iter()
            .filter_map(|report| report.due)
            .map(|due| (due.day().month(), due.day().day()))
            .collect();
        assert_eq!(computed, duty.due_dates, "{}", duty.id);
        checked += 1;
    }
    assert!(checked >= 6);
}
