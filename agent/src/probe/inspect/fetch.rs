//! One request to one address, without redirects: for questions beside the home page.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use url::Url;

use crate::net::connect::connect;
use crate::net::http::{self as web, Bounds, Head};
use crate::probe::NetProber;

/// How long the whole may take.
const LIMIT: Duration = Duration::from_secs(8);

/// What came.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) status: u16,
    /// Where it redirects to.
    pub(super) location: Option<Url>,
    /// The body; none where it did not come whole.
    pub(super) body: Option<Vec<u8>>,
}

/// Asks `address` for `url`; none where no answer with a status came.
pub(super) async fn fetch(prober: &NetProber, url: &Url, address: IpAddr, most: usize) -> Option<Fetched> {
    let end = Instant::now() + LIMIT;
    let address = SocketAddr::new(address, url.port_or_known_default()?);
    let connected = || connect(address, LIMIT / 2);
    let stream = connected().await.ok()?;
    if url.scheme() == "http" {
        return ask(prober, stream, url, end, most).await;
    }
    let host = url.host_str()?;
    let tls = &prober.tls;
    let shaken = tls.handshake(stream, host, LIMIT, &prober.clock).await;
    let again = async { connected().await.ok() };
    let shaken = tls.or_legacy(shaken, again, host, LIMIT, &prober.clock).await;
    ask(prober, shaken.result.ok()?, url, end, most).await
}

async fn ask<S>(prober: &NetProber, stream: S, url: &Url, end: Instant, most: usize) -> Option<Fetched>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let bounds = Bounds {
        first_byte: LIMIT,
        end,
        body_bytes: most,
    };
    let exchange = web::get(stream, url, None, prober.user_agent(), &HeaderMap::new(), bounds).await;
    let head = exchange.head?;
    let location =
        Head::location(&head).and_then(|location| url.join(String::from_utf8_lossy(location).trim()).ok());
    Some(Fetched {
        status: head.status,
        location,
        body: exchange.result.ok(),
    })
}
