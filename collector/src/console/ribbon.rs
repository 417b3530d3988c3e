//! A line of spans as a ribbon of [`WIDTH`] units: what is short is still seen.

use ems_contract::time::{UnixTime, Window};

use crate::ledger::{Span, SpanCause, State};

/// Units of a whole ribbon.
pub const WIDTH: i64 = 1_000;
/// The least width of trouble, in units.
const LEAST: i64 = 3;

/// One piece of a ribbon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The state.
    pub state: State,
    /// The cause.
    pub cause: Option<SpanCause>,
    /// When it was, cut to the window.
    pub window: Window,
    /// Left edge.
    pub x: i64,
    /// Width.
    pub width: i64,
}

/// The pieces of `window`, those of more weight later so that they are drawn on top. Neighbours of one state and
/// cause are one piece.
#[must_use]
pub fn ribbon(spans: &[Span], window: Window) -> Vec<Piece> {
    let length = window.secs().max(1);
    let unit = |at: UnixTime| (at - window.from) * WIDTH / length;
    let mut joined: Vec<(Window, State, Option<SpanCause>)> = Vec::new();
    for span in spans {
        let inside = span.window().intersect(window);
        if inside.is_empty() {
            continue;
        }
        match joined.last_mut() {
            Some((last, state, cause))
                if last.to == inside.from && *state == span.state && *cause == span.cause =>
            {
                last.to = inside.to;
            }
            _ => joined.push((inside, span.state, span.cause)),
        }
    }
    let mut pieces: Vec<Piece> = joined
        .into_iter()
        .map(|(inside, state, cause)| {
            let least = if matches!(state, State::Down | State::Degraded) {
                LEAST
            } else {
                1
            };
            let x = unit(inside.from);
            let width = (unit(inside.to) - x).max(least);
            Piece {
                state,
                cause,
                window: inside,
                x: x.min(WIDTH - least),
                width: width.min(WIDTH),
            }
        })
        .collect();
    pieces.sort_by_key(|piece| weight(piece.state));
    pieces
}

const fn weight(state: State) -> u8 {
    match state {
        State::Absent => 0,
        State::Up => 1,
        State::Unknown => 2,
        State::Degraded => 3,
        State::Down => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_of_trouble_in_ninety_days_is_seen_and_drawn_on_top() {
        let at = UnixTime::from_secs;
        let span = |from, to, state| Span {
            from: at(from),
            to: at(to),
            state,
            cause: None,
            agents: Vec::new(),
        };
        let end = 90 * 86_400;
        let spans = [
            span(0, end - 60, State::Up),
            span(end - 60, end, State::Down),
            span(end, end + 9, State::Up),
        ];
        let pieces = ribbon(&spans, Window::new(at(0), at(end)));
        assert_eq!(pieces.len(), 2);
        assert_eq!(
            (pieces[1].state, pieces[1].x, pieces[1].width),
            (State::Down, 997, 3)
        );
        assert_eq!((pieces[0].x, pieces[0].width), (0, 999));
        assert!(ribbon(&[], Window::new(at(0), at(0))).is_empty());
    }
}
