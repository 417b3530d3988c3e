//! The lines of an item: what is read together, apart from the title.

use super::blocks::Container;
use super::label::stands_alone;
use crate::page::dates::scan;
use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag};

/// Bytes of one item that are read.
const MAX_BYTES: usize = 6_000;
/// Lines of one item.
const MAX_LINES: usize = 80;

/// One line of an item.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    /// The first node of the line, for the evidence.
    pub(super) node: NodeId,
    /// The line is (a part of) the title.
    pub(super) title: bool,
    /// The heading of its column, in a table.
    pub(super) column: Option<String>,
    /// The line is a `<time>` with a machine's stamp.
    pub(super) stamp: Option<String>,
}

/// Splits an item into lines at blocks, cells, line breaks and the borders of its title link.
pub(super) fn of(document: &Document<'_>, item: Container) -> Vec<Line> {
    let dom = &document.dom;
    let Container {
        element,
        title,
        loose,
    } = item;
    let columns = columns(document, element);
    let mut lines: Vec<Line> = Vec::new();
    let mut key = (NodeId::ROOT, false, 0u32);
    let (mut breaks, mut bytes, mut cell) = (0u32, 0usize, 0usize);
    let mut hidden_until = NodeId::ROOT;
    let leads = loose.filter(|(from, _)| *from < element);
    let follows = loose.filter(|(from, _)| *from > element);
    let range = |place: Option<(NodeId, NodeId)>| place.into_iter().flat_map(|(a, b)| dom.range(a, b));
    for node in range(leads)
        .chain(dom.range(element, dom.end(element)))
        .chain(range(follows))
    {
        if node < hidden_until {
            continue;
        }
        if dom.tag(node).is_hidden() {
            hidden_until = dom.end(node);
            continue;
        }
        match dom.tag(node) {
            Tag::Br => breaks += 1,
            Tag::Td | Tag::Th => cell += 1,
            Tag::Time => breaks += 1,
            _ => {}
        }
        if !dom.is_text(node) || bytes > MAX_BYTES || lines.len() >= MAX_LINES {
            continue;
        }
        let in_title = title.is_some_and(|t| dom.contains(t, node));
        let own_element = dom.parent(node);
        let block = dom
            .ancestors(node)
            .find(|&n| !dom.tag(n).is_inline() || n == element)
            .unwrap_or(element);
        // Within the title link only spans of their own stand apart from the title (a date in a `<span>`), and in a
        // card that is one link the blocks that hold a date and nothing else.
        let in_span = matches!(
            dom.tag(own_element),
            Tag::Span | Tag::I | Tag::Small | Tag::Em | Tag::Time
        );
        let apart = in_title
            && title != Some(own_element)
            && (in_span || (title.is_some_and(|t| dom.contains(t, block)) && is_date(&dom.text(block, 81))));
        let time = dom.ancestors(node).take(2).find(|&n| dom.tag(n) == Tag::Time);
        let own_key = (
            if apart { own_element } else { time.unwrap_or(block) },
            in_title && !apart,
            breaks,
        );
        let mut text = std::mem::take(&mut String::new());
        dom.text_into(node, MAX_BYTES, &mut text);
        bytes += text.len();
        if text.is_empty() {
            continue;
        }
        match lines.last_mut() {
            Some(last) if key == own_key => {
                last.text.push(' ');
                last.text.push_str(&text);
            }
            _ => {
                key = own_key;
                lines.push(Line {
                    text,
                    node,
                    title: in_title && !apart,
                    column: cell.checked_sub(1).and_then(|c| columns.get(c)).cloned(),
                    stamp: time
                        .and_then(|t| dom.attr_text(t, "datetime"))
                        .map(std::borrow::Cow::into_owned),
                });
            }
        }
    }
    lines
}

/// A short text that is a date with its usual company.
fn is_date(text: &str) -> bool {
    let found = scan(text);
    let Some((first, last)) = found.first().zip(found.last()) else {
        return false;
    };
    let (before, after) = (text.get(..first.span.start), text.get(last.span.end..));
    text.len() <= 80
        && stands_alone(&format!(
            "{} {}",
            before.unwrap_or_default(),
            after.unwrap_or_default()
        ))
}

/// The headings of the columns of the table that an item is a row of.
fn columns(document: &Document<'_>, element: NodeId) -> Vec<String> {
    let dom = &document.dom;
    if dom.tag(element) != Tag::Tr {
        return Vec::new();
    }
    let Some(table) = dom.ancestors(element).take(3).find(|&n| dom.tag(n) == Tag::Table) else {
        return Vec::new();
    };
    let Some(head) = dom
        .descendants(table)
        .take(60)
        .find(|&n| dom.tag(n) == Tag::Tr)
        .filter(|&row| row != element)
    else {
        return Vec::new();
    };
    let cells: Vec<NodeId> = dom
        .children(head)
        .filter(|&n| matches!(dom.tag(n), Tag::Th | Tag::Td))
        .take(20)
        .collect();
    let names: Vec<String> = cells.iter().map(|&c| dom.text(c, 80)).collect();
    // A first row of cells is a head only if it reads like one.
    let is_head = cells.iter().any(|&c| dom.tag(c) == Tag::Th)
        || names
            .iter()
            .all(|n| n.len() <= 40 && !n.chars().any(|c| c.is_ascii_digit()));
    if is_head { names } else { Vec::new() }
}
