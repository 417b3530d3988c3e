//! The windows that exact gauges are named by.

use ems_contract::time::{UnixTime, Window};

use crate::report::Period;

/// A window with the name it has in labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedWindow {
    /// `30d`, `quarter`, `year`.
    pub name: &'static str,
    /// The window.
    pub window: Window,
}

/// The named windows that end at `horizon`.
#[must_use]
pub fn named_windows(horizon: UnixTime) -> [NamedWindow; 3] {
    // The second before the horizon decides: at midnight of the new year the old year is whole.
    let (_, quarter) = Period::quarter_of(horizon - 1);
    let (_, year) = Period::year_of(horizon - 1);
    let named = |name, from| NamedWindow {
        name,
        window: Window::new(from, horizon),
    };
    [
        named("30d", horizon - 30 * 86_400),
        named("quarter", quarter.from),
        named("year", year.from),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_is_whole_at_its_last_instant() {
        let (_, q3) = Period::parse("2026-Q3").unwrap();
        let [_, quarter, year] = named_windows(q3.to);
        assert_eq!(quarter.window, q3);
        assert_eq!(year.window.secs(), 273 * 86_400);
        assert_eq!(named_windows(q3.to + 1)[1].window.secs(), 1);
    }
}
