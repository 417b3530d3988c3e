//! The small HTTP server.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ems_contract::clock::SharedClock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Health, Metrics};
use crate::ship;

/// What the pages show.
#[derive(Clone)]
pub struct Admin {
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// Signs of life.
    pub health: Arc<Health>,
    /// Whether anything was acknowledged yet.
    pub ship: Arc<ship::Status>,
    /// Monotonic time.
    pub clock: SharedClock,
}

/// Serves until cancelled.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(listener: TcpListener, admin: Admin, cancel: CancellationToken) -> std::io::Result<()> {
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .with_state(admin);
    axum::serve(listener, router)
        .with_graceful_shutdown(cancel.cancelled_owned())
        .await
}

async fn metrics(State(admin): State<Admin>) -> Response {
    // Thousands of portals take a while to print: not on a thread that runs probes.
    let text = tokio::task::spawn_blocking(move || admin.metrics.text()).await;
    match text {
        Ok(Ok(text)) => ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Ok(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn healthz(State(admin): State<Admin>) -> Response {
    if admin.health.is_alive(admin.clock.monotonic()) {
        (StatusCode::OK, "ok\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the runner hangs\n").into_response()
    }
}

async fn readyz(State(admin): State<Admin>) -> Response {
    let mut lacking = Vec::new();
    if !admin.health.has_plan() {
        lacking.push("no plan from the collector yet");
    }
    if admin.ship.stopped.load(Ordering::Relaxed) {
        lacking.push("the collector does not let this agent in: check token and address");
    } else if admin.ship.acked_batches.load(Ordering::Relaxed) == 0 {
        lacking.push("nothing acknowledged by the collector yet");
    }
    if lacking.is_empty() && admin.health.can_prove() {
        (StatusCode::OK, "ready\n").into_response()
    } else if lacking.is_empty() {
        let text = "ready, but the plan lacks references: failures cannot be told from blindness and count as unknown\n";
        (StatusCode::OK, text).into_response()
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{}\n", lacking.join("\n")),
        )
            .into_response()
    }
}
