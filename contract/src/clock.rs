//! The only door to the machine's clocks. Logic takes an explicit `now`; shells take a [`Clock`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::time::UnixTime;

/// Wall time for labels, monotonic time for lengths.
pub trait Clock: Send + Sync + 'static {
    /// Wall-clock time. May step; never used to measure a length.
    fn timestamp(&self) -> Timestamp;

    /// Time since an arbitrary start; never steps back.
    fn monotonic(&self) -> Duration;

    /// Wall-clock time in whole seconds.
    fn now(&self) -> UnixTime {
        UnixTime::floor(self.timestamp())
    }
}

/// A clock that several tasks share.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// The system clock, its monotonic part counted from now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this type is the one effect that the ban points to"
    )]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// The same, shared.
    #[must_use]
    pub fn shared() -> SharedClock {
        Arc::new(Self::new())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this type is the one effect that the ban points to"
    )]
    fn timestamp(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this type is the one effect that the ban points to"
    )]
    fn monotonic(&self) -> Duration {
        Instant::now().duration_since(self.start)
    }
}

/// A clock that stands at one wall time, for commands run with `--now`.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub UnixTime);

impl Clock for FixedClock {
    fn timestamp(&self) -> Timestamp {
        self.0.timestamp()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}
