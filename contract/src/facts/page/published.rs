//! Documents that were said to be published on a portal, as they came.

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// The most addresses that are asked in one visit.
pub const MAX_PUBLISHED: usize = 8;
/// The most files that are followed from one address.
pub const MAX_PUBLISHED_FILES: usize = 12;

/// What an address that was said to hold a published document gave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PublishedFacts {
    /// The address that was asked.
    pub url: String,
    /// The last status; absent where nobody answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// SHA-256 of the bytes that came and, where they are a page, of the files that it links to: sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sha256: Vec<Sha256>,
    /// Everything that belongs to it was read, or the portal says that there is nothing (404, 410). Only then does a
    /// digest that is missing say anything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}
