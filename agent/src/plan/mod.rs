//! What this agent has to do: pulled from the collector, checked, and kept on disk, so that an agent works through
//! an outage of the collector of days.

mod check;
mod file;
mod pull;

use ems_contract::digest::Sha256;
use ems_contract::plan::Plan;

pub use check::check;
pub use file::{PlanFileError, path_in, read, write};
pub use pull::{PULL_PERIOD, Puller, Status};

/// A plan and the version the collector gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned {
    /// The version: what the collector's `ETag` says, so that both sides name it alike even when the collector is
    /// newer and its plan has keys that this agent does not know.
    pub version: Sha256,
    /// The plan.
    pub plan: Plan,
}
