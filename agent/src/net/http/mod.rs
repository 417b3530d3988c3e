//! One HTTP/1.1 exchange over a stream that is already there: timed, bounded, every ending named.

mod body;
mod cookie;
mod redirect;
mod stream;

use std::error::Error as _;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use ems_contract::cause::{Cause, Stage};
use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Version};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use url::Url;

pub use self::cookie::Jar;
pub use self::redirect::{is_redirect, next, target};
use self::stream::{Meter, Metered};
use super::fault::Fault;

/// The most bytes of status line and headers: far above what portals send, far below what hurts.
const MAX_HEAD: usize = 64 * 1024;
/// The most headers of one answer.
const MAX_HEADERS: usize = 128;
/// A body that is still coming, however slowly, was heard from within this time.
const STALLED: Duration = Duration::from_secs(5);

/// Bounds of one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// From the request to the end of the headers.
    pub first_byte: Duration,
    /// When the whole visit ends.
    pub end: Instant,
    /// Bytes of body, before and after decoding.
    pub body_bytes: usize,
}

/// Status line and headers.
#[derive(Debug)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// The protocol version.
    pub version: Version,
    /// The headers.
    pub headers: HeaderMap,
}

impl Head {
    /// Where the answer sends the browser, if it does.
    #[must_use]
    pub fn location(&self) -> Option<&[u8]> {
        if !is_redirect(self.status) {
            return None;
        }
        self.headers.get(header::LOCATION).map(HeaderValue::as_bytes)
    }
}

/// How an exchange went, as far as it went.
#[derive(Debug)]
pub struct Exchange {
    /// From the request to the first byte of the answer.
    pub first_byte_us: Option<u64>,
    /// From the first byte to the end.
    pub body_us: Option<u64>,
    /// Status and headers, when they came.
    pub head: Option<Head>,
    /// The decoded body (empty for a redirect, whose body nobody sees), or why it is not whole.
    pub result: Result<Vec<u8>, Fault>,
}

/// Asks for `url` over `stream`. `conditions` are headers besides the usual ones (`If-None-Match` …).
pub async fn get<S>(
    stream: S,
    url: &Url,
    cookies: Option<String>,
    user_agent: HeaderValue,
    conditions: &HeaderMap,
    bounds: Bounds,
) -> Exchange
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let start = Instant::now();
    let meter = Meter::started(start);
    let mut exchange = Exchange {
        first_byte_us: None,
        body_us: None,
        head: None,
        result: Err(Fault::portal(Stage::Request, Cause::HttpMalformed)),
    };
    let Some(request) = request(url, cookies, user_agent, conditions) else {
        return exchange;
    };
    let io = TokioIo::new(Metered::new(stream, std::sync::Arc::clone(&meter)));
    // Lenient as browsers are: a sloppy header line is not an outage.
    let mut builder = http1::Builder::new();
    builder
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .ignore_invalid_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true);
    let (mut sender, connection) = match builder.handshake(io).await {
        Ok(pair) => pair,
        Err(error) => {
            exchange.result = Err(fault_of(&error, false, &meter));
            return exchange;
        }
    };
    let mut connection = pin!(connection);
    let mut finished = false;

    let head_end = bounds.end.min(start + bounds.first_byte);
    let response = sender.send_request(request);
    let answered = timeout_at(head_end, drive(connection.as_mut(), &mut finished, response)).await;
    exchange.first_byte_us = meter.first_byte_us();
    let response = match answered {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            exchange.result = Err(fault_of(&error, false, &meter));
            return exchange;
        }
        Err(_elapsed) => {
            exchange.result = Err(Fault::portal(Stage::FirstByte, Cause::HttpTimeout));
            return exchange;
        }
    };
    let (parts, incoming) = response.into_parts();
    let head = Head {
        status: parts.status.as_u16(),
        version: parts.version,
        headers: parts.headers,
    };
    exchange.result = if head.location().is_some() {
        Ok(Vec::new())
    } else {
        let read = read_body(incoming, &head, &meter, bounds);
        drive(connection, &mut finished, read).await
    };
    let whole = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    exchange.body_us = exchange.first_byte_us.map(|first| whole.saturating_sub(first));
    exchange.head = Some(head);
    exchange
}

/// The request as we send it. `identity`: a page of 30 kB costs less to receive plain than to inflate (about 10 µs
/// of AES and copying against 100 µs), and this agent's time is the scarcer good; compressed answers are
/// understood all the same. `close`: the connection is never used again, so the server need not keep it.
fn request(
    url: &Url,
    cookies: Option<String>,
    user_agent: HeaderValue,
    conditions: &HeaderMap,
) -> Option<Request<Empty<Bytes>>> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut request = Request::builder()
        .uri(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, user_agent)
        .header(
            header::ACCEPT,
            HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8"),
        )
        .header(header::ACCEPT_LANGUAGE, HeaderValue::from_static("vi,en;q=0.5"))
        .header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"))
        .header(header::CONNECTION, HeaderValue::from_static("close"));
    if let Some(cookies) = cookies {
        request = request.header(header::COOKIE, HeaderValue::from_str(&cookies).ok()?);
    }
    for (name, value) in conditions {
        request = request.header(name, value);
    }
    request.body(Empty::new()).ok()
}

/// Runs the connection and `work` on it in one task, until `work` is done.
async fn drive<C, W>(mut connection: Pin<&mut C>, finished: &mut bool, work: W) -> W::Output
where
    C: Future<Output = hyper::Result<()>>,
    W: Future,
{
    let mut work = pin!(work);
    poll_fn(move |context| {
        if !*finished && let Poll::Ready(_end) = connection.as_mut().poll(context) {
            // Its error, if any, reaches `work` through the exchange itself.
            *finished = true;
        }
        work.as_mut().poll(context)
    })
    .await
}

async fn read_body(incoming: Incoming, head: &Head, meter: &Meter, bounds: Bounds) -> Result<Vec<u8>, Fault> {
    let failed = |cause| Fault::portal(Stage::Body, cause);
    let announced = head
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse::<u64>().ok());
    if announced.is_some_and(|length| length > bounds.body_bytes as u64) {
        return Err(failed(Cause::HttpBodyLimit));
    }
    let room = announced
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0);
    let mut bytes = Vec::with_capacity(room);
    let mut incoming = incoming;
    let mut heard = Instant::now();
    loop {
        match timeout_at(bounds.end, incoming.frame()).await {
            Ok(None) => break,
            Ok(Some(Ok(frame))) => {
                let Some(data) = frame.data_ref() else { continue };
                heard = Instant::now();
                if bytes.len() + data.len() > bounds.body_bytes {
                    return Err(failed(Cause::HttpBodyLimit));
                }
                bytes.extend_from_slice(data);
            }
            Ok(Some(Err(error))) => return Err(fault_of(&error, true, meter)),
            Err(_elapsed) => {
                return Err(failed(if heard.elapsed() < STALLED && !bytes.is_empty() {
                    Cause::HttpSlowBody
                } else {
                    Cause::HttpTimeout
                }));
            }
        }
    }
    let codings: Vec<&str> = head
        .headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|coding| !coding.is_empty())
        .collect();
    if codings.is_empty() || bytes.is_empty() {
        return Ok(bytes);
    }
    body::decode(bytes, &codings, bounds.body_bytes).map_err(failed)
}

/// The fault that an error of the exchange stands for.
fn fault_of(error: &hyper::Error, in_body: bool, meter: &Meter) -> Fault {
    let stage = if in_body { Stage::Body } else { Stage::FirstByte };
    if let Some(error) = io_error(error) {
        let tls = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if !in_body && matches!(tls, Some(rustls::Error::AlertReceived(_))) {
            // TLS 1.3 servers refuse (for want of a client certificate) only after the handshake.
            return Fault::portal(Stage::Tls, Cause::TlsHandshake);
        }
        let cause = match error.kind() {
            io::ErrorKind::UnexpectedEof => Cause::HttpTruncated,
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Cause::HttpMalformed,
            _ => Cause::HttpReset,
        };
        return Fault::portal(stage, cause);
    }
    let cause = if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        match (in_body, meter.bytes()) {
            (false, 0) => Cause::HttpEmpty,
            _ => Cause::HttpTruncated,
        }
    } else {
        Cause::HttpMalformed
    };
    Fault::portal(stage, cause)
}

fn io_error(error: &hyper::Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io);
        }
        source = error.source();
    }
    None
}
