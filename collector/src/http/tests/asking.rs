//! A running collector and a client that speaks HTTP by hand.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::http::auth::Tokens;
use crate::http::evidence::Room;
use crate::http::host::Hosts;
use crate::http::{Edge, listener, router};
use crate::ingest::Ingest;
use crate::plans::Plans;
use crate::testing;

pub(super) const TOKEN: &str = "a-long-random-token";

pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) context: Context,
    pub(super) changed: Arc<Notify>,
    shutdown: CancellationToken,
    server: JoinHandle<()>,
}

/// An edge where agent `a` has [`TOKEN`] and agent `b` another.
pub(super) fn edge(dir: &Path, now: UnixTime) -> (Edge, Arc<Notify>) {
    let context = testing::context(dir, now);
    let rules = Arc::new(crate::regulation::Regulations::embedded().unwrap());
    let plans = Plans::new(&context, Arc::clone(&rules));
    let changed = Arc::new(Notify::new());
    let mut tokens = Tokens::new();
    tokens.add(testing::agent("a"), Sha256::of(TOKEN.as_bytes()));
    tokens.add(testing::agent("b"), Sha256::of(b"token-of-b"));
    let ingest = Ingest::new(&context, plans.clone(), changed.clone()).unwrap();
    let edge = Edge {
        context,
        ingest,
        plans,
        tokens: Arc::new(tokens),
        allow_plain_tokens: false,
        evidence: Room::new(8 * 1024 * 1024),
        rules,
        hosts: Hosts::default(),
    };
    (edge, changed)
}

impl Running {
    pub(super) async fn start(dir: &Path, now: UnixTime) -> Self {
        let (edge, changed) = edge(dir, now);
        let context = edge.context.clone();
        let socket = listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = socket.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        #[expect(clippy::disallowed_methods, reason = "the handle is awaited in `stop`")]
        let server = tokio::spawn(listener::serve(
            socket,
            None,
            router(edge, axum::Router::new()),
            shutdown.clone(),
        ));
        Self {
            address,
            context,
            changed,
            shutdown,
            server,
        }
    }

    pub(super) async fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let stream = TcpStream::connect(self.address).await.unwrap();
        ask(stream, method, path, headers, body).await
    }

    /// An answer to a request as it stands.
    pub(super) async fn raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        read(stream).await
    }

    pub(super) async fn deliver(&self, body: &[u8]) -> Answer {
        self.ask("POST", "/api/v1/batches", &batch_headers(TOKEN), body)
            .await
    }

    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        self.server.await.unwrap();
    }

    /// The value of a metric's sample, 0 when it is not there.
    pub(super) fn metric(&self, sample: &str) -> String {
        let text = prometheus::TextEncoder::new()
            .encode_to_string(&self.context.registry.gather())
            .unwrap();
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
        found.unwrap_or("0").to_owned()
    }
}

pub(super) fn batch_headers(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\nContent-Type: application/x-ndjson+zstd\r\n")
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

pub(super) async fn ask(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    method: &str,
    path: &str,
    headers: &str,
    body: &[u8],
) -> Answer {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server may answer and close before it has read everything.
    drop(stream.write_all(body).await);
    read(stream).await
}

pub(super) async fn read(mut stream: impl AsyncRead + Unpin) -> Answer {
    let mut bytes = Vec::new();
    drop(stream.read_to_end(&mut bytes).await);
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("no head: {bytes:?}"));
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer {
        status,
        head,
        body: bytes[end + 4..].to_vec(),
    }
}
