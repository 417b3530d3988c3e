//! How long to wait after a failure: exponential with full jitter, so that agents do not come back together.

use std::time::Duration;

/// The bound of the first wait.
const BASE: Duration = Duration::from_secs(1);
/// The bound of every wait.
const CAP: Duration = Duration::from_secs(60);

/// The wait before try number `attempt` (0 is the first repetition): evenly drawn from zero to the bound, which
/// doubles from 1 s up to 60 s. `random` is evenly drawn from all of `u64`.
#[must_use]
pub fn full_jitter(attempt: u32, random: u64) -> Duration {
    let bound = BASE
        .saturating_mul(2_u32.saturating_pow(attempt.min(16)))
        .min(CAP);
    let nanos = bound.as_nanos() * u128::from(random) / (u128::from(u64::MAX) + 1);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bound_doubles_up_to_a_minute() {
        let most = |attempt| full_jitter(attempt, u64::MAX).as_secs_f64().round();
        assert_eq!(
            [0, 1, 2, 5, 6, 7, 99].map(most),
            [1.0, 2.0, 4.0, 32.0, 60.0, 60.0, 60.0]
        );
        assert_eq!(full_jitter(5, 0), Duration::ZERO);
        assert_eq!(full_jitter(1, u64::MAX / 2 + 1), Duration::from_secs(1));
    }

    proptest! {
        #[test]
        fn a_wait_is_never_longer_than_the_cap(attempt in any::<u32>(), random in any::<u64>()) {
            prop_assert!(full_jitter(attempt, random) < CAP);
        }
    }
}
