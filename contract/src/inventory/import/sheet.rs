//! From bytes to rows: the encodings and separators that spreadsheet programs write.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::diagnostic::Message;
use crate::inventory::address::Refusal;
use crate::yaml::MAX_BYTES;

/// The most rows read.
const MAX_ROWS: usize = 20_000;

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    /// Number as the spreadsheet shows it, from 1.
    pub(super) number: u32,
    /// Line of the file, from 1 (a cell may hold line breaks).
    pub(super) line: u32,
    /// Cells: trimmed, in NFC, white space of any kind one blank.
    pub(super) cells: Vec<String>,
}

/// The rows of a CSV file, empty ones left out.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Row>, Refusal> {
    if bytes.len() > MAX_BYTES {
        let limit = MAX_BYTES / (1024 * 1024);
        return Err(Message::new("yaml.too_large").with("limit", limit).into());
    }
    let text = decoded(bytes)?;
    // Excel's own way of naming the separator: a first line `sep=;`.
    let (named, text) = match text.split_once('\n') {
        Some((first, rest)) if first.trim_end().len() == 5 && first.starts_with("sep=") => {
            (first.as_bytes().get(4).copied(), rest)
        }
        _ => (None, &*text),
    };
    let skipped = u64::from(named.is_some());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(named.unwrap_or_else(|| separator(text)))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for (index, record) in (1..).zip(reader.records()) {
        // The text is UTF-8 and rows may differ in length: nothing is left to fail on.
        let Ok(record) = record else { continue };
        let cells: Vec<String> = record.iter().map(cell).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        if rows.len() == MAX_ROWS {
            return Err(Message::new("inventory.import.too_many")
                .with("limit", MAX_ROWS)
                .into());
        }
        let line = record.position().map_or(index, csv::Position::line) + skipped;
        rows.push(Row {
            number: u32::try_from(index + skipped).unwrap_or(u32::MAX),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            cells,
        });
    }
    Ok(rows)
}

fn cell(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .nfc()
        .collect()
}

/// UTF-8 with or without a byte-order mark, or UTF-16 with one (Excel's "Unicode Text").
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    let refusal = || Refusal {
        message: Message::new("inventory.import.encoding"),
        hint: Some(Message::new("inventory.import.encoding.hint")),
    };
    let wide = |pair: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|two| pair([two[0], two[1]]));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .map(Cow::Owned)
    };
    match bytes {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes).map_err(|_why| refusal()),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes).map_err(|_why| refusal()),
        [b'P', b'K', 3, 4, ..] => Err(Refusal {
            message: Message::new("inventory.import.workbook"),
            hint: Some(Message::new("inventory.import.encoding.hint")),
        }),
        _ => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|_why| refusal())
        }
    }
}

/// The separator that stands most often in the first lines, outside quotes.
fn separator(text: &str) -> u8 {
    let mut counts = [(b'\t', 0usize), (b';', 0), (b',', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in text.bytes().take(4_096) {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some(count) = counts.iter_mut().find(|(separator, _)| *separator == byte) {
            count.1 += 1;
        }
    }
    // Of equals the first wins: a tab is hardly ever part of a text, a comma often.
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or_default();
    counts
        .iter()
        .find(|(_, count)| *count == most && most > 0)
        .map_or(b',', |(separator, _)| *separator)
}
