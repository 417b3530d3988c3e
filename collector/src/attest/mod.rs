//! Attestations (`xác nhận`): what a person with the right to say so has said, with a file and an end. Pure.
//!
//! The store keeps them as entries of a register ([`crate::register`]): a correction never overwrites.

mod fault;
mod record;

pub use fault::faults;
pub use record::{Attestation, Standing, Statement};
