//! `GET /api/v1/plan`: what the asking agent has to do.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Edge;
use super::auth::Sender;
use super::error::ApiError;

pub(super) async fn get(
    State(edge): State<Edge>,
    Extension(Sender(agent)): Extension<Sender>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Some(plan) = edge.plans.of(&agent) else {
        let message = format!("agent `{agent}` is not in the inventory in force");
        return Err(ApiError::new(StatusCode::NOT_FOUND, "no_plan", message)
            .hint("add it under `agents:` in targets.yaml; the records it sends are kept meanwhile"));
    };
    let etag = format!("\"{}\"", plan.version);
    let fresh = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .any(|value| names(value.as_bytes(), &etag))
    {
        return Ok((StatusCode::NOT_MODIFIED, fresh).into_response());
    }
    let json = Body::from(plan.json.to_vec());
    Ok((fresh, [(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// Whether an `If-None-Match` header names this tag (RFC 9110, 13.1.2: weak comparison).
fn names(header: &[u8], etag: &str) -> bool {
    let Ok(header) = std::str::from_utf8(header) else {
        return false;
    };
    header
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn tags_are_compared_weakly_and_in_lists() {
        assert!(names(b"\"x\"", "\"x\""));
        assert!(names(b"W/\"x\"", "\"x\""));
        assert!(names(b"\"a\", \"x\"", "\"x\""));
        assert!(names(b"*", "\"x\""));
        assert!(!names(b"\"xx\"", "\"x\""));
        assert!(!names(b"\xff", "\"x\""));
    }
}
