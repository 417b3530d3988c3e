use ems_contract::plan::Plan;

use super::asking::*;
use crate::http::spans::SpanReport;
use crate::ledger::{Span, State, Track};
use crate::store::SpanUpdate;
use crate::testing::*;

#[tokio::test]
async fn the_plan_comes_once_and_then_only_when_it_changed() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(0)).await;
    let auth = format!("Authorization: Bearer {TOKEN}\r\n");
    let first = running.ask("GET", "/api/v1/plan", &auth, b"").await;
    assert_eq!(first.status, 200);
    let plan: Plan = serde_json::from_slice(&first.body).unwrap();
    assert_eq!((plan.agent.as_str(), plan.portals.len()), ("a", 2));
    let etag = first.header("etag").unwrap().to_owned();
    assert_eq!(etag, format!("\"{}\"", plan.version()));
    let conditional = format!("{auth}If-None-Match: {etag}\r\n");
    let second = running.ask("GET", "/api/v1/plan", &conditional, b"").await;
    assert_eq!((second.status, second.body.len()), (304, 0));
    running.context.inventory.replace(inventory(&["p1"]), at(1));
    let third = running.ask("GET", "/api/v1/plan", &conditional, b"").await;
    assert_eq!(third.status, 200);
    assert_ne!(third.header("etag"), Some(etag.as_str()));
    let stranger = running
        .ask("GET", "/api/v1/plan", "Authorization: Bearer token-of-b\r\n", b"")
        .await;
    assert_eq!((stranger.status, stranger.code().as_str()), (404, "no_plan"));
    let nobody = running.ask("GET", "/api/v1/plan", "", b"").await;
    assert_eq!(nobody.status, 401);
    running.stop().await;
}

#[tokio::test]
async fn a_page_elsewhere_cannot_read_through_its_own_name() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(1_000)).await;
    let path = "/api/v1/portals/p1/spans";
    let by = async |host: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        running.raw(&request).await
    };
    assert_eq!(by("127.0.0.1:8080").await.status, 200);
    assert_eq!(by("localhost").await.status, 200);
    let stranger = by("rebound.example:8080").await;
    assert_eq!((stranger.status, stranger.code().as_str()), (421, "unknown_host"));
    assert!(String::from_utf8_lossy(&stranger.body).contains("console_hosts"));
    running.stop().await;
}

#[tokio::test]
async fn spans_are_clipped_to_the_window_and_wrong_questions_are_explained() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(1_000)).await;
    let span = |from, to, state| Span {
        from: at(from),
        to: at(to),
        state,
        cause: None,
        agents: vec![],
    };
    running
        .context
        .store
        .write_spans(SpanUpdate {
            portal: portal("p1"),
            from: at(0),
            spans: vec![
                (Track::V4, span(0, 600, State::Up)),
                (Track::V4, span(600, 900, State::Unknown)),
            ],
            checkpoints: vec![],
            forget: vec![],
            generation: 0,
        })
        .unwrap();
    let path = format!(
        "/api/v1/portals/p1/spans?from={}&to={}&track=v4",
        at(300),
        at(700)
    );
    let answer = running.ask("GET", &path, "", b"").await;
    let report: SpanReport = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((report.from, report.to), (at(300), at(700)));
    assert_eq!(
        report.tracks[&Track::V4],
        [span(300, 600, State::Up), span(600, 700, State::Unknown)]
    );
    assert_eq!(report.tracks.len(), 1);
    let all = running.ask("GET", "/api/v1/portals/p1/spans", "", b"").await;
    let report: SpanReport = serde_json::from_slice(&all.body).unwrap();
    assert_eq!(
        (report.from, report.to, report.tracks.len()),
        (at(1_000) - 86_400, at(1_000), 3)
    );
    for (query, status, code) in [
        ("p1/spans?from=yesterday", 400, "bad_parameter"),
        ("p1/spans?track=v5", 400, "bad_parameter"),
        (
            "p1/spans?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
            400,
            "bad_parameter",
        ),
        ("p1/spans?from=2000-01-02T00:00:00Z", 400, "bad_parameter"),
        ("P%201/spans", 400, "bad_parameter"),
        ("p9/spans", 404, "unknown_portal"),
    ] {
        let answer = running
            .ask("GET", &format!("/api/v1/portals/{query}"), "", b"")
            .await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{query}");
    }
    running.stop().await;
}

#[tokio::test]
async fn health_is_told_and_every_answer_carries_the_guarding_headers() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(0)).await;
    for path in ["/healthz", "/readyz"] {
        let answer = running.ask("GET", path, "", b"").await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"ok\n"[..]));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .contains("default-src 'none'")
        );
    }
    running.stop().await;
}
