//! Flat lists: titles and their dates as siblings, without an element around each pair (`<tr>` title, `<tr>` date;
//! `<a>title</a> <i>(date)</i><br>`). What lies between two titles belongs to the one before, or to the one after where
//! the dates lead.

use crate::page::dates::scan_first;
use crate::page::dom::{Dom, NodeId};

use super::blocks::Container;

/// Nodes between two titles that are read.
const MAX_GAP: u32 = 40;
/// Bytes between two titles that are read.
const MAX_BYTES: usize = 600;

/// Gives every title of a flat list what lies loose beside it. Lists whose items hold dates of their own stay as they are,
/// and so do lists of which nothing tells whether the dates lead or follow.
pub(super) fn join(dom: &Dom<'_>, containers: &mut [Container]) {
    let mut at = 0;
    while at < containers.len() {
        let parent = dom.parent(containers[at].element);
        let length = containers[at..]
            .iter()
            .take_while(|c| dom.parent(c.element) == parent)
            .count();
        if length >= 2 {
            join_siblings(dom, parent, &mut containers[at..at + length]);
        }
        at += length;
    }
}

fn join_siblings(dom: &Dom<'_>, parent: NodeId, items: &mut [Container]) {
    let own = items
        .iter()
        .filter(|c| scan_first(&dom.text(c.element, MAX_BYTES)).is_some())
        .count();
    if own * 2 >= items.len() {
        return;
    }
    let mut gaps: Vec<Option<(NodeId, NodeId)>> = Vec::with_capacity(items.len() + 1);
    let mut from = None;
    for item in items.iter() {
        gaps.push(before(dom, parent, from, item.element));
        from = Some(dom.end(item.element));
    }
    gaps.push(from.and_then(|from| after(dom, parent, from)));
    let dated: Vec<bool> = gaps.iter().map(|g| g.is_some_and(|g| has_date(dom, g))).collect();
    let inner = dated.get(1..items.len()).unwrap_or_default();
    if inner.iter().filter(|d| **d).count() * 2 <= inner.len() {
        return;
    }
    let shift = match (dated.first(), dated.last()) {
        (Some(true), Some(false)) => 0,
        (Some(false), Some(true)) => 1,
        _ => return,
    };
    for (n, item) in items.iter_mut().enumerate() {
        item.loose = gaps.get(n + shift).copied().flatten();
    }
}

/// The siblings between `from` and `until`; before the first title the last few of them.
fn before(dom: &Dom<'_>, parent: NodeId, from: Option<NodeId>, until: NodeId) -> Option<(NodeId, NodeId)> {
    if let Some(from) = from {
        return (from < until && until.distance(from) <= MAX_GAP).then_some((from, until));
    }
    let last: Vec<NodeId> = dom.children(parent).take_while(|n| *n < until).collect();
    let first = last
        .iter()
        .rev()
        .take_while(|n| until.distance(**n) <= MAX_GAP / 4 && !dom.tag(**n).is_heading())
        .last()?;
    Some((*first, until))
}

/// The siblings after the last title, up to the next heading.
fn after(dom: &Dom<'_>, parent: NodeId, from: NodeId) -> Option<(NodeId, NodeId)> {
    let last = dom
        .children(parent)
        .skip_while(|n| *n < from)
        .take_while(|n| n.distance(from) <= MAX_GAP / 4 && !dom.tag(*n).is_heading())
        .last()?;
    Some((from, dom.end(last)))
}

fn has_date(dom: &Dom<'_>, (from, until): (NodeId, NodeId)) -> bool {
    let mut text = String::new();
    for node in dom.range(from, until) {
        if text.len() > MAX_BYTES {
            break;
        }
        if dom.is_text(node) {
            text.push(' ');
            dom.text_into(node, MAX_BYTES, &mut text);
        }
    }
    scan_first(&text).is_some()
}
