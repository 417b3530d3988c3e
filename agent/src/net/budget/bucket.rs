//! How often something may happen: the generic cell rate algorithm (ITU-T I.371), a token bucket without a timer.

use std::time::Duration;

/// A bucket that refills at a steady rate and holds a burst. Times are measured from any fixed start.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bucket {
    /// When the bucket will be full again.
    full_at: Duration,
}

impl Bucket {
    /// Takes one token and returns how long the taker has to wait for it. Takers are served in order.
    pub(super) fn take(&mut self, now: Duration, per_second: f64, burst: u32) -> Duration {
        let step = Duration::from_secs_f64(1.0 / per_second.clamp(0.001, 1e6));
        self.full_at = self.full_at.max(now) + step;
        self.full_at
            .saturating_sub(step * burst.max(1))
            .saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let mut bucket = Bucket::default();
        let waits: Vec<u128> = (0..5)
            .map(|_| bucket.take(Duration::ZERO, 2.0, 3).as_millis())
            .collect();
        assert_eq!(waits, [0, 0, 0, 500, 1000]);
        assert_eq!(bucket.take(Duration::from_secs(60), 2.0, 3), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn no_window_ever_sees_more_than_rate_and_burst(
            pauses in prop::collection::vec(0u64..2_000, 1..200),
            rate in 1u32..50,
            burst in 1u32..20,
        ) {
            let mut bucket = Bucket::default();
            let mut now = Duration::ZERO;
            let mut starts = Vec::new();
            for pause in pauses {
                now += Duration::from_millis(pause);
                starts.push(now + bucket.take(now, f64::from(rate), burst));
            }
            starts.sort_unstable();
            for (index, first) in starts.iter().enumerate() {
                let within = starts[index..].iter().filter(|s| **s - *first < Duration::from_secs(1)).count();
                prop_assert!(within <= (rate + burst) as usize + 1, "{within} in a second");
            }
        }
    }
}
