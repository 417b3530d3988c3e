//! The rota: shifts as people enter them, and who is on duty when. Pure.
//!
//! A single shift takes the place of a recurring one, and one for days off that of one for any day; among equals the newest
//! entry holds. So a swap or a holiday is entered over the weekly rota, which stays as it is.

use std::collections::BTreeSet;

use ems_contract::digest::Sha256;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::facts::{Kept, standing};
use super::recurrence::{Repeat, recur};
use crate::calendar::{Calendar, civil};

/// An entry of the rota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The account of the person on duty.
    pub person: String,
    /// The account of whoever is called next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
    /// First second of the (first) shift.
    pub from: UnixTime,
    /// First second after it.
    pub to: UnixTime,
    /// How it comes again.
    pub repeats: Repeat,
    /// Every so many days or weeks; 1 is every one.
    pub every: u16,
    /// The last day on which it comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Only where it begins on a day off (weekends, holidays, Tết).
    #[serde(default)]
    pub days_off: bool,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The signed rota as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<Sha256>,
}

impl Shift {
    fn windows(&self, calendar: &Calendar, within: Window) -> Vec<Window> {
        let step = self
            .repeats
            .days()
            .map(|days| days * i64::from(self.every.max(1)));
        let mut windows = recur(Window::new(self.from, self.to), step, self.until, within);
        windows.retain(|window| !self.days_off || !calendar.is_working(civil::day_of(window.from)));
        windows
    }

    const fn rank(&self) -> (bool, bool) {
        (matches!(self.repeats, Repeat::Once), self.days_off)
    }
}

/// Who is on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// Called first.
    pub person: String,
    /// Called next.
    pub backup: Option<String>,
}

/// The rota as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rota {
    shifts: Vec<(i64, Shift)>,
}

impl Rota {
    /// The rota of these entries as known at `at`.
    #[must_use]
    pub fn of(all: &[Kept], at: UnixTime) -> Self {
        let shifts = standing(all, at).filter_map(|kept| match &kept.entry {
            Entry::Shift(shift) => Some((kept.id, shift.clone())),
            _ => None,
        });
        Self {
            shifts: shifts.collect(),
        }
    }

    /// Who is on duty at an instant.
    #[must_use]
    pub fn at(&self, calendar: &Calendar, at: UnixTime) -> Option<Duty> {
        let now = Window::new(at, at + 1);
        let on = self
            .shifts
            .iter()
            .filter(|(_, shift)| !shift.windows(calendar, now).is_empty());
        let (_, shift) = on.max_by_key(|(id, shift)| (shift.rank(), *id))?;
        Some(Duty {
            person: shift.person.clone(),
            backup: shift.backup.clone(),
        })
    }

    /// Who is on duty through `within`, without holes: `None` where nobody is.
    #[must_use]
    pub fn through(&self, calendar: &Calendar, within: Window) -> Vec<(Window, Option<Duty>)> {
        let windows = self
            .shifts
            .iter()
            .flat_map(|(_, shift)| shift.windows(calendar, within));
        let borders: BTreeSet<UnixTime> = windows
            .flat_map(|window| [window.from, window.to])
            .chain([within.from, within.to])
            .map(|at| at.clamp(within.from, within.to))
            .collect();
        let borders: Vec<UnixTime> = borders.into_iter().collect();
        let mut line: Vec<(Window, Option<Duty>)> = Vec::new();
        for pair in borders.windows(2) {
            let &[from, to] = pair else { continue };
            let duty = self.at(calendar, from);
            match line.last_mut() {
                Some((window, before)) if *before == duty => window.to = to,
                _ => line.push((Window::new(from, to), duty)),
            }
        }
        line
    }

    /// The stretches of `within` in which nobody is on duty.
    #[must_use]
    pub fn gaps(&self, calendar: &Calendar, within: Window) -> Vec<Window> {
        let line = self.through(calendar, within);
        line.into_iter()
            .filter(|(_, duty)| duty.is_none())
            .map(|(window, _)| window)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn calendar() -> Calendar {
        Calendar::new([])
    }

    fn at(text: &str) -> UnixTime {
        super::super::value::moment(text).unwrap()
    }

    fn shift(person: &str, from: &str, to: &str, repeats: Repeat, every: u16) -> Shift {
        Shift {
            person: person.into(),
            backup: Some("b".into()),
            from: at(from),
            to: at(to),
            repeats,
            every,
            until: None,
            days_off: false,
            note: None,
            file_sha256: None,
        }
    }

    fn rota(shifts: Vec<Shift>) -> Rota {
        Rota {
            shifts: (1..).zip(shifts).collect(),
        }
    }

    fn on(rota: &Rota, when: &str) -> Option<String> {
        rota.at(&calendar(), at(when)).map(|duty| duty.person)
    }

    #[test]
    fn two_people_take_turns_by_the_week_and_a_swap_stands_over_them() {
        let monday = "2026-11-02 08:00";
        let rota = rota(vec![
            shift("an", monday, "2026-11-09 08:00", Repeat::Weekly, 2),
            shift("binh", "2026-11-09 08:00", "2026-11-16 08:00", Repeat::Weekly, 2),
            shift("chi", "2026-11-18 08:00", "2026-11-19 08:00", Repeat::Once, 1),
        ]);
        assert_eq!(on(&rota, "2026-11-09 07:59").as_deref(), Some("an"));
        assert_eq!(on(&rota, "2026-11-09 08:00").as_deref(), Some("binh"));
        assert_eq!(on(&rota, "2026-11-17 12:00").as_deref(), Some("an"));
        assert_eq!(on(&rota, "2026-11-18 12:00").as_deref(), Some("chi"));
        assert_eq!(on(&rota, "2026-11-01 12:00"), None);
        let within = Window::new(at("2026-11-01 08:00"), at("2026-11-30 08:00"));
        assert_eq!(
            rota.gaps(&calendar(), within),
            [Window::new(at("2026-11-01 08:00"), at(monday))]
        );
    }

    #[test]
    fn days_off_have_a_rota_of_their_own() {
        let any = shift("an", "2026-11-02 00:00", "2026-11-03 00:00", Repeat::Daily, 1);
        let off = Shift {
            days_off: true,
            ..shift("tet", "2026-11-02 00:00", "2026-11-03 00:00", Repeat::Daily, 1)
        };
        let rota = rota(vec![off, any]);
        assert_eq!(on(&rota, "2026-11-06 12:00").as_deref(), Some("an"), "a Friday");
        assert_eq!(
            on(&rota, "2026-11-07 12:00").as_deref(),
            Some("tet"),
            "a Saturday"
        );
        // Tết Đinh Mùi begins on 6 February 2027.
        assert_eq!(on(&rota, "2027-02-08 12:00").as_deref(), Some("tet"));
    }

    proptest! {
        /// The line has no holes, and says at every instant what is asked for that instant.
        #[test]
        fn the_line_through_is_whole_and_agrees_with_each_instant(
            shifts in prop::collection::vec((0i64..400, 1i64..200, 0usize..3, 1u16..3, any::<bool>()), 0..5),
            probe in 0i64..1_000,
        ) {
            let hour = |h: i64| at("2026-11-02 00:00") + h * 3_600;
            let rota = rota(shifts.iter().enumerate().map(|(n, (from, length, repeats, every, days_off))| Shift {
                from: hour(*from),
                to: hour(from + length),
                days_off: *days_off,
                ..shift(&format!("p{n}"), "2026-11-02 00:00", "2026-11-02 01:00", Repeat::ALL[*repeats], *every)
            }).collect());
            let within = Window::new(hour(0), hour(1_000));
            let line = rota.through(&calendar(), within);
            prop_assert_eq!(line.iter().map(|(window, _)| window.secs()).sum::<i64>(), within.secs());
            let there = line.iter().find(|(window, _)| window.from <= hour(probe) && hour(probe) < window.to).unwrap();
            prop_assert_eq!(&there.1, &rota.at(&calendar(), hour(probe)));
        }
    }
}
