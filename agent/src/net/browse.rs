//! Pages of a portal asked for one after the other, as a browser asks: cookies kept for the visit, redirects followed,
//! every address under the rule of destinations and the budget of crawls.
//!
//! The only door through which pages, feeds, files and links beyond the home page of `reach` are fetched.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ems_contract::cause::{Cause, Stage};
use ems_contract::clock::SharedClock;
use ems_contract::destination::{Destinations, literal, written};
use ems_contract::family::Family;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use url::Url;

use super::budget::Budget;
use super::connect::connect;
use super::fault::Fault;
use super::http::{self as web, Bounds, Exchange, Head, Jar};
use super::resolve::Resolver;
use super::tls::TlsClient;

/// How long one page may take, waiting for our own turn apart.
const LIMIT: Duration = Duration::from_secs(20);
/// How long a name may take, and a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Redirects followed.
const REDIRECTS: usize = 8;

/// What a browser works with: the collaborators of the agent's other probes.
pub struct Collaborators<'a> {
    /// Names.
    pub resolver: &'a Resolver,
    /// TLS.
    pub tls: &'a TlsClient,
    /// Politeness.
    pub budget: &'a Budget,
    /// Time, for certificates.
    pub clock: &'a SharedClock,
    /// Who asks.
    pub user_agent: HeaderValue,
}

impl std::fmt::Debug for Collaborators<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collaborators")
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

/// What the operator wrote about one portal's network.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Networks allowed besides the global ones.
    pub allow: Vec<IpNet>,
    /// Addresses written in place of DNS for the portal's own host.
    pub resolve: Vec<IpAddr>,
}

/// One visit's browser.
pub struct Browser<'a> {
    with: Collaborators<'a>,
    home: Url,
    written: Written,
    jar: Mutex<Jar>,
    names: Mutex<HashMap<String, Result<Vec<IpAddr>, Fault>>>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The address.
    pub url: &'a Url,
    /// Bytes of body at most.
    pub most: usize,
    /// Whether redirects may leave the portal's organisation: links may, the portal's own pages may not.
    pub anywhere: bool,
    /// Conditions (`If-None-Match`, `If-Modified-Since`).
    pub conditions: HeaderMap,
}

impl<'a> Ask<'a> {
    /// A page of the portal.
    #[must_use]
    pub fn page(url: &'a Url, most: usize) -> Self {
        Self {
            url,
            most,
            anywhere: false,
            conditions: HeaderMap::new(),
        }
    }

    /// A link, wherever it leads.
    #[must_use]
    pub fn link(url: &'a Url, most: usize) -> Self {
        Self {
            anywhere: true,
            ..Self::page(url, most)
        }
    }
}

/// One answer on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// What was asked.
    pub url: Url,
    /// The status.
    pub status: u16,
}

/// What came, as far as it came.
#[derive(Debug)]
pub struct Got {
    /// Answers on the way, the last one last; empty where nobody answered.
    pub hops: Vec<Hop>,
    /// The last address that was asked.
    pub url: Url,
    /// The headers of the last answer.
    pub headers: HeaderMap,
    /// The decoded body of the last answer, or why there is none.
    pub body: Result<Vec<u8>, Fault>,
}

impl Got {
    /// The status of the last answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.hops
            .last()
            .filter(|hop| hop.url == self.url)
            .map(|hop| hop.status)
    }

    /// A header of the last answer as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Browser<'a> {
    /// A browser for one visit to the portal with this home page.
    #[must_use]
    pub fn new(with: Collaborators<'a>, home: Url, written: Written) -> Self {
        Self {
            with,
            home,
            written,
            jar: Mutex::default(),
            names: Mutex::default(),
        }
    }

    /// Asks, and follows redirects.
    pub async fn get(&self, ask: &Ask<'_>) -> Got {
        let mut got = Got {
            hops: Vec::new(),
            url: ask.url.clone(),
            headers: HeaderMap::new(),
            body: Err(Fault::portal(Stage::Request, Cause::HttpRedirectLoop)),
        };
        while got.hops.len() <= REDIRECTS {
            let exchange = match self.exchange(&got.url, ask).await {
                Ok(exchange) => exchange,
                Err(fault) => {
                    got.body = Err(fault);
                    return got;
                }
            };
            let Some(head) = exchange.head else {
                got.body = exchange.result;
                return got;
            };
            got.hops.push(Hop {
                url: got.url.clone(),
                status: head.status,
            });
            let next = head.location().map(|location| {
                if ask.anywhere {
                    web::target(&got.url, location)
                } else {
                    web::next(&self.home, &got.url, location)
                }
            });
            got.headers = head.headers;
            match next {
                None => {
                    got.body = exchange.result;
                    return got;
                }
                Some(Err(fault)) => {
                    got.body = Err(fault);
                    return got;
                }
                Some(Ok(next)) => got.url = next,
            }
        }
        got
    }

    /// One request to one of the host's addresses; the next address where the first does not answer.
    async fn exchange(&self, url: &Url, ask: &Ask<'_>) -> Result<Exchange, Fault> {
        let mut last = Fault::portal(Stage::Dns, Cause::DnsNodata);
        for address in self.addresses(url).await?.into_iter().take(3) {
            let permit = self.with.budget.crawl(address).await;
            let tried = self.at(url, address, ask).await;
            drop(permit);
            match tried {
                Ok(exchange) => return Ok(exchange),
                Err(fault) => last = fault,
            }
        }
        Err(last)
    }

    /// The addresses of a host that may be asked, both families, IPv4 first: found once a visit.
    async fn addresses(&self, url: &Url) -> Result<Vec<IpAddr>, Fault> {
        let host = url.host_str().unwrap_or_default();
        if let Some(known) = lock(&self.names).get(host) {
            return known.clone();
        }
        let found = self.look_up(url, host).await;
        lock(&self.names).insert(host.to_owned(), found.clone());
        found
    }

    async fn look_up(&self, url: &Url, host: &str) -> Result<Vec<IpAddr>, Fault> {
        let list = match written(url, self.home.host_str(), &self.written.resolve) {
            Some(list) => list,
            None => {
                let lookup = |family| self.with.resolver.lookup(host, family, CONNECT, 0);
                let (four, six) = tokio::join!(lookup(Family::V4), lookup(Family::V6));
                match (four, six) {
                    (Err(fault), Err(_)) => return Err(fault),
                    (four, six) => [four, six]
                        .into_iter()
                        .flatten()
                        .flat_map(|found| found.list)
                        .collect(),
                }
            }
        };
        let destinations = Destinations {
            allow: &self.written.allow,
            resolve: &self.written.resolve,
            literal: literal(&self.home),
        };
        let allowed: Vec<IpAddr> = list.into_iter().filter(|a| destinations.permit(*a)).collect();
        if allowed.is_empty() {
            // Addresses that lead nowhere from the Internet: a visitor cannot reach them either.
            return Err(Fault::portal(Stage::Connect, Cause::TcpUnreachable));
        }
        Ok(allowed)
    }

    /// One request to one address. An error says that no request was sent.
    async fn at(&self, url: &Url, address: IpAddr, ask: &Ask<'_>) -> Result<Exchange, Fault> {
        let end = Instant::now() + LIMIT;
        let port = url.port_or_known_default().unwrap_or(80);
        let address = SocketAddr::new(address, port);
        let stream = connect(address, CONNECT).await?;
        if url.scheme() != "https" {
            return Ok(self.send(stream, url, ask, end).await);
        }
        let host = url.host_str().unwrap_or_default();
        let (tls, clock) = (self.with.tls, self.with.clock);
        let shaken = tls.handshake(stream, host, LIMIT / 2, clock).await;
        let again = async { connect(address, CONNECT).await.ok() };
        let shaken = tls.or_legacy(shaken, again, host, LIMIT / 2, clock).await;
        Ok(self.send(shaken.result?, url, ask, end).await)
    }

    async fn send<S>(&self, stream: S, url: &Url, ask: &Ask<'_>, end: Instant) -> Exchange
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let bounds = Bounds {
            first_byte: LIMIT,
            end,
            body_bytes: ask.most,
        };
        let cookies = lock(&self.jar).header(url);
        let agent = self.with.user_agent.clone();
        let exchange = web::get(stream, url, cookies, agent, &ask.conditions, bounds).await;
        if let Some(Head { headers, .. }) = &exchange.head {
            let mut jar = lock(&self.jar);
            for cookie in headers.get_all(SET_COOKIE) {
                jar.set(url, cookie.as_bytes());
            }
        }
        exchange
    }
}

impl std::fmt::Debug for Browser<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}
