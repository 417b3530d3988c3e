//! Handling lines of spans: cutting to a window, asking what stands now.

use ems_contract::time::{UnixTime, Window};

use super::types::{Span, State};

/// The line of spans cut to `window` and contiguous over it: time that no span covers is `unknown`.
#[must_use]
pub fn clip<'a>(spans: impl IntoIterator<Item = &'a Span>, window: Window) -> Vec<Span> {
    let mut line: Vec<Span> = Vec::new();
    let mut at = window.from;
    for span in spans {
        let part = span.window().intersect(Window::new(at, window.to));
        if part.is_empty() {
            continue;
        }
        fill(&mut line, at, part.from);
        let clipped = Span {
            from: part.from,
            to: part.to,
            ..span.clone()
        };
        push(&mut line, clipped);
        at = part.to;
    }
    fill(&mut line, at, window.to);
    line
}

fn fill(line: &mut Vec<Span>, from: UnixTime, to: UnixTime) {
    if from < to {
        let unseen = Span {
            from,
            to,
            state: State::Unknown,
            cause: None,
            agents: Vec::new(),
        };
        push(line, unseen);
    }
}

fn push(line: &mut Vec<Span>, span: Span) {
    match line.last_mut() {
        Some(last) if last.to == span.from && last.state == span.state && last.cause == span.cause => {
            last.to = span.to;
            span.agents
                .iter()
                .for_each(|agent| super::outage::join(&mut last.agents, agent));
        }
        _ => line.push(span),
    }
}

/// The span that tells how a portal stands: the last one, unless that is `unknown` only because the newest
/// records are still on their way (it begins after the settled `horizon`), in which case the one before it.
#[must_use]
pub fn standing(spans: &[Span], horizon: UnixTime) -> Option<&Span> {
    let (last, before) = spans.split_last()?;
    match before.last() {
        Some(previous) if last.state == State::Unknown && last.from >= horizon => Some(previous),
        _ => Some(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: i64, to: i64, state: State) -> Span {
        Span {
            from: UnixTime::from_secs(from),
            to: UnixTime::from_secs(to),
            state,
            cause: None,
            agents: Vec::new(),
        }
    }

    #[test]
    fn a_window_is_covered_whole_and_holes_are_unknown() {
        let line = [span(10, 20, State::Up), span(30, 40, State::Down)];
        let window = Window::new(UnixTime::from_secs(15), UnixTime::from_secs(50));
        let expected = [
            span(15, 20, State::Up),
            span(20, 30, State::Unknown),
            span(30, 40, State::Down),
            span(40, 50, State::Unknown),
        ];
        assert_eq!(clip(&line, window), expected);
        assert_eq!(clip(&[], window), [span(15, 50, State::Unknown)]);
        assert!(clip(&line, Window::new(window.to, window.from)).is_empty());
    }

    #[test]
    fn a_tail_that_is_only_late_does_not_hide_how_the_portal_stands() {
        let line = [span(0, 100, State::Down), span(100, 130, State::Unknown)];
        let at = |seconds| standing(&line, UnixTime::from_secs(seconds)).map(|span| span.state);
        assert_eq!(at(90), Some(State::Down));
        assert_eq!(at(101), Some(State::Unknown));
        assert_eq!(standing(&[], UnixTime::from_secs(0)), None);
    }
}
