//! What a finished report says, independent of the file it becomes: the collector builds a [`Document`] once, and
//! `ems-render` turns it into DOCX, PDF and XLSX. HTML, CSV and JSON are written by the collector from the same
//! figures.
//!
//! Every number is formatted once, by the collector: [`Cell::text`] is what each form prints, [`Cell::value`] the
//! exact quantity behind it, for cells that compute. All texts are plain: no markup of any form is interpreted.

mod block;
mod cell;
mod chart;
mod check;
mod letterhead;
mod sheet;
mod table;

use serde::{Deserialize, Serialize};

use crate::text::Lang;
use crate::time::UnixTime;

pub use self::block::{Block, Figure, Run};
pub use self::cell::{Cell, Tone, Value};
pub use self::chart::{Axis, Bar, Chart, Drawing, Legend, Series, Strip};
pub use self::check::{Fault, check};
pub use self::letterhead::{Letterhead, PlaceDate, Signature};
pub use self::sheet::{Sheet, Total};
pub use self::table::{Column, ColumnKind, Row, RowKind, Table};

/// Version of the document format. It rises when a field changes its meaning or goes away; new optional fields
/// do not raise it.
pub const SCHEMA: u16 = 1;

/// One report with everything that its printed and spreadsheet forms show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Format version, [`SCHEMA`].
    pub schema: u16,
    /// Language of the fixed words (state name, "Nơi nhận", page words) and of the files' language tags.
    pub lang: Lang,
    /// The instant written into the files as their date of creation: of the edition, never of the clock.
    pub made_at: UnixTime,
    /// Title in the files' properties, and above the text where there is no letterhead.
    pub title: String,
    /// Agency in the files' properties.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Printed at the head of every page and as first row of notes in the workbook, such as `DỰ THẢO` or
    /// `SỐ LIỆU MẪU`: what must never be taken for the real thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Printed small at the foot of every page: edition, digest of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// Head of an administrative text; absent for slips and one-page summaries that go as enclosures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letterhead: Option<Letterhead>,
    /// The text. Its last paragraph ends with `./.` by usage; the collector writes it.
    pub body: Vec<Block>,
    /// Who signs; printed right, beside the recipients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Lines of "Nơi nhận", without dash and semicolon, which the renderer sets; empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// Appendices, each on a page of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appendices: Vec<Appendix>,
    /// Sheets of the workbook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<Sheet>,
}

/// An appendix ("Phụ lục").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appendix {
    /// `PHỤ LỤC I`.
    pub label: String,
    /// Its title.
    pub title: String,
    /// The line below the title, such as `(Kèm theo Báo cáo số …)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// On A4 lying down, for wide tables.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub landscape: bool,
    /// Its text.
    pub body: Vec<Block>,
}

#[cfg(test)]
mod tests;
