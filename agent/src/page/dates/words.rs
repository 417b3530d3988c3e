//! A cursor over the text that reads numbers and folded words.

use crate::page::plain::{base_letter, is_letter};

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// A folded word of bounded length; longer words are no word of a date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    bytes: [u8; 32],
    len: usize,
}

impl Word {
    pub(super) fn as_str(&self) -> &str {
        self.bytes
            .get(..self.len)
            .and_then(|b| std::str::from_utf8(b).ok())
            .unwrap_or_default()
    }
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let before = self.at;
        while let Some(c) = self.peek().filter(|c| wanted(*c)) {
            self.at += c.len_utf8();
        }
        self.at > before
    }

    pub(super) fn spaces(&mut self) -> bool {
        self.skip(char::is_whitespace)
    }

    pub(super) fn eat(&mut self, c: char) -> bool {
        let hit = self.peek() == Some(c);
        if hit {
            self.at += c.len_utf8();
        }
        hit
    }

    /// A run of digits: its value and length; nothing when it is longer than `most`.
    pub(super) fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let bytes = self.rest().as_bytes();
        let length = bytes
            .iter()
            .take(most + 1)
            .take_while(|b| b.is_ascii_digit())
            .count();
        if length == 0 || length > most {
            return None;
        }
        let value = self.rest().get(..length)?.parse().ok()?;
        self.at += length;
        Some((value, length))
    }

    /// The word at the cursor, folded; the cursor stands behind it.
    pub(super) fn word(&mut self) -> Option<Word> {
        let mut word = Word {
            bytes: [0; 32],
            len: 0,
        };
        let start = self.at;
        while let Some(c) = self.peek() {
            if !is_letter(c) && !matches!(c, '\u{300}'..='\u{36F}') {
                break;
            }
            self.at += c.len_utf8();
            let lower = if c.is_ascii() {
                c.to_ascii_lowercase()
            } else {
                let Some(base) = base_letter(c) else { continue };
                base.to_lowercase().next().unwrap_or(base)
            };
            let mut buffer = [0; 4];
            let encoded = lower.encode_utf8(&mut buffer).as_bytes();
            let Some(room) = word.bytes.get_mut(word.len..word.len + encoded.len()) else {
                self.at = start;
                return None;
            };
            room.copy_from_slice(encoded);
            word.len += encoded.len();
        }
        (word.len > 0).then_some(word)
    }
}
