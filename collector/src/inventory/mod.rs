//! The inventory in force, kept up with its files.

mod stops;
mod watch;

pub use stops::{short_notices, written_late};
pub use watch::{Recorder, Watcher};
