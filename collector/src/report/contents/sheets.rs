//! The workbook's sheets, which are the CSV files too.

use ems_contract::document::{Cell, ColumnKind, Sheet, Total};

use super::cells::{availability, cause, column, count, coverage, instant, repair, seconds};
use super::events::{exclusions, overall_outages};
use super::ranking::{leagues, rank_cell};
use super::{Material, said};
use crate::ledger::Track;

pub(super) fn all(material: &Material<'_>) -> Vec<Sheet> {
    vec![portals(material), outages(material), maintenance(material)]
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
