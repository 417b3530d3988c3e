//! Charts as data. Every mark that is drawn has its figure or its legend in words beside it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::cell::Tone;

/// A chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// Printed above it.
    pub title: String,
    /// What it shows, in a sentence, for those who cannot see it.
    pub alt: String,
    /// What is drawn.
    pub drawing: Drawing,
    /// Remarks below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Drawing {
    /// One row of small fields per portal, a field a day.
    Strips {
        /// The first day.
        from: Date,
        /// What the tones mean, in the order of the legend.
        legend: Vec<Legend>,
        /// The rows; all of one length.
        rows: Vec<Strip>,
    },
    /// Horizontal bars: availability by level, days of lateness.
    Bars {
        /// The range that the full width stands for.
        axis: Axis,
        /// The bars.
        rows: Vec<Bar>,
    },
    /// Lines over periods.
    Lines {
        /// The range that the full height stands for.
        axis: Axis,
        /// The periods, from left to right.
        points: Vec<String>,
        /// One line each, at most 6: more cannot be told apart.
        series: Vec<Series>,
    },
}

/// The meaning of a tone in this chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Legend {
    /// Tone.
    pub tone: Tone,
    /// Meaning.
    pub text: String,
}

/// A portal's days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strip {
    /// Whose.
    pub label: String,
    /// Its days, at most 400.
    pub days: Vec<Tone>,
    /// The figure behind the strip (`99,95%`).
    pub text: String,
}

/// The drawn range, in the unit of the values. Values outside are drawn at its border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// Least value.
    pub from: i64,
    /// Greatest value, above `from`.
    pub to: i64,
    /// How the least value is printed.
    pub from_text: String,
    /// How the greatest value is printed.
    pub to_text: String,
    /// A line to compare with, and its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<(i64, String)>,
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bar {
    /// What it measures.
    pub label: String,
    /// Its length; absent where it is not known: then only the text is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// The figure in words.
    pub text: String,
    /// Tone.
    pub tone: Tone,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Its name.
    pub label: String,
    /// A value per point; the line is broken where one is absent.
    pub values: Vec<Option<i64>>,
    /// The values in words, one per point; the last stands beside the line.
    pub texts: Vec<String>,
}

impl Series {
    /// The last value in words.
    #[must_use]
    pub fn last(&self) -> &str {
        self.texts.last().map_or("", String::as_str)
    }
}
