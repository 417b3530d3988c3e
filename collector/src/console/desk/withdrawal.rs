//! Taking an entry back: an entry of its own, with the reason in the audit log.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::id::PortalId;
use ems_contract::text::get;

use super::Desk;
use super::registers::{of_entry, outdated};
use crate::account::Actor;
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::router::Asked;
use crate::store::{Entered, NewEntry};

pub(super) async fn withdraw(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(place): Path<(String, i64)>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    of_entry(desk, place, &asked, move |desk, lang, _all, kept| {
        let (kind, id) = (kept.entry.kind(), kept.id);
        if let Some(response) = desk.refused(&actor, kept.entry.action(), kept.portal.as_ref(), lang) {
            return Ok(response);
        }
        let reason = filled.text("reason");
        if reason.is_empty() {
            let why = get(lang, "register.withdraw.reason_missing");
            return Ok(desk.refusal(StatusCode::UNPROCESSABLE_ENTITY, why, lang));
        }
        let author = actor.author();
        let now = desk.context.clock.now();
        let detail = format!(
            "{}: {}",
            kept.entry.told(),
            reason.chars().take(500).collect::<String>()
        );
        let about = kept.portal.as_ref().map_or("-", PortalId::as_str);
        let note = author.note(now, "register.withdraw", format!("{kind} {about}"), detail);
        let taken_back = NewEntry {
            portal: kept.portal.clone(),
            replaces: Some(id),
            withdrawn: true,
            entry: kept.entry.clone(),
            file: None,
        };
        match desk.context.store.enter(vec![taken_back], &author, note)? {
            Entered::All(_) => {
                desk.context.docket.ask(kept.portal.clone());
                Ok(redirect(&format!("/registers/{kind}/{id}")))
            }
            Entered::Outdated(id) => Ok(outdated(desk, lang, id)),
        }
    })
    .await
}
