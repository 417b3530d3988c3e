//! Windows that come again. Pure.

use ems_contract::time::Window;
use jiff::civil::Date;

use crate::calendar::civil;
use crate::vocabulary::vocabulary;

/// The most windows that one entry comes to within any stretch asked for.
const MOST_WINDOWS: usize = 5_000;

vocabulary! {
    /// How a window comes again.
    Repeat {
        /// It does not.
        Once = "once",
        /// Every day at the same civil time.
        Daily = "daily",
        /// On the same day of every week.
        Weekly = "weekly",
    }
}

impl Repeat {
    /// The text that says it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Once => "register.choice.once",
            Self::Daily => "register.choice.daily",
            Self::Weekly => "register.choice.weekly",
        }
    }

    /// Days from one window to the next.
    pub(super) const fn days(self) -> Option<i64> {
        match self {
            Self::Once => None,
            Self::Daily => Some(1),
            Self::Weekly => Some(7),
        }
    }
}

/// The windows that touch `within`, in order: the first one, and those that begin every `step` days after it up to the
/// end of the day `until`. Vietnam's clocks are never changed: the same civil time is a whole number of days later.
pub(super) fn recur(first: Window, step: Option<i64>, until: Option<Date>, within: Window) -> Vec<Window> {
    let touches = |window: &Window| !window.intersect(within).is_empty();
    let Some(step_s) = step.map(|days| days.max(1) * 86_400) else {
        return Some(first).filter(touches).into_iter().collect();
    };
    let end = until.map_or(within.to, |day| civil::end_of(day).min(within.to));
    let length = first.secs();
    let begin = (within.from - first.from - length).div_euclid(step_s).max(0);
    (begin..)
        .map(|n| first.from + n * step_s)
        .take_while(|from| *from < end)
        .map(|from| Window::new(from, from + length))
        .filter(touches)
        .take(MOST_WINDOWS)
        .collect()
}
