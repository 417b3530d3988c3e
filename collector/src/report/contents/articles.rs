//! Appendices by article: what each clause asks, how it is measured, how the portals stand.

use ems_contract::document::{Block, Cell, ColumnKind, Row, Table, Tone};
use ems_contract::text::Lang;

use super::cells::{column, count};
use super::compliance::{verdict_cells, verdict_columns};
use super::judged::{check_title, clause, findings, instrument, listed, names, wording};
use super::{Material, filled, said};
use crate::judge::{Reason, Value};
use crate::locale;
use crate::regulation::{Kind, Obligation};
use crate::report::findings::{ByObligation, by_obligation};

/// Characters of an obligation's words.
const WORDS: usize = 160;
/// Checks told of one obligation; of the others the number.
const CHECKS: usize = 3;

/// Reasons that only a person can remove.
const FOR_PEOPLE: &[Reason] = &[
    Reason::AttestationMissing,
    Reason::AttestationExpired,
    Reason::NotRegistered,
    Reason::OfficialDecides,
    Reason::StartUnobservable,
    Reason::Contradicted,
];

/// Every obligation that binds a portal of the report, in the order of the texts.
pub(super) fn articles(material: &Material<'_>) -> Vec<Block> {
    let Some(found) = findings(material) else {
        return vec![super::missing("compliance")];
    };
    let names = names(material);
    let sums = by_obligation(found);
    let mut rows = Vec::new();
    for pack in material.rules.packs.values() {
        let judged: Vec<_> = pack
            .obligations
            .iter()
            .filter_map(|row| Some((row, sums.get(&(&pack.id, &row.id))?)))
            .collect();
        if judged.is_empty() {
            continue;
        }
        rows.push(Row::group(instrument(pack)));
        rows.extend(judged.into_iter().map(|(row, sum)| {
            let mut cells = vec![
                Cell::text(row.article.to_string()),
                Cell::text(wording(row, WORDS)),
                Cell::text(measured_by(material, row)),
                Cell::text(asked(sum)),
            ];
            cells.extend(verdict_cells(&sum.statutory, &sum.policy));
            cells.push(Cell::text(
                if sum.failing.len() > 1 && sum.failing.len() == sum.all.len() {
                    said("edition.failing.all")
                } else {
                    listed(&names, &sum.failing)
                },
            ));
            Row::data(cells)
        }));
    }
    let mut columns = vec![
        column("edition.col.article", ColumnKind::Text),
        column("edition.col.wording", ColumnKind::Text),
        column("edition.col.check", ColumnKind::Text),
        column("edition.col.threshold", ColumnKind::Text),
    ];
    columns.extend(verdict_columns());
    columns.push(column("edition.col.failing", ColumnKind::Text));
    vec![
        Block::paragraph(said("edition.articles.intro")),
        Block::Table(Table {
            columns,
            rows,
            empty: Some(said("edition.compliance.none")),
            ..Table::default()
        }),
    ]
}

fn measured_by(material: &Material<'_>, row: &Obligation) -> String {
    let titles = row.checks.iter().take(CHECKS);
    let titles: Vec<String> = titles.map(|check| check_title(material, check)).collect();
    let told = titles.join("; ");
    match row.checks.len().checked_sub(CHECKS) {
        None | Some(0) => told,
        Some(more) => filled(
            "edition.checks.more",
            &[("checks", &told), ("count", &more.to_string())],
        ),
    }
}

/// What was asked, and by whom: portals of different levels may be asked different things, the first is told.
fn asked(sum: &ByObligation<'_>) -> String {
    let checks = sum.all.iter().flat_map(|(_, one)| &one.checks);
    let mut told: Vec<String> = Vec::new();
    for check in checks {
        let Some(threshold) = &check.threshold else {
            continue;
        };
        let text = match check.threshold_kind {
            Kind::Statutory => filled("edition.threshold.statutory", &[("threshold", threshold)]),
            Kind::Policy | Kind::Encouraged => {
                filled("edition.threshold.policy", &[("threshold", threshold)])
            }
        };
        if !told.contains(&text) {
            told.push(text);
        }
        if told.len() == 2 {
            break;
        }
    }
    if told.is_empty() {
        said("edition.threshold.none")
    } else {
        told.join("; ")
    }
}

/// What only a person can decide or supply, by clause.
pub(super) fn undecided(material: &Material<'_>) -> Block {
    let Some(found) = findings(material) else {
        return super::missing("compliance");
    };
    let names = names(material);
    let mut rows = Vec::new();
    for ((_, obligation), sum) in by_obligation(found) {
        let Some((pack, row)) = material.rules.obligation(obligation) else {
            continue;
        };
        for reason in FOR_PEOPLE {
            let portals: Vec<_> = sum
                .all
                .iter()
                .filter(|(_, one)| one.value == Value::Unknown && one.reason == *reason)
                .map(|(portal, _)| *portal)
                .collect();
            if portals.is_empty() {
                continue;
            }
            rows.push(Row::data(vec![
                Cell::text(clause(pack, row)),
                Cell::text(wording(row, WORDS)),
                Cell::text(said(&format!("judge.reason.{reason}"))),
                count(portals.len() as u64),
                Cell::text(
                    if portals.len() > 1 && portals.len() == material.report.portals.len() {
                        let count = locale::count(portals.len() as u64, Lang::Vi);
                        filled("edition.portals.all", &[("count", &count)])
                    } else {
                        listed(&names, &portals)
                    },
                ),
                Cell::text(said("document.placeholder")).toned(Tone::Unknown),
            ]));
        }
    }
    Block::Table(Table {
        caption: Some(said("edition.undecided.table")),
        columns: vec![
            column("edition.col.clause", ColumnKind::Text),
            column("edition.col.wording", ColumnKind::Text),
            column("edition.col.why", ColumnKind::Text),
            column("report.col.portals", ColumnKind::Number),
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.supplied", ColumnKind::Text),
        ],
        rows,
        empty: Some(said("edition.undecided.none")),
        notes: Vec::new(),
    })
}
