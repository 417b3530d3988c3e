//! A measurement without a shape of its own.

use serde::{Deserialize, Serialize};

use super::EvidenceRef;

/// One measure of a check. Which members a check fills is told in `docs/FACTS.md`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Measure {
    /// The thing was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<bool>,
    /// Elements found, by the names that packs use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
    /// So many are right …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<u32>,
    /// … of so many looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// A number in the unit of the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// How sure the measurement is, 0 to 1; absent means sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// A firewall or captcha stood in the way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
    /// A word for the reader: what was seen, or why nothing could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceRef>,
}
