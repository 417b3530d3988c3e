//! DOCX, to be edited by officials: real styles, fields, lists and tables (ECMA-376, transitional).
//!
//! Written by hand: a report needs few kinds of elements, in the order that the schema wants, compressed, and the
//! same bytes each time.

mod blocks;
mod chart;
mod contents;
mod letterhead;
mod picture;
mod section;
mod table;
mod writer;
mod xml;

use std::io::{Cursor, Write};

use ems_contract::document::Document;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::fonts::Fonts;
use writer::Writer;
use xml::escape;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const STYLES: &str = include_str!("parts/styles.xml");
const SETTINGS: &str = include_str!("parts/settings.xml");
const FONT_TABLE: &str = include_str!("parts/fontTable.xml");

/// Name spaces of the parts with text.
const SPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" \
    xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" \
    xmlns:w15=\"http://schemas.microsoft.com/office/word/2012/wordml\"";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPES: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// Why there is no DOCX: the archive outgrew what its format can hold.
#[derive(Debug, thiserror::Error)]
#[error("the DOCX cannot be written: {0}")]
pub struct DocxError(#[from] zip::result::ZipError);

impl From<std::io::Error> for DocxError {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

/// Writes a document. The same document gives the same bytes.
///
/// # Errors
/// When the archive cannot be written.
pub fn docx(document: &Document, fonts: &Fonts) -> Result<Vec<u8>, DocxError> {
    let mut writer = Writer::new(document, fonts);
    writer.document(document);
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    let mut text = |name: &str, xml: String| parts.push((name.to_owned(), xml.into_bytes()));
    text("[Content_Types].xml", content_types());
    text("_rels/.rels", package_relations());
    text("docProps/core.xml", core(document));
    text("docProps/app.xml", app());
    text(
        "word/document.xml",
        format!(
            "{DECLARATION}<w:document {SPACES}><w:body>{}</w:body></w:document>",
            writer.xml
        ),
    );
    text("word/_rels/document.xml.rels", document_relations(&writer));
    text("word/styles.xml", format!("{DECLARATION}{STYLES}"));
    text("word/settings.xml", format!("{DECLARATION}{SETTINGS}"));
    text("word/fontTable.xml", format!("{DECLARATION}{FONT_TABLE}"));
    text("word/numbering.xml", writer.numbering());
    text("word/header1.xml", section::header(document, true));
    text("word/header2.xml", section::header(document, false));
    text("word/footer1.xml", section::footer(document));
    for (index, picture) in writer.pictures.iter().enumerate() {
        parts.push((format!("word/media/image{}.png", index + 1), picture.clone()));
    }
    pack(parts)
}

fn pack(parts: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>, DocxError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // The default date of an entry is the fixed 1 January 1980: never the clock.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in parts {
        archive.start_file(name, options)?;
        archive.write_all(&bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn content_types() -> String {
    let overrides: String = [
        ("/word/document.xml", "document.main"),
        ("/word/styles.xml", "styles"),
        ("/word/settings.xml", "settings"),
        ("/word/fontTable.xml", "fontTable"),
        ("/word/numbering.xml", "numbering"),
        ("/word/header1.xml", "header"),
        ("/word/header2.xml", "header"),
        ("/word/footer1.xml", "footer"),
    ]
    .iter()
    .map(|(part, kind)| format!("<Override PartName=\"{part}\" ContentType=\"{TYPES}.{kind}+xml\"/>"))
    .collect();
    format!(
        "{DECLARATION}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Default Extension=\"png\" ContentType=\"image/png\"/>{overrides}\
         <Override PartName=\"/docProps/core.xml\" \
         ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
         <Override PartName=\"/docProps/app.xml\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/></Types>"
    )
}

fn relations(list: &str) -> String {
    format!(
        "{DECLARATION}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         {list}</Relationships>"
    )
}

fn package_relations() -> String {
    relations(&format!(
        "<Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"rId2\" \
         Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
         Target=\"docProps/core.xml\"/>\
         <Relationship Id=\"rId3\" Type=\"{RELATIONS}/extended-properties\" Target=\"docProps/app.xml\"/>"
    ))
}

fn document_relations(writer: &Writer<'_>) -> String {
    let mut list: String = [
        ("styles", "styles.xml"),
        ("settings", "settings.xml"),
        ("fontTable", "fontTable.xml"),
        ("numbering", "numbering.xml"),
        ("header", "header1.xml"),
        ("header", "header2.xml"),
        ("footer", "footer1.xml"),
    ]
    .iter()
    .enumerate()
    .map(|(index, (kind, target))| {
        format!(
            "<Relationship Id=\"rId{}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>",
            index + 1
        )
    })
    .collect();
    for (index, link) in writer.links.iter().enumerate() {
        list.push_str(&format!(
            "<Relationship Id=\"link{}\" Type=\"{RELATIONS}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
            index + 1,
            escape(link)
        ));
    }
    for index in 1..=writer.pictures.len() {
        list.push_str(&format!(
            "<Relationship Id=\"image{index}\" Type=\"{RELATIONS}/image\" Target=\"media/image{index}.png\"/>"
        ));
    }
    relations(&list)
}

fn core(document: &Document) -> String {
    let (title, author, at) = (
        escape(&document.title),
        escape(&document.author),
        document.made_at,
    );
    format!(
        "{DECLARATION}<cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{title}</dc:title>\
         <dc:creator>{author}</dc:creator><dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:modified></cp:coreProperties>"
    )
}

fn app() -> String {
    format!(
        "{DECLARATION}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
         <Application>ems-render</Application></Properties>"
    )
}
