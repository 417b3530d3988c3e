//! Why an exchange ended early, and whose fault it was.

use std::fmt;

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

impl fmt::Display for Fault {
    /// The binding name of the cause, or of the reason of not knowing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Portal { cause, .. } => f.write_str(cause.as_str()),
            Self::Own(why) => f.write_str(why.as_str()),
        }
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
