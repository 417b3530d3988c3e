//! The pure part: do these checks prove that the agent could see throughout an attempt?

use std::collections::VecDeque;
use std::time::Duration;

/// The longest stretch between the end of one good check and the start of the next that still counts as seeing. A
/// blind spell that outlasts it, and the check before and after it, cannot pass unnoticed.
pub const MAX_SILENCE: Duration = Duration::from_secs(8);

/// Checks kept of one channel: more than the longest attempts with their checks before and after need.
const KEPT: usize = 128;

/// One check of a channel, in monotonic time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// When it began.
    pub started: Duration,
    /// When it ended.
    pub ended: Duration,
    /// Whether a reference answered.
    pub ok: bool,
}

/// The last checks of one channel, rising, never overlapping.
#[derive(Debug, Clone, Default)]
pub struct History(VecDeque<Check>);

impl History {
    /// Adds a check that has ended.
    pub fn push(&mut self, check: Check) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(check);
    }

    /// The last check.
    #[must_use]
    pub fn last(&self) -> Option<&Check> {
        self.0.back()
    }

    /// Whether a check has begun at or after `instant` (and ended).
    #[must_use]
    pub fn has_after(&self, instant: Duration) -> bool {
        self.last().is_some_and(|check| check.started >= instant)
    }
}

/// Whether the checks prove sight over `[started, ended]`:
/// - one good check ended before `started`, and one good check began after `ended`,
/// - every check between these two was good,
/// - and between each two of them, one's end to the next one's start, lie at most [`MAX_SILENCE`].
#[must_use]
pub fn proven(history: &History, started: Duration, ended: Duration) -> bool {
    let checks = &history.0;
    let Some(before) = checks.iter().rposition(|check| check.ended <= started) else {
        return false;
    };
    let Some(after) = checks.iter().position(|check| check.started >= ended) else {
        return false;
    };
    let chain = checks.range(before..=after.max(before));
    let all_good = chain.clone().all(|check| check.ok);
    let unbroken = chain
        .clone()
        .zip(chain.skip(1))
        .all(|(one, next)| next.started.saturating_sub(one.ended) <= MAX_SILENCE);
    all_good && unbroken && before < after
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn history(checks: &[(u64, u64, bool)]) -> History {
        let mut history = History::default();
        for &(started, ended, ok) in checks {
            history.push(Check {
                started: ms(started),
                ended: ms(ended),
                ok,
            });
        }
        history
    }

    #[test]
    fn needs_a_good_check_on_both_sides() {
        let both = history(&[(0, 10, true), (5_000, 5_010, true)]);
        assert!(proven(&both, ms(100), ms(4_000)));
        assert!(
            !proven(&both, ms(5), ms(4_000)),
            "the check had not ended before the attempt"
        );
        assert!(
            !proven(&both, ms(100), ms(5_001)),
            "the check had begun before the attempt ended"
        );
        assert!(!proven(&history(&[(0, 10, true)]), ms(100), ms(200)));
        assert!(!proven(&history(&[]), ms(100), ms(200)));
        assert!(!proven(
            &history(&[(0, 10, false), (5_000, 5_010, true)]),
            ms(100),
            ms(200)
        ));
        assert!(!proven(
            &history(&[(0, 10, true), (5_000, 5_010, false)]),
            ms(100),
            ms(200)
        ));
    }

    #[test]
    fn a_failed_check_in_between_or_a_long_silence_breaks_the_chain() {
        let failed = history(&[(0, 10, true), (5_000, 9_000, false), (10_000, 10_010, true)]);
        assert!(!proven(&failed, ms(100), ms(9_500)));
        let silent = history(&[(0, 10, true), (8_100, 8_110, true)]);
        assert!(!proven(&silent, ms(100), ms(200)));
    }

    proptest! {
        /// By construction: checks as the watch makes them, an attempt anywhere, and a blind spell longer than the
        /// silence between two checks that overlaps the attempt. Never proven.
        #[test]
        fn a_blind_spell_that_outlasts_the_silence_is_never_overlooked(
            gaps in proptest::collection::vec((1u64..=8_000, 0u64..4_000), 1..30),
            start in 0u64..100_000, length in 0u64..40_000,
            blind_from in 0u64..120_000, blind_for in 8_001u64..40_000,
        ) {
            let blind = blind_from..blind_from + blind_for;
            let (mut at, mut checks) = (0, Vec::new());
            for (silence, takes) in gaps {
                let (started, ended) = (at + silence, at + silence + takes);
                // A check that meets the blind spell at any instant may hang, but cannot succeed.
                let ok = !(started <= blind.end && blind.start <= ended);
                checks.push((started, ended, ok));
                at = ended;
            }
            let (from, to) = (start, start + length);
            let overlaps = from < blind.end && blind.start < to;
            if overlaps {
                prop_assert!(!proven(&history(&checks), ms(from), ms(to)));
            }
        }
    }
}
