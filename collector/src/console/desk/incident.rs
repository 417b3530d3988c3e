//! The papers of an incident.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::{Desk, blocking};
use crate::account::Actor;
use crate::console::router::Asked;
use crate::register::{Entry, IncidentPaper, RegisterKind};

/// The notice or closing report as a text to be printed and signed.
pub(super) async fn paper(
    State(desk): State<Arc<Desk>>,
    _actor: Actor,
    Path((id, paper)): Path<(i64, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let lang = asked.lang();
        let paper = IncidentPaper::named(&paper);
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
