//! Head and end of an administrative text: tables without borders, as NĐ 30/2020/NĐ-CP lays them out.

use ems_contract::document::{Letterhead, Signature};
use ems_contract::text::get;

use super::writer::{Look, Writer};
use super::xml::twips;
use crate::fonts::Style;
use crate::geometry::{ISSUER_PT, ISSUER_SHARE, MOTTO_PT, STATE_PT};

/// Room that Word leaves left and right in a cell, both sides together, millimetres.
const CELL_ROOM_MM: f64 = 3.8;
/// Share of the text's length that the rule below the issuer and the subject has (⅓ to ½).
const RULE_SHARE: f64 = 0.4;

impl Writer<'_> {
    pub(super) fn letterhead(&mut self, head: &Letterhead) {
        let lang = self.lang;
        let widths = [self.width_mm * ISSUER_SHARE, self.width_mm * (1.0 - ISSUER_SHARE)];
        let room = [widths[0] - CELL_ROOM_MM, widths[1] - CELL_ROOM_MM];
        let motto = get(lang, "document.motto");
        self.open_plain_table(&widths);
        self.open_row();
        self.open_cell(widths[0]);
        if let Some(superior) = &head.superior {
            self.centred(superior, Look::PLAIN.at(ISSUER_PT));
        }
        self.centred(&head.issuer, Look::BOLD.at(ISSUER_PT));
        self.rule(&head.issuer, ISSUER_PT, RULE_SHARE, room[0]);
        self.close_cell();
        self.open_cell(widths[1]);
        self.centred(get(lang, "document.state"), Look::BOLD.at(STATE_PT));
        self.centred(motto, Look::BOLD.at(MOTTO_PT));
        self.rule(motto, MOTTO_PT, 1.0, room[1]);
        self.close_cell();
        self.close_row();
        self.open_row();
        self.open_cell(widths[0]);
        self.centred(&head.number_line(lang), Look::PLAIN.at(MOTTO_PT));
        self.close_cell();
        self.open_cell(widths[1]);
        self.centred(&head.place_date.line(lang), Look::ITALIC.at(MOTTO_PT));
        self.close_cell();
        self.close_row();
        self.xml.push_str("</w:tbl>");

        self.paragraph(
            "<w:spacing w:before=\"240\"/><w:jc w:val=\"center\"/>",
            |writer| {
                writer.run(&head.kind, Look::BOLD);
            },
        );
        self.centred(&head.subject, Look::BOLD);
        self.rule(&head.subject, crate::geometry::BODY_PT, RULE_SHARE, self.width_mm);
        self.addressees(head);
    }

    fn addressees(&mut self, head: &Letterhead) {
        let to = get(self.lang, "document.addressees");
        match head.addressees.as_slice() {
            [] => {}
            [one] => self.centred(&format!("{to} {one}"), Look::PLAIN),
            several => {
                self.paragraph("<w:ind w:left=\"1701\"/>", |writer| writer.run(to, Look::PLAIN));
                for one in several {
                    self.paragraph("<w:ind w:left=\"2268\"/>", |writer| {
                        writer.run(&format!("- {one}"), Look::PLAIN);
                    });
                }
            }
        }
        self.paragraph("<w:spacing w:after=\"60\"/>", |_writer| {});
    }

    /// Recipients left, signature right, never parted by a page.
    pub(super) fn signing(&mut self, recipients: &[String], signature: Option<&Signature>) {
        let widths = [self.width_mm * 0.5, self.width_mm * 0.5];
        self.paragraph("<w:keepNext/>", |_writer| {});
        self.open_plain_table(&widths);
        self.open_row();
        self.open_cell(widths[0]);
        if recipients.is_empty() {
            self.paragraph("", |_writer| {});
        } else {
            let word = get(self.lang, "document.recipients");
            self.paragraph("", |writer| {
                let look = Look {
                    italic: true,
                    ..Look::BOLD
                };
                writer.run(word, look.at(12.0));
            });
            for (index, line) in recipients.iter().enumerate() {
                let end = if index + 1 == recipients.len() { "." } else { ";" };
                self.paragraph("", |writer| {
                    writer.run(&format!("- {line}{end}"), Look::PLAIN.at(11.0));
                });
            }
        }
        self.close_cell();
        self.open_cell(widths[1]);
        match signature {
            None => self.paragraph("", |_writer| {}),
            Some(signature) => {
                for line in &signature.office {
                    self.centred(line, Look::BOLD);
                }
                // Room for the signature and the seal.
                self.paragraph(
                    "<w:spacing w:before=\"1200\"/><w:jc w:val=\"center\"/>",
                    |writer| {
                        writer.run(&signature.name, Look::BOLD);
                    },
                );
            }
        }
        self.close_cell();
        self.close_row();
        self.xml.push_str("</w:tbl>");
        self.seam("", "");
    }

    fn centred(&mut self, text: &str, look: Look) {
        self.paragraph("<w:jc w:val=\"center\"/>", |writer| writer.run(text, look));
    }

    /// A rule below a text: the upper border of a low paragraph, as long as a share of the text.
    fn rule(&mut self, text: &str, size_pt: f64, share: f64, room_mm: f64) {
        let length = self.fonts.width_mm(text, Style::Bold, size_pt).min(room_mm) * share;
        let indent = twips((room_mm - length) / 2.0);
        self.paragraph(
            &format!(
                "<w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"auto\"/></w:pBdr>\
                 <w:spacing w:before=\"40\" w:after=\"0\" w:line=\"120\" w:lineRule=\"exact\"/>\
                 <w:ind w:left=\"{indent}\" w:right=\"{indent}\"/>"
            ),
            |_writer| {},
        );
    }

    pub(super) fn open_plain_table(&mut self, widths_mm: &[f64]) {
        let total: i64 = widths_mm.iter().map(|width| twips(*width)).sum();
        self.xml.push_str(&format!(
            "<w:tbl><w:tblPr><w:tblW w:w=\"{total}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/>\
             <w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>"
        ));
        for width in widths_mm {
            self.xml
                .push_str(&format!("<w:gridCol w:w=\"{}\"/>", twips(*width)));
        }
        self.xml.push_str("</w:tblGrid>");
    }

    pub(super) fn open_row(&mut self) {
        self.xml.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
    }

    pub(super) fn close_row(&mut self) {
        self.xml.push_str("</w:tr>");
    }

    pub(super) fn open_cell(&mut self, width_mm: f64) {
        self.xml.push_str(&format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/></w:tcPr>",
            twips(width_mm)
        ));
    }

    pub(super) fn close_cell(&mut self) {
        self.xml.push_str("</w:tc>");
    }
}
