//! The report as JSON (docs/REPORT.md).

use super::model::Report;

/// The report as JSON with a line end. The same report gives the same bytes.
#[must_use]
pub fn json(report: &Report) -> String {
    // Serialising plain values with text keys cannot fail.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
