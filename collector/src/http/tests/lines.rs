//! Plain and encrypted lines, slow peers, shutdown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::asking::*;
use crate::http::listener::{self, Peer};
use crate::http::tls::LiveCertificate;
use crate::http::{router, tls};
use crate::testing::*;

async fn plan_status(router: &Router, peer: Option<Peer>) -> StatusCode {
    let mut request = Request::get("/api/v1/plan")
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .body(Body::empty())
        .unwrap();
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    TowerToHyperService::new(router.clone())
        .call(request)
        .await
        .unwrap()
        .status()
}

#[tokio::test]
async fn a_token_from_another_machine_needs_an_encrypted_line() {
    let dir = tempfile::tempdir().unwrap();
    let (mut edge, _) = edge(dir.path(), at(0));
    let strict = router(edge.clone(), Router::new());
    let peer = |address: &str, tls| {
        Some(Peer {
            address: address.parse::<SocketAddr>().unwrap(),
            tls,
        })
    };
    assert_eq!(
        plan_status(&strict, peer("127.0.0.1:9", false)).await,
        StatusCode::OK
    );
    assert_eq!(plan_status(&strict, peer("[::1]:9", false)).await, StatusCode::OK);
    assert_eq!(
        plan_status(&strict, peer("[::ffff:127.0.0.1]:9", false)).await,
        StatusCode::OK
    );
    assert_eq!(
        plan_status(&strict, peer("192.0.2.1:9", false)).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        plan_status(&strict, peer("192.0.2.1:9", true)).await,
        StatusCode::OK
    );
    assert_eq!(plan_status(&strict, None).await, StatusCode::FORBIDDEN);
    edge.allow_plain_tokens = true;
    let lax = router(edge, Router::new());
    assert_eq!(
        plan_status(&lax, peer("192.0.2.1:9", false)).await,
        StatusCode::OK
    );
}

struct Serving {
    address: SocketAddr,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
}

async fn serving(tls: Option<Arc<LiveCertificate>>, router: Router) -> Serving {
    let socket = listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = socket.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(listener::serve(socket, tls, router, shutdown.clone()));
    Serving {
        address,
        shutdown,
        tasks,
    }
}

impl Serving {
    async fn stop(mut self) {
        self.shutdown.cancel();
        self.tasks.join_next().await.unwrap().unwrap();
    }
}

fn certificate(dir: &std::path::Path) -> (std::path::PathBuf, std::path::PathBuf, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (dir.join("cert.pem"), dir.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (certificate, key, made.cert.der().clone())
}

async fn encrypted(
    address: SocketAddr,
    trusted: CertificateDer<'static>,
) -> impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_listener_speaks_tls_when_given_a_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let (certificate, key, trusted) = certificate(dir.path());
    let (edge, _) = edge(dir.path(), at(65));
    let serving = serving(Some(live(&certificate, &key)), router(edge, Router::new())).await;
    // A peer that says nothing holds its own place, not the door.
    let silent = TcpStream::connect(serving.address).await.unwrap();
    let stream = encrypted(serving.address, trusted).await;
    let body = encoded(0, at(65), &[up(1, 0)]);
    let answer = ask(stream, "POST", "/api/v1/batches", &batch_headers(TOKEN), &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    drop(silent);
    serving.stop().await;
}

fn live(certificate: &std::path::Path, key: &std::path::Path) -> Arc<LiveCertificate> {
    let fresh = prometheus::IntGauge::new("fresh", "fresh").unwrap();
    LiveCertificate::open(certificate, key, fresh).unwrap()
}

/// The certificate that a new connection is shown.
async fn shown(address: SocketAddr, trusted: &[&CertificateDer<'static>]) -> CertificateDer<'static> {
    let mut roots = rustls::RootCertStore::empty();
    for one in trusted {
        roots.add((*one).clone()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = connector.connect(name, stream).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0]
        .clone()
        .into_owned()
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_and_a_broken_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (certificate, key, first) = certificate(dir.path());
    let other = tempfile::tempdir().unwrap();
    let (next_certificate, next_key, second) = self::certificate(other.path());
    let fresh = prometheus::IntGauge::new("fresh", "fresh").unwrap();
    let live = LiveCertificate::open(&certificate, &key, fresh.clone()).unwrap();
    let hangup = Arc::new(tokio::sync::Notify::new());
    let mut serving = serving(Some(live.clone()), Router::new()).await;
    serving
        .tasks
        .spawn(live.run(hangup.clone(), serving.shutdown.clone()));
    let both = [&first, &second];
    assert_eq!(shown(serving.address, &both).await, first);

    let until = async |wanted: i64| {
        let told = async {
            while fresh.get() != wanted {
                hangup.notify_one();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), told).await.unwrap();
    };
    std::fs::write(&certificate, "no certificate").unwrap();
    until(0).await;
    assert_eq!(shown(serving.address, &both).await, first, "the one before stays");
    std::fs::copy(&next_certificate, &certificate).unwrap();
    std::fs::copy(&next_key, &key).unwrap();
    until(1).await;
    assert_eq!(shown(serving.address, &both).await, second);
    serving.shutdown.cancel();
    while let Some(ended) = serving.tasks.join_next().await {
        ended.unwrap();
    }
}

/// Nobody needs to send a signal: the files themselves are looked at.
#[tokio::test(start_paused = true)]
async fn a_renewed_certificate_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let (certificate, key, _) = certificate(dir.path());
    let live = live(&certificate, &key);
    let before = live.current();
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(live.clone().run(Arc::default(), stop.clone()));
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(Arc::ptr_eq(&before, &live.current()), "nothing changed");
    self::certificate(dir.path());
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert!(!Arc::ptr_eq(&before, &live.current()));
    stop.cancel();
    tasks.join_next().await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_never_comes_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let (certificate, key, _) = certificate(dir.path());
    let serving = serving(Some(live(&certificate, &key)), Router::new()).await;
    let began = tokio::time::Instant::now();
    let mut silent = TcpStream::connect(serving.address).await.unwrap();
    assert_eq!(
        silent.read(&mut [0; 1]).await.unwrap(),
        0,
        "the connection is closed"
    );
    assert!(
        began.elapsed() >= Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    serving.stop().await;
}

#[test]
fn certificates_that_cannot_be_used_are_explained() {
    let dir = tempfile::tempdir().unwrap();
    let (certificate, key, _) = certificate(dir.path());
    let empty = dir.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let other = tempfile::tempdir().unwrap();
    let (_, other_key, _) = self::certificate(other.path());
    let said = |certificate: &std::path::Path, key: &std::path::Path| {
        tls::server(certificate, key).unwrap_err().to_string()
    };
    assert!(said(&dir.path().join("none.pem"), &key).contains("none.pem"));
    assert!(said(&empty, &key).contains("there is no certificate"));
    assert!(said(&certificate, &empty).contains("private key"));
    assert!(said(&certificate, &other_key).contains("cannot be used together"));
}

#[tokio::test]
async fn shutdown_ends_idle_connections_and_finishes_the_request_in_hand() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let entered = Arc::new(tokio::sync::Notify::new());
    let (inside, opened) = (entered.clone(), gate.clone());
    let slow = axum::routing::get(move || async move {
        inside.notify_one();
        opened.notified().await;
        "done"
    });
    let serving = serving(None, Router::new().route("/slow", slow)).await;
    let mut idle = TcpStream::connect(serving.address).await.unwrap();
    let mut busy = TcpStream::connect(serving.address).await.unwrap();
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    entered.notified().await;
    serving.shutdown.cancel();
    assert_eq!(
        idle.read(&mut [0; 1]).await.unwrap(),
        0,
        "the idle connection is closed"
    );
    gate.notify_one();
    let answer = read(busy).await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"done"[..]));
    let address = serving.address;
    serving.stop().await;
    drop(listener::bind(address).await.expect("the port is free again"));
}

#[tokio::test]
async fn a_huge_header_is_cut_off() {
    let serving = serving(None, Router::new()).await;
    let mut huge = TcpStream::connect(serving.address).await.unwrap();
    huge.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let line = format!("X: {}\r\n", "y".repeat(1_000));
    let cut = async {
        loop {
            if huge.write_all(line.as_bytes()).await.is_err() {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), cut)
        .await
        .expect("the connection is cut");
    serving.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_header_or_a_body_that_comes_by_drops_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let (edge, _) = edge(dir.path(), at(65));
    let router = router(edge, Router::new());
    let address = "127.0.0.1:9".parse().unwrap();
    let talk = |near| {
        listener::converse(
            near,
            Peer { address, tls: false },
            router.clone(),
            CancellationToken::new(),
        )
    };

    let (near, mut far) = tokio::io::duplex(4_096);
    far.write_all(b"GET /healthz HTTP/1.1\r\nHo").await.unwrap();
    let began = tokio::time::Instant::now();
    assert!(talk(near).await.is_err());
    assert!(
        began.elapsed() <= Duration::from_secs(31),
        "{:?}",
        began.elapsed()
    );

    let (near, mut far) = tokio::io::duplex(4_096);
    let head = format!(
        "POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n{}\r\n",
        batch_headers(TOKEN)
    );
    let dripping = async {
        far.write_all(head.as_bytes()).await.unwrap();
        while far.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        read(far).await
    };
    let (_, answer) = tokio::join!(talk(near), dripping);
    assert_eq!((answer.status, answer.code().as_str()), (408, "too_slow"));
}
