//! Metadata of the page: Dublin Core as TT 24/2011 asks, and what stands for it elsewhere.

use serde::{Deserialize, Serialize};

use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag};

/// Where a field was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetaSource {
    /// A Dublin Core name (`DC.title`, `dcterms.creator`).
    DublinCore,
    /// An equivalent: `og:`, `article:`, plain names, the `<title>` element, a canonical link.
    Equivalent,
}

/// The six mandatory fields and the rest of the head.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MetadataFacts {
    /// Tiêu đề.
    pub title: Option<MetaSource>,
    /// Người hoặc cơ quan tạo.
    pub creator: Option<MetaSource>,
    /// Ngày tạo.
    pub date: Option<MetaSource>,
    /// Mô tả.
    pub description: Option<MetaSource>,
    /// Cơ quan ban hành.
    pub publisher: Option<MetaSource>,
    /// Định danh.
    pub identifier: Option<MetaSource>,
    /// The system that made the page, by its own word.
    pub generator: Option<String>,
    /// Robots are told to stay away.
    pub noindex: bool,
}

impl MetadataFacts {
    /// How many of the six fields are there, by Dublin Core and in all.
    #[must_use]
    pub fn counts(&self) -> (u32, u32) {
        let fields = [
            self.title,
            self.creator,
            self.date,
            self.description,
            self.publisher,
            self.identifier,
        ];
        let core = fields
            .iter()
            .filter(|f| **f == Some(MetaSource::DublinCore))
            .count();
        let all = fields.iter().flatten().count();
        (u32::try_from(core).unwrap_or(6), u32::try_from(all).unwrap_or(6))
    }
}

pub(super) fn read(document: &Document<'_>) -> MetadataFacts {
    let dom = &document.dom;
    let mut facts = MetadataFacts::default();
    for node in dom.all().filter(|&n| matches!(dom.tag(n), Tag::Meta | Tag::Link)) {
        if dom.tag(node) == Tag::Link {
            let canonical = dom
                .attr(node, "rel")
                .is_some_and(|r| r.eq_ignore_ascii_case("canonical"));
            if canonical && dom.attr(node, "href").is_some_and(|h| !h.is_empty()) {
                better(&mut facts.identifier, MetaSource::Equivalent);
            }
            continue;
        }
        let Some(content) = dom.attr_text(node, "content").filter(|c| !c.trim().is_empty()) else {
            continue;
        };
        let Some(name) = ["name", "property", "itemprop"]
            .iter()
            .find_map(|a| dom.attr(node, a))
        else {
            continue;
        };
        let name = name.trim().to_ascii_lowercase();
        if let Some(field) = name
            .strip_prefix("dc.")
            .or_else(|| name.strip_prefix("dcterms."))
            .or_else(|| name.strip_prefix("dc:"))
        {
            core(&mut facts, field);
            continue;
        }
        match name.as_str() {
            "og:title" | "title" | "twitter:title" => better(&mut facts.title, MetaSource::Equivalent),
            "author" | "article:author" => better(&mut facts.creator, MetaSource::Equivalent),
            "date" | "article:published_time" | "datepublished" | "pubdate" => {
                better(&mut facts.date, MetaSource::Equivalent);
            }
            "description" | "og:description" => better(&mut facts.description, MetaSource::Equivalent),
            "publisher" | "og:site_name" | "copyright" | "article:publisher" => {
                better(&mut facts.publisher, MetaSource::Equivalent);
            }
            "og:url" | "identifier" => better(&mut facts.identifier, MetaSource::Equivalent),
            "generator" => facts.generator = Some(content.chars().take(120).collect()),
            "robots" => facts.noindex |= content.to_ascii_lowercase().contains("noindex"),
            _ => {}
        }
    }
    if dom
        .find(NodeId::ROOT, Tag::Title)
        .is_some_and(|t| dom.text(t, 20).len() > 1)
    {
        better(&mut facts.title, MetaSource::Equivalent);
    }
    facts
}

fn better(place: &mut Option<MetaSource>, source: MetaSource) {
    *place = Some(place.map_or(source, |old| old.min(source)));
}

fn core(facts: &mut MetadataFacts, field: &str) {
    let place = match field.split('.').next().unwrap_or(field) {
        "title" => &mut facts.title,
        "creator" => &mut facts.creator,
        "date" | "created" | "issued" => &mut facts.date,
        "description" | "abstract" => &mut facts.description,
        "publisher" => &mut facts.publisher,
        "identifier" => &mut facts.identifier,
        _ => return,
    };
    better(place, MetaSource::DublinCore);
}
