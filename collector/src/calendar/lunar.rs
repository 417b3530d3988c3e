//! The Vietnamese lunar calendar, computed at UTC+7.
//!
//! New moons and the sun's longitude after J. Meeus, *Astronomical Algorithms* (chapters 25 and 49, abridged), in
//! the arrangement of Hồ Ngọc Đức; exact to minutes, which decides the day except when a new moon falls within
//! minutes of midnight. The tests hold it against the published Tết days of 1985-2040.

use std::f64::consts::PI;

use jiff::ToSpan;
use jiff::civil::Date;

/// Hours by which Vietnamese civil time is ahead of UTC. China counts at +8: the two calendars part now and then
/// (Tết 2007 and 2030).
const ZONE_HOURS: f64 = 7.0;
/// Mean length of a lunar month in days.
const MONTH: f64 = 29.530_588_853;
/// Julian day number of 1970-01-01.
const EPOCH_JULIAN: i64 = 2_440_588;

/// The civil day of `day`/`month` of the lunar year that begins in the Gregorian `year` (regular months only).
///
/// `None` outside the years 1900-2199, for which the series hold.
#[must_use]
pub fn gregorian(year: i16, month: u8, day: u8) -> Option<Date> {
    if !(1900..=2199).contains(&year) || !(1..=12).contains(&month) || !(1..=30).contains(&day) {
        return None;
    }
    // Months 11 and 12 belong to the solar year after the winter solstice that opens the count.
    let (opening, closing) = if month < 11 {
        (eleventh_month(year - 1)?, eleventh_month(year)?)
    } else {
        (eleventh_month(year)?, eleventh_month(year + 1)?)
    };
    let mut offset = i64::from(month) - 11;
    if offset < 0 {
        offset += 12;
    }
    if closing - opening > 365 && offset >= leap_offset(opening) {
        offset += 1;
    }
    let moon = whole(0.5 + (float(opening) - 2_415_021.076_998_695) / MONTH);
    date(new_moon_day(moon + offset) + i64::from(day) - 1)
}

/// The first day of the lunar year (mồng 1 Tết) that begins in `year`.
#[must_use]
pub fn tet(year: i16) -> Option<Date> {
    gregorian(year, 1, 1)
}

/// Giỗ Tổ Hùng Vương, the tenth of the third lunar month.
#[must_use]
pub fn gio_to(year: i16) -> Option<Date> {
    gregorian(year, 3, 10)
}

/// Julian day of the month that holds the winter solstice of `year`.
fn eleventh_month(year: i16) -> Option<i64> {
    let last = julian(Date::new(year, 12, 31).ok()?);
    let moon = whole(float(last - 2_415_021) / MONTH);
    let day = new_moon_day(moon);
    Some(if sun_sector(day) >= 9 {
        new_moon_day(moon - 1)
    } else {
        day
    })
}

/// Months after the eleventh at which the leap month stands: the first without a principal term.
fn leap_offset(eleventh: i64) -> i64 {
    let moon = whole(0.5 + (float(eleventh) - 2_415_021.076_998_695) / MONTH);
    let mut last;
    let mut month = 1;
    let mut sector = sun_sector(new_moon_day(moon + month));
    loop {
        last = sector;
        month += 1;
        sector = sun_sector(new_moon_day(moon + month));
        if sector == last || month >= 14 {
            return month - 1;
        }
    }
}

/// The local Julian day on which the `k`-th new moon since 1900-01-01 falls.
fn new_moon_day(k: i64) -> i64 {
    whole(new_moon(float(k)) + 0.5 + ZONE_HOURS / 24.0)
}

/// The instant of the `k`-th new moon as a Julian date (UTC).
fn new_moon(k: f64) -> f64 {
    let t = k / 1236.85;
    let (t2, t3) = (t * t, t * t * t);
    let radians = PI / 180.0;
    let mean = 2_415_020.759_33 + 29.530_588_68 * k + 0.000_117_8 * t2 - 0.000_000_155 * t3
        + 0.000_33 * ((166.56 + 132.87 * t - 0.009_173 * t2) * radians).sin();
    let sun = 359.2242 + 29.105_356_08 * k - 0.000_033_3 * t2 - 0.000_003_47 * t3;
    let moon = 306.0253 + 385.816_918_06 * k + 0.010_730_6 * t2 + 0.000_012_36 * t3;
    let node = 21.2964 + 390.670_506_46 * k - 0.001_652_8 * t2 - 0.000_002_39 * t3;
    let sin = |degrees: f64| (degrees * radians).sin();
    let correction = (0.1734 - 0.000_393 * t) * sin(sun) + 0.0021 * sin(2.0 * sun) - 0.4068 * sin(moon)
        + 0.0161 * sin(2.0 * moon)
        - 0.0004 * sin(3.0 * moon)
        + 0.0104 * sin(2.0 * node)
        - 0.0051 * sin(sun + moon)
        - 0.0074 * sin(sun - moon)
        + 0.0004 * sin(2.0 * node + sun)
        - 0.0004 * sin(2.0 * node - sun)
        - 0.0006 * sin(2.0 * node + moon)
        + 0.0010 * sin(2.0 * node - moon)
        + 0.0005 * sin(2.0 * moon + sun);
    // Terrestrial time less universal time, in days.
    let delta = if t < -11.0 {
        0.001 + 0.000_839 * t + 0.000_226_1 * t2 - 0.000_008_45 * t3 - 0.000_000_081 * t * t3
    } else {
        -0.000_278 + 0.000_265 * t + 0.000_262 * t2
    };
    mean + correction - delta
}

/// The sun's longitude at local midnight of a day, in twelfths of the circle (0 holds the March equinox).
fn sun_sector(day: i64) -> i64 {
    let t = (float(day) - 2_451_545.5 - ZONE_HOURS / 24.0) / 36_525.0;
    let radians = PI / 180.0;
    let anomaly = 357.529_10 + 35_999.050_30 * t - 0.000_155_9 * t * t - 0.000_000_48 * t * t * t;
    let mean = 280.466_45 + 36_000.769_83 * t + 0.000_303_2 * t * t;
    let centre = (1.914_600 - 0.004_817 * t - 0.000_014 * t * t) * (anomaly * radians).sin()
        + (0.019_993 - 0.000_101 * t) * (2.0 * anomaly * radians).sin()
        + 0.000_290 * (3.0 * anomaly * radians).sin();
    let longitude = (mean + centre).rem_euclid(360.0);
    whole(longitude / 30.0)
}

fn julian(date: Date) -> i64 {
    let since = date.since(Date::constant(1970, 1, 1));
    EPOCH_JULIAN + since.map_or(0, |span| i64::from(span.get_days()))
}

fn date(julian: i64) -> Option<Date> {
    let days = julian - EPOCH_JULIAN;
    Date::constant(1970, 1, 1).checked_add(days.days()).ok()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "Julian days and moon numbers of the years 1900-2199 are far below 2^53"
)]
fn whole(x: f64) -> i64 {
    x.floor() as i64
}

#[expect(clippy::cast_precision_loss, reason = "small whole numbers, see `whole`")]
fn float(n: i64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published days of mồng 1 Tết in Vietnam; 1985, 2007 and 2030 differ from China's.
    const TET: &[&str] = &[
        "1985-01-21",
        "1990-01-27",
        "1995-01-31",
        "1999-02-16",
        "2000-02-05",
        "2001-01-24",
        "2002-02-12",
        "2003-02-01",
        "2004-01-22",
        "2005-02-09",
        "2006-01-29",
        "2007-02-17",
        "2008-02-07",
        "2009-01-26",
        "2010-02-14",
        "2011-02-03",
        "2012-01-23",
        "2013-02-10",
        "2014-01-31",
        "2015-02-19",
        "2016-02-08",
        "2017-01-28",
        "2018-02-16",
        "2019-02-05",
        "2020-01-25",
        "2021-02-12",
        "2022-02-01",
        "2023-01-22",
        "2024-02-10",
        "2025-01-29",
        "2026-02-17",
        "2027-02-06",
        "2028-01-26",
        "2029-02-13",
        "2030-02-02",
        "2031-01-23",
        "2032-02-11",
        "2033-01-31",
        "2034-02-19",
        "2035-02-08",
        "2036-01-28",
        "2037-02-15",
        "2038-02-04",
        "2039-01-24",
        "2040-02-12",
    ];

    #[test]
    fn tet_falls_on_the_published_days() {
        for day in TET {
            let published: Date = day.parse().unwrap();
            assert_eq!(tet(published.year()), Some(published));
        }
    }

    #[test]
    fn gio_to_falls_on_the_published_days() {
        for day in [
            "2023-04-29",
            "2024-04-18",
            "2025-04-07",
            "2026-04-26",
            "2027-04-16",
            "2028-04-04",
            "2029-04-23",
            "2030-04-12",
            "2031-04-01",
        ] {
            let published: Date = day.parse().unwrap();
            assert_eq!(gio_to(published.year()), Some(published));
        }
    }

    #[test]
    fn a_leap_month_moves_the_months_after_it() {
        // 2023 had a second second month, 2025 a second sixth.
        for (year, month, day, civil) in [
            (2023, 2, 1, "2023-02-20"),
            (2023, 8, 15, "2023-09-29"),
            (2025, 6, 1, "2025-06-25"),
            (2025, 8, 15, "2025-10-06"),
            (2024, 12, 1, "2024-12-31"),
        ] {
            assert_eq!(
                gregorian(year, month, day),
                Some(civil.parse().unwrap()),
                "{year} {month}/{day}"
            );
        }
    }

    #[test]
    fn what_the_series_do_not_cover_is_refused() {
        assert_eq!(tet(1850), None);
        assert_eq!(gregorian(2026, 13, 1), None);
        assert_eq!(gregorian(2026, 1, 31), None);
    }
}
