//! The few figures that everybody reads, and how they changed.

use ems_contract::document::{
    Block, Cell, Chart, ColumnKind, Drawing, Figure, Row, Run, Series, Table, Tone,
};
use ems_contract::text::Lang;

use super::cells::{availability, column, count, coverage, seconds, share};
use super::fresh::share_in_time;
use super::{Material, filled, head, said};
use crate::ledger::{Ratio, Track};
use crate::locale;
use crate::report::Beside;
use crate::report::findings::{OnTime, on_time, statutory};
use crate::report::model::{PortalReport, Report, TrackReport};

/// Portals named as best and as worst.
const NAMED: usize = 3;
/// Heads of the columns of earlier periods.
const COMPARED: [&str; 2] = ["edition.col.before", "edition.col.year_before"];
/// Rows of the comparison on the one page for those who lead.
const LEADING: &[&str] = &[
    "edition.row.availability",
    "edition.row.v6",
    "edition.row.coverage",
    "edition.row.outages",
    "edition.row.down",
    "edition.row.in_time",
    "edition.row.statutory",
];
/// Behind a figure for which too little was seen.
const THIN: &str = " (*)";

fn track(report: &Report, track: Track) -> Option<&TrackReport> {
    report.total.tracks.iter().find(|found| found.track == track)
}

/// Five figures and what is to be said of them.
pub(super) fn opening(material: &Material<'_>) -> Vec<Block> {
    let report = material.report;
    if report.portals.is_empty() {
        return vec![Block::paragraph(said("report.empty.portals"))];
    }
    let mut blocks = vec![figures(report)];
    if track(report, Track::Overall).is_some_and(|overall| overall.statutory.0.observed() == 0) {
        blocks.push(Block::paragraph(said("report.empty.data")));
        return blocks;
    }
    blocks.push(Block::paragraph(filled(
        "edition.opening",
        &[
            ("period", &head::period(material)),
            ("portals", &locale::count(report.total.portals, Lang::Vi)),
            ("down", &locale::count(report.total.with_outage, Lang::Vi)),
            ("thin", &locale::count(report.total.insufficient, Lang::Vi)),
            ("percent", &report.sufficient_coverage_percent.to_string()),
        ],
    )));
    // Where there is one, nobody is best nor worst.
    if report.portals.len() > 1 {
        for (key, worst) in [("edition.best", false), ("edition.worst", true)] {
            blocks.extend(named(report, key, worst));
        }
    }
    blocks
}

fn figures(report: &Report) -> Block {
    let figure = |label: &str, figure: Cell, remark: Option<String>| Figure {
        label: said(label),
        figure,
        remark,
    };
    let of = |wanted, print: &dyn Fn(&TrackReport) -> Cell| {
        track(report, wanted).map_or_else(|| Cell::text(said("edition.none")), print)
    };
    let outages = track(report, Track::Overall).map_or(0, |found| found.outages.count);
    let down = track(report, Track::Overall).map_or(0, |found| found.outages.seconds);
    Block::Figures(vec![
        figure("report.head.portals", count(report.total.portals), None),
        figure(
            "edition.figure.availability",
            of(Track::Overall, &availability),
            Some(said("report.col.statutory")),
        ),
        figure("edition.figure.v6", of(Track::V6, &availability), None),
        figure(
            "report.col.coverage",
            of(Track::Overall, &|found| coverage(&found.statutory.0)),
            None,
        ),
        figure(
            "edition.figure.outages",
            count(outages),
            Some(locale::duration(down, Lang::Vi)),
        ),
    ])
}

/// The ranked portals with most, or least, time down, below the words that say which.
fn named(report: &Report, key: &str, worst: bool) -> Vec<Block> {
    let mut ranked: Vec<&PortalReport> = report
        .portals
        .iter()
        .filter(|portal| portal.rank.is_some())
        .collect();
    let down = |portal: &PortalReport| {
        portal
            .track(Track::Overall)
            .map_or(0, |found| found.statutory.0.down)
    };
    ranked.sort_by_key(|portal| down(portal));
    if worst {
        ranked.reverse();
        ranked.retain(|portal| down(portal) > 0);
    } else if ranked.iter().filter(|portal| down(portal) == 0).count() > NAMED {
        // Three of many that did equally well would be chosen by chance.
        let faultless = ranked.iter().filter(|portal| down(portal) == 0).count();
        let number = locale::count(faultless as u64, Lang::Vi);
        return vec![Block::paragraph(filled(
            "edition.faultless",
            &[("count", &number)],
        ))];
    }
    let items: Vec<Vec<Run>> = ranked
        .into_iter()
        .take(NAMED)
        .filter_map(|portal| {
            let found = portal.track(Track::Overall)?;
            Some(vec![
                Run::bold(portal.name.clone()),
                Run::plain(filled(
                    "edition.named",
                    &[
                        ("availability", &availability(found).text),
                        ("count", &locale::count(found.outages.count, Lang::Vi)),
                        ("down", &locale::duration(found.outages.seconds, Lang::Vi)),
                    ],
                )),
            ])
        })
        .collect();
    if items.is_empty() {
        return Vec::new();
    }
    vec![
        Block::paragraph(said(key)),
        Block::List {
            ordered: false,
            items,
        },
    ]
}

/// The share of items that came in time, over the portals that were judged.
fn in_time(report: &Report) -> Cell {
    let mut sum = OnTime::default();
    for found in report.findings.iter().flat_map(|found| &found.portals) {
        let one = on_time(found);
        sum.on_time += one.on_time;
        sum.late += one.late;
    }
    share_in_time(&sum)
}

/// The share of decided statutory obligations that are met, over the portals that were judged.
fn met(report: &Report) -> Cell {
    let tallies = report
        .findings
        .iter()
        .flat_map(|found| &found.portals)
        .map(statutory);
    let (met, decided) = tallies.fold((0, 0), |(met, decided), tally| {
        (met + i64::from(tally.pass), decided + i64::from(tally.decided()))
    });
    let ratio = Ratio {
        numerator: met,
        denominator: decided,
    };
    share(ratio, "ledger.not_enough_data")
}

/// A figure that rests on too little: it is shown, and not to be compared.
fn thin(mut cell: Cell) -> Cell {
    cell.text.push_str(THIN);
    cell.toned(Tone::Unknown)
}

/// This period beside the one before and the same a year before.
pub(super) fn comparison(material: &Material<'_>) -> Vec<Block> {
    let mut blocks = compared(material, &[]);
    blocks.extend(trend(material));
    blocks
}

/// Availability over the periods, as far as enough was seen of them; nothing where there is but one to show.
fn trend(material: &Material<'_>) -> Option<Block> {
    let comparable = |place: usize| !matches!(material.beside[place], Beside::Incomparable);
    let periods = [
        (COMPARED[1], material.year_before.filter(|_| comparable(1))),
        (COMPARED[0], material.before.filter(|_| comparable(0))),
        ("edition.col.this", Some(material.report)),
    ];
    let seen = |report: Option<&Report>, wanted: Track| -> Option<(i64, String)> {
        let report = report?;
        let found = track(report, wanted)?;
        let enough = found.statutory.covers(report.sufficient_coverage_percent);
        let points = found.statutory.0.availability().basis_points();
        Some((points.filter(|_| enough)?, availability(found).text))
    };
    let series: Vec<Series> = [Track::Overall, Track::V4, Track::V6]
        .into_iter()
        .filter_map(|wanted| {
            let values: Vec<_> = periods.iter().map(|(_, report)| seen(*report, wanted)).collect();
            (values.iter().flatten().count() > 1).then(|| Series {
                label: said(&format!("track.{wanted}")),
                texts: values
                    .iter()
                    .map(|value| {
                        value
                            .as_ref()
                            .map_or_else(|| "–".to_owned(), |(_, text)| text.clone())
                    })
                    .collect(),
                values: values.into_iter().map(|value| Some(value?.0)).collect(),
            })
        })
        .collect();
    let least = series.iter().flat_map(|line| &line.values).flatten().min()?;
    Some(Block::Chart(Chart {
        title: said("edition.trend"),
        alt: said("edition.trend.alt"),
        drawing: Drawing::Lines {
            axis: super::availability::percents(*least),
            points: periods.iter().map(|(key, _)| said(key)).collect(),
            series,
        },
        notes: Vec::new(),
    }))
}

/// The rows of these keys, or all where there are none.
fn compared(material: &Material<'_>, wanted: &[&str]) -> Vec<Block> {
    let reports = [
        (Some(material.report), &Beside::Itself),
        (material.before, &material.beside[0]),
        (material.year_before, &material.beside[1]),
    ];
    let cell = |figure: &dyn Fn(&Report) -> Cell| -> Vec<Cell> {
        let none = || Cell::text(said("edition.no_data")).toned(Tone::Unknown);
        reports
            .iter()
            .map(|(report, beside)| match beside {
                Beside::Incomparable => Cell::text(said("edition.not_comparable")).toned(Tone::Unknown),
                _ => report.map_or_else(none, figure),
            })
            .collect()
    };
    let over = |report: &Report, wanted: Track, figure: &dyn Fn(&TrackReport) -> Cell| {
        let none = || Cell::text(said("edition.no_data")).toned(Tone::Unknown);
        track(report, wanted)
            .filter(|found| found.statutory.0.observed() > 0)
            .map_or_else(none, |found| {
                let cell = figure(found);
                if found.statutory.covers(report.sufficient_coverage_percent) {
                    cell
                } else {
                    thin(cell)
                }
            })
    };
    let mut rows: Vec<(&str, Vec<Cell>)> = vec![
        ("report.head.portals", cell(&|report| count(report.total.portals))),
        (
            "edition.row.availability",
            cell(&|report| over(report, Track::Overall, &availability)),
        ),
        (
            "edition.row.v4",
            cell(&|report| over(report, Track::V4, &availability)),
        ),
        (
            "edition.row.v6",
            cell(&|report| over(report, Track::V6, &availability)),
        ),
        (
            "edition.row.coverage",
            cell(&|report| over(report, Track::Overall, &|found| coverage(&found.statutory.0))),
        ),
        (
            "edition.row.outages",
            cell(&|report| over(report, Track::Overall, &|found| count(found.outages.count))),
        ),
        (
            "edition.row.down",
            cell(&|report| over(report, Track::Overall, &|found| seconds(found.outages.seconds))),
        ),
        (
            "edition.row.longest",
            cell(&|report| over(report, Track::Overall, &|found| seconds(found.outages.longest_s))),
        ),
        ("edition.row.in_time", cell(&in_time)),
        ("edition.row.statutory", cell(&met)),
    ];
    rows.retain(|(key, _)| wanted.is_empty() || wanted.contains(key));
    let mut notes = vec![said("edition.comparison.note")];
    if rows
        .iter()
        .flat_map(|(_, cells)| cells)
        .any(|cell| cell.text.ends_with(THIN))
    {
        notes.push(filled(
            "edition.comparison.thin",
            &[(
                "percent",
                &material.report.sufficient_coverage_percent.to_string(),
            )],
        ));
    }
    for (key, (report, beside)) in COMPARED.into_iter().zip(&reports[1..]) {
        let column = said(key);
        match beside {
            Beside::Predecessor(id) => {
                let found = report.and_then(|report| report.portals.iter().find(|portal| portal.id == *id));
                let name = found.map_or_else(|| id.to_string(), |portal| portal.name.clone());
                let words = [("column", &*column), ("name", &*name)];
                notes.push(filled("edition.comparison.predecessor", &words));
            }
            Beside::Incomparable => {
                notes.push(filled("edition.comparison.incomparable", &[("column", &column)]));
            }
            Beside::Itself | Beside::Nobody => {}
        }
    }
    let table = Table {
        columns: vec![
            column("edition.col.figure", ColumnKind::Text),
            column("edition.col.this", ColumnKind::Number),
            column(COMPARED[0], ColumnKind::Number),
            column(COMPARED[1], ColumnKind::Number),
        ],
        rows: rows
            .into_iter()
            .map(|(key, cells)| {
                let mut row = vec![Cell::text(said(key))];
                row.extend(cells);
                Row::data(row)
            })
            .collect(),
        notes,
        ..Table::default()
    };
    vec![Block::Table(table)]
}

/// One page for those who lead: every line of it has to earn its room.
pub(super) fn leader(material: &Material<'_>) -> Vec<Block> {
    let mut body = opening(material);
    body.extend(compared(material, LEADING));
    body.push(super::availability::levels_alone(material));
    body
}
