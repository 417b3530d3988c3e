//! The HTTP client that speaks to receivers: no redirects, no proxy but the one that is asked for, no addresses but open
//! ones, bounded in time and size.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ems_contract::diagnostic::Message;
use ems_contract::text::Lang;
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;

use super::reach::{Closed, Guard, Lookup, system};
use super::retry_after::RetryAfter;
use super::settings::Reach;

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
        why: Message,
        /// Not before.
        retry_after: Option<RetryAfter>,
    },
    /// It said nothing in time; it may have it, and may take it later.
    Hung,
    /// Not in this form: another channel is the better try.
    Refused {
        /// Why.
        why: Message,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why().render(Lang::En))
    }
}

impl Failure {
    /// It may later, at no special time.
    #[must_use]
    pub const fn later(why: Message) -> Self {
        Self::Later {
            why,
            retry_after: None,
        }
    }

    /// It may later; a part of this program or of the system says why not now.
    pub fn technical(detail: impl fmt::Display) -> Self {
        Self::later(technical(detail))
    }

    /// In words.
    #[must_use]
    pub fn why(&self) -> Message {
        match self {
            Self::Later { why, .. } | Self::Refused { why } => why.clone(),
            Self::Hung => Message::new("notify.failure.hung"),
        }
    }
}

/// The client for receivers that are reached in this way; an exchange takes 15 s at most, unless `total` says otherwise.
///
/// # Errors
/// In words: TLS cannot be set up, the password of the proxy is not there.
pub fn client(reach: &Reach, total: Option<Duration>) -> Result<reqwest::Client, Message> {
    client_by(reach, total, system)
}

fn client_by(reach: &Reach, total: Option<Duration>, lookup: Lookup) -> Result<reqwest::Client, Message> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(technical)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut builder = reqwest::Client::builder().no_proxy();
    if let Some(settings) = &reach.proxy {
        let mut proxy = reqwest::Proxy::all(settings.url.as_str()).map_err(technical)?;
        if let Some((user, password)) = &settings.login {
            proxy = proxy.basic_auth(user, password.read()?.reveal());
        }
        builder = builder.proxy(proxy);
    }
    builder
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(Guard::new(reach, lookup)))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(total.unwrap_or(TOTAL))
        .user_agent(concat!("ems-collector/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(technical)
}

/// Sends, and returns the answer's body when the receiver took it (2xx).
///
/// # Errors
/// [`Failure`]: busy, failing and silent receivers may take it later; others (redirects too) refuse it.
pub async fn send(request: reqwest::RequestBuilder) -> Result<Vec<u8>, Failure> {
    let answer = request.send().await;
    let mut answer = answer.map_err(failure)?;
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
            Err(error) => return Err(failure(error)),
        }
    }
    if status.is_success() {
        return Ok(body);
    }
    let why = Message::new("notify.failure.status").with("status", status.as_u16());
    let busy = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
    );
    if busy || status.is_server_error() {
        return Err(Failure::Later { why, retry_after });
    }
    Err(Failure::Refused { why })
}

fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if let Some(Closed { name, address }) = closed(&error) {
        let why = Message::new("notify.failure.closed")
            .with("name", name)
            .with("address", address);
        return Failure::Refused { why };
    }
    if error.is_timeout() {
        Failure::Hung
    } else if error.is_connect() {
        Failure::later(Message::new("notify.failure.no_connection"))
    } else {
        Failure::technical(error)
    }
}

fn closed(error: &reqwest::Error) -> Option<&Closed> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(closed) = error.downcast_ref() {
            return Some(closed);
        }
        source = error.source();
    }
    None
}

/// What a part of this program or the system says, in its own words.
pub(super) fn technical(detail: impl fmt::Display) -> Message {
    Message::new("notify.failure.technical").with("detail", detail)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::pin::Pin;

    use super::*;

    /// Every name is this machine's.
    fn home(_name: String) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>> {
        Box::pin(async { Ok(vec![SocketAddr::from(([127, 0, 0, 1], 0))]) })
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_unless_its_address_is_allowed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let app = axum::Router::new().fallback(|| async { "taken" });
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        let tell = async |host: &str, allow: &[&str]| {
            let reach = Reach {
                allow_addresses: allow.iter().map(|text| text.parse().unwrap()).collect(),
                proxy: None,
            };
            let client = client_by(&reach, None, home).unwrap();
            send(client.get(format!("http://{host}:{port}/"))).await
        };
        let refused = tell("hook.example.vn", &["10.0.0.0/8"]).await.unwrap_err();
        assert!(matches!(refused, Failure::Refused { .. }), "{refused:?}");
        let said = refused.why().render(Lang::Vi);
        assert!(
            said.contains("hook.example.vn")
                && said.contains("127.0.0.1")
                && said.contains("allow_addresses"),
            "{said}"
        );
        assert_eq!(tell("hook.example.vn", &["127.0.0.0/8"]).await.unwrap(), b"taken");
        assert_eq!(
            tell("127.0.0.1", &[]).await.unwrap(),
            b"taken",
            "written literally"
        );
        assert_eq!(tell("localhost", &[]).await.unwrap(), b"taken");
    }
}
