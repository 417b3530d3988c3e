//! Seconds by state over a window, and what follows from them.

use ems_contract::inventory::Maintenance;
use ems_contract::text::{Lang, get};
use ems_contract::time::{UnixTime, Window};
use serde::{Deserialize, Serialize};

use super::outage::outages;
use super::spans::clip;
use super::types::{Span, State, Track};

/// Seconds in each state. The six add up to the length of the window, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seconds {
    /// All who saw succeeded.
    pub up: i64,
    /// Reached, with a defect of the closed list.
    pub degraded: i64,
    /// Not reached.
    pub down: i64,
    /// Nobody saw.
    pub unknown: i64,
    /// Announced maintenance; in the adjusted account only.
    pub excluded: i64,
    /// The family did not exist: no time of it at all.
    pub absent: i64,
}

impl Seconds {
    /// All six together.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.observed() + self.unknown + self.excluded + self.absent
    }

    /// Seconds that somebody saw.
    #[must_use]
    pub const fn observed(&self) -> i64 {
        self.up + self.degraded + self.down
    }

    /// Whether this is a family in which the portal had no address: nothing of it could be seen, and what an agent did
    /// not see meanwhile leaves no doubt about that.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        self.absent > 0 && self.observed() == 0
    }

    /// [`Seconds::availability`] in print; in words where there is none, and which words depends on why.
    #[must_use]
    pub fn availability_text(&self, track: Track, lang: Lang) -> String {
        match track {
            Track::V4 if self.is_absent() => get(lang, "ledger.absent.v4").to_owned(),
            Track::V6 if self.is_absent() => get(lang, "ledger.absent.v6").to_owned(),
            _ => self.availability().percent(lang),
        }
    }

    /// Rule 7: (up + degraded) / (up + degraded + down).
    #[must_use]
    pub const fn availability(&self) -> Ratio {
        Ratio {
            numerator: self.up + self.degraded,
            denominator: self.observed(),
        }
    }

    /// Rule 7: (up + degraded + down) / window. Absent time is no part of the window (there is no such time),
    /// nor is excluded time in the adjusted account.
    #[must_use]
    pub const fn coverage(&self) -> Ratio {
        Ratio {
            numerator: self.observed(),
            denominator: self.observed() + self.unknown,
        }
    }

    fn add(&mut self, state: State, seconds: i64) {
        *match state {
            State::Up => &mut self.up,
            State::Degraded => &mut self.degraded,
            State::Down => &mut self.down,
            State::Unknown => &mut self.unknown,
            State::Absent => &mut self.absent,
        } += seconds;
    }
}

/// A share as an exact fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// Seconds that count.
    pub numerator: i64,
    /// Seconds in all; 0 when there is nothing to say.
    pub denominator: i64,
}

impl Ratio {
    /// Hundredths of a percent, floored: 9999 for 99.996 %. None when the denominator is zero.
    #[must_use]
    pub fn basis_points(self) -> Option<i64> {
        let scaled = i128::from(self.numerator) * 10_000;
        let floored = scaled.checked_div_euclid(i128::from(self.denominator))?;
        i64::try_from(floored).ok()
    }

    /// `99,95%` (English `99.95%`), floored and never rounded up; `chưa đủ dữ liệu` when there is none.
    #[must_use]
    pub fn percent(self, lang: Lang) -> String {
        let Some(points) = self.basis_points() else {
            return get(lang, "ledger.not_enough_data").to_owned();
        };
        let mark = match lang {
            Lang::Vi => ',',
            Lang::En => '.',
        };
        format!("{}{mark}{:02}%", points.div_euclid(100), points.rem_euclid(100))
    }
}

/// The accounts of one track over one window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The window.
    pub window: Window,
    /// Ignores maintenance: no regulation exempts it. Printed first.
    pub statutory: Seconds,
    /// Announced maintenance left out.
    pub adjusted: Seconds,
    /// The part of `statutory` that lies after the settled horizon and may still change.
    pub provisional: Seconds,
}

/// Accounts a line of spans over `window` (clip it to the portal's validity first). Time without a span is
/// `unknown`. Only the part of a maintenance that lies after its announcement is left out, unless somebody with the right
/// to do so took the rest out in hindsight.
#[must_use]
pub fn account<'a>(
    spans: impl IntoIterator<Item = &'a Span>,
    window: Window,
    maintenance: &[Maintenance],
    horizon: UnixTime,
) -> Account {
    let line = clip(spans, window);
    let excused = announced(maintenance);
    let mut account = Account {
        window,
        statutory: Seconds::default(),
        adjusted: Seconds::default(),
        provisional: Seconds::default(),
    };
    for span in &line {
        let seconds = span.window().secs();
        account.statutory.add(span.state, seconds);
        let late = Window::new(horizon, window.to).intersect(span.window()).secs();
        account.provisional.add(span.state, late);
        let excluded: i64 = match span.state {
            State::Absent => 0,
            _ => excused.iter().map(|w| w.intersect(span.window()).secs()).sum(),
        };
        account.adjusted.add(span.state, seconds - excluded);
        account.adjusted.excluded += excluded;
    }
    account
}

/// Maintenance as announced, sorted and disjoint.
fn announced(maintenance: &[Maintenance]) -> Vec<Window> {
    let windows = maintenance.iter().map(Maintenance::left_out);
    let mut windows: Vec<Window> = windows.filter(|window| !window.is_empty()).collect();
    windows.sort_by_key(|window| window.from);
    let mut end = UnixTime::from_secs(i64::MIN);
    for window in &mut windows {
        window.from = window.from.max(end);
        end = end.max(window.to);
    }
    windows
}

/// Outages of one track in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutageSummary {
    /// How many.
    pub count: u32,
    /// Seconds down, all together: the same number as in the statutory account.
    pub down_s: i64,
    /// Seconds down in the longest.
    pub longest_s: i64,
    /// Seconds down on average (MTTR), floored; absent without outages.
    pub mean_s: Option<i64>,
    /// The last one has not been seen ended.
    pub open: bool,
}

/// Sums up the outages of a line of spans within `window`. Only seconds inside the window count.
#[must_use]
pub fn summarise_outages<'a>(
    track: Track,
    spans: impl IntoIterator<Item = &'a Span>,
    window: Window,
) -> OutageSummary {
    let found = outages(track, &clip(spans, window));
    let down_s: i64 = found.iter().map(|outage| outage.down_s).sum();
    let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
    OutageSummary {
        count,
        down_s,
        longest_s: found.iter().map(|outage| outage.down_s).max().unwrap_or(0),
        mean_s: down_s.checked_div(i64::from(count)),
        open: found
            .last()
            .is_some_and(|outage| outage.seen_working_at.is_none()),
    }
}
