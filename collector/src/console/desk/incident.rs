//! The papers of an incident, and records begun from an outage.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use ems_contract::id::PortalId;
use ems_contract::text::Lang;
use ems_contract::time::Window;

use super::{Desk, blocking};
use crate::account::Actor;
use crate::console::router::Asked;
use crate::register::{Entry, IncidentPaper, RegisterKind, Values, draft, written};
use crate::store::StoreError;

/// Outages so far back, in seconds, are looked for.
const LOOK_BACK_S: i64 = 400 * 86_400;

/// The notice or closing report as a text to be printed and signed.
pub(super) async fn paper(
    State(desk): State<Arc<Desk>>,
    _actor: Actor,
    Path((id, paper)): Path<(i64, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let lang = asked.lang();
        let paper = IncidentPaper::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == paper);
        let all = desk.context.store.entries(Some(RegisterKind::Incident), None)?;
        let kept = all.into_iter().find(|kept| kept.id == id);
        let (Some(paper), Some(Entry::Incident(form))) = (paper, kept.map(|kept| kept.entry)) else {
            return Ok(desk.no_such(lang));
        };
        let text = paper.lines(&form, lang).join("\n") + "\n";
        let name = format!("attachment; filename=\"{paper}-{id}.txt\"");
        let headers = [
            (CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
            (CONTENT_DISPOSITION, name),
            (CACHE_CONTROL, "no-store".to_owned()),
        ];
        Ok((StatusCode::OK, headers, text).into_response())
    })
    .await
}

impl Desk {
    /// What is known of an outage, as a form's values, with the portal.
    pub(super) fn begun(&self, outage: i64, lang: Lang) -> Result<Option<(PortalId, Values)>, StoreError> {
        let (store, now) = (&self.context.store, self.context.clock.now());
        let window = Window::new(now - LOOK_BACK_S, now + 1);
        let incidents = store.incidents(None, window)?;
        let inventory = self.context.inventory.current();
        let incident = incidents.iter().find(|incident| incident.id == outage);
        let known = incident.and_then(|incident| {
            let portal = inventory
                .portals
                .iter()
                .find(|portal| portal.id == incident.portal)?;
            Some((incident, portal))
        });
        let Some((incident, portal)) = known else {
            return Ok(None);
        };
        let responses = store.responses(window)?;
        let response = responses.iter().find(|response| response.incident == outage);
        let form = draft(incident, portal, response, lang);
        Ok(Some((
            portal.id.clone(),
            written(&Entry::Incident(Box::new(form))),
        )))
    }
}
