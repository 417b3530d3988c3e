//! State seconds as counters: they advance to the settled horizon only, and what late data changes behind it is
//! counted apart.

use ems_contract::time::Window;

use crate::ledger::{Evaluation, Span, State, Track, clip};

/// Seconds to add to the counters of one portal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Counted {
    /// By track and state.
    pub(super) seconds: Vec<(Track, State, u64)>,
    /// Seconds that were counted under another state, by track.
    pub(super) corrected: Vec<(Track, u64)>,
}

/// What was told, over `window`.
pub(super) fn count(told: &Evaluation, window: Window) -> Counted {
    let mut counted = Counted::default();
    if window.is_empty() {
        return counted;
    }
    for track in Track::ALL {
        for span in clip(told.track(track), window) {
            counted.seconds.push((track, span.state, seconds(span.window())));
        }
    }
    counted
}

impl Counted {
    /// Adds the seconds of `window` in which the state is not what it was `before`.
    pub(super) fn correct<'a>(
        &mut self,
        track: Track,
        before: &[Span],
        after: impl Iterator<Item = &'a Span>,
        window: Window,
    ) {
        let (old, new) = (clip(before, window), clip(after, window));
        let mut changed = 0;
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
            if a.state != b.state {
                changed += seconds(a.window().intersect(b.window()));
            }
            i += usize::from(a.to <= b.to);
            j += usize::from(b.to <= a.to);
        }
        if changed > 0 {
            self.corrected.push((track, changed));
        }
    }
}

fn seconds(window: Window) -> u64 {
    window.secs().unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::time::UnixTime;

    #[test]
    fn only_seconds_of_another_state_are_corrected() {
        let at = UnixTime::from_secs;
        let span = |from, to, state| Span {
            from: at(from),
            to: at(to),
            state,
            cause: None,
            agents: Vec::new(),
        };
        let before = [span(0, 100, State::Up), span(100, 200, State::Unknown)];
        let after = [
            span(0, 130, State::Up),
            span(130, 160, State::Down),
            span(160, 300, State::Unknown),
        ];
        let mut counted = Counted::default();
        // 100-130 up instead of unknown, 130-150 down instead of unknown.
        counted.correct(Track::V4, &before, after.iter(), Window::new(at(0), at(150)));
        assert_eq!(counted.corrected, [(Track::V4, 50)]);
        counted.correct(Track::V6, &before, before.iter(), Window::new(at(0), at(150)));
        assert_eq!(counted.corrected.len(), 1);
    }
}
