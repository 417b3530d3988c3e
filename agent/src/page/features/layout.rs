//! Parts of the head of the page, document type, viewport and widths.

use serde::{Deserialize, Serialize};

use super::Seen;
use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag};
use crate::page::plain::{fold, fold_words};
use crate::page::region::{Region, Regions};

/// The head of the page (TT 32/2017 Đ16.3.a) and what serves small screens.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LayoutFacts {
    /// The emblem or the logo.
    pub emblem: Option<Seen>,
    /// The owner's full name in the head or the title.
    pub name: Option<Seen>,
    /// Menu entries: Trang chủ.
    pub menu_home: bool,
    /// Menu entries: Giới thiệu.
    pub menu_about: bool,
    /// Menu entries: Dịch vụ công.
    pub menu_services: bool,
    /// Menu entries: Sơ đồ.
    pub menu_sitemap: bool,
    /// `<!DOCTYPE html>` or an older one.
    pub doctype: bool,
    /// `lang` of the page.
    pub lang: Option<String>,
    /// The viewport of small screens as written.
    pub viewport: Option<String>,
    /// The widest width in pixels that the markup fixes (attributes and style attributes), above 480.
    pub fixed_width: Option<u32>,
    /// Author, source, and link to the source of an article, as far as shown.
    pub author: Option<Seen>,
    /// The source of an article.
    pub source: Option<Seen>,
}

/// Links read of one page.
const MAX_LINKS: u32 = 3_000;

pub(super) fn read(document: &Document<'_>, regions: &Regions) -> LayoutFacts {
    let dom = &document.dom;
    let mut facts = LayoutFacts {
        doctype: dom.starts_with_doctype(),
        ..LayoutFacts::default()
    };
    let mut links = 0;
    for node in dom.all() {
        links += u32::from(dom.tag(node) == Tag::A);
        if dom.is_text(node) {
            text(document, regions, node, &mut facts);
            continue;
        }
        match dom.tag(node) {
            Tag::Html => {
                facts.lang = dom
                    .attr(node, "lang")
                    .filter(|l| !l.is_empty())
                    .map(|l| l.chars().take(20).collect());
            }
            Tag::Meta
                if dom
                    .attr(node, "name")
                    .is_some_and(|n| n.eq_ignore_ascii_case("viewport")) =>
            {
                facts.viewport = dom.attr(node, "content").map(|c| c.chars().take(160).collect());
            }
            Tag::Img
                if facts.emblem.is_none() && matches!(regions.of(node), Region::Header | Region::Main) =>
            {
                let named = dom.marked(node, &["logo", "emblem", "quochuy", "quoc-huy"])
                    || ["src", "alt"].iter().any(|a| {
                        dom.attr(node, a).is_some_and(|v| {
                            let v = v.to_lowercase();
                            v.len() < 400
                                && ["logo", "quochuy", "quoc-huy", "quốc huy", "banner", "emblem"]
                                    .iter()
                                    .any(|w| v.contains(w))
                        })
                    });
                if named {
                    facts.emblem = Some(Seen::at(document, node));
                }
            }
            Tag::Table | Tag::Div | Tag::Td | Tag::Body => width(document, node, &mut facts),
            Tag::A
                if links < MAX_LINKS
                    && matches!(
                        regions.of(node),
                        Region::Menu | Region::Header | Region::Main | Region::Footer
                    ) =>
            {
                match fold_words(&dom.text(node, 60)).as_str() {
                    "trang chu" | "trang nhat" | "home" => facts.menu_home = true,
                    words if words.starts_with("gioi thieu") => facts.menu_about = true,
                    words if words.starts_with("dich vu cong") || words == "dvc" => {
                        facts.menu_services = true;
                    }
                    words
                        if words.starts_with("so do") && !words.contains("to chuc")
                            || words == "sitemap"
                            || words == "site map" =>
                    {
                        facts.menu_sitemap = true;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    if facts.name.is_none() {
        let title = document.title();
        if is_owner_name(&fold(&title)) {
            facts.name = Some(Seen {
                text: title.chars().take(200).collect(),
                selector: "title".to_owned(),
                url: None,
            });
        }
    }
    facts
}

fn is_owner_name(folded: &str) -> bool {
    [
        "cong thong tin dien tu",
        "trang thong tin dien tu",
        "uy ban nhan dan",
        "so ",
        "cong ttdt",
    ]
    .iter()
    .any(|w| folded.contains(w))
        && folded.len() > 12
}

fn text(document: &Document<'_>, regions: &Regions, node: NodeId, facts: &mut LayoutFacts) {
    let dom = &document.dom;
    let raw = dom.raw(node);
    if raw.len() > 300 || raw.len() < 5 {
        return;
    }
    let seen = || {
        Some(Seen {
            text: dom.own_text(node),
            selector: dom.selector(node),
            url: None,
        })
    };
    match regions.of(node) {
        Region::Header if facts.name.is_none() && is_owner_name(&fold(raw)) => facts.name = seen(),
        Region::Main if facts.author.is_none() || facts.source.is_none() => {
            // Only short lines that begin with the label are read.
            let begins = raw.trim_start();
            let starts = |labels: &[&str]| labels.iter().any(|l| begins.starts_with(l));
            if facts.author.is_none()
                && (starts(&[
                    "Tác giả",
                    "Người viết",
                    "Bài:",
                    "Tin:",
                    "Tin, ảnh",
                    "Tin ảnh",
                    "Author",
                ]) || dom.marked(dom.parent(node), &["author", "tacgia", "tac-gia"]))
            {
                facts.author = seen();
            }
            if facts.source.is_none()
                && (starts(&["Nguồn", "Theo:", "(Theo", "Theo ", "Source"])
                    || dom.marked(dom.parent(node), &["source", "nguon-tin", "nguontin"]))
            {
                facts.source = seen();
            }
        }
        _ => {}
    }
}

/// Widths in pixels that do not fit a small screen.
fn width(document: &Document<'_>, node: NodeId, facts: &mut LayoutFacts) {
    let dom = &document.dom;
    let mut widest = 0;
    if let Some(value) = dom.attr(node, "width")
        && let Ok(pixels) = value.trim().trim_end_matches("px").parse::<u32>()
    {
        widest = pixels;
    }
    if let Some(style) = dom.attr(node, "style").filter(|s| s.len() < 1_000) {
        for rule in style.split(';') {
            if let Some((name, value)) = rule.split_once(':')
                && matches!(name.trim().to_ascii_lowercase().as_str(), "width" | "min-width")
                && let Ok(pixels) = value.trim().trim_end_matches("px").parse::<u32>()
            {
                widest = widest.max(pixels);
            }
        }
    }
    if widest > 480 && widest < 10_000 {
        facts.fixed_width = Some(facts.fixed_width.unwrap_or_default().max(widest));
    }
}
