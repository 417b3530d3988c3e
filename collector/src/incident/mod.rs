//! Incidents: spans in which a portal was down, told as a story with a beginning, a cause and an end.

mod types;

pub use types::*;
