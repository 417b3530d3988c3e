//! Collects the text of the document, its links, pictures and lists.

use std::collections::BTreeMap;

use ems_contract::document::Document;
use ems_contract::text::Lang;

use super::contents::Entry;
use super::xml::{escape, half_points};
use super::{DECLARATION, SPACES, contents};
use crate::fonts::Fonts;
use crate::geometry;

/// The text in the making.
pub(super) struct Writer<'a> {
    /// What has been written of the body.
    pub xml: String,
    pub fonts: &'a Fonts,
    pub lang: Lang,
    /// Width of the text of the section in hand, millimetres.
    pub width_mm: f64,
    /// Addresses outside, in the order of their relations.
    pub links: Vec<String>,
    link_numbers: BTreeMap<String, usize>,
    /// Pictures, each once.
    pub pictures: Vec<Vec<u8>>,
    picture_numbers: BTreeMap<Vec<u8>, usize>,
    /// How many drawings there are: each has a number of its own.
    pub drawings: usize,
    /// How many numbered lists there are: each counts from its beginning.
    ordered: usize,
    /// All headings of the table of contents.
    pub entries: Vec<Entry>,
    /// How many headings have got their bookmark.
    pub marked: usize,
}

/// The style of a run beyond its paragraph's.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    pub bold: bool,
    pub italic: bool,
    pub size_pt: Option<f64>,
    pub link: bool,
}

impl Look {
    pub(super) const BOLD: Self = Self {
        bold: true,
        italic: false,
        size_pt: None,
        link: false,
    };
    pub(super) const ITALIC: Self = Self {
        bold: false,
        italic: true,
        size_pt: None,
        link: false,
    };
    pub(super) const PLAIN: Self = Self {
        bold: false,
        italic: false,
        size_pt: None,
        link: false,
    };

    pub(super) const fn at(self, size_pt: f64) -> Self {
        Self {
            size_pt: Some(size_pt),
            ..self
        }
    }

    /// The run's properties, in the order of the schema.
    fn xml(self) -> String {
        let mut xml = String::new();
        if self.link {
            xml.push_str("<w:rStyle w:val=\"Hyperlink\"/>");
        }
        if self.bold {
            xml.push_str("<w:b/><w:bCs/>");
        }
        if self.italic {
            xml.push_str("<w:i/><w:iCs/>");
        }
        if let Some(size) = self.size_pt {
            let size = half_points(size);
            xml.push_str(&format!("<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>"));
        }
        if xml.is_empty() {
            xml
        } else {
            format!("<w:rPr>{xml}</w:rPr>")
        }
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(document: &Document, fonts: &'a Fonts) -> Self {
        Self {
            xml: String::new(),
            fonts,
            lang: document.lang,
            width_mm: geometry::text_width(false),
            links: Vec::new(),
            link_numbers: BTreeMap::new(),
            pictures: Vec::new(),
            picture_numbers: BTreeMap::new(),
            drawings: 0,
            ordered: 0,
            entries: contents::entries(document),
            marked: 0,
        }
    }

    /// A paragraph with these properties (in the order of the schema).
    pub(super) fn paragraph(&mut self, properties: &str, inside: impl FnOnce(&mut Self)) {
        self.xml.push_str("<w:p>");
        if !properties.is_empty() {
            self.xml.push_str("<w:pPr>");
            self.xml.push_str(properties);
            self.xml.push_str("</w:pPr>");
        }
        inside(self);
        self.xml.push_str("</w:p>");
    }

    /// A paragraph of a named style with one text.
    pub(super) fn styled(&mut self, style: &str, text: &str) {
        self.paragraph(&format!("<w:pStyle w:val=\"{style}\"/>"), |writer| {
            writer.run(text, Look::PLAIN);
        });
    }

    /// A paragraph that takes next to no room, where a table, a page or a section has to be followed by one.
    /// `page` stands at the beginning of its properties, `section` at their end.
    pub(super) fn seam(&mut self, page: &str, section: &str) {
        self.xml.push_str(&format!(
            "<w:p><w:pPr>{page}<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" w:lineRule=\"exact\"/>\
             <w:rPr><w:sz w:val=\"2\"/><w:szCs w:val=\"2\"/></w:rPr>{section}</w:pPr></w:p>"
        ));
    }

    /// Text in one look. A line feed breaks the line.
    pub(super) fn run(&mut self, text: &str, look: Look) {
        if text.is_empty() {
            return;
        }
        self.xml.push_str("<w:r>");
        self.xml.push_str(&look.xml());
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.xml.push_str("<w:br/>");
            }
            for (index, piece) in line.split('\t').enumerate() {
                if index > 0 {
                    self.xml.push_str("<w:tab/>");
                }
                self.xml.push_str("<w:t xml:space=\"preserve\">");
                self.xml.push_str(&escape(piece));
                self.xml.push_str("</w:t>");
            }
        }
        self.xml.push_str("</w:r>");
    }

    /// Text that leads to an address, or plain text where there is none.
    pub(super) fn linked(&mut self, text: &str, link: Option<&str>, look: Look) {
        let Some(link) = link else {
            self.run(text, look);
            return;
        };
        let number = *self.link_numbers.entry(link.to_owned()).or_insert_with(|| {
            self.links.push(link.to_owned());
            self.links.len()
        });
        self.xml
            .push_str(&format!("<w:hyperlink r:id=\"link{number}\" w:history=\"1\">"));
        self.run(text, Look { link: true, ..look });
        self.xml.push_str("</w:hyperlink>");
    }

    /// The number of a picture; the same picture is kept once.
    pub(super) fn picture(&mut self, png: Vec<u8>) -> usize {
        if let Some(number) = self.picture_numbers.get(&png) {
            return *number;
        }
        self.pictures.push(png.clone());
        self.picture_numbers.insert(png, self.pictures.len());
        self.pictures.len()
    }

    /// The number of a new list that counts from its beginning. Number 1 is the list of dashes.
    pub(super) const fn ordered_list(&mut self) -> usize {
        self.ordered += 1;
        self.ordered + 1
    }

    /// The definitions of all lists.
    pub(super) fn numbering(&self) -> String {
        let level = |format: &str, text: &str| {
            format!(
                "<w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/>\
                 <w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/><w:lvlJc w:val=\"left\"/>\
                 <w:pPr><w:ind w:left=\"1077\" w:hanging=\"357\"/></w:pPr></w:lvl>"
            )
        };
        let mut xml = format!(
            "{DECLARATION}<w:numbering {SPACES}>\
             <w:abstractNum w:abstractNumId=\"0\">{}</w:abstractNum>\
             <w:abstractNum w:abstractNumId=\"1\">{}</w:abstractNum>\
             <w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>",
            level("bullet", "–"),
            level("decimal", "%1."),
        );
        for number in 2..self.ordered + 2 {
            xml.push_str(&format!(
                "<w:num w:numId=\"{number}\"><w:abstractNumId w:val=\"1\"/>\
                 <w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>"
            ));
        }
        xml.push_str("</w:numbering>");
        xml
    }
}
