//! The time ledger: from slot records to exact spans of five states.

mod types;

pub use types::*;
