//! The inventory in force, kept up with its files.

mod watch;

pub use watch::{Recorder, Watcher};
