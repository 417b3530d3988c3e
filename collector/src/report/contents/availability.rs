//! Availability around the clock, families, certificates, outages.

use ems_contract::document::{Axis, Bar, Block, Cell, Chart, ColumnKind, Drawing, Row, Table, Tone};
use ems_contract::text::Lang;

use super::cells::{
    availability as share, available, cause, column, count, coverage, instant, repair, seconds,
};
use super::events::{outage_table, overall_outages};
use super::{Material, filled, said};
use crate::ledger::Track;
use crate::locale;
use crate::report::model::{Group, PortalReport};
use crate::report::outage::Outage;

/// Outages told in the text; all of them stand in the appendix.
const LONGEST: usize = 10;
/// Certificates told in the text; all of them stand in a sheet.
const SOONEST: usize = 20;

fn level_name(group: &Group) -> String {
    group.level.map_or_else(
        || said("report.levels.all"),
        |level| said(&format!("level.{level}")),
    )
}

/// Figures by level and family.
fn by_level(material: &Material<'_>) -> Vec<Block> {
    let report = material.report;
    let mut rows = Vec::new();
    for group in report.levels.iter().chain([&report.total]) {
        // The level stands above its families: beside them its words would have a column of one or two each.
        rows.push(Row::group(level_name(group)));
        for track in &group.tracks {
            let cells = vec![
                Cell::text(said(&format!("track.{}", track.track))),
                share(track),
                available(track.track, &track.adjusted.0),
                coverage(&track.statutory.0),
                count(track.outages.count),
                seconds(track.outages.seconds),
                repair(track),
            ];
            rows.push(if group.level.is_none() {
                Row::total(cells)
            } else {
                Row::data(cells)
            });
        }
    }
    let table = Table {
        caption: Some(said("edition.availability.table")),
        columns: vec![
            column("report.col.track", ColumnKind::Text),
            column("report.col.statutory", ColumnKind::Percent).under(said("report.col.availability")),
            column("report.col.adjusted", ColumnKind::Percent).under(said("report.col.availability")),
            column("report.col.coverage", ColumnKind::Percent),
            column("report.col.outages", ColumnKind::Number),
            column("report.col.downtime", ColumnKind::Duration),
            column("report.col.mttr", ColumnKind::Duration),
        ],
        rows,
        ..Table::default()
    };
    vec![Block::Table(table)]
}

/// The same for those who lead: one line a level, all families together.
pub(super) fn levels_alone(material: &Material<'_>) -> Block {
    let report = material.report;
    let overall = |group: &Group| {
        let track = group.tracks.iter().find(|track| track.track == Track::Overall)?;
        let cells = vec![
            Cell::text(level_name(group)),
            count(group.portals),
            share(track),
            coverage(&track.statutory.0),
            count(track.outages.count),
            seconds(track.outages.seconds),
        ];
        Some(if group.level.is_none() {
            Row::total(cells)
        } else {
            Row::data(cells)
        })
    };
    Block::Table(Table {
        caption: Some(said("edition.leader.table")),
        columns: vec![
            column("report.col.level", ColumnKind::Text),
            column("report.col.portals", ColumnKind::Number),
            column("report.col.availability", ColumnKind::Percent),
            column("report.col.coverage", ColumnKind::Percent),
            column("report.col.outages", ColumnKind::Number),
            column("report.col.downtime", ColumnKind::Duration),
        ],
        rows: report
            .levels
            .iter()
            .chain([&report.total])
            .filter_map(overall)
            .collect(),
        ..Table::default()
    })
}

/// From the full percent below the least to a hundred, in hundredths of a percent: the difference is in the last percents.
pub(super) fn percents(least: i64) -> Axis {
    let from = (least - 1).div_euclid(100).max(0) * 100;
    Axis {
        from,
        to: 10_000,
        from_text: format!("{}%", from / 100),
        to_text: "100%".to_owned(),
        threshold: None,
    }
}

fn bars(material: &Material<'_>) -> Option<Block> {
    let rows: Vec<Bar> = material
        .report
        .levels
        .iter()
        .filter_map(|group| {
            let overall = group.tracks.iter().find(|track| track.track == Track::Overall)?;
            let points = overall.statutory.0.availability().basis_points();
            Some(Bar {
                label: level_name(group),
                value: points,
                text: share(overall).text,
                tone: if points.is_some() {
                    Tone::Good
                } else {
                    Tone::Unknown
                },
            })
        })
        .collect();
    let least = rows.iter().filter_map(|bar| bar.value).min()?;
    Some(Block::Chart(Chart {
        title: said("edition.availability.bars"),
        alt: said("edition.availability.bars.alt"),
        drawing: Drawing::Bars {
            axis: percents(least),
            rows,
        },
        notes: Vec::new(),
    }))
}

pub(super) fn availability(material: &Material<'_>) -> Vec<Block> {
    let mut blocks = by_level(material);
    blocks.extend(bars(material));
    let mut longest: Vec<(&PortalReport, &Outage)> = overall_outages(material);
    longest.sort_by_key(|(portal, outage)| (std::cmp::Reverse(outage.seconds), outage.from, &portal.id));
    longest.truncate(LONGEST);
    blocks.push(Block::Table(outage_table(
        said("edition.longest"),
        longest.into_iter(),
    )));
    blocks
}

/// IPv6, certificates.
pub(super) fn network(material: &Material<'_>) -> Vec<Block> {
    let portals = &material.report.portals;
    let has_v6 = |portal: &&PortalReport| {
        portal
            .track(Track::V6)
            .is_some_and(|track| track.statutory.0.up + track.statutory.0.degraded > 0)
    };
    let with = portals.iter().filter(has_v6).count();
    let mut blocks = vec![Block::paragraph(filled(
        "edition.v6",
        &[
            ("with", &locale::count(with as u64, Lang::Vi)),
            ("all", &locale::count(portals.len() as u64, Lang::Vi)),
        ],
    ))];
    let rows = material
        .expiring
        .iter()
        .take(SOONEST)
        .map(|one| Row::data(vec![Cell::text(one.portal.clone()), instant(one.not_after)]))
        .collect();
    blocks.push(Block::Table(Table {
        caption: Some(said("edition.expiring")),
        columns: vec![
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.not_after", ColumnKind::Instant),
        ],
        rows,
        empty: Some(said("edition.expiring.none")),
        notes: material
            .expiring
            .len()
            .checked_sub(SOONEST)
            .filter(|more| *more > 0)
            .map(|more| {
                filled(
                    "edition.expiring.more",
                    &[("count", &locale::count(more as u64, Lang::Vi))],
                )
            })
            .into_iter()
            .collect(),
    }));
    blocks
}

/// What befell the portals, by cause.
pub(super) fn incidents(material: &Material<'_>) -> Vec<Block> {
    let mut causes: std::collections::BTreeMap<Option<&str>, (u64, i64)> = Default::default();
    for (_, outage) in overall_outages(material) {
        let sum = causes.entry(outage.cause_key.as_deref()).or_default();
        sum.0 += 1;
        sum.1 += outage.seconds;
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(key, (_, seconds))| (std::cmp::Reverse(*seconds), *key));
    let rows = causes
        .into_iter()
        .map(|(key, (times, down))| Row::data(vec![cause(key), count(times), seconds(down)]))
        .collect();
    vec![Block::Table(Table {
        caption: Some(said("edition.causes")),
        columns: vec![
            column("edition.col.cause", ColumnKind::Text),
            column("report.col.outages", ColumnKind::Number),
            column("report.col.downtime", ColumnKind::Duration),
        ],
        rows,
        empty: Some(said("report.outages.none")),
        notes: vec![said("edition.incidents.note")],
    })]
}
