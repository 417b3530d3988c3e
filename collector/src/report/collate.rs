//! Vietnamese order of names: letters first (đ after d, ă after a …), tones last, case not at all.

use unicode_normalization::UnicodeNormalization;

/// Letters in their order; what is not among them comes after them as it is.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
/// Tones in their order: none, huyền, sắc, hỏi, ngã, nặng.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];

/// A key by which texts compare as Vietnamese lists are ordered.
#[must_use]
pub fn collate(text: &str) -> (Vec<u32>, Vec<u8>, String) {
    let (mut letters, mut tones) = (Vec::new(), Vec::new());
    let mut base = String::new();
    for mark in text.nfd().flat_map(char::to_lowercase) {
        if let Some(tone) = TONES.iter().position(|tone| *tone == mark) {
            if let Some(last) = tones.last_mut() {
                *last = u8::try_from(tone + 1).unwrap_or(0);
            }
            continue;
        }
        // Breve, circumflex and horn belong to the letter.
        if matches!(mark, '\u{306}' | '\u{302}' | '\u{31b}') && !base.is_empty() {
            base.push(mark);
            let whole: String = base.nfc().collect();
            if let (Some(last), Some(letter)) = (letters.last_mut(), whole.chars().next()) {
                *last = place(letter);
            }
            continue;
        }
        base.clear();
        base.push(mark);
        letters.push(place(mark));
        tones.push(0);
    }
    (letters, tones, text.to_owned())
}

fn place(letter: char) -> u32 {
    match ALPHABET.chars().position(|own| own == letter) {
        // Between blanks and digits on one side and foreign letters on the other.
        Some(place) => 0x100 + u32::try_from(place).unwrap_or(0),
        None if (letter as u32) < 0x80 => letter as u32,
        None => 0x1000 + letter as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_before_tones_and_d_before_dd() {
        let mut names = vec![
            "Đà Nẵng",
            "Dương",
            "An",
            "Ân",
            "Ấn",
            "Ăn",
            "Bà",
            "Ba",
            "Bá",
            "dân",
            "ba 2",
        ];
        names.sort_by_cached_key(|name| collate(name));
        assert_eq!(
            names,
            [
                "An",
                "Ăn",
                "Ân",
                "Ấn",
                "Ba",
                "Bà",
                "Bá",
                "ba 2",
                "dân",
                "Dương",
                "Đà Nẵng"
            ]
        );
    }

    proptest! {
        #[test]
        fn composed_or_not_is_the_same_and_nothing_panics(text in ".{0,30}") {
            let (letters, tones, _) = collate(&text);
            let nfd: String = text.nfd().collect();
            let (other, marks, _) = collate(&nfd);
            prop_assert_eq!(letters, other);
            prop_assert_eq!(tones, marks);
        }
    }
}
