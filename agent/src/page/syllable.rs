//! What a Vietnamese syllable may look like. Vietnamese has one word form a syllable and some 160 rhymes, so the
//! shape alone tells Vietnamese without diacritics from English.

use crate::page::plain::base_letter;

/// Beginnings without diacritics, longest first.
const ONSETS: [&str; 27] = [
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "g", "h", "k", "l",
    "m", "n", "r", "s", "t", "v", "x", "p", "",
];

/// Rhymes without diacritics, sorted.
const RHYMES: [&str; 124] = [
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec", "ech", "em",
    "en", "eng", "enh", "eo", "ep", "et", "eu", "i", "ia", "ich", "iec", "iem", "ien", "ieng", "iep", "iet",
    "ieu", "im", "in", "inh", "ip", "it", "iu", "o", "oa", "oac", "oach", "oai", "oam", "oan", "oang",
    "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oen", "oeo", "oet", "oi", "om", "on", "ong", "oong",
    "op", "ot", "u", "ua", "uac", "uach", "uai", "uan", "uang", "uanh", "uao", "uat", "uau", "uay", "uc",
    "ue", "uech", "uen", "uenh", "uet", "ui", "uin", "uit", "um", "un", "ung", "uo", "uoc", "uoi", "uom",
    "uon", "uong", "uop", "uot", "uou", "up", "ut", "uu", "uy", "uya", "uych", "uyen", "uyet", "uyn", "uynh",
    "uyp", "uyt", "uyu", "y", "ych", "yem", "yen", "yeng", "yet", "yeu", "ym", "yn", "ynh", "yp", "yt", "yu",
];

/// Whether `word` (ASCII lower case) has the shape of a Vietnamese syllable written without diacritics.
#[must_use]
pub fn is_syllable(word: &str) -> bool {
    if word.len() > 7 {
        return false;
    }
    ONSETS.iter().any(|onset| {
        word.strip_prefix(onset)
            .is_some_and(|rhyme| RHYMES.binary_search(&rhyme).is_ok() || (rhyme.is_empty() && *onset == "gi"))
    })
}

/// The word in ASCII lower case without diacritics, if it consists of Latin letters only.
#[must_use]
pub fn plain(word: &str) -> Option<String> {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match base_letter(c) {
            None => {}
            Some(base) if base.is_ascii_alphabetic() => out.push(base.to_ascii_lowercase()),
            Some(_) => return None,
        }
    }
    Some(out)
}

/// Letters that Vietnamese has and its neighbours in Latin script have not, or seldom: horned and hooked ones,
/// letters with two marks, the dotted below.
#[must_use]
pub const fn is_vietnamese_letter(c: char) -> bool {
    matches!(
        c,
        'ă' | 'Ă' | 'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | 'ĩ' | 'Ĩ' | 'ũ' | 'Ũ' | '\u{1EA0}'..='\u{1EF9}'
    )
}

/// Letters with diacritics that Vietnamese shares with other languages.
#[must_use]
pub const fn is_shared_letter(c: char) -> bool {
    matches!(
        c,
        'à' | 'á'
            | 'â'
            | 'ã'
            | 'è'
            | 'é'
            | 'ê'
            | 'ì'
            | 'í'
            | 'ò'
            | 'ó'
            | 'ô'
            | 'õ'
            | 'ù'
            | 'ú'
            | 'ý'
            | 'À'
            | 'Á'
            | 'Â'
            | 'Ã'
            | 'È'
            | 'É'
            | 'Ê'
            | 'Ì'
            | 'Í'
            | 'Ò'
            | 'Ó'
            | 'Ô'
            | 'Õ'
            | 'Ù'
            | 'Ú'
            | 'Ý'
            | '\u{300}'..='\u{303}' | '\u{309}' | '\u{323}' | '\u{306}' | '\u{31B}'
    )
}

/// Whether `word` is a Vietnamese syllable written with diacritics.
#[must_use]
pub fn is_vietnamese_word(word: &str) -> bool {
    let mut marked = false;
    for c in word.chars() {
        let special = is_vietnamese_letter(c) || is_shared_letter(c);
        if !c.is_ascii_alphabetic() && !special {
            return false;
        }
        marked |= special;
    }
    marked && plain(word).is_some_and(|p| is_syllable(&p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_for_the_search() {
        assert!(RHYMES.is_sorted());
    }

    #[test]
    fn syllables_of_common_texts_pass_and_english_does_not() {
        for word in
            "giai quyet thu tuc nghiep vu khuyen nghi quoc hoi uy ban gi quy huyen duong nguoi xuyen oanh"
                .split(' ')
        {
            assert!(is_syllable(word), "{word}");
        }
        for word in "home search department structure read more official tourism news state board".split(' ')
        {
            assert!(!is_syllable(word), "{word}");
        }
    }

    #[test]
    fn french_is_not_vietnamese() {
        for word in ["déjà", "école", "forêt", "très", "élève"] {
            assert!(!is_vietnamese_word(word), "{word}");
        }
        for word in ["Nguyễn", "tổ", "chức", "Đà", "kiện", "quyết"] {
            assert!(is_vietnamese_word(word), "{word}");
        }
    }
}
