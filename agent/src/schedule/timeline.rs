//! Wall time that runs on the monotonic clock.

use std::time::Duration;

use ems_contract::clock::Clock;
use ems_contract::time::UnixTime;

/// A wall clock that differs from the timeline by at least this much has stepped, microseconds. Below it the
/// difference is the jitter of reading two clocks.
pub const STEP_TOLERANCE_US: i64 = 1_000_000;

/// What both clocks showed at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Wall clock, microseconds since 1970.
    pub wall_us: i64,
    /// Monotonic clock, microseconds since an arbitrary start.
    pub mono_us: i64,
}

impl Reading {
    /// Reads both clocks, again when the thread was put aside between the two.
    #[must_use]
    pub fn take(clock: &dyn Clock) -> Self {
        let mut reading = Self {
            wall_us: 0,
            mono_us: 0,
        };
        for _ in 0..3 {
            let before = clock.monotonic();
            reading.wall_us = clock.timestamp().as_microsecond();
            let after = clock.monotonic();
            reading.mono_us = micros(after);
            if after.saturating_sub(before) < Duration::from_millis(100) {
                break;
            }
        }
        reading
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Maps the monotonic clock to labels of wall time; changes its mapping only at a step.
#[derive(Debug, Clone, Copy)]
pub struct Timeline {
    offset_us: i64,
}

impl Timeline {
    /// A timeline that agrees with the wall clock at `reading`.
    #[must_use]
    pub const fn new(reading: Reading) -> Self {
        Self {
            offset_us: reading.wall_us - reading.mono_us,
        }
    }

    /// Timeline time of a monotonic time, microseconds.
    #[must_use]
    pub const fn at(&self, mono_us: i64) -> i64 {
        mono_us + self.offset_us
    }

    /// Monotonic time of a timeline time, microseconds.
    #[must_use]
    pub const fn mono_of(&self, timeline_us: i64) -> i64 {
        timeline_us - self.offset_us
    }

    /// How far the wall clock has stepped from the timeline: positive for forward; `None` within the tolerance.
    #[must_use]
    pub const fn step(&self, reading: Reading) -> Option<i64> {
        let by = reading.wall_us - self.at(reading.mono_us);
        if by.abs() >= STEP_TOLERANCE_US {
            Some(by)
        } else {
            None
        }
    }

    /// Agrees with the wall clock again.
    pub const fn follow(&mut self, reading: Reading) {
        *self = Self::new(reading);
    }
}

/// The whole second in which a timeline time lies.
#[must_use]
pub(super) fn second(timeline_us: i64) -> UnixTime {
    UnixTime::from_secs(timeline_us.div_euclid(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_no_step_and_a_step_is_followed() {
        let at = |wall_us, mono_us| Reading { wall_us, mono_us };
        let mut line = Timeline::new(at(1_000_000_000, 5_000_000));
        assert_eq!(line.step(at(1_000_900_000, 5_500_000)), None);
        assert_eq!(line.at(6_000_000), 1_001_000_000);
        assert_eq!(line.step(at(1_010_000_000, 6_000_000)), Some(9_000_000));
        assert_eq!(line.step(at(900_000_000, 6_000_000)), Some(-101_000_000));
        line.follow(at(900_000_000, 6_000_000));
        assert_eq!(line.at(7_000_000), 901_000_000);
        assert_eq!(line.mono_of(901_000_000), 7_000_000);
    }
}
