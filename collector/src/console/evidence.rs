//! `/evidence/{sha256}`: a whole page that proves a fact, byte for byte as it was read.
//!
//! It is a stranger's page: it is only ever handed over as a file of plain text to be saved, in a sandbox, and no browser
//! shows it as a page of the console's origin.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ems_contract::digest::Sha256;

use super::page::{Console, PageError};
use super::router::{Asked, show};
use crate::store::Evidence;

/// Where the page of a digest is.
pub(super) fn href(digest: &Sha256) -> String {
    format!("/evidence/{digest}")
}

pub(super) fn routes(console: Arc<Console>) -> Router {
    Router::new()
        .route("/evidence/{digest}", get(file))
        .with_state(console)
}

async fn file(
    State(console): State<Arc<Console>>,
    Path(digest): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let reader = Arc::clone(&console);
    let wanted = digest.parse::<Sha256>().ok();
    let read = tokio::task::spawn_blocking(move || match wanted {
        Some(digest) => reader.evidence(&digest),
        None => Ok(None),
    });
    let error = match read.await {
        Ok(Ok(Some(evidence))) => return saved(evidence),
        Ok(Ok(None)) | Err(_) => PageError::NoEvidence(digest.chars().take(64).collect()),
        Ok(Err(error)) => error.into(),
    };
    show(console, asked.lang(), "/".into(), move |_console, _lang| {
        Err(error)
    })
    .await
}

/// As a file to be saved; its name is made of ids only.
fn saved(evidence: Evidence) -> Response {
    let name = format!(
        "attachment; filename=\"{}-{}.txt\"",
        evidence.portal,
        evidence.digest.short()
    );
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        // Without a charset: the bytes may be of any.
        (CONTENT_TYPE, HeaderValue::from_static("text/plain")),
        (CONTENT_DISPOSITION, name),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, evidence.body).into_response()
}
