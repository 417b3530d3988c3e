//! Which stretch of time a report is about, as a person writes it.

use ems_contract::diagnostic::Message;
use ems_contract::text::{self, Lang};
use ems_contract::time::{UnixTime, Window, zone};
use jiff::civil::{Date, DateTime};
use serde::Serialize;

use crate::locale;

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
#[error("{}", .0.render(Lang::En))]
pub struct PeriodError(Message);

impl PeriodError {
    /// The sentence and a hint, in `lang`.
    #[must_use]
    pub fn render(&self, lang: Lang) -> String {
        self.0.render(lang)
    }

    /// Neither a quarter, a half-year nor a year.
    fn not_a_period(text: &str) -> Self {
        Self(
            Message::new("report.period.not_a_period")
                .with("text", text)
                .with("first", FIRST_YEAR)
                .with("last", LAST_YEAR),
        )
    }

    /// Not a date or an instant.
    fn not_an_instant(option: &'static str, text: &str) -> Self {
        Self(
            Message::new("report.period.not_an_instant")
                .with("option", option)
                .with("text", text)
                .with("first", FIRST_YEAR)
                .with("last", LAST_YEAR),
        )
    }
}

const FIRST_YEAR: i16 = 2000;
const LAST_YEAR: i16 = 2199;
/// The longest range of a report: three years, the longest comparison an annual report makes.
const MAX_DAYS: i64 = 3 * 366;

impl Period {
    /// Reads `2026-Q4`, `2026-H1` or `2026`.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<(Self, Window), PeriodError> {
        let refuse = || PeriodError::not_a_period(text);
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
            return Err(PeriodError(
                Message::new("report.period.backwards")
                    .with("from", civil(begin))
                    .with("to", civil(end)),
            ));
        }
        let days = (end - begin) / 86_400;
        if days > MAX_DAYS {
            return Err(PeriodError(
                Message::new("report.period.too_long")
                    .with("days", days)
                    .with("most", MAX_DAYS),
            ));
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

/// The period as it stands in a sentence: `Quý IV/2026`, `6 tháng đầu năm 2026`, `năm 2026`.
#[must_use]
pub fn name(period: Period, window: Window, lang: Lang) -> String {
    let year = |year: i16| year.to_string();
    match period {
        Period::Quarter { year: of, quarter } => {
            let roman = ["I", "II", "III", "IV"];
            let quarter = roman[usize::try_from(quarter - 1).unwrap_or(0).min(3)];
            text::fill(
                lang,
                "edition.period.quarter",
                &[("quarter", quarter), ("year", &year(of))],
            )
        }
        Period::HalfYear { year: of, half: 1 } => {
            text::fill(lang, "edition.period.half", &[("year", &year(of))])
        }
        Period::HalfYear { year: of, .. } => {
            text::fill(lang, "edition.period.half.2", &[("year", &year(of))])
        }
        Period::Year { year: of } => text::fill(lang, "edition.period.year", &[("year", &year(of))]),
        Period::Range => text::fill(
            lang,
            "edition.period.range",
            &[
                ("from", &locale::date(window.from, lang)),
                ("to", &locale::date(window.to - 1, lang)),
            ],
        ),
    }
}

impl Period {
    /// The stretch before it, and the same a year before, which a report compares itself with.
    #[must_use]
    pub fn compared_with(self, window: Window) -> [(Self, Window); 2] {
        let earlier = |months: i32| {
            let back = |at: UnixTime| {
                let civil = at.zoned().datetime();
                civil
                    .checked_sub(jiff::Span::new().months(months))
                    .ok()
                    .and_then(|civil| civil.to_zoned(zone()).ok())
                    .map_or(at, |zoned| UnixTime::floor(zoned.timestamp()))
            };
            Window::new(back(window.from), back(window.to))
        };
        let ahead = |quarter: i8, of: i8, year: i16| {
            if quarter > 1 {
                (quarter - 1, year)
            } else {
                (of, year - 1)
            }
        };
        match self {
            Self::Quarter { year, quarter } => {
                let (before, its_year) = ahead(quarter, 4, year);
                let before = Self::Quarter {
                    year: its_year,
                    quarter: before,
                };
                let last = Self::Quarter {
                    year: year - 1,
                    quarter,
                };
                [(before, earlier(3)), (last, earlier(12))]
            }
            Self::HalfYear { year, half } => {
                let (before, its_year) = ahead(half, 2, year);
                let before = Self::HalfYear {
                    year: its_year,
                    half: before,
                };
                [
                    (before, earlier(6)),
                    (Self::HalfYear { year: year - 1, half }, earlier(12)),
                ]
            }
            Self::Year { year } => {
                let last = (Self::Year { year: year - 1 }, earlier(12));
                [last, last]
            }
            Self::Range => {
                let before = Window::new(window.from - window.secs(), window.from);
                [(Self::Range, before), (Self::Range, earlier(12))]
            }
        }
    }
}

/// Refuses a window that has not begun.
///
/// # Errors
/// When it lies ahead of `now`.
pub fn has_begun(window: Window, now: UnixTime) -> Result<(), PeriodError> {
    if window.from < now {
        return Ok(());
    }
    Err(PeriodError(
        Message::new("report.period.ahead")
            .with("from", civil(window.from))
            .with("now", civil(now)),
    ))
}

/// An instant as messages of both languages show it: civil time, unambiguous.
fn civil(at: UnixTime) -> String {
    at.zoned().strftime("%Y-%m-%d %H:%M:%S").to_string()
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
    let refuse = || PeriodError::not_an_instant(option, text);
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
        let told = |from: &str, to: &str| Period::range(from, to).unwrap_err().to_string();
        assert!(told("2026-02-30", "2026-03-01").starts_with("--from `2026-02-30` is not a day"));
        assert!(told("2026-11-22", "2026-11-20").contains("not after its beginning"));
        assert!(told("2001-01-01", "2026-01-01").contains("9132 days"));
        let now: UnixTime = "2026-11-22T00:00:00Z".parse().unwrap();
        assert!(has_begun(window("2026-Q4"), now).is_ok());
        let ahead = has_begun(window("2027"), now).unwrap_err();
        assert!(ahead.to_string().contains("2027-01-01 00:00:00"), "{ahead}");
        assert!(ahead.render(Lang::Vi).contains("chưa bắt đầu"));
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
