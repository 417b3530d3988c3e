//! Whose date it is: the article's own, or that of something beside it.

use crate::page::document::Document;
use crate::page::dom::{Dom, NodeId, Tag};
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
];

/// Elements around a date that are looked at.
const MAX_CLIMB: usize = 40;

/// The article's surroundings: its title and the size of the page.
#[derive(Debug)]
pub(super) struct Place {
    /// The heading that is the article's title.
    pub(super) title: Option<NodeId>,
    /// Nodes beyond which an element is the page itself, whatever it is called.
    large: u32,
    /// The page's own path, by which links to itself are known.
    path: String,
}

impl Place {
    pub(super) fn new(document: &Document<'_>) -> Self {
        Self {
            title: title_node(document),
            path: document.url.path().to_owned(),
            large: document.dom.end(NodeId::ROOT).distance(NodeId::ROOT) / 2,
        }
    }

    /// Whether the node stands in a part of the page that is not the article's.
    ///
    /// An element around the title, or around half of the page, is never foreign: themes call the whole page `has-sidebar`.
    pub(super) fn is_foreign(&self, dom: &Dom<'_>, node: NodeId) -> bool {
        std::iter::once(node)
            .chain(dom.ancestors(node))
            .take(MAX_CLIMB)
            .take_while(|&n| {
                !matches!(dom.tag(n), Tag::Body | Tag::Html)
                    && dom.end(n).distance(n) < self.large
                    && !self.title.is_some_and(|title| dom.contains(n, title))
            })
            .any(|n| {
                // What stands in a link with a picture or a heading is the teaser of another page.
                (dom.tag(n) == Tag::A && n != node && self.leads_away(dom, n))
                    || matches!(
                        dom.tag(n),
                        Tag::Footer | Tag::Aside | Tag::Nav | Tag::Noscript | Tag::Template
                    )
                    || (!dom.tag(n).is_heading() && dom.marked(n, FOREIGN))
            })
    }

    /// Whether the link is the teaser of another page: it has an address, much in it, and is not the article's own.
    fn leads_away(&self, dom: &Dom<'_>, link: NodeId) -> bool {
        let own = dom.attr(link, "rel").is_some_and(|rel| rel.contains("bookmark"));
        dom.end(link).distance(link) > 4
            && dom
                .attr(link, "href")
                .is_some_and(|href| !own && !href.starts_with('#') && !href.ends_with(self.path.as_str()))
    }

    /// Nodes between the title and `node`; far when there is no title.
    pub(super) fn title_distance(&self, node: NodeId) -> u32 {
        self.title.map_or(u32::MAX, |title| node.distance(title))
    }
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
