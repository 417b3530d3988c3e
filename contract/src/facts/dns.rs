//! What the name system says of a portal beyond its addresses.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::cause::named_enum;

named_enum! {
    /// How one question was answered.
    QueryStatus {
        /// With records of the type.
        Ok = "ok",
        /// The name exists without records of the type.
        Nodata = "nodata",
        /// The name does not exist.
        Nxdomain = "nxdomain",
        /// Failure (RCODE 2 and others).
        Servfail = "servfail",
        /// Refusal (RCODE 5).
        Refused = "refused",
        /// The server does not serve the zone (asked directly: no authority in the answer).
        Lame = "lame",
        /// No answer in time.
        Timeout = "timeout",
        /// This vantage point has no way to ask.
        Unknown = "unknown",
    }
}

named_enum! {
    /// How many of the things meant.
    Share {
        /// Every one.
        All = "all",
        /// At least one, not every one.
        Some = "some",
        /// Not one.
        None = "none",
        /// They exist and not one answers.
        Unreachable = "unreachable",
        /// This vantage point cannot say.
        Unknown = "unknown",
    }
}

named_enum! {
    /// What DNSSEC proves (RFC 4033 §5).
    Dnssec {
        /// Signed, and the chain from the trust anchor validates.
        Secure = "secure",
        /// Provably unsigned.
        Insecure = "insecure",
        /// Signed, and the signatures do not validate.
        Bogus = "bogus",
        /// Cannot be said.
        Unknown = "unknown",
    }
}

/// One address of one authoritative server, asked for the zone's SOA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameServer {
    /// Its name.
    pub name: String,
    /// The address asked; absent where its name has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Its answer.
    pub answer: QueryStatus,
}

/// The DNS group of facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsFacts {
    /// Status by question: `a`, `aaaa`, `ns`, `soa`, `caa`, `tlsa`.
    pub status: BTreeMap<String, QueryStatus>,
    /// The aliases followed, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The zone that holds the name; absent where it was not found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Every address of every authoritative server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<NameServer>,
    /// How many of the authoritative servers (by name) answer over at least one address.
    pub ns_ok: Share,
    /// How many of them answer over IPv6.
    pub ns_ipv6: Share,
    /// What DNSSEC proves.
    pub dnssec: Dnssec,
    /// Whole days until the first signature over the addresses expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rrsig_days: Option<i64>,
    /// The CAA records of the name or its nearest ancestor that has some (RFC 8659), as text.
    #[serde(default)]
    pub caa: Vec<String>,
    /// Addresses that are not global unicast.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_global: Vec<IpAddr>,
}
