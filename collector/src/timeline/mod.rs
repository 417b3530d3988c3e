//! A copy of the ledger's spans in memory, for those who read much and often: console and metrics.
//!
//! The store says which portals were rewritten since the last look and from when on; only that is read again. The
//! copy holds what the longest named window needs and no agents' names, so that a province of 600 portals fits
//! into some tens of megabytes and every figure is a short walk over one portal's spans.

mod copy;
mod current;
mod keep;
mod roster;

pub use copy::{Rewrite, Snapshot, Timelines, Tracks, Watcher};
pub use current::{Current, current};
pub use keep::keep_from;
pub use roster::{Member, Roster, Rosters};
