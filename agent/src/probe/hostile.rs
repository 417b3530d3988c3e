//! Little servers on loopback that misbehave as told, and jobs to measure them with.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ems_contract::clock::SystemClock;
use ems_contract::family::Family;
use ems_contract::plan::{Limits, PlanPortal};
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Job, Measurement, NetProber, NetSettings, Prober};
use crate::net::budget::Pace;

/// A page that nobody could take for anything but a portal.
pub(crate) const PORTAL: &str = "<html><head><title>Cổng thông tin điện tử</title></head><body>\
    <a href=/vi>Trang chủ</a><p>Chào mừng quý vị đến với cổng thông tin điện tử của tỉnh</p></body></html>";

/// A connection, encrypted or not.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

type Handler = Arc<dyn Fn(Box<dyn Wire>, usize) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A running server.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    _task: JoinSet<()>,
}

impl Site {
    /// A server at `at` that hands each connection and its number to `handler`.
    pub(crate) async fn raw<H, F>(at: &str, tls: Option<Arc<ServerConfig>>, handler: H) -> Self
    where
        H: Fn(Box<dyn Wire>, usize) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |wire, number| Box::pin(handler(wire, number)));
        let listener = TcpListener::bind(at).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let number = count.fetch_add(1, Ordering::Relaxed);
                let (handler, tls) = (Arc::clone(&handler), tls.clone());
                open.spawn(async move {
                    match tls {
                        None => handler(Box::new(stream), number).await,
                        Some(config) => {
                            if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
                                handler(Box::new(stream), number).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            connections,
            _task: task,
        }
    }

    /// A server that answers every request with these bytes and hangs up.
    pub(crate) async fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::raw("127.0.0.1:0", None, move |wire, _| answer(wire, bytes.clone())).await
    }

    /// A server whose n-th connection is answered with the n-th of these, the last one for ever.
    pub(crate) async fn in_turn(answers: Vec<String>) -> Self {
        Self::raw("127.0.0.1:0", None, move |wire, number| {
            let bytes = answers[number.min(answers.len() - 1)].clone();
            answer(wire, bytes.into_bytes())
        })
        .await
    }

    /// A TLS server that shows the portal page.
    pub(crate) async fn encrypted(config: Arc<ServerConfig>) -> Self {
        Self::raw("127.0.0.1:0", Some(config), |wire, _| {
            answer(wire, ok(PORTAL).into_bytes())
        })
        .await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Reads the request's head, writes `bytes`, hangs up.
pub(crate) async fn answer(mut wire: Box<dyn Wire>, bytes: Vec<u8>) {
    head(&mut wire).await;
    // The client may hang up first: that is what it is tested for.
    if wire.write_all(&bytes).await.is_ok() && wire.shutdown().await.is_ok() {
        drain(&mut wire).await;
    }
}

/// Reads the head of a request and returns it.
pub(crate) async fn head(wire: &mut Box<dyn Wire>) -> String {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"\r\n\r\n") && wire.read(&mut byte).await.is_ok_and(|n| n == 1) {
        seen.push(byte[0]);
    }
    String::from_utf8_lossy(&seen).into_owned()
}

async fn drain(wire: &mut Box<dyn Wire>) {
    let mut rest = [0; 1024];
    while wire.read(&mut rest).await.is_ok_and(|n| n > 0) {}
}

/// A whole answer of status 200.
pub(crate) fn ok(body: &str) -> String {
    status(200, body)
}

/// A whole answer.
pub(crate) fn status(status: u16, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A redirect.
pub(crate) fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

/// A listener that never accepts and whose queue is full, so that connections hang.
pub(crate) struct Hanging {
    pub(crate) address: SocketAddr,
    _listener: socket2::Socket,
    _queue: Vec<TcpStream>,
}

impl Hanging {
    pub(crate) async fn new() -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket
            .bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into())
            .unwrap();
        socket.listen(0).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        let mut queue = Vec::new();
        let patience = std::time::Duration::from_millis(150);
        while let Ok(Ok(stream)) = tokio::time::timeout(patience, TcpStream::connect(address)).await {
            queue.push(stream);
        }
        Self {
            address,
            _listener: socket,
            _queue: queue,
        }
    }
}

/// A measurement waiting to be made.
pub(crate) struct Target {
    pub(crate) job: Job,
    pub(crate) settings: NetSettings,
}

/// The job of measuring `url` with limits that suit loopback.
pub(crate) fn target(url: &str) -> Target {
    let url: url::Url = url.parse().unwrap();
    let portal = PlanPortal {
        id: "cong".parse().unwrap(),
        name: None,
        url,
        families: Family::ALL.to_vec(),
        reach_interval_s: 60,
        dns_interval_s: 300,
        tls_interval_s: 3_600,
        resolve: Vec::new(),
        allow: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
        valid_from: None,
        valid_to: None,
        pages: None,
    };
    Target {
        job: Job {
            portal: Arc::new(portal),
            probe: ProbeKind::Reach,
            family: Some(Family::V4),
            slot: UnixTime::from_secs(1_800_000_000),
            interval_s: 60,
            limits: Limits {
                dns_ms: 400,
                connect_ms: 400,
                tls_ms: 800,
                first_byte_ms: 800,
                total_ms: 1_500,
                slow_first_byte_ms: 300,
                ..Limits::default()
            },
        },
        settings: NetSettings {
            contact: "mailto:so-khcn@example.vn".to_owned(),
            resolvers: vec!["127.0.0.1:1".parse().unwrap()],
            authorities: Vec::new(),
            pace: Pace::Planned,
            renderer: Vec::new(),
            visits: None,
            evidence: None,
        },
    }
}

impl Target {
    pub(crate) fn over(mut self, family: Family) -> Self {
        self.job.family = Some(family);
        self
    }

    pub(crate) fn by(mut self, probe: ProbeKind) -> Self {
        self.job.probe = probe;
        self
    }

    pub(crate) fn resolve(mut self, addresses: &[&str]) -> Self {
        let list: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        Arc::make_mut(&mut self.job.portal).resolve = list;
        self
    }

    pub(crate) fn trusting(mut self, authority: &CertificateDer<'static>) -> Self {
        self.settings.authorities.push(authority.clone());
        self
    }

    pub(crate) fn asking(mut self, resolvers: &[SocketAddr]) -> Self {
        self.settings.resolvers = resolvers.to_vec();
        self
    }

    pub(crate) fn prober(&self) -> NetProber {
        NetProber::new(self.settings.clone(), SystemClock::shared()).unwrap()
    }

    pub(crate) async fn measure(&self) -> Measurement {
        self.prober().measure(self.job.clone()).await
    }
}

/// An authority of its own, with an intermediate.
pub(crate) struct Authority {
    pub(crate) root: CertifiedIssuer<'static, KeyPair>,
    pub(crate) intermediate: CertifiedIssuer<'static, KeyPair>,
}

/// Parameters of a certificate with this common name and these alternative names, valid from 2020 to 2045.
pub(crate) fn params(common: &str, names: &[&str]) -> CertificateParams {
    let mut params =
        CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common);
    params
        .distinguished_name
        .push(DnType::OrganizationName, format!("{common} Org"));
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2045, 1, 1);
    params
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let ca = |common: &str| {
            let mut params = params(common, &[]);
            params
                .distinguished_name
                .push(DnType::OrganizationName, format!("{name} Org"));
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params
        };
        let key = || KeyPair::generate().unwrap();
        let root = CertifiedIssuer::self_signed(ca(&format!("{name} Root")), key()).unwrap();
        let intermediate = CertifiedIssuer::signed_by(ca(&format!("{name} Sub")), key(), &root).unwrap();
        Self { root, intermediate }
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.root.der().clone()
    }

    /// A server with a leaf of these parameters and the whole chain below the root.
    pub(crate) fn server(&self, leaf: &CertificateParams) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let signed = leaf.signed_by(&key, &self.intermediate).unwrap();
        server(vec![signed.der().clone(), self.intermediate.der().clone()], &key)
    }
}

/// A TLS server that shows this chain.
pub(crate) fn server(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}
