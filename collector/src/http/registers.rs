//! What programs write, by tokens with a scope: signs of life of backups, and spreadsheets of entries.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Extension, Json, Router};
use ems_contract::id::PortalId;
use ems_contract::text::Lang;
use serde::{Deserialize, Serialize};

use super::Edge;
use super::auth::bearer;
use super::error::ApiError;
use super::listener::Peer;
use crate::account::{ApiToken, Author, Scope, owner};
use crate::context::Context;
use crate::intake;
use crate::register::RegisterKind;
use crate::register::import::{MAX_BYTES, import as read_rows};
use crate::regulation::Regulations;
use crate::store::HandedFile;

/// What these addresses need.
#[derive(Clone)]
struct Hand {
    context: Context,
    rules: Arc<Regulations>,
    allow_plain_tokens: bool,
}

/// The addresses; each wants a token with its scope.
pub(super) fn router(edge: &Edge) -> Router {
    Router::new()
        .route("/api/v1/heartbeats/backup/{portal}", post(backup))
        .route("/api/v1/registers/{register}/import", post(import))
        .with_state(Hand {
            context: edge.context.clone(),
            rules: Arc::clone(&edge.rules),
            allow_plain_tokens: edge.allow_plain_tokens,
        })
}

impl Hand {
    /// The token of a request. Blocks.
    fn holder(&self, headers: &HeaderMap, peer: Option<Peer>) -> Result<ApiToken, ApiError> {
        let unauthorised = |code, message: &str| ApiError::new(StatusCode::UNAUTHORIZED, code, message);
        let token =
            bearer(headers).ok_or_else(|| unauthorised("no_token", "the request carries no bearer token"))?;
        if !self.allow_plain_tokens && !peer.is_some_and(Peer::is_private) {
            let message = "tokens are not taken over an unencrypted line from another machine";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "tls_required", message)
                .hint("use HTTPS, and revoke this token: it was seen on the line"));
        }
        let known = self.context.store.api_tokens()?;
        owner(&known, token, self.context.clock.now())
            .cloned()
            .ok_or_else(|| unauthorised("unknown_token", "nobody has this token, or it has ended"))
    }
}

fn forbidden() -> ApiError {
    let message = "this token is not good for that";
    ApiError::new(StatusCode::FORBIDDEN, "scope", message)
        .hint("make one with `ems-collector tokens add NAME --scope …`")
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))?
}

async fn backup(
    State(hand): State<Hand>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Path(portal): Path<String>,
) -> Result<StatusCode, ApiError> {
    blocking(move || {
        let token = hand.holder(&headers, peer.map(|Extension(peer)| peer))?;
        let unknown = || {
            ApiError::new(
                StatusCode::NOT_FOUND,
                "no_portal",
                format!("there is no portal `{portal}`"),
            )
        };
        let portal: PortalId = portal.parse().map_err(|_why| unknown())?;
        let author = Author::of_token(&token, Scope::Heartbeat, Some(&portal)).ok_or_else(forbidden)?;
        if !hand.context.store.knows_portal(&portal)? {
            return Err(unknown());
        }
        let now = hand.context.clock.now();
        hand.context.store.note_backup(&portal, now, &author)?;
        hand.context.docket.ask([portal]);
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

#[derive(Deserialize)]
struct Wish {
    /// Take the rows that are in order although others are not.
    #[serde(default)]
    accept_good_rows: bool,
}

/// What came of a spreadsheet.
#[derive(Serialize)]
struct Outcome {
    /// Rows entered.
    entered: usize,
    /// Rows in order.
    good: usize,
    /// Rows that cannot be taken.
    bad: usize,
    faults: Vec<Fault>,
}

#[derive(Serialize)]
struct Fault {
    place: String,
    message: String,
    warning: bool,
}

async fn import(
    State(hand): State<Hand>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Path(register): Path<String>,
    Query(wish): Query<Wish>,
    body: Body,
) -> Result<(StatusCode, Json<Outcome>), ApiError> {
    let asker = hand.clone();
    let token = blocking(move || asker.holder(&headers, peer.map(|Extension(peer)| peer))).await?;
    let kind = RegisterKind::named(&register).ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "no_register",
            format!("there is no register `{register}`"),
        )
    })?;
    let scope = kind.scope();
    if !token.scopes.contains(&scope) {
        return Err(forbidden());
    }
    let bytes = to_bytes(body, MAX_BYTES).await.map_err(|_large| {
        ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("a spreadsheet has at most {} MiB", MAX_BYTES / (1024 * 1024)),
        )
    })?;
    blocking(move || {
        let now = hand.context.clock.now();
        let portals = intake::portals(&hand.context.inventory.current());
        let mut read = read_rows(&hand.rules, kind, &portals, &bytes, now);
        if read.good.iter().any(|row| !token.may(scope, Some(&row.portal))) {
            return Err(forbidden());
        }
        let (good, bad) = (read.good.len(), read.bad);
        let faultless = read.faults.iter().all(|fault| fault.warning);
        let mut entered = 0;
        if faultless || wish.accept_good_rows {
            let first = read.good.first().map(|row| row.portal.clone());
            if let Some(author) = first.and_then(|portal| Author::of_token(&token, scope, Some(&portal))) {
                let file = HandedFile {
                    name: format!("{register}-{}", now.secs()),
                    bytes: bytes.into(),
                };
                let rows = std::mem::take(&mut read.good);
                entered = intake::enter_and_judge(&hand.context, &author, kind, rows, &file, now)?;
            }
        }
        let faults = read.faults.into_iter().map(|fault| Fault {
            place: fault.place,
            message: fault.message.render(Lang::Vi),
            warning: fault.warning,
        });
        let status = if entered > 0 {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        let outcome = Outcome {
            entered,
            good,
            bad,
            faults: faults.collect(),
        };
        Ok((status, Json(outcome)))
    })
    .await
}
