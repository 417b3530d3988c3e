//! Each channel against a receiver of its own kind on loopback.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::any;
use ems_contract::text::Lang;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::task::JoinSet;

use crate::notify::channel::{Channel, Dispatch};
use crate::notify::condition::{Kind, Subject};
use crate::notify::escalate::Step;
use crate::notify::message::message;
use crate::notify::notice::{Notice, Scope, Stage};
use crate::notify::outgoing::Failure;
use crate::notify::secret::SecretSource;
use crate::notify::settings::{
    AlertmanagerSettings, ChannelKind, ChannelSettings, EmailSettings, MailTls, ProxySettings, Reach,
    SmsSettings, TelegramSettings, WebhookSettings, ZaloSettings,
};
use crate::severity::Severity;
use crate::testing::at;

#[derive(Clone)]
struct Call {
    /// The host in the request's line, as proxies are asked.
    host: Option<String>,
    path: String,
    headers: HashMap<String, String>,
    body: String,
}

type Calls = Arc<Mutex<Vec<Call>>>;
type Answer = Arc<dyn Fn(&Call) -> String + Send + Sync>;

/// An answer that stands for a receiver without time.
const BUSY: &str = "503";

async fn receiver(answer: Answer) -> (url::Url, Calls, JoinSet<()>) {
    let calls = Calls::default();
    let app =
        Router::new()
            .fallback(any(
                |State((calls, answer)): State<(Calls, Answer)>,
                 uri: Uri,
                 headers: HeaderMap,
                 body: Bytes| async move {
                    let headers = headers
                        .iter()
                        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
                    let call = Call {
                        host: uri.authority().map(|host| host.to_string()),
                        path: uri.path().to_owned(),
                        headers: headers.collect(),
                        body: String::from_utf8(body.to_vec()).unwrap(),
                    };
                    calls.lock().unwrap().push(call.clone());
                    let answer = answer(&call);
                    let status = if answer == BUSY {
                        StatusCode::SERVICE_UNAVAILABLE
                    } else {
                        StatusCode::OK
                    };
                    (status, answer)
                },
            ))
            .with_state((Arc::clone(&calls), answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, calls, tasks)
}

fn dispatch(stage: Stage) -> Dispatch {
    let notice = Notice {
        key: format!("one/incident/1/{}", u8::from(stage != Stage::Opened)),
        thread: "one/incident/1".into(),
        stage,
        kind: Kind::Outage,
        scope: Scope::Single,
        severity: Severity::Urgent,
        subjects: vec![Subject {
            id: "p1".into(),
            name: "<b>Cổng \"Đà Nẵng\"</b>\r\nBcc: x@y.vn\u{202e}".into(),
        }],
        total: 1,
        remaining: 1,
        cause: Some("cause.tcp_timeout".into()),
        since: at(0),
        until: (stage == Stage::Recovered).then(|| at(600)),
        seen_from: vec!["vnpt".into()],
        link: None,
        call: None,
    };
    let console = "https://ems.example.gov.vn/".parse().unwrap();
    Dispatch {
        key: notice.key.clone(),
        message: message(&notice, Some(&console), Lang::Vi),
        now: at(60),
        notices: vec![notice],
        to: None,
        within: Duration::from_secs(60),
    }
}

fn open(kind: ChannelKind) -> Channel {
    let settings = ChannelSettings {
        name: "c".into(),
        per_minute: 10,
        reach: Reach::default(),
        kind,
    };
    Channel::open(&settings, None).unwrap()
}

fn secret(dir: &tempfile::TempDir) -> SecretSource {
    let path = dir.path().join("secret");
    std::fs::write(&path, "hush-hush\n").unwrap();
    SecretSource::File(path)
}

#[test]
fn a_message_says_what_why_since_when_from_where_and_where_to_look() {
    insta::assert_snapshot!(dispatch(Stage::Opened).message.text(), @r#"
    KHẨN: <b>Cổng "Đà Nẵng"</b> Bcc: x@y.vn gián đoạn
    Nguyên nhân: Máy chủ không trả lời kết nối
    Từ: 18/11/2026 18:10:00
    Thấy từ: vnpt
    Xem: https://ems.example.gov.vn/portals/p1
    "#);
}

#[tokio::test]
async fn a_webhook_is_signed_and_carries_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let (url, calls, _tasks) = receiver(Arc::new(|_| String::new())).await;
    let secret = Some(secret(&dir));
    let channel = open(ChannelKind::Webhook(WebhookSettings { url, secret }));
    channel.send(&dispatch(Stage::Opened)).await.unwrap();
    let call = calls.lock().unwrap()[0].clone();
    assert_eq!(call.headers["idempotency-key"], "one/incident/1/0");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"hush-hush");
    let tag = ring::hmac::sign(&key, call.body.as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(call.headers["x-ems-signature"], format!("sha256={hex}"));
    let body: serde_json::Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(body["notices"][0]["thread"], "one/incident/1");
}

#[tokio::test]
async fn telegram_gets_no_markup_and_its_token_stays_out_of_errors() {
    let dir = tempfile::tempdir().unwrap();
    let (url, calls, tasks) = receiver(Arc::new(|_| String::new())).await;
    let channel = open(ChannelKind::Telegram(TelegramSettings {
        url,
        token: secret(&dir),
        chat: "-100".into(),
    }));
    channel.send(&dispatch(Stage::Opened)).await.unwrap();
    let call = calls.lock().unwrap()[0].clone();
    assert_eq!(call.path, "/bothush-hush/sendMessage");
    let body: serde_json::Value = serde_json::from_str(&call.body).unwrap();
    assert!(body.get("parse_mode").is_none());
    drop(tasks);
    loop {
        if let Err(failure) = channel.send(&dispatch(Stage::Opened)).await {
            assert!(!failure.to_string().contains("hush"), "{failure:?}");
            break;
        }
    }
}

#[tokio::test]
async fn a_channel_speaks_through_its_proxy_and_its_password_stays_out_of_errors() {
    let dir = tempfile::tempdir().unwrap();
    let (url, calls, _tasks) = receiver(Arc::new(|call| {
        let tunnel = call.host.as_deref() == Some("api.telegram.example:443");
        if tunnel { BUSY.into() } else { String::new() }
    }))
    .await;
    let through = |scheme: &str| {
        let settings = ChannelSettings {
            name: "c".into(),
            per_minute: 10,
            reach: Reach {
                allow_addresses: Vec::new(),
                proxy: Some(ProxySettings {
                    url: url.clone(),
                    login: Some(("ems".into(), secret(&dir))),
                }),
            },
            kind: ChannelKind::Telegram(TelegramSettings {
                url: format!("{scheme}://api.telegram.example/").parse().unwrap(),
                token: secret(&dir),
                chat: "-100".into(),
            }),
        };
        assert!(!format!("{settings:?}").contains("hush"));
        Channel::open(&settings, None).unwrap()
    };
    // `ems:hush-hush` in base64.
    let wanted = Some("Basic ZW1zOmh1c2gtaHVzaA==");
    through("http").send(&dispatch(Stage::Opened)).await.unwrap();
    let failure = through("https").send(&dispatch(Stage::Opened)).await.unwrap_err();
    assert!(!format!("{failure:?}").contains("hush"), "{failure:?}");
    let calls = calls.lock().unwrap();
    let hosts: Vec<&str> = calls.iter().filter_map(|call| call.host.as_deref()).collect();
    assert_eq!(hosts, ["api.telegram.example", "api.telegram.example:443"]);
    assert_eq!(calls[0].path, "/bothush-hush/sendMessage");
    for call in &*calls {
        assert_eq!(
            call.headers.get("proxy-authorization").map(String::as_str),
            wanted
        );
    }
}

#[tokio::test]
async fn an_alertmanager_gets_the_same_labels_until_the_end() {
    let (url, calls, _tasks) = receiver(Arc::new(|_| String::new())).await;
    let channel = open(ChannelKind::Alertmanager(AlertmanagerSettings {
        url,
        token: None,
    }));
    channel.send(&dispatch(Stage::Opened)).await.unwrap();
    channel.send(&dispatch(Stage::Recovered)).await.unwrap();
    let bodies: Vec<serde_json::Value> = calls
        .lock()
        .unwrap()
        .iter()
        .map(|call| serde_json::from_str(&call.body).unwrap())
        .collect();
    assert_eq!(bodies[0][0]["labels"], bodies[1][0]["labels"]);
    assert_eq!(bodies[0][0]["labels"]["portal"], "p1");
    assert_eq!(bodies[1][0]["endsAt"], at(600).to_string());
    assert!(bodies[0][0]["endsAt"].as_str() > bodies[1][0]["endsAt"].as_str());
}

#[tokio::test]
async fn an_expired_zalo_token_is_renewed_once_and_kept_before_it_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let state_file = dir.path().join("zalo.json");
    std::fs::write(&state_file, r#"{"access_token":"old","refresh_token":"r1"}"#).unwrap();
    let state = state_file.clone();
    let answer: Answer = Arc::new(
        move |call| match (call.path.as_str(), call.headers.get("access_token")) {
            ("/oauth", _) => {
                assert!(call.body.contains("refresh_token=r1"));
                r#"{"access_token":"new","refresh_token":"r2","expires_in":"90000"}"#.into()
            }
            (_, Some(token)) if token == "new" => {
                assert!(std::fs::read_to_string(&state).unwrap().contains("r2"));
                r#"{"error":0}"#.into()
            }
            _ => r#"{"error":-124,"message":"Access token invalid"}"#.into(),
        },
    );
    let (url, calls, _tasks) = receiver(answer).await;
    let settings = ZaloSettings {
        oauth_url: url.join("oauth").unwrap(),
        url: url.join("template").unwrap(),
        app: "app".into(),
        secret: secret(&dir),
        state_file: state_file.clone(),
        template: "7895".into(),
        phones: vec!["84900000001".into(), "84900000002".into()],
    };
    let channel = open(ChannelKind::Zalo(settings.clone()));
    channel.send(&dispatch(Stage::Opened)).await.unwrap();
    let paths: Vec<String> = calls
        .lock()
        .unwrap()
        .iter()
        .map(|call| call.path.clone())
        .collect();
    assert_eq!(
        paths,
        ["/template", "/template", "/oauth", "/template", "/template"]
    );
    // The next start goes on with the new pair.
    open(ChannelKind::Zalo(settings))
        .send(&dispatch(Stage::Recovered))
        .await
        .unwrap();
    assert_eq!(calls.lock().unwrap().len(), 7);
}

#[tokio::test]
async fn a_text_message_is_plain_short_and_escaped_for_its_gateway() {
    let dir = tempfile::tempdir().unwrap();
    let (url, calls, _tasks) = receiver(Arc::new(|_| r#"{"CodeResult":"100"}"#.into())).await;
    let mut settings = SmsSettings {
        url,
        template: r#"{"ApiKey":"{secret}","Phone":"{phone}","Content":"{text}","RequestId":"{key}"}"#.into(),
        phones: vec!["84900000001".into()],
        success: Some(r#""CodeResult":"100""#.into()),
        secret: Some(secret(&dir)),
    };
    open(ChannelKind::Sms(settings.clone()))
        .send(&dispatch(Stage::Opened))
        .await
        .unwrap();
    let body: serde_json::Value = serde_json::from_str(&calls.lock().unwrap()[0].body).unwrap();
    let text = body["Content"].as_str().unwrap();
    assert!(text.is_ascii() && text.len() <= 160, "{text}");
    assert!(text.starts_with("KHAN: <b>Cong \"Da Nang\"</b>"), "{text}");
    assert_eq!(
        (&body["ApiKey"], &body["Phone"]),
        (&"hush-hush".into(), &"84900000001".into())
    );
    settings.success = Some("never".into());
    let failure = open(ChannelKind::Sms(settings))
        .send(&dispatch(Stage::Opened))
        .await;
    assert!(matches!(failure, Err(Failure::Refused { .. })));
}

fn phones(of: &Mutex<Vec<Call>>) -> Vec<String> {
    let phone = |call: &Call| {
        let body: serde_json::Value = serde_json::from_str(&call.body).ok()?;
        Some(body["phone"].as_str()?.to_owned())
    };
    of.lock().unwrap().iter().filter_map(phone).collect()
}

fn sms(url: url::Url, phones: &[&str]) -> ChannelKind {
    ChannelKind::Sms(SmsSettings {
        url,
        template: r#"{"phone":"{phone}","text":"{text}"}"#.into(),
        phones: phones.iter().map(|&phone| phone.to_owned()).collect(),
        success: Some("taken".into()),
        secret: None,
    })
}

fn zalo(dir: &tempfile::TempDir, url: &url::Url, phones: &[&str]) -> ZaloSettings {
    let state_file = dir.path().join("zalo.json");
    std::fs::write(&state_file, r#"{"access_token":"old","refresh_token":"r1"}"#).unwrap();
    ZaloSettings {
        oauth_url: url.join("oauth").unwrap(),
        url: url.join("template").unwrap(),
        app: "app".into(),
        secret: secret(dir),
        state_file,
        template: "7895".into(),
        phones: phones.iter().map(|&phone| phone.to_owned()).collect(),
    }
}

/// Refuses the telephone that ends in 2, has no time for the one that ends in 3 when it first calls.
fn choosy(taken: &'static str, refused: &'static str) -> Answer {
    let busy = AtomicBool::new(true);
    Arc::new(move |call| {
        if call.body.contains("84900000002") {
            refused.into()
        } else if call.body.contains("84900000003") && busy.swap(false, Ordering::Relaxed) {
            BUSY.into()
        } else {
            taken.into()
        }
    })
}

#[tokio::test]
async fn whoever_has_a_text_message_does_not_get_it_again_because_of_others() {
    let (url, calls, _tasks) = receiver(choosy("taken", "no")).await;
    let some = open(sms(url.clone(), &["84900000001", "84900000002"]));
    some.send(&dispatch(Stage::Opened)).await.unwrap();
    let nobody = open(sms(url.clone(), &["84900000002"]));
    let failure = nobody.send(&dispatch(Stage::Opened)).await;
    assert!(matches!(failure, Err(Failure::Refused { .. })), "{failure:?}");
    calls.lock().unwrap().clear();
    let all = open(sms(url, &["84900000001", "84900000002", "84900000003"]));
    let failure = all.send(&dispatch(Stage::Opened)).await;
    assert!(matches!(failure, Err(Failure::Later { .. })), "{failure:?}");
    all.send(&dispatch(Stage::Opened)).await.unwrap();
    let told = phones(&calls);
    let times = |phone: &str| told.iter().filter(|told| *told == phone).count();
    assert_eq!((times("84900000001"), times("84900000003")), (1, 2), "{told:?}");
    // Another notice is for everybody.
    all.send(&dispatch(Stage::Recovered)).await.unwrap();
    assert_eq!(
        phones(&calls)
            .iter()
            .filter(|told| *told == "84900000001")
            .count(),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_has_a_text_message_does_not_get_it_again_because_another_hangs() {
    let calls = Calls::default();
    let (seen, hangs) = (Arc::clone(&calls), Arc::new(AtomicBool::new(true)));
    let app = Router::new().fallback(any(move |body: String| {
        let (seen, hangs) = (Arc::clone(&seen), Arc::clone(&hangs));
        async move {
            let hung = body.contains("84900000002") && hangs.swap(false, Ordering::Relaxed);
            seen.lock().unwrap().push(Call {
                host: None,
                path: String::new(),
                headers: HashMap::new(),
                body,
            });
            if hung {
                std::future::pending::<()>().await;
            }
            "taken"
        }
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: url::Url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
    let twice = ["84900000001", "84900000001", "84900000002"];
    let channel = open(sms(url, &twice));
    let notice = Dispatch {
        within: Duration::from_secs(7),
        ..dispatch(Stage::Opened)
    };
    assert_eq!(channel.send(&notice).await, Err(Failure::Hung));
    assert_eq!(channel.send(&notice).await, Ok(0));
    let mut told = phones(&calls);
    told.sort_unstable();
    assert_eq!(told, ["84900000001", "84900000002", "84900000002"]);
}

#[tokio::test]
async fn whoever_has_a_zalo_message_does_not_get_it_again_because_of_others() {
    let dir = tempfile::tempdir().unwrap();
    let answer = choosy(r#"{"error":0}"#, r#"{"error":-118}"#);
    let (url, calls, _tasks) = receiver(answer).await;
    let some = zalo(&dir, &url, &["84900000001", "84900000002"]);
    open(ChannelKind::Zalo(some))
        .send(&dispatch(Stage::Opened))
        .await
        .unwrap();
    calls.lock().unwrap().clear();
    let all = zalo(&dir, &url, &["84900000001", "84900000002", "84900000003"]);
    let all = open(ChannelKind::Zalo(all));
    let failure = all.send(&dispatch(Stage::Opened)).await;
    assert!(matches!(failure, Err(Failure::Later { .. })), "{failure:?}");
    all.send(&dispatch(Stage::Opened)).await.unwrap();
    let told = phones(&calls);
    let times = |phone: &str| told.iter().filter(|told| *told == phone).count();
    assert_eq!((times("84900000001"), times("84900000003")), (1, 2), "{told:?}");
}

#[tokio::test]
async fn nobody_to_tell_is_not_told() {
    let dir = tempfile::tempdir().unwrap();
    let (url, _calls, _tasks) = receiver(Arc::new(|_| "taken".into())).await;
    let (port, _taken, _office) = post_office().await;
    let channels = [
        sms(url.clone(), &[]),
        ChannelKind::Zalo(zalo(&dir, &url, &[])),
        mail(port, &[], MailTls::None),
    ];
    for kind in channels {
        let failure = open(kind.clone()).send(&dispatch(Stage::Opened)).await;
        assert!(
            matches!(failure, Err(Failure::Refused { .. })),
            "{kind:?}: {failure:?}"
        );
    }
}

/// Takes messages with the newest token, and each refresh token once: `r1` gives `r2`, and so on.
fn authority() -> Answer {
    let spent = AtomicUsize::new(0);
    Arc::new(move |call| {
        let (number, token) = (spent.load(Ordering::Relaxed), call.headers.get("access_token"));
        if call.path == "/oauth" {
            if !call.body.contains(&format!("refresh_token=r{}&", number + 1)) {
                return r#"{"error":-14014,"error_name":"Invalid refresh token"}"#.into();
            }
            let next = spent.fetch_add(1, Ordering::Relaxed) + 1;
            return format!(
                r#"{{"access_token":"new{next}","refresh_token":"r{}"}}"#,
                next + 1
            );
        }
        if token.is_some_and(|token| *token == format!("new{number}")) {
            r#"{"error":0}"#.into()
        } else {
            r#"{"error":-124}"#.into()
        }
    })
}

fn renewals(calls: &Mutex<Vec<Call>>) -> usize {
    let calls = calls.lock().unwrap();
    calls.iter().filter(|call| call.path == "/oauth").count()
}

#[tokio::test]
async fn a_pair_that_another_program_renewed_is_taken_from_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let (url, calls, _tasks) = receiver(authority()).await;
    let settings = zalo(&dir, &url, &["84900000001"]);
    let running = open(ChannelKind::Zalo(settings.clone()));
    let tried = open(ChannelKind::Zalo(settings));
    tried.send(&dispatch(Stage::Test)).await.unwrap();
    running.send(&dispatch(Stage::Opened)).await.unwrap();
    assert_eq!(renewals(&calls), 1);
}

#[tokio::test]
async fn a_fresh_pair_that_cannot_be_written_is_used_all_the_same_and_written_when_it_can_be() {
    let dir = tempfile::tempdir().unwrap();
    let (url, calls, _tasks) = receiver(authority()).await;
    let settings = zalo(&dir, &url, &["84900000001"]);
    // Where it is written first stands a folder.
    std::fs::create_dir(dir.path().join("zalo.new")).unwrap();
    let channel = open(ChannelKind::Zalo(settings.clone()));
    channel.send(&dispatch(Stage::Opened)).await.unwrap();
    channel.send(&dispatch(Stage::Updated)).await.unwrap();
    assert_eq!(renewals(&calls), 1);
    std::fs::remove_dir(dir.path().join("zalo.new")).unwrap();
    channel.send(&dispatch(Stage::Recovered)).await.unwrap();
    assert_eq!(renewals(&calls), 1);
    let kept = std::fs::read_to_string(&settings.state_file).unwrap();
    assert!(kept.contains("r2"), "{kept}");
}

#[tokio::test]
async fn a_pair_that_another_program_renews_just_now_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let (url, calls, _tasks) = receiver(authority()).await;
    let settings = zalo(&dir, &url, &["84900000001"]);
    let lock = std::fs::File::create(dir.path().join("zalo.lock")).unwrap();
    lock.lock().unwrap();
    let channel = open(ChannelKind::Zalo(settings));
    let failure = channel.send(&dispatch(Stage::Opened)).await;
    assert!(matches!(failure, Err(Failure::Later { .. })), "{failure:?}");
    assert_eq!(renewals(&calls), 0);
    drop(lock);
    channel.send(&dispatch(Stage::Opened)).await.unwrap();
}

/// An SMTP server that refuses the recipients named `no`, and keeps what it takes.
async fn post_office() -> (u16, Arc<Mutex<Vec<String>>>, JoinSet<()>) {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let kept = Arc::clone(&taken);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 sink\r\n").await.unwrap();
            let mut letter = None::<String>;
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(text) = &mut letter {
                    if line == "." {
                        kept.lock().unwrap().push(std::mem::take(text));
                        letter = None;
                        write.write_all(b"250 ok\r\n").await.unwrap();
                    } else {
                        text.push_str(&line);
                        text.push('\n');
                    }
                    continue;
                }
                let answer: &[u8] = match line.split([' ', ':']).next().unwrap_or_default() {
                    "RCPT" if line.contains("no@") => b"550 nobody of that name\r\n",
                    "DATA" => {
                        letter = Some(String::new());
                        b"354 go on\r\n"
                    }
                    "QUIT" => b"221 bye\r\n",
                    _ => b"250 ok\r\n",
                };
                write.write_all(answer).await.unwrap();
            }
        }
    });
    (port, taken, tasks)
}

fn mail(port: u16, to: &[&str], tls: MailTls) -> ChannelKind {
    ChannelKind::Email(EmailSettings {
        host: "127.0.0.1".into(),
        port,
        tls,
        ca_file: None,
        login: None,
        from: "ems@example.gov.vn".into(),
        to: to.iter().map(|&to| to.to_owned()).collect(),
    })
}

/// The value of a header of a mail.
fn header(mail: &str, name: &str) -> Option<String> {
    let found = mail
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.map(str::to_owned)
}

/// The same alarm, told to a person by name.
fn call_of(number: u8, stage: Stage) -> Dispatch {
    let mut dispatch = dispatch(stage);
    let notice = &mut dispatch.notices[0];
    notice.key = format!("{}/call/0/{number}", notice.thread);
    notice.call = Some(crate::notify::notice::Call {
        login: "an".into(),
        name: "An".into(),
        step: Step::First,
        nobody: false,
    });
    dispatch.key.clone_from(&notice.key);
    dispatch
}

#[tokio::test]
async fn different_mails_of_one_alarm_have_different_ids_and_the_same_one_keeps_its_own() {
    let (port, taken, _tasks) = post_office().await;
    let channel = open(mail(port, &["yes@example.gov.vn"], MailTls::None));
    let mut again = dispatch(Stage::Opened);
    again.notices[0].key = "one/incident/1/4".into();
    again.key.clone_from(&again.notices[0].key);
    let sent = [
        dispatch(Stage::Opened),
        call_of(0, Stage::Opened),
        call_of(1, Stage::Opened),
        again,
        dispatch(Stage::Recovered),
        dispatch(Stage::Opened),
    ];
    for dispatch in &sent {
        channel.send(dispatch).await.unwrap();
    }
    let mails = taken.lock().unwrap().clone();
    let ids: Vec<String> = mails
        .iter()
        .map(|mail| header(mail, "Message-ID").unwrap())
        .collect();
    assert_eq!(ids[5], ids[0]);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 5, "{ids:?}");
    for mail in &mails[1..5] {
        assert_eq!(header(mail, "In-Reply-To").as_ref(), Some(&ids[0]));
        assert_eq!(header(mail, "References").as_ref(), Some(&ids[0]));
    }
    assert_eq!(header(&mails[0], "In-Reply-To"), None);
}

#[tokio::test]
async fn a_refused_recipient_keeps_nobody_else_from_being_told_and_mails_form_a_thread() {
    let (port, taken, _tasks) = post_office().await;
    let channel = open(mail(
        port,
        &["no@example.gov.vn", "yes@example.gov.vn"],
        MailTls::None,
    ));
    channel.send(&dispatch(Stage::Opened)).await.unwrap();
    channel.send(&dispatch(Stage::Recovered)).await.unwrap();
    let mails = taken.lock().unwrap().clone();
    assert_eq!(mails.len(), 2);
    assert_eq!(header(&mails[1], "In-Reply-To"), header(&mails[0], "Message-ID"));
    assert_eq!(
        header(&mails[0], "Auto-Submitted").as_deref(),
        Some("auto-generated")
    );
    assert!(mails.iter().all(|mail| header(mail, "Bcc").is_none()));
    let nobody = open(mail(port, &["no@example.gov.vn"], MailTls::None));
    let failure = nobody.send(&dispatch(Stage::Opened)).await;
    assert!(matches!(failure, Err(Failure::Refused { .. })), "{failure:?}");
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing_when_it_is_demanded() {
    let (port, taken, _tasks) = post_office().await;
    let channel = open(mail(port, &["yes@example.gov.vn"], MailTls::Starttls));
    assert!(channel.send(&dispatch(Stage::Opened)).await.is_err());
    assert!(taken.lock().unwrap().is_empty());
}
