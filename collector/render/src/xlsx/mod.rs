//! XLSX: cells that compute. Header frozen, filters on, totals as formulas with their results, no merged cell, no
//! text that a spreadsheet could take for a formula.

mod format;
mod total;

use ems_contract::document::{Cell, Column, Document, Sheet, Total, Value};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Url, Workbook, Worksheet, XlsxError};

use format::{Formats, Kind};

/// The day before 1 January 1900 by Excel's count, which holds 1900 for a leap year: days since 1970 plus this.
const EPOCH_DAYS: f64 = 25_569.0;
const DAY_S: f64 = 86_400.0;
/// Vietnam's civil time, hours ahead of UTC.
const ZONE_S: i64 = 7 * 3600;
/// Widest column, in characters.
const WIDEST: usize = 60;
/// Longest address a cell can lead to.
const LONGEST_LINK: usize = 2_000;
/// Most links of a sheet.
const MOST_LINKS: usize = 60_000;

/// Writes the workbook of a document's sheets. The same document gives the same bytes.
///
/// # Errors
/// When a sheet breaks a rule of the format that the check of the document let pass.
pub fn xlsx(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let at = document.made_at.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    let created = ExcelDateTime::parse_from_str(&at.strftime("%Y-%m-%dT%H:%M:%S").to_string())?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(&document.title)
            .set_author(&document.author)
            .set_creation_datetime(&created),
    );
    let mut formats = Formats::default();
    for sheet in &document.sheets {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&sheet.name)?;
        Writing {
            worksheet,
            formats: &mut formats,
            links: 0,
        }
        .sheet(document, sheet)?;
    }
    if document.sheets.is_empty() {
        // A workbook must have a sheet.
        workbook.add_worksheet();
    }
    workbook.save_to_buffer()
}

struct Writing<'a> {
    worksheet: &'a mut Worksheet,
    formats: &'a mut Formats,
    links: usize,
}

impl Writing<'_> {
    fn sheet(&mut self, document: &Document, sheet: &Sheet) -> Result<(), XlsxError> {
        for (index, column) in sheet.columns.iter().enumerate() {
            let head = self.formats.head();
            self.worksheet
                .write_string_with_format(0, number(index), title(column), head)?;
            let width = width(sheet, index);
            self.worksheet.set_column_width(number(index), width)?;
        }
        for (index, row) in sheet.rows.iter().enumerate() {
            let at = row_number(index + 1);
            for (column, cell) in row.iter().enumerate() {
                self.cell(at, number(column), cell)?;
            }
        }
        let last = row_number(sheet.rows.len());
        let last_column = number(sheet.columns.len().saturating_sub(1));
        self.worksheet.set_freeze_panes(1, 0)?;
        self.worksheet.set_repeat_rows(0, 0)?;
        self.worksheet.autofilter(0, 0, last, last_column)?;
        self.worksheet
            .set_paper_size(9)
            .set_landscape()
            .set_print_fit_to_pages(1, 0);
        let mut below = last + 1;
        if !sheet.totals.is_empty() {
            total::write(self.worksheet, self.formats, sheet, below)?;
            below += 1;
        }
        let remarks = document
            .mark
            .iter()
            .chain(document.footer.iter())
            .chain(&sheet.notes);
        for (index, remark) in remarks.enumerate() {
            let note = self.formats.note();
            self.worksheet
                .write_string_with_format(below + 1 + row_number(index), 0, remark, note)?;
        }
        Ok(())
    }

    fn cell(&mut self, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        let Some((quantity, kind)) = cell.value.map(quantity) else {
            return self.words(row, column, cell);
        };
        let format = self.formats.of(kind, cell.tone, cell.bold);
        self.worksheet
            .write_number_with_format(row, column, quantity, format)?;
        Ok(())
    }

    fn words(&mut self, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        if cell.text.is_empty() && cell.tone.is_none() {
            return Ok(());
        }
        let kind = if looks_like_formula(&cell.text) {
            Kind::Quoted
        } else {
            Kind::Text
        };
        let format = self.formats.of(kind, cell.tone, cell.bold);
        match &cell.link {
            Some(link) if link.len() <= LONGEST_LINK && self.links < MOST_LINKS && !cell.text.is_empty() => {
                self.links += 1;
                let url = Url::new(link.as_str()).set_text(cell.text.as_str());
                self.worksheet.write_url_with_format(row, column, url, format)?;
            }
            _ => {
                self.worksheet
                    .write_string_with_format(row, column, cell.text.as_str(), format)?;
            }
        }
        Ok(())
    }
}

/// Texts that become a formula once somebody edits the cell or saves the sheet as CSV (OWASP, CSV injection).
fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\n'])
}

/// A quantity as a spreadsheet holds it, and how it is shown.
fn quantity(value: Value) -> (f64, Kind) {
    match value {
        Value::Integer(count) => (float(i128::from(count)), Kind::Integer),
        Value::Decimal { units, places } => (float(i128::from(units)) / scale(places), Kind::Decimal(places)),
        // Floored before it is handed over: a spreadsheet rounds what it shows, and 99,999% would read 100,00%.
        Value::Share { places, .. } => (
            float(value.floored_percent().unwrap_or_default()) / (scale(places) * 100.0),
            Kind::Percent(places),
        ),
        Value::Seconds(seconds) => (float(i128::from(seconds)) / DAY_S, Kind::Duration),
        Value::Date(date) => {
            let days = i128::from(
                date.to_zoned(jiff::tz::TimeZone::UTC)
                    .map_or(0, |day| day.timestamp().as_second()),
            ) / 86_400;
            (float(days) + EPOCH_DAYS, Kind::Date)
        }
        Value::Instant(at) => (
            float(i128::from(at.secs() + ZONE_S)) / DAY_S + EPOCH_DAYS,
            Kind::Instant,
        ),
    }
}

/// Counts above 2^53 lose digits, as they do in every spreadsheet.
#[expect(clippy::cast_precision_loss, reason = "a spreadsheet knows no other numbers")]
const fn float(number: i128) -> f64 {
    number as f64
}

fn scale(places: u8) -> f64 {
    10_f64.powi(i32::from(places.min(6)))
}

fn title(column: &Column) -> String {
    match &column.group {
        Some(group) => format!("{group} – {}", column.title),
        None => column.title.clone(),
    }
}

/// Room for the longest line of the first rows, within bounds.
fn width(sheet: &Sheet, index: usize) -> f64 {
    let longest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let head = sheet
        .columns
        .get(index)
        .map_or(0, |column| longest(&title(column)).min(24));
    let cells = sheet
        .rows
        .iter()
        .take(2_000)
        .filter_map(|row| row.get(index))
        .map(|cell| longest(&cell.text).min(if cell.value.is_some() { 20 } else { WIDEST }));
    let total = match sheet.totals.get(index) {
        Some(Some(Total::Label(text))) => longest(text).min(WIDEST),
        _ => 0,
    };
    float(i128::try_from(cells.max().unwrap_or(0).max(head).max(total) + 3).unwrap_or(10))
}

fn number(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

fn row_number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::time::UnixTime;
    use jiff::civil::date;

    fn shown(value: Value) -> f64 {
        quantity(value).0
    }

    #[test]
    fn quantities_are_those_a_spreadsheet_knows() {
        let almost = Value::Share {
            part: 99_999,
            whole: 100_000,
            places: 2,
        };
        assert!((shown(almost) - 0.9999).abs() < 1e-12);
        assert!((shown(Value::Seconds(43_200)) - 0.5).abs() < 1e-12);
        // 1 January 2000 is day 36526 of Excel.
        assert!((shown(Value::Date(date(2000, 1, 1))) - 36_526.0).abs() < 1e-9);
        let noon: UnixTime = "2000-01-01T05:00:00Z".parse().unwrap();
        assert!((shown(Value::Instant(noon)) - 36_526.5).abs() < 1e-9);
        let decimal = Value::Decimal {
            units: 125,
            places: 1,
        };
        assert!((shown(decimal) - 12.5).abs() < 1e-12);
    }

    #[test]
    fn what_looks_like_a_formula_is_known() {
        for text in ["=1+1", "+84", "-", "@SUM(A1)", "\t=1"] {
            assert!(looks_like_formula(text), "{text}");
        }
        assert!(!looks_like_formula("Sở Y tế = 1"));
    }
}
