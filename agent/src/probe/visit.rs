//! One attempt: from the name to the judged page, redirects included, on fresh connections to pinned addresses.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ems_contract::cause::{Cause, Stage, UnknownWhy};
use ems_contract::certificate::Chain;
use ems_contract::destination::{Destinations, literal, written};
use ems_contract::facts::{PageKind, TlsFacts};
use ems_contract::family::Family;
use ems_contract::observation::Timings;
use http::HeaderMap;
use http::header::SET_COOKIE;
use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::time::Instant;
use url::Url;

use super::handshake::shake;
use super::prober::NetProber;
use super::{Job, timing};
use crate::net::connect::connect;
use crate::net::fault::Fault;
use crate::net::http::{self as web, Bounds, Exchange, Jar};
use crate::page::kind::Scan;

/// One attempt, told step by step.
#[derive(Debug)]
pub struct Visit {
    /// When it began.
    pub started_at: Timestamp,
    /// Every URL on the way, the last one last; never empty.
    pub steps: Vec<Step>,
    /// Decoded bytes of the final body.
    pub body_bytes: Option<u32>,
    /// What the final body is.
    pub page: Option<PageKind>,
    /// The final answer itself, where the whole of it came.
    pub answer: Option<Answer>,
    /// Whether the portal's own page was there.
    pub result: Result<(), Fault>,
}

/// The final answer of a visit.
#[derive(Debug)]
pub struct Answer {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its decoded body.
    pub body: Vec<u8>,
}

/// One URL on the way.
#[derive(Debug)]
pub struct Step {
    /// What was asked.
    pub url: Url,
    /// The addresses of the family that the name resolved to, sorted.
    pub addresses: Vec<IpAddr>,
    /// The aliases followed in DNS.
    pub aliases: Vec<String>,
    /// The address it was pinned to.
    pub address: Option<IpAddr>,
    /// How long the phases took.
    pub timings: Timings,
    /// Whether the connection attempt was another slot's.
    pub shared: bool,
    /// Session and certificate.
    pub tls: Option<TlsFacts>,
    /// The presented chain.
    pub chain: Option<Chain>,
    /// The status.
    pub status: Option<u16>,
    /// The protocol version.
    pub version: Option<http::Version>,
}

impl Step {
    fn new(url: Url) -> Self {
        Self {
            url,
            addresses: Vec::new(),
            aliases: Vec::new(),
            address: None,
            timings: Timings::default(),
            shared: false,
            tls: None,
            chain: None,
            status: None,
            version: None,
        }
    }
}

impl Visit {
    /// The address of the last step that had one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.steps.iter().rev().find_map(|step| step.address)
    }

    /// The phases of all steps, added up.
    #[must_use]
    pub fn timings(&self) -> Timings {
        self.steps
            .iter()
            .fold(Timings::default(), |sum, step| timing::add(sum, step.timings))
    }

    /// Whether a connection attempt was another slot's.
    #[must_use]
    pub fn shared(&self) -> bool {
        self.steps.iter().any(|step| step.shared)
    }
}

/// What a step led to.
enum Led {
    /// To another URL.
    On(Url),
    /// To the end.
    Page { scan: Scan, answer: Answer },
}

/// Visits the portal of `job` over `family`, for the first (0) or second (1) time in the slot: the second time begins
/// at the next resolver and the next address.
pub(super) async fn visit(prober: &NetProber, job: &Job, family: Family, attempt: usize) -> Visit {
    let started_at = prober.clock.timestamp();
    let mut visitor = Visitor {
        prober,
        job,
        family,
        attempt,
        end: Instant::now() + millis(job.limits.total_ms),
        jar: Jar::default(),
        pinned: Vec::new(),
    };
    let mut steps = Vec::with_capacity(2);
    let mut url = job.portal.url.clone();
    let (mut body_bytes, mut page, mut answer) = (None, None, None);
    let result = loop {
        if !steps.is_empty() && Instant::now() >= visitor.end {
            break Err(Fault::portal(Stage::Request, Cause::HttpTimeout));
        }
        let mut step = Step::new(url);
        let led = visitor.take(&mut step, steps.is_empty()).await;
        let status = step.status;
        steps.push(step);
        match led {
            Err(fault) => break Err(fault),
            Ok(Led::Page { scan, answer: last }) => {
                let bytes = u32::try_from(last.body.len()).unwrap_or(u32::MAX);
                answer = Some(last);
                body_bytes = Some(bytes);
                page = Some(scan.kind);
                break judge(status.unwrap_or(0), bytes, &scan);
            }
            Ok(Led::On(_)) if steps.len() > usize::from(job.limits.redirects) => {
                break Err(Fault::portal(Stage::Request, Cause::HttpRedirectLoop));
            }
            Ok(Led::On(next)) => url = next,
        }
    };
    Visit {
        started_at,
        steps,
        body_bytes,
        page,
        answer,
        result,
    }
}

struct Visitor<'a> {
    prober: &'a NetProber,
    job: &'a Job,
    family: Family,
    attempt: usize,
    end: Instant,
    jar: Jar,
    /// Hosts already met, so that a redirect within a host stays at its address.
    pinned: Vec<(String, IpAddr)>,
}

impl Visitor<'_> {
    async fn take(&mut self, step: &mut Step, first: bool) -> Result<Led, Fault> {
        let limits = self.job.limits;
        let address = self.pin(step).await?;
        if first {
            let start = Instant::now();
            let portal = &self.job.portal;
            self.prober
                .budget
                .reach(address, &portal.id, self.job.interval_s)
                .await;
            // Waiting for our own turn is not the portal's time.
            self.end += start.elapsed();
        }
        let port = step.url.port_or_known_default().unwrap_or(80);
        let address = SocketAddr::new(address, port);
        let stream = self.connect(step, address).await?;
        if step.url.scheme() != "https" {
            return self.ask(step, stream).await;
        }
        let start = Instant::now();
        let host = step.url.host_str().unwrap_or_default();
        let limit = self.limit(limits.tls_ms);
        let shaken = shake(self.prober, stream, address, host, limit, &limits).await;
        step.timings.tls_us = Some(timing::micros(start.elapsed()));
        step.tls = shaken.facts;
        step.chain = shaken.chain;
        let stream = shaken.result?;
        if let Some(tls) = &mut step.tls
            && tls
                .chain
                .is_some_and(|chain| self.prober.standing.is_revoked(chain))
        {
            tls.faults.push(Cause::TlsRevoked);
            return Err(Fault::portal(Stage::Tls, Cause::TlsRevoked));
        }
        self.ask(step, stream).await
    }

    /// Resolves the step's host and chooses the address.
    async fn pin(&mut self, step: &mut Step) -> Result<IpAddr, Fault> {
        let host = step.url.host_str().unwrap_or_default();
        if let Some((_, address)) = self.pinned.iter().find(|(known, _)| known == host) {
            step.address = Some(*address);
            step.addresses = vec![*address];
            return Ok(*address);
        }
        let portal = &self.job.portal;
        let found = match written(&step.url, portal.url.host_str(), &portal.resolve) {
            Some(list) => of_family(list, self.family)?,
            None => {
                let start = Instant::now();
                let limit = self.limit(self.job.limits.dns_ms);
                let found = self
                    .prober
                    .resolver
                    .lookup(host, self.family, limit, self.attempt)
                    .await;
                step.timings.dns_us = Some(timing::micros(start.elapsed()));
                let found = found?;
                step.aliases = found.aliases;
                found.list
            }
        };
        let destinations = Destinations {
            allow: &portal.allow,
            resolve: &portal.resolve,
            literal: literal(&portal.url),
        };
        let address = {
            let allowed = || found.iter().copied().filter(|a| destinations.permit(*a));
            match allowed().count() {
                0 => None,
                count => allowed().nth((turn(self.job) + self.attempt) % count),
            }
        };
        step.addresses = found;
        // Addresses that lead nowhere from the Internet: a visitor cannot reach them either.
        let address = address.ok_or(Fault::portal(Stage::Connect, Cause::TcpUnreachable))?;
        step.address = Some(address);
        self.pinned.push((host.to_owned(), address));
        Ok(address)
    }

    async fn connect(&self, step: &mut Step, address: SocketAddr) -> Result<TcpStream, Fault> {
        let limit = self.limit(self.job.limits.connect_ms);
        let tried = self
            .prober
            .budget
            .connect(address, limit, || connect(address, limit))
            .await;
        step.timings.connect_us = Some(timing::micros(tried.took));
        step.shared = tried.shared;
        tried.result
    }

    async fn ask<S>(&mut self, step: &mut Step, stream: S) -> Result<Led, Fault>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let limits = self.job.limits;
        let bounds = Bounds {
            first_byte: millis(limits.first_byte_ms),
            end: self.end,
            body_bytes: usize::try_from(limits.body_bytes).unwrap_or(usize::MAX),
        };
        let cookies = self.jar.header(&step.url);
        let Exchange {
            first_byte_us,
            body_us,
            head,
            result,
        } = web::get(
            stream,
            &step.url,
            cookies,
            self.prober.user_agent(),
            &HeaderMap::new(),
            bounds,
        )
        .await;
        step.timings.first_byte_us = first_byte_us.map(timing::clamp);
        step.timings.body_us = body_us.map(timing::clamp);
        if let Some(head) = &head {
            step.status = Some(head.status);
            step.version = Some(head.version);
            for cookie in head.headers.get_all(SET_COOKIE) {
                self.jar.set(&step.url, cookie.as_bytes());
            }
        }
        let body = result?;
        let portal = &self.job.portal;
        if let Some(location) = head.as_ref().and_then(web::Head::location) {
            return web::next(&portal.url, &step.url, location).map(Led::On);
        }
        let scan = self.prober.kinds.scan(&portal.id, &body);
        if let Some(refresh) = &scan.refresh {
            let next = web::next(&portal.url, &step.url, refresh.as_bytes())?;
            if next != step.url {
                return Ok(Led::On(next));
            }
        }
        let headers = head.map(|head| head.headers).unwrap_or_default();
        let answer = Answer { headers, body };
        Ok(Led::Page { scan, answer })
    }

    /// A stage's own limit, cut by the end of the attempt.
    fn limit(&self, ms: u32) -> Duration {
        millis(ms).min(self.end.saturating_duration_since(Instant::now()))
    }
}

/// Moves on with every slot, so that all addresses of a name get their turn.
fn turn(job: &Job) -> usize {
    let slots = job.slot.secs() / i64::from(job.interval_s.max(1));
    usize::try_from(slots.rem_euclid(1 << 20)).unwrap_or(0)
}

pub(super) fn millis(ms: u32) -> Duration {
    Duration::from_millis(u64::from(ms))
}

/// Those of the family, sorted.
///
/// # Errors
/// `dns_nodata` when there is none.
pub(super) fn of_family(mut addresses: Vec<IpAddr>, family: Family) -> Result<Vec<IpAddr>, Fault> {
    addresses.retain(|address| Family::of(*address) == family);
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return Err(Fault::portal(Stage::Dns, Cause::DnsNodata));
    }
    Ok(addresses)
}

/// Whether the final answer is the portal's own page.
///
/// A page that refuses us says nothing about others. A plain `403` of the web server itself meets everybody, so it
/// is the portal's; `429` is by definition about us (RFC 6585).
fn judge(status: u16, bytes: u32, scan: &Scan) -> Result<(), Fault> {
    if bytes == 0 && scan.kind == PageKind::Empty && (200..300).contains(&status) {
        return Err(Fault::portal(Stage::Body, Cause::HttpEmpty));
    }
    standing_of(status, scan.kind, scan.scripted)
}

/// What a page of this status and kind says of the portal; `scripted` where scripts may fill it in a browser.
pub(super) fn standing_of(status: u16, kind: PageKind, scripted: bool) -> Result<(), Fault> {
    let content = |cause| Err(Fault::portal(Stage::Content, cause));
    if kind == PageKind::Blocked || status == 429 {
        return Err(Fault::Own(UnknownWhy::Refused));
    }
    if !(200..300).contains(&status) {
        return content(Cause::HttpStatus);
    }
    match kind {
        PageKind::Portal => Ok(()),
        // Scripts may fill it in a browser: emptiness here proves nothing.
        PageKind::EmptyShell if scripted => Ok(()),
        PageKind::Empty | PageKind::EmptyShell => content(Cause::ContentEmpty),
        PageKind::Error | PageKind::DatabaseError => content(Cause::ContentError),
        PageKind::Maintenance => content(Cause::ContentMaintenance),
        PageKind::DefaultPage | PageKind::DirectoryListing => content(Cause::ContentDefaultPage),
        PageKind::Parked => content(Cause::ContentParked),
        PageKind::Hijacked => content(Cause::ContentHijacked),
        PageKind::Blocked => Err(Fault::Own(UnknownWhy::Refused)),
    }
}
