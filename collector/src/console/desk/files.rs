//! Files that were handed in with entries.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ems_contract::digest::Sha256;
use ems_contract::text::get as text;

use super::{Desk, blocking};
use crate::account::Actor;
use crate::console::router::Asked;

/// A file, always to be saved, never shown: what somebody handed in is not to run in our pages.
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    _reader: Actor,
    Path(digest): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let file = match digest.parse::<Sha256>() {
            Ok(digest) => desk.context.store.handed_file(&digest)?,
            Err(_no_digest) => None,
        };
        let Some(file) = file else {
            let lang = asked.lang();
            return Ok(desk.refusal(StatusCode::NOT_FOUND, text(lang, "register.no_file"), lang));
        };
        Ok(saved(&file.name, file.bytes))
    })
    .await
}

/// Bytes that a browser saves under a name.
pub(super) fn saved(name: &str, bytes: impl IntoResponse) -> Response {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20");
    let place = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}"))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (CONTENT_DISPOSITION, place),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, bytes).into_response()
}
