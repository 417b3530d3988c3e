//! Measures government portals from one vantage point.
//!
//! Data flows one way: [`schedule`] → [`probe`] (over net) → [`selfcheck`] → spool → ship.

pub mod admin;
pub mod plan;
pub mod probe;
pub mod run;
pub mod schedule;
pub mod selfcheck;
pub mod ship;
pub mod spool;

#[cfg(test)]
mod testing;
