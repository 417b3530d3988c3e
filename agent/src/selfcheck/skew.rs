//! Whether this agent's wall clock may label slots: compared with the collector's `Date` at every answer.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// A clock further off than this labels slots wrongly.
pub const MAX_SKEW: Duration = Duration::from_secs(5);

/// An answer that took longer than this says too little about the clock.
const MAX_ROUND_TRIP: Duration = Duration::from_secs(4);

/// What is known about the wall clock. Shared by the shipper, which learns, and the runner, which marks outcomes.
#[derive(Debug, Default)]
pub struct ClockTrust {
    known: AtomicBool,
    skew_us: AtomicI64,
}

impl ClockTrust {
    /// Learns from an answer: the wall clock when the request left, how long the answer took, and the answer's
    /// `Date` header (RFC 9110 §6.6.1, whole seconds, so half a second is added).
    pub fn learn(&self, sent_at: Timestamp, round_trip: Duration, date: Timestamp) {
        if round_trip > MAX_ROUND_TRIP {
            return;
        }
        let half_trip = i64::try_from(round_trip.as_micros() / 2).unwrap_or(0);
        let ours = sent_at.as_microsecond().saturating_add(half_trip);
        let theirs = date.as_microsecond().saturating_add(500_000);
        self.skew_us.store(ours.saturating_sub(theirs), Ordering::Relaxed);
        self.known.store(true, Ordering::Relaxed);
    }

    /// The wall clock stepped: what was known about it moves along.
    pub fn stepped(&self, by_us: i64) {
        if self.known.load(Ordering::Relaxed) {
            self.skew_us.fetch_add(by_us, Ordering::Relaxed);
        }
    }

    /// How far our clock is ahead of the collector's, microseconds; `None` before the first answer.
    #[must_use]
    pub fn skew_us(&self) -> Option<i64> {
        let known = self.known.load(Ordering::Relaxed);
        known.then(|| self.skew_us.load(Ordering::Relaxed))
    }

    /// Whether the clock is known to be right.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.known.load(Ordering::Relaxed) && !self.is_suspect()
    }

    /// Whether outcomes must be marked: the clock is known to be off by more than [`MAX_SKEW`]. A clock that nobody
    /// has compared yet is trusted.
    #[must_use]
    pub fn is_suspect(&self) -> bool {
        let bound = u64::try_from(MAX_SKEW.as_micros()).unwrap_or(u64::MAX);
        self.skew_us().is_some_and(|skew| skew.unsigned_abs() > bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_clock_is_suspect_beyond_five_seconds_until_it_is_good_again() {
        let trust = ClockTrust::default();
        assert!(!trust.is_suspect() && !trust.is_good());
        trust.learn(at(1_000), Duration::from_millis(20), at(1_000));
        assert!(!trust.is_suspect() && trust.is_good());
        trust.learn(at(1_006), Duration::from_millis(20), at(1_000));
        assert!(trust.is_suspect());
        trust.learn(at(1_000), Duration::from_millis(20), at(1_006));
        assert!(trust.is_suspect());
        trust.learn(at(1_003), Duration::from_secs(30), at(1_003));
        assert!(trust.is_suspect(), "a slow answer says nothing");
        trust.stepped(6_000_000);
        assert!(!trust.is_suspect(), "a step by the missing seconds mends it");
    }
}
