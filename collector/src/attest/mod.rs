//! Attestations (`xác nhận`): what a person with the right to say so has said, with a file and an end. Pure.

mod record;
mod register;

pub use record::{Attestation, Standing, Statement};
pub use register::{Refusal, Register};
