//! What chapters and appendices about conclusions have in common.

use std::collections::BTreeMap;

use ems_contract::document::{Cell, Column, ColumnKind, Tone};
use ems_contract::id::PortalId;

use super::cells::{column, count};
use super::{Material, filled, said};
use crate::judge::Value;
use crate::locale;
use crate::regulation::{Obligation, Pack, PackStatus};
use crate::report::findings::Findings;
use ems_contract::text::Lang;

/// Names told in a cell; of the others the number.
const NAMED: usize = 3;

/// The conclusions, where any portal was judged.
pub(super) fn findings<'a>(material: &Material<'a>) -> Option<&'a Findings> {
    let report = material.report;
    report.findings.as_ref().filter(|found| !found.portals.is_empty())
}

/// `khoản 1 Điều 5, 02/2023/QĐ-UBND`.
pub(super) fn clause(pack: &Pack, row: &Obligation) -> String {
    format!("{}, {}", row.article, pack.citation())
}

/// An instrument as a heading of rows; a draft says that it is one.
pub(super) fn instrument(pack: &Pack) -> String {
    let name = format!("{} – {}", pack.citation(), pack.title_vi);
    match pack.status {
        PackStatus::InForce => name,
        PackStatus::Draft => filled("edition.pack.draft", &[("pack", &name)]),
        PackStatus::Historical => filled("edition.pack.historical", &[("pack", &name)]),
    }
}

/// The title of a check.
pub(super) fn check_title(material: &Material<'_>, check: &str) -> String {
    material
        .rules
        .check(check)
        .map_or_else(|| check.to_owned(), |check| check.title_vi.clone())
}

/// The words of an obligation, cut at a word where they are long.
pub(super) fn wording(row: &Obligation, most: usize) -> String {
    let text = row.wording.text();
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole} …")
}

/// How many; what stands against a portal is coloured, nothing is a dash.
pub(super) fn tally(number: u32, value: Value) -> Cell {
    if number == 0 {
        return Cell::of(ems_contract::document::Value::Integer(0), "0");
    }
    let cell = count(number.into());
    match value {
        Value::Fail => cell.toned(Tone::Bad),
        Value::Warn => cell.toned(Tone::Warn),
        Value::Unknown => cell.toned(Tone::Unknown),
        Value::Pass | Value::NotApplicable => cell,
    }
}

/// Names of the report's portals.
pub(super) fn names<'a>(material: &Material<'a>) -> BTreeMap<&'a PortalId, &'a str> {
    let portals = &material.report.portals;
    portals
        .iter()
        .map(|portal| (&portal.id, portal.name.as_str()))
        .collect()
}

/// Some names, and how many more there are.
pub(super) fn listed(names: &BTreeMap<&PortalId, &str>, portals: &[&PortalId]) -> String {
    let told: Vec<&str> = portals
        .iter()
        .take(NAMED)
        .filter_map(|portal| names.get(*portal).copied())
        .collect();
    let told = told.join("; ");
    match portals.len().checked_sub(NAMED) {
        None | Some(0) => told,
        Some(more) => filled(
            "edition.names.more",
            &[("names", &told), ("count", &locale::count(more as u64, Lang::Vi))],
        ),
    }
}

/// The short head over counts of a verdict: columns of counts are narrow.
pub(super) fn head(value: Value) -> Column {
    column(&format!("edition.short.{value}"), ColumnKind::Number)
}

/// Whose a register's entry is.
pub(super) fn whose(names: &BTreeMap<&PortalId, &str>, portal: Option<&PortalId>) -> String {
    portal.map_or_else(
        || said("edition.province"),
        |portal| {
            names
                .get(portal)
                .map_or_else(|| portal.to_string(), |name| (*name).to_owned())
        },
    )
}
