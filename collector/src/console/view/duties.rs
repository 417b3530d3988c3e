//! What a unit owes beside its tasks, by its day: attestations that end, reports, words about drafts.

use ems_contract::inventory::Portal;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::Badge;
use crate::calendar::civil;
use crate::digest::{Ending, Owner};
use crate::edition::{DueLine, Edition, EditionKey, Standing, contestable, standing_key, title};
use crate::locale;
use crate::regulation::Regulations;

/// What the rows are made of.
#[derive(Clone, Copy)]
pub struct DutiesData<'a> {
    /// The law as data.
    pub rules: &'a Regulations,
    /// Whose they are.
    pub owner: &'a Owner<'a>,
    /// Attestations that are about to end.
    pub endings: &'a [Ending<'a>],
    /// Reports of all units.
    pub due: &'a [DueLine],
    /// Editions of all reports.
    pub editions: &'a [Edition],
}

/// One of them.
#[derive(Debug, Serialize)]
pub struct DutyRow {
    /// What is to be done.
    pub what: String,
    /// Where.
    pub href: String,
    /// The portal it is about; none where it is about all.
    pub portal: String,
    /// The last day.
    pub due: String,
    /// How a report stands against its day.
    pub badge: Option<Badge>,
}

/// The rows, the nearest last day first.
#[must_use]
pub fn duties(data: DutiesData<'_>, now: UnixTime, lang: Lang) -> Vec<DutyRow> {
    let mut all: Vec<(UnixTime, DutyRow)> = data
        .endings
        .iter()
        .filter_map(|ending| attestation(data.owner, ending, lang))
        .collect();
    for line in data.due {
        all.extend(reports(data, line, lang));
    }
    let drafts = data.editions.iter();
    all.extend(drafts.filter_map(|edition| draft(data, edition, now, lang)));
    all.sort_by(|(a, first), (b, second)| (a, &first.what).cmp(&(b, &second.what)));
    all.into_iter().map(|(_, row)| row).collect()
}

fn attestation(owner: &Owner<'_>, ending: &Ending<'_>, lang: Lang) -> Option<(UnixTime, DutyRow)> {
    let portal = ending.portal.filter(|portal| owner.has(&portal.id))?;
    let until = civil::end_of(ending.last);
    let words = [("obligation", &*ending.said.obligation)];
    Some((
        until,
        DutyRow {
            what: fill(lang, "digest.duty.attestation", &words),
            href: "/registers/attestation".to_owned(),
            portal: portal.name.clone(),
            due: locale::date(until, lang),
            badge: None,
        },
    ))
}

/// A report that has to be made now, once for each portal of the unit that nothing is noted of.
fn reports(data: DutiesData<'_>, line: &DueLine, lang: Lang) -> Vec<(UnixTime, DutyRow)> {
    let state = match line.standing {
        Standing::Open | Standing::Today => "degraded",
        Standing::Late => "down",
        _ => return Vec::new(),
    };
    let owing = data
        .owner
        .measured
        .iter()
        .filter(|portal| line.missing.contains(&portal.id));
    let row = |portal: &&Portal| {
        let key = EditionKey {
            duty: line.duty.clone(),
            period: line.period.clone(),
            unit: None,
        };
        let report = title(data.rules, &key, None, lang);
        let row = DutyRow {
            what: fill(lang, "digest.duty.report", &[("title", &report)]),
            href: "/reports".to_owned(),
            portal: portal.name.clone(),
            due: line
                .due
                .map_or_else(|| "–".to_owned(), |due| locale::date(due, lang)),
            badge: Some(Badge {
                state,
                text: get(lang, standing_key(line.standing)).to_owned(),
            }),
        };
        (line.due.unwrap_or(line.as_of), row)
    };
    owing.map(row).collect()
}

/// A draft about the unit that may still be contested.
fn draft(data: DutiesData<'_>, edition: &Edition, now: UnixTime, lang: Lang) -> Option<(UnixTime, DutyRow)> {
    let until = contestable(data.rules, edition, now).ok()?;
    let pack = &data.rules.report(&edition.key.duty)?.pack;
    let mut about = data
        .owner
        .measured
        .iter()
        .filter(|portal| match &edition.key.unit {
            Some(unit) => portal.id == *unit,
            None => portal.regulations.iter().any(|bound| **bound == **pack),
        });
    let portal = about.next()?;
    let key = EditionKey {
        unit: None,
        ..edition.key.clone()
    };
    let report = title(data.rules, &key, None, lang);
    Some((
        until,
        DutyRow {
            what: fill(lang, "digest.duty.draft", &[("title", &report)]),
            href: format!("/reports/{}", edition.id),
            portal: edition.key.unit.as_ref().map_or_else(
                || get(lang, "digest.duty.all").to_owned(),
                |_unit| portal.name.clone(),
            ),
            due: locale::date(until, lang),
            badge: None,
        },
    ))
}
