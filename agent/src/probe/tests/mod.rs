//! The prober against servers that misbehave.

mod addresses;
mod content;
mod encrypted;
mod hourly;
mod wire;

use ems_contract::cause::{Cause, DegradedCause, Stage, UnknownWhy};
use ems_contract::outcome::Outcome;

const fn down(stage: Stage, cause: Cause) -> Outcome {
    Outcome::Down { stage, cause }
}

const fn degraded(cause: DegradedCause) -> Outcome {
    Outcome::Degraded { cause }
}

const REFUSED: Outcome = Outcome::Unknown {
    why: UnknownWhy::Refused,
};
