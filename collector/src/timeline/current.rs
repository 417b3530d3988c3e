//! What a portal's state is at present.

use ems_contract::time::UnixTime;

use crate::ledger::{Span, SpanCause, State, standing};

/// A state and since when it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// The state.
    pub state: State,
    /// First second of it, as far back as the spans reach; absent when nothing was ever seen.
    pub since: Option<UnixTime>,
    /// The newest cause.
    pub cause: Option<SpanCause>,
}

/// The state at present: that of the newest span, except that provisional time which nobody has reported on yet
/// (records still under way) does not hide what was known before it.
///
/// `horizon` is the settled horizon: unknown time that begins before it is really unknown.
#[must_use]
pub fn current(spans: &[Span], horizon: UnixTime) -> Current {
    let unknown = |since| Current {
        state: State::Unknown,
        since,
        cause: None,
    };
    let Some(newest) = standing(spans, horizon) else {
        return unknown(None);
    };
    // Spans that end before the horizon say nothing about the present.
    if newest.to < horizon {
        return unknown(Some(newest.to));
    }
    let mut since = newest.from;
    for earlier in spans.iter().rev().skip_while(|span| span.from >= newest.from) {
        if earlier.state != newest.state || earlier.to != since {
            break;
        }
        since = earlier.from;
    }
    Current {
        state: newest.state,
        since: Some(since),
        cause: newest.cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_secs(seconds)
    }

    fn span(from: i64, to: i64, state: State) -> Span {
        Span {
            from: at(from),
            to: at(to),
            state,
            cause: None,
            agents: Vec::new(),
        }
    }

    #[test]
    fn records_under_way_do_not_hide_what_was_known() {
        let spans = [
            span(0, 50, State::Down),
            span(50, 120, State::Down),
            span(120, 180, State::Unknown),
        ];
        let seen = current(&spans, at(100));
        assert_eq!((seen.state, seen.since), (State::Down, Some(at(0))));
    }

    #[test]
    fn settled_unknown_time_is_unknown() {
        let spans = [span(0, 50, State::Up), span(50, 180, State::Unknown)];
        assert_eq!(current(&spans, at(100)).state, State::Unknown);
        assert_eq!(current(&spans, at(100)).since, Some(at(50)));
        assert_eq!(current(&[], at(100)).since, None);
        assert_eq!(current(&[span(0, 50, State::Up)], at(100)).since, Some(at(50)));
    }
}
