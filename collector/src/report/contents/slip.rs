//! A slip for the editors of one portal: how it did, and what to mend.

use ems_contract::cause::Cause;
use ems_contract::document::{Block, Run};

use super::cells::{availability, coverage};
use super::events::outage_table;
use super::{Material, filled, said, strips};
use crate::ledger::Track;
use crate::report::model::PortalReport;

/// Outages on a slip.
const TOLD: usize = 20;

pub(super) fn slip(material: &Material<'_>) -> Vec<Block> {
    let mut body = Vec::new();
    for (place, portal) in material.report.portals.iter().enumerate() {
        if place > 0 {
            body.push(Block::PageBreak);
        }
        body.extend(of(material, portal));
    }
    if body.is_empty() {
        body.push(Block::paragraph(said("report.empty.portals")));
    }
    body
}

fn of(material: &Material<'_>, portal: &PortalReport) -> Vec<Block> {
    let mut blocks = vec![
        Block::heading(2, portal.name.clone()),
        Block::Paragraph(vec![
            Run::plain(filled("edition.slip.owner", &[("owner", &portal.owner)])),
            Run::link(portal.url.clone(), portal.url.clone()),
        ]),
    ];
    for before in &portal.takes_over {
        blocks.push(Block::paragraph(filled(
            "edition.slip.takes_over",
            &[("origin", &super::scope::origin(before))],
        )));
    }
    let items = portal.tracks.iter().map(|track| {
        let key = if track.statutory.0.is_absent() {
            "edition.slip.track.absent"
        } else {
            "edition.slip.track"
        };
        vec![Run::plain(filled(
            key,
            &[
                ("track", &said(&format!("track.{}", track.track))),
                ("availability", &availability(track).text),
                ("coverage", &coverage(&track.statutory.0).text),
            ],
        ))]
    });
    blocks.push(Block::List {
        ordered: false,
        items: items.collect(),
    });
    blocks.push(Block::Chart(strips::chart(material, std::iter::once(portal))));
    let mut outages: Vec<_> = portal
        .outages
        .iter()
        .filter(|outage| outage.track == Track::Overall)
        .collect();
    outages.sort_by_key(|outage| (std::cmp::Reverse(outage.seconds), outage.from));
    let told = outages.iter().take(TOLD).map(|outage| (portal, *outage));
    blocks.push(Block::Table(outage_table(said("edition.slip.outages"), told)));
    let todo = todo(material, portal);
    blocks.push(Block::heading(3, said("edition.slip.todo")));
    if todo.is_empty() {
        blocks.push(Block::paragraph(said("edition.slip.todo.none")));
    } else {
        blocks.push(Block::List {
            ordered: true,
            items: todo.into_iter().map(|text| vec![Run::plain(text)]).collect(),
        });
    }
    blocks.extend(super::todo::findings_of(material, portal));
    blocks
}

/// What there is to mend: by the causes of its outages, its certificate, its address family.
fn todo(material: &Material<'_>, portal: &PortalReport) -> Vec<String> {
    let mut causes: Vec<Cause> = portal
        .outages
        .iter()
        .filter(|outage| outage.track == Track::Overall)
        .filter_map(|outage| Cause::from_name(outage.cause?))
        .collect();
    causes.sort_unstable();
    causes.dedup();
    let mut all: Vec<String> = causes
        .into_iter()
        .map(|cause| said(&cause.advice_key()))
        .collect();
    if portal
        .track(Track::V6)
        .is_some_and(|track| track.statutory.0.is_absent())
    {
        all.push(said("edition.slip.no_v6"));
    }
    let ends = material.expiring.iter().find(|one| one.portal == portal.name);
    all.extend(ends.map(|one| {
        let at = crate::locale::date(one.not_after, ems_contract::text::Lang::Vi);
        filled("edition.slip.certificate", &[("at", &at)])
    }));
    all
}
