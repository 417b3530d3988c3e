//! Ranking within one level: exact ratios, equal ratios share a rank (1, 2, 2, 4), no tie is broken by chance.

use std::cmp::Ordering;

/// An exact share, kept as it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Seconds in question.
    pub part: u64,
    /// Seconds that count; not zero.
    pub whole: u64,
}

impl Share {
    fn compare(self, other: Self) -> Ordering {
        let left = u128::from(self.part) * u128::from(other.whole);
        let right = u128::from(other.part) * u128::from(self.whole);
        left.cmp(&right)
    }
}

/// The rank of each share, best first; `None` stays unranked.
#[must_use]
pub fn ranks(shares: &[Option<Share>]) -> Vec<Option<u32>> {
    shares
        .iter()
        .map(|share| {
            let share = (*share).filter(|share| share.whole > 0)?;
            let better = shares
                .iter()
                .flatten()
                .filter(|other| other.whole > 0 && other.compare(share) == Ordering::Greater)
                .count();
            u32::try_from(better).ok().map(|better| better + 1)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shares_share_a_rank_and_the_next_rank_is_skipped() {
        let share = |part, whole| Some(Share { part, whole });
        let ranked = ranks(&[
            share(9, 10),
            share(99, 100),
            None,
            share(18, 20),
            share(1, 2),
            share(1, 0),
        ]);
        assert_eq!(ranked, [Some(2), Some(1), None, Some(2), Some(4), None]);
    }

    #[test]
    fn a_second_in_a_quarter_tells_two_portals_apart() {
        let quarter = 7_948_800;
        let ranked = ranks(&[
            Some(Share {
                part: quarter - 1,
                whole: quarter,
            }),
            Some(Share {
                part: quarter,
                whole: quarter,
            }),
        ]);
        assert_eq!(ranked, [Some(2), Some(1)]);
    }
}
