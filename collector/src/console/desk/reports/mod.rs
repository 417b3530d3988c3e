//! Reports: what is due, the page of one edition, what people write about it before it is frozen, and the steps of its
//! life.

mod calendar;
mod contest;
mod draft;
mod edition;
mod file;
mod freeze;
mod passages;
mod publication;
mod step;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use ems_contract::id::PortalId;
use ems_contract::text::{Lang, get as text};

use super::{Desk, blocking};
use crate::account::{Action, Actor};
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::edition::{Edition, EditionKey, EditionState, title};

/// The pages of reports.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/reports", get(calendar::show))
        .route("/reports/draft", post(draft::make))
        .route("/reports/{id}", get(edition::show))
        .route("/reports/{id}/files/{name}", get(file::get))
        .route("/reports/{id}/freeze", get(freeze::show).post(freeze::take))
        .route("/reports/{id}/sign", post(step::sign))
        .route("/reports/{id}/send", post(step::send))
        .route("/reports/{id}/passages", post(passages::take))
        .route("/reports/{id}/publication", post(publication::state))
        .route("/reports/{id}/objections", post(contest::object))
        .route("/reports/{id}/objections/{number}", post(contest::decide))
}

impl Desk {
    /// The portals that a report is about: that of its unit, or all that its regulation binds.
    fn portals_of(&self, key: &EditionKey) -> BTreeMap<PortalId, String> {
        let inventory = self.context.inventory.current();
        let pack = self.access.rules.report(&key.duty).map(|duty| &duty.pack);
        let about = inventory.portals.iter().filter(|portal| match &key.unit {
            Some(unit) => portal.id == *unit,
            None => pack.is_some_and(|pack| portal.regulations.iter().any(|bound| **bound == **pack)),
        });
        about
            .map(|portal| (portal.id.clone(), portal.name.clone()))
            .collect()
    }

    /// Whether somebody reads a report: those of the province read all, a unit those that are about a portal of its own.
    fn reads(&self, actor: &Actor, key: &EditionKey) -> bool {
        actor.may(Action::SeeReport, None)
            || self
                .portals_of(key)
                .keys()
                .any(|portal| actor.may(Action::SeeReport, Some(portal)))
    }

    /// What a report is called.
    fn report_title(&self, key: &EditionKey, lang: Lang) -> String {
        let unit = key.unit.as_ref().map(|unit| {
            let known = self.portals_of(key).remove(unit);
            known.unwrap_or_else(|| unit.to_string())
        });
        title(&self.access.rules, key, unit.as_deref(), lang)
    }
}

/// The class of a state on a badge.
const fn badge(state: EditionState) -> &'static str {
    match state {
        EditionState::Drafted => "unknown",
        EditionState::Frozen | EditionState::Signed => "degraded",
        EditionState::Sent => "up",
    }
}

/// Works on the edition that an address names, for somebody who reads it.
async fn of_edition(
    desk: Arc<Desk>,
    actor: Actor,
    id: i64,
    asked: &Asked,
    work: impl FnOnce(&Desk, &Actor, Lang, Edition) -> Result<Response, PageError> + Send + 'static,
) -> Response {
    let lang = asked.lang();
    blocking(move || {
        let Some(edition) = desk.context.store.edition(id)? else {
            let why = text(lang, "reports.no_edition");
            return Ok(desk.refusal(StatusCode::NOT_FOUND, why, lang));
        };
        if !desk.reads(&actor, &edition.key) {
            let refused = desk.refused(&actor, Action::SeeReport, None, lang);
            return Ok(refused.unwrap_or_else(|| desk.no_such(lang)));
        }
        work(&desk, &actor, lang, edition)
    })
    .await
}
