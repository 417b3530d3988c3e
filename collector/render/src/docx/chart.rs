//! Charts: names and figures as text in a table, the drawing between them as a picture.

use ems_contract::document::{Axis, Bar, Chart, Drawing, Legend, Series, Strip, Tone};
use jiff::civil::Date;

use super::picture::Canvas;
use super::writer::{Look, Writer};
use super::xml::{emu, escape, twips};
use crate::{chart, palette};

/// Points of the words in a chart.
const SIZE_PT: f64 = 10.0;
/// Points of the words at a scale.
const SCALE_PT: f64 = 8.0;
/// Width of the names, millimetres.
const LABEL_MM: f64 = 64.0;
/// Width of the figures, millimetres.
const FIGURE_MM: f64 = 24.0;
/// Room of a cell left and right together, millimetres.
const ROOM_MM: f64 = 4.0;
/// Height of a strip or bar, millimetres.
const BAR_MM: f64 = 4.0;
/// Height of a chart of lines, millimetres.
const LINES_MM: f64 = 45.0;
/// Pixels of a bar's width.
const BAR_PX: usize = 600;
/// Pixels of a day.
const DAY_PX: usize = 8;
/// Pixels of a chart of lines.
const LINES_PX: (usize, usize) = (1500, 540);
/// Pixels drawn and left out, per line of a chart.
const DASHES: [Option<(usize, usize)>; 6] = [
    None,
    Some((24, 14)),
    Some((6, 10)),
    Some((40, 10)),
    Some((14, 6)),
    Some((6, 24)),
];

impl Writer<'_> {
    pub(super) fn chart(&mut self, chart: &Chart) {
        self.styled("Caption", &chart.title);
        match &chart.drawing {
            Drawing::Strips { from, legend, rows } => self.strips(*from, legend, rows, &chart.alt),
            Drawing::Bars { axis, rows } => self.bars(axis, rows, &chart.alt),
            Drawing::Lines { axis, points, series } => self.lines(axis, points, series, &chart.alt),
        }
        for note in &chart.notes {
            self.styled("Note", note);
        }
        self.paragraph(
            "<w:spacing w:after=\"0\" w:line=\"160\" w:lineRule=\"exact\"/>",
            |_writer| {},
        );
    }

    fn drawing_mm(&self) -> f64 {
        self.width_mm - LABEL_MM - FIGURE_MM
    }

    fn strips(&mut self, from: Date, legend: &[Legend], rows: &[Strip], alt: &str) {
        self.paragraph("<w:pStyle w:val=\"TableText\"/><w:keepNext/>", |writer| {
            for entry in legend {
                writer.swatch(entry.tone);
                writer.run(&format!(" {}    ", entry.text), Look::PLAIN.at(SIZE_PT));
            }
        });
        let days = rows.first().map_or(0, |row| row.days.len());
        let width = self.drawing_mm();
        let columns = [LABEL_MM, width, FIGURE_MM];
        self.open_plain_table(&columns);
        self.ticks(from, days, &columns);
        for row in rows {
            let mut canvas = Canvas::new(days.max(1) * DAY_PX, 28);
            let mut at = 0;
            for (tone, length) in chart::stretches(&row.days) {
                canvas.fill(at * DAY_PX, 0, length * DAY_PX, 28, palette::solid(tone));
                at += length;
            }
            for day in 1..days {
                canvas.fill(day * DAY_PX, 0, 1, 28, [0xff; 3]);
            }
            canvas.frame(palette::INK);
            self.chart_row(&columns, &row.label, &row.text, "", |writer| {
                writer.drawing(&canvas, width - ROOM_MM, BAR_MM, &format!("{alt}: {}", row.label));
            });
        }
        self.xml.push_str("</w:tbl>");
    }

    /// The row above the strips: names of days at their places, set by tabulators.
    fn ticks(&mut self, from: Date, days: usize, columns: &[f64; 3]) {
        let ticks = chart::ticks(from, days);
        let stops: String = ticks
            .iter()
            .filter(|(day, _)| *day > 0)
            .map(|(day, _)| {
                #[expect(clippy::cast_precision_loss, reason = "at most 400 days")]
                let place = twips(*day as f64 / days.max(1) as f64 * (columns[1] - ROOM_MM));
                format!("<w:tab w:val=\"left\" w:pos=\"{place}\"/>")
            })
            .collect();
        let names: Vec<String> = ticks.into_iter().map(|(_, name)| name).collect();
        self.chart_row(columns, "", "", &stops, |writer| {
            writer.run(&names.join("\t"), Look::PLAIN.at(SCALE_PT));
        });
    }

    fn bars(&mut self, axis: &Axis, rows: &[Bar], alt: &str) {
        let width = self.drawing_mm();
        let columns = [LABEL_MM, width, FIGURE_MM];
        self.open_plain_table(&columns);
        for row in rows {
            let mut canvas = Canvas::new(BAR_PX, 24);
            if let Some(value) = row.value {
                let length = place(chart::share(axis, value), BAR_PX);
                canvas.fill(0, 0, length, 24, palette::solid(row.tone));
            }
            canvas.frame([0xb0; 3]);
            if let Some((value, _)) = &axis.threshold {
                canvas.fill(
                    place(chart::share(axis, *value), BAR_PX - 3),
                    0,
                    3,
                    24,
                    palette::INK,
                );
            }
            self.chart_row(&columns, &row.label, &row.text, "", |writer| {
                writer.drawing(&canvas, width - ROOM_MM, BAR_MM, &format!("{alt}: {}", row.label));
            });
        }
        let end = format!("<w:tab w:val=\"right\" w:pos=\"{}\"/>", twips(width - ROOM_MM));
        self.chart_row(&columns, "", "", &end, |writer| {
            let scale = format!("{}\t{}", axis.from_text, axis.to_text);
            writer.run(&scale, Look::PLAIN.at(SCALE_PT));
        });
        self.xml.push_str("</w:tbl>");
        if let Some((_, name)) = &axis.threshold {
            self.styled("Note", &format!("│ {name}"));
        }
    }

    fn lines(&mut self, axis: &Axis, points: &[String], series: &[Series], alt: &str) {
        let (width, height) = LINES_PX;
        let mut canvas = Canvas::new(width, height);
        canvas.frame([0xb0; 3]);
        let y = |value: i64| height - 8 - place(chart::share(axis, value), height - 16);
        let x = |index: usize| (2 * index + 1) * width / (2 * points.len().max(1));
        if let Some((value, _)) = &axis.threshold {
            canvas.line(
                (0, y(*value)),
                (width - 1, y(*value)),
                2,
                palette::INK,
                Some((16, 10)),
            );
        }
        for (index, line) in series.iter().enumerate() {
            let (colour, dash) = (palette::SERIES[index % 6], DASHES[index % 6]);
            let mut before = None;
            for (point, value) in line.values.iter().enumerate() {
                let here = value.map(|value| (x(point), y(value)));
                if let (Some(from), Some(to)) = (before, here) {
                    canvas.line(from, to, 6, colour, dash);
                }
                if let Some((x, y)) = here {
                    canvas.fill(x.saturating_sub(8), y.saturating_sub(8), 16, 16, colour);
                }
                before = here;
            }
        }
        let drawing_mm = self.width_mm - ROOM_MM;
        self.paragraph("<w:pStyle w:val=\"TableText\"/><w:keepNext/>", |writer| {
            writer.run(&axis.to_text, Look::PLAIN.at(SCALE_PT));
        });
        self.paragraph("<w:pStyle w:val=\"TableText\"/><w:keepNext/>", |writer| {
            writer.drawing(&canvas, drawing_mm, LINES_MM, alt);
        });
        self.paragraph("<w:pStyle w:val=\"TableText\"/><w:keepNext/>", |writer| {
            writer.run(&axis.from_text, Look::PLAIN.at(SCALE_PT));
        });
        self.points(points, drawing_mm);
        for (index, line) in series.iter().enumerate() {
            let mut sample = Canvas::new(120, 16);
            sample.line((0, 8), (119, 8), 6, palette::SERIES[index % 6], DASHES[index % 6]);
            self.paragraph("<w:pStyle w:val=\"TableText\"/>", |writer| {
                writer.drawing(&sample, 10.0, 1.4, &line.label);
                writer.run(
                    &format!("  {}: {}", line.label, line.last()),
                    Look::PLAIN.at(SIZE_PT),
                );
            });
        }
        if let Some((_, name)) = &axis.threshold {
            self.styled("Note", &format!("┄ {name}"));
        }
    }

    /// Names of points below a chart of lines, each below its place.
    fn points(&mut self, points: &[String], width_mm: f64) {
        #[expect(clippy::cast_precision_loss, reason = "a report's periods: some dozens")]
        let columns = vec![width_mm / points.len().max(1) as f64; points.len()];
        if columns.is_empty() {
            return;
        }
        self.open_plain_table(&columns);
        self.open_row();
        for (point, width) in points.iter().zip(&columns) {
            self.open_cell(*width);
            self.paragraph(
                "<w:pStyle w:val=\"TableText\"/><w:keepNext/><w:jc w:val=\"center\"/>",
                |writer| writer.run(point, Look::PLAIN.at(SCALE_PT)),
            );
            self.close_cell();
        }
        self.close_row();
        self.xml.push_str("</w:tbl>");
    }

    /// A row: name, drawing (with these tabulators), figure.
    fn chart_row(
        &mut self,
        columns: &[f64; 3],
        label: &str,
        text: &str,
        stops: &str,
        draw: impl FnOnce(&mut Self),
    ) {
        let style = "<w:pStyle w:val=\"TableText\"/>";
        let tabs = if stops.is_empty() {
            String::new()
        } else {
            format!("<w:tabs>{stops}</w:tabs>")
        };
        self.open_row();
        self.open_cell(columns[0]);
        self.paragraph(style, |writer| writer.run(label, Look::PLAIN.at(SIZE_PT)));
        self.close_cell();
        self.open_cell(columns[1]);
        self.paragraph(&format!("{style}{tabs}"), draw);
        self.close_cell();
        self.open_cell(columns[2]);
        self.paragraph(&format!("{style}<w:jc w:val=\"right\"/>"), |writer| {
            writer.run(text, Look::PLAIN.at(SIZE_PT));
        });
        self.close_cell();
        self.close_row();
    }

    fn swatch(&mut self, tone: Tone) {
        let mut canvas = Canvas::new(21, 15);
        canvas.fill(0, 0, 21, 15, palette::solid(tone));
        canvas.frame(palette::INK);
        self.drawing(&canvas, 3.5, 2.5, "");
    }

    /// A picture in the line, with the text for those who cannot see it.
    fn drawing(&mut self, canvas: &Canvas, width_mm: f64, height_mm: f64, alt: &str) {
        let number = self.picture(canvas.png());
        self.drawings += 1;
        let (id, width, height) = (self.drawings, emu(width_mm), emu(height_mm));
        let alt = escape(&alt.replace(['\n', '\t'], " "));
        self.xml.push_str(&format!(
            "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
             <wp:extent cx=\"{width}\" cy=\"{height}\"/>\
             <wp:docPr id=\"{id}\" name=\"picture {id}\" descr=\"{alt}\"/>\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
             <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"image{number}.png\"/><pic:cNvPicPr/></pic:nvPicPr>\
             <pic:blipFill><a:blip r:embed=\"image{number}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
             <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm>\
             <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>\
             </wp:inline></w:drawing></w:r>"
        ));
    }
}

/// The pixel at a share of a length.
fn place(share: f64, length: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share between 0 and 1 of some thousand pixels"
    )]
    let pixel = (share * length as f64).round() as usize;
    pixel.min(length)
}
