//! Vietnamese or English: of a text, of a block, of a page without its menus.
//!
//! Vietnamese words have one of some thousand shapes and usually diacritics; English words seldom have either. Names
//! are discounted: `Mr. Nguyễn Văn Thành, Director of the Department` is English.

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::dom::{NodeId, Tag};
use super::plain::is_letter;
use super::region::Regions;
use super::syllable::{is_shared_letter, is_syllable, is_vietnamese_letter, plain};

/// What a text is written in, of the two languages that a portal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Vietnamese, with or without diacritics.
    Vi,
    /// English.
    En,
    /// Too little text, or another script.
    None,
}

/// English words that have the shape of Vietnamese syllables; between the two they say little.
const AMBIGUOUS: &[&str] = &[
    "a", "am", "an", "ban", "bat", "bay", "bin", "bit", "but", "can", "cup", "cut", "day", "den", "do",
    "dong", "fan", "gap", "go", "gun", "ha", "hat", "he", "her", "hi", "him", "hit", "ho", "hot", "i", "in",
    "it", "kin", "la", "lay", "let", "lie", "long", "lot", "man", "map", "may", "me", "men", "met", "my",
    "nap", "net", "no", "not", "nut", "on", "pan", "pay", "pet", "pin", "pot", "put", "ran", "rap", "rat",
    "ray", "run", "sang", "sat", "say", "see", "set", "she", "sin", "sit", "so", "song", "sun", "tan", "tap",
    "ten", "than", "that", "the", "then", "thin", "tin", "to", "too", "top", "tie", "tip", "up", "us", "van",
    "via", "vie", "win", "me", "we", "cap", "chat", "chip", "cho", "chin", "rich", "such", "much", "king",
    "sing", "ring", "thing", "thank", "at", "as", "if", "of", "or",
];

/// English words of grammar and of offices: one of them weighs more than a shape.
const ENGLISH: &[&str] = &[
    "the",
    "of",
    "and",
    "for",
    "with",
    "from",
    "by",
    "is",
    "are",
    "was",
    "were",
    "has",
    "have",
    "be",
    "been",
    "this",
    "that",
    "will",
    "its",
    "their",
    "which",
    "not",
    "at",
    "as",
    "or",
    "all",
    "more",
    "news",
    "home",
    "about",
    "department",
    "province",
    "provincial",
    "committee",
    "public",
    "services",
    "people",
    "government",
    "office",
    "contact",
    "search",
    "read",
    "street",
    "commune",
    "city",
];

/// The weight of Vietnamese and of English in a text, in words.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Weights {
    /// Vietnamese.
    pub vi: f32,
    /// English.
    pub en: f32,
    /// Words seen.
    pub words: u32,
}

impl Weights {
    /// The language that weighs more.
    #[must_use]
    pub fn language(self) -> Language {
        if self.vi + self.en < 0.2 {
            Language::None
        } else if self.vi >= self.en {
            Language::Vi
        } else {
            Language::En
        }
    }
}

/// Weighs the words of `text`.
#[must_use]
pub fn weigh(text: &str) -> Weights {
    let mut weights = Weights::default();
    let (mut shapes, mut foreign, mut ambiguous) = (0.0_f32, 0.0_f32, 0.0_f32);
    // A label in capitals or with every word capitalised holds no names that could be told by their capitals.
    let lower = text.chars().filter(|c| c.is_lowercase()).count();
    let shouting = lower * 4 < text.chars().filter(|c| c.is_uppercase()).count() * 3;
    let mut names = 0.0_f32;
    for word in text.split(|c: char| !is_letter(c) && !matches!(c, '\u{300}'..='\u{36F}' | '\'' | '’')) {
        let word = word.trim_matches(['\'', '’']);
        if word.is_empty() || word.contains(['@', '/']) {
            continue;
        }
        weights.words = weights.words.saturating_add(1);
        let marked = word
            .chars()
            .any(|c| is_vietnamese_letter(c) || is_shared_letter(c));
        let capital = word.chars().next().is_some_and(char::is_uppercase) && !shouting;
        let Some(plain) = plain(word) else {
            continue;
        };
        let shape = is_syllable(&plain);
        if marked && shape {
            if capital {
                names += 1.0;
            } else {
                weights.vi += 1.0;
            }
        } else if ENGLISH.contains(&plain.as_str()) {
            weights.en += if AMBIGUOUS.contains(&plain.as_str()) {
                0.5
            } else {
                1.0
            };
        } else if AMBIGUOUS.contains(&plain.as_str()) {
            ambiguous += 1.0;
        } else if shape {
            shapes += 1.0;
        } else if plain.len() > 1 && !marked && !word.chars().skip(1).any(char::is_uppercase) {
            foreign += if capital { 0.7 } else { 1.0 };
        }
    }
    weights.en += foreign;
    // Capitalised Vietnamese words are names among English ones, and the text itself among their like.
    weights.vi += names
        * if weights.en > 0.0 && weights.vi < 1.0 {
            0.15
        } else {
            0.6
        };
    // Syllables without diacritics count as text when nearly everything has their shape.
    let known = shapes + weights.vi;
    if known > 0.0 && weights.en * 4.0 < known + ambiguous {
        weights.vi += shapes + ambiguous * 0.3;
    } else {
        weights.vi += shapes * 0.25;
    }
    weights
}

/// The language of a text.
#[must_use]
pub fn of_text(text: &str) -> Language {
    weigh(text).language()
}

/// The language of a page's content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LanguageFacts {
    /// `lang` of the `<html>` element.
    pub declared: Option<String>,
    /// The language of the main content.
    pub content: Language,
    /// Words of the main content in blocks long enough to judge.
    pub words: u32,
    /// Of them in Vietnamese, per cent.
    pub vi_percent: u32,
    /// Of them in English, per cent.
    pub en_percent: u32,
}

/// Words that a block must have to be judged by itself.
const BLOCK_WORDS: u32 = 20;
/// Bytes of a block that are read.
const BLOCK_BYTES: usize = 4_000;
/// Texts read of a page.
const MAX_TEXTS: usize = 3_000;

/// Adds up what the blocks of a page are written in.
#[derive(Debug, Default)]
struct Judge {
    vi: u32,
    en: u32,
    /// Blocks too short to be judged by themselves.
    short: String,
}

impl Judge {
    fn hear(&mut self, text: &str) {
        if text.len() < 3 {
            return;
        }
        let weights = weigh(text);
        if weights.words >= BLOCK_WORDS {
            match weights.language() {
                Language::Vi => self.vi += weights.words,
                Language::En => self.en += weights.words,
                Language::None => {}
            }
        } else if self.short.len() < 2 * BLOCK_BYTES {
            self.short.push_str(text);
            self.short.push(' ');
        }
    }
}

/// Judges the page's content without menus, header, footer and widgets.
///
/// Blocks of twenty words and more speak; if there are none, all short texts of the content together.
#[must_use]
pub fn of_page(document: &Document<'_>, regions: &Regions) -> LanguageFacts {
    let dom = &document.dom;
    let mut judge = Judge::default();
    let mut block = (NodeId::ROOT, String::new());
    let mut read = 0;
    for node in dom.all().filter(|&n| dom.is_text(n)) {
        if read >= MAX_TEXTS || !regions.is_content(node) {
            continue;
        }
        if matches!(
            dom.tag(dom.parent(node)),
            Tag::Title | Tag::Option | Tag::Textarea
        ) {
            continue;
        }
        read += 1;
        // Texts of one block, with its bold words and links, are one text.
        let around = dom
            .ancestors(node)
            .find(|&n| !dom.tag(n).is_inline())
            .unwrap_or(NodeId::ROOT);
        if around != block.0 {
            judge.hear(&block.1);
            block.0 = around;
            block.1.clear();
        }
        dom.text_into(node, BLOCK_BYTES, &mut block.1);
    }
    judge.hear(&block.1);
    let Judge {
        mut vi,
        mut en,
        short,
    } = judge;
    if vi + en == 0 {
        let weights = weigh(&short);
        if weights.words >= 5 {
            match weights.language() {
                Language::Vi => vi = weights.words,
                Language::En => en = weights.words,
                Language::None => {}
            }
        }
    }
    let words = vi + en;
    let content = if words == 0 {
        Language::None
    } else if en * 5 >= words * 3 {
        Language::En
    } else {
        Language::Vi
    };
    LanguageFacts {
        declared: dom
            .find(NodeId::ROOT, Tag::Html)
            .and_then(|html| dom.attr(html, "lang"))
            .filter(|l| !l.is_empty() && l.len() <= 20)
            .map(str::to_owned),
        content,
        words,
        vi_percent: vi * 100 / words.max(1),
        en_percent: en * 100 / words.max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn vietnamese_with_and_without_diacritics() {
        for text in [
            "Trang chủ",
            "Văn bản chỉ đạo",
            "CƠ CẤU TỔ CHỨC",
            "Cơ Cấu Tổ Chức",
            "Tin tuc su kien trong tinh",
            "Lich tiep cong dan",
            "Uy ban nhan dan tinh ban hanh ke hoach phat trien kinh te nam 2026",
            "Ứng dụng VNeID trong giải quyết thủ tục",
        ] {
            assert_eq!(of_text(text), Language::Vi, "{text}");
            let nfd: String = text.nfd().collect();
            assert_eq!(of_text(&nfd), Language::Vi, "{text}");
        }
    }

    #[test]
    fn english_also_around_vietnamese_names() {
        for text in [
            "Home",
            "Legal documents",
            "Organizational chart",
            "Mrs. Phạm Thị Hồng Vân, Deputy Chief of Office",
            "25 Trần Hưng Đạo Street, Tân Hòa Ward",
            "Chairman Vũ Đức Đam visits Hà Giang",
            "The Provincial People's Committee reviewed the plan for the coming year",
        ] {
            assert_eq!(of_text(text), Language::En, "{text}");
        }
    }

    #[test]
    fn too_little_is_neither() {
        for text in ["", "12/02/2026", "0299.3888.111", "---"] {
            assert_eq!(of_text(text), Language::None, "{text}");
        }
    }
}
