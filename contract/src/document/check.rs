//! Whether a document can be rendered: every fault at once, each with the place where it stands.

use std::collections::BTreeSet;
use std::fmt;

use super::block::{Block, Run};
use super::cell::{Cell, Value};
use super::chart::{Axis, Chart, Drawing};
use super::letterhead::Letterhead;
use super::sheet::{Sheet, Total};
use super::table::{Column, RowKind, Table};
use super::{Document, SCHEMA};

/// Characters of one text, counted in UTF-16 as spreadsheets do: what a cell can hold, less some room.
const MAX_TEXT: usize = 30_000;
/// Blocks of a document, appendices included.
const MAX_BLOCKS: usize = 20_000;
/// Columns of a printed table: more cannot be read on a page lying down.
const MAX_COLUMNS: usize = 24;
/// Rows of a printed table.
const MAX_ROWS: usize = 20_000;
/// Columns of a sheet.
const MAX_SHEET_COLUMNS: usize = 200;
/// Rows of a sheet, header and totals apart: Excel has 1,048,576.
const MAX_SHEET_ROWS: usize = 1_048_000;
/// Days of a strip.
const MAX_DAYS: usize = 400;
/// Lines of a chart.
const MAX_SERIES: usize = 6;
/// Sheets of a workbook.
const MAX_SHEETS: usize = 100;

/// Something that keeps a document from being rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `body[3].table.rows[2]`.
    pub at: String,
    /// What is wrong, with the value and what would be right.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Looks at everything that the renderer relies on.
///
/// # Errors
/// All faults, in the order of the document.
pub fn check(document: &Document) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::default();
    if document.schema != SCHEMA {
        faults.add(
            "schema",
            format!(
                "{} (this build reads {SCHEMA}): collector and renderer are of different versions",
                document.schema
            ),
        );
    }
    faults.text("title", &document.title);
    if document.title.trim().is_empty() {
        faults.add("title", "empty");
    }
    if let Some(letterhead) = &document.letterhead {
        faults.letterhead(letterhead);
    }
    let blocks = document.body.len() + document.appendices.iter().map(|a| a.body.len()).sum::<usize>();
    faults.at_most("body", "blocks, appendices included", blocks, MAX_BLOCKS);
    faults.blocks("body", &document.body);
    for (index, appendix) in document.appendices.iter().enumerate() {
        let at = format!("appendices[{index}]");
        faults.text(&format!("{at}.title"), &appendix.title);
        faults.blocks(&format!("{at}.body"), &appendix.body);
    }
    faults.at_most("sheets", "sheets", document.sheets.len(), MAX_SHEETS);
    let mut names = BTreeSet::new();
    for (index, sheet) in document.sheets.iter().enumerate() {
        let at = format!("sheets[{index}]");
        faults.sheet(&at, sheet);
        if !names.insert(sheet.name.to_lowercase()) {
            faults.add(
                &format!("{at}.name"),
                format!("another sheet is called `{}` too", sheet.name),
            );
        }
    }
    if faults.0.is_empty() {
        Ok(())
    } else {
        Err(faults.0)
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, at: &str, what: impl Into<String>) {
        self.0.push(Fault {
            at: at.to_owned(),
            what: what.into(),
        });
    }

    fn at_most(&mut self, at: &str, what: &str, number: usize, most: usize) {
        if number > most {
            self.add(at, format!("{number} {what} (at most {most})"));
        }
    }

    fn text(&mut self, at: &str, text: &str) {
        // Bytes bound characters from above: the slow count is for the few that are long.
        if text.len() > MAX_TEXT {
            self.at_most(at, "characters", text.encode_utf16().count(), MAX_TEXT);
        }
    }

    fn link(&mut self, at: &str, link: Option<&str>) {
        if let Some(link) = link
            && !["http://", "https://", "mailto:"]
                .iter()
                .any(|scheme| link.starts_with(scheme))
        {
            self.add(at, format!("link `{link}` is not http, https or mailto"));
        }
    }

    fn runs(&mut self, at: &str, runs: &[Run]) {
        for run in runs {
            self.text(at, &run.text);
            self.link(at, run.link.as_deref());
        }
    }

    fn letterhead(&mut self, letterhead: &Letterhead) {
        for (name, text) in [
            ("issuer", &letterhead.issuer),
            ("symbol", &letterhead.symbol),
            ("kind", &letterhead.kind),
            ("subject", &letterhead.subject),
        ] {
            let at = format!("letterhead.{name}");
            self.text(&at, text);
            if text.trim().is_empty() {
                self.add(&at, "empty");
            }
        }
        let date = &letterhead.place_date;
        if date.month.is_some_and(|month| !(1..=12).contains(&month)) {
            self.add("letterhead.place_date.month", "not 1 to 12");
        }
        if date.day.is_some_and(|day| !(1..=31).contains(&day)) {
            self.add("letterhead.place_date.day", "not 1 to 31");
        }
    }

    fn blocks(&mut self, at: &str, blocks: &[Block]) {
        for (index, block) in blocks.iter().enumerate() {
            let at = format!("{at}[{index}]");
            match block {
                Block::Heading { level, text } => {
                    if !(1..=4).contains(level) {
                        self.add(&format!("{at}.heading.level"), format!("{level} (1 to 4)"));
                    }
                    self.text(&at, text);
                }
                Block::Paragraph(runs) | Block::Note(runs) => self.runs(&at, runs),
                Block::List { items, .. } => {
                    for (number, item) in items.iter().enumerate() {
                        self.runs(&format!("{at}.list.items[{number}]"), item);
                    }
                }
                Block::Table(table) => self.table(&format!("{at}.table"), table),
                Block::Chart(chart) => self.chart(&format!("{at}.chart"), chart),
                Block::Figures(figures) => {
                    if !(1..=6).contains(&figures.len()) {
                        self.add(&at, format!("{} figures side by side (1 to 6)", figures.len()));
                    }
                    for (number, figure) in figures.iter().enumerate() {
                        self.cell(&format!("{at}.figures[{number}]"), &figure.figure);
                    }
                }
                Block::Placeholder(text) => self.text(&at, text),
                Block::Contents | Block::PageBreak => {}
            }
        }
    }

    fn cell(&mut self, at: &str, cell: &Cell) {
        self.text(at, &cell.text);
        self.link(at, cell.link.as_deref());
        match cell.value {
            Some(Value::Share { whole, .. }) if whole <= 0 => {
                self.add(at, format!("a share of {whole} (the whole must be above 0)"));
            }
            Some(Value::Share { places, .. } | Value::Decimal { places, .. }) if places > 6 => {
                self.add(at, format!("{places} places (at most 6)"));
            }
            _ => {}
        }
    }

    fn columns(&mut self, at: &str, columns: &[Column], most: usize) {
        if columns.is_empty() {
            self.add(at, "no columns");
        }
        self.at_most(at, "columns", columns.len(), most);
        for (index, column) in columns.iter().enumerate() {
            self.text(&format!("{at}.columns[{index}]"), &column.title);
        }
    }

    fn table(&mut self, at: &str, table: &Table) {
        self.columns(at, &table.columns, MAX_COLUMNS);
        self.at_most(at, "rows", table.rows.len(), MAX_ROWS);
        if table.rows.is_empty() && table.empty.is_none() {
            self.add(at, "no rows, and no text in `empty` that says so to the reader");
        }
        for (index, row) in table.rows.iter().enumerate() {
            let at = format!("{at}.rows[{index}]");
            let wanted = match row.kind {
                RowKind::Group => 1,
                RowKind::Data | RowKind::Total => table.columns.len(),
            };
            if row.cells.len() != wanted {
                self.add(&at, format!("{} cells (must be {wanted})", row.cells.len()));
            }
            for cell in &row.cells {
                self.cell(&at, cell);
            }
        }
    }

    fn axis(&mut self, at: &str, axis: &Axis) {
        if axis.to <= axis.from {
            self.add(
                at,
                format!("axis from {} to {}: nothing between", axis.from, axis.to),
            );
        }
    }

    fn chart(&mut self, at: &str, chart: &Chart) {
        self.text(at, &chart.title);
        match &chart.drawing {
            Drawing::Strips { rows, .. } => {
                let days = rows.first().map_or(0, |row| row.days.len());
                self.at_most(at, "days", days, MAX_DAYS);
                for row in rows.iter().filter(|row| row.days.len() != days) {
                    self.add(
                        at,
                        format!(
                            "`{}` has {} days, the first row {days}",
                            row.label,
                            row.days.len()
                        ),
                    );
                }
            }
            Drawing::Bars { axis, .. } => self.axis(at, axis),
            Drawing::Lines { axis, points, series } => {
                self.axis(at, axis);
                self.at_most(at, "lines", series.len(), MAX_SERIES);
                for line in series.iter().filter(|line| line.values.len() != points.len()) {
                    self.add(
                        at,
                        format!(
                            "`{}` has {} values for {} points",
                            line.label,
                            line.values.len(),
                            points.len()
                        ),
                    );
                }
                for line in series.iter().filter(|line| line.texts.len() != points.len()) {
                    self.add(
                        at,
                        format!(
                            "`{}` has {} values in words for {} points",
                            line.label,
                            line.texts.len(),
                            points.len()
                        ),
                    );
                }
            }
        }
    }

    fn sheet(&mut self, at: &str, sheet: &Sheet) {
        let name = &sheet.name;
        let length = name.encode_utf16().count();
        if !(1..=31).contains(&length) {
            self.add(
                &format!("{at}.name"),
                format!("`{name}` has {length} characters (1 to 31)"),
            );
        }
        if name.contains(['[', ']', ':', '*', '?', '/', '\\'])
            || name.starts_with('\'')
            || name.ends_with('\'')
            || name.chars().any(char::is_control)
        {
            self.add(
                &format!("{at}.name"),
                format!("`{name}` has one of [ ] : * ? / \\, or an apostrophe at an end"),
            );
        }
        self.columns(at, &sheet.columns, MAX_SHEET_COLUMNS);
        self.at_most(at, "rows", sheet.rows.len(), MAX_SHEET_ROWS);
        for (index, row) in sheet.rows.iter().enumerate() {
            let at = format!("{at}.rows[{index}]");
            if row.len() != sheet.columns.len() {
                self.add(
                    &at,
                    format!("{} cells (must be {})", row.len(), sheet.columns.len()),
                );
            }
            for cell in row {
                self.cell(&at, cell);
            }
        }
        if !sheet.totals.is_empty() && sheet.totals.len() != sheet.columns.len() {
            self.add(
                &format!("{at}.totals"),
                format!("{} entries (must be {})", sheet.totals.len(), sheet.columns.len()),
            );
        }
        for (index, total) in sheet.totals.iter().enumerate() {
            if let Some(Total::Share { part, whole, places }) = total
                && (*part >= sheet.columns.len() || *whole >= sheet.columns.len() || *places > 2)
            {
                self.add(
                    &format!("{at}.totals[{index}]"),
                    format!(
                        "share of columns {part} and {whole} at {places} places ({} columns from 0, at most 2 places)",
                        sheet.columns.len()
                    ),
                );
            }
        }
    }
}
