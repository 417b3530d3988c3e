//! What Prometheus reads: every room's own counters, and figures made from store and inventory at each scrape, so
//! that a portal that leaves the inventory leaves the exposition too.
//!
//! The catalogue is one table ([`catalogue::CATALOGUE`]); docs/METRICS.md is generated from it.

pub mod catalogue;
mod counters;
mod domains;
mod exposition;
mod installation;
mod portals;
mod probes;
pub mod rooms;
mod router;
mod scrape;
mod windows;

pub use counters::Counters;
pub use exposition::{Exposition, Kind, Metric};
pub use router::router;
pub use scrape::{Metrics, ScrapeError};
pub use windows::{NamedWindow, named_windows};
