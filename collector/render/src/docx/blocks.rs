//! The document from its head to its last appendix.

use ems_contract::document::{Appendix, Block, Document, Figure, Run};

use super::section;
use super::writer::{Look, Writer};
use super::xml::twips;
use crate::geometry;
use crate::palette;

impl Writer<'_> {
    pub(super) fn document(&mut self, document: &Document) {
        match &document.letterhead {
            Some(head) => self.letterhead(head),
            None => self.paragraph("<w:spacing w:after=\"120\"/><w:jc w:val=\"center\"/>", |writer| {
                writer.run(&document.title, Look::BOLD);
            }),
        }
        let signed = document.signature.is_some() || !document.recipients.is_empty();
        // A signature never stands alone on a page: the last paragraph goes with it.
        match document.body.split_last() {
            Some((Block::Paragraph(runs), before)) if signed => {
                self.blocks(before);
                self.paragraph(
                    "<w:pStyle w:val=\"BodyText\"/><w:keepNext/><w:keepLines/>",
                    |writer| {
                        writer.runs(runs);
                    },
                );
            }
            _ => self.blocks(&document.body),
        }
        if signed {
            self.signing(&document.recipients, document.signature.as_ref());
        }
        // A section of its own only where the paper turns: it begins a page, as an appendix has to.
        let (mut landscape, mut first) = (false, true);
        for appendix in &document.appendices {
            let turned = appendix.landscape != landscape;
            if turned {
                self.seam("", &section::properties(landscape, first));
                (landscape, first) = (appendix.landscape, false);
                self.width_mm = geometry::text_width(landscape);
            }
            self.appendix(appendix, !turned);
        }
        self.xml.push_str(&section::properties(landscape, first));
    }

    fn appendix(&mut self, appendix: &Appendix, break_before: bool) {
        let page = if break_before { "<w:pageBreakBefore/>" } else { "" };
        self.paragraph(&format!("<w:pStyle w:val=\"AppendixTitle\"/>{page}"), |writer| {
            writer.marked(1, |writer| {
                writer.run(&format!("{}\n{}", appendix.label, appendix.title), Look::PLAIN);
            });
        });
        if let Some(note) = &appendix.note {
            self.paragraph("<w:spacing w:after=\"120\"/><w:jc w:val=\"center\"/>", |writer| {
                writer.run(note, Look::ITALIC);
            });
        }
        self.blocks(&appendix.body);
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Heading { level, text } => {
                    self.paragraph(&format!("<w:pStyle w:val=\"Heading{level}\"/>"), |writer| {
                        writer.marked(*level, |writer| writer.run(text, Look::PLAIN));
                    });
                }
                Block::Paragraph(runs) => {
                    self.paragraph("<w:pStyle w:val=\"BodyText\"/>", |writer| writer.runs(runs));
                }
                Block::List { ordered, items } => self.list(*ordered, items),
                Block::Table(table) => self.table(table),
                Block::Chart(chart) => self.chart(chart),
                Block::Figures(figures) => self.figures(figures),
                Block::Note(runs) => {
                    self.paragraph("<w:pStyle w:val=\"Note\"/>", |writer| writer.runs(runs));
                }
                Block::Placeholder(text) => self.styled("Placeholder", text),
                Block::Contents => self.contents(),
                Block::PageBreak => self.seam("<w:pageBreakBefore/>", ""),
            }
        }
    }

    fn runs(&mut self, runs: &[Run]) {
        for run in runs {
            let look = Look {
                bold: run.bold,
                italic: run.italic,
                ..Look::PLAIN
            };
            self.linked(&run.text, run.link.as_deref(), look);
        }
    }

    fn list(&mut self, ordered: bool, items: &[Vec<Run>]) {
        let number = if ordered { self.ordered_list() } else { 1 };
        for item in items {
            self.paragraph(
                &format!(
                    "<w:pStyle w:val=\"ListParagraph\"/><w:numPr><w:ilvl w:val=\"0\"/>\
                     <w:numId w:val=\"{number}\"/></w:numPr>"
                ),
                |writer| writer.runs(item),
            );
        }
    }

    /// Large figures side by side, each in a frame.
    fn figures(&mut self, figures: &[Figure]) {
        #[expect(clippy::cast_precision_loss, reason = "at most 6 figures")]
        let width = self.width_mm / figures.len().max(1) as f64;
        let width = twips(width);
        self.xml.push_str(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"{}\" w:type=\"dxa\"/>\
             <w:jc w:val=\"center\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>{}</w:tblGrid>",
            twips(self.width_mm),
            format!("<w:gridCol w:w=\"{width}\"/>").repeat(figures.len()),
        ));
        self.open_row();
        for figure in figures {
            let fill = figure.figure.tone.map_or_else(String::new, |tone| {
                format!(
                    "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"{}\"/>",
                    palette::hex(palette::tint(tone))
                )
            });
            self.xml.push_str(&format!(
                "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{fill}</w:tcPr>"
            ));
            let line = "<w:spacing w:before=\"40\" w:after=\"40\"/><w:jc w:val=\"center\"/>";
            self.paragraph(line, |writer| writer.run(&figure.label, Look::PLAIN.at(10.0)));
            self.paragraph(line, |writer| {
                writer.linked(
                    &figure.figure.text,
                    figure.figure.link.as_deref(),
                    Look::BOLD.at(18.0),
                );
            });
            if let Some(remark) = &figure.remark {
                self.paragraph(line, |writer| writer.run(remark, Look::PLAIN.at(9.0)));
            }
            self.close_cell();
        }
        self.close_row();
        self.xml.push_str("</w:tbl>");
        self.paragraph("<w:spacing w:after=\"60\"/>", |_writer| {});
    }
}
