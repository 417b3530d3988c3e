//! Information provided and kept up to date: items in time and late, sections that are missing.

use std::collections::BTreeMap;

use ems_contract::document::{
    Axis, Bar, Block, Cell, Chart, ColumnKind, Drawing, Row, Table, Tone, Value as Quantity,
};
use ems_contract::text::Lang;

use super::cells::{column, count, share};
use super::judged::{check_title, clause, findings, names, tally};
use super::{Material, filled, said};
use crate::judge::{Timeliness, Value};
use crate::ledger::Ratio;
use crate::locale;
use crate::regulation::Id;
use crate::report::findings::{Checked, Findings, OnTime, Term, by_check};

/// Late items told in the text.
const TOLD: usize = 15;

pub(super) fn fresh(material: &Material<'_>) -> Vec<Block> {
    let Some(found) = findings(material) else {
        return vec![super::missing("fresh")];
    };
    let mut blocks = vec![Block::Table(in_time(material, found))];
    blocks.extend(lag(material, found));
    blocks.extend([
        Block::Table(sections(material, found)),
        Block::Table(latest(material, found)),
    ]);
    blocks
}

/// How late the latest item of each kind of update was, the worst first; nothing where nothing was late.
fn lag(material: &Material<'_>, found: &Findings) -> Option<Block> {
    let mut worst: BTreeMap<&Id, u32> = BTreeMap::new();
    let checks = found
        .portals
        .iter()
        .flat_map(|portal| &portal.conclusions)
        .flat_map(|one| &one.checks);
    for check in checks {
        let days = check
            .statistics
            .and_then(|found| found.worst_late_wd)
            .unwrap_or(0);
        if days > 0 {
            let known = worst.entry(&check.check).or_default();
            *known = days.max(*known);
        }
    }
    let mut worst: Vec<(&Id, u32)> = worst.into_iter().collect();
    worst.sort_by_key(|(check, days)| (std::cmp::Reverse(*days), *check));
    worst.truncate(TOLD);
    let most = worst.first()?.1;
    let days = |days: u32| filled("edition.lag.days", &[("days", &locale::count(days, Lang::Vi))]);
    let rows = worst.into_iter().map(|(check, late)| Bar {
        label: check_title(material, check),
        value: Some(i64::from(late)),
        text: days(late),
        tone: Tone::Bad,
    });
    Some(Block::Chart(Chart {
        title: said("edition.lag"),
        alt: said("edition.lag.alt"),
        drawing: Drawing::Bars {
            rows: rows.collect(),
            axis: Axis {
                from: 0,
                to: i64::from(most),
                from_text: "0".to_owned(),
                to_text: days(most),
                threshold: None,
            },
        },
        notes: Vec::new(),
    }))
}

/// The share in time of the items that could be decided.
pub(super) fn share_in_time(sum: &OnTime) -> Cell {
    let whole = i64::try_from(sum.on_time + sum.late).unwrap_or(i64::MAX);
    let part = i64::try_from(sum.on_time).unwrap_or(i64::MAX);
    let ratio = Ratio {
        numerator: part,
        denominator: whole,
    };
    share(ratio, "ledger.not_enough_data")
}

/// A row each obligation that counts items: what the texts set first, the operator's terms below.
fn in_time(material: &Material<'_>, found: &Findings) -> Table {
    let mut sums: BTreeMap<(bool, &Id, &Id), OnTime> = BTreeMap::new();
    for one in found.portals.iter().flat_map(|portal| &portal.conclusions) {
        for check in one.checks.iter().filter(|check| check.statistics.is_some()) {
            let policy = check.threshold_kind != crate::regulation::Kind::Statutory;
            sums.entry((policy, &one.obligation, &check.check))
                .or_default()
                .add(check);
        }
    }
    let mut rows = Vec::new();
    for (policy, head) in [(false, "edition.col.statutory"), (true, "edition.col.policy")] {
        let of_kind: Vec<_> = sums
            .iter()
            .filter(|((kind, ..), sum)| *kind == policy && sum.evaluated > 0)
            .collect();
        if of_kind.is_empty() {
            continue;
        }
        rows.push(Row::group(said(head)));
        rows.extend(of_kind.into_iter().filter_map(|((_, obligation, check), sum)| {
            let (pack, row) = material.rules.obligation(obligation)?;
            Some(Row::data(vec![
                Cell::text(clause(pack, row)),
                Cell::text(check_title(material, check)),
                count(sum.portals),
                count(sum.evaluated),
                count(sum.on_time),
                late(sum.late),
                count(sum.undecidable),
                share_in_time(sum),
                sum.worst_wd
                    .map_or_else(|| Cell::text("–"), |days| count(days.into())),
            ]))
        }));
    }
    Table {
        caption: Some(said("edition.fresh.table")),
        columns: vec![
            column("edition.col.clause", ColumnKind::Text),
            column("edition.col.update", ColumnKind::Text),
            column("report.col.portals", ColumnKind::Number),
            column("edition.col.evaluated", ColumnKind::Number),
            column("edition.col.on_time", ColumnKind::Number),
            column("edition.col.late", ColumnKind::Number),
            column("edition.col.undecidable", ColumnKind::Number),
            column("edition.col.share_in_time", ColumnKind::Percent),
            column("edition.col.worst_wd", ColumnKind::Number),
        ],
        rows,
        empty: Some(said("edition.fresh.none")),
        notes: vec![said("edition.fresh.note")],
    }
}

fn late(number: u64) -> Cell {
    let cell = count(number);
    if number > 0 { cell.toned(Tone::Bad) } else { cell }
}

/// Which sections portals have, lack, or could not be asked for.
fn sections(material: &Material<'_>, found: &Findings) -> Table {
    let sums = by_check(found);
    let rows = material.rules.sections.iter().filter_map(|section| {
        let sum = sums.get(&Id::from(format!("section-{}", section.id)))?.portals;
        Some(Row::data(vec![
            Cell::text(section.label_vi.clone()),
            tally(sum.pass, Value::Pass),
            tally(sum.fail, Value::Fail),
            tally(sum.warn, Value::Warn),
            tally(sum.unknown, Value::Unknown),
        ]))
    });
    Table {
        caption: Some(said("edition.sections.table")),
        columns: vec![
            column("edition.col.section", ColumnKind::Text),
            column("edition.col.there", ColumnKind::Number),
            column("edition.col.lacking", ColumnKind::Number),
            column("edition.col.attention", ColumnKind::Number),
            column("edition.col.undecided", ColumnKind::Number),
        ],
        rows: rows.collect(),
        empty: Some(said("edition.sections.none")),
        notes: Vec::new(),
    }
}

/// The items that were latest, each once.
fn latest(material: &Material<'_>, found: &Findings) -> Table {
    let names = names(material);
    let mut all: Vec<(&str, &Checked, &Term)> = Vec::new();
    for portal in &found.portals {
        let Some(name) = names.get(&portal.portal) else {
            continue;
        };
        let checks = portal.conclusions.iter().flat_map(|one| &one.checks);
        for check in checks.filter(|check| check.statistics.is_some()) {
            let late = check.terms.iter().filter(|term| term.outcome == Timeliness::Late);
            all.extend(late.map(|term| (*name, check, term)));
        }
    }
    all.sort_by_key(|(name, check, term)| (std::cmp::Reverse(term.late_wd), *name, &term.item, &check.check));
    all.dedup_by_key(|(name, _, term)| (*name, &term.item));
    let rows = all.into_iter().take(TOLD).map(|(name, check, term)| {
        Row::data(vec![
            Cell::text(name),
            item(&term.item),
            Cell::text(check_title(material, &check.check)),
            due(term),
            term.late_wd
                .map_or_else(|| Cell::text("–"), |days| count(days.into())),
        ])
    });
    Table {
        caption: Some(said("edition.late.table")),
        columns: vec![
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.item", ColumnKind::Text),
            column("edition.col.update", ColumnKind::Text),
            column("edition.col.due", ColumnKind::Date),
            column("edition.col.late_wd", ColumnKind::Number),
        ],
        rows: rows.collect(),
        empty: Some(said("edition.late.none")),
        notes: Vec::new(),
    }
}

/// An item; an address leads to it.
pub(super) fn item(name: &str) -> Cell {
    let cell = Cell::text(name);
    if name.starts_with("https://") || name.starts_with("http://") {
        cell.linked(name)
    } else {
        cell
    }
}

/// The last day in time.
pub(super) fn due(term: &Term) -> Cell {
    term.due.map_or_else(
        || Cell::text("–"),
        |at| {
            Cell::of(
                Quantity::Date(crate::calendar::civil::day_of(at)),
                locale::date(at, Lang::Vi),
            )
        },
    )
}
