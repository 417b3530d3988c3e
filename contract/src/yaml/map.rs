//! A mapping with known keys: asked for key by key, then [`Map::finish`]ed, which refuses the rest.

use std::collections::HashMap;

use super::item::{Item, joined, nearest_name, shortened};
use super::tree::{Entry, Tree};
use crate::diagnostic::{Diagnostic, Message};

/// A mapping while it is decoded.
#[derive(Debug)]
#[must_use = "call `finish` so that unknown keys are refused"]
pub struct Map<'t> {
    item: Item<'t>,
    entries: &'t [Entry],
    index: HashMap<&'t str, usize>,
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'t> Map<'t> {
    pub(super) fn new(item: Item<'t>, entries: &'t [Entry]) -> Self {
        let index = entries
            .iter()
            .enumerate()
            .map(|(n, entry)| (entry.key.as_str(), n))
            .collect();
        Self {
            item,
            entries,
            index,
            known: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// The mapping itself, for messages about it as a whole.
    #[must_use]
    pub const fn item(&self) -> &Item<'t> {
        &self.item
    }

    /// The value of `key`, if it is there. Asking makes the key a known one. A key without a value
    /// (`contact:`) counts as not there.
    pub fn get(&mut self, key: &'static str) -> Option<Item<'t>> {
        self.known.push(key);
        let entry = &self.entries[*self.index.get(key)?];
        let value = self.item.child(&entry.value, joined(&self.item.path, key));
        (!value.is_null()).then_some(value)
    }

    /// The value of `key` as `decode` reads it; `None` when it is absent, or wrong (which is noted).
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        decode: impl FnOnce(&Item<'t>) -> Option<T>,
    ) -> Option<T> {
        self.get(key).and_then(|item| decode(&item))
    }

    /// The same for a key that must be there: its absence is noted.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        decode: impl FnOnce(&Item<'t>) -> Option<T>,
    ) -> Option<T> {
        let Some(value) = self.get(key) else {
            self.missing(key);
            return None;
        };
        decode(&value)
    }

    /// The same for a key that must be written but may hold nothing (`null`): `Some(None)` says "none" on purpose.
    pub fn nullable<T>(
        &mut self,
        key: &'static str,
        decode: impl FnOnce(&Item<'t>) -> Option<T>,
    ) -> Option<Option<T>> {
        if !self.index.contains_key(key) {
            self.known.push(key);
            self.missing(key);
            return None;
        }
        match self.get(key) {
            None => Some(None),
            Some(value) => decode(&value).map(Some),
        }
    }

    /// Notes that `key` is missing; said by [`Map::finish`], unless an unknown key was meant to be it.
    pub fn missing(&mut self, key: &'static str) {
        self.missing.push(key);
    }

    /// Refuses the keys that were never asked for, and says which are missing.
    pub fn finish(mut self) {
        for entry in self.entries {
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            let place = Tree::place(self.item.file, entry.mark);
            let message = Message::new("yaml.unknown_key").with("key", shortened(&entry.key));
            let hint = match nearest_name(&entry.key, &self.known) {
                Some(name) => {
                    self.missing.retain(|missing| *missing != name);
                    Message::new("yaml.nearest").with("name", name)
                }
                None => {
                    let mut names = self.known.clone();
                    names.sort_unstable();
                    names.dedup();
                    Message::new("yaml.known_keys").with("names", names.join(", "))
                }
            };
            let error = Diagnostic::error(Some(place), joined(&self.item.path, &entry.key), message);
            self.item.found.push(error.hint(hint));
        }
        for key in &self.missing {
            self.item.error(Message::new("yaml.missing").with("key", key));
        }
    }
}
