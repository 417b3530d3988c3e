//! Turns a finished report ([`ems_contract::document::Document`]) into DOCX, PDF and XLSX.
//!
//! A program of its own beside the collector: the layout's memory is given back when it ends, and its build stays
//! out of everything else. No network, no clock: the same document gives the same bytes. All figures come as
//! finished texts; nothing is computed here but the totals of a spreadsheet.

mod chart;
mod docx;
mod fonts;
mod geometry;
mod palette;
mod pdf;
mod read;
mod save;
mod walk;
mod width;
mod xlsx;

pub use docx::{DocxError, docx};
pub use fonts::{FontError, Fonts, MARK};
pub use pdf::{Complaint, LAYOUT, Pdf, PdfError, Template, pdf};
pub use read::{ReadError, Replaced, read};
pub use save::{SaveError, save};
pub use xlsx::xlsx;
