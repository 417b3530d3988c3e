//! The leagues beside availability: items in time, and statutory obligations met. Never mixed with one another.

use ems_contract::document::{Block, Cell, ColumnKind, Row, Table, Tone, Value};
use ems_contract::text::Lang;

use super::cells::{column, count, share};
use super::judged::findings;
use super::ranking::TOLD;
use super::{Material, filled, said};
use crate::ledger::Ratio;
use crate::locale;
use crate::report::findings::{PortalFindings, on_time, statutory};
use crate::report::model::PortalReport;
use crate::report::{collate, ranks};

/// How a portal is measured in a league: the part that is good, and all that could be decided.
type Measure = fn(&PortalFindings) -> (u64, u64);

fn timeliness(found: &PortalFindings) -> (u64, u64) {
    let sum = on_time(found);
    (sum.on_time, sum.on_time + sum.late)
}

fn obligations(found: &PortalFindings) -> (u64, u64) {
    let tally = statutory(found);
    (tally.pass.into(), tally.decided().into())
}

/// A table each level and measure, where there are two portals to compare.
pub(super) fn leagues(material: &Material<'_>) -> Vec<Block> {
    if findings(material).is_none() {
        return vec![super::missing("other_leagues")];
    }
    let measures: [(&str, Measure); 2] = [
        ("edition.league.on_time", timeliness),
        ("edition.league.statutory", obligations),
    ];
    let mut blocks = vec![Block::paragraph(said("edition.league.rule"))];
    for (caption, measure) in measures {
        for level in material.report.levels.iter().filter_map(|group| group.level) {
            let members: Vec<&PortalReport> = material
                .report
                .portals
                .iter()
                .filter(|portal| portal.level == level)
                .collect();
            let name = said(&format!("level.{level}"));
            blocks.extend(league(
                material,
                &members,
                &filled(caption, &[("level", &name)]),
                measure,
            ));
        }
    }
    blocks
}

fn league(
    material: &Material<'_>,
    members: &[&PortalReport],
    caption: &str,
    measure: Measure,
) -> Option<Block> {
    let found = findings(material)?;
    let shares: Vec<Option<Ratio>> = members
        .iter()
        .map(|portal| {
            // A portal that was not seen enough is in no league.
            let (part, whole) = measure(found.of(&portal.id).filter(|_| portal.sufficient)?);
            Some(Ratio {
                numerator: i64::try_from(part).ok()?,
                denominator: i64::try_from(whole).ok().filter(|whole| *whole > 0)?,
            })
        })
        .collect();
    let ranked = shares.iter().flatten().count();
    if ranked < 2 {
        return None;
    }
    let mut places: Vec<(Option<u32>, &PortalReport, Ratio)> = ranks(&shares)
        .into_iter()
        .zip(members)
        .zip(&shares)
        .filter_map(|((rank, portal), share)| Some((rank, *portal, (*share)?)))
        .collect();
    places.sort_by_cached_key(|(rank, portal, _)| (rank.unwrap_or(u32::MAX), collate(&portal.name)));
    let rows = places.into_iter().take(TOLD).map(|(rank, portal, ratio)| {
        Row::data(vec![
            rank.map_or_else(
                || Cell::text(said("ledger.not_enough_data")).toned(Tone::Unknown),
                |rank| Cell::of(Value::Integer(rank.into()), rank.to_string()),
            ),
            Cell::text(portal.name.clone()),
            count(ratio.numerator.unsigned_abs()),
            count(ratio.denominator.unsigned_abs()),
            share(ratio, "ledger.not_enough_data"),
        ])
    });
    Some(Block::Table(Table {
        caption: Some(caption.to_owned()),
        columns: vec![
            column("edition.col.rank", ColumnKind::Number),
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.good", ColumnKind::Number),
            column("edition.col.decided", ColumnKind::Number),
            column("edition.col.share", ColumnKind::Percent),
        ],
        rows: rows.collect(),
        notes: vec![filled(
            "edition.league.note",
            &[
                ("ranked", &locale::count(ranked as u64, Lang::Vi)),
                ("all", &locale::count(members.len() as u64, Lang::Vi)),
            ],
        )],
        ..Table::default()
    }))
}
