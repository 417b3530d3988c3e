//! Which functions a page has (OBLIGATIONS B2 and B3): typed facts, each with the place that shows it. Nothing is judged here.

mod access;
mod contact;
mod forms;
mod layout;
mod metadata;
mod outward;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::dom::{NodeId, Tag};
use super::region::Regions;

pub use access::{AccessFacts, Share};
pub use contact::ContactFacts;
pub use forms::FormFacts;
pub use layout::LayoutFacts;
pub use metadata::{MetaSource, MetadataFacts};
pub use outward::OutwardFacts;

/// Bytes of one piece of evidence.
const MAX_EVIDENCE: usize = 240;
/// Pieces of evidence of one kind.
const MAX_PIECES: usize = 20;

/// Where something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its words, shortened.
    pub text: String,
    /// The element.
    pub selector: String,
    /// Where it leads, if it leads anywhere.
    pub url: Option<String>,
}

impl Seen {
    fn at(document: &Document<'_>, node: NodeId) -> Self {
        let dom = &document.dom;
        let mut text = dom.text(node, MAX_EVIDENCE);
        if text.is_empty() {
            text = [
                "title",
                "alt",
                "aria-label",
                "placeholder",
                "value",
                "name",
                "src",
            ]
            .iter()
            .find_map(|a| dom.attr_text(node, a))
            .map(|t| t.chars().take(120).collect())
            .unwrap_or_default();
        }
        Self {
            text,
            selector: dom.selector(node),
            url: ["href", "action", "src"]
                .iter()
                .find_map(|a| dom.attr(node, a))
                .and_then(|href| document.resolve(href))
                .map(String::from),
        }
    }
}

/// The functions of one page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FeatureFacts {
    /// Forms and what they are for.
    pub forms: FormFacts,
    /// Links outwards: social networks, public services, the Government's portal, feeds.
    pub outward: OutwardFacts,
    /// Metadata (Dublin Core and its equivalents).
    pub metadata: MetadataFacts,
    /// Accessibility, as far as the markup shows it.
    pub access: AccessFacts,
    /// Contacts and the parts of the foot.
    pub contact: ContactFacts,
    /// Parts of the head, viewport, document type.
    pub layout: LayoutFacts,
    /// Measurement tags that the operator's patterns hit: pattern and place.
    pub measurement: Vec<(String, String)>,
}

/// Reads the functions of a page. `patterns` are parts of addresses or scripts that mark a measuring system (EMS, EMC…).
#[must_use]
pub fn features(document: &Document<'_>, regions: &Regions, patterns: &[String]) -> FeatureFacts {
    FeatureFacts {
        forms: forms::read(document, regions),
        outward: outward::read(document, regions),
        metadata: metadata::read(document),
        access: access::read(document, regions),
        contact: contact::read(document, regions),
        layout: layout::read(document, regions),
        measurement: measurement(document, patterns),
    }
}

/// Scripts, pictures and frames whose address or content holds one of the operator's patterns.
fn measurement(document: &Document<'_>, patterns: &[String]) -> Vec<(String, String)> {
    let dom = &document.dom;
    let mut hits: Vec<(String, String)> = Vec::new();
    if patterns.is_empty() {
        return hits;
    }
    for node in dom.all().filter(|&n| {
        matches!(
            dom.tag(n),
            Tag::Script | Tag::Img | Tag::Iframe | Tag::Link | Tag::A
        )
    }) {
        let address = ["src", "href", "data-src"]
            .iter()
            .find_map(|a| dom.attr(node, a))
            .unwrap_or_default();
        let content = if dom.tag(node) == Tag::Script {
            dom.script(node)
        } else {
            ""
        };
        for pattern in patterns.iter().filter(|p| p.len() >= 3) {
            let hit = address.contains(pattern.as_str()) || content.contains(pattern.as_str());
            if hit && hits.len() < MAX_PIECES && hits.iter().all(|(p, _)| p != pattern) {
                hits.push((pattern.clone(), dom.selector(node)));
            }
        }
    }
    hits
}

#[cfg(test)]
mod tests;
