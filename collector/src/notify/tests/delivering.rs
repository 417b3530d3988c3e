//! The outbox against receivers on loopback that are slow, broken or gone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use ems_contract::clock::Clock;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::notify::channel::Channel;
use crate::notify::condition::{Kind, Subject};
use crate::notify::notice::{Notice, Scope, Stage};
use crate::notify::round::Desk;
use crate::notify::sender::Notifier;
use crate::notify::settings::{
    ChannelKind, ChannelSettings, NotifySettings, Reach, SmsSettings, WebhookSettings, ZaloSettings,
};
use crate::severity::Severity;
use crate::store::{NewLetter, Settled};
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
        reach: Reach::default(),
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
    let open = |settings: &ChannelSettings| Channel::open(settings, Some(patience)).unwrap();
    let settings = Arc::new(NotifySettings::default());
    let desk = Arc::new(Desk::new(context.clone(), Arc::clone(&settings)));
    Notifier::new(context, settings, desk, channels.iter().map(open).collect()).unwrap()
}

const PATIENT: Duration = Duration::from_secs(10);

/// One round of delivering, to its end.
async fn deliver(notifier: &mut Notifier) {
    notifier.deliver().await.unwrap();
    notifier.settle().await.unwrap();
}

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
            () = deliver(&mut notifier) => {}
            () = enough => {}
        }
        killed += 1;
    }
    let mut last = notifier(&context, &[webhook("hook", &url)], PATIENT);
    deliver(&mut last).await;
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
        deliver(&mut notifier(&context, &[webhook("hook", &url)], PATIENT)).await;
        let left = first.store.waiting_letters(1).unwrap();
        let next = left.first().map_or(now, |letter| letter.not_before - at(0));
        waited.push(next - now);
        now = next;
    }
    assert!((1..=2).contains(&waited[0]), "{waited:?}");
    assert!((101..=104).contains(&waited[1]), "{waited:?}");
    // Who refuses is not asked again soon.
    assert!((601..=1_200).contains(&waited[2]), "{waited:?}");
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
        deliver(&mut notifier(&context, &channels, patience)).await;
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
    deliver(&mut notifier(&later(&first, 0), &channels, PATIENT)).await;
    assert_eq!(first.store.waiting_letters(9).unwrap().len(), 1);
    deliver(&mut notifier(&later(&first, 90_000), &channels, PATIENT)).await;
    let lines = first.store.outbox_statistics().unwrap();
    assert!(
        lines.iter().all(|line| (line.waiting, line.given_up) == (0, 1)),
        "{lines:?}"
    );
}

/// A clock that stands until it is moved.
#[derive(Default)]
struct Moved(AtomicI64);

impl Clock for Moved {
    fn timestamp(&self) -> jiff::Timestamp {
        at(self.0.load(Ordering::Relaxed)).timestamp()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed).unsigned_abs())
    }
}

async fn until(met: impl Fn() -> bool) {
    let wait = async {
        while !met() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap();
}

fn waiting(context: &Context) -> Vec<(String, String)> {
    let letters = context.store.waiting_letters(9).unwrap();
    let line = |letter: crate::store::Letter| (letter.letter.key, letter.letter.channel);
    letters.into_iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alarm_does_not_wait_for_a_channel_that_hangs_on_an_earlier_one() {
    let dir = tempfile::tempdir().unwrap();
    let context = here(dir.path(), 0);
    let (asked, good) = (Arc::new(AtomicUsize::new(0)), Seen::default());
    let count = Arc::clone(&asked);
    let hangs: Behave = Arc::new(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        StatusCode::IM_A_TEAPOT.into_response()
    });
    let (hanging, _a) = receiver(Seen::default(), hangs).await;
    let (fine, _b) = receiver(Arc::clone(&good), Arc::new(|_| StatusCode::OK.into_response())).await;
    let channels = [webhook("hook", &hanging), webhook("spare", &fine)];
    let mut notifier = notifier(&context, &channels, Duration::from_secs(3_600));
    let there = |key: &str| good.lock().unwrap().contains_key(key);
    for (first, second) in [(1, 2), (3, 4), (5, 6)] {
        let letters = vec![letter(first, "hook"), letter(second, "spare")];
        context.store.post(vec![], letters).unwrap();
        let round = tokio::time::timeout(Duration::from_secs(30), notifier.round()).await;
        round.expect("a round waits for the channel that hangs").unwrap();
        // A channel with a delivery in hand is given its next one after that.
        tokio::time::timeout(Duration::from_secs(30), async {
            while !there(&format!("k{second}")) {
                notifier.round().await.unwrap();
            }
        })
        .await
        .unwrap();
    }
    until(|| asked.load(Ordering::Relaxed) > 0).await;
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let hung = || {
        let mut left = waiting(&context);
        left.retain(|(_, channel)| channel == "hook");
        left
    };
    let hook = |n: usize| (format!("k{n}"), "hook".to_owned());
    assert_eq!(hung(), [hook(1), hook(3), hook(5)]);
    // The end does not wait for it either.
    let stop = CancellationToken::new();
    let mut running = JoinSet::new();
    running.spawn(notifier.run(stop.clone()));
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(30), running.join_next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(hung().len(), 3);
}

#[tokio::test]
async fn a_channel_that_asks_for_a_pause_is_left_alone_and_the_next_of_the_route_takes_over_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(Moved::default());
    let context = Context {
        clock: clock.clone(),
        ..here(dir.path(), 0)
    };
    let (asked, good) = (Arc::new(AtomicUsize::new(0)), Seen::default());
    let (count, rested) = (Arc::clone(&asked), Seen::default());
    let rests: Behave = Arc::new(move |call| {
        count.fetch_add(1, Ordering::Relaxed);
        let date = (at(0) + 300).timestamp();
        let date = jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&date)
            .unwrap();
        match call {
            0 => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", date)]).into_response(),
            _ => StatusCode::OK.into_response(),
        }
    });
    let (resting, _a) = receiver(Arc::clone(&rested), rests).await;
    let (fine, _b) = receiver(Arc::clone(&good), Arc::new(|_| StatusCode::OK.into_response())).await;
    let channels = [webhook("hook", &resting), webhook("spare", &fine)];
    let letters = vec![
        letter(1, "hook>spare"),
        letter(2, "hook>spare"),
        letter(3, "hook"),
    ];
    context.store.post(vec![], letters).unwrap();
    let mut notifier = notifier(&context, &channels, PATIENT);
    let there = |key: &str| good.lock().unwrap().contains_key(key);
    for now in (0..200).step_by(2) {
        clock.0.store(now, Ordering::Relaxed);
        deliver(&mut notifier).await;
        if now >= 10 {
            assert!(there("k1") && there("k2"), "{now}: {:?}", waiting(&context));
        }
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(waiting(&context), [("k3".to_owned(), "hook".to_owned())]);
    clock.0.store(301, Ordering::Relaxed);
    deliver(&mut notifier).await;
    assert!(waiting(&context).is_empty());
    assert!(rested.lock().unwrap().contains_key("k3"));
}

/// The clock of a runtime whose time stands still until everybody waits.
struct Paused(tokio::time::Instant);

impl Paused {
    fn new() -> Arc<Self> {
        Arc::new(Self(tokio::time::Instant::now()))
    }
}

impl Clock for Paused {
    fn timestamp(&self) -> jiff::Timestamp {
        at(i64::try_from(self.monotonic().as_secs()).unwrap()).timestamp()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A gateway that takes what it is sent and never answers.
fn gateway(name: &str, url: &url::Url, phones: usize) -> ChannelSettings {
    ChannelSettings {
        name: name.into(),
        per_minute: 20,
        reach: Reach::default(),
        kind: ChannelKind::Sms(SmsSettings {
            url: url.clone(),
            template: r#"{"phone":"{phone}","text":"{text}"}"#.into(),
            phones: (1..=phones).map(|n| format!("8490000000{n}")).collect(),
            success: None,
            secret: None,
        }),
    }
}

/// What is left of the 45 s in which an outage of a critical portal is told: `keeper::latency` posts its notice within 34 s.
const LEFT_S: u64 = 11;

/// Rounds as the notifier makes them, until `met`; how long that took.
async fn rounds_until(notifier: &mut Notifier, clock: &Paused, met: impl Fn() -> bool) -> Duration {
    let began = clock.monotonic();
    while !met() {
        notifier.deliver().await.unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(
            clock.monotonic() - began < Duration::from_secs(600),
            "nobody is told"
        );
    }
    clock.monotonic() - began
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_told_in_time_when_all_recipients_of_the_first_channel_hang() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Paused::new();
    let context = Context {
        clock: clock.clone(),
        ..here(dir.path(), 0)
    };
    let good = Seen::default();
    let hangs: Behave = Arc::new(|_| StatusCode::IM_A_TEAPOT.into_response());
    let (hanging, _a) = receiver(Seen::default(), hangs).await;
    let (fine, _b) = receiver(Arc::clone(&good), Arc::new(|_| StatusCode::OK.into_response())).await;
    let channels = [gateway("sms", &hanging, 3), webhook("spare", &fine)];
    let mut notifier = notifier(&context, &channels, Duration::from_secs(15));
    let told = |n: usize| good.lock().unwrap().contains_key(&format!("k{n}"));
    let posted = |n: usize, severity: Severity, now: u64| {
        let mut letter = letter(n, "sms>spare");
        let mut notice: Notice = serde_json::from_str(&letter.body).unwrap();
        notice.severity = severity;
        letter.body = serde_json::to_string(&notice).unwrap();
        letter.posted_at = at(i64::try_from(now).unwrap());
        letter.not_before = letter.posted_at;
        context.store.post(vec![], vec![letter]).unwrap();
    };
    posted(1, Severity::Urgent, 0);
    posted(2, Severity::Urgent, 0);
    let took = rounds_until(&mut notifier, &clock, || told(1) && told(2)).await;
    assert!(took <= Duration::from_secs(LEFT_S), "{took:?}");
    // Long after, when the channel is not known to hang any more.
    tokio::time::sleep(Duration::from_secs(300)).await;
    // What is not urgent is not told twice for a hiccup: the channel gets its four tries, and keeps nobody urgent waiting.
    let now = clock.monotonic().as_secs();
    posted(3, Severity::High, now);
    notifier.deliver().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    posted(4, Severity::Urgent, now + 2);
    let took = rounds_until(&mut notifier, &clock, || told(4)).await;
    assert!(took <= Duration::from_secs(LEFT_S), "{took:?}");
    assert!(!told(3));
    rounds_until(&mut notifier, &clock, || told(3)).await;
    assert!(good.lock().unwrap().values().all(|times| *times == 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_urgent_takes_the_earlier_letters_of_its_thread_along_and_overtakes_none() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Paused::new();
    let context = Context {
        clock: clock.clone(),
        ..here(dir.path(), 0)
    };
    let order = Arc::new(Mutex::new(Vec::new()));
    let broken: Behave = Arc::new(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    let (failing, _a) = receiver(Seen::default(), broken).await;
    let told = Arc::clone(&order);
    let app = Router::new().fallback(any(move |headers: HeaderMap| {
        let key = headers["idempotency-key"].to_str().unwrap().to_owned();
        told.lock().unwrap().push(key);
        async {}
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let fine: url::Url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
    let channels = [gateway("sms", &failing, 1), webhook("spare", &fine)];
    let mut notifier = notifier(&context, &channels, Duration::from_secs(15));
    let of_thread = |n: usize, severity: Severity| {
        let mut letter = letter(n, "sms>spare");
        let mut notice: Notice = serde_json::from_str(&letter.body).unwrap();
        notice.severity = severity;
        notice.thread = "t".into();
        letter.thread.clone_from(&notice.thread);
        letter.body = serde_json::to_string(&notice).unwrap();
        letter
    };
    // The first was tried three times: it would wait for a minute yet.
    let first = of_thread(1, Severity::High);
    context.store.post(vec![], vec![first]).unwrap();
    let id = context.store.waiting_letters(1).unwrap()[0].id;
    let again = Settled::Again {
        channel: "sms".into(),
        not_before: at(60),
        attempts: 3,
        error: String::new(),
    };
    context.store.settle_letters(vec![(id, again)], at(0)).unwrap();
    let urgent = of_thread(2, Severity::Urgent);
    context.store.post(vec![], vec![urgent]).unwrap();
    let took = rounds_until(&mut notifier, &clock, || order.lock().unwrap().len() == 2).await;
    assert!(took <= Duration::from_secs(LEFT_S + 2), "{took:?}");
    assert_eq!(*order.lock().unwrap(), ["k1", "k2"]);
}

#[tokio::test]
async fn a_channel_that_is_dead_hides_nobody_elses_letters() {
    let dir = tempfile::tempdir().unwrap();
    let context = here(dir.path(), 0);
    let good = Seen::default();
    let dead: Behave = Arc::new(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    let (failing, _a) = receiver(Seen::default(), dead).await;
    let (fine, _b) = receiver(Arc::clone(&good), Arc::new(|_| StatusCode::OK.into_response())).await;
    let mut letters: Vec<NewLetter> = (0..2_500).map(|n| letter(n, "dead")).collect();
    letters.push(letter(2_500, "spare"));
    context.store.post(vec![], letters).unwrap();
    let channels = [webhook("dead", &failing), webhook("spare", &fine)];
    deliver(&mut notifier(&context, &channels, PATIENT)).await;
    assert!(good.lock().unwrap().contains_key("k2500"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_waits_for_a_renewal_that_was_begun() {
    let dir = tempfile::tempdir().unwrap();
    let context = here(dir.path(), 0);
    let state_file = dir.path().join("zalo.json");
    std::fs::write(&state_file, r#"{"access_token":"old","refresh_token":"r1"}"#).unwrap();
    let secret = dir.path().join("secret");
    std::fs::write(&secret, "hush").unwrap();
    let (asked, go) = (
        Arc::new(tokio::sync::Notify::new()),
        Arc::new(tokio::sync::Notify::new()),
    );
    let (has_asked, may_go) = (Arc::clone(&asked), Arc::clone(&go));
    let app = Router::new()
        .route("/template", any(|| async { r#"{"error":-124}"# }))
        .route(
            "/oauth",
            any(move || async move {
                has_asked.notify_one();
                may_go.notified().await;
                r#"{"access_token":"new","refresh_token":"r2"}"#
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: url::Url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
    let channel = ChannelSettings {
        name: "zalo".into(),
        per_minute: 20,
        reach: Reach::default(),
        kind: ChannelKind::Zalo(ZaloSettings {
            oauth_url: url.join("oauth").unwrap(),
            url: url.join("template").unwrap(),
            app: "app".into(),
            secret: crate::notify::secret::SecretSource::File(secret),
            state_file: state_file.clone(),
            template: "1".into(),
            phones: vec!["84900000001".into()],
        }),
    };
    context.store.post(vec![], vec![letter(1, "zalo")]).unwrap();
    let stop = CancellationToken::new();
    let mut running = JoinSet::new();
    running.spawn(notifier(&context, &[channel], PATIENT).run(stop.clone()));
    tokio::time::timeout(Duration::from_secs(30), asked.notified())
        .await
        .unwrap();
    stop.cancel();
    go.notify_one();
    tokio::time::timeout(Duration::from_secs(30), running.join_next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let kept = std::fs::read_to_string(&state_file).unwrap();
    assert!(kept.contains("r2"), "{kept}");
}

#[tokio::test]
async fn a_recipient_who_refuses_what_others_take_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let context = here(dir.path(), 0);
    let choosy: Behave = Arc::new(|call| match call {
        0 => StatusCode::NOT_FOUND.into_response(),
        _ => StatusCode::OK.into_response(),
    });
    let (url, _tasks) = receiver(Seen::default(), choosy).await;
    context.store.post(vec![], vec![letter(1, "sms")]).unwrap();
    let mut notifier = notifier(&context, &[gateway("sms", &url, 3)], PATIENT);
    let counted = |notifier: &Notifier| {
        let of = |family: &prometheus::proto::MetricFamily| {
            (family.name() == "ems_notify_recipients_refused_total")
                .then(|| family.get_metric()[0].get_counter().get_value())
        };
        notifier.registry().gather().iter().find_map(of)
    };
    assert_eq!(counted(&notifier), Some(0.0), "there before the first refusal");
    deliver(&mut notifier).await;
    assert_eq!(counted(&notifier), Some(1.0));
    assert!(waiting(&context).is_empty(), "others have it");
}
