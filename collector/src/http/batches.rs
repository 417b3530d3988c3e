//! `POST /api/v1/batches`.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::{Extension, Json};
use ems_contract::wire::{Ack, CONTENT_TYPE};

use super::Edge;
use super::auth::Sender;
use super::error::ApiError;
use crate::ingest::discard;

pub(super) async fn post(
    State(edge): State<Edge>,
    Extension(Sender(agent)): Extension<Sender>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Ack>, ApiError> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(CONTENT_TYPE) {
        let message = format!("a batch is sent as `{CONTENT_TYPE}`, not as `{kind}`");
        discard(body).await;
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong_content_type",
            message,
        ));
    }
    Ok(Json(edge.ingest.accept(&agent, body).await?))
}
