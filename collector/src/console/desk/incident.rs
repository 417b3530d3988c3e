//! The papers of an incident.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use ems_contract::text::Lang;

use super::{Desk, blocking};
use crate::account::Actor;
use crate::console::router::Asked;
use crate::register::{Entry, IncidentPaper, RegisterKind, taken_back};

/// The notice as a text to be printed and signed.
pub(super) async fn notice(
    desk: State<Arc<Desk>>,
    _actor: Actor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Response {
    paper(desk, id, IncidentPaper::Notice, asked.lang()).await
}

/// The closing report, likewise.
pub(super) async fn closing(
    desk: State<Arc<Desk>>,
    _actor: Actor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Response {
    paper(desk, id, IncidentPaper::Closing, asked.lang()).await
}

/// A paper; none of what was taken back, which nobody must send.
async fn paper(State(desk): State<Arc<Desk>>, id: i64, paper: IncidentPaper, lang: Lang) -> Response {
    blocking(move || {
        let all = desk.context.store.entries(Some(RegisterKind::Incident), None)?;
        let kept = all.iter().find(|kept| kept.id == id && !taken_back(&all, kept));
        let Some(Entry::Incident(form)) = kept.map(|kept| &kept.entry) else {
            return Ok(desk.no_such(lang));
        };
        let text = paper.lines(form, lang).join("\n") + "\n";
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
