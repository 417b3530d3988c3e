//! Incidents: spans in which a portal was down, told as a story with a beginning, a cause and an end.
//!
//! troubles (what the ledger tells now) + incidents so far → transitions (what to insert and update). Pure.

mod response;
mod transitions;
mod troubles;
mod types;

pub use response::{Answers, Response};
pub use transitions::{Settled, transitions};
pub use troubles::{Trouble, troubles};
pub use types::*;

#[cfg(test)]
mod tests;
