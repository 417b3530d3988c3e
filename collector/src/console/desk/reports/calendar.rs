//! What is due, drafted, signed, sent and late, each with its editions.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::draft::{UNITS_AT_ONCE, undrafted};
use super::{Desk, badge, blocking};
use crate::account::{Action, Actor};
use crate::calendar::civil::{day_of, days_between};
use crate::console::desk::page;
use crate::console::router::Asked;
use crate::edition::{DueLine, Edition, EditionKey, Standing, due_now, standing_key, state_key};
use crate::locale;

/// So many units without a note are named; the others are counted.
const NAMED: usize = 5;

#[derive(Debug, Serialize)]
struct ReportsPage {
    rows: Vec<ReportRow>,
    /// Editions of reports that are not near their day.
    others: Vec<EditionRow>,
    late: usize,
}

#[derive(Debug, Serialize)]
struct ReportRow {
    key: String,
    title: String,
    cites: Vec<Cite>,
    due: String,
    /// The day is the operator's, not the regulation's.
    policy: bool,
    /// The day depends on a calendar without official notice.
    provisional: bool,
    left: Option<String>,
    badge: &'static str,
    standing: &'static str,
    sent: usize,
    owed: usize,
    missing: Vec<String>,
    more: usize,
    /// Of the whole report, newest first.
    editions: Vec<EditionRow>,
    /// Of single units.
    units: Vec<EditionRow>,
    /// The reader may make the first draft of the whole report.
    may_draft: bool,
    /// Units that owe a report and have no edition, where the reader may draft them; how many at one press.
    undrafted: usize,
    at_once: usize,
}

/// Where a duty stands.
#[derive(Debug, Serialize)]
struct Cite {
    pack: String,
    number: String,
    article: String,
    quote: String,
}

#[derive(Debug, Serialize)]
struct EditionRow {
    id: i64,
    number: u32,
    title: String,
    /// It is named: a unit's, or one among those of other reports.
    named: bool,
    badge: &'static str,
    state: &'static str,
    hash: String,
    files: Vec<FileLink>,
    /// Figures that differ from the edition before.
    changes: usize,
}

#[derive(Debug, Serialize)]
struct FileLink {
    name: String,
    form: String,
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let lang = asked.lang();
        let inventory = desk.context.inventory.current();
        let somewhere = inventory
            .portals
            .iter()
            .any(|portal| actor.may(Action::SeeReport, Some(&portal.id)));
        if !somewhere && let Some(response) = desk.refused(&actor, Action::SeeReport, None, lang) {
            return Ok(response);
        }
        let now = desk.context.clock.now();
        let store = &*desk.context.store;
        let lines = due_now(store, &inventory, &desk.access.rules, now)?;
        let mut editions: BTreeMap<(String, String), Vec<Edition>> = BTreeMap::new();
        for edition in store.editions(None)?.into_iter().rev() {
            if desk.reads(&actor, &edition.key) {
                let report = (edition.key.duty.clone(), edition.key.period.clone());
                editions.entry(report).or_default().push(edition);
            }
        }
        let mut rows = Vec::new();
        for line in lines {
            let key = EditionKey {
                duty: line.duty.clone(),
                period: line.period.clone(),
                unit: None,
            };
            if desk.reads(&actor, &key) {
                let of_report = editions
                    .remove(&(line.duty.clone(), line.period.clone()))
                    .unwrap_or_default();
                rows.push(row(&desk, &actor, &key, line, &of_report, (lang, now)));
            }
        }
        let others = editions.into_values().flatten();
        let view = ReportsPage {
            late: rows.iter().filter(|row| row.badge == "down").count(),
            rows,
            others: others
                .map(|edition| edition_row(&desk, &edition, true, lang))
                .collect(),
        };
        let title = get(lang, "reports.title");
        let html = desk
            .console
            .form(lang, Some(&actor), "/reports", title, "reports.html", view);
        Ok(page(StatusCode::OK, html))
    })
    .await
}

fn row(
    desk: &Desk,
    actor: &Actor,
    key: &EditionKey,
    line: DueLine,
    editions: &[Edition],
    (lang, now): (Lang, UnixTime),
) -> ReportRow {
    let rules = &desk.access.rules;
    let obligations = rules.report(&line.duty).map(|duty| duty.obligations.clone());
    let cites = obligations.into_iter().flatten().filter_map(|id| {
        let (pack, row) = rules.obligation(&id)?;
        Some(Cite {
            pack: pack.id.to_string(),
            number: pack.citation().to_owned(),
            article: row.article.to_string(),
            quote: row.wording.text().to_owned(),
        })
    });
    let names = desk.portals_of(key);
    let named = line
        .missing
        .iter()
        .take(NAMED)
        .map(|id| names.get(id).cloned().unwrap_or_else(|| id.to_string()));
    let (whole, units): (Vec<&Edition>, Vec<&Edition>) =
        editions.iter().partition(|edition| edition.key.unit.is_none());
    let drafts = actor.may(Action::EditReport, None);
    let undrafted = if drafts {
        undrafted(&line, |key| units.iter().any(|edition| edition.key == *key)).len()
    } else {
        0
    };
    let shown = |editions: Vec<&Edition>, named| -> Vec<EditionRow> {
        let rows = editions.into_iter();
        rows.map(|edition| edition_row(desk, edition, named, lang))
            .collect()
    };
    ReportRow {
        title: desk.report_title(key, lang),
        cites: cites.collect(),
        due: line
            .due
            .map_or_else(|| "–".to_owned(), |due| locale::date(due, lang)),
        policy: line.day_by == "policy",
        provisional: line.provisional,
        left: left(&line, now, lang),
        badge: match line.standing {
            Standing::Sent => "up",
            Standing::Open | Standing::Today | Standing::SentLate => "degraded",
            Standing::Late => "down",
            Standing::Ahead | Standing::NoDay => "unknown",
        },
        standing: get(lang, standing_key(line.standing)),
        sent: line.sent,
        owed: line.owed,
        missing: named.collect(),
        more: line.missing.len().saturating_sub(NAMED),
        may_draft: drafts && line.missing.is_empty() && whole.is_empty(),
        undrafted,
        at_once: undrafted.min(UNITS_AT_ONCE),
        editions: shown(whole, false),
        units: shown(units, true),
        key: line.key,
    }
}

/// Days until the last day, or since.
fn left(line: &DueLine, now: UnixTime, lang: Lang) -> Option<String> {
    match (line.standing, line.due, line.working_days_left) {
        (Standing::Sent | Standing::SentLate, _, _) => None,
        (Standing::Late, Some(due), _) => {
            let days = days_between(day_of(due), day_of(now));
            Some(fill(
                lang,
                "reports.late_days",
                &[("days", &locale::count(days, lang))],
            ))
        }
        (_, _, Some(days)) => Some(fill(
            lang,
            "reports.days_left",
            &[("days", &locale::count(days, lang))],
        )),
        _ => None,
    }
}

fn edition_row(desk: &Desk, edition: &Edition, named: bool, lang: Lang) -> EditionRow {
    let printed = |name: &str| matches!(form_of(name), "docx" | "pdf" | "xlsx" | "html");
    EditionRow {
        id: edition.id,
        number: edition.number,
        title: desk.report_title(&edition.key, lang),
        named,
        badge: badge(edition.state()),
        state: get(lang, state_key(edition.state())),
        hash: edition.seal.short(),
        files: edition
            .manifest
            .files
            .iter()
            .filter(|file| printed(&file.name))
            .map(|file| FileLink {
                form: form_of(&file.name).to_uppercase(),
                name: file.name.clone(),
            })
            .collect(),
        changes: edition.changes.len(),
    }
}

/// The ending of a file's name.
fn form_of(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, form)| form)
}
