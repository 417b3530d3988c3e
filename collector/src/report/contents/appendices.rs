//! The appendices: every portal, every outage, every hour left out or unseen, the method, the digests.

use ems_contract::document::{Appendix, Block, Cell, ColumnKind, Row, Run, Table};
use ems_contract::text::Lang;

use super::cells::{availability, column, count, coverage, instant, seconds};
use super::events::{exclusions, outage_table, overall_outages};
use super::ranking::{leagues, rank_cell};
use super::{Kind, Material, articles, filled, head, human, revision, roman, said, strips};
use crate::ledger::Track;
use crate::locale;

/// The line below an appendix's title, with the number and the day left to those who sign (NĐ 30/2020/NĐ-CP, Phụ lục I,
/// mục III).
fn enclosed(kind: Kind, material: &Material<'_>) -> String {
    let head = head::letterhead(kind, material);
    let issuer = head::issuer(kind, material);
    filled(
        "edition.appendix.note",
        &[
            ("symbol", &head.symbol),
            ("year", &head.place_date.year.to_string()),
            ("issuer", &issuer),
        ],
    )
}

pub(super) fn all(kind: Kind, material: &Material<'_>) -> Vec<Appendix> {
    let note = enclosed(kind, material);
    let parts: Vec<(&str, bool, Vec<Block>)> = vec![
        ("portals", true, portals(material)),
        ("days", false, days(material)),
        ("articles", true, articles::articles(material)),
        ("outages", true, outages(material)),
        ("blind", true, vec![maintenance(material), agents(material)]),
        ("method", false, method(material)),
        ("manual", true, manual(material)),
        ("evidence", false, evidence(material)),
        ("revision", false, revision::revision(material)),
    ];
    parts
        .into_iter()
        .filter(|(.., body)| !body.is_empty())
        .enumerate()
        .map(|(place, (name, landscape, body))| Appendix {
            label: format!("{} {}", said("edition.appendix"), roman(place + 1)),
            title: said(&format!("edition.appendix.{name}")),
            note: Some(note.clone()),
            landscape,
            body,
        })
        .collect()
}

fn portals(material: &Material<'_>) -> Vec<Block> {
    let mut rows = Vec::new();
    for (level, members) in leagues(material.report) {
        rows.push(Row::group(said(&format!("level.{level}"))));
        for portal in members {
            let share = |track| portal.track(track).map_or_else(Cell::default, availability);
            let Some(overall) = portal.track(Track::Overall) else {
                continue;
            };
            rows.push(Row::data(vec![
                rank_cell(portal),
                Cell::text(portal.name.clone()).linked(portal.url.clone()),
                share(Track::Overall),
                share(Track::V4),
                share(Track::V6),
                coverage(&overall.statutory.0),
                count(overall.outages.count),
                seconds(overall.outages.seconds),
                seconds(overall.outages.longest_s),
            ]));
        }
    }
    let shares = said("report.col.availability");
    vec![Block::Table(Table {
        columns: vec![
            column("edition.col.rank", ColumnKind::Number),
            column("edition.col.portal", ColumnKind::Text),
            column("track.overall", ColumnKind::Percent).under(shares.clone()),
            column("track.v4", ColumnKind::Percent).under(shares.clone()),
            column("track.v6", ColumnKind::Percent).under(shares),
            column("report.col.coverage", ColumnKind::Percent),
            column("report.col.outages", ColumnKind::Number),
            column("report.col.downtime", ColumnKind::Duration),
            column("report.col.longest", ColumnKind::Duration),
        ],
        rows,
        empty: Some(said("report.empty.portals")),
        ..Table::default()
    })]
}

fn days(material: &Material<'_>) -> Vec<Block> {
    if material.report.portals.is_empty() {
        return vec![Block::paragraph(said("report.empty.portals"))];
    }
    vec![Block::Chart(strips::chart(
        material,
        material.report.portals.iter(),
    ))]
}

fn outages(material: &Material<'_>) -> Vec<Block> {
    let mut all = overall_outages(material);
    all.sort_by_key(|(portal, outage)| (outage.from, &portal.id));
    vec![Block::Table(outage_table(
        said("report.outages"),
        all.into_iter(),
    ))]
}

fn maintenance(material: &Material<'_>) -> Block {
    let rows = exclusions(material)
        .into_iter()
        .map(|(portal, excluded)| {
            let mut why = excluded.reason.clone();
            if excluded.announced_late {
                why = format!("{why} ({})", said("report.excluded.late"));
            }
            Row::data(vec![
                Cell::text(portal.name.clone()),
                instant(excluded.from),
                instant(excluded.to),
                seconds(excluded.seconds),
                Cell::text(why),
            ])
        })
        .collect();
    Block::Table(Table {
        caption: Some(said("report.excluded")),
        columns: vec![
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.from", ColumnKind::Instant),
            column("edition.col.to", ColumnKind::Instant),
            column("edition.col.excluded", ColumnKind::Duration),
            column("edition.col.reason", ColumnKind::Text),
        ],
        rows,
        empty: Some(said("report.excluded.none")),
        notes: Vec::new(),
    })
}

fn agents(material: &Material<'_>) -> Block {
    let rows = material
        .report
        .agents
        .iter()
        .flat_map(|agent| {
            let name = agent.name.clone().unwrap_or_else(|| agent.id.to_string());
            agent.gaps.iter().map(move |gap| {
                Row::data(vec![
                    Cell::text(name.clone()),
                    instant(gap.from),
                    instant(gap.to),
                    seconds(gap.seconds),
                    Cell::text(said(&format!("gap.{}", gap.why))),
                ])
            })
        })
        .collect();
    Block::Table(Table {
        caption: Some(said("report.agents")),
        columns: vec![
            column("edition.col.agent", ColumnKind::Text),
            column("edition.col.from", ColumnKind::Instant),
            column("edition.col.to", ColumnKind::Instant),
            column("edition.col.length", ColumnKind::Duration),
            column("edition.col.reason", ColumnKind::Text),
        ],
        rows,
        empty: Some(said("report.gaps.none")),
        notes: Vec::new(),
    })
}

fn method(material: &Material<'_>) -> Vec<Block> {
    let items = material
        .report
        .method
        .iter()
        .map(|sentence| vec![Run::plain(*sentence)])
        .collect();
    vec![Block::List { ordered: true, items }]
}

fn manual(material: &Material<'_>) -> Vec<Block> {
    let items = human::PASSAGES
        .iter()
        .map(|name| vec![Run::plain(said(&format!("edition.passage.{name}")))])
        .collect();
    let mut blocks = vec![
        Block::paragraph(said("edition.manual")),
        Block::List {
            ordered: false,
            items,
        },
    ];
    blocks.push(articles::undecided(material));
    blocks
}

fn evidence(material: &Material<'_>) -> Vec<Block> {
    let report = material.report;
    let concluded = report.findings.as_ref().map(|found| found.digest().to_string());
    let fixed = [
        ("report.head.digest", report.data_digest.to_string()),
        (
            "report.head.findings",
            concluded.unwrap_or_else(|| said("edition.no_data")),
        ),
        ("report.head.inventory", report.inventory_version.to_string()),
        ("report.head.data_to", locale::instant(report.data_to, Lang::Vi)),
    ];
    let rows = fixed
        .into_iter()
        .map(|(key, value)| (said(key), value))
        .chain(material.versions.iter().cloned())
        .map(|(name, value)| Row::data(vec![Cell::text(name), Cell::text(value)]))
        .collect();
    vec![Block::Table(Table {
        columns: vec![
            column("edition.col.what", ColumnKind::Text),
            column("edition.col.value", ColumnKind::Text),
        ],
        rows,
        ..Table::default()
    })]
}
