//! The page as a flat tree in document order: one parse, shared by every extractor.
//!
//! Nodes stand in preorder, so a subtree is a contiguous range and every walk is a loop: no recursion, no stack to
//! overflow. Texts are slices of the source, with entities decoded when read. The parser follows HTML where
//! pages depend on it (void elements, raw text, implied ends, depth cap) and is bounded in nodes and depth.

mod build;
mod entity;
mod names;
mod tag;
mod text;

pub use entity::decode_entities;
pub use names::Names;
pub use tag::Tag;
pub(crate) use text::holds;

/// Where a node stands in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The root: an imaginary element around everything.
    pub const ROOT: Self = Self(0);

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    /// How many nodes lie between two places.
    #[must_use]
    pub const fn distance(self, other: Self) -> u32 {
        self.0.abs_diff(other.0)
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Element,
    /// Text with entities.
    Text,
    /// The content of a script or a style: never text of the page.
    Raw,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    parent: u32,
    /// One past the last node of the subtree.
    end: u32,
    /// The element's name, or the text, in the source.
    from: u32,
    to: u32,
    /// The first attribute.
    attributes: u32,
    attribute_count: u8,
    kind: Kind,
    tag: Tag,
    /// White space stood before this node.
    space: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    name: u32,
    name_len: u16,
    value: u32,
    value_len: u32,
}

/// A parsed page.
#[derive(Debug)]
pub struct Dom<'a> {
    source: &'a str,
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    truncated: bool,
}

impl<'a> Dom<'a> {
    /// Parses `source`. Never fails: anything is a page; what exceeds the bounds is left out and said so.
    #[must_use]
    pub fn parse(source: &'a str) -> Self {
        build::build(source)
    }

    /// Whether nodes were left out because the page has too many.
    #[must_use]
    pub const fn truncated(&self) -> bool {
        self.truncated
    }

    /// Whether the page begins with a document type.
    #[must_use]
    pub fn starts_with_doctype(&self) -> bool {
        let head = self
            .source
            .trim_start_matches(['\u{FEFF}', ' ', '\n', '\r', '\t']);
        head.get(..9).is_some_and(|h| h.eq_ignore_ascii_case("<!doctype"))
    }

    /// How many nodes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the page has no element and no text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.nodes.len() <= 1
    }

    fn node(&self, id: NodeId) -> &Node {
        // Ids come from this tree alone; the root stands in for a foreign one.
        self.nodes.get(id.index()).unwrap_or(&self.nodes[0])
    }

    /// The element's kind; [`Tag::Text`] for texts.
    #[must_use]
    pub fn tag(&self, id: NodeId) -> Tag {
        self.node(id).tag
    }

    /// Whether the node is a text of the page.
    #[must_use]
    pub fn is_text(&self, id: NodeId) -> bool {
        self.node(id).kind == Kind::Text
    }

    /// Whether the node is an element.
    #[must_use]
    pub fn is_element(&self, id: NodeId) -> bool {
        self.node(id).kind == Kind::Element
    }

    /// The element's name as written, or the source of the text.
    #[must_use]
    pub fn raw(&self, id: NodeId) -> &'a str {
        let node = self.node(id);
        self.source
            .get(node.from as usize..node.to as usize)
            .unwrap_or_default()
    }

    /// The enclosing element; the root for the root.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> NodeId {
        NodeId(self.node(id).parent)
    }

    /// One past the subtree's last node: where the next sibling would stand.
    #[must_use]
    pub fn end(&self, id: NodeId) -> NodeId {
        NodeId(self.node(id).end)
    }

    /// Whether `inner` lies in the subtree of `outer` (or is it).
    #[must_use]
    pub fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        outer <= inner && inner < self.end(outer)
    }

    /// Every node in document order.
    pub fn all(&self) -> impl Iterator<Item = NodeId> + use<> {
        (1..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// The nodes below `id` in document order, without `id`.
    pub fn descendants(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        (id.0 + 1..self.node(id).end).map(NodeId)
    }

    /// The nodes from `from` up to `until`, without `until`.
    pub fn range(&self, from: NodeId, until: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        (from.0..until.0.min(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX))).map(NodeId)
    }

    /// The direct children in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(id).end;
        let mut next = id.0 + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = NodeId(next);
                next = self.node(child).end.max(next + 1);
                child
            })
        })
    }

    /// The enclosing elements from the parent outwards, without the root.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut next = self.parent(id);
        std::iter::from_fn(move || {
            (next != NodeId::ROOT).then(|| {
                let found = next;
                next = self.parent(next);
                found
            })
        })
    }

    /// The first element of `tag` below `id`.
    #[must_use]
    pub fn find(&self, id: NodeId, tag: Tag) -> Option<NodeId> {
        self.descendants(id).find(|&node| self.tag(node) == tag)
    }

    /// The names and values of an element's attributes, as written.
    pub fn attributes(&self, id: NodeId) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        let node = self.node(id);
        let from = node.attributes as usize;
        let to = from + usize::from(node.attribute_count);
        self.attributes.get(from..to).unwrap_or_default().iter().map(|a| {
            let name = a.name as usize..a.name as usize + usize::from(a.name_len);
            let value = a.value as usize..a.value as usize + a.value_len as usize;
            (
                self.source.get(name).unwrap_or_default(),
                self.source.get(value).unwrap_or_default(),
            )
        })
    }

    /// Whether the element has attributes.
    #[must_use]
    pub fn has_attributes(&self, id: NodeId) -> bool {
        self.node(id).attribute_count > 0
    }

    /// The value of an attribute as written (entities not decoded); `name` in lower case.
    #[must_use]
    pub fn attr(&self, id: NodeId, name: &str) -> Option<&'a str> {
        self.attributes(id)
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The value of an attribute with entities decoded and white space trimmed.
    #[must_use]
    pub fn attr_text(&self, id: NodeId, name: &str) -> Option<std::borrow::Cow<'a, str>> {
        self.attr(id, name).map(|value| decode_entities(value.trim()))
    }
}

#[cfg(test)]
mod tests;
