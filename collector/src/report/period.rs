//! Which stretch of time a report is about, as a person writes it.

use ems_contract::time::{UnixTime, Window, zone};
use jiff::civil::{Date, DateTime};
use serde::Serialize;

/// A report's stretch of time, in civil time of Viet Nam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Period {
    /// A calendar quarter.
    Quarter {
        /// Year.
        year: i16,
        /// 1 to 4.
        quarter: i8,
    },
    /// January to June or July to December.
    HalfYear {
        /// Year.
        year: i16,
        /// 1 or 2.
        half: i8,
    },
    /// A calendar year.
    Year {
        /// Year.
        year: i16,
    },
    /// Any stretch.
    Range,
}

/// Why a period cannot be reported on. Tells what was written and what may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Neither a quarter, a half-year nor a year.
    #[error(
        "`{text}` is not a period\n  hint: write a quarter `2026-Q4` (Q1 to Q4), a half-year `2026-H1` (H1, H2) or a year \
         `2026`, years {FIRST_YEAR} to {LAST_YEAR}; for any other stretch use --from and --to"
    )]
    NotAPeriod {
        /// What was written.
        text: String,
    },
    /// Not a date or an instant.
    #[error(
        "--{option} `{text}` is not a date or an instant\n  hint: write a day `2026-11-22` or `22/11/2026`, a civil time \
         `2026-11-22T21:57:00` (Asia/Ho_Chi_Minh) or an instant `2026-11-22T14:57:00Z`, years {FIRST_YEAR} to {LAST_YEAR}"
    )]
    NotAnInstant {
        /// `from` or `to`.
        option: &'static str,
        /// What was written.
        text: String,
    },
    /// The end is not after the beginning.
    #[error(
        "the range ends at {to} which is not after its beginning {from}\n  hint: --to as a day includes that whole day; \
         as an instant it is the first second after the range"
    )]
    Backwards {
        /// Beginning.
        from: UnixTime,
        /// End.
        to: UnixTime,
    },
    /// The period lies wholly ahead.
    #[error(
        "the period begins at {from}, which is still ahead (it is {now})\n  hint: choose a period that has begun"
    )]
    Ahead {
        /// Beginning.
        from: UnixTime,
        /// The present.
        now: UnixTime,
    },
    /// Longer than any report.
    #[error("the range has {days} days, more than {MAX_DAYS}\n  hint: write one report a year")]
    TooLong {
        /// Its days.
        days: i64,
    },
}

const FIRST_YEAR: i16 = 2000;
const LAST_YEAR: i16 = 2199;
/// The longest range of a report: three years, the longest comparison an annual report makes.
const MAX_DAYS: i64 = 3 * 366;

impl Period {
    /// Reads `2026-Q4`, `2026-H1` or `2026`.
    ///
    /// # Errors
    /// [`PeriodError::NotAPeriod`] for anything else.
    pub fn parse(text: &str) -> Result<(Self, Window), PeriodError> {
        let refuse = || PeriodError::NotAPeriod {
            text: text.to_owned(),
        };
        let (year, part) = match text.trim().split_once('-') {
            Some((year, part)) => (year, Some(part)),
            None => (text.trim(), None),
        };
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse());
        }
        let year: i16 = year.parse().map_err(|_why| refuse())?;
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            return Err(refuse());
        }
        let period = match part.map(str::to_ascii_uppercase).as_deref() {
            None => Self::Year { year },
            Some("H1") => Self::HalfYear { year, half: 1 },
            Some("H2") => Self::HalfYear { year, half: 2 },
            Some("Q1") => Self::Quarter { year, quarter: 1 },
            Some("Q2") => Self::Quarter { year, quarter: 2 },
            Some("Q3") => Self::Quarter { year, quarter: 3 },
            Some("Q4") => Self::Quarter { year, quarter: 4 },
            Some(_) => return Err(refuse()),
        };
        let (first_month, months) = match period {
            Self::Quarter { quarter, .. } => (quarter * 3 - 2, 3),
            Self::HalfYear { half, .. } => (half * 6 - 5, 6),
            Self::Year { .. } | Self::Range => (1, 12),
        };
        month_start(year, first_month)
            .zip(month_start_after(year, first_month + months))
            .map(|(from, to)| (period, Window::new(from, to)))
            .ok_or_else(refuse)
    }

    /// Reads a range. A day as `to` includes that whole day.
    ///
    /// # Errors
    /// When a border cannot be read, the range is empty or longer than three years.
    pub fn range(from: &str, to: &str) -> Result<(Self, Window), PeriodError> {
        let begin = border("from", from, 0)?;
        let end = border("to", to, 1)?;
        if end <= begin {
            return Err(PeriodError::Backwards { from: begin, to: end });
        }
        let days = (end - begin) / 86_400;
        if days > MAX_DAYS {
            return Err(PeriodError::TooLong { days });
        }
        Ok((Self::Range, Window::new(begin, end)))
    }

    /// The calendar quarter in which `at` lies, in civil time.
    #[must_use]
    pub fn quarter_of(at: UnixTime) -> (Self, Window) {
        let civil = at.zoned();
        let quarter = (civil.month() - 1) / 3 + 1;
        let year = civil.year();
        let first_month = quarter * 3 - 2;
        let from = month_start(year, first_month).unwrap_or(at);
        let to = month_start_after(year, first_month + 3).unwrap_or(at);
        (Self::Quarter { year, quarter }, Window::new(from, to))
    }

    /// The calendar year in which `at` lies, in civil time.
    #[must_use]
    pub fn year_of(at: UnixTime) -> (Self, Window) {
        let year = at.zoned().year();
        let from = month_start(year, 1).unwrap_or(at);
        let to = month_start_after(year, 13).unwrap_or(at);
        (Self::Year { year }, Window::new(from, to))
    }
}

/// Refuses a window that has not begun.
///
/// # Errors
/// [`PeriodError::Ahead`].
pub fn has_begun(window: Window, now: UnixTime) -> Result<(), PeriodError> {
    if window.from < now {
        return Ok(());
    }
    Err(PeriodError::Ahead {
        from: window.from,
        now,
    })
}

fn midnight(date: Date) -> Option<UnixTime> {
    let zoned = date.to_zoned(zone()).ok()?;
    Some(UnixTime::floor(zoned.timestamp()))
}

fn month_start(year: i16, month: i8) -> Option<UnixTime> {
    midnight(Date::new(year, month, 1).ok()?)
}

/// The start of `month`, which may be 13: January of the next year.
fn month_start_after(year: i16, month: i8) -> Option<UnixTime> {
    if month > 12 {
        return month_start(year + 1, month - 12);
    }
    month_start(year, month)
}

fn border(option: &'static str, text: &str, days_after: i64) -> Result<UnixTime, PeriodError> {
    let text = text.trim();
    let refuse = || PeriodError::NotAnInstant {
        option,
        text: text.to_owned(),
    };
    let day = Date::strptime("%Y-%m-%d", text)
        .or_else(|_iso| Date::strptime("%d/%m/%Y", text))
        .ok();
    let at = if let Some(day) = day {
        midnight(day).map(|start| start + days_after * 86_400)
    } else if let Ok(instant) = text.parse::<UnixTime>() {
        Some(instant)
    } else {
        text.parse::<DateTime>()
            .ok()
            .and_then(|civil| civil.to_zoned(zone()).ok())
            .map(|zoned| UnixTime::floor(zoned.timestamp()))
    };
    let at = at.ok_or_else(refuse)?;
    if !(FIRST_YEAR..=LAST_YEAR).contains(&at.zoned().year()) {
        return Err(refuse());
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(text: &str) -> Window {
        Period::parse(text).unwrap().1
    }

    fn civil(at: UnixTime) -> String {
        at.zoned().strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    #[test]
    fn calendar_periods_begin_and_end_at_midnight_in_viet_nam() {
        let quarter = window("2026-Q4");
        assert_eq!(civil(quarter.from), "2026-10-01 00:00:00");
        assert_eq!(civil(quarter.to), "2027-01-01 00:00:00");
        assert_eq!(quarter.secs(), 92 * 86_400);
        assert_eq!(window("2026-H1").secs(), 181 * 86_400);
        assert_eq!(window("2026-h2").from, window("2026-Q3").from);
        assert_eq!(window("2024").secs(), 366 * 86_400);
        assert_eq!(quarter.from.to_string(), "2026-09-30T17:00:00Z");
    }

    #[test]
    fn quarters_tile_the_year() {
        for (first, second) in [
            ("2026-Q1", "2026-Q2"),
            ("2026-Q2", "2026-Q3"),
            ("2026-Q4", "2027-Q1"),
        ] {
            assert_eq!(window(first).to, window(second).from);
        }
    }

    #[test]
    fn a_day_as_end_is_included_and_an_instant_is_not() {
        let (_, days) = Period::range("2026-11-22", "22/11/2026").unwrap();
        assert_eq!(days.secs(), 86_400);
        let (_, exact) = Period::range("2026-11-22T21:57:00", "2026-11-22T15:00:00Z").unwrap();
        assert_eq!(exact.secs(), 180);
    }

    #[test]
    fn errors_tell_what_was_written_and_what_may_be() {
        for text in [
            "2026-Q5", "2026-Q0", "26-Q1", "2026Q1", "", "quý 4", "2026-11", "99999", "1999", "+026",
        ] {
            let message = Period::parse(text).unwrap_err().to_string();
            assert!(
                message.contains(&format!("`{text}`")) && message.contains("2026-Q4"),
                "{message}"
            );
        }
        assert!(matches!(
            Period::range("2026-02-30", "2026-03-01"),
            Err(PeriodError::NotAnInstant { option: "from", .. })
        ));
        assert!(matches!(
            Period::range("2026-11-22", "2026-11-20"),
            Err(PeriodError::Backwards { .. })
        ));
        assert!(matches!(
            Period::range("2001-01-01", "2026-01-01"),
            Err(PeriodError::TooLong { .. })
        ));
        let now: UnixTime = "2026-11-22T00:00:00Z".parse().unwrap();
        assert!(has_begun(window("2026-Q4"), now).is_ok());
        assert!(matches!(
            has_begun(window("2027"), now),
            Err(PeriodError::Ahead { .. })
        ));
    }

    #[test]
    fn the_quarter_of_an_instant_is_the_one_it_lies_in() {
        for text in ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"] {
            let quarter = window(text);
            assert_eq!(Period::quarter_of(quarter.from).1, quarter);
            assert_eq!(Period::quarter_of(quarter.to - 1).1, quarter);
        }
        assert_eq!(Period::year_of(window("2026").to - 1).1, window("2026"));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in ".{0,24}", other in ".{0,24}") {
            let _parsed = Period::parse(&text);
            let _range = Period::range(&text, &other);
        }
    }
}
