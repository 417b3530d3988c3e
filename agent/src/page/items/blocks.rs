//! Lists by their title links: containers with one title link each, grouped under their headings.

use std::collections::HashMap;

use crate::page::document::Document;
use crate::page::dom::{Dom, NodeId, Tag};
use crate::page::plain::fold_words;
use crate::page::region::{Region, Regions};
use crate::page::sections::Lexicon;

use super::{MAX_ITEMS, gaps};

/// Title links read of one page.
const MAX_TITLES: usize = 1_000;
/// Headings read of one page.
const MAX_HEADINGS: usize = 400;

/// One item: its element and its title link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Container {
    pub(super) element: NodeId,
    pub(super) title: Option<NodeId>,
    /// Siblings that belong to the item (from, until), in a flat list.
    pub(super) loose: Option<(NodeId, NodeId)>,
}

/// A heading of the page and how far it reaches.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    pub(super) node: NodeId,
    pub(super) text: String,
    /// The element within which it heads what follows.
    pub(super) scope: NodeId,
    /// One of `h1` to `h6`, not merely called a title.
    pub(super) real: bool,
}

/// Items under one heading.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) heading: Option<usize>,
    pub(super) region: Region,
    pub(super) items: Vec<Container>,
}

/// What a page has of lists and headings.
#[derive(Debug)]
pub(super) struct Blocks {
    pub(super) headings: Vec<Heading>,
    pub(super) blocks: Vec<Block>,
}

/// Letters of a label of several parts (`Văn bản - Chính sách`).
const LABEL: usize = 40;

/// Words of links that lead on and are no titles, folded.
const NO_TITLES: &[&str] = &[
    "xem them",
    "xem chi tiet",
    "chi tiet",
    "doc tiep",
    "xem tiep",
    "tiep theo",
    "trang sau",
    "trang truoc",
    "read more",
    "view more",
    "xem tat ca",
    "tat ca",
    "more",
    "trang dau",
    "trang cuoi",
    "tai ve",
    "tai xuong",
    "download",
    "dang nhap",
    "lien he",
    "quay lai",
    "cac tin khac",
    "tin khac",
    "xem toan van",
    "xem noi dung",
    "tra loi cau hoi",
    "gui cau hoi",
    "gop y",
    "in trang",
    "chia se",
    "xem phan hoi",
];

/// Endings of files.
pub(super) const FILES: &[&str] = &[
    ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".zip", ".rar", ".ppt", ".pptx", ".rtf", ".tif", ".odt",
];

/// Whether an address leads to a file and not to a page.
#[must_use]
pub fn is_file(href: &str) -> bool {
    let path = href
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    FILES.iter().any(|ending| path.ends_with(ending))
}

/// Finds the lists of a page.
pub(super) fn find(document: &Document<'_>, regions: &Regions, lexicon: &Lexicon) -> Blocks {
    let dom = &document.dom;
    let mut titles = title_links(dom, regions, lexicon, false);
    if titles.len() < 2 {
        titles = title_links(dom, regions, lexicon, true);
    }
    let mut containers = containers(dom, &titles);
    gaps::join(dom, &mut containers);
    let mut headings = headings(dom, regions, &containers, &titles);
    headings.extend(labels(dom, regions, lexicon, &containers, &titles, &headings));
    headings.sort_by_key(|h| h.node);
    let mut blocks: Vec<Block> = Vec::new();
    for container in containers {
        let heading = heading_of(dom, &headings, container.element);
        let region = regions.of(container.element);
        let parent = dom.parent(container.element);
        let joins = |block: &Block| {
            block.region == region
                && block.heading == heading
                && (heading.is_some()
                    || block
                        .items
                        .last()
                        .is_some_and(|c| dom.parent(c.element) == parent))
        };
        match blocks.iter_mut().rev().take(8).find(|b| joins(b)) {
            Some(block) if block.items.len() < MAX_ITEMS => block.items.push(container),
            Some(_) => {}
            None => blocks.push(Block {
                heading,
                region,
                items: vec![container],
            }),
        }
    }
    Blocks { headings, blocks }
}

/// Links with a title for a text: long enough, leading to one page of their own.
fn title_links<'a>(
    dom: &Dom<'a>,
    regions: &Regions,
    lexicon: &Lexicon,
    files: bool,
) -> Vec<(NodeId, &'a str)> {
    let mut found: Vec<(NodeId, &str)> = Vec::new();
    let mut runs: HashMap<&str, u32> = HashMap::new();
    for node in dom.all().filter(|&n| dom.tag(n) == Tag::A) {
        if found.len() >= MAX_TITLES {
            break;
        }
        if !regions.is_content(node) {
            continue;
        }
        let href = dom.attr(node, "href").unwrap_or_default().trim();
        if href.is_empty()
            || href.starts_with("mailto:")
            || href.starts_with("tel:")
            || (is_file(href) && !files)
        {
            continue;
        }
        let mut text = dom.text(node, 400);
        if let Some(title) = dom
            .attr_text(node, "title")
            .filter(|t| t.len() > text.len() && !text.is_empty())
        {
            text = title.into_owned();
        }
        let words = text
            .split_whitespace()
            .filter(|w| w.chars().any(char::is_alphabetic))
            .count();
        // A link called like a section heads a block; a sentence that begins with a section's name does not.
        let length = text.chars().count();
        let called = || lexicon.is_label(&text) || length < LABEL && !lexicon.label(&text, false).is_empty();
        if length < 18 || words < 4 || called() {
            continue;
        }
        let folded = fold_words(&text);
        if NO_TITLES.iter().any(|no| folded == *no) {
            continue;
        }
        if found.last().is_none_or(|(_, last)| *last != href) {
            *runs.entry(href).or_default() += 1;
        }
        found.push((node, href));
    }
    // One address in many places is a category, an author or a page's own script.
    let scripted = |href: &str| href.starts_with("javascript:") || href.starts_with('#');
    found.retain(|(_, href)| scripted(href) || runs.get(href).copied().unwrap_or_default() < 4);
    found
}

/// For every title the largest element around it that holds no other title.
fn containers(dom: &Dom<'_>, titles: &[(NodeId, &str)]) -> Vec<Container> {
    let mut found: Vec<Container> = Vec::new();
    let is_own = |element: NodeId, at: usize| {
        let (_, href) = titles[at];
        let same = |other: Option<&(NodeId, &str)>| {
            other.is_none_or(|(node, h)| {
                !dom.contains(element, *node) || (*h == href && !href.starts_with(['#', 'j']))
            })
        };
        same(at.checked_sub(1).and_then(|b| titles.get(b))) && same(titles.get(at + 1))
    };
    for (at, (node, _)) in titles.iter().enumerate() {
        if found.last().is_some_and(|last| dom.contains(last.element, *node)) {
            continue;
        }
        let mut element = *node;
        for around in dom.ancestors(*node) {
            let alone = titles.len() == 1 && dom.tag(around) == Tag::Div && element != *node;
            if matches!(
                dom.tag(around),
                Tag::Body | Tag::Html | Tag::Main | Tag::Table | Tag::Ul | Tag::Ol | Tag::Form
            ) || alone
                || !is_own(around, at)
            {
                break;
            }
            element = around;
        }
        found.push(Container {
            element,
            title: Some(*node),
            loose: None,
        });
    }
    found
}

/// Parts of names of elements that are headings by their looks.
const HEADING_NAMES: &[&str] = &[
    "title",
    "heading",
    "tieude",
    "tieu-de",
    "chuyenmuc",
    "chuyen-muc",
    "cate",
    "box-header",
    "block-header",
    "panel-header",
    "caption",
    "tab-item",
    "module-name",
    "header-text",
    "label-header",
];

fn headings(
    dom: &Dom<'_>,
    regions: &Regions,
    containers: &[Container],
    titles: &[(NodeId, &str)],
) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let mut next = 0;
    for node in dom.all().filter(|&n| dom.is_element(n)) {
        if found.len() >= MAX_HEADINGS {
            break;
        }
        while containers.get(next).is_some_and(|c| dom.end(c.element) <= node) {
            next += 1;
        }
        let in_item = containers
            .get(next)
            .is_some_and(|c| dom.contains(c.element, node));
        let real = dom.tag(node).is_heading() || matches!(dom.tag(node), Tag::Legend | Tag::Caption);
        if in_item || !(real || dom.marked(node, HEADING_NAMES)) || dom.end(node).distance(node) > 24 {
            continue;
        }
        if !matches!(regions.of(node), Region::Main | Region::Side | Region::Widget) {
            continue;
        }
        if found.last().is_some_and(|h| dom.contains(h.node, node)) {
            continue;
        }
        let text = dom.text(node, 161);
        if text.len() < 2 || text.len() > 160 || !text.chars().any(char::is_alphabetic) {
            continue;
        }
        found.push(Heading {
            node,
            text,
            scope: scope(dom, node, titles),
            real,
        });
    }
    found
}

/// Nodes of an element that is a label and nothing else.
const LABEL_NODES: u32 = 6;

/// Elements that say a section's name and nothing else: the headings of pages made by hand (`<td class="hd">TIN TỨC</td>`).
/// Two links of that kind one after the other are a menu.
fn labels(
    dom: &Dom<'_>,
    regions: &Regions,
    lexicon: &Lexicon,
    containers: &[Container],
    titles: &[(NodeId, &str)],
    known: &[Heading],
) -> Vec<Heading> {
    // Headings stand in the order of the page, none within another: the neighbours tell.
    let is_known = |node: NodeId| {
        let next = known.partition_point(|h| h.node <= node);
        let before = next.checked_sub(1).and_then(|at| known.get(at));
        before.is_some_and(|h| dom.contains(h.node, node))
            || known.get(next).is_some_and(|h| dom.contains(node, h.node))
    };
    let mut found: Vec<(Heading, bool)> = Vec::new();
    let mut next = 0;
    let mut covered = NodeId::ROOT;
    for node in dom.all().filter(|&n| dom.is_element(n)) {
        if found.len() >= MAX_HEADINGS {
            break;
        }
        if node < covered
            || dom.end(node).distance(node) > LABEL_NODES
            || !matches!(
                dom.tag(node),
                Tag::Td | Tag::Th | Tag::Div | Tag::P | Tag::Span | Tag::B | Tag::Strong | Tag::Font | Tag::A
            )
            || regions.of(node) != Region::Main
        {
            continue;
        }
        while containers.get(next).is_some_and(|c| dom.end(c.element) <= node) {
            next += 1;
        }
        if containers
            .get(next)
            .is_some_and(|c| dom.contains(c.element, node))
            || is_known(node)
        {
            continue;
        }
        let text = dom.text(node, 81);
        if text.len() < 4 || text.len() > 80 || !lexicon.is_label(&text) {
            continue;
        }
        covered = dom.end(node);
        let link = std::iter::once(node)
            .chain(dom.descendants(node))
            .chain(dom.ancestors(node).take(2))
            .any(|n| dom.tag(n) == Tag::A);
        let scope = scope(dom, node, titles);
        found.push((
            Heading {
                node,
                text,
                scope,
                real: false,
            },
            link,
        ));
    }
    let title_between = |a: NodeId, b: NodeId| {
        let next = titles.partition_point(|(node, _)| *node < a);
        titles.get(next).is_some_and(|(node, _)| *node < b)
    };
    let in_menu = |at: usize| {
        let of_link = |other: Option<&(Heading, bool)>| other.filter(|(_, link)| *link).map(|(h, _)| h.node);
        let (heading, link) = &found[at];
        *link
            && (of_link(at.checked_sub(1).and_then(|b| found.get(b)))
                .is_some_and(|n| !title_between(n, heading.node))
                || of_link(found.get(at + 1)).is_some_and(|n| !title_between(heading.node, n)))
    };
    let keep: Vec<bool> = (0..found.len()).map(|at| !in_menu(at)).collect();
    found
        .into_iter()
        .zip(keep)
        .filter_map(|((heading, _), keep)| keep.then_some(heading))
        .collect()
}

/// The smallest element around a heading that also holds a title, otherwise one that holds more than the heading.
fn scope(dom: &Dom<'_>, heading: NodeId, titles: &[(NodeId, &str)]) -> NodeId {
    let after = dom.end(heading);
    let next = titles.partition_point(|(node, _)| *node < after);
    let mut last = heading;
    for around in dom.ancestors(heading) {
        last = around;
        if titles
            .get(next)
            .is_some_and(|(node, _)| dom.contains(around, *node))
        {
            return around;
        }
        if matches!(dom.tag(around), Tag::Body | Tag::Main) {
            break;
        }
    }
    last
}

/// The last heading before `element` that reaches it.
pub(super) fn heading_of(dom: &Dom<'_>, headings: &[Heading], element: NodeId) -> Option<usize> {
    let before = headings.partition_point(|h| h.node < element);
    headings
        .get(..before)?
        .iter()
        .rposition(|h| dom.contains(h.scope, element))
}
