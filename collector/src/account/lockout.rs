//! How long an account stays shut after wrong passwords. Pure.

use ems_contract::time::UnixTime;

/// Wrong passwords that cost nothing.
pub const FREE_FAILURES: u32 = 4;
/// The first delay, in seconds; each further failure doubles it.
const FIRST_S: i64 = 30;
/// The longest delay: a stranger must not be able to shut somebody out for a day.
const MAX_S: i64 = 1_800;

/// The instant before which no password is looked at, right or wrong; `None` when the door is open at `now`.
#[must_use]
pub fn locked_until(failures: u32, failed_at: Option<UnixTime>, now: UnixTime) -> Option<UnixTime> {
    let beyond = failures.checked_sub(FREE_FAILURES + 1)?;
    // A clock that was set back must not lengthen the delay.
    let failed_at = failed_at?.min(now);
    let delay = FIRST_S.checked_shl(beyond.min(16)).unwrap_or(MAX_S).min(MAX_S);
    let until = failed_at + delay;
    (until > now).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> UnixTime {
        UnixTime::from_secs(1_795_000_000 + secs)
    }

    #[test]
    fn the_delay_grows_and_ends() {
        let shut =
            |failures, later| locked_until(failures, Some(at(0)), at(later)).map(|until| until - at(0));
        assert_eq!(shut(4, 0), None);
        assert_eq!(shut(5, 0), Some(30));
        assert_eq!(shut(5, 30), None);
        assert_eq!(shut(6, 0), Some(60));
        assert_eq!(shut(10, 0), Some(960));
        assert_eq!(shut(11, 0), Some(1_800));
        assert_eq!(shut(u32::MAX, 0), Some(1_800));
        assert_eq!(locked_until(9, None, at(0)), None);
        // The clock went back an hour.
        assert_eq!(locked_until(5, Some(at(3_600)), at(0)), Some(at(30)));
    }
}
