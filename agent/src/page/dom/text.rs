//! Reading texts of the tree, and naming places in it.

use super::{Dom, Kind, NodeId, Tag, entity};

impl Dom<'_> {
    /// The visible text below `id`, white space collapsed, at most `limit` bytes (cut at a character).
    #[must_use]
    pub fn text(&self, id: NodeId, limit: usize) -> String {
        let mut out = String::new();
        self.text_into(id, limit, &mut out);
        out
    }

    /// As [`Dom::text`], appended to `out`; `limit` counts what `out` held before.
    pub fn text_into(&self, id: NodeId, limit: usize, out: &mut String) {
        let end = self.node(id).end;
        let mut at = if self.is_element(id) { id.0 + 1 } else { id.0 };
        let mut blocks: Vec<u32> = Vec::new();
        let mut gap = !out.is_empty();
        // Thousands of empty elements give no text: the walk is bounded as well as the result.
        let mut steps = limit.saturating_mul(2).saturating_add(256);
        while at < end && out.len() < limit && steps > 0 {
            steps -= 1;
            while blocks.last().is_some_and(|&block| block <= at) {
                blocks.pop();
                gap = true;
            }
            let node = self.node(NodeId(at));
            gap |= node.space;
            match node.kind {
                Kind::Element if node.tag.is_hidden() && at != id.0 => {
                    at = node.end.max(at + 1);
                    continue;
                }
                Kind::Element => {
                    if !node.tag.is_inline() {
                        gap = true;
                        if node.end > at + 1 {
                            blocks.push(node.end);
                        }
                    }
                }
                Kind::Text => entity::append_collapsed(self.raw(NodeId(at)), &mut gap, out),
                Kind::Raw => {}
            }
            at += 1;
        }
        if out.len() > limit {
            let mut cut = limit;
            while !out.is_char_boundary(cut) {
                cut -= 1;
            }
            out.truncate(cut);
        }
    }

    /// The text of one text node, white space collapsed and trimmed.
    #[must_use]
    pub fn own_text(&self, id: NodeId) -> String {
        let mut out = String::new();
        entity::append_collapsed(self.raw(id), &mut false, &mut out);
        out
    }

    /// The content of a script or a style.
    #[must_use]
    pub fn script(&self, id: NodeId) -> &str {
        self.children(id).next().map_or("", |child| self.raw(child))
    }

    /// Whether `class` or `id` of the element holds `word` as a part (ASCII case ignored).
    #[must_use]
    pub fn marked(&self, id: NodeId, words: &[&str]) -> bool {
        self.attributes(id)
            .filter(|(name, _)| name.eq_ignore_ascii_case("class") || name.eq_ignore_ascii_case("id"))
            .any(|(_, value)| words.iter().any(|word| holds(value, word)))
    }

    /// A short CSS path to the node: from the nearest id, at most five steps.
    #[must_use]
    pub fn selector(&self, id: NodeId) -> String {
        let mut steps: Vec<String> = Vec::new();
        let start = if self.is_element(id) { id } else { self.parent(id) };
        for node in std::iter::once(start).chain(self.ancestors(start)).take(5) {
            let name = match self.tag(node) {
                Tag::Other => self.raw(node).to_ascii_lowercase(),
                tag => tag.name().to_owned(),
            };
            let plain = |value: &str| value.len() <= 40 && !value.contains(['"', '<', '&']);
            if let Some(mark) = self.attr(node, "id").filter(|v| !v.is_empty() && plain(v)) {
                steps.push(format!("{name}#{mark}"));
                break;
            }
            match self
                .attr(node, "class")
                .and_then(|v| v.split_ascii_whitespace().next())
                .filter(|v| plain(v))
            {
                Some(class) => steps.push(format!("{name}.{class}")),
                None => steps.push(name),
            }
            if matches!(self.tag(node), Tag::Body | Tag::Html) {
                break;
            }
        }
        steps.reverse();
        steps.join(" > ")
    }
}

/// Whether `text` holds `word` (ASCII, lower case), case ignored.
pub(crate) fn holds(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let (Some(&first), Some(last_start)) = (word.first(), text.len().checked_sub(word.len())) else {
        return false;
    };
    let starts = text.get(..=last_start).unwrap_or_default();
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), starts).any(|at| {
        text.get(at..at + word.len())
            .is_some_and(|piece| piece.eq_ignore_ascii_case(word))
    })
}
