//! What one slot or one attempt came to. Never a bool.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::cause::{Cause, DegradedCause, Stage, UnknownWhy};

/// The outcome of an attempt or of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
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

/// An outcome as it stands in JSON. A derived reader of a tagged enum would buffer every object first, and there are
/// three of them in a record.
#[derive(Deserialize)]
struct Flat<'a> {
    #[serde(borrow)]
    state: Cow<'a, str>,
    stage: Option<Stage>,
    #[serde(borrow)]
    cause: Option<Cow<'a, str>>,
    why: Option<UnknownWhy>,
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flat = Flat::deserialize(deserializer)?;
        let cause = || {
            flat.cause
                .as_deref()
                .ok_or_else(|| D::Error::missing_field("cause"))
        };
        let unknown = |name: &str| D::Error::custom(format_args!("unknown cause `{name}`"));
        match &*flat.state {
            "up" => Ok(Self::Up),
            "degraded" => {
                let cause = cause()?;
                let cause = DegradedCause::from_name(cause).ok_or_else(|| unknown(cause))?;
                Ok(Self::Degraded { cause })
            }
            "down" => {
                let cause = cause()?;
                let cause = Cause::from_name(cause).ok_or_else(|| unknown(cause))?;
                let stage = flat.stage.ok_or_else(|| D::Error::missing_field("stage"))?;
                Ok(Self::Down { stage, cause })
            }
            "unknown" => {
                let why = flat.why.ok_or_else(|| D::Error::missing_field("why"))?;
                Ok(Self::Unknown { why })
            }
            other => Err(D::Error::unknown_variant(
                other,
                &["up", "degraded", "down", "unknown"],
            )),
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
        for bad in [
            r#"{"state":"down","stage":"connect","cause":"new"}"#,
            r#"{"state":"down","cause":"tcp_refused"}"#,
            r#"{"state":"down","stage":"connect","cause":"flaky"}"#,
            r#"{"state":"degraded","cause":"tcp_refused"}"#,
            r#"{"state":"unknown"}"#,
            r#"{"state":"sideways"}"#,
            r#"{}"#,
        ] {
            assert!(serde_json::from_str::<Outcome>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_outcome_survives_json_also_with_escapes_and_in_another_order() {
        let degraded = DegradedCause::ALL
            .iter()
            .map(|cause| Outcome::Degraded { cause: *cause });
        let down = Cause::ALL.iter().map(|cause| Outcome::Down {
            stage: Stage::Tls,
            cause: *cause,
        });
        let unknown = UnknownWhy::ALL.iter().map(|why| Outcome::Unknown { why: *why });
        for outcome in degraded.chain(down).chain(unknown).chain([Outcome::Up]) {
            let value = serde_json::to_value(outcome).unwrap();
            assert_eq!(serde_json::from_value::<Outcome>(value).unwrap(), outcome);
        }
        let odd = r#"{"cause":"tcp\u005frefused","stage":"connect","extra":[1],"state":"down"}"#;
        assert!(serde_json::from_str::<Outcome>(odd).unwrap().is_failure());
    }
}
