//! On what the text rests: instrument, period, portals, coverage.

use ems_contract::document::{Block, Cell, ColumnKind, Row, Run, Table};
use ems_contract::text::Lang;

use super::cells::{column, count, coverage};
use super::{Material, filled, said};
use crate::ledger::Track;
use crate::locale;
use crate::report::model::Change;

pub(super) fn scope(material: &Material<'_>) -> Vec<Block> {
    let report = material.report;
    let at = |at| locale::instant(at, Lang::Vi);
    let mut blocks = Vec::new();
    if let Some(basis) = material.basis {
        blocks.push(Block::paragraph(filled("edition.basis", &[("basis", basis)])));
    }
    blocks.push(Block::paragraph(filled(
        "edition.window",
        &[("from", &at(report.window.from)), ("to", &at(report.data_to))],
    )));
    if let Some(due) = material.due.filter(|due| due.is_cut_short()) {
        blocks.push(Block::paragraph(filled(
            "edition.cut",
            &[("as_of", &at(due.as_of)), ("end", &at(due.window.instants().to))],
        )));
    }
    if report.provisional {
        blocks.push(Block::note(filled(
            "report.provisional",
            &[("at", &at(report.data_to))],
        )));
    }
    let rows: Vec<Row> = report
        .levels
        .iter()
        .chain([&report.total])
        .map(|group| {
            let name = group.level.map_or_else(
                || said("report.levels.all"),
                |level| said(&format!("level.{level}")),
            );
            let overall = group.tracks.iter().find(|track| track.track == Track::Overall);
            let cells = vec![
                Cell::text(name),
                count(group.portals),
                count(group.insufficient),
                overall.map_or_else(Cell::default, |track| coverage(&track.statutory.0)),
            ];
            if group.level.is_none() {
                Row::total(cells)
            } else {
                Row::data(cells)
            }
        })
        .collect();
    blocks.push(Block::Table(Table {
        caption: Some(said("edition.scope.table")),
        columns: vec![
            column("report.col.level", ColumnKind::Text),
            column("report.col.portals", ColumnKind::Number),
            column("edition.col.thin", ColumnKind::Number),
            column("report.col.coverage", ColumnKind::Percent),
        ],
        rows,
        ..Table::default()
    }));
    for (key, changes) in [
        ("report.changes.added", &report.added),
        ("report.changes.removed", &report.removed),
    ] {
        if changes.is_empty() {
            continue;
        }
        let items = changes
            .iter()
            .map(|change| vec![Run::plain(format!("{} ({})", change.name, at(change.at)))])
            .collect();
        blocks.push(Block::paragraph(format!("{}:", said(key))));
        blocks.push(Block::List {
            ordered: false,
            items,
        });
    }
    blocks.extend(taken_over(material));
    blocks
}

/// Who took over from whom within the period.
fn taken_over(material: &Material<'_>) -> Vec<Block> {
    let window = material.report.window;
    let portals = material.report.portals.iter();
    let items: Vec<Vec<Run>> = portals
        .flat_map(|portal| portal.takes_over.iter().map(move |before| (portal, before)))
        .filter(|(_, before)| window.from <= before.at)
        .map(|(portal, before)| vec![Run::plain(format!("{}: {}", portal.name, origin(before)))])
        .collect();
    if items.is_empty() {
        return Vec::new();
    }
    let list = Block::List {
        ordered: false,
        items,
    };
    vec![
        Block::paragraph(format!("{}:", said("report.changes.taken_over"))),
        list,
    ]
}

/// "kế thừa từ …, từ ngày …".
pub(super) fn origin(before: &Change) -> String {
    let day = locale::date(before.at, Lang::Vi);
    filled("edition.takes_over", &[("name", &before.name), ("day", &day)])
}
