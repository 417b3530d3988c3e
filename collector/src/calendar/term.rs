//! Terms of law and the day they end: Bộ luật Dân sự 2015 Đ147-148.

use std::fmt;
use std::str::FromStr;

use ems_contract::time::UnixTime;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::civil::{day_of, end_of, instant, local, plus_days};
use super::days::Calendar;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// The unit of a term.
    Unit {
        /// Working days (`ngày làm việc`).
        WorkingDay = "wd",
        /// Calendar days (`ngày`).
        CalendarDay = "cd",
        /// Hours, through nights and holidays.
        Hour = "h",
        /// Months (`tháng`).
        Month = "mo",
        /// Years (`năm`).
        Year = "year",
    }
}

vocabulary! {
    /// What happens to a term whose last day is not worked.
    Roll {
        /// It ends at the end of the next working day (BLDS Đ148.5).
        NextWorkingDay = "next_working_day",
        /// It stays: fixed dates, and duties to keep something running.
        None = "none",
    }
}

/// A length of time as a regulation gives it: `2wd`, `15cd`, `24h`, `3mo`, `5year`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term {
    /// How many.
    pub n: u32,
    /// Of what.
    pub unit: Unit,
}

/// The longest term read, in its own unit.
const MOST: u32 = 10_000;

/// A text that is not a term.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a term such as 2wd, 15cd, 24h, 3mo or 5year (at most {MOST})")]
pub struct TermError(String);

impl FromStr for Term {
    type Err = TermError;

    fn from_str(text: &str) -> Result<Self, TermError> {
        let wrong = || TermError(text.to_owned());
        let end = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, unit) = text.split_at(end);
        let unit = match unit.trim() {
            "wd" => Unit::WorkingDay,
            "cd" | "d" => Unit::CalendarDay,
            "h" => Unit::Hour,
            "mo" => Unit::Month,
            "y" | "year" => Unit::Year,
            _ => return Err(wrong()),
        };
        let n = number.parse().ok().filter(|n| *n <= MOST).ok_or_else(wrong)?;
        Ok(Self { n, unit })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.n, self.unit)
    }
}

/// The end of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// The last second in time, as civil time: 23:59:59 for terms in days.
    pub end: DateTime,
    /// The day on which it would have ended had it not rolled.
    pub unrolled: Date,
    /// Whether a day off or a year without official notice had a say.
    pub provisional: bool,
}

impl Due {
    /// The last day in time.
    #[must_use]
    pub fn day(&self) -> Date {
        self.end.date()
    }

    /// The last second in time.
    #[must_use]
    pub fn instant(&self) -> UnixTime {
        instant(self.end)
    }

    /// Whether something done at `at` was done in time.
    #[must_use]
    pub fn is_met_at(&self, at: UnixTime) -> bool {
        at <= self.instant()
    }
}

impl Calendar {
    /// The end of a term that starts with an event at `start` ("kể từ ngày …": the day of the event is not counted,
    /// BLDS Đ147.2; hours run from the very instant, Đ147.1).
    #[must_use]
    pub fn due(&self, start: UnixTime, term: Term, roll: Roll) -> Due {
        if term.unit == Unit::Hour {
            let end = local(start + i64::from(term.n) * 3_600);
            return Due {
                end,
                unrolled: end.date(),
                provisional: false,
            };
        }
        self.due_day(day_of(start), term, roll)
    }

    /// The same for a start of which only the day is known. Hours then run from the end of that day.
    #[must_use]
    pub fn due_day(&self, start: Date, term: Term, roll: Roll) -> Due {
        let n = i64::from(term.n);
        let unrolled = match term.unit {
            Unit::WorkingDay => self.plus_working(start, term.n),
            Unit::CalendarDay => plus_days(start, n),
            Unit::Hour => return self.due(end_of(start), term, roll),
            // jiff constrains to the last day of a shorter month, as BLDS Đ148.3 does.
            Unit::Month => start.saturating_add(n.months()),
            Unit::Year => start.saturating_add(n.years()),
        };
        let last = match roll {
            Roll::NextWorkingDay => self.roll(unrolled),
            Roll::None => unrolled,
        };
        let counted = term.unit == Unit::WorkingDay || roll == Roll::NextWorkingDay;
        Due {
            end: last.at(23, 59, 59, 0),
            unrolled,
            provisional: counted && (self.is_provisional(start) || self.is_provisional(last)),
        }
    }

    /// The last day on which something due `n` units before an event on `event` is in time ("trước … ít nhất").
    #[must_use]
    pub fn latest_before(&self, event: Date, term: Term) -> Due {
        let n = i64::from(term.n);
        let day = match term.unit {
            Unit::WorkingDay => self.minus_working(event, term.n),
            Unit::CalendarDay => plus_days(event, -n),
            Unit::Hour => plus_days(event, -(n + 23) / 24),
            Unit::Month => event.saturating_sub(n.months()),
            Unit::Year => event.saturating_sub(n.years()),
        };
        Due {
            end: day.at(23, 59, 59, 0),
            unrolled: day,
            provisional: term.unit == Unit::WorkingDay
                && (self.is_provisional(day) || self.is_provisional(event)),
        }
    }

    /// "trước ngày D": the day before is the last in time.
    #[must_use]
    pub fn before_day(&self, limit: Date, roll: Roll) -> Due {
        self.by_day(plus_days(limit, -1), roll)
    }

    /// By the end of a given day: also "ngay trong ngày nhận được" with the day of receipt.
    #[must_use]
    pub fn by_day(&self, day: Date, roll: Roll) -> Due {
        self.due_day(
            day,
            Term {
                n: 0,
                unit: Unit::CalendarDay,
            },
            roll,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::new([]));

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn terms_are_written_shortly_and_read_strictly() {
        for text in ["2wd", "15cd", "24h", "3mo", "5year"] {
            assert_eq!(text.parse::<Term>().unwrap().to_string(), text);
        }
        for bad in ["", "2", "wd", "-2wd", "2 weeks", "99999wd", "2wdd"] {
            assert!(bad.parse::<Term>().is_err(), "{bad}");
        }
    }

    #[test]
    fn before_a_day_ends_with_the_day_before_it() {
        let due = CALENDAR.before_day(day("2026-12-15"), Roll::None);
        assert_eq!(due.end.to_string(), "2026-12-14T23:59:59");
        assert!(due.is_met_at("2026-12-14T16:59:59Z".parse().unwrap()));
        assert!(!due.is_met_at("2026-12-14T17:00:00Z".parse().unwrap()));
    }

    #[test]
    fn months_end_on_the_corresponding_or_the_last_day() {
        let three = "3mo".parse().unwrap();
        assert_eq!(
            CALENDAR.due_day(day("2026-11-30"), three, Roll::None).day(),
            day("2027-02-28")
        );
        assert_eq!(
            CALENDAR.due_day(day("2027-11-30"), three, Roll::None).day(),
            day("2028-02-29")
        );
        let years = "2year".parse().unwrap();
        assert_eq!(
            CALENDAR.due_day(day("2022-08-15"), years, Roll::None).day(),
            day("2024-08-15")
        );
    }

    #[test]
    fn same_day_ends_with_the_day() {
        assert_eq!(
            CALENDAR.by_day(day("2026-11-20"), Roll::None).end.to_string(),
            "2026-11-20T23:59:59"
        );
    }

    proptest! {
        #[test]
        fn due_instants_are_monotone(start in 0_i64..700_000_000, later in 0_i64..40_000_000, n in 0_u32..60,
                                     unit in 0_usize..5, rolls in any::<bool>()) {
            let term = Term { n, unit: Unit::ALL[unit] };
            let roll = if rolls { Roll::NextWorkingDay } else { Roll::None };
            let a: UnixTime = "2010-01-01T00:00:00Z".parse().unwrap();
            let first = CALENDAR.due(a + start, term, roll).instant();
            let second = CALENDAR.due(a + start + later, term, roll).instant();
            prop_assert!(first <= second);
            let longer = Term { n: n + 1, unit: term.unit };
            prop_assert!(first <= CALENDAR.due(a + start, longer, roll).instant());
        }
    }
}
