//! `GET /api/v1/portals/{id}/spans?from=…&to=…&track=…`: the ledger's spans of a portal.
//!
//! `from` and `to` are instants (RFC 3339); by default the last 24 hours. `track` is `v4`, `v6` or `overall`; all
//! three by default. The answer:
//!
//! ```json
//! {"portal": "angiang", "from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z",
//!  "tracks": {"v4": [{"from": "…", "to": "…", "state": "down",
//!                     "cause": {"kind": "failure", "stage": "connect", "cause": "tcp_refused"},
//!                     "agents": ["viettel-hn"]}]}}
//! ```
//!
//! Spans are half-open `[from, to)`, in order, clipped to the window. Time that no span covers was not yet judged.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};
use serde::{Deserialize, Serialize};

use super::error::ApiError;
use crate::context::Context;
use crate::ledger::{Span, Track};
use crate::store::{Store, StoreError};

/// The longest window, in seconds: a year and the year before it, with room.
const MAX_WINDOW_S: i64 = 800 * 86_400;

/// The parameters, as text: each is explained when it is wrong.
#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    from: Option<String>,
    to: Option<String>,
    track: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct SpanReport {
    /// Which portal.
    pub portal: PortalId,
    /// First second asked for.
    pub from: UnixTime,
    /// First second after.
    pub to: UnixTime,
    /// Spans by track.
    pub tracks: BTreeMap<Track, Vec<Span>>,
}

pub(super) async fn get(
    State(context): State<Context>,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<SpanReport>, ApiError> {
    let portal: PortalId = id
        .parse()
        .map_err(|error| ApiError::bad_parameter(format!("`{id}` is no portal id: {error}")))?;
    let window = window(&parameters, context.clock.now())?;
    let tracks = tracks(parameters.track.as_deref())?;
    let store = context.store;
    let read = tokio::task::spawn_blocking(move || read(&*store, portal, window, &tracks));
    match read.await {
        Ok(Ok(Some(report))) => Ok(Json(report)),
        Ok(Ok(None)) => {
            let message = format!("portal `{id}` was never in an inventory");
            Err(ApiError::new(StatusCode::NOT_FOUND, "unknown_portal", message))
        }
        Ok(Err(error)) => Err(error.into()),
        Err(_panicked) => Err(ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "reading the spans failed",
        )),
    }
}

/// The spans of a portal in a window; `None` when it was never in an inventory.
fn read(
    store: &dyn Store,
    portal: PortalId,
    window: Window,
    tracks: &[Track],
) -> Result<Option<SpanReport>, StoreError> {
    if !store.knows_portal(&portal)? {
        return Ok(None);
    }
    let mut all = BTreeMap::new();
    for track in tracks {
        let mut spans = store.spans(&portal, *track, window)?;
        for span in &mut spans {
            let inside = span.window().intersect(window);
            (span.from, span.to) = (inside.from, inside.to);
        }
        all.insert(*track, spans);
    }
    Ok(Some(SpanReport {
        portal,
        from: window.from,
        to: window.to,
        tracks: all,
    }))
}

fn window(parameters: &Parameters, now: UnixTime) -> Result<Window, ApiError> {
    let instant = |name: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => text
            .parse()
            .map(Some)
            .map_err(|error| ApiError::bad_parameter(format!("`{name}`: {error}"))),
    };
    let to: UnixTime = instant("to", &parameters.to)?.unwrap_or(now);
    let from: UnixTime = instant("from", &parameters.from)?.unwrap_or(to - 86_400);
    let window = Window::new(from, to);
    if window.is_empty() {
        return Err(ApiError::bad_parameter(format!(
            "`from` ({from}) must lie before `to` ({to})"
        )));
    }
    if window.secs() > MAX_WINDOW_S {
        return Err(ApiError::bad_parameter(
            "the window must not be longer than 800 days",
        ));
    }
    Ok(window)
}

fn tracks(name: Option<&str>) -> Result<Vec<Track>, ApiError> {
    match name {
        None => Ok(Track::ALL.to_vec()),
        Some(name) => match Track::ALL.into_iter().find(|track| track.as_str() == name) {
            Some(track) => Ok(vec![track]),
            None => Err(ApiError::bad_parameter(format!(
                "`track` is `v4`, `v6` or `overall`, not `{name}`"
            ))),
        },
    }
}
