//! Where may be connected to: global addresses, and others only when the operator said so.
//!
//! A name's DNS or a redirect is written by strangers. Without this rule it could steer an agent or a collector that stands
//! inside a government network at that network's own machines (server-side request forgery).
//! Ranges: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), multicast, RFC 9637.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

/// Whether an address is reachable from the whole Internet by assignment.
#[must_use]
pub const fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_global_v4(v4),
        IpAddr::V6(v6) => is_global_v6(v6),
    }
}

const fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)          // this network, private, loopback, multicast, reserved
            | (100, 64..=127, _)                  // shared address space of carriers (RFC 6598)
            | (169, 254, _)                       // link-local
            | (172, 16..=31, _)                   // private
            | (192, 0, 0 | 2)                     // protocol assignments, TEST-NET-1
            | (192, 88, 99)                       // deprecated 6to4 relay anycast
            | (192, 168, _)                       // private
            | (198, 18 | 19, _)                   // benchmarking
            | (198, 51, 100)                      // TEST-NET-2
            | (203, 0, 113) // TEST-NET-3
    )
}

const fn is_global_v6(address: Ipv6Addr) -> bool {
    let [a, b, _, _, _, _, _, _] = address.segments();
    // Only 2000::/3 is assigned as global unicast: loopback, mapped, NAT64, unique local, link-local, discard,
    // SRv6 and multicast lie outside it.
    if a & 0xe000 != 0x2000 {
        return false;
    }
    !matches!(
        (a, b),
        (0x2001, 0..=0x01ff)            // protocol assignments, Teredo, ORCHID, benchmarking
            | (0x2001, 0x0db8)          // documentation
            | (0x2002, _)               // 6to4
            | (0x3fff, 0..=0x0fff) // documentation (RFC 9637)
    )
}

/// What the operator wrote about one portal's destinations.
#[derive(Debug, Clone, Copy)]
pub struct Destinations<'a> {
    /// Networks allowed besides the global ones.
    pub allow: &'a [IpNet],
    /// Addresses written literally in place of DNS.
    pub resolve: &'a [IpAddr],
    /// The address written literally in the portal's URL.
    pub literal: Option<IpAddr>,
}

impl Destinations<'_> {
    /// Whether a connection to `address` is allowed.
    #[must_use]
    pub fn permit(&self, address: IpAddr) -> bool {
        is_global(address)
            || self.literal == Some(address)
            || self.resolve.contains(&address)
            || self.allow.iter().any(|network| network.contains(&address))
    }
}

/// The address written literally in a URL.
#[must_use]
pub fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

/// The addresses that stand written for the host of `url`: in the URL itself, or by the operator for the portal's
/// own host (with and without `www.`).
#[must_use]
pub fn written(url: &Url, portal_host: Option<&str>, resolve: &[IpAddr]) -> Option<Vec<IpAddr>> {
    if let Some(address) = literal(url) {
        return Some(vec![address]);
    }
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    let own = url.host_str().map(bare) == portal_host.map(bare);
    (own && !resolve.is_empty()).then(|| resolve.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Destinations<'_> = Destinations {
        allow: &[],
        resolve: &[],
        literal: None,
    };

    #[test]
    fn every_special_purpose_range_is_refused_at_both_ends() {
        for (first, last) in [
            ("0.0.0.0", "0.255.255.255"),
            ("10.0.0.0", "10.255.255.255"),
            ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.0", "127.255.255.255"),
            ("169.254.0.0", "169.254.255.255"),
            ("172.16.0.0", "172.31.255.255"),
            ("192.0.0.0", "192.0.0.255"),
            ("192.0.2.0", "192.0.2.255"),
            ("192.88.99.0", "192.88.99.255"),
            ("192.168.0.0", "192.168.255.255"),
            ("198.18.0.0", "198.19.255.255"),
            ("198.51.100.0", "198.51.100.255"),
            ("203.0.113.0", "203.0.113.255"),
            ("224.0.0.0", "239.255.255.255"),
            ("240.0.0.0", "255.255.255.255"),
            ("::", "::1"),
            ("::2", "::ffff"),
            ("::ffff:0.0.0.0", "::ffff:255.255.255.255"),
            ("::ffff:8.8.8.8", "::ffff:203.162.4.190"),
            ("64:ff9b::", "64:ff9b::ffff:ffff"),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
            ("100::", "100::ffff:ffff:ffff:ffff"),
            ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"),
            ("2001:10::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:100::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("4000::", "efff::"),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            for text in [first, last] {
                let address: IpAddr = text.parse().unwrap();
                assert!(!NOTHING.permit(address), "{text} must be refused");
            }
        }
    }

    #[test]
    fn the_neighbours_of_every_range_are_global() {
        for text in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "191.255.255.255",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "2000::1",
            "2001:200::",
            "2001:db7:ffff::1",
            "2001:db9::",
            "2001:ee0::1",
            "2003::",
            "2405:4800::1",
            "3ffe:ffff::1",
            "3fff:1000::",
        ] {
            assert!(is_global(text.parse().unwrap()), "{text} must be global");
        }
    }

    #[test]
    fn the_operators_word_opens_exactly_what_it_names() {
        let allow = ["10.1.0.0/16".parse().unwrap(), "fd00:1::/32".parse().unwrap()];
        let resolve = ["127.0.0.5".parse().unwrap()];
        let said = Destinations {
            allow: &allow,
            resolve: &resolve,
            literal: Some("::1".parse().unwrap()),
        };
        for (text, expected) in [
            ("10.1.2.3", true),
            ("10.2.0.1", false),
            ("fd00:1::9", true),
            ("fd00:2::9", false),
            ("127.0.0.5", true),
            ("127.0.0.6", false),
            ("::1", true),
            ("::2", false),
            ("::ffff:10.1.2.3", false),
            ("203.162.4.190", true),
        ] {
            assert_eq!(said.permit(text.parse().unwrap()), expected, "{text}");
        }
    }
}
