//! From bytes to rows of text: workbooks (XLSX) and CSV files as officials' programs write them.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xlsx};
use ems_contract::diagnostic::Message;
use unicode_normalization::UnicodeNormalization;

use super::unpacked::unpacked;

/// The largest file read, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The most that a workbook may hold once unpacked, in bytes.
const MAX_UNPACKED: u64 = 128 * 1024 * 1024;
/// The most rows of a sheet.
const MAX_ROWS: usize = 20_000;
/// The most columns looked at.
const MAX_COLUMNS: u32 = 100;

/// A sheet: its rows by number (from 1), each with its cells by column (from 0). Empty cells are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sheet {
    /// Its name; empty for a CSV file.
    pub(super) name: String,
    pub(super) rows: BTreeMap<u32, BTreeMap<u32, String>>,
}

/// The sheets of a file.
///
/// # Errors
/// When it is too large, or neither a workbook nor a text.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Message> {
    if bytes.len() > MAX_BYTES {
        let most = MAX_BYTES / (1024 * 1024);
        return Err(Message::new("register.import.large").with("most", most));
    }
    match bytes {
        [b'P', b'K', 3, 4, ..] => workbook(bytes),
        // The container of Excel 97 to 2003.
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Err(Message::new("register.import.old_excel")),
        _ => Ok(vec![text(bytes)?]),
    }
}

fn workbook(bytes: &[u8]) -> Result<Vec<Sheet>, Message> {
    let broken = |why: &dyn std::fmt::Display| Message::new("register.import.broken").with("why", why);
    if unpacked(bytes, MAX_UNPACKED).is_none_or(|size| size > MAX_UNPACKED) {
        return Err(Message::new("register.import.bomb"));
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut all = Vec::new();
    for name in book.sheet_names() {
        let mut sheet = Sheet {
            name: name.clone(),
            rows: BTreeMap::new(),
        };
        // Cell by cell: a sheet may claim a million rows and hold three.
        let mut cells = book
            .worksheet_cells_reader(&name)
            .map_err(|error| broken(&error))?;
        while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
            let (row, column) = cell.get_position();
            let text = value(cell.get_value());
            if column >= MAX_COLUMNS || text.is_empty() {
                continue;
            }
            put(&mut sheet, row + 1, column, text)?;
        }
        drop(cells);
        // What a merged cell says holds for each cell it covers.
        let merged = book
            .merge_cells_by_sheet_name(&name)
            .map_err(|error| broken(&error))?;
        for region in merged {
            let (top, left) = region.start;
            let said = sheet.rows.get(&(top + 1)).and_then(|row| row.get(&left)).cloned();
            let Some(said) = said else { continue };
            let (bottom, right) = region.end;
            let height = u32::try_from(MAX_ROWS).unwrap_or(u32::MAX);
            for row in top..=bottom.min(top.saturating_add(height)) {
                // Only down in one column: a title across a sheet is no row of data.
                if left == right {
                    put(&mut sheet, row + 1, left, said.clone())?;
                }
            }
        }
        all.push(sheet);
    }
    Ok(all)
}

fn put(sheet: &mut Sheet, row: u32, column: u32, text: String) -> Result<(), Message> {
    sheet.rows.entry(row).or_default().entry(column).or_insert(text);
    if sheet.rows.len() > MAX_ROWS {
        return Err(Message::new("register.import.rows").with("most", MAX_ROWS));
    }
    Ok(())
}

fn value(data: &DataRef<'_>) -> String {
    match data {
        DataRef::SharedString(text) => cell(text),
        DataRef::DateTime(at) => moment(at),
        other => match Data::from(other.clone()) {
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => cell(&text),
            Data::Float(number) => number.to_string(),
            Data::Int(number) => number.to_string(),
            Data::Bool(true) => "có".to_owned(),
            Data::Bool(false) => "không".to_owned(),
            // `#REF!` and its kin say themselves that they are none.
            Data::Error(error) => format!("{error:?}"),
            Data::DateTime(at) => moment(&at),
            Data::Empty => String::new(),
        },
    }
}

fn moment(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

/// Trimmed, in NFC, white space of any kind one blank.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").nfc().collect()
}

fn text(bytes: &[u8]) -> Result<Sheet, Message> {
    let text = decoded(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(&text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    for (number, record) in (1u32..).zip(reader.records()) {
        // The text is UTF-8 and rows may differ in length: nothing is left to fail on.
        let Ok(record) = record else { continue };
        for (column, said) in (0..MAX_COLUMNS).zip(record.iter().map(cell)) {
            if !said.is_empty() {
                put(&mut sheet, number, column, said)?;
            }
        }
    }
    Ok(sheet)
}

/// UTF-8, UTF-16 with a mark, or Windows-1258, which writes tones as marks of their own.
fn decoded(bytes: &[u8]) -> Result<String, Message> {
    if bytes.contains(&0) && !matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
        return Err(Message::new("register.import.binary"));
    }
    let encoding = match bytes {
        [0xFF, 0xFE, ..] => encoding_rs::UTF_16LE,
        [0xFE, 0xFF, ..] => encoding_rs::UTF_16BE,
        _ if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        _ => encoding_rs::WINDOWS_1258,
    };
    let (text, _, wrong) = encoding.decode(bytes);
    if wrong {
        return Err(Message::new("register.import.encoding"));
    }
    Ok(text.nfc().collect())
}

/// The separator that stands most often in the first lines, outside quotes.
fn separator(text: &str) -> u8 {
    let mut counts = [(b'\t', 0usize), (b';', 0), (b',', 0)];
    let mut quoted = false;
    for byte in text.bytes().take(4_096) {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some(count) = counts.iter_mut().find(|(known, _)| *known == byte) {
            count.1 += 1;
        }
    }
    // Of equals the first wins: a tab is hardly ever part of a text, a comma often.
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or_default();
    let found = counts.iter().find(|(_, count)| *count == most && most > 0);
    found.map_or(b',', |(known, _)| *known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn windows_1258_is_read_with_its_marks_composed() {
        let (bytes, _, _) =
            encoding_rs::WINDOWS_1258.encode("Xa\u{301}c nhâ\u{323}n;Sơ\u{309} Y tê\u{301}\n");
        let sheet = text(&bytes).unwrap();
        assert_eq!(sheet.rows[&1][&0], "Xác nhận");
        assert_eq!(sheet.rows[&1][&1], "Sở Y tế");
    }

    #[test]
    fn what_is_no_spreadsheet_is_said() {
        let key = |bytes: &[u8]| sheets(bytes).unwrap_err().key();
        assert_eq!(key(b"PK\x03\x04 and nothing else"), "register.import.bomb");
        assert_eq!(key(&[0xD0, 0xCF, 0x11, 0xE0, 0]), "register.import.old_excel");
        assert_eq!(key(b"%PDF-1.7\0\0"), "register.import.binary");
        assert_eq!(key(&vec![b'a'; MAX_BYTES + 1]), "register.import.large");
    }

    proptest! {
        #[test]
        fn garbage_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), zip in any::<bool>()) {
            if zip {
                bytes.splice(0..0, *b"PK\x03\x04");
                bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\0\0\0\0\0\0\0\0\0\0");
            }
            drop(sheets(&bytes));
        }
    }
}
