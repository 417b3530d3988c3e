//! The spelling of Vietnamese names in domain names and ids.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::id;

/// A Vietnamese name as the regulations spell it in a domain name: without marks, blanks and hyphens.
///
/// `slug("Tư Nghĩa")` is `tunghia`. The rule is that of An Giang Đ5.1, Quảng Ngãi Đ6.3 and NĐ 224/2026 Đ11.4.
#[must_use]
pub fn slug(name: &str) -> String {
    unmarked(name).filter(char::is_ascii_alphanumeric).collect()
}

/// The same with a hyphen between words: the form of ids. `slug_words("Sở Tư pháp")` is `so-tu-phap`. Cut at a word
/// so that it fits an id.
#[must_use]
pub fn slug_words(name: &str) -> String {
    let mut text = String::new();
    let folded: String = unmarked(name).collect();
    for word in folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
    {
        let hyphen = usize::from(!text.is_empty());
        if text.len() + hyphen + word.len() > id::MAX_LEN {
            break;
        }
        if hyphen == 1 {
            text.push('-');
        }
        text.push_str(word);
    }
    text
}

/// Lower case without marks; đ becomes d.
pub(crate) fn unmarked(name: &str) -> impl Iterator<Item = char> + '_ {
    name.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'đ' | 'ð' => 'd',
            other => other,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_as_the_regulations_spell_them() {
        for (name, spelt) in [
            ("Tư Nghĩa", "tunghia"),
            ("Tân Yên", "tanyen"),
            ("Long Xuyên", "longxuyen"),
            ("ĐỨC PHỔ", "ducpho"),
            ("Tu\u{31b} Nghi\u{303}a", "tunghia"),
            ("Sở Thông tin - Truyền thông", "sothongtintruyenthong"),
            ("Phường 1", "phuong1"),
            ("🙂 ", ""),
        ] {
            assert_eq!(slug(name), spelt, "{name}");
        }
    }

    #[test]
    fn ids_keep_the_words_apart_and_fit() {
        assert_eq!(slug_words("Sở Tư pháp (mới)"), "so-tu-phap-moi");
        let long = slug_words(&"Ủy ban nhân dân ".repeat(20));
        assert!(long.len() <= id::MAX_LEN && long.ends_with("dan"), "{long}");
    }
}
