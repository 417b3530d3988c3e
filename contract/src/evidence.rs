//! Whole pages on their way to the collector: what is said of one, and how long it may be.
//!
//! A page travels apart from the records that name it (`POST /api/v1/evidence/{sha256}`): one zstd frame a request, addressed by
//! the SHA-256 of what it unpacks to, with its [`Label`] in the query.

use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;

use crate::digest::Sha256;
use crate::facts::page::EvidenceKind;
use crate::id::PortalId;
use crate::time::UnixTime;

/// Media type of a page as sent.
pub const CONTENT_TYPE: &str = "application/zstd";
/// The longest page as it was read, in bytes.
pub const MAX_BODY: usize = 5 * 1024 * 1024;
/// The longest page as sent, in bytes: one that no compressor shortens gets a little longer.
pub const MAX_FRAME: usize = MAX_BODY + 64 * 1024;
/// The largest window of a frame, as a power of two: bounds the memory of whoever unpacks it.
pub const MAX_WINDOW_LOG: u32 = 23;

/// What a page is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Whose page.
    pub portal: PortalId,
    /// What it is.
    pub kind: EvidenceKind,
    /// When it was read.
    pub at: UnixTime,
    /// Its address.
    pub url: String,
    /// The `Content-Type` it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

impl Label {
    /// Path and query, relative to the collector's address, under which the page of this digest is sent.
    #[must_use]
    pub fn target(&self, digest: &Sha256) -> String {
        let mut query = Serializer::new(String::new());
        query
            .append_pair("portal", self.portal.as_str())
            .append_pair("kind", self.kind.as_str())
            .append_pair("at", &self.at.to_string())
            .append_pair("url", &self.url);
        if let Some(content_type) = &self.content_type {
            query.append_pair("content_type", content_type);
        }
        format!("api/v1/evidence/{digest}?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_says_everything_and_quotes_what_an_address_may_not_hold() {
        let label = Label {
            portal: "p1".parse().unwrap(),
            kind: EvidenceKind::Page,
            at: UnixTime::from_secs(1_793_927_700),
            url: "https://p1.example/tin?a=1&b=văn bản".to_owned(),
            content_type: Some("text/html; charset=utf-8".to_owned()),
        };
        let target = label.target(&Sha256::of(b"x"));
        assert_eq!(
            target,
            format!(
                "api/v1/evidence/{}?portal=p1&kind=page&at={}&url=https%3A%2F%2Fp1.example%2Ftin%3Fa%3D1%26b%3Dv%C4%83n+b%E1%BA%A3n\
                 &content_type=text%2Fhtml%3B+charset%3Dutf-8",
                Sha256::of(b"x"),
                label.at.to_string().replace(':', "%3A"),
            )
        );
    }
}
