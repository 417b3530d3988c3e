//! Measures government portals from one vantage point.
//!
//! Data flows one way: schedule → [`probe`] (over net) → spool → ship.

pub mod cli;
pub mod net;
pub mod page;
pub mod probe;
