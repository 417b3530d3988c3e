//! The grammar on everything the corpus of traps names.

use jiff::civil::{date as day, datetime};
use proptest::prelude::*;

use super::*;

const NOW: Fetched = datetime(2026, 11, 6, 8, 15, 0, 0);

fn days(text: &str) -> Vec<String> {
    scan(text)
        .iter()
        .filter_map(|f| f.day(NOW, Order::DayFirst))
        .map(|d| d.to_string())
        .collect()
}

#[test]
fn every_written_form_gives_its_day() {
    for text in [
        "05/02/2026",
        "5-2-2026",
        "05.02.2026",
        "5. 2. 2026",
        "05 / 02 / 2026",
        "2026-02-05",
        "2026/02/05",
        "2026-02-05T23:30:00+07:00",
        "ngày 05 tháng 02 năm 2026",
        "Thứ Năm, ngày 5 tháng 2, 2026 | 08:15:00",
        "05 Thg 2, 2026",
        "05 Th2 2026",
        "Tháng Hai 5, 2026",
        "5 Tháng Hai, 2026",
        "Thứ Năm, 05/02/2026 07:08 GMT+7",
        "Cập nhật: 16h51 05/02/2026",
        "(05/02/2026)",
        "February 5, 2026",
        "Feb. 5th, 2026",
        "5 February 2026",
        "5th of February 2026",
        "5. Februar 2026",
        "5 février 2026",
        "5 de febrero de 2026",
        "5 febbraio 2026",
        "5 fevereiro 2026",
        "05-Feb-2026",
        "2026. február 5.",
        "5 lutego 2026",
        "5 февраля 2026",
        "2026年2月5日",
        "20260205",
        "ngày\u{A0}05/02/2026",
    ] {
        assert_eq!(days(text), ["2026-02-05"], "{text}");
    }
}

#[test]
fn vietnamese_in_decomposed_unicode_is_read_as_well() {
    use unicode_normalization::UnicodeNormalization;
    let text: String = "ngày 05 tháng 02 năm 2026, hôm qua, 3 giờ trước".nfd().collect();
    assert_eq!(days(&text), ["2026-02-05", "2026-11-05", "2026-11-06"]);
}

#[test]
fn relative_times_count_back_from_the_fetch() {
    assert_eq!(days("3 giờ trước"), ["2026-11-06"]);
    assert_eq!(days("9 giờ trước"), ["2026-11-05"]);
    assert_eq!(days("Hôm qua"), ["2026-11-05"]);
    assert_eq!(days("2 tuần trước"), ["2026-10-23"]);
    assert_eq!(days("2 days ago, yesterday"), ["2026-11-04", "2026-11-05"]);
}

#[test]
fn a_missing_year_is_the_latest_that_is_not_in_the_future() {
    assert_eq!(days("30/12"), ["2025-12-30"]);
    assert_eq!(days("05/11"), ["2026-11-05"]);
    assert_eq!(days("29/02"), ["2024-02-29"]);
    assert_eq!(days("5 December"), ["2025-12-05"]);
}

#[test]
fn what_is_no_date_is_none() {
    for text in [
        "16/72/2020",
        "31/02/2026",
        "0295.3335.666",
        "số 88/2026/TT-BXD",
        "153/2026/NĐ-CP",
        "67.470",
        "6.727.693",
        "Trang 1/8 của 64",
        "24/24",
        "Hôm nay: 407",
        "54/GP-TTĐT",
        "192.168.1.10",
        "1.2.3",
        "13:45",
        "may 5",
        "50%",
        "12/2026",
        "3 giờ",
        "v20260205x",
    ] {
        let certain: Vec<_> = scan(text)
            .into_iter()
            .filter(|f| f.form != Form::NoYear)
            .collect();
        assert!(certain.is_empty(), "{text}: {certain:?}");
    }
}

#[test]
fn the_order_of_numbers_is_decided_by_the_list() {
    let list: Vec<Found> = ["4/5/2026 10:53 AM", "3/30/2026 9:55 AM"]
        .iter()
        .flat_map(|t| scan(t))
        .collect();
    let all: Vec<&Found> = list.iter().collect();
    assert_eq!(order_of(&all, NOW), Some(Order::MonthFirst));
    assert_eq!(list[0].day(NOW, Order::MonthFirst), Some(day(2026, 4, 5)));
    let vietnamese: Vec<Found> = ["04/05/2026", "30/04/2026"]
        .iter()
        .flat_map(|t| scan(t))
        .collect();
    assert_eq!(
        order_of(&vietnamese.iter().collect::<Vec<_>>(), NOW),
        Some(Order::DayFirst)
    );
    let plain = scan("04/05/2026");
    assert_eq!(
        order_of(&plain.iter().collect::<Vec<_>>(), NOW),
        Some(Order::DayFirst)
    );
}

#[test]
fn a_list_that_fits_both_ways_under_am_and_pm_is_unreadable() {
    let list = scan("4/5/2026 10:53 AM");
    assert_eq!(order_of(&list.iter().collect::<Vec<_>>(), NOW), None);
    // Read with the day first this one would lie in the future.
    let list = scan("4/12/2026 10:53 AM");
    assert_eq!(
        order_of(&list.iter().collect::<Vec<_>>(), NOW),
        Some(Order::MonthFirst)
    );
}

#[test]
fn stamps_in_utc_move_to_the_reader() {
    let read = |text, zone| stamp(text, NOW, Order::DayFirst, zone).map(|d| d.to_string());
    assert_eq!(
        read("2026-05-03T17:00:00Z", Some(420)).as_deref(),
        Some("2026-05-04")
    );
    assert_eq!(
        read("2026-05-03T17:00:00.000Z", None).as_deref(),
        Some("2026-05-03")
    );
    assert_eq!(
        read("2026-05-03T23:30:00+07:00", Some(420)).as_deref(),
        Some("2026-05-03")
    );
    assert_eq!(
        read("Sun, 03 May 2026 20:00:00 GMT", Some(420)).as_deref(),
        Some("2026-05-04")
    );
    assert_eq!(
        read("Sun, 03 May 2026 20:00:00 +0000", Some(420)).as_deref(),
        Some("2026-05-04")
    );
    assert_eq!(read("1777852800", Some(420)).as_deref(), Some("2026-05-04"));
    assert_eq!(read("2026-05-03", Some(420)).as_deref(), Some("2026-05-03"));
    assert_eq!(read("yesterday", None), None);
}

proptest! {
    #[test]
    fn garbage_is_scanned_in_order_and_within_bounds(text in "[0-9/.\\-: ]{0,30}[a-zàáé ]{0,10}[0-9/ ]{0,12}") {
        let mut end = 0;
        for found in scan(&text) {
            prop_assert!(found.span.start >= end && found.span.end > found.span.start);
            prop_assert!(text.get(found.span.clone()).is_some());
            end = found.span.end;
            let _day = found.day(NOW, Order::DayFirst);
        }
    }

    #[test]
    fn a_day_written_is_the_day_read(year in 1995i16..2090, month in 1i8..=12, dom in 1i8..=28) {
        let wanted = day(year, month, dom);
        for text in [
            format!("{dom:02}/{month:02}/{year}"),
            format!("ngày {dom} tháng {month} năm {year}"),
            format!("{year}-{month:02}-{dom:02}T10:00:00Z"),
        ] {
            prop_assert_eq!(scan(&text)[0].day(NOW, Order::DayFirst), Some(wanted));
        }
    }
}
