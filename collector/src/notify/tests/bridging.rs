//! Alerts of an Alertmanager on their way in, and the heartbeat.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use ems_contract::digest::Sha256;
use hyper_util::service::TowerToHyperService;
use tokio_util::sync::CancellationToken;

use crate::account::{ApiToken, Author, Scope};
use crate::context::Context;
use crate::notify::bridge;
use crate::notify::heartbeat;
use crate::notify::round::Desk;
use crate::notify::settings::{HeartbeatSettings, NotifySettings, Reach, RouteSettings};
use crate::severity::Severity;
use crate::testing::{at, context};

const FIRING: &str = r#"{"version":"4","status":"firing","alerts":[{"status":"firing",
    "labels":{"alertname":"Disk","severity":"warning"},"annotations":{"summary":"Đĩa <b>đầy</b>\u0000"},
    "startsAt":"2026-11-18T07:00:00.123Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"javascript:x",
    "fingerprint":"abc"}]}"#;

fn desk(context: &Context) -> Arc<Desk> {
    let settings = NotifySettings {
        routes: vec![RouteSettings {
            channels: vec!["mail".into()],
            at_least: Severity::Low,
        }],
        ..NotifySettings::default()
    };
    Arc::new(Desk::new(context.clone(), Arc::new(settings)))
}

async fn call(desk: &Arc<Desk>, token: &str, body: &str) -> StatusCode {
    let router = bridge::router(Arc::clone(desk), vec![Sha256::of(b"good")]);
    let request = Request::post("/api/v1/alertmanager")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(body.to_owned()))
        .unwrap();
    let service = TowerToHyperService::new(router);
    hyper::service::Service::call(&service, request)
        .await
        .unwrap()
        .status()
}

/// As Alertmanager hands on an alert of our own rules.
#[test]
fn what_our_own_rules_say_is_understood() {
    let alert = |severity: &str, since: &str| {
        format!(
            r#"{{"version":"4","alerts":[{{"status":"firing","labels":{{"alertname":"PortalDown","severity":"{severity}",
            "portal":"so-a","cause":"tcp_refused"}},"annotations":{{"summary":"Cổng so-a đang gián đoạn (tcp_refused)",
            "since":"{since}","seen_from":"viettel, vnpt","dashboard":"https://bieu-do.example/d/ems-cong?var-portal=so-a"}},
            "startsAt":"2026-11-18T07:02:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus:9090/graph",
            "fingerprint":"abc"}}]}}"#
        )
    };
    let told = |severity: &str, since: &str| {
        let mut found = bridge::conditions(alert(severity, since).as_bytes()).unwrap();
        assert_eq!(found.len(), 1);
        found.remove(0)
    };
    for (word, severity) in [
        ("khan", Severity::Urgent),
        ("cao", Severity::High),
        ("thap", Severity::Low),
        ("critical", Severity::Urgent),
        ("warning", Severity::High),
        ("info", Severity::Low),
    ] {
        assert_eq!(told(word, "").severity, severity, "{word}");
    }
    let condition = told("khan", "14:00:30 18/11/2026");
    let starts: jiff::Timestamp = "2026-11-18T07:02:00Z".parse().unwrap();
    assert_eq!(condition.since.secs(), starts.as_second() - 90);
    assert!(
        condition.key.ends_with(&starts.as_second().to_string()),
        "{}",
        condition.key
    );
    assert_eq!(condition.cause.as_deref(), Some("cause.tcp_refused"));
    assert_eq!(condition.seen_from, ["viettel, vnpt"]);
    assert_eq!(
        condition.link.as_deref(),
        Some("https://bieu-do.example/d/ems-cong?var-portal=so-a")
    );
    // What our own notifier gave to an Alertmanager does not come back as news.
    let own = alert("khan", "")
        .replace("PortalDown", "EmsOutage")
        .replace("\"portal\"", "\"thread\"");
    assert_eq!(bridge::conditions(own.as_bytes()).unwrap(), []);
    // Nonsense, and what would lie after the alert itself, is left aside.
    for since in ["", "gần đây", "14:00:30 31/02/2026", "14:02:01 18/11/2026"] {
        assert_eq!(told("khan", since).since.secs(), starts.as_second(), "{since}");
    }
}

#[tokio::test]
async fn alerts_go_through_the_same_outbox_and_end_there() {
    let dir = tempfile::tempdir().unwrap();
    let first = context(dir.path(), at(0));
    let desk_at = |now: i64| {
        let clock = Arc::new(ems_contract::clock::FixedClock(at(now)));
        desk(&Context {
            clock,
            ..first.clone()
        })
    };
    assert_eq!(call(&desk_at(0), "bad", FIRING).await, StatusCode::UNAUTHORIZED);
    // Tokens of the store are good for it with their scope only.
    for (name, scope) in [("hook", Scope::Webhook), ("beat", Scope::Heartbeat)] {
        let token = ApiToken {
            name: name.into(),
            digest: Sha256::of(name.as_bytes()),
            scopes: vec![scope],
            portals: vec![],
            made_by: "test".into(),
            made_at: at(0),
            expires_at: None,
            revoked_at: None,
        };
        let note = Author::of_machine("test").note(at(0), "token.add", name, "");
        assert!(first.store.add_api_token(token, note).unwrap());
    }
    assert_eq!(call(&desk_at(0), "beat", FIRING).await, StatusCode::UNAUTHORIZED);
    assert_eq!(call(&desk_at(0), "hook", "{").await, StatusCode::BAD_REQUEST);
    assert_eq!(call(&desk_at(0), "good", "{").await, StatusCode::BAD_REQUEST);
    for now in [0, 5] {
        assert_eq!(call(&desk_at(now), "good", FIRING).await, StatusCode::NO_CONTENT);
        desk_at(now).round().unwrap();
    }
    assert!(first.store.waiting_letters(9).unwrap().is_empty());
    assert_eq!(desk_at(60).round().unwrap(), 1);
    assert_eq!(desk_at(62).round().unwrap(), 0);
    let resolved = FIRING.replace("\"firing\"", "\"resolved\"");
    assert_eq!(
        call(&desk_at(70), "good", &resolved).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(desk_at(70).round().unwrap(), 1);
    let letters = first.store.waiting_letters(9).unwrap();
    assert!(letters[0].letter.body.contains("Đĩa <b>đầy</b>\""));
    assert!(!letters[0].letter.body.contains("javascript"));
    assert!(letters[1].letter.body.contains("recovered"));
}

#[tokio::test]
async fn the_heartbeat_is_heard_outside_until_the_collector_is_killed() {
    let (beat, mut beats) = tokio::sync::mpsc::channel::<()>(8);
    let app = axum::Router::new().fallback(axum::routing::any(move || {
        let beat = beat.clone();
        async move { beat.send(()).await.unwrap() }
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ping", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let mut outside = tokio::task::JoinSet::new();
    outside.spawn(async move { axum::serve(listener, app).await.unwrap() });
    let dir = tempfile::tempdir().unwrap();
    let settings = HeartbeatSettings {
        url,
        every_s: 1,
        reach: Reach::default(),
    };
    let http = crate::notify::outgoing::client(&settings.reach, None).unwrap();
    let mut collector = tokio::task::JoinSet::new();
    let beating = heartbeat::run(
        settings,
        context(dir.path(), at(0)),
        http,
        CancellationToken::new(),
    );
    collector.spawn(beating);
    beats.recv().await.unwrap();
    beats.recv().await.unwrap();
    collector.shutdown().await;
    while beats.try_recv().is_ok() {}
    let silence = tokio::time::timeout(std::time::Duration::from_millis(1_500), beats.recv()).await;
    assert!(silence.is_err());
}
