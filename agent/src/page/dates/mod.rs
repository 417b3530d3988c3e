//! One grammar of dates for every extractor: what is written, where, and by which form.
//!
//! The scanner says what stands in the text; it does not guess. Whether `4/5/2026` is May or April is decided by
//! the list it stands in ([`Order`]), whether `30/12` is of this year by the day of the fetch.

mod months;
mod numeric;
mod scan;
mod stamp;
mod words;

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use scan::{scan, scan_first};
pub use stamp::stamp;

/// The years a date of a page may lie in.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2099;

/// The form in which a date is written: the `rule` of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `2026-02-05`, with or without time and offset.
    Iso,
    /// `05/02/2026`, `5-2-2026`, `05.02.2026`.
    Numeric,
    /// `20260205`.
    Compact,
    /// `5 February 2026`, `February 5, 2026` and the like in other languages.
    MonthName,
    /// `ngày 05 tháng 02 năm 2026` and its shorter forms.
    Vietnamese,
    /// `30/12`: no year.
    NoYear,
    /// `05/02/26`: a year of two digits, never guessed in lists.
    ShortYear,
    /// `3 giờ trước`, `hôm qua`, `2 days ago`.
    Relative,
}

/// What a date's words say, before anything is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// One day and no other.
    Day(Date),
    /// A numeric date that only fits with the month first: proof about its list.
    MonthFirst(Date),
    /// A numeric date that only fits with the day first: proof about its list.
    DayFirst(Date),
    /// A numeric date that fits both ways.
    Either {
        /// Read as day/month.
        day_first: Date,
        /// Read as month/day.
        month_first: Date,
    },
    /// Two numbers without a year, as written.
    NoYear {
        /// The first number.
        first: i8,
        /// The second.
        second: i8,
    },
    /// So many days or minutes before the fetch.
    Ago {
        /// Whole days.
        days: i32,
        /// Minutes besides.
        minutes: i32,
    },
}

/// Which number of `4/5/2026` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Day, month, year: the Vietnamese order.
    #[default]
    DayFirst,
    /// Month, day, year: leaks from servers set to en-US.
    MonthFirst,
}

impl Order {
    /// The other one.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::DayFirst => Self::MonthFirst,
            Self::MonthFirst => Self::DayFirst,
        }
    }
}

/// A date found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it stands, bytes.
    pub span: Range<usize>,
    /// What it says.
    pub written: Written,
    /// How it is written.
    pub form: Form,
    /// The time of day beside it, hour and minute.
    pub time: Option<(u8, u8)>,
    /// The offset from UTC beside it, minutes.
    pub offset: Option<i32>,
    /// `AM` or `PM` beside it: a sign of the month-first order.
    pub meridiem: bool,
}

/// The instant a page was fetched, in the civil time of its readers.
pub type Fetched = jiff::civil::DateTime;

impl Found {
    /// The day meant, given the fetch and the order of the list.
    #[must_use]
    pub fn day(&self, fetched: Fetched, order: Order) -> Option<Date> {
        let today = fetched.date();
        match self.written {
            Written::Day(day) | Written::MonthFirst(day) | Written::DayFirst(day) => Some(day),
            Written::Either {
                day_first,
                month_first,
            } => Some(match order {
                Order::DayFirst => day_first,
                Order::MonthFirst => month_first,
            }),
            Written::NoYear { first, second } => {
                let (day, month) = match order {
                    Order::DayFirst => (first, second),
                    Order::MonthFirst => (second, first),
                };
                // The latest year that does not put it into the future; 29 February waits for a leap year.
                (0..=4)
                    .filter_map(|back| Date::new(today.year() - back, month, day).ok())
                    .find(|date| *date <= today)
            }
            Written::Ago { days, minutes } => fetched
                .checked_sub(days.days().minutes(minutes))
                .ok()
                .map(jiff::civil::DateTime::date),
        }
    }

    /// Whether the date is of a form that stands for one day by itself.
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        matches!(
            self.written,
            Written::Day(_) | Written::DayFirst(_) | Written::MonthFirst(_)
        )
    }
}

/// The order of a list's dates, if its dates prove or suggest one.
///
/// Proof is a date that fits one way only. Without proof, `AM`/`PM` suggests the month first; then the reading that
/// puts fewer dates into the future wins, and `None` says that the list cannot be read.
#[must_use]
pub fn order_of(dates: &[&Found], fetched: Fetched) -> Option<Order> {
    let (mut day_first, mut month_first, mut either, mut meridiem) = (0, 0, 0, false);
    for found in dates {
        match found.written {
            Written::DayFirst(_) => day_first += 1,
            Written::MonthFirst(_) => month_first += 1,
            Written::Either {
                day_first: a,
                month_first: b,
            } if a != b => either += 1,
            _ => {}
        }
        meridiem |= found.meridiem;
    }
    match (day_first, month_first) {
        (0, 0) if either == 0 || !meridiem => Some(Order::DayFirst),
        (0, 0) => {
            let today = fetched.date();
            let future = |order| {
                dates
                    .iter()
                    .filter(|f| f.day(fetched, order).is_some_and(|d| d > today))
                    .count()
            };
            match (future(Order::DayFirst), future(Order::MonthFirst)) {
                (0, 0) => None,
                (_, 0) => Some(Order::MonthFirst),
                (0, _) => Some(Order::DayFirst),
                _ => None,
            }
        }
        (_, 0) => Some(Order::DayFirst),
        (0, _) => Some(Order::MonthFirst),
        (d, m) if d >= 4 * m => Some(Order::DayFirst),
        (d, m) if m >= 4 * d => Some(Order::MonthFirst),
        _ => None,
    }
}

pub(crate) fn date(year: i32, month: u32, day: u32) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|y| YEARS.contains(y))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests;
