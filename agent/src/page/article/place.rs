//! Whose date it is: the article's own, or that of something beside it.

use jiff::civil::Date;

use crate::page::document::Document;
use crate::page::dom::{Dom, Names, NodeId, Tag};
use crate::page::plain::fold;

/// Parts of names of places that hold the dates of other things.
const FOREIGN: &[&str] = &[
    "comment",
    "related",
    "sidebar",
    "widget",
    "footer",
    "teaser",
    "recent",
    "popular",
    "copyright",
    "archive",
    "calendar",
    "event",
    "breaking",
    "clock",
    "today",
    "current",
    "expire",
    "deadline",
    "trending",
    "most-",
    "latest",
    "recommend",
    "more-",
    "promo",
    "menu",
    "nav",
    "ticker",
    "weather",
    "instagram",
    "twitter",
    "youtube",
    "reply",
    "respons",
    "advert",
    "newsletter",
    "sponsor",
    "masthead",
    "lien-quan",
    "lienquan",
    "tin-khac",
    "tinkhac",
    "xem-nhieu",
    "doc-nhieu",
    "chan-trang",
    "thoi-tiet",
    "dong-ho",
];

/// Nodes from the title within which a date of today may be the article's.
const BESIDE: u32 = 24;

/// The article's surroundings: its title and the size of the page.
#[derive(Debug)]
pub(super) struct Place {
    /// The heading that is the article's title.
    pub(super) title: Option<NodeId>,
    /// Which nodes stand in parts that are not the article's.
    foreign: Vec<bool>,
}

impl Place {
    pub(super) fn new(document: &Document<'_>) -> Self {
        let dom = &document.dom;
        let title = title_node(document);
        let large = dom.end(NodeId::ROOT).distance(NodeId::ROOT) / 2;
        let path = document.url.path();
        let mut names = Names::new(&[FOREIGN]);
        let mut foreign = vec![false; dom.len()];
        for node in dom.all() {
            let inherited = foreign.get(dom.parent(node).index()).copied().unwrap_or_default();
            let of_page = matches!(dom.tag(node), Tag::Body | Tag::Html)
                || dom.end(node).distance(node) >= large
                || title.is_some_and(|title| dom.contains(node, title));
            let mut own = || {
                matches!(
                    dom.tag(node),
                    Tag::Footer | Tag::Aside | Tag::Nav | Tag::Noscript | Tag::Template | Tag::Marquee
                ) || (dom.tag(node) == Tag::A && leads_away(dom, node, path))
                    || (!dom.tag(node).is_heading() && names.of(dom, node) != 0)
            };
            let is_foreign = !of_page && (inherited || (dom.is_element(node) && own()));
            if let Some(place) = foreign.get_mut(node.index()) {
                *place = is_foreign;
            }
        }
        Self { title, foreign }
    }

    /// Whether the node stands in a part of the page that is not the article's.
    ///
    /// An element around the title, or around half of the page, is never foreign: themes call the whole page `has-sidebar`.
    pub(super) fn is_foreign(&self, node: NodeId) -> bool {
        self.foreign.get(node.index()).copied().unwrap_or_default()
    }

    /// Whether a date of the day of the fetch is a clock's, a widget's or a template's: it stands in a part that is not the
    /// article's or, without a label, before the title or far from it. Such a date is there every day.
    pub(super) fn is_clock(&self, node: NodeId, day: Date, today: Date, labelled: bool) -> bool {
        let beside = self
            .title
            .is_some_and(|title| node >= title && node.distance(title) <= BESIDE);
        day == today && (self.is_foreign(node) || (!labelled && !beside))
    }

    /// Nodes between the title and `node`; far when there is no title.
    pub(super) fn title_distance(&self, node: NodeId) -> u32 {
        self.title.map_or(u32::MAX, |title| node.distance(title))
    }
}

/// Whether the link is the teaser of another page: it has an address, much in it, and is not the article's own.
fn leads_away(dom: &Dom<'_>, link: NodeId, path: &str) -> bool {
    let own = dom.attr(link, "rel").is_some_and(|rel| rel.contains("bookmark"));
    dom.end(link).distance(link) > 4
        && dom
            .attr(link, "href")
            .is_some_and(|href| !own && !href.starts_with('#') && !href.ends_with(path))
}

/// The heading that repeats the page's title, otherwise the first `h1` or `h2` with a text.
fn title_node(document: &Document<'_>) -> Option<NodeId> {
    let dom = &document.dom;
    let title = fold(&document.title());
    let stem = title
        .split(['|', '-', '»', '·'])
        .next()
        .unwrap_or_default()
        .trim();
    let mut first: [Option<NodeId>; 2] = [None, None];
    for node in dom
        .all()
        .filter(|&n| matches!(dom.tag(n), Tag::H1 | Tag::H2 | Tag::H3))
        .take(80)
    {
        let text = fold(&dom.text(node, 300));
        if text.len() < 8 {
            continue;
        }
        if text.len() > 12 && (title.contains(&text) || (stem.len() > 12 && text.contains(stem))) {
            return Some(node);
        }
        let rank = match dom.tag(node) {
            Tag::H1 => 0,
            Tag::H2 => 1,
            _ => continue,
        };
        first[rank].get_or_insert(node);
    }
    first[0].or(first[1])
}
