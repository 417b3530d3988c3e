//! A measurement without a shape of its own.

use serde::{Deserialize, Serialize};

use super::EvidenceRef;

/// The checks that a visit measures, by id: no other stands in its measures. What those who judge call measured hangs
/// on this list.
pub const MEASURED: &[&str] = &[
    "a11y-aids",
    "a11y-link-purpose",
    "a11y-no-blink",
    "a11y-tables",
    "a11y-text-alternatives",
    "ads-inventory",
    "archive-continuity",
    "archive-permanent",
    "attribution-original-link",
    "attribution-source",
    "channels-linked",
    "component-links-portal",
    "component-of-province-portal",
    "consent-not-preticked",
    "defacement",
    "docs-text-layer",
    "document-fields",
    "document-search",
    "draft-consultation-fields",
    "draft-consultation-synthesis",
    "dvc-classification",
    "dvc-forms-download",
    "dvc-guidance-stats",
    "dvc-integration",
    "dvc-level-stated",
    "dvc-rating",
    "ems-connection",
    "english-section-dvc",
    "english-section-org",
    "feedback-form",
    "forms-https",
    "fresh-lich-cong-tac",
    "gazette-fields",
    "html-conformance",
    "interaction-published",
    "layout-footer",
    "layout-header",
    "link-chinhphu",
    "machine-readable-api",
    "malicious-content",
    "metadata-dublin-core",
    "mobile-friendly",
    "personal-data-leak",
    "print-save",
    "privacy-policy",
    "procedure-responsible-person",
    "project-fields",
    "qa-function",
    "rating-portal",
    "rss",
    "search-accuracy",
    "search-function",
    "sitemap-html",
    "sitemap-xml",
    "social-media",
    "support-contact",
    "tctt-list-published",
];

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
