//! Where receivers may be: at global addresses, at the address that the operator wrote literally, and at those that
//! `allow_addresses` opens ([`ems_contract::destination`]). A name's DNS is written by strangers: it shall not lead what the
//! collector sends to machines of the network that it stands in.
//!
//! Behind a proxy it is the proxy that looks names up; the proxy itself stands where the operator says, inside too.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

use ems_contract::destination::is_global;
use ipnet::IpNet;
use reqwest::dns::{Name, Resolve, Resolving};

use super::settings::Reach;

/// Looks up a name.
pub(super) type Lookup = fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// As the system does it.
pub(super) fn system(name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
}

/// A name that leads to no address that is open.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Closed {
    pub(super) name: String,
    pub(super) address: IpAddr,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} leads to {}", self.name, self.address)
    }
}

impl std::error::Error for Closed {}

/// Looks names up, and gives out the addresses that are open.
pub(super) struct Guard {
    allow: Vec<IpNet>,
    proxy: Option<String>,
    lookup: Lookup,
}

impl Guard {
    pub(super) fn new(reach: &Reach, lookup: Lookup) -> Self {
        let proxy = reach.proxy.as_ref().and_then(|proxy| proxy.url.host_str());
        Self {
            allow: reach.allow_addresses.clone(),
            proxy: proxy.map(str::to_owned),
            lookup,
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let (allow, any) = (self.allow.clone(), self.proxy.as_ref() == Some(&name));
        let found = (self.lookup)(name.clone());
        Box::pin(async move {
            let found = found.await?;
            let open = if any { found } else { open(name, found, &allow)? };
            Ok(Box::new(open.into_iter()) as Box<dyn Iterator<Item = SocketAddr> + Send>)
        })
    }
}

/// The addresses of a name that are open. `localhost` is this machine by its name (RFC 6761): it is as good as a literal.
fn open(name: String, found: Vec<SocketAddr>, allow: &[IpNet]) -> Result<Vec<SocketAddr>, Closed> {
    let here = name == "localhost" || name.ends_with(".localhost");
    let (open, closed): (Vec<SocketAddr>, Vec<SocketAddr>) = found.into_iter().partition(|address| {
        let address = address.ip();
        is_global(address)
            || here && address.is_loopback()
            || allow.iter().any(|network| network.contains(&address))
    });
    match closed.first().filter(|_| open.is_empty()) {
        Some(closed) => Err(Closed {
            name,
            address: closed.ip(),
        }),
        None => Ok(open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, found: &[&str], allow: &[&str]) -> Result<Vec<String>, Closed> {
        let found = found.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0));
        let allow: Vec<IpNet> = allow.iter().map(|text| text.parse().unwrap()).collect();
        let open = open(name.to_owned(), found.collect(), &allow)?;
        Ok(open.iter().map(|address| address.ip().to_string()).collect())
    }

    #[test]
    fn a_name_leads_to_global_addresses_and_to_those_that_are_allowed() {
        let global = ["203.162.4.190", "2405:4800::1"];
        assert_eq!(of("a.vn", &global, &[]).unwrap(), global);
        assert_eq!(of("a.vn", &["10.0.0.1", global[0]], &[]).unwrap(), [global[0]]);
        for inside in ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"] {
            let closed = of("a.vn", &[inside], &["10.9.0.0/16"]).unwrap_err();
            assert_eq!(closed.address.to_string(), inside);
        }
        assert_eq!(of("a.vn", &["10.9.0.1"], &["10.9.0.0/16"]).unwrap(), ["10.9.0.1"]);
        assert_eq!(of("localhost", &["::1", "127.0.0.1"], &[]).unwrap().len(), 2);
        assert!(of("localhost", &["10.0.0.1"], &[]).is_err());
        assert!(of("localhost.vn", &["127.0.0.1"], &[]).is_err());
        assert!(of("a.vn", &[], &[]).unwrap().is_empty());
    }
}
