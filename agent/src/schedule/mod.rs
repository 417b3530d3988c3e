//! When which slot is due. Pure: no clock, no tokio, no IO; the caller passes what its clocks show.
//!
//! Every series (portal × probe × family) has a fixed grid of slots in whole seconds, `slot = k × interval +
//! phase`. The grid is laid on a [`Timeline`]: wall time that runs on the monotonic clock and is re-anchored only
//! when the wall clock steps. [`Schedule`] hands out every slot of the grid exactly once, or reports the stretch
//! it had to skip and why.

mod phase;
mod queue;
mod series;
mod swept;
mod timeline;

pub use phase::{Phase, phase};
pub use queue::{Due, Polled, Schedule, Skipped, SkippedWhy};
pub use series::{Series, SeriesKey};
pub use swept::Swept;
pub use timeline::{Reading, STEP_TOLERANCE_US, Timeline};
