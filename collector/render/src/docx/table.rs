//! Tables: fixed grid, repeated header, one kind of alignment per kind of column.

use ems_contract::document::{Cell, ColumnKind, Row, RowKind, Table};

use super::writer::{Look, Writer};
use super::xml::twips;
use crate::palette::{self, Colour};
use crate::width::{self, Widths};

/// Size of letters in the style of tables, points: only other sizes are written at each run.
const STYLE_PT: f64 = 11.0;
/// A row with a text longer than this may break over pages.
const TALL: usize = 800;

/// A cell's place in the grid.
#[derive(Clone, Copy, Default)]
struct Grid {
    columns: usize,
    /// `restart` at the upper end of a cell over two rows, `continue` below it.
    merge: Option<&'static str>,
    fill: Option<Colour>,
}

impl Writer<'_> {
    pub(super) fn table(&mut self, table: &Table) {
        let widths = width::layout(self.fonts, table, self.width_mm);
        if let Some(caption) = &table.caption {
            self.styled("Caption", caption);
        }
        let columns: Vec<i64> = widths.columns_mm.iter().map(|width| twips(*width)).collect();
        self.xml.push_str(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"{}\" w:type=\"dxa\"/>\
             <w:jc w:val=\"center\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>",
            columns.iter().sum::<i64>()
        ));
        for column in &columns {
            self.xml.push_str(&format!("<w:gridCol w:w=\"{column}\"/>"));
        }
        self.xml.push_str("</w:tblGrid>");
        self.head(table, &widths);
        for row in &table.rows {
            self.row(table, row, &widths);
        }
        if let (true, Some(empty)) = (table.rows.is_empty(), &table.empty) {
            self.xml.push_str("<w:tr>");
            self.spanning(empty, "center", Look::ITALIC, &widths, None);
            self.xml.push_str("</w:tr>");
        }
        self.xml.push_str("</w:tbl>");
        for note in &table.notes {
            self.styled("Note", note);
        }
        if table.notes.is_empty() {
            self.paragraph(
                "<w:spacing w:after=\"0\" w:line=\"160\" w:lineRule=\"exact\"/>",
                |_writer| {},
            );
        }
    }

    fn head(&mut self, table: &Table, widths: &Widths) {
        let groups = width::groups(table);
        let group_of = |index: usize| groups.iter().find(|(from, to, _)| (*from..*to).contains(&index));
        let head = Grid {
            columns: 1,
            merge: None,
            fill: Some(palette::HEAD),
        };
        let open = "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>";
        if !groups.is_empty() {
            self.xml.push_str(open);
            for (index, column) in table.columns.iter().enumerate() {
                match group_of(index) {
                    None => {
                        let grid = Grid {
                            merge: Some("restart"),
                            ..head
                        };
                        self.words(index, grid, &column.title, widths);
                    }
                    Some((from, to, title)) if *from == index => {
                        let grid = Grid {
                            columns: to - from,
                            ..head
                        };
                        self.words(index, grid, title, widths);
                    }
                    Some(_) => {}
                }
            }
            self.xml.push_str("</w:tr>");
        }
        self.xml.push_str(open);
        for (index, column) in table.columns.iter().enumerate() {
            if !groups.is_empty() && group_of(index).is_none() {
                let grid = Grid {
                    merge: Some("continue"),
                    ..head
                };
                self.words(index, grid, "", widths);
            } else {
                self.words(index, head, &column.title, widths);
            }
        }
        self.xml.push_str("</w:tr>");
    }

    /// A cell of the header.
    fn words(&mut self, index: usize, grid: Grid, text: &str, widths: &Widths) {
        self.cell(index, grid, widths);
        self.line("center", true, |writer| {
            writer.run(text, sized(Look::BOLD, widths));
        });
        self.close_cell();
    }

    fn row(&mut self, table: &Table, row: &Row, widths: &Widths) {
        let tall = row.cells.iter().any(|cell| cell.text.len() > TALL);
        self.xml.push_str(if tall {
            "<w:tr>"
        } else {
            "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        });
        match row.kind {
            RowKind::Group => {
                let title = row.cells.first().map_or("", |cell| cell.text.as_str());
                self.spanning(title, "left", Look::BOLD, widths, Some([0xf5, 0xf5, 0xf5]));
            }
            RowKind::Data | RowKind::Total => {
                let total = row.kind == RowKind::Total;
                for (index, (cell, column)) in row.cells.iter().zip(&table.columns).enumerate() {
                    self.data(index, cell, column.kind, total, widths);
                }
            }
        }
        self.xml.push_str("</w:tr>");
    }

    fn data(&mut self, index: usize, cell: &Cell, kind: ColumnKind, total: bool, widths: &Widths) {
        let grid = Grid {
            columns: 1,
            merge: None,
            fill: cell.tone.map(palette::tint),
        };
        let look = if total || cell.bold {
            Look::BOLD
        } else {
            Look::PLAIN
        };
        let alignment = match kind {
            ColumnKind::Text => "left",
            ColumnKind::Number | ColumnKind::Percent | ColumnKind::Duration => "right",
            ColumnKind::Date | ColumnKind::Instant | ColumnKind::Status => "center",
        };
        self.cell(index, grid, widths);
        self.line(alignment, false, |writer| {
            writer.linked(&cell.text, cell.link.as_deref(), sized(look, widths));
        });
        self.close_cell();
    }

    /// A cell over all columns.
    fn spanning(&mut self, text: &str, alignment: &str, look: Look, widths: &Widths, fill: Option<Colour>) {
        let grid = Grid {
            columns: widths.columns_mm.len(),
            merge: None,
            fill,
        };
        self.cell(0, grid, widths);
        self.line(alignment, true, |writer| writer.run(text, sized(look, widths)));
        self.close_cell();
    }

    fn line(&mut self, alignment: &str, keep: bool, inside: impl FnOnce(&mut Self)) {
        let keep = if keep { "<w:keepNext/>" } else { "" };
        self.paragraph(
            &format!("<w:pStyle w:val=\"TableText\"/>{keep}<w:jc w:val=\"{alignment}\"/>"),
            inside,
        );
    }

    fn cell(&mut self, index: usize, grid: Grid, widths: &Widths) {
        let width: i64 = widths.columns_mm[index..index + grid.columns]
            .iter()
            .map(|width| twips(*width))
            .sum();
        self.xml
            .push_str(&format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>"));
        if grid.columns > 1 {
            self.xml
                .push_str(&format!("<w:gridSpan w:val=\"{}\"/>", grid.columns));
        }
        if let Some(merge) = grid.merge {
            self.xml.push_str(&format!("<w:vMerge w:val=\"{merge}\"/>"));
        }
        if let Some(fill) = grid.fill {
            self.xml.push_str(&format!(
                "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"{}\"/>",
                palette::hex(fill)
            ));
        }
        self.xml.push_str("<w:vAlign w:val=\"center\"/></w:tcPr>");
    }
}

fn sized(look: Look, widths: &Widths) -> Look {
    if (widths.size_pt - STYLE_PT).abs() < f64::EPSILON {
        look
    } else {
        look.at(widths.size_pt)
    }
}
