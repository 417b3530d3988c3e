//! Notes that a frozen edition was signed, or sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::digest::Sha256;
use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::edition::{Typed, show_again};
use super::{Desk, of_edition};
use crate::account::{Action, Actor};
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::edition::{Edition, EditionState, NewStep};
use crate::register::value::day;
use crate::store::EditionKept;

/// The form by which the next step is noted, with what was typed and not taken.
#[derive(Debug, Serialize)]
pub(super) struct StepForm {
    /// `sign` or `send`.
    path: &'static str,
    /// It is the signing.
    signs: bool,
    /// What it and its fields are called.
    words: Words,
    /// It came back.
    again: bool,
    number: String,
    on: String,
    who: String,
    file_again: bool,
}

/// What a step and its fields are called.
#[derive(Debug, Serialize)]
struct Words {
    title: &'static str,
    hint: &'static str,
    number: &'static str,
    on: &'static str,
    who: &'static str,
    file: &'static str,
}

impl Words {
    fn of(signs: bool, lang: Lang) -> Self {
        let word = |sign, send| get(lang, if signs { sign } else { send });
        Self {
            title: word("reports.step.sign", "reports.step.send"),
            hint: word("reports.step.sign.hint", "reports.step.send.hint"),
            number: word("reports.step.sign.number", "reports.step.send.number"),
            on: word("reports.step.sign.on", "reports.step.send.on"),
            who: word("reports.step.sign.who", "reports.step.send.who"),
            file: word("reports.step.sign.file", "reports.step.send.file"),
        }
    }
}

/// The form of the next step, for those who may note it. Nobody notes a step of an edition that was replaced.
pub(super) fn form(
    desk: &Desk,
    actor: &Actor,
    (edition, all): (&Edition, &[Edition]),
    typed: &Typed,
    lang: Lang,
) -> Option<StepForm> {
    let replaced = all
        .iter()
        .any(|other| other.number > edition.number && other.state() != EditionState::Drafted);
    if replaced || !actor.may(Action::SignReport, None) {
        return None;
    }
    let (path, signs) = match edition.state().next()? {
        EditionState::Signed => ("sign", true),
        EditionState::Sent => ("send", false),
        EditionState::Drafted | EditionState::Frozen => return None,
    };
    let fields = typed.step.as_ref();
    let field = |name: &str| fields.and_then(|fields| fields.get(name)).cloned();
    Some(StepForm {
        path,
        signs,
        words: Words::of(signs, lang),
        again: fields.is_some(),
        number: field("number").unwrap_or_default(),
        on: field("on").unwrap_or_else(|| desk.context.clock.now().zoned().date().to_string()),
        who: field("who").unwrap_or_default(),
        file_again: typed.file_again,
    })
}

pub(super) async fn sign(
    desk: State<Arc<Desk>>,
    actor: Actor,
    id: Path<i64>,
    asked: Query<Asked>,
    filled: Filled,
) -> Response {
    noted(desk, actor, id, asked, (EditionState::Signed, filled)).await
}

pub(super) async fn send(
    desk: State<Arc<Desk>>,
    actor: Actor,
    id: Path<i64>,
    asked: Query<Asked>,
    filled: Filled,
) -> Response {
    noted(desk, actor, id, asked, (EditionState::Sent, filled)).await
}

async fn noted(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
    (to, filled): (EditionState, Filled),
) -> Response {
    of_edition(desk, actor, id, &asked, move |desk, actor, lang, edition| {
        taken(desk, actor, lang, &edition, (to, filled))
    })
    .await
}

fn taken(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    edition: &Edition,
    (to, filled): (EditionState, Filled),
) -> Result<Response, PageError> {
    if let Some(response) = desk.refused(actor, Action::SignReport, None, lang) {
        return Ok(response);
    }
    let store = &*desk.context.store;
    let place = format!("/reports/{}#steps", edition.id);
    let mut errors = Vec::new();
    let on = filled.text("on");
    let read = day(on);
    if !on.is_empty() && read.is_none() {
        errors.push(fill(lang, "reports.fault.day", &[("text", on)]));
    }
    if filled.text("confirm").is_empty() {
        errors.push(get(lang, "reports.step.no_confirm").to_owned());
    }
    let new = NewStep {
        to,
        number: Some(filled.text("number").to_owned()),
        on: read,
        who: Some(filled.text("who").to_owned()),
        file: filled.file.as_ref().map(|file| Sha256::of(&file.bytes)),
    };
    let (author, now) = (actor.author(), desk.context.clock.now());
    let all = store.editions(Some(&edition.key))?;
    // Sent twice by the same person: what they wanted is done.
    if let Some(known) = edition.step(to) {
        let before = Edition {
            steps: edition
                .steps
                .iter()
                .filter(|step| step.state < to)
                .cloned()
                .collect(),
            ..edition.clone()
        };
        let same = new.clone().step(&before, &all, &author, now);
        if same.is_ok_and(|step| step.repeats(known)) {
            return Ok(redirect(&place));
        }
    }
    let step = match new.step(edition, &all, &author, now) {
        Ok(step) if errors.is_empty() => step,
        made => {
            let faults = made.err().unwrap_or_default();
            errors.extend(faults.iter().map(|fault| fault.render(&edition.name(), lang)));
            let fields = ["number", "on", "who"]
                .map(|name| (name.to_owned(), filled.text(name).to_owned()))
                .into_iter();
            let typed = Typed {
                step: Some(fields.collect::<BTreeMap<_, _>>()),
                file_again: filled.file.is_some(),
                errors,
                ..Typed::default()
            };
            return show_again(desk, actor, lang, edition, typed);
        }
    };
    let note = step.note(edition, &author);
    match store.step_edition(edition.id, edition.state(), step, filled.file, note)? {
        EditionKept::Done(_) => Ok(redirect(&place)),
        EditionKept::Outdated => {
            Ok(desk.refusal(StatusCode::CONFLICT, get(lang, "reports.step.outdated"), lang))
        }
    }
}
