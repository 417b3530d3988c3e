//! Rule 8: from when on a figure may still change in the ordinary course of things.

use ems_contract::plan::Limits;
use ems_contract::time::UnixTime;

/// Seconds for batches on their way: agents flush within 5 s, and the rest is for retries.
const DELIVERY_S: i64 = 15;

/// How late the record of a slot may arrive in the ordinary course of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    /// Seconds between slots.
    pub interval_s: u32,
    /// Seconds that all attempts of a slot may take together.
    pub deadlines_s: u32,
}

impl Delays {
    /// The delays of slots `interval_s` apart under these limits: two attempts where they fit, otherwise one.
    #[must_use]
    pub fn of(interval_s: u32, limits: &Limits) -> Self {
        let both = limits.total_ms.saturating_mul(2);
        let fits = u64::from(both) <= u64::from(interval_s.saturating_sub(1)) * 1_000;
        let deadlines_ms = if fits { both } else { limits.total_ms };
        Self {
            interval_s,
            deadlines_s: deadlines_ms.div_ceil(1_000),
        }
    }

    /// All of it in seconds.
    #[must_use]
    pub fn total_s(self) -> i64 {
        i64::from(self.interval_s) + i64::from(self.deadlines_s) + DELIVERY_S
    }
}

/// `now − (interval + deadlines + 15 s)`: spans after it are provisional.
#[must_use]
pub fn settled_horizon(now: UnixTime, delays: Delays) -> UnixTime {
    now - delays.total_s()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_deadlines_and_delivery() {
        let limits = Limits::default();
        let now = UnixTime::from_secs(1_000);
        // 60 s + 2 × 15 s + 15 s = 105 s
        assert_eq!(
            settled_horizon(now, Delays::of(60, &limits)),
            UnixTime::from_secs(895)
        );
        // Two attempts of 15 s do not fit 10 s: 10 s + 15 s + 15 s = 40 s
        assert_eq!(
            settled_horizon(now, Delays::of(10, &limits)),
            UnixTime::from_secs(960)
        );
        // 2 × 15 s = 31 s − 1 s: they just fit
        assert_eq!(Delays::of(31, &limits).deadlines_s, 30);
        assert_eq!(Delays::of(30, &limits).deadlines_s, 15);
    }

    #[test]
    fn the_rules_and_the_delays_agree_on_when_two_attempts_fit() {
        for total_ms in [1, 499, 500, 501, 14_999, 15_000, 15_001] {
            let limits = Limits {
                total_ms,
                ..Limits::default()
            };
            let rules = super::super::Rules::of(&limits);
            for interval_s in 1..70 {
                let fits = u64::from(total_ms) * 2 <= u64::from(interval_s - 1) * 1_000;
                assert_eq!(
                    interval_s >= rules.two_attempts_from_s,
                    fits,
                    "{total_ms} ms in {interval_s} s"
                );
            }
        }
    }
}
