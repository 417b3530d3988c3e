//! What is known of the items of a portal's sections over many looks: which are the same (OBLIGATIONS 0.8 (17)), when each
//! appeared, and what the judge may conclude from it. Pure functions of what is stored.

mod identity;
mod list;
mod sameness;

pub use identity::{Key, alike, key, moved};
pub use list::{class_of, item_list, join};
pub use sameness::merged;

/// Seconds for which a re-indexed list has no clocks: as long as looks count for the judge.
pub const REINDEX_HOLD_S: i64 = 35 * 86_400;
