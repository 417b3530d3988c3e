//! How each check reads a look.

mod network;
mod page;
mod plain;
mod section;

use super::case::Case;
use super::grade::{Raw, settle};
use super::reason::Reason;
use crate::regulation::Evidence;

/// Judges a check that looks alone decide.
pub(super) fn judge(case: &Case<'_>) -> Raw {
    let looks = network::looks(case)
        .or_else(|| page::looks(case))
        .or_else(|| section::looks(case))
        .unwrap_or_else(|| plain::looks(case));
    let kind = case.check.evidence.first().copied().unwrap_or(Evidence::Extract);
    settle(looks, kind).unwrap_or_else(|| Raw::unclear(Reason::NotMeasured))
}
