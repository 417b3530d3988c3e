//! From bytes to the flat tree.

use memchr::{memchr, memmem};

use super::{Attribute, Dom, Kind, Node, Tag};

/// Nodes kept of one page: some 6 MB. A page of a portal has a few thousand.
const MAX_NODES: usize = 250_000;
/// Attributes kept of one page.
const MAX_ATTRIBUTES: usize = 250_000;
/// Elements open at once; browsers stop nesting at the same depth.
const MAX_DEPTH: usize = 512;
/// Attributes kept of one element.
const MAX_ELEMENT_ATTRIBUTES: u8 = 48;
/// Bytes parsed: offsets stay in 32 bits and a hostile page in bounds.
const MAX_SOURCE: usize = 16 * 1024 * 1024;

struct Builder<'a> {
    source: &'a str,
    bytes: &'a [u8],
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    open: Vec<u32>,
    open_of: [u16; Tag::COUNT],
    space: bool,
    truncated: bool,
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

pub(super) fn build(source: &str) -> Dom<'_> {
    let mut end = source.len().min(MAX_SOURCE);
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let mut builder = Builder {
        source,
        bytes: source.as_bytes().get(..end).unwrap_or_default(),
        nodes: Vec::with_capacity((end / 40).min(MAX_NODES) + 1),
        attributes: Vec::with_capacity((end / 60).min(MAX_ATTRIBUTES)),
        open: vec![0],
        open_of: [0; Tag::COUNT],
        space: false,
        truncated: end < source.len(),
    };
    builder.nodes.push(Node {
        parent: 0,
        end: 0,
        from: 0,
        to: 0,
        attributes: 0,
        attribute_count: 0,
        kind: Kind::Element,
        tag: Tag::Other,
        space: false,
    });
    builder.run();
    Dom {
        source,
        nodes: builder.nodes,
        attributes: builder.attributes,
        truncated: builder.truncated,
    }
}

impl Builder<'_> {
    fn run(&mut self) {
        let (mut text, mut at) = (0, 0);
        while let Some(offset) = memchr(b'<', self.bytes.get(at..).unwrap_or_default()) {
            let open = at + offset;
            let next = self.bytes.get(open + 1).copied().unwrap_or_default();
            if next.is_ascii_alphabetic() {
                self.text(text, open, Kind::Text);
                at = self.start_tag(open + 1);
            } else if next == b'/' {
                self.text(text, open, Kind::Text);
                at = self.end_tag(open + 2);
            } else if next == b'!' || next == b'?' {
                self.text(text, open, Kind::Text);
                at = self.comment(open);
            } else {
                // A lone `<` is text.
                at = open + 1;
                continue;
            }
            text = at;
            if self.truncated && self.nodes.len() >= MAX_NODES {
                break;
            }
        }
        if text < self.bytes.len() && self.nodes.len() < MAX_NODES {
            self.text(text, self.bytes.len(), Kind::Text);
        }
        let end = small(self.nodes.len());
        for &index in &self.open {
            if let Some(node) = self.nodes.get_mut(index as usize) {
                node.end = end;
            }
        }
    }

    fn push(&mut self, node: Node) -> Option<u32> {
        if self.nodes.len() >= MAX_NODES {
            self.truncated = true;
            return None;
        }
        self.nodes.push(node);
        self.space = false;
        Some(small(self.nodes.len() - 1))
    }

    fn text(&mut self, from: usize, to: usize, kind: Kind) {
        let slice = self.bytes.get(from..to).unwrap_or_default();
        if slice.iter().all(u8::is_ascii_whitespace) {
            self.space |= !slice.is_empty();
            return;
        }
        let parent = self.open.last().copied().unwrap_or_default();
        let end = small(self.nodes.len() + 1);
        self.push(Node {
            parent,
            end,
            from: small(from),
            to: small(to),
            attributes: 0,
            attribute_count: 0,
            kind,
            tag: Tag::Text,
            space: self.space,
        });
    }

    fn comment(&mut self, open: usize) -> usize {
        let rest = self.bytes.get(open..).unwrap_or_default();
        let end = if rest.starts_with(b"<!--") {
            memmem::find(rest.get(4..).unwrap_or_default(), b"-->").map(|n| n + 7)
        } else {
            memchr(b'>', rest).map(|n| n + 1)
        };
        end.map_or(self.bytes.len(), |n| open + n)
    }

    fn start_tag(&mut self, name: usize) -> usize {
        let name_end = self.name_end(name);
        let mut lower = [0u8; 12];
        let tag = tag_of(self.bytes.get(name..name_end).unwrap_or_default(), &mut lower);
        let first_attribute = small(self.attributes.len());
        let (mut at, count) = self.element_attributes(name_end);
        let self_closing = at >= 2 && self.bytes.get(at - 2) == Some(&b'/');
        if matches!(tag, Tag::Html | Tag::Body) && self.open_of[tag as usize] > 0 {
            return at;
        }
        self.close_implied(tag);
        let parent = self.open.last().copied().unwrap_or_default();
        let node = Node {
            parent,
            end: small(self.nodes.len() + 1),
            from: small(name),
            to: small(name_end),
            attributes: first_attribute,
            attribute_count: count,
            kind: Kind::Element,
            tag,
            space: self.space,
        };
        let Some(index) = self.push(node) else {
            return at;
        };
        if tag.is_void() || (self_closing && tag == Tag::Other) {
            return at;
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(index);
            let count = &mut self.open_of[tag as usize];
            *count = count.saturating_add(1);
        } else if !tag.is_raw() {
            return at;
        }
        if tag.is_raw() {
            at = self.raw_text(tag, at);
        }
        at
    }

    fn name_end(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at) {
            if byte.is_ascii_whitespace() || byte == b'>' || byte == b'/' {
                break;
            }
            at += 1;
        }
        at
    }

    /// Reads attributes up to the tag's `>`; gives the place behind it and how many were kept.
    fn element_attributes(&mut self, mut at: usize) -> (usize, u8) {
        let mut kept = 0;
        loop {
            while self
                .bytes
                .get(at)
                .is_some_and(|b| b.is_ascii_whitespace() || *b == b'/')
            {
                at += 1;
            }
            match self.bytes.get(at) {
                None => return (at, kept),
                Some(b'>') => return (at + 1, kept),
                Some(_) => {}
            }
            let name = at;
            at += 1;
            while self
                .bytes
                .get(at)
                .is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'>' | b'/'))
            {
                at += 1;
            }
            let name_end = at;
            while self.bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            let (mut value, mut value_end) = (name_end, name_end);
            if self.bytes.get(at) == Some(&b'=') {
                at += 1;
                while self.bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                    at += 1;
                }
                (value, value_end, at) = self.value(at);
            }
            if kept < MAX_ELEMENT_ATTRIBUTES && self.attributes.len() < MAX_ATTRIBUTES {
                kept += 1;
                self.attributes.push(Attribute {
                    name: small(name),
                    name_len: u16::try_from(name_end - name).unwrap_or(u16::MAX),
                    value: small(value),
                    value_len: small(value_end - value),
                });
            }
        }
    }

    /// A value from `at`: its bounds and the place behind it.
    fn value(&self, at: usize) -> (usize, usize, usize) {
        if let Some(&quote @ (b'"' | b'\'')) = self.bytes.get(at) {
            let rest = self.bytes.get(at + 1..).unwrap_or_default();
            if let Some(n) = memchr(quote, rest) {
                return (at + 1, at + 1 + n, at + 2 + n);
            }
            // The quote never closes: the value ends with the tag.
            let n = memchr(b'>', rest).unwrap_or(rest.len());
            return (at + 1, at + 1 + n, at + 1 + n);
        }
        let mut end = at;
        while self
            .bytes
            .get(end)
            .is_some_and(|b| !b.is_ascii_whitespace() && *b != b'>')
        {
            end += 1;
        }
        (at, end, end)
    }

    fn raw_text(&mut self, tag: Tag, from: usize) -> usize {
        let name = tag.name().as_bytes();
        let mut at = from;
        let close = loop {
            let Some(n) = memmem::find(self.bytes.get(at..).unwrap_or_default(), b"</") else {
                break self.bytes.len();
            };
            let candidate = at + n;
            let after = self
                .bytes
                .get(candidate + 2..candidate + 2 + name.len())
                .unwrap_or_default();
            if after.eq_ignore_ascii_case(name) {
                break candidate;
            }
            at = candidate + 2;
        };
        let kind = if matches!(tag, Tag::Title | Tag::Textarea) {
            Kind::Text
        } else {
            Kind::Raw
        };
        self.text(from, close, kind);
        close
    }

    fn end_tag(&mut self, name: usize) -> usize {
        let name_end = self.name_end(name);
        let rest = self.bytes.get(name_end..).unwrap_or_default();
        let after = memchr(b'>', rest).map_or(self.bytes.len(), |n| name_end + n + 1);
        let written = self.bytes.get(name..name_end).unwrap_or_default();
        let mut lower = [0u8; 12];
        let tag = tag_of(written, &mut lower);
        if tag == Tag::Other {
            self.close_other(written);
        } else if self.open_of[tag as usize] > 0 && !matches!(tag, Tag::Html | Tag::Body) {
            let crosses_cells = matches!(
                tag,
                Tag::Table | Tag::Tr | Tag::Td | Tag::Th | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Head
            );
            self.close(
                |t| t == tag,
                |t| !crosses_cells && matches!(t, Tag::Td | Tag::Th | Tag::Table),
            );
        }
        after
    }

    fn close_other(&mut self, name: &[u8]) {
        if self.open_of[Tag::Other as usize] == 0 {
            return;
        }
        let found = self.open.iter().rposition(|&index| {
            self.nodes.get(index as usize).is_some_and(|node| {
                node.tag == Tag::Other
                    && index != 0
                    && self
                        .source
                        .as_bytes()
                        .get(node.from as usize..node.to as usize)
                        .is_some_and(|open| open.eq_ignore_ascii_case(name))
            })
        });
        if let Some(depth) = found {
            self.pop_to(depth);
        }
    }

    /// Closes the innermost open element that fits `wanted`, unless one that fits `stop` lies within it.
    fn close(&mut self, wanted: impl Fn(Tag) -> bool, stop: impl Fn(Tag) -> bool) {
        for depth in (1..self.open.len()).rev() {
            let tag = self.nodes[self.open[depth] as usize].tag;
            if wanted(tag) {
                self.pop_to(depth);
                return;
            }
            if stop(tag) {
                return;
            }
        }
    }

    /// Closes everything open from `depth` on.
    fn pop_to(&mut self, depth: usize) {
        let end = small(self.nodes.len());
        for index in self.open.drain(depth.max(1)..) {
            let node = &mut self.nodes[index as usize];
            node.end = end;
            let count = &mut self.open_of[node.tag as usize];
            *count = count.saturating_sub(1);
        }
    }

    fn is_open(&self, tag: Tag) -> bool {
        self.open_of[tag as usize] > 0
    }

    /// Ends what the start of `tag` ends without an end tag.
    fn close_implied(&mut self, tag: Tag) {
        if tag.ends_paragraph() && self.is_open(Tag::P) {
            self.close(
                |t| t == Tag::P,
                |t| matches!(t, Tag::Td | Tag::Th | Tag::Table | Tag::Button | Tag::Object),
            );
        }
        match tag {
            Tag::Li if self.is_open(Tag::Li) => self.close(
                |t| t == Tag::Li,
                |t| matches!(t, Tag::Ul | Tag::Ol | Tag::Menu | Tag::Td | Tag::Th | Tag::Table),
            ),
            Tag::Dt | Tag::Dd => self.close(
                |t| matches!(t, Tag::Dt | Tag::Dd),
                |t| matches!(t, Tag::Dl | Tag::Td | Tag::Th | Tag::Table | Tag::Div),
            ),
            Tag::Tr if self.is_open(Tag::Tr) => self.close(|t| t == Tag::Tr, |t| t == Tag::Table),
            Tag::Td | Tag::Th => {
                self.close(
                    |t| matches!(t, Tag::Td | Tag::Th),
                    |t| matches!(t, Tag::Tr | Tag::Table),
                );
            }
            Tag::Tbody | Tag::Thead | Tag::Tfoot => self.close(
                |t| matches!(t, Tag::Tbody | Tag::Thead | Tag::Tfoot),
                |t| t == Tag::Table,
            ),
            Tag::Option | Tag::Optgroup => self.close(|t| t == Tag::Option, |t| t == Tag::Select),
            Tag::A if self.is_open(Tag::A) => self.close(
                |t| t == Tag::A,
                |t| matches!(t, Tag::Td | Tag::Th | Tag::Table | Tag::Object),
            ),
            Tag::Body if self.is_open(Tag::Head) => self.close(|t| t == Tag::Head, |_| false),
            tag if tag.is_heading() => {
                let top = self
                    .open
                    .last()
                    .map_or(Tag::Other, |&i| self.nodes[i as usize].tag);
                if top.is_heading() {
                    self.pop_to(self.open.len() - 1);
                }
            }
            _ => {}
        }
    }
}

/// The kind of an element name as written, through a small buffer for lower case.
fn tag_of(written: &[u8], buffer: &mut [u8; 12]) -> Tag {
    let Some(lower) = buffer.get_mut(..written.len()) else {
        return Tag::Other;
    };
    lower.copy_from_slice(written);
    lower.make_ascii_lowercase();
    Tag::of(lower)
}
