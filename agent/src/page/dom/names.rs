//! Classes and ids looked up once: pages repeat few names on many elements.

use std::collections::HashMap;

use super::{Dom, NodeId, text::holds};

/// Word sets that are sought together, at most.
const MAX_SETS: usize = 8;

/// Which of some sets of words the class or id of an element holds, remembered by name.
#[derive(Debug)]
pub struct Names<'a> {
    sets: &'static [&'static [&'static str]],
    seen: HashMap<&'a str, u8>,
}

impl<'a> Names<'a> {
    /// Seeks the words of `sets` (ASCII lower case; at most eight sets).
    #[must_use]
    pub fn new(sets: &'static [&'static [&'static str]]) -> Self {
        Self {
            sets: sets.get(..MAX_SETS).unwrap_or(sets),
            seen: HashMap::new(),
        }
    }

    /// A bit for each set of which the element's class or id holds a word.
    pub fn of(&mut self, dom: &Dom<'a>, node: NodeId) -> u8 {
        let mut bits = 0;
        for (name, value) in dom.attributes(node) {
            if matches!(name.len(), 2 | 5)
                && (name.eq_ignore_ascii_case("class") || name.eq_ignore_ascii_case("id"))
                && !value.is_empty()
            {
                let sets = self.sets;
                bits |= *self.seen.entry(value).or_insert_with(|| look_up(sets, value));
            }
        }
        bits
    }
}

fn look_up(sets: &[&[&str]], value: &str) -> u8 {
    let mut bits = 0;
    for (place, words) in sets.iter().enumerate() {
        if words.iter().any(|word| holds(value, word)) {
            bits |= 1 << place;
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::dom::Tag;

    #[test]
    fn each_set_has_its_bit() {
        let dom = Dom::parse("<p class='Top-Menu big' id=x></p><p id=footer></p><p class=menu></p>");
        let mut names = Names::new(&[&["menu"], &["foot", "big"]]);
        let bits: Vec<u8> = dom
            .all()
            .filter(|&n| dom.tag(n) == Tag::P)
            .map(|n| names.of(&dom, n))
            .collect();
        assert_eq!(bits, [0b11, 0b10, 0b01]);
    }
}
