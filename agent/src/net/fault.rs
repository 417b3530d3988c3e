//! Why an exchange ended early, and whose fault it was.

use ems_contract::cause::{Cause, Stage, UnknownWhy};
use ems_contract::outcome::Outcome;

/// The end of an exchange that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The portal, its name or its network failed.
    Portal {
        /// Where the exchange ended.
        stage: Stage,
        /// Why.
        cause: Cause,
    },
    /// This agent cannot say: it lacks sockets, a resolver or the family, or the site refuses it.
    Own(UnknownWhy),
}

impl Fault {
    /// A fault of the portal.
    #[must_use]
    pub const fn portal(stage: Stage, cause: Cause) -> Self {
        Self::Portal { stage, cause }
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Portal { stage, cause } => Self::Down { stage, cause },
            Fault::Own(why) => Self::Unknown { why },
        }
    }
}
