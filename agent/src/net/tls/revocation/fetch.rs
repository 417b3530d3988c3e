//! Fetching from responders and list servers over plain HTTP, as certificates name them: bounded, and never from
//! addresses where an agent has no business.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ems_contract::destination::Destinations;
use ems_contract::family::Family;
use ems_contract::time::UnixTime;
use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use tokio::time::{Instant, timeout};
use url::{Host, Url};

use super::crl;
use crate::net::connect::connect;
use crate::net::http::{self as web, Bounds};
use crate::net::resolve::Resolver;

/// The longest list taken: those of the large public authorities stay below.
const MAX_LIST: usize = 8 * 1024 * 1024;
/// Bytes of lists kept at most; past it the memory starts anew.
const MAX_KEPT: usize = 32 * 1024 * 1024;
/// No list is kept longer than this, whatever it says: a revocation must be seen.
const MAX_AGE_S: i64 = 3_600;

/// Revocation lists fetched lately, by URL.
#[derive(Debug, Default)]
pub struct Lists {
    kept: Mutex<HashMap<String, Kept>>,
}

/// A list and until when it may be used.
type Kept = (UnixTime, Arc<[u8]>);

/// Fetches for one portal.
#[derive(Debug, Clone)]
pub struct Fetcher<'a> {
    /// Whom to ask for names.
    pub resolver: &'a Resolver,
    /// Lists fetched lately.
    pub lists: &'a Lists,
    /// Networks that the operator allowed besides the global ones.
    pub allow: &'a [IpNet],
    /// Who asks.
    pub user_agent: HeaderValue,
}

impl Fetcher<'_> {
    /// The body at `url`, if it comes whole with status 200 within the bounds.
    pub(super) async fn get(&self, url: &Url, most: usize, limit: Duration) -> Option<Vec<u8>> {
        timeout(limit, self.ask(url, most, limit)).await.ok()?
    }

    /// The list at `url`: as fetched lately, else fetched now.
    pub(super) async fn list(&self, url: &str, now: UnixTime, limit: Duration) -> Option<Arc<[u8]>> {
        {
            let kept = self.lists.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, list)) = kept.get(url).filter(|(until, _)| now < *until) {
                return Some(Arc::clone(list));
            }
        }
        let parsed = Url::parse(url).ok().filter(|url| url.scheme() == "http")?;
        let list: Arc<[u8]> = self.get(&parsed, MAX_LIST, limit).await?.into();
        let until = crl::good_until(&list)?.min(now + MAX_AGE_S);
        let mut kept = self.lists.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let held: usize = kept.values().map(|(_, list)| list.len()).sum();
        if held + list.len() > MAX_KEPT {
            kept.clear();
        }
        kept.insert(url.to_owned(), (until, Arc::clone(&list)));
        Some(list)
    }

    async fn ask(&self, url: &Url, most: usize, limit: Duration) -> Option<Vec<u8>> {
        let end = Instant::now() + limit;
        let port = url.port_or_known_default()?;
        for address in self.addresses(url, limit / 3).await {
            let Ok(stream) = connect(SocketAddr::new(address, port), limit / 3).await else {
                continue;
            };
            let bounds = Bounds {
                first_byte: limit,
                end,
                body_bytes: most,
            };
            let exchange = web::get(
                stream,
                url,
                None,
                self.user_agent.clone(),
                &HeaderMap::new(),
                bounds,
            )
            .await;
            if exchange.head.is_some_and(|head| head.status == 200) {
                return exchange.result.ok();
            }
        }
        None
    }

    /// One address of each family, as far as they may be connected to.
    async fn addresses(&self, url: &Url, limit: Duration) -> Vec<IpAddr> {
        let said = Destinations {
            allow: self.allow,
            resolve: &[],
            literal: None,
        };
        let mut found = match url.host() {
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => {
                let (four, six) = tokio::join!(
                    self.resolver.lookup(name, Family::V4, limit, 0),
                    self.resolver.lookup(name, Family::V6, limit, 0)
                );
                let first =
                    |found: Result<crate::net::resolve::Addresses, _>| found.ok()?.list.into_iter().next();
                [first(four), first(six)].into_iter().flatten().collect()
            }
            None => Vec::new(),
        };
        found.retain(|address| said.permit(*address));
        found
    }
}
