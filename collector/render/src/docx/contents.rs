//! The table of contents: a field that Word makes anew when the file is opened, around page numbers that are fields of
//! their own.
//!
//! LibreOffice takes what stands in a table of contents as it was written, and the numbers of pages are not known here:
//! they are those of whoever lays the pages out. So the field around the lines is for Word alone (ECMA-376 part 3,
//! alternate content); every other program sees lines whose numbers it counts itself.

use ems_contract::document::{Block, Document};
use ems_contract::text::get;

use super::writer::{Look, Writer};
use super::xml::{escape, twips};

/// Headings down to this level stand in it.
const DEPTH: u8 = 2;

/// A heading that stands in the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub level: u8,
    pub text: String,
}

/// The headings of a document, in its order.
pub(super) fn entries(document: &Document) -> Vec<Entry> {
    let headings = |blocks: &[Block]| -> Vec<Entry> {
        blocks
            .iter()
            .filter_map(|block| match block {
                Block::Heading { level, text } if *level <= DEPTH => Some(Entry {
                    level: *level,
                    text: text.clone(),
                }),
                _ => None,
            })
            .collect()
    };
    let mut found = headings(&document.body);
    for appendix in &document.appendices {
        found.push(Entry {
            level: 1,
            text: format!("{}. {}", appendix.label, appendix.title),
        });
        found.extend(headings(&appendix.body));
    }
    found
}

impl Writer<'_> {
    /// A heading's text within the bookmark that the table of contents leads to.
    pub(super) fn marked(&mut self, level: u8, inside: impl FnOnce(&mut Self)) {
        if level > DEPTH {
            inside(self);
            return;
        }
        self.marked += 1;
        let number = self.marked;
        self.xml.push_str(&format!(
            "<w:bookmarkStart w:id=\"{number}\" w:name=\"_Toc{number:06}\"/>"
        ));
        inside(self);
        self.xml.push_str(&format!("<w:bookmarkEnd w:id=\"{number}\"/>"));
    }

    pub(super) fn contents(&mut self) {
        let title = get(self.lang, "document.contents");
        self.styled("TableOfContentsTitle", title);
        let entries = std::mem::take(&mut self.entries);
        let tab = twips(self.width_mm);
        for (index, entry) in entries.iter().enumerate() {
            let properties = format!(
                "<w:pStyle w:val=\"TOC{}\"/><w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"{tab}\"/></w:tabs>",
                entry.level
            );
            let (first, last) = (index == 0, index + 1 == entries.len());
            self.paragraph(&properties, |writer| {
                if first {
                    // Dirty: Word makes it anew as soon as the file is opened.
                    writer.for_word("<w:fldChar w:fldCharType=\"begin\" w:dirty=\"true\"/>");
                    writer.for_word(
                        "<w:instrText xml:space=\"preserve\"> TOC \\o \"1-2\" \\h \\z \\u </w:instrText>",
                    );
                    writer.for_word("<w:fldChar w:fldCharType=\"separate\"/>");
                }
                let name = format!("_Toc{:06}", index + 1);
                writer
                    .xml
                    .push_str(&format!("<w:hyperlink w:anchor=\"{name}\" w:history=\"1\">"));
                writer.run(&format!("{}\t", entry.text.replace('\n', " ")), Look::PLAIN);
                writer
                    .xml
                    .push_str(&Self::field(&format!("PAGEREF {name} \\h"), ""));
                writer.xml.push_str("</w:hyperlink>");
                if last {
                    writer.for_word("<w:fldChar w:fldCharType=\"end\"/>");
                }
            });
        }
        self.entries = entries;
    }

    /// A run that Word from 2013 on reads, and nobody else.
    fn for_word(&mut self, inside: &str) {
        self.xml.push_str(&format!(
            "<w:r><mc:AlternateContent><mc:Choice Requires=\"w15\">{inside}</mc:Choice></mc:AlternateContent></w:r>"
        ));
    }

    /// A field with the text shown until it is counted.
    pub(super) fn field(instruction: &str, shown: &str) -> String {
        format!(
            "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>\
             <w:r><w:instrText xml:space=\"preserve\"> {instruction} </w:instrText></w:r>\
             <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>{}</w:t></w:r>\
             <w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
            escape(shown)
        )
    }
}
