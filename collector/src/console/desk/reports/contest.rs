//! Giải trình: a unit contests a figure of a draft, an official accepts or rejects it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;

use super::edition::{Typed, show_again};
use super::{Desk, of_edition};
use crate::account::{Action, Actor};
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::edition::{Closed, Edition, NewObjection, Ruling, RulingFault, WordsFault, contestable};
use crate::locale;
use crate::register::value::moment;
use crate::store::EditionKept;

/// What is wrong with the words of a form: nothing written, or too much. Names of fields are those of the labels.
fn faults(filled: &Filled, fields: &[(&str, &str, bool)], lang: Lang) -> Vec<String> {
    let told = fields.iter().filter_map(|(name, label, required)| {
        let fault = WordsFault::of(filled.text(name), *required)?;
        Some(fault.render(get(lang, label), lang))
    });
    told.collect()
}

/// The words of a form, to be shown again.
fn words(filled: &Filled, fields: &[&str]) -> BTreeMap<String, String> {
    let of = |name: &&str| ((*name).to_owned(), filled.text(name).to_owned());
    fields.iter().map(of).collect()
}

pub(super) async fn object(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    of_edition(desk, actor, id, &asked, move |desk, actor, lang, edition| {
        objected(desk, actor, lang, &edition, filled)
    })
    .await
}

fn objected(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    edition: &Edition,
    filled: Filled,
) -> Result<Response, PageError> {
    let portals = desk.portals_of(&edition.key);
    let Some(portal) = portals
        .into_keys()
        .find(|id| id.as_str() == filled.text("portal"))
    else {
        return Ok(desk.no_such(lang));
    };
    if let Some(response) = desk.refused(actor, Action::Object, Some(&portal), lang) {
        return Ok(response);
    }
    let now = desk.context.clock.now();
    match contestable(&desk.access.rules, edition, now) {
        Ok(_until) => {}
        Err(Closed::Frozen) => {
            return Ok(desk.refusal(StatusCode::CONFLICT, get(lang, "reports.frozen"), lang));
        }
        Err(Closed::Late(until)) => {
            let why = fill(
                lang,
                "reports.contest.late",
                &[("until", &locale::instant(until, lang))],
            );
            return Ok(desk.refusal(StatusCode::CONFLICT, &why, lang));
        }
    }
    let fields = [
        ("figure", "reports.field.figure", true),
        ("claim", "reports.field.claim", true),
    ];
    let errors = faults(&filled, &fields, lang);
    if !errors.is_empty() {
        let typed = Typed {
            objection: words(&filled, &["portal", "figure", "claim"]),
            file_again: filled.file.is_some(),
            errors,
            ..Typed::default()
        };
        return show_again(desk, actor, lang, edition, typed);
    }
    let new = NewObjection {
        key: edition.key.clone(),
        portal,
        figure: filled.text("figure").to_owned(),
        claim: filled.text("claim").to_owned(),
        at: now,
    };
    let author = actor.author();
    let note = new.note(&author);
    desk.context.store.object(new, filled.file, &author, note)?;
    Ok(redirect(&format!("/reports/{}#objections", edition.id)))
}

pub(super) async fn decide(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path((id, number)): Path<(i64, i64)>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    of_edition(desk, actor, id, &asked, move |desk, actor, lang, edition| {
        decided(desk, actor, lang, (&edition, number), &filled)
    })
    .await
}

fn decided(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    (edition, number): (&Edition, i64),
    filled: &Filled,
) -> Result<Response, PageError> {
    if let Some(response) = desk.refused(actor, Action::DecideObjection, None, lang) {
        return Ok(response);
    }
    let store = &*desk.context.store;
    let all = store.objections(Some(&edition.key))?;
    let Some(objection) = all.iter().find(|one| one.id == number) else {
        return Ok(desk.refusal(StatusCode::NOT_FOUND, get(lang, "reports.no_objection"), lang));
    };
    let mut errors = faults(
        filled,
        &[
            ("reason", "reports.field.reason", true),
            ("correction", "reports.field.correction", false),
        ],
        lang,
    );
    let accepted = match filled.text("outcome") {
        "accepted" => true,
        "rejected" => false,
        _ => {
            errors.push(get(lang, "reports.decide.no_outcome").to_owned());
            false
        }
    };
    let mut instant = |name: &str| -> Option<UnixTime> {
        let text = Some(filled.text(name)).filter(|text| !text.is_empty())?;
        let read = moment(text);
        if read.is_none() {
            errors.push(fill(lang, "reports.fault.moment", &[("text", text)]));
        }
        read
    };
    let (from, to) = (instant("from"), instant("to"));
    let ruling = Ruling {
        accepted,
        from,
        to,
        correction: Some(filled.text("correction").to_owned()).filter(|text| !text.is_empty()),
        reason: filled.text("reason").to_owned(),
    };
    let (author, now) = (actor.author(), desk.context.clock.now());
    if !objection.may_be_decided_by(&author) {
        return Ok(desk.refusal(StatusCode::FORBIDDEN, get(lang, "reports.decide.own"), lang));
    }
    let decision = match ruling.decision(objection, &author, now) {
        Ok(decision) if errors.is_empty() => decision,
        made => {
            // A missing outcome or instant is told once, by its own name.
            if let (Err(fault), true) = (made, errors.is_empty()) {
                let key = match fault {
                    RulingFault::NoTime => "reports.decide.no_time",
                    RulingFault::RejectedChanges => "reports.decide.rejected_changes",
                    RulingFault::Own => "reports.decide.own",
                };
                errors.push(get(lang, key).to_owned());
            }
            let typed = Typed {
                decision: Some((
                    number,
                    words(filled, &["outcome", "reason", "correction", "from", "to"]),
                )),
                errors,
                ..Typed::default()
            };
            return show_again(desk, actor, lang, edition, typed);
        }
    };
    let note = decision.note(objection, &author);
    match store.decide(number, decision, note)? {
        EditionKept::Done(_) => Ok(redirect(&format!("/reports/{}#objections", edition.id))),
        EditionKept::Outdated => {
            Ok(desk.refusal(StatusCode::CONFLICT, get(lang, "reports.decided_before"), lang))
        }
    }
}
