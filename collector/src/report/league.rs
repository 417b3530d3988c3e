//! Ranking within one level: exact ratios, equal ratios share a rank (1, 2, 2, 4), no tie is broken by chance.

use std::cmp::Ordering;

use crate::ledger::Ratio;

fn compare(left: Ratio, right: Ratio) -> Ordering {
    let one = i128::from(left.numerator) * i128::from(right.denominator);
    let other = i128::from(right.numerator) * i128::from(left.denominator);
    one.cmp(&other)
}

/// The rank of each share, best first; `None`, and a share of nothing, stay unranked.
#[must_use]
pub fn ranks(shares: &[Option<Ratio>]) -> Vec<Option<u32>> {
    shares
        .iter()
        .map(|share| {
            let share = (*share).filter(|share| share.denominator > 0)?;
            let better = shares
                .iter()
                .flatten()
                .filter(|other| other.denominator > 0 && compare(**other, share) == Ordering::Greater)
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
        let share = |numerator, denominator| {
            Some(Ratio {
                numerator,
                denominator,
            })
        };
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
            Some(Ratio {
                numerator: quarter - 1,
                denominator: quarter,
            }),
            Some(Ratio {
                numerator: quarter,
                denominator: quarter,
            }),
        ]);
        assert_eq!(ranked, [Some(2), Some(1)]);
    }
}
