//! A province that does not exist, with a history of months: for demonstrations, screenshots and measurements.
//!
//! units (who has a portal) → fate (what befell it) → slots (what agents saw of it), visits (what they read on its pages) → [`crate::ledger`], which judges
//! made-up records as it judges true ones → store. The same call makes the same history, to the byte of every span.
//! The database is marked, and everything that shows its figures says so.

mod chance;
mod fate;
mod history;
mod inventory;
mod seed;
mod slots;
mod units;
mod visits;

pub use seed::{Plan, SeedError, Seeded, seed};
pub use units::MOST_PORTALS;
