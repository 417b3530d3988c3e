//! Reads a document, and makes its texts fit for every form.

use std::collections::BTreeMap;

use ems_contract::document::{Document, Fault, check};
use unicode_normalization::UnicodeNormalization;

use crate::fonts::MARK;
use crate::walk;

/// Why a document cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or not of the form of a document.
    #[error("the document is not of the expected form (line {line}, column {column}): {why}")]
    Form {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says.
        why: String,
    },
    /// Of the right form, with values that cannot be rendered.
    #[error("the document cannot be rendered:\n{}", .0.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<Fault>),
}

/// How often which characters were replaced by [`MARK`], because they cannot be shown.
pub type Replaced = BTreeMap<char, u64>;

/// Reads a document, checks it, composes its letters (NFC) and replaces what no form may carry: control characters,
/// which XML forbids, and those that turn the direction of text, which make one name look like another.
///
/// # Errors
/// When it is not a document, or one that cannot be rendered: every fault at once.
pub fn read(json: &[u8]) -> Result<(Document, Replaced), ReadError> {
    let mut document: Document = serde_json::from_slice(json).map_err(|error| ReadError::Form {
        line: error.line(),
        column: error.column(),
        why: error.to_string(),
    })?;
    check(&document).map_err(ReadError::Faults)?;
    let mut replaced = Replaced::new();
    walk::texts(&mut document, &mut |text| clean(text, &mut replaced));
    Ok((document, replaced))
}

fn clean(text: &mut String, replaced: &mut Replaced) {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return;
    }
    *text = text
        .replace("\r\n", "\n")
        .nfc()
        .map(|character| {
            if forbidden(character) {
                *replaced.entry(character).or_default() += 1;
                MARK
            } else {
                character
            }
        })
        .collect();
}

fn forbidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // XML 1.0, production 2: also the two last code points of the basic plane.
        '\u{fffe}' | '\u{ffff}' => true,
        // Unicode UAX #9: embeddings, overrides, isolates.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> (String, Replaced) {
        let mut text = text.to_owned();
        let mut replaced = Replaced::new();
        clean(&mut text, &mut replaced);
        (text, replaced)
    }

    #[test]
    fn letters_are_composed_and_lines_kept() {
        assert_eq!(cleaned("Cổng\r\nViệt").0, "Cổng\nViệt");
    }

    #[test]
    fn what_cannot_be_carried_is_marked_and_counted() {
        let (text, replaced) = cleaned("a\u{0}b\u{202e}c\u{7f}\u{0}");
        assert_eq!(text, "a□b□c□□");
        assert_eq!(
            replaced,
            Replaced::from([('\u{0}', 2), ('\u{7f}', 1), ('\u{202e}', 1)])
        );
    }

    #[test]
    fn an_error_of_form_names_the_place() {
        let error = read(b"{\n \"schema\": \"x\"}").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
