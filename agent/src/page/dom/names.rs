//! Classes and ids looked up once: pages repeat few names on many elements.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::{Dom, NodeId, text::holds};

/// Word sets that are sought together, at most.
const MAX_SETS: usize = 8;

/// Names remembered of one page: the bound keeps names made to collide harmless.
const MAX_REMEMBERED: usize = 1_024;

/// FNV-1a: names are short, and a keyed hash would cost more than the look-up.
#[derive(Debug)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Which of some sets of words the class or id of an element holds, remembered by name.
#[derive(Debug)]
pub struct Names<'a> {
    sets: &'static [&'static [&'static str]],
    seen: HashMap<&'a str, u8, BuildHasherDefault<Fnv>>,
}

impl<'a> Names<'a> {
    /// Seeks the words of `sets` (ASCII lower case; at most eight sets).
    #[must_use]
    pub fn new(sets: &'static [&'static [&'static str]]) -> Self {
        Self {
            sets: sets.get(..MAX_SETS).unwrap_or(sets),
            seen: HashMap::default(),
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
                bits |= match self.seen.get(value) {
                    Some(known) => *known,
                    None => {
                        let found = look_up(sets, value);
                        if self.seen.len() < MAX_REMEMBERED {
                            self.seen.insert(value, found);
                        }
                        found
                    }
                };
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
