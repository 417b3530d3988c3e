//! Folding text for comparison: lower case, no Vietnamese marks, entities decoded, runs of white space one blank.
//!
//! So one ASCII phrase finds `Bảo trì`, `BẢO TRÌ`, its decomposed form and `B&#7843;o tr&igrave;`.

/// Appends `text` (bytes of an HTML document between two tags) folded to `out`, which grows to `cap` bytes at most.
pub(super) fn append(out: &mut String, text: &[u8], cap: usize) {
    let mut rest = text;
    while let Some(first) = rest.first() {
        if out.len() >= cap {
            return;
        }
        if *first == b'&'
            && let Some((letter, length)) = entity(rest)
        {
            push(out, letter);
            rest = &rest[length..];
            continue;
        }
        if first.is_ascii() {
            push(out, char::from(*first));
            rest = &rest[1..];
            continue;
        }
        let (letter, length) = first_char(rest);
        if let Some(letter) = letter {
            push(out, letter);
        }
        rest = &rest[length..];
    }
}

/// The first character of bytes that should be UTF-8, and its length; one byte is skipped where they are not.
fn first_char(bytes: &[u8]) -> (Option<char>, usize) {
    let window = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(window) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&window[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid
        .chars()
        .next()
        .map_or((None, 1), |letter| (Some(letter), letter.len_utf8()))
}

fn push(out: &mut String, letter: char) {
    let folded = match letter {
        'A'..='Z' => letter.to_ascii_lowercase(),
        '!'..='~' => letter,
        c if c.is_whitespace() || c == '\u{200b}' => {
            if !out.ends_with(' ') {
                out.push(' ');
            }
            return;
        }
        '\u{300}'..='\u{36f}' => return,
        'À'..='Å' | 'à'..='å' | 'Ă' | 'ă' | 'Ạ'..='ặ' => 'a',
        'È'..='Ë' | 'è'..='ë' | 'Ẹ'..='ệ' => 'e',
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ' | 'ĩ' | 'Ỉ'..='ị' => 'i',
        'Ò'..='Ö' | 'ò'..='ö' | 'Ơ' | 'ơ' | 'Ọ'..='ợ' => 'o',
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ' | 'ũ' | 'Ư' | 'ư' | 'Ụ'..='ự' => 'u',
        'Ý' | 'ý' | 'ÿ' | 'Ỳ'..='ỹ' => 'y',
        'Đ' | 'đ' | 'Ð' => 'd',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '–' | '—' => '-',
        other => other,
    };
    out.push(folded);
}

/// The character that the entity at the beginning of `bytes` stands for, and the entity's length.
fn entity(bytes: &[u8]) -> Option<(char, usize)> {
    let end = bytes.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(bytes.get(1..end)?).ok()?;
    let letter = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        char::from_u32(code)?
    } else {
        match name {
            "nbsp" => ' ',
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" | "rsquo" | "lsquo" => '\'',
            "ndash" | "mdash" => '-',
            _ => {
                // `agrave`, `Ocirc`, …: the base letter comes first, and marks are folded away anyhow.
                let mut letters = name.chars();
                let base = letters.next()?;
                if !matches!(letters.as_str(), "grave" | "acute" | "circ" | "tilde" | "uml") {
                    return None;
                }
                base
            }
        }
    };
    Some((letter, end + 1))
}

/// Folds a whole text.
#[cfg(test)]
pub(super) fn fold(text: &str) -> String {
    let mut out = String::new();
    append(&mut out, text.as_bytes(), usize::MAX);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_a_phrase_folds_to_one() {
        for text in [
            "Hệ thống đang bảo trì",
            "HỆ THỐNG ĐANG BẢO TRÌ",
            "He\u{302}\u{323} tho\u{302}\u{301}ng đang ba\u{309}o tri\u{300}",
            "H&#7879; th&#x1ED1;ng đang b&#7843;o tr&igrave;",
            "Hệ&nbsp;thống \n\t đang   bảo trì",
        ] {
            assert_eq!(fold(text), "he thong dang bao tri", "{text}");
        }
    }

    #[test]
    fn all_vietnamese_letters_lose_their_marks() {
        let letters = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ";
        for text in [letters.to_owned(), letters.to_uppercase()] {
            assert!(fold(&text).is_ascii(), "{}", fold(&text));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_fold_within_the_cap(bytes in prop::collection::vec(any::<u8>(), 0..400), cap in 0usize..100) {
            let mut out = String::new();
            append(&mut out, &bytes, cap);
            prop_assert!(out.len() < cap + 4);
        }
    }
}
