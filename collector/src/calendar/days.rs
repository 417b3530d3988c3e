//! Which days are worked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::civil::plus_days;
use super::year::{DayKind, SpecialDay, Year, is_weekend};

/// The years a calendar answers for without a file: computed, provisional.
const COMPUTED: std::ops::RangeInclusive<i16> = 2000..=2100;

/// Whether swapped days ("hoán đổi ngày làm việc") are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swaps {
    /// As the notices say: the rule.
    Counted,
    /// As if no notice had swapped anything, to show the difference.
    Ignored,
}

/// The working-day calendar of Vietnam.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    years: BTreeMap<i16, Year>,
    swaps: Swaps,
}

impl Calendar {
    /// A calendar of the years given; all others of 2000-2100 are computed and provisional.
    #[must_use]
    pub fn new(given: impl IntoIterator<Item = Year>) -> Self {
        let mut years: BTreeMap<i16, Year> = COMPUTED.map(|year| (year, Year::computed(year))).collect();
        years.extend(given.into_iter().map(|year| (year.year, year)));
        Self {
            years,
            swaps: Swaps::Counted,
        }
    }

    /// The same calendar with swapped days looked at or not.
    #[must_use]
    pub fn with_swaps(mut self, swaps: Swaps) -> Self {
        self.swaps = swaps;
        self
    }

    /// The year's data.
    #[must_use]
    pub fn year(&self, year: i16) -> Option<&Year> {
        self.years.get(&year)
    }

    /// What is special about a day, swaps included only when they count.
    #[must_use]
    pub fn special(&self, date: Date) -> Option<&SpecialDay> {
        let day = self.years.get(&date.year())?.days.get(&date)?;
        let swapped = matches!(day.kind, DayKind::SwapOff | DayKind::SwapWork);
        (self.swaps == Swaps::Counted || !swapped).then_some(day)
    }

    /// Monday to Friday, less days off, plus worked Saturdays.
    #[must_use]
    pub fn is_working(&self, date: Date) -> bool {
        match self.special(date).map(|day| day.kind) {
            Some(DayKind::SwapWork) => self
                .years
                .get(&date.year())
                .is_some_and(|y| y.count_swapped_saturday),
            Some(_) => false,
            None => !is_weekend(date),
        }
    }

    /// Whether what is said of this day awaits an official notice (or no calendar knows its year).
    #[must_use]
    pub fn is_provisional(&self, date: Date) -> bool {
        self.years.get(&date.year()).is_none_or(|year| year.provisional)
    }

    /// The `n`-th working day after `date`; `date` itself is not counted and may be any day.
    #[must_use]
    pub fn plus_working(&self, date: Date, n: u32) -> Date {
        self.step(date, n, 1)
    }

    /// The `n`-th working day before `date`.
    #[must_use]
    pub fn minus_working(&self, date: Date, n: u32) -> Date {
        self.step(date, n, -1)
    }

    /// `date` if it is worked, else the next working day (Bộ luật Dân sự 2015 Đ148.5).
    #[must_use]
    pub fn roll(&self, date: Date) -> Date {
        if self.is_working(date) {
            date
        } else {
            self.plus_working(date, 1)
        }
    }

    /// Working days after `from` up to and with `to`; 0 when `to` is not later.
    #[must_use]
    pub fn working_between(&self, from: Date, to: Date) -> u32 {
        let mut day = from;
        let mut count = 0;
        while day < to && day < Date::MAX {
            day = plus_days(day, 1);
            count += u32::from(self.is_working(day));
        }
        count
    }

    /// Versions of the years from `from` to `to`, for the evidence of a computation.
    #[must_use]
    pub fn versions(&self, from: Date, to: Date) -> Vec<String> {
        let years: BTreeSet<i16> = (from.year()..=to.year().max(from.year())).collect();
        let version = |year: i16| self.years.get(&year).map(|y| y.version.clone());
        years
            .into_iter()
            .map(|year| version(year).unwrap_or_else(|| format!("{year}.unknown")))
            .collect()
    }

    fn step(&self, date: Date, n: u32, by: i64) -> Date {
        let mut day = date;
        let mut left = n;
        while left > 0 && day > Date::MIN && day < Date::MAX {
            day = plus_days(day, by);
            left -= u32::from(self.is_working(day));
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Built once: a hundred computed years are not free in a debug build.
    fn calendar() -> &'static Calendar {
        static CALENDAR: std::sync::LazyLock<Calendar> = std::sync::LazyLock::new(|| Calendar::new([]));
        &CALENDAR
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn computed_years_know_the_holidays_that_are_certain() {
        let calendar = calendar();
        for off in [
            "2031-01-01",
            "2031-01-23",
            "2031-04-01",
            "2031-04-30",
            "2031-05-01",
            "2031-09-02",
            "2031-11-24",
        ] {
            assert!(!calendar.is_working(day(off)), "{off}");
            assert!(calendar.is_provisional(day(off)));
        }
        // 24/11 fell on no holiday before 2026.
        assert!(calendar.is_working(day("2025-11-24")));
        // 30/4/2028 is a Sunday, 01/5 a holiday: the rest day moves to 02/5.
        assert!(!calendar.is_working(day("2028-05-02")));
        assert!(calendar.is_working(day("2028-05-03")));
    }

    #[test]
    fn a_year_that_nobody_knows_still_has_weeks() {
        let calendar = calendar();
        assert!(calendar.is_provisional(day("2150-06-01")));
        assert!(calendar.is_working(day("2150-06-01")) && !calendar.is_working(day("2150-06-06")));
    }

    proptest! {
        #[test]
        fn due_days_rise_with_the_start_and_with_the_number(start in 0_i64..20_000, later in 0_i64..400, n in 0_u32..60) {
            let calendar = calendar();
            let a = plus_days(day("2010-01-01"), start);
            let b = plus_days(a, later);
            prop_assert!(calendar.plus_working(a, n) <= calendar.plus_working(b, n));
            prop_assert!(calendar.plus_working(a, n) < calendar.plus_working(a, n + 1));
            prop_assert!(calendar.roll(a) <= calendar.roll(b));
        }

        #[test]
        fn counting_undoes_adding(start in 0_i64..20_000, n in 0_u32..60) {
            let calendar = calendar();
            let a = plus_days(day("2010-01-01"), start);
            let due = calendar.plus_working(a, n);
            prop_assert_eq!(calendar.working_between(a, due), n);
            prop_assert!(n == 0 || calendar.is_working(due));
        }
    }
}
