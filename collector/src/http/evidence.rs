//! `POST /api/v1/evidence/{sha256}`: a whole page that proves facts, one zstd frame a request. It matters less than records, so
//! little of it is taken at once, and a portal has a budget of bytes beyond which its oldest pages go.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::{Extension, Json};
use ems_contract::digest::Sha256;
use ems_contract::evidence::{CONTENT_TYPE, Label, MAX_BODY, MAX_FRAME, MAX_WINDOW_LOG};
use ems_contract::facts::page::MAX_URL;
use ems_contract::id::AgentId;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::Edge;
use super::auth::Sender;
use super::error::ApiError;
use crate::context::Context;
use crate::ingest::discard;
use crate::store::{Evidence, Kept};

/// Pages in hand at once.
const IN_HAND: usize = 2;
/// Within this time a page must be here.
const DEADLINE: Duration = Duration::from_secs(30);
/// The longest `Content-Type` that is kept, in characters.
const MAX_CONTENT_TYPE: usize = 200;

/// Room for evidence at the edge.
#[derive(Debug, Clone)]
pub struct Room {
    /// Compressed bytes that the pages of one portal may take.
    budget: u64,
    in_hand: Arc<Semaphore>,
}

impl Room {
    /// Room where the pages of one portal may take so many compressed bytes.
    #[must_use]
    pub fn new(budget: u64) -> Self {
        Self {
            budget,
            in_hand: Arc::new(Semaphore::new(IN_HAND)),
        }
    }
}

/// What became of a page: `new`, or `known` where it was here already.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    kept: &'static str,
}

pub(super) async fn post(
    State(edge): State<Edge>,
    Extension(Sender(agent)): Extension<Sender>,
    Path(digest): Path<String>,
    label: Result<Query<Label>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Answer>), ApiError> {
    let (digest, label) = match wanted(&edge.context, &agent, &digest, label, &headers) {
        Ok(wanted) => wanted,
        Err(error) => {
            discard(body).await;
            return Err(error);
        }
    };
    let Ok(_room) = edge.evidence.in_hand.try_acquire() else {
        discard(body).await;
        return Err(
            ApiError::new(StatusCode::TOO_MANY_REQUESTS, "busy", "other pages are in hand").retry_after(1),
        );
    };
    let frame = tokio::time::timeout(DEADLINE, axum::body::to_bytes(body, MAX_FRAME))
        .await
        .map_err(|_late| {
            ApiError::new(
                StatusCode::REQUEST_TIMEOUT,
                "too_slow",
                "the page did not arrive in time",
            )
        })?
        .map_err(|_long| too_large(format!("a page has at most {MAX_FRAME} bytes as sent")))?;
    let (context, budget) = (edge.context.clone(), edge.evidence.budget);
    let work = move || {
        let body = unpack(&frame, &digest)?;
        let clip = |text: String, most| text.chars().take(most).collect();
        let evidence = Evidence {
            digest,
            portal: label.portal,
            agent,
            // A clock that is ahead must not keep a page past all others.
            at: label.at.min(context.clock.now()),
            kind: label.kind,
            url: clip(label.url, MAX_URL),
            content_type: label.content_type.map(|kind| clip(kind, MAX_CONTENT_TYPE)),
            body,
        };
        Ok::<_, ApiError>(context.store.keep_evidence(evidence, budget)?)
    };
    let internal = || {
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "keeping the page failed",
        )
    };
    match tokio::task::spawn_blocking(work)
        .await
        .map_err(|_panicked| internal())??
    {
        Some(Kept::New) => Ok((StatusCode::CREATED, Json(Answer { kept: "new" }))),
        Some(Kept::Known) => Ok((StatusCode::OK, Json(Answer { kept: "known" }))),
        // In the plan and not yet in the store: the inventory is being taken over.
        None => Err(internal()),
    }
}

/// What is sent and by what right, as far as can be told before a byte of it is read.
fn wanted(
    context: &Context,
    agent: &AgentId,
    digest: &str,
    label: Result<Query<Label>, QueryRejection>,
    headers: &HeaderMap,
) -> Result<(Sha256, Label), ApiError> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if kind != Some(CONTENT_TYPE) {
        let kind = kind.unwrap_or_default();
        let message = format!("a page is sent as `{CONTENT_TYPE}`, not as `{kind}`");
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong_content_type",
            message,
        ));
    }
    let parsed = digest.parse().map_err(|_error| {
        ApiError::bad_parameter(format!(
            "`{digest}` is no SHA-256 in 64 lower-case hexadecimal digits"
        ))
    })?;
    let Query(label) = label.map_err(|error| ApiError::bad_parameter(error.body_text()))?;
    if !context.inventory.current().is_planned_for(agent, &label.portal) {
        let message = format!("portal `{}` is not in the plan of agent `{agent}`", label.portal);
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "not_planned",
            message,
        ));
    }
    Ok((parsed, label))
}

/// The page in a frame, if it is as long as it may be and what the address says.
fn unpack(frame: &Bytes, digest: &Sha256) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    let read = zstd::Decoder::new(frame.as_ref()).and_then(|mut decoder| {
        decoder.window_log_max(MAX_WINDOW_LOG)?;
        decoder.take(MAX_BODY as u64 + 1).read_to_end(&mut body)
    });
    if body.len() > MAX_BODY {
        return Err(too_large(format!("a page has at most {MAX_BODY} bytes unpacked")));
    }
    let unprocessable = |code, message| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, message);
    read.map_err(|error| unprocessable("broken_page", format!("the body is no zstd frame: {error}")))?;
    let is = Sha256::of(&body);
    if is != *digest {
        let message = format!("the page's SHA-256 is {is}, the address names {digest}");
        return Err(unprocessable("wrong_digest", message));
    }
    Ok(body)
}

fn too_large(message: String) -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}
