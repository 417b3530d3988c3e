//! Which report an edition is of.

use std::fmt;
use std::str::FromStr;

use ems_contract::id::PortalId;
use serde::{Deserialize, Serialize};

/// A duty, a period, and the unit that reports: `ag-q/2026-Q4`, `ag-q/2026-Q4/so-y-te`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EditionKey {
    /// Duty of the report calendar.
    pub duty: String,
    /// `2026-Q4`, `2026-H1`, `2026`.
    pub period: String,
    /// The portal that the unit reports on; absent for the consolidated report.
    pub unit: Option<PortalId>,
}

/// A text that is no [`EditionKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a report is named duty/period or duty/period/unit, such as ag-q/2026-Q4")]
pub struct EditionKeyError;

impl fmt::Display for EditionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.duty, self.period)?;
        match &self.unit {
            None => Ok(()),
            Some(unit) => write!(f, "/{unit}"),
        }
    }
}

impl FromStr for EditionKey {
    type Err = EditionKeyError;

    fn from_str(text: &str) -> Result<Self, EditionKeyError> {
        let mut parts = text.trim().split('/');
        let mut part = || {
            parts.next().filter(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
        };
        let duty = part().ok_or(EditionKeyError)?.to_owned();
        let period = part().ok_or(EditionKeyError)?.to_ascii_uppercase();
        let unit = parts
            .next()
            .map(|unit| unit.parse().map_err(|_why| EditionKeyError))
            .transpose()?;
        match parts.next() {
            None => Ok(Self { duty, period, unit }),
            Some(_) => Err(EditionKeyError),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for text in ["ag-q/2026-Q4", "ag-yc/2026", "tq-so/2026-H1/so-khcn"] {
            assert_eq!(text.parse::<EditionKey>().unwrap().to_string(), text);
        }
        assert_eq!("ag-q/2026-q4".parse::<EditionKey>().unwrap().period, "2026-Q4");
        for text in [
            "",
            "ag-q",
            "ag-q/",
            "/2026",
            "a/b/c/d",
            "ag q/2026",
            "ag-q/2026/../x",
        ] {
            assert_eq!(text.parse::<EditionKey>(), Err(EditionKeyError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_refused_or_written_back_the_same(text in ".{0,40}") {
            if let Ok(key) = text.parse::<EditionKey>() {
                prop_assert_eq!(key.to_string().parse::<EditionKey>(), Ok(key));
            }
        }
    }
}
