//! Links and labels of a page that name sections.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{FoundIn, Lexicon, SectionLink};
use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag, decode_entities};
use crate::page::region::{Region, Regions};

/// Links read of one page.
const MAX_LINKS: usize = 3_000;
/// Links to sections kept of one page.
const MAX_FOUND: usize = 400;
/// Bytes of a label.
const MAX_LABEL: usize = 160;

/// The menus of a page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MenuFacts {
    /// Links that name sections, in the order of the page.
    pub links: Vec<SectionLink>,
    /// The page has scripts but nearly no links and no text: what it shows is made in the browser.
    pub js_only: bool,
}

/// Reads the links to sections from menus, columns, footer, selects, attributes, paths and blocks.
#[must_use]
pub fn menu(document: &Document<'_>, regions: &Regions, lexicon: &Lexicon) -> MenuFacts {
    let dom = &document.dom;
    let mut facts = MenuFacts::default();
    let (mut links, mut text, mut scripts) = (0, 0, 0);
    for node in dom.all() {
        if facts.links.len() >= MAX_FOUND || links >= MAX_LINKS {
            break;
        }
        match dom.tag(node) {
            Tag::A => {
                links += 1;
                link(document, regions, lexicon, node, &mut facts.links);
            }
            Tag::Option => option(document, lexicon, node, &mut facts.links),
            Tag::Script => scripts += 1,
            Tag::Text if regions.of(node) != Region::Hidden => text += dom.raw(node).len().min(400),
            _ if dom.is_element(node) => attribute(document, lexicon, node, &mut facts.links),
            _ => {}
        }
    }
    facts.js_only = scripts > 0 && links < 3 && text < 600;
    facts
}

/// Where a link stands.
fn place(document: &Document<'_>, regions: &Regions, node: NodeId) -> FoundIn {
    let dom = &document.dom;
    match regions.of(node) {
        Region::Breadcrumb => return FoundIn::Breadcrumb,
        Region::Footer => return FoundIn::Footer,
        _ => {}
    }
    let in_heading = dom.ancestors(node).take(3).any(|n| dom.tag(n).is_heading());
    let mut lists = 0;
    for around in dom.ancestors(node) {
        match dom.tag(around) {
            Tag::Ul | Tag::Ol => lists += 1,
            Tag::Footer => return FoundIn::Footer,
            _ => {}
        }
    }
    match regions.of(node) {
        Region::Menu | Region::Header if lists > 1 => FoundIn::MegaMenu,
        Region::Menu | Region::Header => FoundIn::MainMenu,
        Region::Side | Region::Widget if !in_heading => FoundIn::SideMenu,
        _ if !in_heading && in_row_of_labels(document, node) => FoundIn::MainMenu,
        _ => FoundIn::Block,
    }
}

/// Whether the link is one of several short ones side by side: a menu without a name.
fn in_row_of_labels(document: &Document<'_>, node: NodeId) -> bool {
    let dom = &document.dom;
    let holder = dom.ancestors(node).find(|&n| {
        matches!(
            dom.tag(n),
            Tag::Ul | Tag::Ol | Tag::Tr | Tag::Table | Tag::Div | Tag::Section | Tag::Td
        )
    });
    let Some(holder) = holder.filter(|&h| dom.end(h).distance(h) < 400) else {
        return false;
    };
    let (mut links, mut long) = (0, 0);
    for inner in dom.descendants(holder).filter(|&n| dom.tag(n) == Tag::A) {
        links += 1;
        if dom.text(inner, 61).len() > 60 {
            long += 1;
        }
    }
    links >= 4 && long * 4 <= links
}

fn push(
    out: &mut Vec<SectionLink>,
    lexicon: &Lexicon,
    label: &str,
    url: Option<&str>,
    found_in: FoundIn,
) -> bool {
    let loose = !matches!(found_in, FoundIn::Block | FoundIn::Attribute);
    let mut hit = false;
    for (section, score) in lexicon.label(label, loose) {
        hit = true;
        if score >= lexicon.matching.accept_score {
            out.push(SectionLink {
                section: section.to_owned(),
                label: label.to_owned(),
                url: url.map(str::to_owned),
                score,
                found_in,
            });
        }
    }
    hit
}

fn link(
    document: &Document<'_>,
    regions: &Regions,
    lexicon: &Lexicon,
    node: NodeId,
    out: &mut Vec<SectionLink>,
) {
    let dom = &document.dom;
    let mut label = dom.text(node, MAX_LABEL + 1);
    if label.len() < 2 {
        // A picture's words stand for it.
        label = ["title", "aria-label"]
            .iter()
            .find_map(|a| dom.attr_text(node, a))
            .map(std::borrow::Cow::into_owned)
            .or_else(|| {
                dom.descendants(node)
                    .find(|&n| dom.tag(n) == Tag::Img)
                    .and_then(|img| dom.attr_text(img, "alt"))
                    .map(std::borrow::Cow::into_owned)
            })
            .unwrap_or_default();
    }
    if label.len() < 2 || label.len() > MAX_LABEL {
        return;
    }
    let found_in = place(document, regions, node);
    let url = dom
        .attr(node, "href")
        .and_then(|href| document.resolve(href))
        .map(String::from);
    let hit = push(out, lexicon, &label, url.as_deref(), found_in);
    if !hit
        && matches!(
            found_in,
            FoundIn::MainMenu | FoundIn::MegaMenu | FoundIn::SideMenu | FoundIn::Footer
        )
        && let Some(path) = url
            .as_deref()
            .and_then(|u| Url::parse(u).ok())
            .map(|u| u.path().to_owned())
        && let Some((section, score)) = lexicon.slug(&path)
    {
        out.push(SectionLink {
            section: section.to_owned(),
            label,
            url,
            score,
            found_in,
        });
    }
}

fn option(document: &Document<'_>, lexicon: &Lexicon, node: NodeId, out: &mut Vec<SectionLink>) {
    let dom = &document.dom;
    let label = dom.text(node, MAX_LABEL + 1);
    let Some(url) = dom
        .attr(node, "value")
        .or_else(|| dom.attr(node, "data-url"))
        .filter(|v| v.contains('/') || v.contains(".aspx") || v.contains(".html") || v.contains('?'))
        .and_then(|v| document.resolve(v))
    else {
        return;
    };
    if label.len() <= MAX_LABEL {
        push(out, lexicon, &label, Some(url.as_str()), FoundIn::Select);
    }
}

/// Attributes that lead somewhere.
const TARGETS: &[&str] = &[
    "data-href",
    "data-url",
    "data-link",
    "data-target-url",
    "routerlink",
    "ng-reflect-router-link",
];
/// Attributes that name what they lead to.
const LABELS: &[&str] = &["data-title", "data-name", "data-label", "data-text", "data-menu"];

/// Elements that lead somewhere by a data attribute or a click handler.
fn attribute(document: &Document<'_>, lexicon: &Lexicon, node: NodeId, out: &mut Vec<SectionLink>) {
    let dom = &document.dom;
    let (mut target, mut label) = (None, None);
    for (name, value) in dom.attributes(node) {
        if value.is_empty() || value.len() > 600 {
            continue;
        }
        let is = |wanted: &[&str]| wanted.iter().any(|w| name.eq_ignore_ascii_case(w));
        match name.as_bytes().first().map(u8::to_ascii_lowercase) {
            Some(b'd' | b'r' | b'n') if is(TARGETS) => target = Some(value.to_owned()),
            Some(b'd') if is(LABELS) => label = Some(value),
            Some(b'o') if is(&["onclick"]) && (value.contains("location") || value.contains("open(")) => {
                target = value
                    .split(['\'', '"'])
                    .nth(1)
                    .or_else(|| value.split("&#39;").nth(1))
                    .map(str::to_owned);
            }
            _ => {}
        }
    }
    let Some(target) = target else { return };
    let label = label.map_or_else(
        || dom.text(node, MAX_LABEL + 1),
        |l| decode_entities(l).trim().to_owned(),
    );
    if label.len() >= 2 && label.len() <= MAX_LABEL {
        let url = document.resolve(&target).map(String::from);
        push(out, lexicon, &label, url.as_deref(), FoundIn::Attribute);
    }
}
