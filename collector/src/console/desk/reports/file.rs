//! The files of an edition.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::get as text;

use super::{Desk, of_edition};
use crate::account::Actor;
use crate::console::desk::files::saved;
use crate::console::router::Asked;

/// A file as it is kept, named after its edition. It is always saved, never shown: the page of a report has a style of
/// its own, which ours do not take in.
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path((id, name)): Path<(i64, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    of_edition(
        desk,
        actor,
        id,
        &asked,
        move |desk, _actor, lang, edition| match desk.context.store.edition_file(edition.id, &name)? {
            Some(file) => {
                let name = format!("{}-{}", edition.name().replace(['/', '#'], "_"), file.name);
                Ok(saved(&name, file.bytes))
            }
            None => Ok(desk.refusal(StatusCode::NOT_FOUND, text(lang, "register.no_file"), lang)),
        },
    )
    .await
}
