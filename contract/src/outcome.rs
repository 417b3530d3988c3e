//! What one slot or one attempt came to. Never a bool.

use serde::{Deserialize, Serialize};

use crate::cause::{Cause, DegradedCause, Stage, UnknownWhy};

/// The outcome of an attempt or of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outcome {
    /// An ordinary browser gets the portal's own page.
    Up,
    /// It does, but with a defect of the closed list.
    Degraded {
        /// Which defect.
        cause: DegradedCause,
    },
    /// It does not.
    Down {
        /// Where the exchange ended.
        stage: Stage,
        /// Why.
        cause: Cause,
    },
    /// This agent cannot say.
    Unknown {
        /// Why not.
        why: UnknownWhy,
    },
}

impl Outcome {
    /// `Up` or `Degraded`: the page was there.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Up | Self::Degraded { .. })
    }

    /// `Down`.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Down { .. })
    }

    /// `Unknown`.
    #[must_use]
    pub const fn is_unknown(self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// `up`, `degraded`, `down` or `unknown`.
    #[must_use]
    pub const fn state_name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded { .. } => "degraded",
            Self::Down { .. } => "down",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The binding name of the cause, if there is one.
    #[must_use]
    pub const fn cause_name(self) -> Option<&'static str> {
        match self {
            Self::Up => None,
            Self::Degraded { cause } => Some(cause.as_str()),
            Self::Down { cause, .. } => Some(cause.as_str()),
            Self::Unknown { why } => Some(why.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_tagged_and_flat() {
        let down = Outcome::Down {
            stage: Stage::Connect,
            cause: Cause::TcpRefused,
        };
        let json = serde_json::to_string(&down).unwrap();
        assert_eq!(
            json,
            r#"{"state":"down","stage":"connect","cause":"tcp_refused"}"#
        );
        assert_eq!(serde_json::from_str::<Outcome>(&json).unwrap(), down);
        assert_eq!(
            serde_json::from_str::<Outcome>(r#"{"state":"up"}"#).unwrap(),
            Outcome::Up
        );
        assert!(
            serde_json::from_str::<Outcome>(r#"{"state":"down","stage":"connect","cause":"new"}"#).is_err()
        );
    }
}
