//! Each channel against a receiver of its own kind on loopback.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::any;
use ems_contract::text::Lang;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::task::JoinSet;

use crate::notify::channel::{Channel, Dispatch};
use crate::notify::condition::{Kind, Subject};
use crate::notify::message::message;
use crate::notify::notice::{Notice, Scope, Stage};
use crate::notify::outgoing::{self, Failure};
use crate::notify::secret::SecretSource;
use crate::notify::settings::{
    AlertmanagerSettings, ChannelKind, ChannelSettings, EmailSettings, MailTls, SmsSettings,
    TelegramSettings, WebhookSettings, ZaloSettings,
};
use crate::severity::Severity;
use crate::testing::at;

#[derive(Clone)]
struct Call {
    path: String,
    headers: HashMap<String, String>,
    body: String,
}

type Calls = Arc<Mutex<Vec<Call>>>;
type Answer = Arc<dyn Fn(&Call) -> String + Send + Sync>;

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
                        path: uri.path().to_owned(),
                        headers: headers.collect(),
                        body: String::from_utf8(body.to_vec()).unwrap(),
                    };
                    calls.lock().unwrap().push(call.clone());
                    answer(&call)
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
        key: format!("one/incident/1/{}", stage.as_str()),
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
    }
}

fn open(kind: ChannelKind) -> Channel {
    let settings = ChannelSettings {
        name: "c".into(),
        per_minute: 10,
        kind,
    };
    Channel::open(&settings, outgoing::client(None).unwrap()).unwrap()
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
    assert_eq!(call.headers["idempotency-key"], "one/incident/1/opened");
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
            assert!(!failure.why().contains("hush"), "{failure:?}");
            break;
        }
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
    assert_eq!(paths, ["/template", "/oauth", "/template", "/template"]);
    // The next start goes on with the new pair.
    open(ChannelKind::Zalo(settings))
        .send(&dispatch(Stage::Recovered))
        .await
        .unwrap();
    assert_eq!(calls.lock().unwrap().len(), 6);
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
    let header = |mail: &str, name: &str| {
        let found = mail
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        found.map(str::to_owned)
    };
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
