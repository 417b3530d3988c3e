//! Head, foot and end of the text, as NĐ 30/2020/NĐ-CP wants them.

use ems_contract::document::{Letterhead, PlaceDate, Signature};
use ems_contract::inventory::Level;
use ems_contract::text::{Lang, fill};

use super::{Kind, Material, filled, said};
use crate::locale;
use crate::regulation::ReportDue;
use crate::report::model::{PortalReport, Report};
use crate::report::period_name;

/// The period in words, from the duty where there is one: its Q4 is not the calendar's.
pub(super) fn period(material: &Material<'_>) -> String {
    period_of(material.report, material.due)
}

/// The same of a report that answers a duty, or none.
#[must_use]
pub fn period_of(report: &Report, due: Option<&ReportDue>) -> String {
    match due {
        Some(due) => labelled(&due.window.label, &due.window.year.to_string(), Lang::Vi),
        None => period_name(report.period, report.window, Lang::Vi),
    }
}

/// A duty's period by its label (`Q4`, `H1`, `Y`); a label of another kind stays as it is.
#[must_use]
pub fn labelled(label: &str, year: &str, lang: Lang) -> String {
    let filled = |key: &str, values: &[(&str, &str)]| fill(lang, key, values);
    let quarter = label.strip_prefix('Q').and_then(|number| number.parse().ok());
    match (label, quarter) {
        ("Y", _) => filled("edition.period.year", &[("year", year)]),
        ("H1", _) => filled("edition.period.half", &[("year", year)]),
        ("H2", _) => filled("edition.period.half.2", &[("year", year)]),
        (_, Some(quarter @ 1..=4)) => filled(
            "edition.period.quarter",
            &[("quarter", &super::roman(quarter)), ("year", year)],
        ),
        _ => format!("{label}/{year}"),
    }
}

fn only<'a>(material: &Material<'a>) -> Option<&'a PortalReport> {
    match material.report.portals.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

pub(super) fn title(kind: Kind, material: &Material<'_>) -> String {
    let period = period(material);
    let name = only(material).map_or_else(|| said("edition.unit.none"), |portal| portal.name.clone());
    let key = match kind {
        Kind::Consolidated => "edition.title.consolidated",
        Kind::Unit => "edition.title.unit",
        Kind::Leader => "edition.title.leader",
        Kind::Slip => "edition.title.slip",
    };
    filled(key, &[("period", &period), ("portal", &name)])
}

pub(super) fn issuer(kind: Kind, material: &Material<'_>) -> String {
    let own = only(material)
        .filter(|_| kind == Kind::Unit)
        .map(|portal| portal.owner.clone());
    let written = material.issuer.name.clone();
    written.or(own).unwrap_or_else(|| said("edition.issuer.none"))
}

pub(super) fn letterhead(kind: Kind, material: &Material<'_>) -> Letterhead {
    let province = material
        .report
        .portals
        .iter()
        .find(|portal| portal.level == Level::Province)
        .map(|portal| portal.owner.to_uppercase());
    let short = material.issuer.short.as_deref().unwrap_or("…");
    // Both bodies stand in capitals (NĐ 30/2020/NĐ-CP, Phụ lục I, mục II.2).
    let superior = material.issuer.superior.as_ref();
    Letterhead {
        superior: superior.map(|name| name.to_uppercase()).or(province),
        issuer: issuer(kind, material).to_uppercase(),
        number: None,
        symbol: format!("BC-{short}"),
        place_date: PlaceDate {
            place: material.issuer.place.clone().unwrap_or_else(|| "…".to_owned()),
            year: material.report.data_to.zoned().year(),
            month: None,
            day: None,
        },
        kind: said("edition.kind"),
        subject: title(kind, material),
        addressees: material.issuer.to.clone(),
    }
}

pub(super) fn signature(material: &Material<'_>) -> Signature {
    let office = material.passages.get("chuc-vu").map_or_else(
        || vec![said("edition.office")],
        |text| text.lines().map(str::to_owned).collect(),
    );
    Signature {
        office,
        name: String::new(),
    }
}

pub(super) fn recipients(material: &Material<'_>) -> Vec<String> {
    // "Như trên" are those whom the text is addressed to: nobody, where there are none.
    let mut all = Vec::new();
    if !material.issuer.to.is_empty() {
        all.push(said("edition.recipients.above"));
    }
    if material.issuer.to.is_empty() {
        all.push(said("edition.recipients.units"));
    }
    all.push(said("edition.recipients.archive"));
    all
}

/// What must never be taken for the real thing.
pub(super) fn mark(material: &Material<'_>) -> Option<String> {
    let all = [
        (material.edition.is_none(), "edition.mark.draft"),
        (material.report.provisional, "edition.mark.provisional"),
        (material.report.demo, "edition.mark.demo"),
    ];
    let held: Vec<String> = all
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, key)| said(key))
        .collect();
    (!held.is_empty()).then(|| held.join(" · "))
}

pub(super) fn footer(material: &Material<'_>) -> String {
    let edition = material
        .edition
        .map_or_else(|| said("edition.draft"), |number| locale::count(number, Lang::Vi));
    filled(
        "edition.footer",
        &[
            ("edition", &edition),
            ("digest", &material.report.data_digest.short()),
            ("at", &locale::instant(material.report.data_to, Lang::Vi)),
        ],
    )
}
