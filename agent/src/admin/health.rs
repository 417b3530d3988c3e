//! Whether the agent runs (`/healthz`) and whether it does its work (`/readyz`).

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

/// A runner that has not looked at its clock for so long hangs.
const MAX_SILENCE: Duration = Duration::from_secs(15);

/// Signs of life, set by the rooms that live.
#[derive(Debug, Default)]
pub struct Health {
    /// Monotonic microseconds of the runner's last round.
    heartbeat_us: AtomicI64,
    /// A plan is in force.
    planned: AtomicBool,
    /// The plan has a reference for everything that portals lean on.
    can_prove: AtomicBool,
}

impl Health {
    /// The runner has begun another round at this monotonic time.
    pub fn beat(&self, mono_us: i64) {
        self.heartbeat_us.store(mono_us, Ordering::Relaxed);
    }

    /// A plan came into force; `can_prove` says whether failures can be proven under it.
    pub fn planned(&self, can_prove: bool) {
        self.can_prove.store(can_prove, Ordering::Relaxed);
        self.planned.store(true, Ordering::Relaxed);
    }

    /// Whether a plan is in force.
    #[must_use]
    pub fn has_plan(&self) -> bool {
        self.planned.load(Ordering::Relaxed)
    }

    /// Whether failures can be told from blindness under the plan.
    #[must_use]
    pub fn can_prove(&self) -> bool {
        self.can_prove.load(Ordering::Relaxed)
    }

    /// Whether the runner is alive at this monotonic time.
    #[must_use]
    pub fn is_alive(&self, now: Duration) -> bool {
        let beat = u64::try_from(self.heartbeat_us.load(Ordering::Relaxed)).unwrap_or(0);
        now.saturating_sub(Duration::from_micros(beat)) <= MAX_SILENCE
    }
}
