//! What proves a fact: an extract carried along, or a body kept apart under its digest.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cause::named_enum;
use crate::digest::Sha256;

/// The longest extract, in bytes.
pub const MAX_EXTRACT: usize = 2 * 1024;

named_enum! {
    /// What a piece of evidence is.
    EvidenceKind {
        /// The body of a page, as it was read.
        Page = "page",
        /// The page after its scripts had run.
        Rendered = "rendered",
        /// A feed or sitemap.
        Feed = "feed",
    }
}

/// A piece of evidence: the text that was read, the body it stands in, or both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// The text, at most [`MAX_EXTRACT`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The element it stands in, as a CSS selector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// The page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// SHA-256 of the body that was kept when these facts were first extracted, and once more every four weeks. A body that
    /// differs in what is not extracted (a counter, a clock) leaves it as it is. Absent where none could be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// What that body is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<EvidenceKind>,
}
