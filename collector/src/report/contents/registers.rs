//! What people entered: boards, training, backups, incidents, suspensions, attestations, received reports.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::document::{Block, Cell, ColumnKind, Row, Run, Table, Tone, Value as Quantity};
use ems_contract::id::PortalId;
use ems_contract::text::Lang;
use ems_contract::time::UnixTime;
use jiff::civil::Date;

use super::cells::{column, count, instant};
use super::checks::{self, GOVERNANCE, INCIDENTS};
use super::judged::{findings, names, tally, whose};
use super::{Material, filled, said};
use crate::calendar::civil::start_of;
use crate::incident::Answers;
use crate::judge::{Timeliness, Value};
use crate::locale;
use crate::regulation::ReportKind;
use crate::report::findings::{Registers, SUBMITTED};

/// A backup is recent for this long, in seconds.
const RECENT_S: i64 = 86_400;

fn registers<'a>(material: &Material<'a>) -> Option<&'a Registers> {
    material.report.findings.as_ref().map(|found| &found.registers)
}

fn number(number: usize) -> String {
    locale::count(number as u64, Lang::Vi)
}

fn day(day: Date) -> Cell {
    Cell::of(Quantity::Date(day), locale::date(start_of(day), Lang::Vi))
}

/// Staff, editorial boards, training: what is registered, what is attested.
pub(super) fn people(material: &Material<'_>) -> Vec<Block> {
    let Some(found) = registers(material) else {
        return vec![super::missing("registers")];
    };
    // A decision about the province as a whole is no portal's.
    let boards: BTreeSet<&PortalId> = found
        .boards
        .iter()
        .filter_map(|(whose, _)| whose.as_ref())
        .collect();
    let participants: u64 = found
        .trainings
        .iter()
        .map(|(_, course)| u64::from(course.participants))
        .sum();
    let sentences = [
        filled(
            "edition.registers.boards",
            &[
                ("boards", &number(boards.len())),
                ("all", &number(material.report.portals.len())),
            ],
        ),
        filled(
            "edition.registers.trainings",
            &[
                ("courses", &number(found.trainings.len())),
                ("people", &locale::count(participants, Lang::Vi)),
            ],
        ),
        filled(
            "edition.registers.attested",
            &[
                ("attested", &locale::count(found.attested, Lang::Vi)),
                ("ending", &number(found.ending.len())),
            ],
        ),
    ];
    let mut blocks = vec![
        Block::List {
            ordered: false,
            items: sentences.map(|text| vec![Run::plain(text)]).to_vec(),
        },
        Block::note(said("edition.registers.note")),
    ];
    let names = names(material);
    if !found.trainings.is_empty() {
        blocks.push(Block::Table(trainings(found, &names)));
    }
    if !found.ending.is_empty() {
        blocks.push(Block::Table(ending(material, found, &names)));
    }
    blocks.push(checks::table(
        material,
        "edition.governance.table",
        "governance",
        GOVERNANCE,
    ));
    blocks
}

fn trainings(found: &Registers, names: &BTreeMap<&PortalId, &str>) -> Table {
    let rows = found.trainings.iter().map(|(portal, course)| {
        Row::data(vec![
            day(course.held_on),
            Cell::text(whose(names, portal.as_ref())),
            Cell::text(course.topic.clone()),
            Cell::text(course.organiser.clone()),
            count(course.participants.into()),
        ])
    });
    Table {
        caption: Some(said("edition.trainings.table")),
        columns: vec![
            column("edition.col.day", ColumnKind::Date),
            column("edition.col.unit", ColumnKind::Text),
            column("edition.col.topic", ColumnKind::Text),
            column("edition.col.organiser", ColumnKind::Text),
            column("edition.col.participants", ColumnKind::Number),
        ],
        rows: rows.collect(),
        ..Table::default()
    }
}

fn ending(material: &Material<'_>, found: &Registers, names: &BTreeMap<&PortalId, &str>) -> Table {
    let rows = found.ending.iter().map(|(portal, obligation, last)| {
        let clause = material.rules.obligation(obligation).map_or_else(
            || obligation.clone(),
            |(pack, row)| super::judged::clause(pack, row),
        );
        Row::data(vec![
            Cell::text(whose(names, portal.as_ref())),
            Cell::text(clause),
            day(*last),
        ])
    });
    Table {
        caption: Some(said("edition.attestations.ending")),
        columns: vec![
            column("edition.col.unit", ColumnKind::Text),
            column("edition.col.clause", ColumnKind::Text),
            column("edition.col.last_day", ColumnKind::Date),
        ],
        rows: rows.collect(),
        ..Table::default()
    }
}

/// Incidents as people recorded them, backups, suspensions.
pub(super) fn incidents(material: &Material<'_>) -> Vec<Block> {
    let Some(found) = registers(material) else {
        return vec![super::missing("registers")];
    };
    let names = names(material);
    let rows = found.incidents.iter().map(|(portal, incident)| {
        let done = [incident.actions.as_str(), incident.result.as_str()];
        let done: Vec<&str> = done.into_iter().filter(|text| !text.trim().is_empty()).collect();
        let or_asked = |text: &str| {
            if text.trim().is_empty() {
                Cell::text(said("document.placeholder")).toned(Tone::Unknown)
            } else {
                Cell::text(text)
            }
        };
        Row::data(vec![
            instant(incident.detected),
            Cell::text(whose(&names, portal.as_ref())),
            or_asked(&incident.description),
            or_asked(&incident.cause),
            or_asked(&done.join("; ")),
            incident.response_ended.map_or_else(
                || Cell::text(said("edition.continues")).toned(Tone::Warn),
                instant,
            ),
        ])
    });
    let incidents = Table {
        caption: Some(said("edition.incidents.registered")),
        columns: vec![
            column("edition.col.detected", ColumnKind::Instant),
            column("edition.col.unit", ColumnKind::Text),
            column("edition.col.happened", ColumnKind::Text),
            column("edition.col.root_cause", ColumnKind::Text),
            column("edition.col.done", ColumnKind::Text),
            column("edition.col.recovered", ColumnKind::Instant),
        ],
        rows: rows.collect(),
        empty: Some(said("edition.incidents.unregistered")),
        notes: Vec::new(),
    };
    let end = material.report.data_to;
    let recent = found.backups.values().filter(|at| end - **at <= RECENT_S).count();
    let succeeded = found.restores.iter().filter(|(_, test)| test.succeeded).count();
    let sentences = [
        answers(&found.answers),
        filled(
            "edition.backups",
            &[
                ("recent", &number(recent)),
                ("all", &number(material.report.portals.len())),
                (
                    "silent",
                    &number(material.report.portals.len() - found.backups.len()),
                ),
            ],
        ),
        filled(
            "edition.restores",
            &[
                ("tests", &number(found.restores.len())),
                ("succeeded", &number(succeeded)),
            ],
        ),
        filled(
            "edition.suspensions",
            &[("count", &number(found.suspensions.len()))],
        ),
    ];
    vec![
        Block::Table(incidents),
        Block::List {
            ordered: false,
            items: sentences.map(|text| vec![Run::plain(text)]).to_vec(),
        },
        checks::table(material, "edition.operation.table", "governance", INCIDENTS),
    ]
}

/// How those on duty answered.
fn answers(found: &Answers) -> String {
    if found.is_empty() {
        return said("edition.answers.none");
    }
    let length = |seconds: Option<i64>| {
        seconds.map_or_else(|| "–".to_owned(), |seconds| locale::duration(seconds, Lang::Vi))
    };
    filled(
        "edition.answers",
        &[
            ("told", &locale::count(found.told, Lang::Vi)),
            ("acknowledged", &locale::count(found.acknowledged, Lang::Vi)),
            ("to_acknowledge", &length(found.mean_to_acknowledge_s())),
            ("recovered", &locale::count(found.recovered, Lang::Vi)),
            ("to_recover", &length(found.mean_to_recover_s())),
        ],
    )
}

/// When a report was due, by its key; `None` where the rules do not know it, or give no day.
fn due_at(material: &Material<'_>, key: &str) -> Option<UnixTime> {
    let (duty, period) = key.split_once(' ')?;
    let (label, year) = period.split_once('/')?;
    let duty = material.rules.reports.iter().find(|one| *one.id == *duty)?;
    let all = material.rules.reports_of_duty(duty, year.parse().ok()?);
    let report = all
        .into_iter()
        .find(|report| report.window.label == label && report.window.year.to_string() == year)?;
    report.due.map(|due| due.instant())
}

/// A report by its period and the clause that wants it; its key where the rules do not know it.
fn report_name(material: &Material<'_>, key: &str) -> String {
    let named = || {
        let (duty, period) = key.split_once(' ')?;
        let (label, year) = period.split_once('/')?;
        let duty = material.rules.report(duty)?;
        let (pack, row) = material.rules.obligation(duty.obligations.first()?)?;
        let clause = super::judged::clause(pack, row);
        let report = said(if duty.kind == ReportKind::Consolidated {
            "reports.consolidated"
        } else {
            "reports.one"
        });
        Some(filled(
            "edition.reporting.name",
            &[
                ("report", &report),
                ("period", &super::head::labelled(label, year, Lang::Vi)),
                ("clause", &clause),
            ],
        ))
    };
    named().unwrap_or_else(|| key.to_owned())
}

/// Which reports came in time: a row each report that was due.
pub(super) fn reporting(material: &Material<'_>) -> Block {
    let Some(found) = findings(material) else {
        return super::missing("reporting");
    };
    let mut sums: BTreeMap<&str, (u32, u32, u32)> = BTreeMap::new();
    for portal in &found.portals {
        let mut told: BTreeMap<&str, Timeliness> = BTreeMap::new();
        let checks = portal.conclusions.iter().flat_map(|one| &one.checks);
        for term in checks
            .filter(|check| &*check.check == SUBMITTED)
            .flat_map(|check| &check.terms)
        {
            told.insert(&term.item, term.outcome);
        }
        for (item, outcome) in told {
            let sum = sums.entry(item).or_default();
            match outcome {
                Timeliness::OnTime => sum.0 += 1,
                Timeliness::Late => sum.1 += 1,
                Timeliness::Undecidable => sum.2 += 1,
            }
        }
    }
    // What was due in this period, by its day; the others stand in the reports of theirs.
    let window = material.report.window;
    let mut sums: Vec<_> = sums
        .into_iter()
        .map(|(item, sum)| (due_at(material, item), item, sum))
        .filter(|(due, ..)| due.is_none_or(|due| window.contains(due)))
        .collect();
    sums.sort_by_key(|(due, item, _)| (due.is_none(), *due, *item));
    let rows = sums.into_iter().map(|(_, item, (on_time, late, undecided))| {
        Row::data(vec![
            Cell::text(report_name(material, item)),
            tally(on_time, Value::Pass),
            tally(late, Value::Fail),
            tally(undecided, Value::Unknown),
        ])
    });
    Block::Table(Table {
        caption: Some(said("edition.reporting.table")),
        columns: vec![
            column("edition.col.report", ColumnKind::Text),
            column("edition.col.on_time", ColumnKind::Number),
            column("edition.col.late_or_missing", ColumnKind::Number),
            column("edition.col.unregistered", ColumnKind::Number),
        ],
        rows: rows.collect(),
        empty: Some(said("edition.reporting.none")),
        notes: Vec::new(),
    })
}
