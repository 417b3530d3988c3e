//! Parts of the text as the layout reads them.

use ems_contract::document::{Block, Cell, ColumnKind, Figure, RowKind, Run, Table};
use serde_json::{Value, json};

use super::view::View;
use crate::palette;
use crate::width::{self, PADDING_MM, Widths};

/// A cell with more characters than this may break over pages; others stay whole.
const TALL: usize = 800;

impl View<'_> {
    pub(super) fn blocks(&mut self, blocks: &[Block]) -> Vec<Value> {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&mut self, block: &Block) -> Value {
        match block {
            Block::Heading { level, text } => {
                json!({"is": "heading", "level": level, "text": self.text(text)})
            }
            Block::Paragraph(runs) => json!({"is": "paragraph", "runs": self.runs(runs)}),
            Block::List { ordered, items } => json!({
                "is": "list",
                "ordered": ordered,
                "items": items.iter().map(|item| self.runs(item)).collect::<Vec<_>>(),
            }),
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => self.chart(chart),
            Block::Figures(figures) => self.figures(figures),
            Block::Note(runs) => json!({"is": "note", "runs": self.runs(runs)}),
            Block::Placeholder(text) => json!({"is": "placeholder", "text": self.text(text)}),
            Block::Contents => json!({"is": "contents"}),
            Block::PageBreak => json!({"is": "page_break"}),
        }
    }

    fn runs(&mut self, runs: &[Run]) -> Vec<Value> {
        runs.iter()
            .map(|run| {
                json!({
                    "text": self.text(&run.text), "bold": run.bold, "italic": run.italic, "link": run.link,
                })
            })
            .collect()
    }

    fn figures(&mut self, figures: &[Figure]) -> Value {
        let items: Vec<Value> = figures
            .iter()
            .map(|figure| {
                json!({
                    "label": self.text(&figure.label),
                    "figure": self.text(&figure.figure.text),
                    "fill": figure.figure.tone.map(|tone| palette::hex(palette::tint(tone))),
                    "remark": figure.remark.as_ref().map(|remark| self.text(remark)),
                })
            })
            .collect();
        json!({"is": "figures", "items": items})
    }

    fn table(&mut self, table: &Table) -> Value {
        let widths = width::layout(self.fonts, table, self.width_mm);
        let rows: Vec<Value> = table
            .rows
            .iter()
            .map(|row| {
                let cells: Vec<Value> = match row.kind {
                    RowKind::Group => row
                        .cells
                        .iter()
                        .map(|cell| json!({"text": self.text(&cell.text)}))
                        .collect(),
                    RowKind::Data | RowKind::Total => row
                        .cells
                        .iter()
                        .zip(&widths.columns_mm)
                        .map(|(cell, column)| self.cell(cell, *column, &widths))
                        .collect(),
                };
                json!({"kind": row.kind.as_str(), "cells": cells})
            })
            .collect();
        json!({
            "is": "table",
            "caption": table.caption.as_ref().map(|caption| self.text(caption)),
            "widths": widths.columns_mm,
            "size": widths.size_pt,
            "align": table.columns.iter().map(|column| alignment(column.kind)).collect::<Vec<_>>(),
            "head": self.head(table, &widths),
            "rows": rows,
            "empty": table.empty.as_ref().map(|empty| self.text(empty)),
            "notes": table.notes.iter().map(|note| self.text(note)).collect::<Vec<_>>(),
        })
    }

    fn cell(&mut self, cell: &Cell, column_mm: f64, widths: &Widths) -> Value {
        let mut json = json!({"text": self.fitted(&cell.text, column_mm - PADDING_MM, widths.size_pt)});
        // What is usual is left out: a report has ten thousands of cells.
        if let Some(tone) = cell.tone {
            json["fill"] = palette::hex(palette::tint(tone)).into();
        }
        if let Some(link) = &cell.link {
            json["link"] = link.as_str().into();
        }
        if cell.bold {
            json["bold"] = true.into();
        }
        if cell.text.len() > TALL {
            json["tall"] = true.into();
        }
        json
    }

    /// Cells of the header: first the upper row, then what stands below shared heads.
    fn head(&mut self, table: &Table, widths: &Widths) -> Vec<Value> {
        let groups = width::groups(table);
        let deep = if groups.is_empty() { 1 } else { 2 };
        let fit = |from: usize, to: usize| widths.columns_mm[from..to].iter().sum::<f64>() - PADDING_MM;
        let mut upper = Vec::new();
        let mut lower = Vec::new();
        for (index, column) in table.columns.iter().enumerate() {
            let title = self.fitted(&column.title, fit(index, index + 1), widths.size_pt);
            match groups.iter().find(|(from, to, _)| (*from..*to).contains(&index)) {
                None => upper.push(json!({"text": title, "columns": 1, "rows": deep})),
                Some((from, to, group)) => {
                    if *from == index {
                        let group = self.fitted(group, fit(*from, *to), widths.size_pt);
                        upper.push(json!({"text": group, "columns": to - from, "rows": 1}));
                    }
                    lower.push(json!({"text": title, "columns": 1, "rows": 1}));
                }
            }
        }
        upper.extend(lower);
        upper
    }
}

const fn alignment(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "left",
        ColumnKind::Number | ColumnKind::Percent | ColumnKind::Duration => "right",
        ColumnKind::Date | ColumnKind::Instant | ColumnKind::Status => "center",
    }
}
