//! Sums over verdicts. Unknown and not-applicable are in no share.

use serde::Serialize;

use super::reason::Value;
use super::verdict::Verdict;

/// How many of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Met.
    pub pass: u32,
    /// Worth attention.
    pub warn: u32,
    /// Not met.
    pub fail: u32,
    /// Undecided.
    pub unknown: u32,
    /// Not binding.
    pub not_applicable: u32,
}

impl Tally {
    /// Counts verdicts.
    #[must_use]
    pub fn of<'v>(verdicts: impl IntoIterator<Item = &'v Verdict>) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            tally.add(verdict.value);
        }
        tally
    }

    /// Counts the verdicts that may enter a ranking: in force, enforceable, of one body alone, counted once.
    #[must_use]
    pub fn ranked<'v>(verdicts: impl IntoIterator<Item = &'v Verdict>) -> Self {
        Self::of(verdicts.into_iter().filter(|verdict| verdict.ranked))
    }

    /// Counts one more.
    pub const fn add(&mut self, value: Value) {
        match value {
            Value::Pass => self.pass += 1,
            Value::Warn => self.warn += 1,
            Value::Fail => self.fail += 1,
            Value::Unknown => self.unknown += 1,
            Value::NotApplicable => self.not_applicable += 1,
        }
    }

    /// Obligations decided either way. A warning decides nothing: no breach is claimed, and none is excluded.
    #[must_use]
    pub const fn decided(&self) -> u32 {
        self.pass + self.fail
    }

    /// Share of the decided obligations that are met, in tenths of a percent, floored; `None` when none is decided.
    #[must_use]
    pub fn share_permille(&self) -> Option<u32> {
        (u64::from(self.pass) * 1_000)
            .checked_div(u64::from(self.decided()))
            .and_then(|share| u32::try_from(share).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_counts_as_neither() {
        let mut tally = Tally::default();
        assert_eq!(tally.share_permille(), None);
        for value in [Value::Pass, Value::Pass, Value::Fail] {
            tally.add(value);
        }
        let share = tally.share_permille();
        assert_eq!(share, Some(666));
        for _ in 0..100 {
            tally.add(Value::Unknown);
            tally.add(Value::NotApplicable);
            tally.add(Value::Warn);
        }
        assert_eq!(tally.share_permille(), share);
    }
}
