//! What the editors of one portal are to mend: what, why, by when, where.

use ems_contract::document::{Block, Cell, ColumnKind, Row, Table, Tone};
use ems_contract::text::Lang;

use super::cells::column;
use super::fresh::{due, item};
use super::judged::{check_title, clause, findings};
use super::{Material, filled, said};
use crate::calendar::civil::start_of;
use crate::judge::Value;
use crate::locale;
use crate::report::findings::{Checked, Conclusion};
use crate::report::model::PortalReport;

/// The findings of one portal: those that the text decides first, the longest ones first.
pub(super) fn findings_of(material: &Material<'_>, portal: &PortalReport) -> Vec<Block> {
    let Some(found) = findings(material).and_then(|all| all.of(&portal.id)) else {
        return vec![super::missing("compliance")];
    };
    let mut open: Vec<&Conclusion> = found
        .conclusions
        .iter()
        .filter(|one| matches!(one.value, Value::Fail | Value::Warn))
        .collect();
    open.sort_by_key(|one| {
        (
            one.value != Value::Fail,
            !one.is_statutory(),
            one.since,
            &one.obligation,
        )
    });
    let rows = open
        .iter()
        .flat_map(|one| one.checks.iter().map(move |check| (*one, check)))
        .filter(|(one, check)| check.value == one.value)
        .filter_map(|(one, check)| Some(Row::data(line(material, portal, one, check)?)));
    let mut blocks = vec![Block::Table(Table {
        caption: Some(said("edition.todo.table")),
        columns: vec![
            column("edition.col.todo", ColumnKind::Text),
            column("edition.col.clause", ColumnKind::Text),
            column("edition.col.weight", ColumnKind::Status),
            column("edition.col.by_when", ColumnKind::Text),
            column("edition.col.where", ColumnKind::Text),
        ],
        rows: rows.collect(),
        empty: Some(said("edition.todo.none")),
        notes: vec![said("edition.todo.note")],
    })];
    let terms: Vec<Row> = found
        .conclusions
        .iter()
        .flat_map(|one| &one.checks)
        .flat_map(|check| check.terms.iter().map(move |term| (check, term)))
        .filter(|(_, term)| term.late_wd.is_some())
        .map(|(check, term)| {
            Row::data(vec![
                item(&term.item),
                Cell::text(check_title(material, &check.check)),
                due(term),
                term.late_wd
                    .map_or_else(Cell::default, |days| super::cells::count(days.into())),
            ])
        })
        .collect();
    if !terms.is_empty() {
        blocks.push(Block::Table(Table {
            caption: Some(said("edition.todo.late")),
            columns: vec![
                column("edition.col.item", ColumnKind::Text),
                column("edition.col.update", ColumnKind::Text),
                column("edition.col.due", ColumnKind::Date),
                column("edition.col.late_wd", ColumnKind::Number),
            ],
            rows: terms,
            ..Table::default()
        }));
    }
    let unknown = found
        .conclusions
        .iter()
        .filter(|one| one.value == Value::Unknown)
        .count();
    blocks.push(Block::note(filled(
        "edition.todo.unknown",
        &[("count", &locale::count(unknown as u64, Lang::Vi))],
    )));
    blocks
}

fn line(
    material: &Material<'_>,
    portal: &PortalReport,
    one: &Conclusion,
    check: &Checked,
) -> Option<Vec<Cell>> {
    let (pack, row) = material.rules.obligation(&one.obligation)?;
    let title = check_title(material, &check.check);
    let what = check
        .measured
        .as_ref()
        .map_or_else(|| title.clone(), |measured| format!("{title}: {measured}"));
    let since = locale::date(start_of(one.since), Lang::Vi);
    let (weight, by_when) = if one.value == Value::Fail {
        let weight = Cell::text(said("edition.weight.statutory")).toned(Tone::Bad);
        (weight, filled("edition.by_when.now", &[("since", &since)]))
    } else if one.is_statutory() {
        let weight = Cell::text(said("edition.weight.attention")).toned(Tone::Warn);
        (weight, filled("edition.by_when.next", &[("since", &since)]))
    } else {
        let weight = Cell::text(said("edition.weight.policy"));
        (weight, filled("edition.by_when.policy", &[("since", &since)]))
    };
    let page = check.page.clone().unwrap_or_else(|| portal.url.clone());
    Some(vec![
        Cell::text(what),
        Cell::text(clause(pack, row)),
        weight,
        Cell::text(by_when),
        Cell::text(page.clone()).linked(page),
    ])
}
