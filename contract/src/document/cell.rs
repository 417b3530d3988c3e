//! One figure: as it is printed, and exactly.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::cause::named_enum;
use crate::time::UnixTime;

/// A cell of a table or sheet.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// What every printed form shows, formatted by the collector. A line feed breaks the line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The exact quantity, for spreadsheets and totals; absent for words and for what is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// How good or bad it is. Shown as a colour behind the text, never in place of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
    /// Where it leads: `http`, `https` or `mailto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Bold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bold: bool,
}

impl Cell {
    /// Words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A quantity and how it is printed.
    #[must_use]
    pub fn of(value: Value, text: impl Into<String>) -> Self {
        Self {
            value: Some(value),
            ..Self::text(text)
        }
    }

    /// The same cell with a tone.
    #[must_use]
    pub fn toned(self, tone: Tone) -> Self {
        Self {
            tone: Some(tone),
            ..self
        }
    }

    /// The same cell with a link.
    #[must_use]
    pub fn linked(self, address: impl Into<String>) -> Self {
        Self {
            link: Some(address.into()),
            ..self
        }
    }
}

/// An exact quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Value {
    /// A count.
    Integer(i64),
    /// `units / 10^places`.
    Decimal {
        /// The digits.
        units: i64,
        /// How many of them stand behind the point, at most 6.
        places: u8,
    },
    /// `part` of `whole`, printed in percent. A spreadsheet shows it floored to `places` places of the
    /// percentage, never rounded up.
    Share {
        /// Numerator.
        part: i64,
        /// Denominator, above zero: where there is none there is no share.
        whole: i64,
        /// Places of the percentage, at most 6.
        places: u8,
    },
    /// A length of time in seconds.
    Seconds(i64),
    /// A civil day.
    Date(Date),
    /// An instant, printed in Vietnamese civil time.
    Instant(UnixTime),
}

impl Value {
    /// A share's percentage in units of `10^-places` percent, floored; `None` for other quantities and for a
    /// denominator that is not above zero.
    #[must_use]
    pub fn floored_percent(self) -> Option<i128> {
        let Self::Share { part, whole, places } = self else {
            return None;
        };
        if whole <= 0 {
            return None;
        }
        let scale = 10_i128.pow(u32::from(places.min(6)));
        Some((i128::from(part) * 100 * scale).div_euclid(i128::from(whole)))
    }
}

named_enum! {
    /// How good or bad something is: of a state of the ledger and of a verdict alike.
    Tone {
        /// Up; passed.
        Good = "good",
        /// Degraded; warned.
        Warn = "warn",
        /// Down; failed.
        Bad = "bad",
        /// Not known: neither good nor bad.
        Unknown = "unknown",
        /// Left out by announcement; not applicable.
        Excluded = "excluded",
        /// Not there at all: before a portal's time, no such family.
        Absent = "absent",
    }
}
