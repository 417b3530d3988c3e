//! Report windows: which days a report of a quarter, half-year or year covers.

use jiff::civil::Date;

use super::civil::{end_of, plus_days, start_of};

/// A day of any year, as month and day.
pub type MonthDay = (i8, i8);

/// One part of a window's year, such as Q1 from 15/12 of the year before to 14/3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `Q1` … `Q4`, `H1`, `H2`, `Y`.
    pub label: String,
    /// First day.
    pub from: MonthDay,
    /// Year of the first day, relative to the report's.
    pub from_year: i16,
    /// Last day.
    pub to: MonthDay,
    /// Year of the last day, relative to the report's.
    pub to_year: i16,
}

/// How a duty cuts the year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// `nd09-quarter`, `ag-year`, …
    pub id: String,
    /// The text it rests on.
    pub source: String,
    /// Its parts, contiguous; empty where an event or a request sets the window.
    pub parts: Vec<Part>,
}

/// One period of one year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The report's year.
    pub year: i16,
    /// The part's label.
    pub label: String,
}

impl Window {
    /// Whether a day lies in it.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// The same as instants.
    #[must_use]
    pub fn instants(&self) -> ems_contract::time::Window {
        ems_contract::time::Window::new(start_of(self.from), end_of(self.to) + 1)
    }
}

impl Part {
    /// The period of `year`; `None` where a day does not exist.
    #[must_use]
    pub fn of(&self, year: i16) -> Option<Window> {
        let day = |(month, day): MonthDay, shift: i16| Date::new(year.checked_add(shift)?, month, day).ok();
        Some(Window {
            from: day(self.from, self.from_year)?,
            to: day(self.to, self.to_year)?,
            year,
            label: self.label.clone(),
        })
    }
}

impl Windows {
    /// All periods of `year`, in order.
    #[must_use]
    pub fn of(&self, year: i16) -> Vec<Window> {
        self.parts.iter().filter_map(|part| part.of(year)).collect()
    }

    /// The period that holds `day`.
    #[must_use]
    pub fn holding(&self, day: Date) -> Option<Window> {
        (day.year() - 1..=day.year() + 1)
            .flat_map(|year| self.of(year))
            .find(|window| window.holds(day))
    }

    /// Whether every day lies in exactly one period: each begins the day after the one before, over the turn of the
    /// year too. Windows without parts are contiguous in their own way.
    #[must_use]
    pub fn are_contiguous(&self) -> bool {
        let periods: Vec<Window> = (2026..=2028).flat_map(|year| self.of(year)).collect();
        periods.len() == self.parts.len() * 3
            && periods.iter().all(|period| period.from <= period.to)
            && periods
                .windows(2)
                .all(|pair| plus_days(pair[0].to, 1) == pair[1].from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(label: &str, from: MonthDay, from_year: i16, to: MonthDay) -> Part {
        Part {
            label: label.to_owned(),
            from,
            from_year,
            to,
            to_year: 0,
        }
    }

    fn half_years() -> Windows {
        Windows {
            id: "nd09-half-year".to_owned(),
            source: "NĐ 09/2019/NĐ-CP Đ12".to_owned(),
            parts: vec![
                part("H1", (12, 15), -1, (6, 14)),
                part("H2", (6, 15), 0, (12, 14)),
            ],
        }
    }

    #[test]
    fn every_day_lies_in_exactly_one_period() {
        let windows = half_years();
        assert!(windows.are_contiguous());
        let held = windows.holding("2026-12-15".parse().unwrap()).unwrap();
        assert_eq!((held.label.as_str(), held.year), ("H1", 2027));
        let held = windows.holding("2026-12-14".parse().unwrap()).unwrap();
        assert_eq!((held.label.as_str(), held.year), ("H2", 2026));
    }

    #[test]
    fn a_hole_and_an_overlap_are_seen() {
        let mut hole = half_years();
        hole.parts[1].from = (6, 16);
        assert!(!hole.are_contiguous());
        let mut overlap = half_years();
        overlap.parts[1].from = (6, 14);
        assert!(!overlap.are_contiguous());
    }
}
