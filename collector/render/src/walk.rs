//! Every text of a document that people read, in one place.

use ems_contract::document::{Block, Cell, Chart, Column, Document, Drawing, Run, Table, Total};

/// Calls `change` with every text. Links are addresses and not among them.
pub(crate) fn texts(document: &mut Document, change: &mut impl FnMut(&mut String)) {
    change(&mut document.title);
    change(&mut document.author);
    document.mark.iter_mut().for_each(&mut *change);
    document.footer.iter_mut().for_each(&mut *change);
    if let Some(letterhead) = &mut document.letterhead {
        letterhead.superior.iter_mut().for_each(&mut *change);
        change(&mut letterhead.issuer);
        change(&mut letterhead.symbol);
        change(&mut letterhead.place_date.place);
        change(&mut letterhead.kind);
        change(&mut letterhead.subject);
        letterhead.addressees.iter_mut().for_each(&mut *change);
    }
    blocks(&mut document.body, change);
    if let Some(signature) = &mut document.signature {
        signature.office.iter_mut().for_each(&mut *change);
        change(&mut signature.name);
    }
    document.recipients.iter_mut().for_each(&mut *change);
    for appendix in &mut document.appendices {
        change(&mut appendix.label);
        change(&mut appendix.title);
        appendix.note.iter_mut().for_each(&mut *change);
        blocks(&mut appendix.body, change);
    }
    for sheet in &mut document.sheets {
        change(&mut sheet.name);
        columns(&mut sheet.columns, change);
        for row in &mut sheet.rows {
            cells(row, change);
        }
        for total in sheet.totals.iter_mut().flatten() {
            if let Total::Label(label) = total {
                change(label);
            }
        }
        sheet.notes.iter_mut().for_each(&mut *change);
    }
}

fn blocks(blocks: &mut [Block], change: &mut impl FnMut(&mut String)) {
    for block in blocks {
        match block {
            Block::Heading { text, .. } | Block::Placeholder(text) => change(text),
            Block::Paragraph(list) | Block::Note(list) => runs(list, change),
            Block::List { items, .. } => items.iter_mut().for_each(|item| runs(item, change)),
            Block::Table(one) => table(one, change),
            Block::Chart(one) => chart(one, change),
            Block::Figures(figures) => {
                for figure in figures {
                    change(&mut figure.label);
                    change(&mut figure.figure.text);
                    figure.remark.iter_mut().for_each(&mut *change);
                }
            }
            Block::Contents | Block::PageBreak => {}
        }
    }
}

fn runs(runs: &mut [Run], change: &mut impl FnMut(&mut String)) {
    for run in runs {
        change(&mut run.text);
    }
}

fn columns(columns: &mut [Column], change: &mut impl FnMut(&mut String)) {
    for column in columns {
        change(&mut column.title);
        column.group.iter_mut().for_each(&mut *change);
    }
}

fn cells(cells: &mut [Cell], change: &mut impl FnMut(&mut String)) {
    for cell in cells {
        change(&mut cell.text);
    }
}

fn table(table: &mut Table, change: &mut impl FnMut(&mut String)) {
    table.caption.iter_mut().for_each(&mut *change);
    columns(&mut table.columns, change);
    for row in &mut table.rows {
        cells(&mut row.cells, change);
    }
    table.empty.iter_mut().for_each(&mut *change);
    table.notes.iter_mut().for_each(&mut *change);
}

fn chart(chart: &mut Chart, change: &mut impl FnMut(&mut String)) {
    change(&mut chart.title);
    change(&mut chart.alt);
    chart.notes.iter_mut().for_each(&mut *change);
    let mut axis = None;
    match &mut chart.drawing {
        Drawing::Strips { legend, rows, .. } => {
            legend.iter_mut().for_each(|entry| change(&mut entry.text));
            for row in rows {
                change(&mut row.label);
                change(&mut row.text);
            }
        }
        Drawing::Bars { axis: range, rows } => {
            axis = Some(range);
            for row in rows {
                change(&mut row.label);
                change(&mut row.text);
            }
        }
        Drawing::Lines {
            axis: range,
            points,
            series,
        } => {
            axis = Some(range);
            points.iter_mut().for_each(&mut *change);
            for line in series {
                change(&mut line.label);
                line.texts.iter_mut().for_each(&mut *change);
            }
        }
    }
    if let Some(axis) = axis {
        change(&mut axis.from_text);
        change(&mut axis.to_text);
        if let Some((_, name)) = &mut axis.threshold {
            change(name);
        }
    }
}
