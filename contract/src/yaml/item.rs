//! One value of a file while it is decoded: it knows its place, its key path, and whom to tell.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::map::Map;
use super::tree::{Node, Tree, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Place};

/// The longest text taken from a file, in characters.
pub const MAX_TEXT: usize = 1_000;

/// A value of a file. The decoding methods answer `None` after noting what is wrong.
#[derive(Debug, Clone)]
pub struct Item<'t> {
    pub(super) file: &'t Arc<Path>,
    pub(super) node: &'t Node,
    pub(super) path: String,
    pub(super) found: &'t Diagnostics,
}

impl<'t> Item<'t> {
    pub(super) const fn root(file: &'t Arc<Path>, node: &'t Node, found: &'t Diagnostics) -> Self {
        Self {
            file,
            node,
            path: String::new(),
            found,
        }
    }

    /// Where the value stands.
    #[must_use]
    pub fn place(&self) -> Place {
        Tree::place(self.file, self.node.mark)
    }

    /// Its key path, such as `portals[3].url`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same value under another key path: a row that has an id is told by it, not by its number in the list.
    #[must_use]
    pub fn named(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Notes an error here.
    pub fn error(&self, message: Message) {
        self.found
            .push(Diagnostic::error(Some(self.place()), &*self.path, message));
    }

    /// Notes an error with advice here.
    pub fn error_with(&self, message: Message, hint: impl Into<Option<Message>>) {
        let error = Diagnostic::error(Some(self.place()), &*self.path, message);
        self.found.push(error.hint(hint));
    }

    /// Notes a warning, with or without advice, here.
    pub fn warn(&self, message: Message, hint: impl Into<Option<Message>>) {
        let warning = Diagnostic::warning(Some(self.place()), &*self.path, message);
        self.found.push(warning.hint(hint));
    }

    /// Whether nothing is written (`key:`, `~`, `null`).
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.node.value, Value::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Notes that another kind of value is wanted (`want`: a key `yaml.want.…`).
    fn mismatch(&self, want: &'static str) {
        let want = Message::new(want);
        let message = match &self.node.value {
            Value::Broken => return,
            Value::List(_) => Message::new("yaml.not_a_list_here"),
            Value::Map(_) => Message::new("yaml.not_a_map_here"),
            Value::Scalar { .. } if self.is_null() => Message::new("yaml.null"),
            Value::Scalar { text, .. } => Message::new("yaml.mismatch").with("value", shortened(text)),
        };
        self.error(message.with_text("want", want));
    }

    /// A scalar that is not null, as written.
    fn scalar(&self, want: &'static str) -> Option<&'t str> {
        match &self.node.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => {
                self.mismatch(want);
                None
            }
        }
    }

    /// A text on one line: not empty, at most 1,000 characters, no control characters; in NFC.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let text: String = self.scalar("yaml.want.text")?.trim().nfc().collect();
        if text.is_empty() {
            self.error(Message::new("yaml.empty_text"));
            return None;
        }
        if text.chars().count() > MAX_TEXT {
            self.error(Message::new("yaml.long_text").with("limit", MAX_TEXT));
            return None;
        }
        if let Some(control) = text.chars().find(|c| c.is_control()) {
            self.error(Message::new("yaml.control_character").with("character", control.escape_default()));
            return None;
        }
        Some(text)
    }

    /// One text, or a list of them.
    #[must_use]
    pub fn texts(&self) -> Option<Vec<String>> {
        match &self.node.value {
            Value::List(_) => Some(self.list_of(|item| item.text())),
            _ => self.text().map(|text| vec![text]),
        }
    }

    /// `true` or `false`.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match self.scalar("yaml.want.boolean")? {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.mismatch("yaml.want.boolean");
                None
            }
        }
    }

    /// A whole number in `range`.
    #[must_use]
    pub fn integer<T>(&self, range: RangeInclusive<T>) -> Option<T>
    where
        T: TryFrom<i64> + PartialOrd + fmt::Display + Copy,
    {
        let text = self.scalar("yaml.want.integer")?;
        let Ok(number) = text.replace('_', "").parse::<i64>() else {
            self.mismatch("yaml.want.integer");
            return None;
        };
        let value = T::try_from(number).ok().filter(|value| range.contains(value));
        if value.is_none() {
            let message = Message::new("yaml.out_of_range").with("value", number);
            self.error(message.with("from", range.start()).with("to", range.end()));
        }
        value
    }

    /// One of a closed list of names; the nearest name is the hint.
    #[must_use]
    pub fn choice<T: Copy>(&self, all: &[T], name: impl Fn(T) -> &'static str) -> Option<T> {
        let text = self.scalar("yaml.want.name")?;
        let value = all.iter().copied().find(|value| name(*value) == text);
        if value.is_none() {
            let names: Vec<&str> = all.iter().map(|value| name(*value)).collect();
            self.unknown_name(text, &names);
        }
        value
    }

    /// Notes that `text` is none of `names`.
    pub fn unknown_name(&self, text: &str, names: &[&str]) {
        let message = Message::new("yaml.unknown_name").with("value", shortened(text));
        self.error_with(message.with("names", listed(names)), nearest(text, names));
    }

    /// Notes that `text` names nothing that is there, in the words of `key` (`{value}`); the nearest of `names` is
    /// the hint.
    pub fn unknown_reference(&self, key: &'static str, text: &str, names: &[&str]) {
        self.error_with(
            Message::new(key).with("value", shortened(text)),
            nearest(text, names),
        );
    }

    /// Anything that parses from text; `want` is a key `yaml.want.…` (or of another file of the catalogue) that
    /// says what is wanted, with an example.
    #[must_use]
    pub fn parse<T: FromStr>(&self, want: &'static str) -> Option<T> {
        self.parse_with(want, |text| text.parse().ok())
    }

    /// The same with a parser of the caller's.
    #[must_use]
    pub fn parse_with<T>(&self, want: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = parse(self.scalar(want)?.trim());
        if value.is_none() {
            self.mismatch(want);
        }
        value
    }

    /// The values of a list.
    #[must_use]
    pub fn list(&self) -> Option<Vec<Self>> {
        let Value::List(nodes) = &self.node.value else {
            self.mismatch("yaml.want.list");
            return None;
        };
        let item = |(n, node)| self.child(node, format!("{}[{n}]", self.path));
        Some(nodes.iter().enumerate().map(item).collect())
    }

    /// The list's values that `decode` accepts; what it refuses is noted and left out.
    #[must_use]
    pub fn list_of<T>(&self, decode: impl FnMut(Self) -> Option<T>) -> Vec<T> {
        self.list().into_iter().flatten().filter_map(decode).collect()
    }

    /// A mapping with known keys.
    #[must_use]
    pub fn map(&self) -> Option<Map<'t>> {
        let Value::Map(entries) = &self.node.value else {
            self.mismatch("yaml.want.map");
            return None;
        };
        Some(Map::new(self.clone(), entries))
    }

    /// A mapping whose keys are data: each key and its value.
    #[must_use]
    pub fn entries(&self) -> Option<Vec<(String, Self)>> {
        let Value::Map(entries) = &self.node.value else {
            self.mismatch("yaml.want.map");
            return None;
        };
        let item = |entry: &'t super::tree::Entry| {
            let path = joined(&self.path, &entry.key);
            (entry.key.clone(), self.child(&entry.value, path))
        };
        Some(entries.iter().map(item).collect())
    }

    pub(super) fn child(&self, node: &'t Node, path: String) -> Self {
        Self {
            file: self.file,
            node,
            path,
            found: self.found,
        }
    }
}

/// `path.key`, or the key alone at the top.
pub(super) fn joined(path: &str, key: &str) -> String {
    let key = shortened(key);
    if path.is_empty() {
        key
    } else {
        format!("{path}.{key}")
    }
}

/// A value fit for a message: one line, not endless.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    let line: String = text.chars().take(MOST).flat_map(visible).collect();
    if text.chars().nth(MOST).is_some() {
        format!("{line}…")
    } else {
        line
    }
}

/// Control characters (a terminal would obey them) as escapes, all others as they are.
fn visible(c: char) -> Vec<char> {
    if c.is_control() {
        c.escape_default().collect()
    } else {
        vec![c]
    }
}

/// `a, b, c`, the first dozen.
fn listed(names: &[&str]) -> String {
    const MOST: usize = 12;
    let mut text = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        text.push_str(", …");
    }
    text
}

/// A hint with the name that was probably meant, if one is near.
fn nearest(text: &str, names: &[&str]) -> Option<Message> {
    nearest_name(text, names).map(|name| Message::new("yaml.nearest").with("name", name))
}

/// The name that was probably meant by `text`, if one is near.
pub(super) fn nearest_name<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    let fold = |text: &str| text.trim().to_lowercase().replace(['-', ' '], "_");
    let text = fold(text);
    let distance = |name: &str| strsim::damerau_levenshtein(&text, &fold(name));
    let (far, name) = names
        .iter()
        .map(|name| (distance(name), *name))
        .min_by_key(|(far, _)| *far)?;
    let bound = (text.chars().count() / 3).max(1);
    (far <= bound).then_some(name)
}
