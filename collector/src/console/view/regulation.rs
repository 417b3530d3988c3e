//! One instrument over all portals that it binds: obligations down, portals across.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Level, Portal, Status};
use ems_contract::text::{Lang, fill, get};
use jiff::civil::Date;
use serde::Serialize;

use super::Look;
use super::compliance::{Choice, query, remark, sums, verdict_class};
use crate::judge::{Reason, Tally, Value};
use crate::locale;
use crate::regulation::{Pack, Regulations};
use crate::store::{VerdictCount, VerdictLine};

/// Portals in one table: more are on further pages.
pub const COLUMNS: usize = 40;

/// What is asked of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Portals of this level only.
    pub level: Option<Level>,
    /// Obligations with this verdict somewhere only.
    pub value: Option<Value>,
    /// Page of portals, from 0.
    pub page: usize,
}

/// The list of instruments.
#[derive(Debug, Serialize)]
pub struct RegulationsPage {
    /// The day of the verdicts.
    pub day: String,
    /// An instrument each.
    pub packs: Vec<PackLine>,
}

/// One instrument.
#[derive(Debug, Serialize)]
pub struct PackLine {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// In force, draft, historical.
    pub remark: Option<&'static str>,
    /// Counts in words.
    pub sums: String,
}

/// The matrix of one instrument.
#[derive(Debug, Serialize)]
pub struct RegulationPage {
    /// Its id.
    pub id: String,
    /// Number and title.
    pub title: String,
    /// A draft, a historical instrument.
    pub remark: Option<&'static str>,
    /// The day of the verdicts.
    pub day: String,
    /// Choices of level.
    pub levels: Vec<Choice>,
    /// Choices of verdict.
    pub values: Vec<Choice>,
    /// Pages of portals, where there are several.
    pub pages: Vec<Choice>,
    /// The portals across.
    pub portals: Vec<Column>,
    /// The obligations down.
    pub rows: Vec<MatrixRow>,
}

/// One portal across.
#[derive(Debug, Serialize)]
pub struct Column {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// One obligation.
#[derive(Debug, Serialize)]
pub struct MatrixRow {
    /// Its id.
    pub id: String,
    /// The clause.
    pub article: String,
    /// Its words.
    pub quote: String,
    /// Over all portals of the level, not only those of this page.
    pub sums: String,
    /// A portal each.
    pub cells: Vec<Cell>,
}

/// One verdict.
#[derive(Debug, Serialize)]
pub struct Cell {
    /// Id of the portal.
    pub portal: String,
    /// Class of the style sheet.
    pub state: &'static str,
    /// Sign of the verdict.
    pub sign: &'static str,
    /// Verdict and reason in words.
    pub title: String,
}

/// Makes the list of instruments.
#[must_use]
pub fn regulations(
    look: Look<'_>,
    rules: &Regulations,
    counts: &[VerdictCount],
    day: Option<Date>,
) -> RegulationsPage {
    let lang = look.lang;
    let line = |pack: &Pack| {
        let mut tally = Tally::default();
        for count in counts.iter().filter(|count| *count.pack == *pack.id) {
            let count_u32 = u32::try_from(count.count).unwrap_or(u32::MAX);
            let sum = match count.value {
                Value::Pass => &mut tally.pass,
                Value::Warn => &mut tally.warn,
                Value::Fail => &mut tally.fail,
                Value::Unknown => &mut tally.unknown,
                Value::NotApplicable => &mut tally.not_applicable,
            };
            *sum = sum.saturating_add(count_u32);
        }
        PackLine {
            id: pack.id.to_string(),
            number: pack.citation().to_owned(),
            title: pack.title_vi.clone(),
            remark: remark(pack, lang),
            sums: sums(&tally, lang),
        }
    };
    RegulationsPage {
        day: day_text(day, lang),
        packs: rules.packs.values().map(|pack| line(pack)).collect(),
    }
}

fn day_text(day: Option<Date>, lang: Lang) -> String {
    day.map_or_else(
        || get(lang, "console.compliance.never").to_owned(),
        |day| {
            let day = locale::date(crate::calendar::civil::start_of(day), lang);
            fill(lang, "console.regulation.day", &[("day", &day)])
        },
    )
}

/// Makes the matrix.
#[must_use]
pub fn regulation(
    look: Look<'_>,
    pack: &Pack,
    inventory: &Inventory,
    lines: &[VerdictLine],
    day: Option<Date>,
    wanted: Wanted,
) -> RegulationPage {
    let lang = look.lang;
    let mut portals: Vec<&Portal> = inventory
        .portals
        .iter()
        .filter(|portal| {
            portal.status == Status::Active && portal.regulations.iter().any(|id| **id == *pack.id)
        })
        .filter(|portal| wanted.level.is_none_or(|level| portal.level == level))
        .collect();
    portals.sort_by_key(|portal| (portal.level, &portal.name));
    let ids: BTreeSet<&PortalId> = portals.iter().map(|portal| &portal.id).collect();
    let mut verdicts: BTreeMap<&str, BTreeMap<&PortalId, (Value, Reason)>> = BTreeMap::new();
    for line in lines.iter().filter(|line| ids.contains(&line.portal)) {
        let of_row = verdicts.entry(line.obligation.as_str()).or_default();
        of_row.insert(&line.portal, (line.value, line.reason));
    }
    let pages = portals.len().div_ceil(COLUMNS);
    let page = wanted.page.min(pages.saturating_sub(1));
    let across = &portals[(page * COLUMNS).min(portals.len())..((page + 1) * COLUMNS).min(portals.len())];
    let level = wanted.level.map(|level| level.as_str());
    let value = wanted.value.map(Value::as_str);
    let choice = |text: String, filters: &[(&str, Option<&str>)], chosen| Choice {
        text,
        count: None,
        query: query(filters, lang),
        chosen,
    };
    let all = || get(lang, "console.compliance.all").to_owned();
    let levels = std::iter::once(choice(all(), &[("value", value)], wanted.level.is_none()))
        .chain(Level::ALL.iter().map(|one| {
            let name = get(lang, &format!("judge.level.{one}")).to_owned();
            let filters = [("level", Some(one.as_str())), ("value", value)];
            choice(name, &filters, wanted.level == Some(*one))
        }))
        .collect();
    let values = std::iter::once(choice(all(), &[("level", level)], wanted.value.is_none()))
        .chain(Value::ALL.iter().map(|one| {
            let name = get(lang, &format!("judge.value.{one}")).to_owned();
            let filters = [("level", level), ("value", Some(one.as_str()))];
            choice(name, &filters, wanted.value == Some(*one))
        }))
        .collect();
    let numbers: Vec<String> = (0..pages).map(|n| n.to_string()).collect();
    let page_choices = numbers.iter().enumerate().map(|(n, number)| {
        let filters = [
            ("level", level),
            ("value", value),
            ("page", Some(number.as_str())),
        ];
        choice((n + 1).to_string(), &filters, n == page)
    });
    RegulationPage {
        id: pack.id.to_string(),
        title: format!("{} – {}", pack.citation(), pack.title_vi),
        remark: remark(pack, lang),
        day: day_text(day, lang),
        levels,
        values,
        pages: if pages > 1 {
            page_choices.collect()
        } else {
            Vec::new()
        },
        portals: across
            .iter()
            .map(|portal| Column {
                id: portal.id.to_string(),
                name: portal.name.clone(),
            })
            .collect(),
        rows: rows(pack, &verdicts, across, wanted.value, lang),
    }
}

/// The rows that bind somebody here, or that have the wanted verdict somewhere.
fn rows(
    pack: &Pack,
    verdicts: &BTreeMap<&str, BTreeMap<&PortalId, (Value, Reason)>>,
    across: &[&Portal],
    only: Option<Value>,
    lang: Lang,
) -> Vec<MatrixRow> {
    let shown = |found: &BTreeMap<&PortalId, (Value, Reason)>| {
        found.values().any(|(value, _)| match only {
            Some(only) => *value == only,
            None => *value != Value::NotApplicable,
        })
    };
    pack.obligations
        .iter()
        .filter_map(|row| Some((row, verdicts.get(&*row.id).filter(|found| shown(found))?)))
        .map(|(row, found)| {
            let mut tally = Tally::default();
            found.values().for_each(|(value, _)| tally.add(*value));
            MatrixRow {
                id: row.id.to_string(),
                article: row.article.to_string(),
                quote: row.wording.text().to_owned(),
                sums: sums(&tally, lang),
                cells: across
                    .iter()
                    .map(|portal| cell(portal, found.get(&portal.id), lang))
                    .collect(),
            }
        })
        .collect()
}

fn cell(portal: &Portal, verdict: Option<&(Value, Reason)>, lang: Lang) -> Cell {
    let Some((value, reason)) = verdict else {
        return Cell {
            portal: portal.id.to_string(),
            state: "absent",
            sign: "",
            title: get(lang, "console.compliance.never").to_owned(),
        };
    };
    Cell {
        portal: portal.id.to_string(),
        state: verdict_class(*value),
        sign: match value {
            Value::Pass => "✓",
            Value::Warn => "!",
            Value::Fail => "✗",
            Value::Unknown => "?",
            Value::NotApplicable => "–",
        },
        title: format!(
            "{}: {} ({})",
            portal.name,
            get(lang, &format!("judge.value.{value}")),
            get(lang, &format!("judge.reason.{reason}"))
        ),
    }
}
