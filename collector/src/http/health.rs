//! `/healthz`: the process answers. `/readyz`: the store answers too.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use super::error::ApiError;
use crate::context::Context;

/// A store that does not answer a small question within this time is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn router(context: Context) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(context)
}

async fn ready(State(context): State<Context>) -> Result<&'static str, ApiError> {
    let store = context.store;
    let asked = tokio::task::spawn_blocking(move || store.agents().map(drop));
    let unready = |message: &str| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", message);
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(answer)) => Ok(answer.map(|()| "ok\n")?),
        Ok(Err(_panicked)) => Err(unready("asking the store failed")),
        Err(_late) => Err(unready("the store does not answer")),
    }
}
