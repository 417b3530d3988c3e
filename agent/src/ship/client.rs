//! The one client that talks to the collector. Learns the clock's skew from every answer.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ems_contract::clock::SharedClock;
use ems_contract::evidence;
use ems_contract::wire::CONTENT_TYPE;
use jiff::Timestamp;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE as CONTENT_TYPE_HEADER, DATE, ETAG, HeaderMap, IF_NONE_MATCH, RETRY_AFTER,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use super::Failure;
use super::token::Token;
use crate::evidence::Waiting;
use crate::selfcheck::ClockTrust;

/// A connection that takes longer is given up.
const CONNECT: Duration = Duration::from_secs(5);
/// A whole exchange.
const TOTAL: Duration = Duration::from_secs(60);
/// The most that is read of an acknowledgement.
const MAX_ACK: usize = 64 * 1024;
/// The most that is read of a plan: 10,000 portals with room to spare.
const MAX_PLAN: usize = 32 * 1024 * 1024;

/// Where the collector is and how to be let in.
#[derive(Debug, Clone)]
pub struct Target {
    /// Base addresses, tried in turn.
    pub addresses: Vec<Url>,
    /// The token, or the file that holds it.
    pub token: Token,
    /// Certificates (PEM) to trust besides the built-in roots.
    pub ca_file: Option<PathBuf>,
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The file of certificates.
    #[error("cannot read certificates from `{}`: {why}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The file of the token.
    #[error("cannot read the token from `{}`: {source}", path.display())]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// TLS or HTTP could not be set up.
    #[error("cannot set up the HTTP client: {0}")]
    Setup(String),
}

/// An answer of the collector, its body read to a bound.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, if there is one.
    pub retry_after: Option<String>,
    /// `ETag`, if there is one.
    pub etag: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// The client.
pub struct Client {
    http: reqwest::Client,
    addresses: Vec<Url>,
    turn: AtomicUsize,
    token: Token,
    bearer: RwLock<String>,
    clock: SharedClock,
    trust: Arc<ClockTrust>,
    /// How often a collector answered that could (any status below 500).
    pub answers: Arc<AtomicU64>,
}

impl Client {
    /// Sets up TLS (built-in roots, the extra file, no proxy from the environment, no redirects) and reads the token.
    ///
    /// # Errors
    /// [`ClientError`] when a file cannot be read.
    pub fn new(target: Target, clock: SharedClock, trust: Arc<ClockTrust>) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(target.ca_file.as_ref())?)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .user_agent(concat!("ems-agent/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ClientError::Setup(error.to_string()))?;
        let bearer = target.token.bearer()?;
        Ok(Self {
            http,
            addresses: target.addresses.iter().map(as_folder).collect(),
            turn: AtomicUsize::new(0),
            token: target.token,
            bearer: RwLock::new(bearer),
            clock,
            trust,
            answers: Arc::default(),
        })
    }

    /// Sends a batch.
    pub(super) async fn post_batch(&self, batch: Vec<u8>) -> Result<Answer, Failure> {
        let request = self.http.post(self.address("api/v1/batches")?);
        let request = request.header(CONTENT_TYPE_HEADER, CONTENT_TYPE).body(batch);
        self.exchange(request, MAX_ACK).await
    }

    /// Sends a whole page.
    pub(super) async fn post_evidence(&self, waiting: &Waiting) -> Result<Answer, Failure> {
        let address = self.address(&waiting.label.target(&waiting.digest))?;
        let request = self
            .http
            .post(address)
            .header(CONTENT_TYPE_HEADER, evidence::CONTENT_TYPE);
        self.exchange(request.body(waiting.frame.clone()), MAX_ACK).await
    }

    /// Asks for the plan; `etag` is the one at hand.
    ///
    /// # Errors
    /// [`Failure`] when no answer came.
    pub async fn get_plan(&self, etag: Option<&str>) -> Result<Answer, Failure> {
        let mut request = self.http.get(self.address("api/v1/plan")?);
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        self.exchange(request, MAX_PLAN).await
    }

    /// From now on the next address is asked.
    pub fn turn_away(&self) {
        self.turn.fetch_add(1, Ordering::Relaxed);
    }

    /// Reads the token again, when it lies in a file that may have been renewed.
    pub fn renew_token(&self) {
        match self.token.bearer() {
            Ok(fresh) => *self.bearer.write().unwrap_or_else(PoisonError::into_inner) = fresh,
            Err(error) => tracing::error!(%error, "the token cannot be read"),
        }
    }

    /// The address that is asked at present.
    #[must_use]
    pub fn current_address(&self) -> Option<&Url> {
        let turn = self.turn.load(Ordering::Relaxed);
        self.addresses.get(turn.checked_rem(self.addresses.len())?)
    }

    fn address(&self, path: &str) -> Result<Url, Failure> {
        self.current_address()
            .and_then(|base| base.join(path).ok())
            .ok_or(Failure::Unexpected)
    }

    async fn exchange(&self, request: reqwest::RequestBuilder, cap: usize) -> Result<Answer, Failure> {
        let bearer = self.bearer.read().unwrap_or_else(PoisonError::into_inner).clone();
        let request = request.header(AUTHORIZATION, bearer);
        let (sent_at, left) = (self.clock.timestamp(), self.clock.monotonic());
        let mut response = request.send().await.map_err(|error| sort(&error))?;
        let round_trip = self.clock.monotonic().saturating_sub(left);
        let header = |name| text(response.headers(), name);
        if let Some(date) = header(DATE).and_then(|date| parse_date(&date)) {
            self.trust.learn(sent_at, round_trip, date);
        }
        let mut answer = Answer {
            status: response.status().as_u16(),
            retry_after: header(RETRY_AFTER),
            etag: header(ETAG),
            body: Vec::new(),
        };
        while let Some(chunk) = response.chunk().await.map_err(|error| sort(&error))? {
            if answer.body.len() + chunk.len() > cap {
                return Err(Failure::Unexpected);
            }
            answer.body.extend_from_slice(&chunk);
        }
        if answer.status < 500 {
            self.answers.fetch_add(1, Ordering::Relaxed);
        }
        Ok(answer)
    }
}

/// A client for receivers that are no collector.
pub(super) fn outside() -> Result<reqwest::Client, ClientError> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls(None)?)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(CONNECT * 3)
        .build()
        .map_err(|error| ClientError::Setup(error.to_string()))
}

fn sort(error: &reqwest::Error) -> Failure {
    tracing::debug!(error = %root(error), "the collector did not answer");
    if error.is_timeout() {
        Failure::Timeout
    } else {
        Failure::Network
    }
}

/// The innermost reason: reqwest's own text stops at "error sending request".
fn root(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

fn text(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// An HTTP date (RFC 9110 §5.6.7, the preferred form).
fn parse_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()
}

/// A base address ends in a slash, or `join` would replace its last segment.
fn as_folder(address: &Url) -> Url {
    let mut folder = address.clone();
    if !folder.path().ends_with('/') {
        folder.set_path(&format!("{}/", address.path()));
    }
    folder
}

fn tls(ca_file: Option<&PathBuf>) -> Result<rustls::ClientConfig, ClientError> {
    let mut roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(path) = ca_file {
        let unreadable = |why: String| ClientError::CaFile {
            path: path.clone(),
            why,
        };
        let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let mut found = 0;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| unreadable(error.to_string()))?;
            found += 1;
        }
        if found == 0 {
            return Err(unreadable("no certificate in PEM form in it".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError::Setup(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_http_are_read() {
        assert_eq!(
            parse_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap().as_second(),
            784_111_777
        );
        assert!(parse_date("yesterday").is_none());
    }

    #[test]
    fn an_address_keeps_its_path() {
        let joined = |base: &str| {
            as_folder(&base.parse().unwrap())
                .join("api/v1/plan")
                .unwrap()
                .to_string()
        };
        assert_eq!(
            joined("https://giamsat.gov.vn"),
            "https://giamsat.gov.vn/api/v1/plan"
        );
        assert_eq!(joined("https://gov.vn/ems"), "https://gov.vn/ems/api/v1/plan");
        assert_eq!(joined("https://gov.vn/ems/"), "https://gov.vn/ems/api/v1/plan");
    }
}
