//! PDF by typst, embedded: PDF/A-2u, fonts as subsets, charts as vectors.

mod blocks;
mod charts;
mod complaint;
mod view;
mod world;

use ems_contract::document::Document;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::fonts::Fonts;
use crate::read::Replaced;
pub use complaint::{Complaint, PdfError};
use world::PrintWorld;
pub use world::REPORT as LAYOUT;

/// A layout that an operator wrote in place of the built-in one.
#[derive(Debug, Clone)]
pub struct Template {
    /// How errors name it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A finished PDF.
#[derive(Debug, Clone)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Characters the fonts lack, which stand as marks in it.
    pub replaced: Replaced,
}

/// Lays a document out. The same document and template give the same bytes.
///
/// # Errors
/// When the layout has a fault. A warning of typst is one: it says so when text vanishes or does not fit.
pub fn pdf(document: &Document, fonts: &Fonts, template: Option<&Template>) -> Result<Pdf, PdfError> {
    let (json, replaced) = view::view(document, fonts);
    let world = PrintWorld::new(fonts, template, json)?;
    let compiled = typst::compile::<PagedDocument>(&world);
    let complaints = |list: &[_]| complaint::collect(&world, list);
    let laid_out = compiled.output.map_err(|errors| complaints(&errors))?;
    if !compiled.warnings.is_empty() {
        return Err(complaints(&compiled.warnings));
    }
    let standards = PdfStandards::new(&[PdfStandard::A_2u]).map_err(|why| PdfError::one(why.message()))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{}\n{}", document.title, document.made_at)),
        creator: Smart::Custom(Some(format!("ems-render {}", env!("CARGO_PKG_VERSION")))),
        timestamp: timestamp(document),
        standards,
        tagged: false,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&laid_out, &options).map_err(|errors| complaints(&errors))?;
    Ok(Pdf {
        bytes,
        pages: laid_out.pages().len(),
        replaced,
    })
}

fn timestamp(document: &Document) -> Option<Timestamp> {
    let at = document
        .made_at
        .timestamp()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .datetime();
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    Datetime::from_ymd_hms(
        i32::from(at.year()),
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    )
    .map(Timestamp::new_utc)
}
