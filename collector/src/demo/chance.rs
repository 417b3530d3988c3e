//! Chance that is the same at every run: numbers from a name, by splitmix64.

/// A stream of numbers.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// The stream of `what` about `whom`.
    pub(super) fn of(what: &str, whom: &str) -> Self {
        // FNV-1a: names that differ in one letter begin far apart.
        let bytes = what.bytes().chain([0]).chain(whom.bytes());
        Self(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `0..bound`; 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        // The high half times the bound: a value below the bound, hence below 2^32.
        u32::try_from(((self.next() >> 32) * u64::from(bound)) >> 32).unwrap_or(0)
    }

    /// True in `share` of a thousand cases.
    pub(super) fn happens(&mut self, share: u32) -> bool {
        self.below(1_000) < share
    }

    /// One of these.
    pub(super) fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let index = self.below(u32::try_from(choices.len()).unwrap_or(u32::MAX));
        choices.get(index as usize)
    }

    /// A length of `shortest` to `shortest << doublings` seconds; short ones are as frequent as long ones are rare.
    pub(super) fn length(&mut self, shortest: u32, doublings: u32) -> i64 {
        let base = shortest << self.below(doublings.min(16));
        i64::from(base + self.below(base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_has_the_same_stream_and_another_has_not() {
        let first: Vec<u32> = (0..8).map(|_| Chance::of("a", "b").below(1_000)).collect();
        assert!(first.iter().all(|number| *number == first[0]));
        let (mut one, mut other) = (Chance::of("a", "bc"), Chance::of("ab", "c"));
        assert_ne!(one.below(u32::MAX), other.below(u32::MAX));
    }

    #[test]
    fn shares_and_lengths_are_kept() {
        let mut chance = Chance::of("shares", "");
        let hits = (0..10_000).filter(|_| chance.happens(250)).count();
        assert!((2_200..2_800).contains(&hits), "{hits}");
        assert!((0..1_000).all(|_| (60..3_840).contains(&chance.length(60, 6))));
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.one_of::<u8>(&[]), None);
    }
}
