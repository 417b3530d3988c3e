//! From bytes to text: which charset a page is really in, whatever it says.
//!
//! Vietnamese portals still serve windows-1258, decomposed Unicode and texts typed for the TCVN3 and VNI fonts.
//! Those are converted so that the rest of the page can be judged, and recorded as facts for the check
//! `unicode-tcvn6909` (TCVN 6909:2001: Unicode, precomposed).

mod legacy;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};
use memchr::memchr2;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

pub use legacy::Legacy;

/// Bytes in which a declared charset is looked for, as HTML demands (1,024) with room for long heads.
const META_WINDOW: usize = 4_096;

/// Where the charset was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CharsetSource {
    /// The byte order mark.
    Bom,
    /// The `Content-Type` header.
    Header,
    /// A `<meta>` element.
    Meta,
    /// The bytes themselves, against or without a declaration.
    Content,
}

/// What is known about the page's character set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CharsetFacts {
    /// The charset by which the page was read (WHATWG name, lower case).
    pub used: String,
    /// Where that was learnt.
    pub source: CharsetSource,
    /// The charset of the header as written.
    pub header: Option<String>,
    /// The charset of the meta element as written.
    pub meta: Option<String>,
    /// Header, meta and bytes do not agree.
    pub conflict: bool,
    /// Characters that could not be read (U+FFFD).
    pub replaced: u32,
    /// Combining marks for each hundred non-ASCII characters: over 5 the page is decomposed Unicode.
    pub decomposed_percent: u32,
    /// Text typed for the fonts of an old Vietnamese encoding.
    pub legacy: Option<Legacy>,
}

/// A decoded page: text in NFC, and how it came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The page.
    pub text: String,
    /// How it was read.
    pub facts: CharsetFacts,
}

/// Decodes `body`; `content_type` is the header's value if there was one. Any bytes give a text.
#[must_use]
pub fn decode(body: &[u8], content_type: Option<&str>) -> Decoded {
    let header = content_type.and_then(charset_parameter);
    let meta = charset_of_meta(body);
    let (encoding, source, bytes) = choose(body, header.as_deref(), meta.as_deref());
    let (mut text, _) = encoding.decode_without_bom_handling(bytes);
    let mut legacy = None;
    if (encoding == UTF_8 || encoding == WINDOWS_1252)
        && let Some((kind, converted)) = legacy::convert(&text)
    {
        legacy = Some(kind);
        text = converted.into();
    }
    let decomposed_percent = decomposed_percent(&text);
    let text: String = if has_combining(&text) {
        compose(&text)
    } else {
        text.into_owned()
    };
    let disagrees = |name: &Option<String>| {
        name.as_deref()
            .is_some_and(|n| lookup(n).is_none_or(|e| !same(e, encoding)))
    };
    Decoded {
        facts: CharsetFacts {
            used: encoding.name().to_ascii_lowercase(),
            source,
            conflict: disagrees(&header) || disagrees(&meta),
            header,
            meta,
            replaced: count(memchr::memmem::find_iter(text.as_bytes(), "\u{FFFD}".as_bytes()).count()),
            decomposed_percent,
            legacy,
        },
        text,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Charsets that are one for a reader: ASCII and Latin-1 are read as windows-1252.
fn same(a: &'static Encoding, b: &'static Encoding) -> bool {
    a == b || (a == WINDOWS_1252 && b == WINDOWS_1258)
}

fn lookup(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.trim().as_bytes())
}

fn choose<'a>(
    body: &'a [u8],
    header: Option<&str>,
    meta: Option<&str>,
) -> (&'static Encoding, CharsetSource, &'a [u8]) {
    if let Some((encoding, length)) = Encoding::for_bom(body) {
        return (
            encoding,
            CharsetSource::Bom,
            body.get(length..).unwrap_or_default(),
        );
    }
    if let Some(encoding) = utf16_without_mark(body) {
        return (encoding, CharsetSource::Content, body);
    }
    let valid = std::str::from_utf8(body).is_ok() || mostly_utf8(body);
    let ascii = body.is_ascii();
    let declared = [(header, CharsetSource::Header), (meta, CharsetSource::Meta)]
        .into_iter()
        .filter_map(|(label, source)| label.and_then(lookup).map(|e| (e, source)))
        // A page that reads these bytes as UTF-16 has no `<meta charset>` to say so.
        .find(|(e, _)| *e != UTF_16LE && *e != UTF_16BE);
    match declared {
        // Bytes that are UTF-8 beyond doubt are read so, whatever they are called.
        Some((encoding, source)) if encoding == UTF_8 && (valid || ascii) => (encoding, source, body),
        Some((encoding, _)) if encoding != UTF_8 && valid && !ascii => (UTF_8, CharsetSource::Content, body),
        // Servers call everything Latin-1 by default; it has no tones after letters that have a mark already.
        Some((encoding, _)) if encoding == WINDOWS_1252 && tones(body, is_marked) >= 3 => {
            (WINDOWS_1258, CharsetSource::Content, body)
        }
        Some((encoding, source)) if encoding != UTF_8 => (encoding, source, body),
        None if valid => (UTF_8, CharsetSource::Content, body),
        _ => (single_byte(body), CharsetSource::Content, body),
    }
}

/// Whether the bytes are UTF-8 but for a few broken ones (a text cut in the middle of a letter).
fn mostly_utf8(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let broken = text.matches('\u{FFFD}').count();
    let beyond_ascii = text.chars().filter(|c| !c.is_ascii()).count();
    broken * 10 <= beyond_ascii
}

/// windows-1258 writes tones as marks after the letter; other bytes are read as windows-1252.
fn single_byte(body: &[u8]) -> &'static Encoding {
    let marks = tones(body, |letter| letter.is_ascii_alphabetic() || is_marked(letter));
    let beyond_ascii = body.iter().filter(|b| !b.is_ascii()).count();
    if marks >= 3 && marks * 5 >= beyond_ascii {
        WINDOWS_1258
    } else {
        WINDOWS_1252
    }
}

/// Tones of windows-1258 after such letters.
fn tones(body: &[u8], after: impl Fn(u8) -> bool) -> usize {
    let tone = |byte| matches!(byte, 0xCC | 0xD2 | 0xDE | 0xEC | 0xF2);
    body.windows(2).filter(|w| tone(w[1]) && after(w[0])).count()
}

/// Letters of windows-1258 with a mark of their own: â ê ô ă ơ ư.
const fn is_marked(letter: u8) -> bool {
    matches!(letter, 0xE2 | 0xEA | 0xF4 | 0xE3 | 0xF5 | 0xFD)
}

fn utf16_without_mark(body: &[u8]) -> Option<&'static Encoding> {
    let head = body.get(..body.len().min(256) & !1)?;
    let pairs = head.len() / 2;
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    if pairs < 8 {
        return None;
    }
    if zeros(1) * 10 >= pairs * 6 && zeros(0) * 10 <= pairs {
        return Some(UTF_16LE);
    }
    (zeros(0) * 10 >= pairs * 6 && zeros(1) * 10 <= pairs).then_some(UTF_16BE)
}

/// The `charset` of a `Content-Type` value.
fn charset_parameter(content_type: &str) -> Option<String> {
    let lower = content_type.to_ascii_lowercase();
    let after = lower.split("charset").nth(1)?.trim_start().strip_prefix('=')?;
    let value = after
        .trim_start()
        .trim_start_matches(['"', '\''])
        .split(['"', '\'', ';', ' ', ',', '>', '/'])
        .next()?
        .trim();
    (!value.is_empty() && value.len() <= 40).then(|| value.to_owned())
}

fn charset_of_meta(body: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(body.get(..body.len().min(META_WINDOW)).unwrap_or_default());
    head.split('<')
        .filter(|tag| {
            tag.get(..5)
                .is_some_and(|n| n.eq_ignore_ascii_case("meta ") || n.eq_ignore_ascii_case("?xml "))
        })
        .find_map(|tag| {
            let tag = tag.split('>').next().unwrap_or_default();
            charset_parameter(tag).or_else(|| {
                let value = tag.split("encoding=").nth(1)?.trim_start_matches(['"', '\'']);
                let label = value.split(['"', '\'', '?', ' ']).next()?;
                (!label.is_empty()).then(|| label.to_ascii_lowercase())
            })
        })
}

/// Combining diacritics (U+0300-U+036F) begin with one of two bytes that begin nothing else common.
fn has_combining(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some(at) = memchr2(0xCC, 0xCD, rest) {
        if is_combining(rest.get(at), rest.get(at + 1)) {
            return true;
        }
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    false
}

/// NFC of the letters that have marks behind them; the rest of the page is copied as it is.
fn compose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(0xCC, 0xCD, rest)) {
        let mark = at + found;
        if !is_combining(bytes.get(mark), bytes.get(mark + 1)) {
            at = mark + 1;
            continue;
        }
        let before = text.get(done..mark).unwrap_or_default();
        let base = before.chars().next_back().map_or(0, char::len_utf8);
        let mut end = mark;
        while is_combining(bytes.get(end), bytes.get(end + 1)) {
            end += 2;
        }
        out.push_str(text.get(done..mark - base).unwrap_or_default());
        out.extend(text.get(mark - base..end).unwrap_or_default().nfc());
        done = end;
        at = end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

fn is_combining(first: Option<&u8>, second: Option<&u8>) -> bool {
    match (first, second) {
        (Some(0xCC), Some(_)) => true,
        (Some(0xCD), Some(second)) => *second <= 0xAF,
        _ => false,
    }
}

fn decomposed_percent(text: &str) -> u32 {
    if !has_combining(text) {
        return 0;
    }
    let (mut marks, mut others) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if matches!(c, '\u{300}'..='\u{36F}') {
            marks += 1;
        } else {
            others += 1;
        }
    }
    count(marks * 100 / (marks + others).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "Cộng hòa xã hội chủ nghĩa Việt Nam: Ủy ban nhân dân tỉnh, Sở Xây dựng, đường phố, tiếng";

    #[test]
    fn the_mark_of_byte_order_beats_the_header() {
        let mut body = vec![0xFF, 0xFE];
        body.extend(TEXT.encode_utf16().flat_map(u16::to_le_bytes));
        let decoded = decode(&body, Some("text/html; charset=utf-8"));
        assert_eq!(decoded.text, TEXT);
        assert_eq!(decoded.facts.source, CharsetSource::Bom);
        assert!(decoded.facts.conflict);
    }

    #[test]
    fn utf16_is_known_without_a_mark() {
        let page = format!("<!doctype html><html><head><title>{TEXT}</title></head></html>");
        let body: Vec<u8> = page.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&body, None).text, page);
    }

    #[test]
    fn utf8_called_latin_is_read_as_utf8_and_the_conflict_told() {
        let decoded = decode(TEXT.as_bytes(), Some("text/html; charset=iso-8859-1"));
        assert_eq!(decoded.text, TEXT);
        assert!(decoded.facts.conflict);
        assert_eq!(decoded.facts.header.as_deref(), Some("iso-8859-1"));
        assert!(
            !decode(TEXT.as_bytes(), Some("text/html;charset=UTF-8"))
                .facts
                .conflict
        );
    }

    #[test]
    fn decomposed_text_becomes_nfc_and_is_counted() {
        let nfd: String = TEXT.nfd().collect();
        let decoded = decode(nfd.as_bytes(), Some("text/html; charset=utf-8"));
        assert_eq!(decoded.text, TEXT);
        assert!(decoded.facts.decomposed_percent > 50);
        assert_eq!(decode(TEXT.as_bytes(), None).facts.decomposed_percent, 0);
    }

    #[test]
    fn windows_1258_is_read_by_its_name_and_without() {
        // "Việt Nam, tiếng, phố" with tones as marks after the letters, and đ.
        let body = b"Vi\xEA\xF2t Nam, ti\xEA\xECng, ph\xF4\xEC, \xF0\xFD\xF5\xCCng ti\xEA\xECng";
        for declared in [Some("text/html; charset=windows-1258"), None] {
            let decoded = decode(body, declared);
            assert!(
                decoded.text.starts_with("Việt Nam, tiếng, phố, đư"),
                "{}",
                decoded.text
            );
            assert_eq!(decoded.facts.used, "windows-1258");
        }
    }

    #[test]
    fn what_is_called_latin_1_is_read_by_its_tones_and_italian_stays_what_it_is() {
        let body = b"Vi\xEA\xF2t Nam, ti\xEA\xECng, ph\xF4\xEC, \xF0\xFD\xF5\xCCng";
        for declared in ["text/html; charset=iso-8859-1", "text/html; charset=windows-1252"] {
            assert!(
                decode(body, Some(declared))
                    .text
                    .starts_with("Việt Nam, tiếng, phố")
            );
            let italian = b"cos\xEC per\xF2 perci\xF2 luned\xEC";
            assert_eq!(decode(italian, Some(declared)).text, "così però perciò lunedì");
        }
    }

    #[test]
    fn the_declaration_of_a_meta_element_is_found() {
        for head in [
            "<meta charset=windows-1258>",
            "<META http-equiv=Content-Type content='text/html; charset=windows-1258'>",
            "<?xml version='1.0' encoding='windows-1258'?>",
        ] {
            let mut body = head.as_bytes().to_vec();
            body.extend(b"Vi\xEA\xF2t");
            let decoded = decode(&body, Some("text/html"));
            assert!(decoded.text.ends_with("Việt"), "{head}");
            assert_eq!(decoded.facts.source, CharsetSource::Meta);
        }
    }

    #[test]
    fn a_few_broken_bytes_do_not_turn_utf8_into_latin() {
        let mut body = TEXT.as_bytes().to_vec();
        body.push(0xE1);
        let decoded = decode(&body, None);
        assert_eq!(decoded.facts.used, "utf-8");
        assert_eq!(decoded.facts.replaced, 1);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_give_a_text(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            for header in [None, Some("text/html; charset=utf-16")] {
                proptest::prop_assert!(decode(&body, header).text.len() <= 6 * body.len() + 6);
            }
        }
    }
}
