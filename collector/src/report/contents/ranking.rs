//! Leagues: within one level, by one measure, equals share a rank.

use ems_contract::document::{Block, Cell, ColumnKind, Row, Table, Tone, Value};
use ems_contract::inventory::Level;
use ems_contract::text::Lang;

use super::cells::{availability, column, coverage};
use super::{Material, filled, said};
use crate::ledger::Track;
use crate::locale;
use crate::report::collate;
use crate::report::model::{PortalReport, Report};

/// Places of a league told in the text; all of them stand in the appendix.
pub(super) const TOLD: usize = 10;

/// Every league that has members, in the order of the levels.
pub(super) fn leagues(report: &Report) -> impl Iterator<Item = (Level, Vec<&PortalReport>)> {
    let levels = report.levels.iter().filter_map(|group| group.level);
    levels.map(|level| (level, league(report, level)))
}

/// The members of a league: ranked ones by rank, then the others; equals by name.
fn league(report: &Report, level: Level) -> Vec<&PortalReport> {
    let mut members: Vec<&PortalReport> = report
        .portals
        .iter()
        .filter(|portal| portal.level == level)
        .collect();
    members.sort_by_cached_key(|portal| (portal.rank.unwrap_or(u32::MAX), collate(&portal.name)));
    members
}

/// How a portal's rank moved since the period before. The rank of a portal that it took over from is another portal's, and
/// so is one in the league of another level.
fn movement(portal: &PortalReport, before: Option<&Report>) -> Cell {
    let earlier = before.and_then(|report| report.portals.iter().find(|other| other.id == portal.id));
    let other = match earlier {
        Some(other) => other.level != portal.level,
        None => before.is_some() && !portal.takes_over.is_empty(),
    };
    if other {
        return Cell::text(said("edition.not_comparable")).toned(Tone::Unknown);
    }
    match (portal.rank, earlier.and_then(|other| other.rank)) {
        (Some(now), Some(then)) => {
            let (now, then) = (i64::from(now), i64::from(then));
            let text = match then - now {
                0 => "=".to_owned(),
                better @ 1.. => format!("↑ {better}"),
                worse => format!("↓ {}", -worse),
            };
            Cell::of(Value::Integer(then - now), text)
        }
        _ => Cell::text("–"),
    }
}

pub(super) fn rank_cell(portal: &PortalReport) -> Cell {
    portal.rank.map_or_else(
        || Cell::text(said("ledger.not_enough_data")).toned(Tone::Unknown),
        |rank| Cell::of(Value::Integer(rank.into()), rank.to_string()),
    )
}

pub(super) fn ranking(material: &Material<'_>) -> Vec<Block> {
    let report = material.report;
    let mut blocks = vec![Block::paragraph(filled(
        "edition.ranking.rule",
        &[("percent", &report.sufficient_coverage_percent.to_string())],
    ))];
    for (level, members) in leagues(report) {
        if members.len() < 2 {
            continue;
        }
        let ranked = members.iter().filter(|portal| portal.rank.is_some()).count();
        let rows = members
            .iter()
            .take(TOLD)
            .filter_map(|portal| {
                let overall = portal.track(Track::Overall)?;
                Some(Row::data(vec![
                    rank_cell(portal),
                    Cell::text(portal.name.clone()),
                    availability(overall),
                    coverage(&overall.statutory.0),
                    movement(portal, material.before),
                ]))
            })
            .collect();
        blocks.push(Block::Table(Table {
            caption: Some(filled(
                "edition.ranking.table",
                &[("level", &said(&format!("level.{level}")))],
            )),
            columns: vec![
                column("edition.col.rank", ColumnKind::Number),
                column("edition.col.portal", ColumnKind::Text),
                column("report.col.availability", ColumnKind::Percent),
                column("report.col.coverage", ColumnKind::Percent),
                column("edition.col.movement", ColumnKind::Number),
            ],
            rows,
            notes: vec![filled(
                "edition.ranking.note",
                &[
                    ("ranked", &locale::count(ranked as u64, Lang::Vi)),
                    ("all", &locale::count(members.len() as u64, Lang::Vi)),
                ],
            )],
            ..Table::default()
        }));
    }
    blocks.extend(super::leagues::leagues(material));
    blocks
}
