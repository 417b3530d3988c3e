//! Whether this agent could see at all while a portal seemed to fail: the fault of our own line is never a portal's.
//!
//! Three things have to be proven, each on its own [`Channel`]: the line of each family and the resolver. While a
//! job that might fail is on its way, its channels are checked against the plan's references every
//! [`CHECK_PERIOD`]; all jobs share the checks. A failure counts only when [`proof::proven`] finds an unbroken chain
//! of good checks from before the first attempt to after the last. Without a reference there is no proof, and
//! without proof a failure is `Unknown(AgentBlind)`.

mod channel;
mod proof;
mod skew;
mod verdict;
mod watch;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use ems_contract::plan::Reference;

pub use channel::{Channel, Missing, channels_of_job, missing_references, references_of};
pub use proof::{Check, History, MAX_SILENCE, proven};
pub use skew::{ClockTrust, MAX_SKEW};
pub use verdict::{judge, needs_proof};
pub use watch::{Sight, Watch};

/// From the start of one check of a channel to the start of the next.
pub const CHECK_PERIOD: Duration = Duration::from_secs(5);
/// A check that has not ended by then has failed.
pub const CHECK_TIMEOUT: Duration = Duration::from_secs(4);
/// A good check no older than this, end to now, serves as the one before an attempt.
pub const FRESH: Duration = Duration::from_secs(6);

/// Tries one reference point: resolve it if it has no fixed address, connect to it, hang up.
pub trait ReferenceChecker: Send + Sync + 'static {
    /// Whether the reference answered. Ends within [`CHECK_TIMEOUT`], or is cut off there and counts as no.
    fn check<'a>(&'a self, reference: &'a Reference) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;
}
