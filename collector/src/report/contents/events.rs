//! What befell the portals, one after another: outages and announced maintenance.

use ems_contract::document::{Cell, ColumnKind, Row, Table, Tone};

use super::cells::{cause, column, instant, seconds};
use super::{Material, said};
use crate::ledger::Track;
use crate::report::model::{Exclusion, PortalReport};
use crate::report::outage::Outage;

/// Outages of portals as a whole.
pub(super) fn overall_outages<'a>(material: &Material<'a>) -> Vec<(&'a PortalReport, &'a Outage)> {
    let portals = &material.report.portals;
    portals
        .iter()
        .flat_map(|portal| portal.outages.iter().map(move |outage| (portal, outage)))
        .filter(|(_, outage)| outage.track == Track::Overall)
        .collect()
}

pub(super) fn outage_table<'a>(
    caption: String,
    outages: impl Iterator<Item = (&'a PortalReport, &'a Outage)>,
) -> Table {
    let rows = outages
        .map(|(portal, outage)| {
            let end = if outage.continues {
                Cell::text(said("edition.continues")).toned(Tone::Bad)
            } else {
                instant(outage.to)
            };
            Row::data(vec![
                Cell::text(portal.name.clone()).linked(portal.url.clone()),
                instant(outage.from),
                end,
                seconds(outage.seconds),
                cause(outage.cause_key.as_deref()),
            ])
        })
        .collect();
    Table {
        caption: Some(caption),
        columns: vec![
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.from", ColumnKind::Instant),
            column("edition.col.to", ColumnKind::Instant),
            column("edition.col.length", ColumnKind::Duration),
            column("edition.col.cause", ColumnKind::Text),
        ],
        rows,
        empty: Some(said("report.outages.none")),
        notes: Vec::new(),
    }
}

/// Announced maintenance, each with its portal.
pub(super) fn exclusions<'a>(material: &Material<'a>) -> Vec<(&'a PortalReport, &'a Exclusion)> {
    let portals = &material.report.portals;
    portals
        .iter()
        .flat_map(|portal| portal.excluded.iter().map(move |excluded| (portal, excluded)))
        .collect()
}
