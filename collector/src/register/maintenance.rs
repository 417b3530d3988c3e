//! Planned maintenance as people enter it: windows, recurrences, and time taken out in hindsight. Pure.
//!
//! A second is left out of the adjusted account when, at that second, a standing entry planned it and its announcement had
//! been made, and when the newest entry still does; or when the newest entry takes it out in hindsight, which wants a right
//! of its own. What was planned for a time and moved away before it came is not left out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Maintenance, Portal};
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::facts::Kept;
use super::recurrence::{Repeat, recur};
use crate::calendar::civil;
use crate::judge::facts::{Suspension, When};

/// An entry of the register of maintenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// First second of the (first) window.
    pub from: UnixTime,
    /// First second after it.
    pub to: UnixTime,
    /// How it comes again: `once`, `daily`, `weekly`.
    pub repeats: Repeat,
    /// The last day on which it comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// When it was ended before its time: what was under way ended then, and none came after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<UnixTime>,
    /// Why.
    pub reason: String,
    /// When it was announced to the public.
    pub announced: When,
    /// Where it was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_where: Option<String>,
    /// The announcement says when service returns.
    #[serde(default)]
    pub tells_recovery: bool,
    /// It takes out time that had passed when it was entered.
    #[serde(default)]
    pub hindsight: bool,
    /// Papers as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<Sha256>,
}

impl Planned {
    /// The windows that touch `within`, in order.
    #[must_use]
    pub fn windows(&self, within: Window) -> Vec<Window> {
        let mut windows = recur(
            Window::new(self.from, self.to),
            self.repeats.days(),
            self.until,
            within,
        );
        if let Some(ended) = self.ended {
            windows
                .iter_mut()
                .for_each(|window| window.to = window.to.min(ended));
            windows.retain(|window| !window.intersect(within).is_empty());
        }
        windows
    }

    /// The last second of all its windows; none where it has no end.
    #[must_use]
    pub fn ends(&self) -> Option<UnixTime> {
        let last_day = match self.repeats {
            Repeat::Once => Some(self.to),
            Repeat::Daily | Repeat::Weekly => self.until.map(civil::end_of),
        };
        let end = match (last_day, self.ended) {
            (Some(day), Some(ended)) => day.min(ended),
            (day, ended) => day.or(ended)?,
        };
        let last = self
            .windows(Window::new(self.from, end))
            .last()
            .map(|window| window.to);
        Some(last.unwrap_or(self.to.min(end)))
    }

    /// As the judge reads it: one planned stop for each window within `near`.
    pub fn suspensions(&self, near: Window) -> impl Iterator<Item = Suspension> {
        let (announced, tells) = (self.announced, self.tells_recovery);
        self.windows(near).into_iter().map(move |window| Suspension {
            begins: civil::day_of(window.from),
            announced: Some(announced),
            tells_recovery: Some(tells),
            force_majeure: false,
            confirmed_unannounced: false,
        })
    }
}

/// The maintenance in the register, by portal, as far as it is left out of the adjusted account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plans {
    of_portals: BTreeMap<PortalId, Vec<Maintenance>>,
    of_all: Vec<Maintenance>,
}

impl Plans {
    /// What the entries of the register come to within `within`. Corrections and withdrawals are among them.
    #[must_use]
    pub fn of(all: &[Kept], within: Window) -> Self {
        let mut plans = Self::default();
        let next: BTreeMap<i64, &Kept> = all
            .iter()
            .filter_map(|kept| Some((kept.replaces?, kept)))
            .collect();
        for first in all.iter().filter(|kept| kept.replaces.is_none()) {
            let line: Vec<&Kept> =
                std::iter::successors(Some(first), |kept| next.get(&kept.id).copied()).collect();
            let pieces = left_out(&line, within);
            match &first.portal {
                None => plans.of_all.extend(pieces),
                Some(portal) => plans.of_portals.entry(portal.clone()).or_default().extend(pieces),
            }
        }
        plans
    }

    /// Nothing is planned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of_portals.is_empty() && self.of_all.is_empty()
    }

    /// What is planned for a portal besides what its inventory says.
    pub fn of_portal<'a>(&'a self, portal: &PortalId) -> impl Iterator<Item = &'a Maintenance> + use<'a> {
        let own = self.of_portals.get(portal).into_iter().flatten();
        own.chain(&self.of_all)
    }

    /// Puts it beside what the inventory says of the portal.
    pub fn lay_over(&self, portal: &mut Portal) {
        portal.maintenance.extend(self.of_portal(&portal.id).cloned());
    }

    /// The inventory with the register's maintenance beside its own.
    #[must_use]
    pub fn laid_over<'i>(&self, inventory: &'i Inventory) -> Cow<'i, Inventory> {
        if self.is_empty() {
            return Cow::Borrowed(inventory);
        }
        let mut inventory = inventory.clone();
        inventory
            .portals
            .iter_mut()
            .for_each(|portal| self.lay_over(portal));
        Cow::Owned(inventory)
    }
}

/// What one line of corrections leaves out.
fn left_out(line: &[&Kept], within: Window) -> Vec<Maintenance> {
    let Some((newest, planned)) = line.last().and_then(|kept| Some((*kept, planned(kept)?))) else {
        return Vec::new();
    };
    let piece = |window: Window, excluded_at| Maintenance {
        from: window.from,
        to: window.to,
        author: newest.shown.clone(),
        reason: planned.reason.clone(),
        announced_at: planned.announced.to,
        excluded_at,
    };
    let windows = planned.windows(within);
    if planned.hindsight {
        return windows
            .into_iter()
            .map(|window| piece(window, Some(newest.at)))
            .collect();
    }
    let mut pieces = Vec::new();
    for window in windows {
        // Moved or shortened meanwhile: what a version said counts while it stood.
        let mut last: Option<Window> = None;
        for (version, until) in versions(line) {
            let Some(said) = planned_of(version) else { continue };
            let stood = Window::new(version.at.max(said.announced.to), until);
            for earlier in said.windows(window) {
                let part = earlier.intersect(window).intersect(stood);
                match &mut last {
                    _ if part.is_empty() => {}
                    Some(before) if part.from <= before.to => before.to = before.to.max(part.to),
                    _ => {
                        pieces.extend(last.map(|window| piece(window, None)));
                        last = Some(part);
                    }
                }
            }
        }
        pieces.extend(last.map(|window| piece(window, None)));
    }
    pieces
}

/// Every version of a line with the instant at which the next one took its place.
fn versions<'l>(line: &'l [&'l Kept]) -> impl Iterator<Item = (&'l Kept, UnixTime)> {
    let ends = line.iter().skip(1).map(|kept| kept.at);
    let ends = ends.chain([UnixTime::from_secs(i64::MAX)]);
    line.iter().copied().zip(ends)
}

fn planned_of(kept: &Kept) -> Option<&Planned> {
    match &kept.entry {
        Entry::Maintenance(planned) => Some(planned),
        _ => None,
    }
}

fn planned(kept: &Kept) -> Option<&Planned> {
    planned_of(kept).filter(|_| !kept.withdrawn)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> UnixTime {
        text.parse().unwrap()
    }

    fn plan(from: &str, to: &str) -> Planned {
        Planned {
            from: at(from),
            to: at(to),
            repeats: Repeat::Once,
            until: None,
            ended: None,
            reason: "nâng cấp máy chủ".into(),
            announced: When::at(at("2026-11-01T00:00:00Z")),
            announced_where: None,
            tells_recovery: true,
            hindsight: false,
            file_sha256: None,
        }
    }

    fn kept(id: i64, replaces: Option<i64>, entered: &str, planned: Planned) -> Kept {
        Kept {
            id,
            portal: Some("p1".parse().unwrap()),
            replaces,
            withdrawn: false,
            at: at(entered),
            author: "a".into(),
            shown: "Nguyễn Văn A".into(),
            entry: Entry::Maintenance(planned),
        }
    }

    fn pieces(all: &[Kept]) -> Vec<(String, String)> {
        let within = Window::new(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        let plans = Plans::of(all, within);
        let portal = "p1".parse().unwrap();
        let text = |at: UnixTime| at.to_string()[5..16].to_owned();
        plans
            .of_portal(&portal)
            .map(|piece| (text(piece.from), text(piece.to)))
            .collect()
    }

    fn pair(from: &str, to: &str) -> (String, String) {
        (from.to_owned(), to.to_owned())
    }

    const FROM: &str = "2026-11-20T15:00:00Z";
    const TO: &str = "2026-11-20T19:00:00Z";

    #[test]
    fn what_was_planned_when_it_came_is_left_out() {
        let all = [kept(1, None, "2026-11-05T00:00:00Z", plan(FROM, TO))];
        assert_eq!(pieces(&all), [pair("11-20T15:00", "11-20T19:00")]);
    }

    #[test]
    fn entered_late_only_the_rest_is_left_out_and_in_hindsight_all_of_it() {
        let late = kept(1, None, "2026-11-20T17:00:00Z", plan(FROM, TO));
        assert_eq!(
            pieces(std::slice::from_ref(&late)),
            [pair("11-20T17:00", "11-20T19:00")]
        );
        let after = kept(1, None, "2026-11-21T00:00:00Z", plan(FROM, TO));
        assert!(pieces(std::slice::from_ref(&after)).is_empty());
        let granted = Planned {
            hindsight: true,
            ..plan(FROM, TO)
        };
        let granted = kept(1, None, "2026-11-21T00:00:00Z", granted);
        assert_eq!(
            pieces(std::slice::from_ref(&granted)),
            [pair("11-20T15:00", "11-20T19:00")]
        );
    }

    #[test]
    fn ended_early_it_keeps_what_was_and_moved_backwards_it_wins_nothing() {
        let first = kept(1, None, "2026-11-05T00:00:00Z", plan(FROM, TO));
        let ended = plan(FROM, "2026-11-20T16:30:00Z");
        let ended = kept(2, Some(1), "2026-11-20T16:30:00Z", ended);
        assert_eq!(
            pieces(&[first.clone(), ended]),
            [pair("11-20T15:00", "11-20T16:30")]
        );
        // Somebody makes it longer at both ends the day after.
        let longer = plan("2026-11-20T10:00:00Z", "2026-11-20T23:00:00Z");
        let longer = kept(2, Some(1), "2026-11-21T00:00:00Z", longer);
        assert_eq!(
            pieces(&[first.clone(), longer]),
            [pair("11-20T15:00", "11-20T19:00")]
        );
        let withdrawn = Kept {
            withdrawn: true,
            ..kept(2, Some(1), "2026-11-06T00:00:00Z", plan(FROM, TO))
        };
        assert!(pieces(&[first, withdrawn]).is_empty());
    }

    #[test]
    fn it_comes_again_until_its_last_day() {
        let weekly = Planned {
            repeats: Repeat::Weekly,
            until: Some("2026-12-05".parse().unwrap()),
            ..plan(FROM, TO)
        };
        assert_eq!(weekly.ends(), Some(at("2026-12-04T19:00:00Z")));
        let all = [kept(1, None, "2026-11-05T00:00:00Z", weekly)];
        assert_eq!(
            pieces(&all),
            [
                pair("11-20T15:00", "11-20T19:00"),
                pair("11-27T15:00", "11-27T19:00"),
                pair("12-04T15:00", "12-04T19:00"),
            ]
        );
    }

    #[test]
    fn ended_while_it_lasts_none_comes_after_and_what_was_stays() {
        let weekly = Planned {
            repeats: Repeat::Weekly,
            ..plan(FROM, TO)
        };
        let ended = Planned {
            ended: Some(at("2026-11-27T16:30:00Z")),
            ..weekly.clone()
        };
        assert_eq!(ended.ends(), Some(at("2026-11-27T16:30:00Z")));
        let between = Planned {
            ended: Some(at("2026-11-30T00:00:00Z")),
            ..weekly.clone()
        };
        assert_eq!(between.ends(), Some(at("2026-11-27T19:00:00Z")));
        let all = [
            kept(1, None, "2026-11-05T00:00:00Z", weekly),
            kept(2, Some(1), "2026-11-27T16:30:00Z", ended),
        ];
        let was = [
            pair("11-20T15:00", "11-20T19:00"),
            pair("11-27T15:00", "11-27T16:30"),
        ];
        assert_eq!(pieces(&all), was);
        let Entry::Maintenance(ended) = &all[1].entry else {
            unreachable!()
        };
        let later = Window::new(at("2026-11-27T16:30:00Z"), at("2026-12-27T00:00:00Z"));
        assert!(ended.windows(later).is_empty());
    }

    #[test]
    fn an_entry_is_read_back_as_it_was_written() {
        let planned = Planned {
            repeats: Repeat::Daily,
            ..plan(FROM, TO)
        };
        let text = serde_json::to_string(&planned).unwrap();
        assert_eq!(serde_json::from_str::<Planned>(&text).unwrap(), planned);
        assert!(serde_json::from_str::<Planned>(&text.replace("daily", "hourly")).is_err());
    }

    proptest! {
        /// Whatever is entered and corrected, no second is left out that the newest entry does not plan, and none before
        /// the first entry was made.
        #[test]
        fn nothing_is_left_out_that_nobody_planned_in_time(
            versions in prop::collection::vec((0i64..2_000, 1i64..500, 0i64..3_000, any::<bool>()), 1..5),
        ) {
            let mut entered = 0;
            let mut all = Vec::new();
            for (id, (from, length, later, daily)) in (1..).zip(&versions) {
                entered += later / 3;
                all.push(kept(id, (id > 1).then_some(id - 1), "1970-01-01T00:00:00Z", Planned {
                    from: UnixTime::from_secs(*from),
                    to: UnixTime::from_secs(from + length),
                    repeats: if *daily { Repeat::Daily } else { Repeat::Once },
                    announced: When::at(UnixTime::from_secs(0)),
                    ..plan(FROM, TO)
                }));
                all.last_mut().unwrap().at = UnixTime::from_secs(entered);
            }
            let within = Window::new(UnixTime::from_secs(0), UnixTime::from_secs(200_000));
            let plans = Plans::of(&all, within);
            let Entry::Maintenance(newest) = &all.last().unwrap().entry else { unreachable!() };
            let windows = newest.windows(within);
            for piece in plans.of_portal(&"p1".parse().unwrap()) {
                prop_assert!(piece.from >= all[0].at && piece.from < piece.to);
                prop_assert!(windows.iter().any(|w| w.from <= piece.from && piece.to <= w.to));
            }
        }
    }
}
