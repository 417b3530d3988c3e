//! Pages: paper, margins, page numbers.

use ems_contract::document::Document;

use super::writer::Writer;
use super::xml::{escape, twips};
use super::{DECLARATION, SPACES};
use crate::geometry;

/// Properties of a section. The first page of the first section has no page number.
pub(super) fn properties(landscape: bool, first: bool) -> String {
    let (width, height, turned) = if landscape {
        (geometry::LONG, geometry::SHORT, " w:orient=\"landscape\"")
    } else {
        (geometry::SHORT, geometry::LONG, "")
    };
    let first_header = if first {
        "<w:headerReference w:type=\"first\" r:id=\"rId5\"/>"
    } else {
        ""
    };
    let first_footer = if first {
        "<w:footerReference w:type=\"first\" r:id=\"rId7\"/>"
    } else {
        ""
    };
    let title_page = if first { "<w:titlePg/>" } else { "" };
    format!(
        "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId6\"/>{first_header}\
         <w:footerReference w:type=\"default\" r:id=\"rId7\"/>{first_footer}<w:type w:val=\"nextPage\"/>\
         <w:pgSz w:w=\"{}\" w:h=\"{}\"{turned}/>\
         <w:pgMar w:top=\"{}\" w:right=\"{}\" w:bottom=\"{}\" w:left=\"{}\" w:header=\"{}\" w:footer=\"{}\" \
         w:gutter=\"0\"/>{title_page}</w:sectPr>",
        twips(width),
        twips(height),
        twips(geometry::TOP),
        twips(geometry::RIGHT),
        twips(geometry::BOTTOM),
        twips(geometry::LEFT),
        twips(9.0),
        twips(8.0),
    )
}

/// Head of a page: its number (not on the first) and what must not be overlooked.
pub(super) fn header(document: &Document, first: bool) -> String {
    let number = if first {
        String::new()
    } else {
        format!(
            "<w:p><w:pPr><w:pStyle w:val=\"Header\"/></w:pPr>{}</w:p>",
            Writer::field("PAGE", "2")
        )
    };
    let mark = document.mark.as_ref().map(|mark| {
        format!(
            "<w:p><w:pPr><w:pStyle w:val=\"Header\"/></w:pPr><w:r><w:rPr><w:b/><w:bCs/><w:sz w:val=\"20\"/>\
             <w:szCs w:val=\"20\"/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>",
            escape(&mark.replace('\n', " "))
        )
    });
    let both = number + &mark.unwrap_or_default();
    let inside = if both.is_empty() { "<w:p/>" } else { &both };
    format!("{DECLARATION}<w:hdr {SPACES}>{inside}</w:hdr>")
}

/// Foot of a page.
pub(super) fn footer(document: &Document) -> String {
    let text = document.footer.as_deref().unwrap_or_default().replace('\n', " ");
    format!(
        "{DECLARATION}<w:ftr {SPACES}><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr>\
         <w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p></w:ftr>",
        escape(&text)
    )
}
