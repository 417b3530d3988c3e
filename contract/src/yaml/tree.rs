//! A YAML document as a tree whose nodes know where they stand.

use std::path::Path;
use std::sync::Arc;

use super::item::Item;
use crate::diagnostic::{Diagnostics, Place};

/// A place within one file; both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// One value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub(super) mark: Mark,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Text; `plain` when it stood without quotes, so that it may mean a number, a boolean or nothing.
    Scalar { text: String, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
    /// Something already complained of: decoding it says nothing more.
    Broken,
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) mark: Mark,
    pub(super) value: Node,
}

impl Node {
    /// Nodes in this subtree, itself included.
    pub(super) fn size(&self) -> usize {
        match &self.value {
            Value::Scalar { .. } | Value::Broken => 1,
            Value::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Value::Map(entries) => 1 + entries.iter().map(|entry| entry.value.size()).sum::<usize>(),
        }
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    pub(super) file: Arc<Path>,
    pub(super) root: Node,
    pub(super) whole: bool,
}

impl Tree {
    /// The top of the document, to be decoded; what is wrong with it goes to `found`.
    #[must_use]
    pub fn root<'t>(&'t self, found: &'t Diagnostics) -> Item<'t> {
        Item::root(&self.file, &self.root, found)
    }

    /// Whether the whole file was understood. If not, list items with broken syntax are missing from the tree
    /// (each with its error), and what refers to them must not be called unknown.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// Where something of this file stands.
    pub(super) fn place(file: &Arc<Path>, mark: Mark) -> Place {
        Place {
            file: Arc::clone(file),
            line: mark.line,
            column: mark.column,
        }
    }
}
