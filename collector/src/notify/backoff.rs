//! When a letter that was not taken is tried again. Pure: randomness is handed in.

/// The first wait is at most this long, in seconds …
const FIRST_S: u64 = 2;
/// … each further one at most twice as long, up to this.
const LONGEST_S: u64 = 900;
/// After a refusal the first wait is at most this long, in seconds …
const REFUSED_FIRST_S: u64 = 300;
/// … and each further one at most twice as long, up to this.
const REFUSED_LONGEST_S: u64 = 3_600;
/// A receiver may not ask for a longer pause, in seconds.
pub const MAX_RETRY_AFTER_S: u64 = 3_600;

/// Seconds to wait after `attempts` tries: full jitter (any time up to the doubled limit), so that receivers that come
/// back are not met by everybody at once. What the receiver asked for is the least.
#[must_use]
pub fn wait_s(attempts: u32, random: u64, retry_after_s: Option<u64>) -> u64 {
    let doubled = FIRST_S.checked_shl(attempts.saturating_sub(1).min(32));
    let limit = doubled.unwrap_or(LONGEST_S).min(LONGEST_S);
    let jitter = 1 + random % limit;
    let asked = retry_after_s.unwrap_or(0).min(MAX_RETRY_AFTER_S);
    jitter + asked
}

/// Seconds to wait after `attempts` tries of which the last was refused: what is refused for good is not asked all day, and
/// what an operator mends is taken within the hour. At least half the limit.
#[must_use]
pub fn refused_wait_s(attempts: u32, random: u64) -> u64 {
    let doubled = REFUSED_FIRST_S << attempts.saturating_sub(1).min(16);
    let half = doubled.min(REFUSED_LONGEST_S) / 2;
    half + 1 + random % half
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn waits_are_positive_bounded_and_no_shorter_than_asked(
            attempts in 0..u32::MAX, random: u64, asked in proptest::option::of(0..100_000_u64)
        ) {
            let wait = wait_s(attempts, random, asked);
            prop_assert!(wait >= 1);
            prop_assert!(wait >= asked.unwrap_or(0).min(MAX_RETRY_AFTER_S));
            prop_assert!(wait <= LONGEST_S + MAX_RETRY_AFTER_S);
        }

        #[test]
        fn whoever_refuses_is_left_alone_for_minutes_and_no_longer_than_an_hour(
            attempts in 0..u32::MAX, random: u64
        ) {
            let wait = refused_wait_s(attempts, random);
            prop_assert!((151..=3_600).contains(&wait));
        }
    }

    #[test]
    fn the_limit_doubles_up_to_a_quarter_of_an_hour() {
        let longest = |attempts| {
            let limits = (0..2_000).map(|random| wait_s(attempts, random, None));
            limits.max().unwrap()
        };
        assert_eq!([1, 2, 3, 9, 10, 60].map(longest), [2, 4, 8, 512, 900, 900]);
        let longest = |attempts| {
            let limits = (0..2_000).map(|random| refused_wait_s(attempts, random));
            limits.max().unwrap()
        };
        assert_eq!(
            [1, 2, 3, 4, 5, 60].map(longest),
            [300, 600, 1_200, 2_400, 3_600, 3_600]
        );
    }
}
