//! A bar a day: ninety days of one portal in a handful of SVG paths.
//!
//! A run of equal days is one dashed stroke, so that 600 portals fit into a page. Thickness differs with the
//! state, so that colour is not the only sign.

use ems_contract::time::{UnixTime, Window, zone};

use crate::ledger::{Span, State};

/// How many days are shown.
pub const DAYS: usize = 90;
/// Width of a day in the drawing, the gap included.
pub const STEP: usize = 4;
/// A day with at least this much degraded time shows as degraded.
pub const DEGRADED_S: i64 = 15 * 60;

/// What a day shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Day {
    /// The portal did not count yet.
    Absent,
    /// Less than half of the day's time was observed.
    Unknown,
    /// Observed, without trouble worth showing.
    Up,
    /// Degraded for [`DEGRADED_S`] or more.
    Degraded,
    /// Down for any time at all.
    Down,
}

impl Day {
    /// Every value.
    pub const ALL: [Self; 5] = [Self::Absent, Self::Unknown, Self::Up, Self::Degraded, Self::Down];

    /// Name in the style sheet and key in the catalogue.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }
}

/// The windows of the last [`DAYS`] civil days, today last and cut at `now`.
#[must_use]
pub fn days(now: UnixTime) -> Vec<Window> {
    let today = now.zoned().date();
    let midnight = |back: i64| {
        let date = today.saturating_sub(jiff::Span::new().days(back));
        date.to_zoned(zone())
            .map_or(now, |zoned| UnixTime::floor(zoned.timestamp()))
    };
    let count = i64::try_from(DAYS).unwrap_or(90);
    (0..count)
        .rev()
        .map(|back| Window::new(midnight(back), if back == 0 { now } else { midnight(back - 1) }))
        .collect()
}

/// What each of `days` (in order) shows of a line of spans that counts within `counted`.
#[must_use]
pub fn judge(spans: &[Span], days: &[Window], counted: Window) -> Vec<Day> {
    let mut first = 0;
    days.iter()
        .map(|day| {
            let window = day.intersect(counted);
            if window.is_empty() {
                return Day::Absent;
            }
            while spans.get(first).is_some_and(|span| span.to <= window.from) {
                first += 1;
            }
            let (mut observed, mut degraded, mut down) = (0, 0, 0);
            for span in spans[first..].iter().take_while(|span| span.from < window.to) {
                let seconds = span.window().intersect(window).secs();
                match span.state {
                    State::Up => observed += seconds,
                    State::Degraded => {
                        observed += seconds;
                        degraded += seconds;
                    }
                    State::Down => {
                        observed += seconds;
                        down += seconds;
                    }
                    State::Unknown | State::Absent => {}
                }
            }
            if down > 0 {
                Day::Down
            } else if observed * 2 < window.secs() {
                Day::Unknown
            } else if degraded >= DEGRADED_S {
                Day::Degraded
            } else {
                Day::Up
            }
        })
        .collect()
}

/// One path per state: its name, the path's `d`.
#[must_use]
pub fn paths(days: &[Day]) -> Vec<(&'static str, String)> {
    use std::fmt::Write as _;
    let mut drawn: Vec<(Day, String)> = Vec::new();
    let mut start = 0;
    for run in days.chunk_by(|a, b| a == b) {
        let state = run[0];
        let (x, width) = (start * STEP, run.len() * STEP - 1);
        start += run.len();
        if state == Day::Absent {
            continue;
        }
        let place = match drawn.iter().position(|(known, _)| *known == state) {
            Some(place) => place,
            None => {
                drawn.push((state, String::new()));
                drawn.len() - 1
            }
        };
        // Writing to a String cannot fail.
        let _infallible = write!(drawn[place].1, "M{x} 12h{width}");
    }
    drawn.sort_by_key(|(state, _)| *state);
    drawn
        .into_iter()
        .map(|(state, path)| (state.as_str(), path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixTime {
        text.parse().unwrap()
    }

    #[test]
    fn today_is_the_last_day_and_cut_at_the_present() {
        let now = at("2026-11-22T14:57:00Z");
        let days = days(now);
        assert_eq!(days.len(), DAYS);
        assert_eq!(days[89], Window::new(at("2026-11-21T17:00:00Z"), now));
        assert_eq!(days[88].secs(), 86_400);
        assert_eq!(days[0].from, at("2026-08-24T17:00:00Z"));
        assert!(days.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    #[test]
    fn a_day_shows_the_worst_that_was_really_seen() {
        let day = |number: i64| at("2026-11-01T17:00:00Z") + number * 86_400;
        let span = |from: UnixTime, to: UnixTime, state| Span {
            from,
            to,
            state,
            cause: None,
            agents: Vec::new(),
        };
        let spans = [
            span(day(1), day(2) + 10, State::Up),
            span(day(2) + 10, day(2) + 11, State::Down),
            span(day(2) + 11, day(3), State::Unknown),
            span(day(3), day(3) + 40_000, State::Up),
            span(day(4), day(4) + 900, State::Degraded),
            span(day(4) + 900, day(5) + 60, State::Up),
            span(day(5) + 60, day(5) + 120, State::Degraded),
            span(day(5) + 120, day(6), State::Up),
        ];
        let days: Vec<Window> = (0..6).map(|n| Window::new(day(n), day(n + 1))).collect();
        let shown = judge(&spans, &days, Window::new(day(1), day(6)));
        assert_eq!(
            shown,
            [
                Day::Absent,
                Day::Up,
                Day::Down,
                Day::Unknown,
                Day::Degraded,
                Day::Up
            ]
        );
        assert_eq!(
            paths(&shown),
            [
                ("unknown", "M12 12h3".to_owned()),
                ("up", "M4 12h3M20 12h3".to_owned()),
                ("degraded", "M16 12h3".to_owned()),
                ("down", "M8 12h3".to_owned()),
            ]
        );
    }
}
