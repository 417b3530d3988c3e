//! The HTTP edge: who may ask what, and how long anybody may take.
//!
//! Agents come with a bearer token ([`agents`]: batches, evidence and plans); people and Prometheus need none, can write nothing
//! and come through a listener that is loopback by default ([`router`]: everything). [`listener::serve`] puts either on
//! a socket, plain or TLS.
//!
//! | method and path | who | answer |
//! |---|---|---|
//! | `POST /api/v1/batches` | agent | [`ems_contract::wire::Ack`] after a durable commit |
//! | `POST /api/v1/evidence/{sha256}` | agent | a whole page, kept once by content |
//! | `POST /api/v1/heartbeats/backup/{portal}` | token with scope `heartbeat` | 204: a backup of the portal was finished |
//! | `POST /api/v1/registers/{register}/import` | token with scope `attest` or `registers` | rows taken and refused |
//! | `GET /api/v1/plan` | agent | [`ems_contract::plan::Plan`], `ETag`, 304 on `If-None-Match` |
//! | `GET /api/v1/portals/{id}/spans?from&to&track` | reader | spans of the ledger, see [`spans`] |
//! | `GET /api/v1/portals/{id}/sections` | reader | newest look at sections and English side, see [`sections`] |
//! | `GET /healthz` | all | 200 while the process answers |
//! | `GET /readyz` | all | 200 while the store answers, else 503 |
//!
//! Errors are `{"error": {"code", "message", "hint"?}}` with the status that says what to do ([`error::ApiError`]).

pub mod auth;
mod batches;
pub mod error;
pub mod evidence;
mod guard;
mod health;
pub mod host;
pub mod listener;
mod plan;
pub mod registers;
pub mod sections;
pub mod spans;
mod stall;
#[cfg(test)]
mod tests;
pub mod tls;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::context::Context;
use crate::ingest::Ingest;
use crate::plans::Plans;
use crate::regulation::Regulations;
use auth::Tokens;
use host::Hosts;

/// What the rooms behind the edge need.
#[derive(Clone)]
pub struct Edge {
    /// Store, inventory, clock, metrics.
    pub context: Context,
    /// The door for batches.
    pub ingest: Ingest,
    /// Plans by agent.
    pub plans: Plans,
    /// Whose token is whose.
    pub tokens: Arc<Tokens>,
    /// Whether a token may come unencrypted from another machine.
    pub allow_plain_tokens: bool,
    /// The rules by which entries of registers are checked.
    pub rules: Arc<Regulations>,
    /// Room for whole pages.
    pub evidence: evidence::Room,
    /// By which names readers may ask.
    pub hosts: Hosts,
}

/// What agents may ask: batches, evidence, plan, health.
pub fn agents(edge: Edge) -> Router {
    let context = edge.context.clone();
    let handed = registers::router(&edge);
    guarded(authorised(edge).merge(handed).merge(health::router(context)))
}

/// Agents and readers on one listener: the spans, and the `rooms` given (console, metrics), which nobody is asked
/// for a token for but a name of the console ([`host`]).
pub fn router(edge: Edge, rooms: Router) -> Router {
    let context = edge.context.clone();
    let known = axum::middleware::from_fn_with_state(edge.hosts.clone(), host::known);
    let spans = Router::new()
        .route("/api/v1/portals/{id}/spans", get(spans::get))
        .with_state(context.clone());
    let sections = Router::new()
        .route("/api/v1/portals/{id}/sections", get(sections::get))
        .with_state((context.clone(), Arc::clone(&edge.rules)));
    let handed = registers::router(&edge);
    guarded(
        authorised(edge)
            .merge(handed)
            .merge(health::router(context))
            .merge(spans.merge(sections).merge(rooms).layer(known)),
    )
}

fn authorised(edge: Edge) -> Router {
    let only_agents = axum::middleware::from_fn_with_state(edge.clone(), auth::require_agent);
    Router::new()
        .route("/api/v1/batches", post(batches::post))
        .route("/api/v1/evidence/{digest}", post(evidence::post))
        .route("/api/v1/plan", get(plan::get))
        .route_layer(only_agents)
        .with_state(edge)
}

fn guarded(router: Router) -> Router {
    router
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(axum::middleware::from_fn(guard::within_time))
        .layer(axum::middleware::from_fn(guard::headers))
}
