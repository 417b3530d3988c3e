//! Days, instants and choices as people write them, in forms and in spreadsheets.

use ems_contract::time::UnixTime;
use jiff::civil::{Date, DateTime, Time};

use crate::calendar::civil;
use crate::judge::facts::When;

/// Day 0 of Excel's calendar, which counts a 29/02/1900 that never was: right for every day from 01/03/1900 on.
const EXCEL_EPOCH: Date = Date::constant(1899, 12, 30);
/// Serial numbers that are days of 2000 to 2099; other numbers are no days.
const SERIALS: std::ops::RangeInclusive<i64> = 36_526..=73_050;

/// A day: `2026-11-22`, `22/11/2026` (also with `-` or `.`), `ngày 22 tháng 11 năm 2026`, or Excel's serial number.
/// Never month first.
#[must_use]
pub fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Ok(serial) = text.parse::<i64>() {
        return excel_day(serial);
    }
    let spelled = text
        .to_lowercase()
        .replace("ngày", " ")
        .replace("tháng", "/")
        .replace("năm", "/");
    let bare: String = spelled.chars().filter(|c| !c.is_whitespace()).collect();
    let parts: Vec<&str> = bare.split(['/', '-', '.']).collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let (year, month, day) = if first.len() == 4 {
        (first, second, third)
    } else {
        (third, second, first)
    };
    if year.len() != 4 || [month, day].iter().any(|part| part.is_empty() || part.len() > 2) {
        return None;
    }
    let date = Date::new(digits(year)?, digits(month)?, digits(day)?).ok()?;
    (1900..=2199).contains(&date.year()).then_some(date)
}

fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// The day of an Excel serial number.
#[must_use]
pub fn excel_day(serial: i64) -> Option<Date> {
    SERIALS
        .contains(&serial)
        .then(|| civil::plus_days(EXCEL_EPOCH, serial))
}

/// An instant of Vietnamese civil time: `2026-11-22T14:57`, `22/11/2026 14:57[:30]`, `14:57 22/11/2026`, `14 giờ 57 …`;
/// also RFC 3339 with an offset.
#[must_use]
pub fn moment(text: &str) -> Option<UnixTime> {
    let text = text.trim();
    if let Ok(at) = text.parse::<UnixTime>() {
        return Some(at);
    }
    let spelled = text
        .to_lowercase()
        .replace(" giờ ", ":")
        .replace("giờ", ":")
        .replace("phút", " ");
    // The `T` of ISO 8601 stands between two digits; that of `tháng` does not.
    let parted = match spelled.split_once('t') {
        Some((before, after))
            if before.ends_with(|c: char| c.is_ascii_digit())
                && after.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            format!("{before} {after}")
        }
        _ => spelled,
    };
    let (times, rest): (Vec<&str>, Vec<&str>) = parted
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .partition(|word| word.contains(':'));
    let [time] = times.as_slice() else { return None };
    let date = day(&rest.join(" "))?;
    Some(civil::instant(DateTime::from_parts(date, clock(time)?)))
}

fn clock(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let mut next = || parts.next().map(str::trim);
    let (hour, minute) = (digits(next()?)?, digits(next()?)?);
    let second = match next() {
        None | Some("") => 0,
        Some(second) => digits(second)?,
    };
    parts
        .next()
        .is_none()
        .then(|| Time::new(hour, minute, second, 0).ok())?
}

/// A day or, more exactly, an instant.
#[must_use]
pub fn when(text: &str) -> Option<When> {
    day(text).map(When::day).or_else(|| moment(text).map(When::at))
}

/// As a form's field of day and time wants it: `2026-11-22T14:57:30`.
#[must_use]
pub fn moment_text(at: UnixTime) -> String {
    civil::local(at).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// As [`when`] reads it back.
#[must_use]
pub fn when_text(when: When) -> String {
    if when.from == when.to {
        moment_text(when.from)
    } else {
        civil::day_of(when.from).to_string()
    }
}

/// Yes or no, in Vietnamese or English; nothing written is no.
#[must_use]
pub fn flag(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "" | "không" | "khong" | "no" | "0" | "false" => Some(false),
        "có" | "co" | "yes" | "on" | "1" | "true" | "x" | "đạt" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_are_read_as_they_are_written_here() {
        let wanted = Some(Date::constant(2026, 11, 2));
        for text in [
            "2026-11-02",
            "02/11/2026",
            "2/11/2026",
            "02-11-2026",
            " 2.11.2026 ",
            "ngày 02 tháng 11 năm 2026",
            "Ngày 2 tháng 11 năm 2026",
            "46328",
        ] {
            assert_eq!(day(text), wanted, "{text}");
        }
        for text in [
            "",
            "31/02/2026",
            "2026",
            "11/22/2026",
            "02/11/26",
            "1",
            "99999",
            "a/b/c",
            "2026-11-02x",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn instants_are_civil_time() {
        let wanted: Option<UnixTime> = Some("2026-11-22T07:57:00Z".parse().unwrap());
        for text in [
            "2026-11-22T14:57",
            "2026-11-22 14:57:00",
            "22/11/2026 14:57",
            "14:57 22/11/2026",
            "14 giờ 57 phút ngày 22 tháng 11 năm 2026",
            "2026-11-22T07:57:00Z",
            "2026-11-22T14:57:00+07:00",
        ] {
            assert_eq!(moment(text), wanted, "{text}");
        }
        for text in [
            "",
            "22/11/2026",
            "14:57",
            "25:00 22/11/2026",
            "14:57:00:00 22/11/2026",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(seconds in 946_684_800i64..4_102_444_800) {
            let at = UnixTime::from_secs(seconds);
            prop_assert_eq!(moment(&moment_text(at)), Some(at));
            let today = civil::day_of(at);
            prop_assert_eq!(day(&today.to_string()), Some(today));
            prop_assert_eq!(day(&today.strftime("%d/%m/%Y").to_string()), Some(today));
            let serial = civil::days_between(EXCEL_EPOCH, today);
            prop_assert_eq!(day(&serial.to_string()), Some(today));
        }

        #[test]
        fn garbage_never_panics(text in ".{0,40}") {
            let read = (day(&text), moment(&text), when(&text), flag(&text));
            prop_assert!(read.2.is_some() || (read.0.is_none() && read.1.is_none()));
        }
    }
}
