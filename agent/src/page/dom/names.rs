//! Classes and ids looked up once: pages repeat few names on many elements.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::{Dom, NodeId};

/// Word sets that are sought together, at most.
const MAX_SETS: usize = 8;

/// Names remembered of one page: the bound keeps names made to collide harmless.
const MAX_REMEMBERED: usize = 1_024;

/// Letters that a word may begin with.
const LETTERS: usize = 26;

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
    /// The words by their first letter, each with the bit of its set: one pass over a name meets them all.
    words: [Vec<(&'static [u8], u8)>; LETTERS],
    seen: HashMap<&'a str, u8, BuildHasherDefault<Fnv>>,
}

impl<'a> Names<'a> {
    /// Seeks the words of `sets` (beginning with a lower-case ASCII letter; at most eight sets).
    #[must_use]
    pub fn new(sets: &[&[&'static str]]) -> Self {
        let mut words: [Vec<(&'static [u8], u8)>; LETTERS] = Default::default();
        for (place, set) in sets.iter().take(MAX_SETS).enumerate() {
            for word in *set {
                let under = letter(word.bytes().next()).and_then(|at| words.get_mut(at));
                debug_assert!(under.is_some(), "{word:?} begins with no letter");
                under
                    .into_iter()
                    .for_each(|under| under.push((word.as_bytes(), 1 << place)));
            }
        }
        Self {
            words,
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
                bits |= match self.seen.get(value) {
                    Some(known) => *known,
                    None => {
                        let found = look_up(&self.words, value);
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

/// The place of a letter in the alphabet, case ignored.
fn letter(byte: Option<u8>) -> Option<usize> {
    byte.filter(u8::is_ascii_alphabetic)
        .map(|byte| usize::from(byte.to_ascii_lowercase() - b'a'))
}

fn look_up(words: &[Vec<(&[u8], u8)>; LETTERS], name: &str) -> u8 {
    let mut bits = 0;
    let mut rest = name.as_bytes();
    while let Some(&first) = rest.first() {
        let under = letter(Some(first)).and_then(|at| words.get(at));
        for (word, bit) in under.into_iter().flatten() {
            let here = rest.get(..word.len());
            if bits & bit == 0 && here.is_some_and(|here| here.eq_ignore_ascii_case(word)) {
                bits |= bit;
            }
        }
        rest = rest.get(1..).unwrap_or_default();
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
    #[test]
    fn a_word_is_met_anywhere_in_a_name_whatever_its_case() {
        let dom = Dom::parse(
            "<p class='Menutop-xmenu'></p><p class='m-e'></p><p class='ĐMENU'></p><p class='men'></p>",
        );
        let mut names = Names::new(&[&["menu"], &["m-e", "top"]]);
        let paragraphs = dom.all().filter(|&n| dom.tag(n) == Tag::P);
        let bits: Vec<u8> = paragraphs.map(|n| names.of(&dom, n)).collect();
        assert_eq!(bits, [0b11, 0b10, 0b01, 0]);
    }
}
