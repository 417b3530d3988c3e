//! One year of days off and swapped days, official or computed.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::civil::plus_days;
use super::lunar;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Why a day differs from its weekday.
    DayKind {
        /// A public holiday.
        Holiday = "holiday",
        /// Off in place of a holiday that fell on a rest day (Bộ luật Lao động 2019 Đ111.3).
        Compensatory = "compensatory",
        /// A working day made free by the yearly notice.
        SwapOff = "swap-off",
        /// A Saturday worked in its place.
        SwapWork = "swap-work",
    }
}

/// A day that differs from its weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDay {
    /// The day.
    pub date: Date,
    /// Why it differs.
    pub kind: DayKind,
    /// Its name, in Vietnamese.
    pub name: String,
    /// The notice or article it rests on.
    pub source: String,
    /// Whether no official notice has fixed it.
    pub provisional: bool,
}

/// The calendar of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// Which year.
    pub year: i16,
    /// Whether any of it awaits an official notice; what is computed with it says so.
    pub provisional: bool,
    /// Version of the data, such as `2026.1`; `2031.computed` for a year that no file gives.
    pub version: String,
    /// Whether a worked Saturday counts as a working day.
    pub count_swapped_saturday: bool,
    /// Its days, by date.
    pub days: BTreeMap<Date, SpecialDay>,
}

/// Labour Code 2019 (two days of National Day) in force.
const TWO_NATIONAL_DAYS_SINCE: i16 = 2021;
/// Resolution 28/2026/QH16.
const CULTURE_DAY_SINCE: i16 = 2026;

impl Year {
    /// The year as it follows from the Labour Code and the lunar calendar, with no notice: provisional.
    ///
    /// Tết is taken as the eve and four days; the day next to National Day as the one that makes the longer rest.
    /// Holidays on a rest day are compensated on the next working day, 24/11 excepted.
    #[must_use]
    pub fn computed(year: i16) -> Self {
        let mut days = Days::default();
        let fixed = |month, day| Date::new(year, month, day).ok();
        days.holiday(fixed(1, 1), "Tết Dương lịch", "Bộ luật Lao động 2019 Đ112.1.a");
        let tet = lunar::tet(year);
        for n in -1..4 {
            let day = tet.map(|first| plus_days(first, n));
            days.holiday(
                day,
                "Tết Âm lịch",
                "Bộ luật Lao động 2019 Đ112.1.b; tính theo âm lịch UTC+7",
            );
        }
        days.compensate("Nghỉ bù Tết Âm lịch");
        days.holiday(
            lunar::gio_to(year),
            "Giỗ Tổ Hùng Vương",
            "Bộ luật Lao động 2019 Đ112.1.e; tính theo âm lịch UTC+7",
        );
        days.holiday(
            fixed(4, 30),
            "Ngày Chiến thắng 30/4",
            "Bộ luật Lao động 2019 Đ112.1.c",
        );
        days.holiday(
            fixed(5, 1),
            "Ngày Quốc tế lao động 01/5",
            "Bộ luật Lao động 2019 Đ112.1.d",
        );
        days.holiday(fixed(9, 2), "Quốc khánh", "Bộ luật Lao động 2019 Đ112.1.đ");
        if year >= TWO_NATIONAL_DAYS_SINCE {
            let beside = fixed(9, 2).map(|day| match day.weekday() {
                Weekday::Monday | Weekday::Thursday | Weekday::Sunday => plus_days(day, 1),
                _ => plus_days(day, -1),
            });
            let source = "Bộ luật Lao động 2019 Đ112.1.đ; chưa có thông báo";
            days.holiday(beside, "Quốc khánh (ngày liền kề)", source);
        }
        days.compensate("Nghỉ bù");
        if year >= CULTURE_DAY_SINCE {
            days.holiday(
                fixed(11, 24),
                "Ngày Văn hóa Việt Nam",
                "Nghị quyết 28/2026/QH16 Đ2",
            );
        }
        Self {
            year,
            provisional: true,
            version: format!("{year}.computed"),
            count_swapped_saturday: true,
            days: days.all,
        }
    }
}

/// Days being gathered, and the holidays on rest days that still want compensation.
#[derive(Default)]
struct Days {
    all: BTreeMap<Date, SpecialDay>,
    owed: Vec<Date>,
}

impl Days {
    fn holiday(&mut self, date: Option<Date>, name: &str, source: &str) {
        let Some(date) = date else { return };
        if self.all.contains_key(&date) {
            return;
        }
        if is_weekend(date) {
            self.owed.push(date);
        }
        self.insert(date, DayKind::Holiday, name, source);
    }

    fn compensate(&mut self, name: &str) {
        for date in std::mem::take(&mut self.owed) {
            let mut free = plus_days(date, 1);
            while is_weekend(free) || self.all.contains_key(&free) {
                free = plus_days(free, 1);
            }
            self.insert(free, DayKind::Compensatory, name, "Bộ luật Lao động 2019 Đ111.3");
        }
    }

    fn insert(&mut self, date: Date, kind: DayKind, name: &str, source: &str) {
        let day = SpecialDay {
            date,
            kind,
            name: name.to_owned(),
            source: source.to_owned(),
            provisional: true,
        };
        self.all.insert(date, day);
    }
}

/// Saturday or Sunday, the weekly rest of civil servants.
pub(super) fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}
