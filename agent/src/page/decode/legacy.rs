//! Text typed for the fonts of TCVN3 (ABC) or VNI: Latin letters that spell Vietnamese only in those fonts.

use serde::{Deserialize, Serialize};

use crate::page::syllable::is_vietnamese_word;

/// An old Vietnamese encoding that lives in fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Legacy {
    /// TCVN 5712:1993, the `.Vn…` fonts.
    Tcvn3,
    /// VNI Windows, the `VNI-…` fonts.
    Vni,
}

fn tcvn3(c: char) -> Option<char> {
    Some(match c {
        '¡' => 'Ă',
        '¢' => 'Â',
        '£' => 'Ê',
        '¤' => 'Ô',
        '¥' => 'Ơ',
        '¦' => 'Ư',
        '§' => 'Đ',
        '¨' => 'ă',
        '©' => 'â',
        'ª' => 'ê',
        '«' => 'ô',
        '¬' => 'ơ',
        '\u{AD}' => 'ư',
        '®' => 'đ',
        'µ' => 'à',
        '¶' => 'ả',
        '·' => 'ã',
        '¸' => 'á',
        '¹' => 'ạ',
        '»' => 'ằ',
        '¼' => 'ẳ',
        '½' => 'ẵ',
        '¾' => 'ắ',
        'Æ' => 'ặ',
        'Ç' => 'ầ',
        'È' => 'ẩ',
        'É' => 'ẫ',
        'Ê' => 'ấ',
        'Ë' => 'ậ',
        'Ì' => 'è',
        'Î' => 'ẻ',
        'Ï' => 'ẽ',
        'Ð' => 'é',
        'Ñ' => 'ẹ',
        'Ò' => 'ề',
        'Ó' => 'ể',
        'Ô' => 'ễ',
        'Õ' => 'ế',
        'Ö' => 'ệ',
        '×' => 'ì',
        'Ø' => 'ỉ',
        'Ü' => 'ĩ',
        'Ý' => 'í',
        'Þ' => 'ị',
        'ß' => 'ò',
        'á' => 'ỏ',
        'â' => 'õ',
        'ã' => 'ó',
        'ä' => 'ọ',
        'å' => 'ồ',
        'æ' => 'ổ',
        'ç' => 'ỗ',
        'è' => 'ố',
        'é' => 'ộ',
        'ê' => 'ờ',
        'ë' => 'ở',
        'ì' => 'ỡ',
        'í' => 'ớ',
        'î' => 'ợ',
        'ï' => 'ù',
        'ñ' => 'ủ',
        'ò' => 'ũ',
        'ó' => 'ú',
        'ô' => 'ụ',
        'õ' => 'ừ',
        'ö' => 'ử',
        '÷' => 'ữ',
        'ø' => 'ứ',
        'ù' => 'ự',
        'ú' => 'ỳ',
        'û' => 'ỷ',
        'ü' => 'ỹ',
        'ý' => 'ý',
        'þ' => 'ỵ',
        _ => return None,
    })
}

/// VNI: the letter with the mark written behind it.
const VNI_PAIRS: [(&str, &str); 6] = [
    ("a", "øàùáûảõãïạââêăàầáấåẩãẫäậèằéắúẳüẵëặ"),
    ("e", "øèùéûẻõẽïẹâêàềáếåểãễäệ"),
    ("o", "øòùóûỏõõïọâôàồáốåổãỗäộ"),
    ("ô", "øờùớûởõỡïợ"),
    ("ö", "øừùứûửõữïự"),
    ("u", "øùùúûủõũïụ"),
];

fn vni_alone(c: char) -> Option<char> {
    Some(match c {
        'ñ' => 'đ',
        'Ñ' => 'Đ',
        'ô' => 'ơ',
        'Ô' => 'Ơ',
        'ö' => 'ư',
        'Ö' => 'Ư',
        'æ' => 'ỉ',
        'ó' => 'ĩ',
        'ò' => 'ị',
        'î' => 'ỵ',
        _ => return None,
    })
}

fn vni_pair(letter: char, mark: char) -> Option<char> {
    let lower = letter.to_lowercase().next()?;
    let mark = mark.to_lowercase().next()?;
    if lower == 'y' {
        return match mark {
            'ø' => Some('ỳ'),
            'ù' => Some('ý'),
            'û' => Some('ỷ'),
            'õ' => Some('ỹ'),
            _ => None,
        };
    }
    let (_, marks) = VNI_PAIRS.iter().find(|(l, _)| l.chars().eq([lower]))?;
    let mut chars = marks.chars();
    while let (Some(written), Some(meant)) = (chars.next(), chars.next()) {
        if written == mark {
            return Some(if letter.is_uppercase() {
                meant.to_uppercase().next().unwrap_or(meant)
            } else {
                meant
            });
        }
    }
    None
}

fn from_tcvn3(text: &str) -> String {
    text.chars().map(|c| tcvn3(c).unwrap_or(c)).collect()
}

fn from_vni(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if let Some(pair) = chars.peek().and_then(|&mark| vni_pair(c, mark)) {
            chars.next();
            out.push(pair);
        } else {
            out.push(vni_alone(c).unwrap_or(c));
        }
    }
    out
}

/// Where the first byte beyond ASCII is. Pages are mostly ASCII: whole pieces are passed at once.
fn first_beyond(bytes: &[u8]) -> Option<usize> {
    const PIECE: usize = 64;
    let piece = bytes.chunks(PIECE).position(|piece| !piece.is_ascii())? * PIECE;
    let within = bytes.get(piece..)?.iter().position(|byte| !byte.is_ascii())?;
    Some(piece + within)
}

/// The letters beyond ASCII, in order.
fn beyond(text: &str) -> impl Iterator<Item = char> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut letters = rest.get(first_beyond(rest.as_bytes())?..)?.chars();
        let letter = letters.next();
        rest = letters.as_str();
        letter
    })
}

/// Words with letters beyond ASCII, at most 400 of a text: those that the encodings spell differently. Pages are mostly ASCII, so
/// the search goes from one byte beyond it to the next and looks for the word around it.
fn sample(text: &str) -> Vec<&str> {
    let between = |b: &u8| b.is_ascii_whitespace() || b.is_ascii_punctuation() || b.is_ascii_digit();
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(beyond) = first_beyond(rest.as_bytes())
        && words.len() < 400
    {
        let (before, from) = rest.split_at(beyond);
        let start = before.as_bytes().iter().rposition(between).map_or(0, |at| at + 1);
        let end = beyond + from.as_bytes().iter().position(between).unwrap_or(from.len());
        // Both ends are ASCII, and so between letters.
        words.extend(rest.get(start..end).filter(|word| (3..=24).contains(&word.len())));
        rest = rest.get(end..).unwrap_or_default();
    }
    words
}

fn spelled_right<'a>(words: impl Iterator<Item = std::borrow::Cow<'a, str>>) -> usize {
    words.filter(|word| is_vietnamese_word(word)).count()
}

/// The text as meant, if it is typed for one of the fonts: most words beyond ASCII become Vietnamese by it.
pub(super) fn convert(text: &str) -> Option<(Legacy, String)> {
    // Letters that Unicode Vietnamese has and the fonts' Latin-1 has not end the question at once.
    let (mut latin, mut other) = (0usize, 0usize);
    for c in beyond(text).take(1_000) {
        if ('\u{A1}'..='\u{FF}').contains(&c) {
            latin += 1;
        } else {
            other += 1;
        }
    }
    if latin < 12 || other * 10 > latin {
        return None;
    }
    let words = sample(text);
    if words.len() < 8 {
        return None;
    }
    let now = spelled_right(words.iter().map(|w| (*w).into()));
    let candidates = [
        (
            Legacy::Tcvn3,
            spelled_right(words.iter().map(|w| from_tcvn3(w).into())),
        ),
        (
            Legacy::Vni,
            spelled_right(words.iter().map(|w| from_vni(w).into())),
        ),
    ];
    let (kind, right) = candidates.into_iter().max_by_key(|(_, right)| *right)?;
    if right * 10 < words.len() * 7 || right <= now + words.len() / 5 {
        return None;
    }
    Some((
        kind,
        match kind {
            Legacy::Tcvn3 => from_tcvn3(text),
            Legacy::Vni => from_vni(text),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcvn3_is_recognised_and_converted() {
        let typed = "Céng hßa x· héi chñ nghÜa ViÖt Nam, §éc lËp - Tù do - H¹nh phóc, ñy ban nh©n d©n tØnh";
        let (kind, text) = convert(typed).unwrap();
        assert_eq!(kind, Legacy::Tcvn3);
        assert!(
            text.starts_with("Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập - Tự do"),
            "{text}"
        );
    }

    #[test]
    fn vni_is_recognised_and_converted() {
        let typed = "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, Ñoäc laäp - Töï do - Haïnh phuùc, uûy ban nhaân daân tænh";
        let (kind, text) = convert(typed).unwrap();
        assert_eq!(kind, Legacy::Vni);
        assert!(
            text.starts_with("Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập - Tự do"),
            "{text}"
        );
    }

    #[test]
    fn unicode_and_other_languages_stay_as_they_are() {
        assert!(
            convert("Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập - Tự do - Hạnh phúc của nhân dân tỉnh")
                .is_none()
        );
        assert!(
            convert(
                "L'été où les élèves français déjà fatigués préfèrent la forêt à l'école, très tôt après"
            )
            .is_none()
        );
        assert!(
            convert("Größe, Übermaß, schöne Grüße, für, Mädchen, Bücher, können, müssen, außer, über")
                .is_none()
        );
        assert!(convert("plain").is_none());
    }
}
