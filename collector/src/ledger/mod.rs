//! The time ledger: from slot records to exact spans of five states.
//!
//! timeline (what each agent saw) → sweep (what each stretch is, rules 1 to 4; runs) → overall (rule 5) → fold
//! (spans, outages) → account (seconds, availability). Pure: no clock, no store. What the rules mean where they
//! leave room is written down in `docs/LEDGER.md`.

mod account;
mod carry;
mod evaluate;
mod fold;
mod horizon;
mod networks;
mod outage;
mod overall;
mod runs;
mod spans;
mod sweep;
mod timeline;
mod types;
mod verdict;

pub use account::*;
pub use carry::Carry;
pub use evaluate::{Evaluation, evaluate};
pub use horizon::{Delays, confirmed, decided, settled_horizon};
pub use networks::Networks;
pub use outage::{Outage, PathStretch, outages};
pub use spans::*;
pub use types::*;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod story;
