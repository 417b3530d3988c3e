//! The outbox against receivers on loopback that are slow, broken or gone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tokio::task::JoinSet;

use crate::context::Context;
use crate::notify::channel::Channel;
use crate::notify::condition::{Kind, Subject};
use crate::notify::notice::{Notice, Scope, Stage};
use crate::notify::outgoing;
use crate::notify::round::Desk;
use crate::notify::sender::Notifier;
use crate::notify::settings::{ChannelKind, ChannelSettings, NotifySettings, WebhookSettings};
use crate::severity::Severity;
use crate::store::NewLetter;
use crate::testing::{at, context};

/// How often each key arrived.
type Seen = Arc<Mutex<BTreeMap<String, usize>>>;
type Behave = Arc<dyn Fn(usize) -> Response + Send + Sync>;

/// A receiver that keeps keys and answers as told, by the number of the call.
async fn receiver(seen: Seen, behave: Behave) -> (url::Url, JoinSet<()>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let app =
        Router::new()
            .fallback(any(
                |State((seen, behave, calls)): State<(Seen, Behave, Arc<AtomicUsize>)>,
                 headers: HeaderMap| async move {
                    let answer = behave(calls.fetch_add(1, Ordering::Relaxed));
                    if answer.status() == StatusCode::IM_A_TEAPOT {
                        std::future::pending::<()>().await;
                    }
                    if let Some(key) = headers
                        .get("idempotency-key")
                        .filter(|_| answer.status().is_success())
                    {
                        *seen
                            .lock()
                            .unwrap()
                            .entry(key.to_str().unwrap().to_owned())
                            .or_default() += 1;
                    }
                    answer
                },
            ))
            .with_state((seen, behave, calls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, tasks)
}

fn letter(n: usize, route: &str) -> NewLetter {
    let notice = Notice {
        key: format!("k{n}"),
        thread: format!("t{n}"),
        stage: Stage::Opened,
        kind: Kind::Outage,
        scope: Scope::Single,
        severity: Severity::Urgent,
        subjects: vec![Subject {
            id: "p1".into(),
            name: "<b>Cổng</b>\r\nX: y".into(),
        }],
        total: 1,
        remaining: 1,
        cause: None,
        since: at(0),
        until: None,
        seen_from: vec![],
        link: None,
        call: None,
    };
    NewLetter {
        key: notice.key.clone(),
        route: route.into(),
        channel: route.split('>').next().unwrap().into(),
        thread: notice.thread.clone(),
        body: serde_json::to_string(&notice).unwrap(),
        posted_at: at(0),
        not_before: at(0),
    }
}

fn webhook(name: &str, url: &url::Url) -> ChannelSettings {
    ChannelSettings {
        name: name.into(),
        per_minute: 1_000_000,
        kind: ChannelKind::Webhook(WebhookSettings {
            url: url.clone(),
            secret: None,
        }),
    }
}

fn notifier(context: &Context, channels: &[ChannelSettings], patience: Duration) -> Notifier {
    // A new start registers its metrics anew.
    let context = Context {
        docket: crate::judging::Docket::default(),
        registry: prometheus::Registry::new(),
        ..context.clone()
    };
    let http = outgoing::client(Some(patience)).unwrap();
    let open = |settings: &ChannelSettings| Channel::open(settings, http.clone()).unwrap();
    let settings = Arc::new(NotifySettings::default());
    let desk = Arc::new(Desk::new(context.clone(), Arc::clone(&settings)));
    Notifier::new(context, settings, desk, channels.iter().map(open).collect()).unwrap()
}

const PATIENT: Duration = Duration::from_secs(10);

fn here(dir: &Path, now: i64) -> Context {
    context(dir, at(now))
}

/// A later instant over the same store.
fn later(context: &Context, now: i64) -> Context {
    Context {
        clock: Arc::new(ems_contract::clock::FixedClock(at(now))),
        ..context.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_two_hundred_times_it_loses_nothing_and_repeats_only_with_the_same_key() {
    let dir = tempfile::tempdir().unwrap();
    let context = here(dir.path(), 10);
    let seen = Seen::default();
    let (url, _receiver) = receiver(Arc::clone(&seen), Arc::new(|_| StatusCode::OK.into_response())).await;
    context
        .store
        .post(vec![], (0..1_000).map(|n| letter(n, "hook")).collect())
        .unwrap();
    // A fixed sequence of "random" lives: the test is the same at every run, as far as the machine is.
    let mut seed: u64 = 42;
    let mut killed = 0;
    while killed < 200 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let target = seen.lock().unwrap().values().sum::<usize>() + usize::try_from(seed >> 61).unwrap();
        let mut notifier = notifier(&context, &[webhook("hook", &url)], PATIENT);
        let watch = Arc::clone(&seen);
        let enough = async move {
            while watch.lock().unwrap().values().sum::<usize>() < target {
                tokio::task::yield_now().await;
            }
        };
        // Dropped in the middle of whatever it does.
        tokio::select! {
            done = notifier.deliver() => done.unwrap(),
            () = enough => {}
        }
        killed += 1;
    }
    let mut last = notifier(&context, &[webhook("hook", &url)], PATIENT);
    last.deliver().await.unwrap();
    assert!(context.store.waiting_letters(10).unwrap().is_empty());
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1_000);
    assert!((0..1_000).all(|n| seen.contains_key(&format!("k{n}"))));
}

#[tokio::test]
async fn a_receiver_that_fails_gets_it_later_and_not_before_it_asked() {
    let dir = tempfile::tempdir().unwrap();
    let first = here(dir.path(), 0);
    let seen = Seen::default();
    let answers: Behave = Arc::new(|call| match call {
        0 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        1 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "100")]).into_response(),
        2 => (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")]).into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    });
    let (url, _receiver) = receiver(Arc::clone(&seen), answers).await;
    first.store.post(vec![], vec![letter(1, "hook")]).unwrap();
    let mut waited = Vec::new();
    let mut now = 0;
    for _ in 0..4 {
        let context = later(&first, now);
        notifier(&context, &[webhook("hook", &url)], PATIENT)
            .deliver()
            .await
            .unwrap();
        let left = first.store.waiting_letters(1).unwrap();
        let next = left.first().map_or(now, |letter| letter.not_before - at(0));
        waited.push(next - now);
        now = next;
    }
    assert!((1..=2).contains(&waited[0]), "{waited:?}");
    assert!((101..=104).contains(&waited[1]), "{waited:?}");
    assert!((1..=8).contains(&waited[2]), "{waited:?}");
    assert!(first.store.waiting_letters(1).unwrap().is_empty());
    assert_eq!(*seen.lock().unwrap(), BTreeMap::from([("k1".to_owned(), 1)]));
}

#[tokio::test]
async fn a_receiver_that_hangs_keeps_nobody_else_waiting_and_the_next_of_the_route_takes_over() {
    let dir = tempfile::tempdir().unwrap();
    let first = here(dir.path(), 0);
    let (hung, good) = (Seen::default(), Seen::default());
    let hangs: Behave = Arc::new(|_| StatusCode::IM_A_TEAPOT.into_response());
    let (hanging, _a) = receiver(Arc::clone(&hung), hangs).await;
    let (fine, _b) = receiver(Arc::clone(&good), Arc::new(|_| StatusCode::OK.into_response())).await;
    let letters = vec![letter(1, "hook>spare"), letter(2, "spare")];
    first.store.post(vec![], letters).unwrap();
    let channels = [webhook("hook", &hanging), webhook("spare", &fine)];
    for now in [0, 1_000, 2_000, 3_000, 4_000] {
        let context = later(&first, now);
        let patience = Duration::from_millis(100);
        notifier(&context, &channels, patience).deliver().await.unwrap();
        assert!(good.lock().unwrap().contains_key("k2"));
    }
    assert!(first.store.waiting_letters(1).unwrap().is_empty());
    assert!(good.lock().unwrap().contains_key("k1"));
    assert!(hung.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_letter_that_nobody_takes_for_a_day_is_given_up_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let first = here(dir.path(), 0);
    let no: Behave = Arc::new(|_| StatusCode::BAD_REQUEST.into_response());
    let (url, _receiver) = receiver(Seen::default(), no).await;
    first
        .store
        .post(vec![], vec![letter(1, "hook"), letter(2, "gone")])
        .unwrap();
    let channels = [webhook("hook", &url)];
    notifier(&later(&first, 0), &channels, PATIENT)
        .deliver()
        .await
        .unwrap();
    assert_eq!(first.store.waiting_letters(9).unwrap().len(), 1);
    notifier(&later(&first, 90_000), &channels, PATIENT)
        .deliver()
        .await
        .unwrap();
    let lines = first.store.outbox_statistics().unwrap();
    assert!(
        lines.iter().all(|line| (line.waiting, line.given_up) == (0, 1)),
        "{lines:?}"
    );
}
