//! Freezing an edition: a page that says what will be frozen, and the deed, which nobody can undo.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::draft::{not_made, with_maker};
use super::passages::passage_key;
use super::{Desk, of_edition};
use crate::account::{Action, Actor};
use crate::console::desk::page;
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::edition::{Edition, EditionState, MakeError, Wish};
use crate::locale;
use crate::register::value::moment;
use crate::report::contents::passage_names;
use crate::report::{Form, Renderer, settled};

#[derive(Debug, Serialize)]
struct FreezePage {
    id: i64,
    title: String,
    name: String,
    /// The draft that is frozen, as its reader saw it.
    seal: String,
    made: String,
    reason: String,
    demo: bool,
    errors: Vec<String>,
    /// What is in order and what is not: class of the badge, words.
    checks: Vec<(&'static str, String)>,
    /// Objections without a decision.
    open: usize,
    with_open: bool,
    forms: Vec<FormRow>,
    as_of: String,
}

#[derive(Debug, Serialize)]
struct FormRow {
    name: String,
    label: &'static str,
    chosen: bool,
}

/// What somebody chose that was not done, to be shown again with what is wrong with it.
struct Chosen {
    forms: Vec<Form>,
    as_of: String,
    with_open: bool,
    errors: Vec<String>,
}

impl Default for Chosen {
    fn default() -> Self {
        Self {
            forms: Form::ALL.to_vec(),
            as_of: String::new(),
            with_open: false,
            errors: Vec::new(),
        }
    }
}

/// What a form is good for.
pub(super) fn form_key(ending: &str) -> Option<&'static str> {
    Some(match ending {
        "docx" => "reports.form.docx",
        "pdf" => "reports.form.pdf",
        "xlsx" => "reports.form.xlsx",
        "csv" => "reports.form.csv",
        "json" => "reports.form.json",
        "html" => "reports.form.html",
        _ => return None,
    })
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Response {
    of_edition(desk, actor, id, &asked, |desk, actor, lang, edition| {
        if let Some(response) = desk.refused(actor, Action::SignReport, None, lang) {
            return Ok(response);
        }
        if let Some(response) = frozen_before(desk, &edition, lang) {
            return Ok(response);
        }
        shown(desk, actor, lang, &edition, (StatusCode::OK, Chosen::default()))
    })
    .await
}

/// The refusal of an edition that is not a draft any more.
fn frozen_before(desk: &Desk, edition: &Edition, lang: Lang) -> Option<Response> {
    let step = edition.step(EditionState::Frozen)?;
    let values = [
        ("name", &*edition.name()),
        ("who", &*step.shown),
        ("at", &locale::instant(step.at, lang)),
    ];
    let why = fill(lang, "reports.freeze.before", &values);
    Some(desk.refusal(StatusCode::CONFLICT, &why, lang))
}

fn shown(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    edition: &Edition,
    (status, chosen): (StatusCode, Chosen),
) -> Result<Response, PageError> {
    let store = &*desk.context.store;
    let objections = store.objections(Some(&edition.key))?;
    let open = objections.iter().filter(|one| one.decision.is_none()).count();
    let view = FreezePage {
        id: edition.id,
        title: desk.report_title(&edition.key, lang),
        name: edition.name(),
        seal: edition.seal.to_string(),
        made: format!("{}, {}", locale::instant(edition.made_at, lang), edition.made_by),
        reason: edition.reason.clone(),
        demo: edition.manifest.demo,
        checks: checks(desk, edition, open, lang)?,
        open,
        with_open: chosen.with_open,
        forms: Form::ALL
            .iter()
            .map(|form| FormRow {
                name: form.to_string(),
                label: form_key(&form.to_string()).map_or("", |key| get(lang, key)),
                chosen: chosen.forms.contains(form),
            })
            .collect(),
        as_of: chosen.as_of,
        errors: chosen.errors,
    };
    let (path, title) = (
        format!("/reports/{}/freeze", edition.id),
        get(lang, "reports.freeze"),
    );
    let html = desk
        .console
        .form(lang, Some(actor), &path, title, "freeze.html", view);
    Ok(page(status, html))
}

/// What whoever freezes ought to know first.
fn checks(
    desk: &Desk,
    edition: &Edition,
    open: usize,
    lang: Lang,
) -> Result<Vec<(&'static str, String)>, PageError> {
    let store = &*desk.context.store;
    let now = desk.context.clock.now();
    let cut = edition.manifest.window.to;
    let known = settled(store, &desk.context.inventory.current(), now)?;
    let at = |instant| locale::instant(instant, lang);
    let mut all = Vec::new();
    all.push(if known < cut {
        let values = [("settled", &*at(known)), ("cut", &*at(cut))];
        ("down", fill(lang, "reports.freeze.not_settled", &values))
    } else {
        ("up", fill(lang, "reports.freeze.settled", &[("cut", &at(cut))]))
    });
    all.push(if open == 0 {
        ("up", get(lang, "reports.freeze.none_open").to_owned())
    } else {
        let count = ("count", &*open.to_string());
        ("down", fill(lang, "reports.freeze.open", &[count]))
    });
    let written = store.passages(&edition.key)?;
    let written = written.iter().filter(|passage| !passage.text.is_empty());
    let gap = get(lang, "document.placeholder");
    let empty: Vec<String> = passage_names()
        .filter(|name| written.clone().all(|passage| passage.name != *name))
        .map(|name| {
            get(lang, &passage_key(name))
                .trim_end_matches(gap)
                .trim_end()
                .to_owned()
        })
        .collect();
    all.push(if empty.is_empty() {
        ("up", get(lang, "reports.freeze.all_written").to_owned())
    } else {
        let names = ("names", &*empty.join("; "));
        ("degraded", fill(lang, "reports.freeze.empty", &[names]))
    });
    let path = std::env::var_os("PATH");
    if let Err(error) = Renderer::find(desk.access.office.renderer.as_deref(), path.as_deref()) {
        all.push(("down", error.render(lang)));
    }
    Ok(all)
}

/// One at a time, on a thread that may block, and to its end although whoever asked may have gone.
pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    // Nobody closes it.
    let turn = Arc::clone(&desk.drawing).acquire_owned().await.ok();
    of_edition(desk, actor, id, &asked, move |desk, actor, lang, edition| {
        let _turn = turn;
        taken(desk, actor, lang, &edition, &filled)
    })
    .await
}

fn taken(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    edition: &Edition,
    filled: &Filled,
) -> Result<Response, PageError> {
    if let Some(response) = desk.refused(actor, Action::SignReport, None, lang) {
        return Ok(response);
    }
    let place = format!("/reports/{}#steps", edition.id);
    let author = actor.author();
    if let Some(step) = edition.step(EditionState::Frozen) {
        // Sent twice by the same person: what they wanted is done.
        if step.author == author.name {
            return Ok(redirect(&place));
        }
        return Ok(frozen_before(desk, edition, lang).unwrap_or_else(|| redirect(&place)));
    }
    let ticked = |name: &str| !filled.text(name).is_empty();
    let mut chosen = Chosen {
        forms: Form::ALL
            .into_iter()
            .filter(|form| ticked(&format!("form-{form}")))
            .collect(),
        as_of: filled.text("as_of").to_owned(),
        with_open: ticked("with_open"),
        errors: Vec::new(),
    };
    if filled.text("seal") != edition.seal.to_string() {
        chosen
            .errors
            .push(get(lang, "reports.freeze.overtaken").to_owned());
    }
    if !ticked("confirm") {
        chosen
            .errors
            .push(get(lang, "reports.freeze.no_confirm").to_owned());
    }
    if chosen.forms.is_empty() {
        chosen.errors.push(get(lang, "reports.freeze.no_form").to_owned());
    }
    let as_of = until(&mut chosen, lang);
    let open = desk.context.store.objections(Some(&edition.key))?;
    let open = open.iter().filter(|one| one.decision.is_none()).count();
    if open > 0 && !chosen.with_open {
        let count = ("count", &*open.to_string());
        chosen
            .errors
            .push(fill(lang, "reports.freeze.open_refused", &[count]));
    }
    if !chosen.errors.is_empty() {
        let again = (StatusCode::UNPROCESSABLE_ENTITY, chosen);
        return shown(desk, actor, lang, edition, again);
    }
    let wish = Wish {
        key: edition.key.clone(),
        forms: chosen.forms.clone(),
        as_of,
        reason: String::new(),
        freeze: true,
        with_open: chosen.with_open,
    };
    let now = desk.context.clock.now();
    match with_maker(desk, |maker| maker.make(&wish, &author, now)) {
        Ok(_made) => Ok(redirect(&place)),
        Err(MakeError::Store(error)) => Err(error.into()),
        Err(error) => {
            let (status, why) = not_made(&error, lang);
            chosen.errors.push(why);
            shown(desk, actor, lang, edition, (status, chosen))
        }
    }
}

/// The instant after which no data are taken, where somebody wrote one.
fn until(chosen: &mut Chosen, lang: Lang) -> Option<UnixTime> {
    if chosen.as_of.is_empty() {
        return None;
    }
    let read = moment(&chosen.as_of);
    if read.is_none() {
        let text = ("text", &*chosen.as_of);
        let why = fill(lang, "reports.fault.moment", &[text]);
        chosen.errors.push(why);
    }
    read
}
