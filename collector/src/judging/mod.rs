//! Judges what is in the store: every portal every day, again when something new is known, and past days once more.

mod again;
mod day;
mod docket;
mod job;
mod metrics;
mod spread;
#[cfg(test)]
mod tests;

pub use again::{Difference, Past, Rejudged, rejudge};
pub use day::{Bench, judge_all};
pub use docket::Docket;
pub use job::Judging;

/// Version of the way in which facts are gathered and judged, kept with every verdict. To be raised with every change
/// that can give another verdict from the same records and the same rules.
pub const METHOD: u16 = 2;
