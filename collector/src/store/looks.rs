//! Results as the judge wants them: the newest of every series, and how long answers took.

use ems_contract::id::PortalId;
use ems_contract::observation::Observation;
use ems_contract::probe::ProbeKind;
use ems_contract::time::Window;

use super::StoreError;
use crate::sight::Glance;

/// How much of a series is wanted: so many results, and all within so many seconds before the newest of them. No results
/// at all of a series of which none are wanted.
pub type Newest = dyn Fn(ProbeKind) -> (usize, i64);

/// Reading results for the judge.
pub trait LookStore {
    /// The newest results of every series of a portal whose slot lies in `window`, by slot and agent. Where they were
    /// spooled is not kept: epoch and number are 0.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn newest_results(
        &self,
        portal: &PortalId,
        window: Window,
        newest: &Newest,
    ) -> Result<Vec<Observation>, StoreError>;

    /// The newest look of every agent at every portal over every family.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn glances(&self) -> Result<Vec<Glance>, StoreError>;

    /// Microseconds to the first byte of every `reach` result of a portal in `window` that had one, rising.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn first_bytes(&self, portal: &PortalId, window: Window) -> Result<Vec<u32>, StoreError>;
}
