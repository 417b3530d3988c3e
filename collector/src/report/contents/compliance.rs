//! Conclusions by instrument: what the texts decide and what the operator's own thresholds say, apart.

use std::collections::BTreeMap;

use ems_contract::document::{Block, Cell, Column, ColumnKind, Row, Table};
use ems_contract::text::Lang;

use super::cells::{column, count};
use super::judged::{check_title, clause, findings, head, instrument, tally, wording};
use super::{Material, filled, said};
use crate::judge::{Tally, Value};
use crate::locale;
use crate::regulation::Id;
use crate::report::findings::{ByObligation, Findings, by_check, by_obligation};

/// Obligations told in the text; all of them stand in the appendix.
const TOLD: usize = 15;
/// Characters of an obligation's words in the text.
const WORDS: usize = 110;

pub(super) fn compliance(material: &Material<'_>) -> Vec<Block> {
    let Some(found) = findings(material) else {
        return vec![super::missing("compliance")];
    };
    let sums = by_obligation(found);
    let day = found.last_day().map_or_else(String::new, |day| {
        locale::date(crate::calendar::civil::start_of(day), Lang::Vi)
    });
    vec![
        Block::paragraph(filled(
            "edition.compliance.intro",
            &[
                ("day", &day),
                ("judged", &locale::count(found.portals.len() as u64, Lang::Vi)),
                (
                    "all",
                    &locale::count(material.report.portals.len() as u64, Lang::Vi),
                ),
            ],
        )),
        Block::Table(packs(material, &sums)),
        Block::Table(failing(material, &sums)),
        Block::Table(policy(material, found)),
    ]
}

/// The heads over counts of verdicts: what the text decides, and what the operator's threshold.
pub(super) fn verdict_columns() -> Vec<Column> {
    let (statutory, policy) = (said("edition.col.statutory"), said("edition.col.policy"));
    let one = |value: Value, group: &str| head(value).under(group);
    vec![
        one(Value::Pass, &statutory),
        one(Value::Fail, &statutory),
        one(Value::Warn, &statutory),
        one(Value::Unknown, &statutory),
        one(Value::Pass, &policy),
        one(Value::Warn, &policy),
        one(Value::Unknown, &policy),
    ]
}

pub(super) fn verdict_cells(statutory: &Tally, policy: &Tally) -> Vec<Cell> {
    vec![
        tally(statutory.pass, Value::Pass),
        tally(statutory.fail, Value::Fail),
        tally(statutory.warn, Value::Warn),
        tally(statutory.unknown, Value::Unknown),
        tally(policy.pass, Value::Pass),
        tally(policy.warn, Value::Warn),
        tally(policy.unknown, Value::Unknown),
    ]
}

fn add(sum: &mut Tally, other: &Tally) {
    sum.pass += other.pass;
    sum.warn += other.warn;
    sum.fail += other.fail;
    sum.unknown += other.unknown;
}

fn packs(material: &Material<'_>, sums: &BTreeMap<(&Id, &Id), ByObligation<'_>>) -> Table {
    let mut by_pack: BTreeMap<&Id, (u64, Tally, Tally)> = BTreeMap::new();
    for ((pack, _), sum) in sums {
        let entry = by_pack.entry(pack).or_default();
        entry.0 += 1;
        add(&mut entry.1, &sum.statutory);
        add(&mut entry.2, &sum.policy);
    }
    let rows = by_pack
        .into_iter()
        .filter_map(|(id, (obligations, statutory, policy))| {
            let pack = material.rules.packs.get(id)?;
            let mut cells = vec![Cell::text(instrument(pack)), count(obligations)];
            cells.extend(verdict_cells(&statutory, &policy));
            Some(Row::data(cells))
        });
    let mut columns = vec![
        column("edition.col.pack", ColumnKind::Text),
        column("edition.col.obligations", ColumnKind::Number),
    ];
    columns.extend(verdict_columns());
    Table {
        caption: Some(said("edition.compliance.packs")),
        rows: rows.collect(),
        columns,
        empty: Some(said("edition.compliance.none")),
        notes: vec![said("edition.compliance.note")],
    }
}

/// The obligations that most portals certainly do not meet.
fn failing(material: &Material<'_>, sums: &BTreeMap<(&Id, &Id), ByObligation<'_>>) -> Table {
    let mut worst: Vec<(&Id, &ByObligation<'_>)> = sums
        .iter()
        .filter(|(_, sum)| sum.statutory.fail > 0)
        .map(|((_, obligation), sum)| (*obligation, sum))
        .collect();
    worst.sort_by_key(|(obligation, sum)| (std::cmp::Reverse(sum.statutory.fail), *obligation));
    let more = worst.len() > TOLD;
    let rows = worst.into_iter().take(TOLD).filter_map(|(obligation, sum)| {
        let (pack, row) = material.rules.obligation(obligation)?;
        Some(Row::data(vec![
            Cell::text(clause(pack, row)),
            Cell::text(wording(row, WORDS)),
            tally(sum.statutory.fail, Value::Fail),
            count(sum.all.len() as u64),
        ]))
    });
    Table {
        caption: Some(said("edition.compliance.failing")),
        columns: vec![
            column("edition.col.clause", ColumnKind::Text),
            column("edition.col.wording", ColumnKind::Text),
            head(Value::Fail),
            column("edition.col.judged", ColumnKind::Number),
        ],
        rows: rows.collect(),
        empty: Some(said("edition.compliance.failing.none")),
        notes: more
            .then(|| said("edition.compliance.more"))
            .into_iter()
            .collect(),
    }
}

/// The operator's thresholds that most portals miss: no breach of anything.
fn policy(material: &Material<'_>, found: &Findings) -> Table {
    let mut missed: Vec<_> = by_check(found)
        .into_iter()
        .filter(|(_, sum)| sum.policy > 0)
        .collect();
    missed.sort_by_key(|(check, sum)| (std::cmp::Reverse(sum.policy), *check));
    let rows = missed.into_iter().take(TOLD).map(|(check, sum)| {
        let judged = sum.portals.pass + sum.portals.warn + sum.portals.fail + sum.portals.unknown;
        Row::data(vec![
            Cell::text(check_title(material, check)),
            tally(sum.policy, Value::Warn),
            count(judged.into()),
        ])
    });
    Table {
        caption: Some(said("edition.compliance.policy")),
        columns: vec![
            column("edition.col.check", ColumnKind::Text),
            head(Value::Warn),
            column("edition.col.judged", ColumnKind::Number),
        ],
        rows: rows.collect(),
        empty: Some(said("edition.compliance.policy.none")),
        notes: Vec::new(),
    }
}
