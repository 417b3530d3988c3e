//! Working days, terms and provisional years.

use ems_collector::calendar::{Calendar, Roll, Swaps, Term, Year, civil};
use jiff::civil::{Date, DateTime};

use crate::fixture::{CALENDAR, rows, text, vectors};

#[test]
fn working_day_vectors() {
    let file = vectors("working-days.yaml");
    let without = CALENDAR.clone().with_swaps(Swaps::Ignored);
    let mut checked = 0;
    for row in rows(&file, "vectors") {
        let unit = text(row, "unit");
        let term: Term = format!("{}{unit}", row["n"]).parse().unwrap();
        let start = text(row, "start");
        let why = text(row, "why");
        match unit {
            "wd" => {
                let due =
                    |calendar: &Calendar| calendar.due_day(start.parse().unwrap(), term, Roll::None).day();
                assert_eq!(
                    due(&CALENDAR).to_string(),
                    text(row, "due"),
                    "{start} {term}: {why}"
                );
                assert_eq!(
                    due(&without).to_string(),
                    text(row, "due_no_swap"),
                    "{start} {term}: {why}"
                );
            }
            "cd" => {
                let due = CALENDAR.due_day(start.parse().unwrap(), term, Roll::NextWorkingDay);
                assert_eq!(due.day().to_string(), text(row, "due"), "{why}");
                assert_eq!(due.unrolled.to_string(), text(row, "unrolled"), "{why}");
            }
            "h" => {
                let start = civil::instant(start.parse::<DateTime>().unwrap());
                assert_eq!(
                    CALENDAR.due(start, term, Roll::None).end.to_string(),
                    text(row, "due"),
                    "{why}"
                );
            }
            other => panic!("unit {other}"),
        }
        checked += 1;
    }
    assert_eq!(checked, 22);
}

#[test]
fn old_domain_vectors() {
    for row in rows(&vectors("old-domain.yaml"), "vectors") {
        let switch: Date = text(row, "switch").parse().unwrap();
        let term: Term = format!("{}mo", row["months"]).parse().unwrap();
        assert_eq!(
            CALENDAR.due_day(switch, term, Roll::None).day().to_string(),
            text(row, "window_end")
        );
    }
}

#[test]
fn official_years_are_not_provisional_and_others_are() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    assert!(!CALENDAR.is_provisional(day("2026-11-24")));
    assert!(CALENDAR.is_provisional(day("2027-03-01")));
    assert!(CALENDAR.is_provisional(day("2017-05-02")));
    let two = "2wd".parse().unwrap();
    assert!(CALENDAR.due_day(day("2026-12-31"), two, Roll::None).provisional);
    assert!(!CALENDAR.due_day(day("2026-12-29"), two, Roll::None).provisional);
    assert_eq!(
        CALENDAR.versions(day("2025-12-31"), day("2026-01-06")),
        ["2025.1", "2026.1"]
    );
}

/// The provisional year 2027 was written by hand; the computed one must say the same of every day.
#[test]
fn a_computed_year_equals_the_provisional_one_written_out() {
    let computed = Calendar::new([Year::computed(2027)]);
    let mut day: Date = "2027-01-01".parse().unwrap();
    while day.year() == 2027 {
        assert_eq!(computed.is_working(day), CALENDAR.is_working(day), "{day}");
        day = civil::plus_days(day, 1);
    }
}

/// Where notices exist, computing alone errs only by swaps and by the days that the Prime Minister chose.
#[test]
fn official_years_differ_from_computed_ones_only_where_a_notice_chose() {
    let computed = Calendar::new([]);
    let mut differing = Vec::new();
    for year in 2023..=2026 {
        let mut day = Date::new(year, 1, 1).unwrap();
        while day.year() == year {
            if computed.is_working(day) != CALENDAR.is_working(day) {
                differing.push(day.to_string());
            }
            day = civil::plus_days(day, 1);
        }
    }
    insta::assert_snapshot!(differing.join(" "));
}
