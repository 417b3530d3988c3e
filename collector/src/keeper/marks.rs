//! Which checkpoints are kept: close together for the recent past, where late data is likely, and ever further
//! apart behind it, so that a record from months ago can still be judged without starting at the beginning.

use ems_contract::time::{UnixTime, Window};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Every full hour for four days (agents keep their records for three) …
const HOURLY_S: i64 = 4 * DAY;
/// … every midnight (UTC) for forty days …
const DAILY_S: i64 = 40 * DAY;
/// … and every thirtieth of these for ever.
const SPARSE: i64 = 30 * DAY;

/// The instants in `(from, to]` at which a checkpoint is kept, as of `now`.
pub(super) fn marks(from: UnixTime, to: UnixTime, now: UnixTime) -> Vec<UnixTime> {
    let first = from.secs().div_euclid(HOUR) + 1;
    let last = to.secs().div_euclid(HOUR);
    (first..=last)
        .map(|hour| UnixTime::from_secs(hour * HOUR))
        .filter(|mark| is_kept(*mark, now))
        .collect()
}

fn is_kept(mark: UnixTime, now: UnixTime) -> bool {
    let age = now - mark;
    match rank(mark) {
        Rank::Hour => age <= HOURLY_S,
        Rank::Day => age <= DAILY_S,
        Rank::Sparse => true,
    }
}

enum Rank {
    Hour,
    Day,
    Sparse,
}

fn rank(mark: UnixTime) -> Rank {
    match mark.secs() {
        secs if secs % SPARSE == 0 => Rank::Sparse,
        secs if secs % DAY == 0 => Rank::Day,
        _ => Rank::Hour,
    }
}

/// Where checkpoints have become superfluous once these marks are passed. A checkpoint stands at its mark or a
/// little before it.
pub(super) fn superfluous(marks: &[UnixTime]) -> Vec<Window> {
    let old = marks.iter().flat_map(|mark| {
        let hour = Some(*mark - HOURLY_S).filter(|old| matches!(rank(*old), Rank::Hour));
        let day = Some(*mark - DAILY_S).filter(|old| matches!(rank(*old), Rank::Day));
        [hour, day].into_iter().flatten()
    });
    old.map(|old| Window::new(old - HOUR + 1, old + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Passing every hour of a year one after the other leaves what `marks` would keep in one go.
    #[test]
    fn thinning_as_time_goes_on_leaves_the_same_as_choosing_at_the_end() {
        let start = UnixTime::from_secs(1_795_000_200);
        let mut kept: Vec<UnixTime> = Vec::new();
        let mut now = start;
        while now < start + 365 * DAY {
            let passed = marks(now, now + HOUR, now + HOUR);
            for window in superfluous(&passed) {
                kept.retain(|mark| !window.contains(*mark));
            }
            kept.extend(passed);
            now = now + HOUR;
        }
        let chosen = marks(start, now, now);
        // One hour more or less at the borders between the densities.
        let difference = |a: &[UnixTime], b: &[UnixTime]| a.iter().filter(|mark| !b.contains(mark)).count();
        assert!(difference(&kept, &chosen) <= 2, "{}", difference(&kept, &chosen));
        assert!(difference(&chosen, &kept) <= 2);
        // 4 × 24 hours, 36 days, 11 or 12 sparse ones.
        assert!((140..=150).contains(&kept.len()), "{}", kept.len());
    }
}
