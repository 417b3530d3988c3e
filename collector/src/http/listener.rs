//! A socket with bounds: connections, handshakes, headers, stalled readers. Nobody can hold a place for long
//! without doing something.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::stall::WriteLimit;
use super::tls::LiveCertificate;

/// Connections at once; further ones wait in the kernel's queue.
const CONNECTIONS: usize = 512;
/// A TLS handshake takes at most this long.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The header of a request, the wait for it included, takes at most this long.
const HEADER: Duration = Duration::from_secs(30);
/// The peer must take some of an answer within this time.
const STALL: Duration = Duration::from_secs(60);
/// Requests in hand at shutdown get this long.
const DRAIN: Duration = Duration::from_secs(10);
/// The kernel refused a connection (too many open files): wait before asking again.
const PAUSE: Duration = Duration::from_millis(200);

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Whether the line is encrypted.
    pub tls: bool,
}

impl Peer {
    /// Whether what is said on this line stays between the two ends: TLS, or the same machine.
    #[must_use]
    pub fn is_private(self) -> bool {
        self.tls || self.address.ip().to_canonical().is_loopback()
    }
}

/// Serves `router` on `listener` until `shutdown`; then requests in hand are finished, for at most 10 s.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<LiveCertificate>>,
    router: Router,
    shutdown: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let place = tokio::select! {
            () = shutdown.cancelled() => break,
            place = places.clone().acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                report(ended);
                continue;
            }
        };
        match accepted {
            Ok((stream, address)) => {
                let acceptor = tls.as_ref().map(|tls| TlsAcceptor::from(tls.current()));
                let (router, shutdown) = (router.clone(), shutdown.clone());
                connections.spawn(async move {
                    connection(stream, address, acceptor, router, shutdown).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    let drained = tokio::time::timeout(DRAIN, async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    });
    if drained.await.is_err() {
        tracing::warn!(
            "{} connections were still busy at shutdown and are cut",
            connections.len()
        );
        connections.shutdown().await;
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!("a connection's task panicked: {error}");
    }
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    shutdown: CancellationToken,
) {
    // Small answers leave at once.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%address, "cannot set TCP_NODELAY: {error}");
    }
    let peer = Peer {
        address,
        tls: acceptor.is_some(),
    };
    let served = match acceptor {
        None => converse(stream, peer, router, shutdown).await,
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => converse(stream, peer, router, shutdown).await,
            Ok(Err(error)) => Err(error.to_string()),
            Err(_late) => Err("the TLS handshake took too long".to_owned()),
        },
    };
    if let Err(error) = served {
        // Anybody who can connect can cause this: not worth more than a debug line.
        tracing::debug!(%address, "connection ended: {error}");
    }
}

pub(super) async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    router: Router,
    shutdown: CancellationToken,
) -> Result<(), String> {
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        service.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(WriteLimit::new(stream, STALL)), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    ended.map_err(|error| error.to_string())
}

/// Binds a listener.
///
/// # Errors
/// When the address is in use or not of this machine.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}
