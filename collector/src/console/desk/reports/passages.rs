//! The passages that only people can write, before an edition is frozen.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::digest::Sha256;
use ems_contract::text::{Lang, fill, get};

use super::edition::{Typed, show_again};
use super::{Desk, of_edition};
use crate::account::{Action, Actor};
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::edition::{Edition, EditionState};
use crate::locale;
use crate::report::contents::{LONGEST_PASSAGE, passage_names};

/// The label of a passage.
pub(super) fn passage_key(name: &str) -> String {
    match name {
        "chuc-vu" => "reports.passage.chuc-vu".to_owned(),
        name => format!("edition.passage.{name}"),
    }
}

/// What a form carries of the text that it was begun with: who writes over what somebody else wrote meanwhile is told.
pub(super) fn mark(text: &str) -> String {
    Sha256::of(text.as_bytes()).short()
}

pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    of_edition(desk, actor, id, &asked, move |desk, actor, lang, edition| {
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
    if let Some(response) = desk.refused(actor, Action::EditReport, None, lang) {
        return Ok(response);
    }
    let store = &*desk.context.store;
    if edition.state() != EditionState::Drafted {
        return Ok(desk.refusal(StatusCode::CONFLICT, get(lang, "reports.frozen"), lang));
    }
    let kept: BTreeMap<String, String> = store
        .passages(&edition.key)?
        .into_iter()
        .map(|passage| (passage.name, passage.text))
        .collect();
    let (mut changed, mut typed, mut errors) = (Vec::new(), BTreeMap::new(), Vec::new());
    for name in passage_names().filter(|name| filled.fields.contains_key(*name)) {
        // Browsers end lines with CR LF.
        let text = filled.text(name).replace("\r\n", "\n");
        let now = kept.get(name).map_or("", String::as_str);
        let label = passage_key(name);
        let named = |key: &str, (more, value): (&str, &str)| {
            fill(lang, key, &[("passage", get(lang, &label)), (more, value)])
        };
        if text.chars().count() > LONGEST_PASSAGE {
            let most = locale::count(u32::try_from(LONGEST_PASSAGE).unwrap_or(u32::MAX), lang);
            errors.push(named("reports.passage.long", ("most", &most)));
        }
        if text != now {
            if filled.text(&format!("was-{name}")) != mark(now) {
                errors.push(named("reports.passage.overtaken", ("now", now)));
            }
            changed.push((name.to_owned(), text.clone()));
        }
        typed.insert(name.to_owned(), text);
    }
    if !errors.is_empty() {
        let typed = Typed {
            passages: typed,
            errors,
            ..Typed::default()
        };
        return show_again(desk, actor, lang, edition, typed);
    }
    if !changed.is_empty() {
        let author = actor.author();
        let names: Vec<&str> = changed.iter().map(|(name, _)| name.as_str()).collect();
        let (now, about) = (desk.context.clock.now(), edition.key.to_string());
        let note = author.note(now, "report.passages", about, names.join(", "));
        store.write_passages(&edition.key, changed, &author, note)?;
    }
    Ok(redirect(&format!("/reports/{}#passages", edition.id)))
}
