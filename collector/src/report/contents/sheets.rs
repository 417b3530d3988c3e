//! The workbook's sheets, which are the CSV files too.

use ems_contract::document::{Cell, ColumnKind, Sheet, Total, Value as Quantity};
use ems_contract::text::Lang;

use super::cells::{availability, cause, column, count, coverage, instant, repair, seconds};
use super::events::{exclusions, overall_outages};
use super::judged::{check_title, findings, names};
use super::ranking::{leagues, rank_cell};
use super::{Material, said};
use crate::calendar::civil::start_of;
use crate::judge::Value;
use crate::ledger::Track;
use crate::locale;
use crate::report::findings::{Conclusion, Findings};

pub(super) fn all(material: &Material<'_>) -> Vec<Sheet> {
    let mut all = vec![portals(material), outages(material), maintenance(material)];
    all.push(certificates(material));
    all.extend(findings(material).map(|found| verdicts(material, found)));
    all.extend(findings(material).map(|found| updates(material, found)));
    all
}

fn portals(material: &Material<'_>) -> Sheet {
    let mut columns = vec![
        column("edition.col.id", ColumnKind::Text),
        column("edition.col.portal", ColumnKind::Text),
        column("edition.col.owner", ColumnKind::Text),
        column("report.col.level", ColumnKind::Text),
        column("edition.col.url", ColumnKind::Text),
        column("edition.col.rank", ColumnKind::Number),
    ];
    let mut totals = vec![Some(Total::Label(said("document.total"))), Some(Total::Count)];
    totals.resize(columns.len(), None);
    for track in Track::ALL {
        let name = said(&format!("track.{track}"));
        let first = columns.len();
        for (key, kind) in [
            ("edition.col.reached", ColumnKind::Duration),
            ("edition.col.seen", ColumnKind::Duration),
            ("edition.col.down", ColumnKind::Duration),
            ("edition.col.unseen", ColumnKind::Duration),
            ("report.col.availability", ColumnKind::Percent),
            ("report.col.coverage", ColumnKind::Percent),
            ("report.col.outages", ColumnKind::Number),
            ("report.col.mttr", ColumnKind::Duration),
        ] {
            columns.push(column(key, kind).under(name.clone()));
        }
        let share = Total::Share {
            part: first,
            whole: first + 1,
            places: 2,
        };
        let sum = || Some(Total::Sum);
        totals.extend([sum(), sum(), sum(), sum(), Some(share), None, sum(), None]);
    }
    let mut rows = Vec::new();
    for (level, members) in leagues(material.report) {
        for portal in members {
            let mut row = vec![
                Cell::text(portal.id.to_string()),
                Cell::text(portal.name.clone()),
                Cell::text(portal.owner.clone()),
                Cell::text(said(&format!("level.{level}"))),
                Cell::text(portal.url.clone()).linked(portal.url.clone()),
                rank_cell(portal),
            ];
            for track in &portal.tracks {
                let account = &track.statutory.0;
                row.extend([
                    seconds(account.up + account.degraded),
                    seconds(account.observed()),
                    seconds(account.down),
                    seconds(account.unknown),
                    availability(track),
                    coverage(account),
                    count(track.outages.count),
                    repair(track),
                ]);
            }
            rows.push(row);
        }
    }
    Sheet {
        name: said("edition.sheet.portals"),
        columns,
        rows,
        totals,
        notes: Vec::new(),
    }
}

fn outages(material: &Material<'_>) -> Sheet {
    let rows = overall_outages(material)
        .into_iter()
        .map(|(portal, outage)| {
            let agents: Vec<&str> = outage.agents.iter().map(|agent| agent.as_str()).collect();
            vec![
                Cell::text(portal.id.to_string()),
                Cell::text(portal.name.clone()),
                instant(outage.from),
                instant(outage.to),
                seconds(outage.seconds),
                cause(outage.cause_key.as_deref()),
                Cell::text(agents.join(", ")),
            ]
        })
        .collect();
    Sheet {
        name: said("edition.sheet.outages"),
        columns: vec![
            column("edition.col.id", ColumnKind::Text),
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.from", ColumnKind::Instant),
            column("edition.col.to", ColumnKind::Instant),
            column("edition.col.length", ColumnKind::Duration),
            column("edition.col.cause", ColumnKind::Text),
            column("edition.col.seen_by", ColumnKind::Text),
        ],
        rows,
        totals: Vec::new(),
        notes: Vec::new(),
    }
}

fn maintenance(material: &Material<'_>) -> Sheet {
    let rows = exclusions(material)
        .into_iter()
        .map(|(portal, excluded)| {
            vec![
                Cell::text(portal.id.to_string()),
                Cell::text(portal.name.clone()),
                instant(excluded.from),
                instant(excluded.to),
                seconds(excluded.seconds),
                instant(excluded.announced_at),
                Cell::text(excluded.author.clone()),
                Cell::text(excluded.reason.clone()),
            ]
        })
        .collect();
    Sheet {
        name: said("edition.sheet.maintenance"),
        columns: vec![
            column("edition.col.id", ColumnKind::Text),
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.from", ColumnKind::Instant),
            column("edition.col.to", ColumnKind::Instant),
            column("edition.col.excluded", ColumnKind::Duration),
            column("edition.col.announced", ColumnKind::Instant),
            column("edition.col.author", ColumnKind::Text),
            column("edition.col.reason", ColumnKind::Text),
        ],
        rows,
        totals: Vec::new(),
        notes: Vec::new(),
    }
}

fn certificates(material: &Material<'_>) -> Sheet {
    let rows = material
        .expiring
        .iter()
        .map(|one| vec![Cell::text(one.portal.clone()), instant(one.not_after)]);
    Sheet {
        name: said("edition.sheet.certificates"),
        columns: vec![
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.not_after", ColumnKind::Instant),
        ],
        rows: rows.collect(),
        totals: Vec::new(),
        notes: Vec::new(),
    }
}

/// Every conclusion, behind the id and the name of its portal.
fn each<'a>(
    material: &Material<'_>,
    found: &'a Findings,
) -> impl Iterator<Item = ([Cell; 2], &'a Conclusion)> {
    let names = names(material);
    found.portals.iter().flat_map(move |portal| {
        let name = names.get(&portal.portal).copied().unwrap_or_default();
        let whose = [Cell::text(portal.portal.to_string()), Cell::text(name)];
        portal.conclusions.iter().map(move |one| (whose.clone(), one))
    })
}

/// Everything that fails or is worth attention: the passes and what is not known are in the JSON.
fn verdicts(material: &Material<'_>, found: &Findings) -> Sheet {
    let rows = each(material, found)
        .filter(|(_, one)| matches!(one.value, Value::Fail | Value::Warn))
        .filter_map(|([id, name], one)| {
            let (pack, row) = material.rules.obligation(&one.obligation)?;
            let deciding = one.checks.iter().find(|check| check.value == one.value);
            let measured = deciding.and_then(|check| check.measured.clone());
            let title = deciding.map(|check| check_title(material, &check.check));
            Some(vec![
                id,
                name,
                Cell::text(pack.citation()),
                Cell::text(row.article.to_string()),
                Cell::text(one.obligation.to_string()),
                Cell::text(title.unwrap_or_default()),
                Cell::text(said(&format!("judge.value.{}", one.value))),
                Cell::text(said(&format!("law.kind.{}", one.kind))),
                Cell::text(said(&format!("judge.reason.{}", one.reason))),
                Cell::text(measured.unwrap_or_default()),
                Cell::of(
                    Quantity::Date(one.since),
                    locale::date(start_of(one.since), Lang::Vi),
                ),
            ])
        });
    Sheet {
        name: said("edition.sheet.verdicts"),
        columns: vec![
            column("edition.col.id", ColumnKind::Text),
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.pack", ColumnKind::Text),
            column("edition.col.article", ColumnKind::Text),
            column("edition.col.obligation", ColumnKind::Text),
            column("edition.col.check", ColumnKind::Text),
            column("edition.col.verdict", ColumnKind::Status),
            column("edition.col.kind", ColumnKind::Text),
            column("edition.col.reason", ColumnKind::Text),
            column("edition.col.measured", ColumnKind::Text),
            column("edition.col.since", ColumnKind::Date),
        ],
        rows: rows.collect(),
        totals: Vec::new(),
        notes: Vec::new(),
    }
}

/// Items in time and late, by portal and obligation.
fn updates(material: &Material<'_>, found: &Findings) -> Sheet {
    let mut rows = Vec::new();
    for ([id, name], one) in each(material, found) {
        for check in &one.checks {
            let Some(counted) = check.statistics else { continue };
            rows.push(vec![
                id.clone(),
                name.clone(),
                Cell::text(one.obligation.to_string()),
                Cell::text(check_title(material, &check.check)),
                count(counted.evaluated.into()),
                count(counted.on_time.into()),
                count(counted.late.into()),
                count(counted.undecidable.into()),
                counted
                    .worst_late_wd
                    .map_or_else(Cell::default, |days| count(days.into())),
            ]);
        }
    }
    let mut totals = vec![Some(Total::Label(said("document.total")))];
    totals.resize(4, None);
    totals.extend([
        Some(Total::Sum),
        Some(Total::Sum),
        Some(Total::Sum),
        Some(Total::Sum),
        None,
    ]);
    Sheet {
        name: said("edition.sheet.updates"),
        columns: vec![
            column("edition.col.id", ColumnKind::Text),
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.obligation", ColumnKind::Text),
            column("edition.col.update", ColumnKind::Text),
            column("edition.col.evaluated", ColumnKind::Number),
            column("edition.col.on_time", ColumnKind::Number),
            column("edition.col.late", ColumnKind::Number),
            column("edition.col.undecidable", ColumnKind::Number),
            column("edition.col.worst_wd", ColumnKind::Number),
        ],
        rows,
        totals,
        notes: Vec::new(),
    }
}
