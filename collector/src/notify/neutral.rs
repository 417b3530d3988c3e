//! Names and texts from elsewhere, made harmless before they reach a channel.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest name that is shown, in characters.
const LONGEST: usize = 200;

/// One line without control, formatting (direction, zero width) and private characters, trimmed and cut.
#[must_use]
pub fn line(text: &str) -> String {
    let mut clean = String::new();
    let mut blank = false;
    for c in text.nfc() {
        if c.is_whitespace() || c.is_control() {
            blank = true;
        } else if !is_invisible(c) {
            if blank && !clean.is_empty() {
                clean.push(' ');
            }
            blank = false;
            clean.push(c);
        }
    }
    if clean.chars().count() > LONGEST {
        clean = clean.chars().take(LONGEST - 1).collect();
        clean.push('…');
    }
    clean
}

const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// The same without marks, in the alphabet of a plain text message, at most `longest` characters: with marks a message
/// holds 70 characters, without 160.
#[must_use]
pub fn unaccented(text: &str, longest: usize) -> String {
    let plain = |c: char| match c {
        'đ' => 'd',
        'Đ' => 'D',
        '–' | '—' => '-',
        '…' => '.',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        // These take two places in a text message.
        '[' | '{' => '(',
        ']' | '}' => ')',
        '|' | '\\' | '^' | '~' | '`' => ' ',
        c if c.is_ascii_graphic() || c == ' ' => c,
        _ => '?',
    };
    let bare = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if c == '\n' { ' ' } else { c });
    bare.map(plain).take(longest).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_lose_what_could_steer_a_reader_or_a_protocol() {
        assert_eq!(
            line(" Cổng\r\nBcc: x@y\u{202e}\u{0} tỉnh\u{200b} "),
            "Cổng Bcc: x@y tỉnh"
        );
        assert_eq!(line(&"ả".repeat(300)).chars().count(), 200);
        assert_eq!(line("Cô\u{309}ng"), "Cổng");
    }

    #[test]
    fn text_messages_are_plain() {
        assert_eq!(
            unaccented("KHẨN: Cổng Đà Nẵng gián đoạn – [x]", 160),
            "KHAN: Cong Da Nang gian doan - (x)"
        );
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_plain_line(text: String) {
            prop_assert!(!line(&text).contains(char::is_control));
            let plain = unaccented(&line(&text), 160);
            prop_assert!(plain.len() <= 160 && plain.bytes().all(|b| (b' '..=b'~').contains(&b)));
        }
    }
}
