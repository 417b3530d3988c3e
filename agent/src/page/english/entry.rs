//! How the English side is found from the home page, and which of its pages are worth a visit.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::page::document::Document;
use crate::page::dom::Tag;
use crate::page::plain::fold;
use crate::page::region::Regions;

/// How an entry was found; the first is the surest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryBy {
    /// Written by the operator.
    Configured,
    /// `<link rel="alternate" hreflang="en">`.
    Hreflang,
    /// A link of the page (`English`, a flag).
    Switch,
    /// `/en` on the same host, for want of better.
    Path,
}

/// A possible entry of the English side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Where.
    pub url: String,
    /// How it was found.
    pub by: EntryBy,
}

/// Possible entries of the English side, the surest first.
#[must_use]
pub fn entries(home: &Document<'_>, configured: Option<&Url>) -> Vec<Entry> {
    let dom = &home.dom;
    let mut found: Vec<Entry> = Vec::new();
    let mut push = |url: Option<Url>, by| {
        if let Some(url) = url.filter(|u| found.iter().all(|f: &Entry| f.url != u.as_str())) {
            found.push(Entry { url: url.into(), by });
        }
    };
    push(configured.cloned(), EntryBy::Configured);
    for node in dom.all().filter(|&n| dom.tag(n) == Tag::Link) {
        let english = dom
            .attr(node, "hreflang")
            .is_some_and(|l| l.get(..2).is_some_and(|l| l.eq_ignore_ascii_case("en")));
        if english {
            push(
                dom.attr(node, "href").and_then(|h| home.resolve(h)),
                EntryBy::Hreflang,
            );
        }
    }
    for node in dom.all().filter(|&n| dom.tag(n) == Tag::A).take(5_000) {
        let text = fold(&dom.text(node, 40));
        let spoken = || {
            ["title", "aria-label", "hreflang", "lang"]
                .iter()
                .filter_map(|a| dom.attr(node, a))
                .chain(
                    dom.descendants(node)
                        .filter(|&n| dom.tag(n) == Tag::Img)
                        .filter_map(|img| dom.attr(img, "alt").or_else(|| dom.attr(img, "title"))),
                )
                .any(|words| is_switch(&fold(words)))
        };
        if is_switch(&text) || (text.len() <= 3 && spoken()) {
            push(
                dom.attr(node, "href").and_then(|h| home.resolve(h)),
                EntryBy::Switch,
            );
        }
    }
    push(home.url.join("/en").ok(), EntryBy::Path);
    found
}

fn is_switch(folded: &str) -> bool {
    matches!(
        folded.trim(),
        "english"
            | "en"
            | "eng"
            | "english version"
            | "tieng anh"
            | "anh"
            | "en-us"
            | "english site"
            | "in english"
            | "[en]"
            | "ngon ngu: english"
    )
}

/// Links of the English entry that lead to the organisation, the contacts and some items.
#[must_use]
pub fn links_to_visit(entry: &Document<'_>, regions: &Regions, most_items: usize) -> Vec<Url> {
    let dom = &entry.dom;
    let (mut pages, mut items): (Vec<Url>, Vec<Url>) = (Vec::new(), Vec::new());
    for node in dom.all().filter(|&n| dom.tag(n) == Tag::A).take(5_000) {
        let Some(url) = dom.attr(node, "href").and_then(|h| entry.resolve(h)) else {
            continue;
        };
        if url == entry.url
            || url.host_str() != entry.url.host_str()
            || pages.contains(&url)
            || items.contains(&url)
        {
            continue;
        }
        let label = fold(&dom.text(node, 80));
        let wanted = [
            "organi",
            "structure",
            "function",
            "duties",
            "contact",
            "directory",
            "officials",
            "leader",
            "about",
            "introduction",
            "telephone",
            "co cau to chuc",
            "chuc nang",
            "lien he",
            "danh ba",
            "gioi thieu",
        ];
        if label.len() < 60 && wanted.iter().any(|w| label.contains(w)) {
            if pages.len() < 12 {
                pages.push(url);
            }
        } else if items.len() < most_items && label.len() >= 20 && regions.is_content(node) {
            items.push(url);
        }
    }
    pages.extend(items);
    pages
}
