//! The one HTTP client that speaks to receivers: no redirects, no proxy, bounded in time and size.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;

use super::retry_after::RetryAfter;

/// A connection that takes longer is given up.
const CONNECT: Duration = Duration::from_secs(5);
/// A whole exchange.
const TOTAL: Duration = Duration::from_secs(15);
/// The most that is read of an answer.
const MAX_ANSWER: usize = 64 * 1024;

/// Why a receiver did not take it; told without addresses, which may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It may later.
    Later {
        /// Why not now.
        why: String,
        /// Not before.
        retry_after: Option<RetryAfter>,
    },
    /// Not in this form: another channel is the better try.
    Refused {
        /// Why.
        why: String,
    },
}

impl Failure {
    /// It may later, at no special time.
    pub fn later(why: impl Into<String>) -> Self {
        Self::Later {
            why: why.into(),
            retry_after: None,
        }
    }

    /// In words.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Later { why, .. } | Self::Refused { why } => why,
        }
    }
}

/// The client.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client(total: Option<Duration>) -> Result<reqwest::Client, String> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(total.unwrap_or(TOTAL))
        .user_agent(concat!("ems-collector/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())
}

/// Sends, and returns the answer's body when the receiver took it (2xx).
///
/// # Errors
/// [`Failure`]: busy, failing and silent receivers may take it later; others (redirects too) refuse it.
pub async fn send(request: reqwest::RequestBuilder) -> Result<Vec<u8>, Failure> {
    let answer = request.send().await;
    let mut answer = answer.map_err(|error| Failure::later(plain(error)))?;
    let status = answer.status();
    let retry_after = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| RetryAfter::parse(value.to_str().ok()?));
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_ANSWER => body.extend_from_slice(&chunk),
            Ok(_) => break,
            // A status is an answer, whatever became of the body.
            Err(_) if !status.is_success() => break,
            Err(error) => return Err(Failure::later(plain(error))),
        }
    }
    if status.is_success() {
        return Ok(body);
    }
    let why = format!("the receiver answered {}", status.as_u16());
    let busy = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
    );
    if busy || status.is_server_error() {
        return Err(Failure::Later { why, retry_after });
    }
    Err(Failure::Refused { why })
}

fn plain(error: reqwest::Error) -> String {
    let error = error.without_url();
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        error.to_string()
    }
}
