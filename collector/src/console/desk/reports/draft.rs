//! Makes drafts anew, with the data, the passages and the decisions that there are now.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{Lang, fill, get};

use super::{Desk, blocking};
use crate::account::{Action, Actor};
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::edition::{DueLine, EditionKey, MakeError, Maker, due_now};
use crate::locale;
use crate::report::{DrawError, Source};

/// Reports of single units that are drafted at one press: whoever pressed waits for them.
pub(super) const UNITS_AT_ONCE: usize = 10;

/// One at a time, and to its end although whoever asked may have gone: a draft of a province takes some seconds of a
/// whole core.
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    let lang = asked.lang();
    // Nobody closes it.
    let turn = Arc::clone(&desk.drawing).acquire_owned().await.ok();
    blocking(move || {
        let _turn = turn;
        if let Some(response) = desk.refused(&actor, Action::EditReport, None, lang) {
            return Ok(response);
        }
        let Ok(key) = filled.text("key").parse::<EditionKey>() else {
            return Ok(no_report(&desk, lang));
        };
        if filled.text("units").is_empty() {
            made(&desk, &actor, &key, filled.text("reason"), lang)
        } else {
            units_made(&desk, &actor, &key, lang)
        }
    })
    .await
}

/// Lends what makes editions here.
pub(super) fn with_maker<T>(desk: &Desk, work: impl FnOnce(Maker<'_>) -> T) -> T {
    let inventory = desk.context.inventory.current();
    let store = &*desk.context.store;
    work(Maker {
        source: Source {
            store,
            inventory: &inventory,
            rules: &desk.access.rules,
        },
        editions: store,
        folder: &desk.access.folder,
        office: &desk.access.office,
    })
}

fn made(
    desk: &Desk,
    actor: &Actor,
    key: &EditionKey,
    reason: &str,
    lang: Lang,
) -> Result<Response, PageError> {
    let now = desk.context.clock.now();
    match with_maker(desk, |maker| maker.draft(key, reason, &actor.author(), now)) {
        Ok(made) => Ok(redirect(&format!("/reports/{}", made.id))),
        Err(MakeError::Store(error) | MakeError::Draw(DrawError::Store(error))) => Err(error.into()),
        Err(error) => {
            let (status, why) = not_made(&error, lang);
            Ok(desk.refusal(status, &why, lang))
        }
    }
}

/// Why there is no edition: a status, and words for who asked on the console.
pub(super) fn not_made(error: &MakeError, lang: Lang) -> (StatusCode, String) {
    let at = |instant| locale::instant(instant, lang);
    match error {
        MakeError::NoSuchReport(_) | MakeError::Draw(DrawError::UnknownPortal { .. }) => {
            (StatusCode::NOT_FOUND, get(lang, "reports.no_report").to_owned())
        }
        MakeError::NoReason { number, .. } => {
            let number = ("number", &*number.to_string());
            let why = fill(lang, "reports.draft.no_reason", &[number]);
            (StatusCode::UNPROCESSABLE_ENTITY, why)
        }
        MakeError::NotSettled { settled, cut, .. } => {
            let values = [("settled", &*at(*settled)), ("cut", &*at(*cut))];
            let why = fill(lang, "reports.freeze.not_settled", &values);
            (StatusCode::UNPROCESSABLE_ENTITY, why)
        }
        MakeError::OpenObjections { count, .. } => {
            let count = ("count", &*count.to_string());
            let why = fill(lang, "reports.freeze.open_refused", &[count]);
            (StatusCode::UNPROCESSABLE_ENTITY, why)
        }
        MakeError::Outdated(_) => (StatusCode::CONFLICT, get(lang, "reports.outdated").to_owned()),
        MakeError::Templates(faults) | MakeError::Draw(DrawError::Templates(faults)) => {
            (StatusCode::SERVICE_UNAVAILABLE, faults.render(lang))
        }
        MakeError::Form(error) => (StatusCode::SERVICE_UNAVAILABLE, error.render(lang)),
        MakeError::Period(error) => (StatusCode::NOT_FOUND, error.render(lang)),
        MakeError::Draw(DrawError::NotOneUnit(_) | DrawError::Store(_)) | MakeError::Store(_) => {
            tracing::error!(%error, "an edition was not made");
            let why = get(lang, "reports.not_made").to_owned();
            (StatusCode::INTERNAL_SERVER_ERROR, why)
        }
    }
}

/// The reports of units that have no edition yet.
pub(super) fn undrafted(line: &DueLine, has_edition: impl Fn(&EditionKey) -> bool) -> Vec<EditionKey> {
    let mut keys = line.reports();
    keys.retain(|key| key.unit.is_some() && !has_edition(key));
    keys
}

/// Drafts the reports of units that owe one and have none, some at a time.
fn units_made(desk: &Desk, actor: &Actor, whole: &EditionKey, lang: Lang) -> Result<Response, PageError> {
    let (store, now) = (&*desk.context.store, desk.context.clock.now());
    let inventory = desk.context.inventory.current();
    let lines = due_now(store, &inventory, &desk.access.rules, now)?;
    let Some(line) = lines.iter().find(|line| line.key == whole.to_string()) else {
        return Ok(no_report(desk, lang));
    };
    let known = store.editions(None)?;
    let keys = undrafted(line, |key| known.iter().any(|edition| edition.key == *key));
    let author = actor.author();
    // What they have in common is read once.
    let failed = with_maker(desk, |maker| {
        let mut drafts = maker.drafts(now);
        keys.iter()
            .take(UNITS_AT_ONCE)
            .find_map(|key| match drafts.draft(key, "", &author) {
                // Somebody else was faster, with the same draft.
                Ok(_) | Err(MakeError::Outdated(_)) => None,
                Err(error) => Some((key, error)),
            })
    });
    match failed {
        None => Ok(redirect("/reports")),
        Some((_, MakeError::Store(error) | MakeError::Draw(DrawError::Store(error)))) => Err(error.into()),
        Some((key, error)) => {
            let (status, why) = not_made(&error, lang);
            let why = format!("{}: {why}", desk.report_title(key, lang));
            Ok(desk.refusal(status, &why, lang))
        }
    }
}

fn no_report(desk: &Desk, lang: Lang) -> Response {
    desk.refusal(StatusCode::NOT_FOUND, get(lang, "reports.no_report"), lang)
}
