//! Measures government portals from one vantage point.
//!
//! Data flows one way: [`plan`] → [`schedule`] → [`probe`] (over [`net`], read by [`page`]) → [`selfcheck`] →
//! [`spool`] → [`ship`]. [`site`] visits a whole portal; the pages that prove what it found wait in [`evidence`]. [`run`] puts the parts together, [`admin`] shows them, [`cli`] is what a person types.

pub mod admin;
pub mod cli;
pub mod evidence;
pub mod net;
pub mod page;
pub mod plan;
pub mod probe;
pub mod render;
pub mod run;
pub mod schedule;
pub mod selfcheck;
pub mod ship;
pub mod site;
pub mod spool;

#[cfg(test)]
mod testing;
