//! Texts made comparable: lower case, without diacritics, dashes and quotes alike, white space single.

/// The Latin letter below a letter with diacritics; `None` for a combining mark; others as they are.
#[must_use]
pub(crate) const fn base_letter(c: char) -> Option<char> {
    Some(match c {
        '\u{300}'..='\u{36F}' => return None,
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' | '\u{1EA0}'..='\u{1EB7}' | 'Ǎ' | 'ǎ' => 'a',
        'Ç' | 'ç' | 'Ć'..='č' => 'c',
        'Ď'..='đ' | 'Ð' | 'ð' => 'd',
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' | '\u{1EB8}'..='\u{1EC7}' => 'e',
        'Ĝ'..='ģ' => 'g',
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' | '\u{1EC8}'..='\u{1ECB}' => 'i',
        'Ĺ'..='ł' => 'l',
        'Ñ' | 'ñ' | 'Ń'..='ň' => 'n',
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' | 'Ơ' | 'ơ' | '\u{1ECC}'..='\u{1EE3}' => 'o',
        'Ŕ'..='ř' => 'r',
        'Ś'..='š' | 'Ș' | 'ș' => 's',
        'Ţ'..='ŧ' | 'Ț' | 'ț' => 't',
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' | 'Ư' | 'ư' | '\u{1EE4}'..='\u{1EF1}' => 'u',
        'Ý' | 'ý' | 'ÿ' | '\u{1EF2}'..='\u{1EF9}' => 'y',
        'Ź'..='ž' => 'z',
        '‐'..='―' | '−' | '－' => '-',
        '‘' | '’' | '′' | '`' => '\'',
        '“' | '”' | '„' | '«' | '»' => '"',
        '\u{200B}'..='\u{200D}' | '\u{FEFF}' | '\u{AD}' => return None,
        other => other,
    })
}

/// `text` in lower case without diacritics, white space collapsed and trimmed.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        let base = if c.is_ascii() && c != '`' {
            c
        } else if let Some(base) = base_letter(c) {
            base
        } else {
            continue;
        };
        if gap && !out.is_empty() {
            out.push(' ');
        }
        gap = false;
        if base.is_ascii() {
            out.push(base.to_ascii_lowercase());
        } else {
            out.extend(base.to_lowercase());
        }
    }
    out
}

/// The words of a label, folded: letters and digits only, `&` read as "và", joined by single spaces.
#[must_use]
pub fn fold_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_words_into(text, &mut out);
    out
}

/// As [`fold_words`], into a buffer that is emptied before: for those who ask of every text of a page.
pub fn fold_words_into(text: &str, out: &mut String) {
    out.clear();
    let mut gap = false;
    let mut put = |c: char| {
        if c == '&' {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str("va");
            gap = true;
        } else if c.is_alphanumeric() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        } else {
            gap = true;
        }
    };
    for c in text.chars() {
        if c.is_ascii() {
            put(c.to_ascii_lowercase());
        } else if let Some(base) = base_letter(c) {
            if base.is_ascii() {
                put(base);
            } else {
                base.to_lowercase().for_each(&mut put);
            }
        }
    }
}

/// What [`char::is_alphabetic`] says, with the letters of Vietnamese before the tables of all scripts are searched.
#[must_use]
pub fn is_letter(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' => true,
        '\u{1E00}'..='\u{1EFF}' => true,
        c => !c.is_ascii() && c.is_alphabetic(),
    }
}

/// Whether `text` (folded words) holds `phrase` (folded words) at word borders.
#[must_use]
pub fn has_phrase(text: &str, phrase: &str) -> bool {
    find_phrase(text, phrase).is_some()
}

/// Where `phrase` stands in `text` at word borders.
#[must_use]
pub fn find_phrase(text: &str, phrase: &str) -> Option<usize> {
    // Most texts are shorter than the phrases they are asked for, and preparing a search costs more than this question.
    if phrase.is_empty() || text.len() < phrase.len() {
        return None;
    }
    let border = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(phrase)
        .find(|(at, found)| {
            border(text.get(..*at).and_then(|t| t.chars().next_back()))
                && border(text.get(at + found.len()..).and_then(|t| t.chars().next()))
        })
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn vietnamese_folds_alike_however_it_is_composed() {
        let text = "  Tuyên truyền – Phổ biến, giáo dục PHÁP LUẬT;\u{A0}Đường Ỷ ";
        let nfd: String = text.nfd().collect();
        assert_eq!(fold(text), "tuyen truyen - pho bien, giao duc phap luat; duong y");
        assert_eq!(fold(&nfd), fold(text));
        assert_eq!(fold_words("Tin tức & Sự kiện"), "tin tuc va su kien");
    }

    proptest::proptest! {
        #[test]
        fn words_are_those_of_the_folded_text(text in "[ -~\\u{A0}\\u{AD}\\u{300}-\\u{303}àẠĐđİ–`’&]{0,40}|.{0,40}") {
            let mut words = String::new();
            for c in fold(&text).replace('&', " va ").chars() {
                match c {
                    c if c.is_alphanumeric() => words.push(c),
                    _ if words.is_empty() || words.ends_with(' ') => {}
                    _ => words.push(' '),
                }
            }
            proptest::prop_assert_eq!(fold_words(&text), words.trim_end());
        }
    }

    #[test]
    fn letters_are_those_of_unicode() {
        let differs = ('\0'..=char::MAX).find(|c| is_letter(*c) != c.is_alphabetic());
        assert_eq!(differs, None);
    }

    #[test]
    fn phrases_end_at_word_borders() {
        assert!(has_phrase("he thong van ban", "van ban"));
        assert!(!has_phrase("van banh", "van ban"));
        assert_eq!(find_phrase("a an an", "an"), Some(2));
    }

    #[test]
    fn every_vietnamese_letter_has_its_base() {
        for c in "ăâđêôơưĂÂĐÊÔƠƯáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ".chars()
        {
            assert!(base_letter(c).unwrap().is_ascii_lowercase(), "{c}");
        }
    }
}
