//! Character references: those that portals write, numbers above all.

use std::borrow::Cow;

use memchr::memchr;

/// Latin-1 names in code order from U+00A0.
const LATIN1: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo",
    "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot",
    "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",
    "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute",
    "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash",
    "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde",
    "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc",
    "iuml", "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave",
    "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];

/// Other names that pages use.
const NAMED: [(&str, char); 30] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("bull", '•'),
    ("euro", '€'),
    ("trade", '™'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("rarr", '→'),
    ("larr", '←'),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("zwnj", '\u{200C}'),
    ("zwj", '\u{200D}'),
    ("sol", '/'),
    ("colon", ':'),
    ("comma", ','),
    ("Scaron", 'Š'),
];

/// The reference at the start of `text` (which begins with `&`): its character and length.
fn reference(text: &str) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        let hex = matches!(bytes.get(2), Some(b'x' | b'X'));
        let from = if hex { 3 } else { 2 };
        let digits = bytes
            .get(from..)?
            .iter()
            .take(8)
            .take_while(|b| {
                if hex {
                    b.is_ascii_hexdigit()
                } else {
                    b.is_ascii_digit()
                }
            })
            .count();
        let code = u32::from_str_radix(text.get(from..from + digits)?, if hex { 16 } else { 10 }).ok()?;
        let end = from + digits + usize::from(bytes.get(from + digits) == Some(&b';'));
        return Some((char::from_u32(code).unwrap_or('\u{FFFD}'), end));
    }
    let length = bytes
        .get(1..)?
        .iter()
        .take(10)
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let name = text.get(1..=length)?;
    let closed = usize::from(bytes.get(1 + length) == Some(&b';'));
    if closed == 0
        && !matches!(
            name,
            "amp" | "nbsp" | "lt" | "gt" | "quot" | "copy" | "raquo" | "laquo"
        )
    {
        return None;
    }
    let found = NAMED
        .iter()
        .find_map(|(n, c)| (*n == name).then_some(*c))
        .or_else(|| {
            let place = LATIN1.iter().position(|n| *n == name)?;
            char::from_u32(0xA0 + u32::try_from(place).ok()?)
        })?;
    Some((found, 1 + length + closed))
}

/// `text` with its character references decoded; unknown ones stay as written.
#[must_use]
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        if let Some((found, length)) = reference(tail) {
            out.push(found);
            rest = tail.get(length..).unwrap_or_default();
        } else {
            out.push('&');
            rest = tail.get(1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Appends `text` with references decoded and white space collapsed; `gap` says whether a space is due before.
pub(super) fn append_collapsed(text: &str, gap: &mut bool, out: &mut String) {
    let decoded = decode_entities(text);
    // Spaces beyond ASCII begin with one of three bytes; most texts have none of them.
    if memchr::memchr3(0xC2, 0xE2, 0xEF, decoded.as_bytes()).is_none() {
        *gap |= decoded.starts_with(|c: char| c.is_ascii_whitespace());
        let trimmed = decoded.trim_ascii();
        if is_single_spaced(trimmed) {
            if *gap && !out.is_empty() && !trimmed.is_empty() {
                out.push(' ');
            }
            out.push_str(trimmed);
            *gap = decoded.ends_with(|c: char| c.is_ascii_whitespace()) || (decoded.is_empty() && *gap);
            return;
        }
        for word in decoded.split_ascii_whitespace() {
            if *gap && !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
            *gap = true;
        }
        *gap = decoded.ends_with(|c: char| c.is_ascii_whitespace()) || (decoded.is_empty() && *gap);
        return;
    }
    for piece in SplitSpace(&decoded) {
        match piece {
            Some(word) => {
                if *gap && !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(word);
                *gap = false;
            }
            None => *gap = true,
        }
    }
}

/// Whether a text has no white space but single blanks.
fn is_single_spaced(text: &str) -> bool {
    let mut blank = false;
    text.bytes().all(|byte| {
        let was = std::mem::replace(&mut blank, byte == b' ');
        !(was && blank || matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0C'))
    })
}

/// Words (`Some`) and runs of white space (`None`).
struct SplitSpace<'a>(&'a str);

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{AD}')
}

impl<'a> Iterator for SplitSpace<'a> {
    type Item = Option<&'a str>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.0.chars().next()?;
        if is_space(first) {
            self.0 = self.0.trim_start_matches(is_space);
            return Some(None);
        }
        let end = self.0.find(is_space).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(Some(word))
    }
}
