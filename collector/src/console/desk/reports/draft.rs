//! Makes a draft anew, with the data, the passages and the decisions that there are now.

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
use crate::edition::{EditionKey, MakeError, Maker};
use crate::report::{DrawError, Source};

/// One at a time: a draft of a province takes some seconds of a whole core.
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    let lang = asked.lang();
    // Nobody closes it.
    let _turn = desk.drawing.acquire().await.ok();
    let held = Arc::clone(&desk);
    blocking(move || made(&held, &actor, &filled, lang)).await
}

fn made(desk: &Desk, actor: &Actor, filled: &Filled, lang: Lang) -> Result<Response, PageError> {
    if let Some(response) = desk.refused(actor, Action::EditReport, None, lang) {
        return Ok(response);
    }
    let Ok(key) = filled.text("key").parse::<EditionKey>() else {
        return Ok(no_report(desk, lang));
    };
    let inventory = desk.context.inventory.current();
    let store = &*desk.context.store;
    let maker = Maker {
        source: Source {
            store,
            inventory: &inventory,
            rules: &desk.access.rules,
        },
        editions: store,
        folder: &desk.access.folder,
        office: &desk.access.office,
    };
    let now = desk.context.clock.now();
    match maker.draft(&key, filled.text("reason"), &actor.author(), now) {
        Ok(made) => Ok(redirect(&format!("/reports/{}", made.id))),
        Err(MakeError::NoSuchReport(_) | MakeError::Draw(DrawError::UnknownPortal { .. })) => {
            Ok(no_report(desk, lang))
        }
        Err(MakeError::NoReason { number, .. }) => {
            let why = fill(
                lang,
                "reports.draft.no_reason",
                &[("number", &number.to_string())],
            );
            Ok(desk.refusal(StatusCode::UNPROCESSABLE_ENTITY, &why, lang))
        }
        Err(MakeError::Outdated(_)) => {
            Ok(desk.refusal(StatusCode::CONFLICT, get(lang, "reports.outdated"), lang))
        }
        Err(MakeError::Form(error)) => {
            Ok(desk.refusal(StatusCode::SERVICE_UNAVAILABLE, &error.render(lang), lang))
        }
        Err(MakeError::Store(error) | MakeError::Draw(DrawError::Store(error))) => Err(error.into()),
        Err(
            error @ (MakeError::Period(_)
            | MakeError::NotSettled { .. }
            | MakeError::OpenObjections { .. }
            | MakeError::Draw(DrawError::NotOneUnit(_))),
        ) => {
            tracing::error!(%key, %error, "a draft was not made");
            Ok(no_report(desk, lang))
        }
    }
}

fn no_report(desk: &Desk, lang: Lang) -> Response {
    desk.refusal(StatusCode::NOT_FOUND, get(lang, "reports.no_report"), lang)
}
