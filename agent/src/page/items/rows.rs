//! Lists without title links: rows of tables and repeated elements that hold a date each (questions in accordions,
//! schedules, hand-made lists).

use crate::page::dates::scan_first;
use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag};
use crate::page::region::{Region, Regions};

use super::MAX_ITEMS;
use super::blocks::{Block, Blocks, Container, heading_of};

/// Children of one element that are looked at.
const MAX_CHILDREN: usize = 400;

/// Finds lists among the children of one element: at least two alike, most of them with a date and some words.
pub(super) fn find(document: &Document<'_>, regions: &Regions, blocks: &Blocks) -> Vec<Block> {
    let dom = &document.dom;
    let mut found: Vec<Block> = Vec::new();
    let mut covered = NodeId::ROOT;
    for node in dom.all().filter(|&n| dom.is_element(n)) {
        if node < covered || regions.of(node) != Region::Main || found.len() >= 100 {
            continue;
        }
        if !matches!(
            dom.tag(node),
            Tag::Tbody | Tag::Table | Tag::Ul | Tag::Ol | Tag::Div | Tag::Section | Tag::Dl | Tag::Other
        ) {
            continue;
        }
        let mut items = Vec::new();
        let mut signature = None;
        let mut alike = 0usize;
        for child in dom.children(node).take(MAX_CHILDREN) {
            if !matches!(
                dom.tag(child),
                Tag::Tr | Tag::Li | Tag::Div | Tag::Article | Tag::Dl | Tag::P | Tag::Details | Tag::Other
            ) {
                continue;
            }
            let own = (
                dom.tag(child),
                dom.attr(child, "class")
                    .and_then(|c| c.split_ascii_whitespace().next()),
            );
            match signature {
                None => signature = Some(own),
                Some(first) if first != own && dom.tag(child) != Tag::Tr => continue,
                Some(_) => {}
            }
            alike += 1;
            let text = dom.text(child, 1_200);
            if text.len() >= 20
                && text.len() < 1_200
                && scan_first(&text).is_some()
                && items.len() < MAX_ITEMS
            {
                items.push(Container {
                    element: child,
                    title: None,
                    loose: None,
                });
            }
        }
        if items.len() >= 2 && items.len() * 3 >= alike {
            covered = dom.end(node);
            found.push(Block {
                heading: heading_of(dom, &blocks.headings, node),
                region: Region::Main,
                items,
            });
        }
    }
    found
}
