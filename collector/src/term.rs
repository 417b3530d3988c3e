//! How near the end of something is that must be renewed: a registration, a certificate. Pure.

use ems_contract::time::UnixTime;

/// Days before an end at which somebody is told, most urgent last. The operator's policy.
pub const NOTICE_DAYS: [u32; 4] = [30, 14, 7, 1];

/// How near an end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// Nearer than so many days, the least of [`NOTICE_DAYS`].
    Within(u32),
    /// Past.
    Over,
}

/// How near the end is, once it is within the first notice.
#[must_use]
pub fn term(ends_at: UnixTime, now: UnixTime) -> Option<Term> {
    let left = ends_at - now;
    if left <= 0 {
        return Some(Term::Over);
    }
    let near = |days: &&u32| left < i64::from(**days) * 86_400;
    NOTICE_DAYS.iter().rev().find(near).copied().map(Term::Within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_limit_counts() {
        let day = 86_400;
        let of = |left: i64| term(UnixTime::from_secs(left), UnixTime::from_secs(0));
        assert_eq!(of(30 * day), None);
        assert_eq!(of(30 * day - 1), Some(Term::Within(30)));
        assert_eq!(of(7 * day), Some(Term::Within(14)));
        assert_eq!(of(day - 1), Some(Term::Within(1)));
        assert_eq!((of(0), of(-day)), (Some(Term::Over), Some(Term::Over)));
    }
}
