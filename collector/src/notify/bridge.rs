//! `POST /api/v1/alertmanager`: alerts of a Prometheus Alertmanager (webhook, version 4) go the way of our own notices.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use ems_contract::digest::Sha256;
use ems_contract::text::{self, Lang};
use ems_contract::time::UnixTime;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use url::Url;

use super::condition::{Condition, Kind, Subject};
use super::neutral;
use super::round::Desk;
use crate::account::{Scope, owner};
use crate::calendar::civil;
use crate::http::auth::bearer;
use crate::http::error::ApiError;
use crate::severity::Severity;
use crate::store::StoreError;

/// The most that one call may carry.
const MAX_BODY: usize = 2 * 1024 * 1024;

/// The door, its tokens and the desk behind it.
pub struct Bridge {
    desk: Arc<Desk>,
    tokens: Vec<Sha256>,
}

/// The door as a room of the collector: for the tokens of the settings, and those of the store with scope `webhook`.
pub fn router(desk: Arc<Desk>, tokens: Vec<Sha256>) -> Router {
    Router::new()
        .route("/api/v1/alertmanager", post(take_in))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Arc::new(Bridge { desk, tokens }))
}

async fn take_in(
    State(bridge): State<Arc<Bridge>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let asked = Arc::clone(&bridge);
    let stored = headers.clone();
    let known = bridge.knows(&headers) || blocking(move || asked.stored(&stored)).await?;
    if !known {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "unknown_token",
            "the request carries no token of an Alertmanager",
        )
        .hint("see `alertmanager_tokens` under `notify` in ems.yaml, or `ems-collector tokens add --scope webhook`"));
    }
    let conditions = conditions(&body).map_err(|why| {
        ApiError::new(StatusCode::BAD_REQUEST, "bad_payload", why)
            .hint("an Alertmanager's webhook of version 4 is wanted")
    })?;
    let desk = Arc::clone(&bridge.desk);
    blocking(move || desk.take_in(conditions)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done
        .map_err(|error| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))??)
}

impl Bridge {
    /// Whether the token is one of the store's with the scope for it.
    fn stored(&self, headers: &HeaderMap) -> Result<bool, StoreError> {
        let Some(token) = bearer(headers) else {
            return Ok(false);
        };
        let context = self.desk.context();
        let known = context.store.api_tokens()?;
        let held = owner(&known, token, context.clock.now());
        Ok(held.is_some_and(|token| token.may(Scope::Webhook, None)))
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let presented = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let Some((scheme, token)) = presented.and_then(|text| text.split_once(' ')) else {
            return false;
        };
        let presented = Sha256::of(token.trim().as_bytes());
        let mut known = subtle::Choice::from(0);
        for digest in &self.tokens {
            known |= digest.as_bytes().ct_eq(presented.as_bytes());
        }
        scheme.eq_ignore_ascii_case("bearer") && bool::from(known)
    }
}

#[derive(Deserialize)]
struct Payload {
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    status: String,
    #[serde(default)]
    labels: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    annotations: std::collections::BTreeMap<String, String>,
    starts_at: jiff::Timestamp,
    #[serde(default)]
    ends_at: Option<jiff::Timestamp>,
    #[serde(default)]
    fingerprint: String,
    #[serde(default, rename = "generatorURL")]
    generator: String,
}

/// The alerts of a call.
///
/// # Errors
/// In words, when it is no such call.
pub fn conditions(body: &[u8]) -> Result<Vec<Condition>, String> {
    let payload: Payload = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let theirs = payload.alerts.iter().filter(|alert| !is_ours(alert));
    Ok(theirs.map(condition).collect())
}

/// Whether our own notifier gave it to the Alertmanager: told already, and without end if it were told again.
fn is_ours(alert: &Alert) -> bool {
    let label = |name: &str| alert.labels.get(name).map(String::as_str);
    label("alertname").is_some_and(|name| name.starts_with("Ems")) && label("thread").is_some()
}

fn condition(alert: &Alert) -> Condition {
    let label = |name: &str| alert.labels.get(name).map(|text| neutral::line(text));
    let note = |name: &str| alert.annotations.get(name).map(|text| neutral::line(text));
    let name = note("summary").or_else(|| label("alertname")).unwrap_or_default();
    // Without a fingerprint the labels, in order, tell alerts apart.
    let print = if alert.fingerprint.is_empty() {
        Sha256::of(format!("{:?}", alert.labels).as_bytes()).to_string()
    } else {
        neutral::line(&alert.fingerprint)
    };
    let severity = alert.labels.get("severity");
    let severity = severity.map_or(Severity::Urgent, |label| Severity::of_label(label));
    let link = ["dashboard_url", "dashboard"]
        .iter()
        .filter_map(|name| alert.annotations.get(*name))
        .chain([&alert.generator])
        .filter_map(|link| link.parse::<Url>().ok())
        .find(|url| matches!(url.scheme(), "http" | "https"));
    let starts = UnixTime::floor(alert.starts_at);
    let told = alert
        .annotations
        .get("since")
        .and_then(|text| instant(text.as_str()));
    let since = told.filter(|told| *told <= starts).unwrap_or(starts);
    // A cause that is ours has words of its own in every language.
    let cause = label("cause").map(|cause| format!("cause.{cause}"));
    let cause = cause.filter(|key| text::lookup(Lang::Vi, key).is_some());
    let end = alert.ends_at.map(UnixTime::floor).filter(|end| *end > starts);
    let over_at = (alert.status == "resolved").then(|| end.unwrap_or(starts + 1));
    Condition {
        key: format!("external/{print}/{}", starts.secs()),
        kind: Kind::External,
        severity,
        subject: Subject {
            id: label("portal").unwrap_or(print),
            name,
        },
        since,
        over_at,
        withdrawn: false,
        cause: cause.or_else(|| note("description")),
        seen_from: note("seen_from").or_else(|| label("agent")).into_iter().collect(),
        hosting: None,
        critical: severity == Severity::Urgent,
        hold: None,
        link: link.map(|url| url.to_string()),
    }
}

/// An instant as our rules write it in the annotation `since`, in Vietnamese time: `19:04:05 29/11/2026`.
fn instant(text: &str) -> Option<UnixTime> {
    let local = jiff::civil::DateTime::strptime("%H:%M:%S %d/%m/%Y", text);
    local.ok().map(civil::instant)
}
