//! What a probe learnt besides the outcome. Groups are optional: a probe fills those it knows.
//!
//! Facts change seldom, so the collector stores a group of facts once and refers to it; values that change on
//! every visit (timings, bytes) live in the attempt.

mod dns;
mod finding;
mod links;
pub mod page;
mod site;
mod tls_audit;

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::cause::{Cause, named_enum};
use crate::digest::Sha256;
use crate::time::UnixTime;

pub use self::dns::{DnsFacts, Dnssec, NameServer, QueryStatus, Share};
pub use self::finding::{Finding, FindingVerdict};
pub use self::links::{BadLink, LinksFacts, MAX_LISTED};
pub use self::page::PageFacts;
pub use self::site::{
    Hsts, Identity, OldHost, OldHostAnswer, SecurityHeaders, SecurityTxt, SiteFacts, WwwVariant,
};
pub use self::tls_audit::{Revocation, RevocationSource, TlsAudit};

/// All fact groups of one observation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The addresses of the family that the name resolved to, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// The HTTP exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpFacts>,
    /// The TLS session and the presented certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsFacts>,
    /// The name system beyond the addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns: Option<DnsFacts>,
    /// What the https side offers beyond one session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_audit: Option<TlsAudit>,
    /// What the web side does beyond its home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteFacts>,
    /// What the pages say. Boxed, for most observations have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Box<PageFacts>>,
    /// What the links lead to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Box<LinksFacts>>,
    /// Remarks besides the outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl Facts {
    /// Whether nothing was learnt.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The HTTP exchange up to the final answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HttpFacts {
    /// Every answer on the way, the final one last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<Hop>,
    /// `HTTP/1.1`, `HTTP/2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What the body is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_kind: Option<PageKind>,
}

/// One answer in a chain of redirects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hop {
    /// The URL that was asked.
    pub url: String,
    /// The status it answered.
    pub status: u16,
}

named_enum! {
    /// What a page is, by its bytes.
    PageKind {
        /// An ordinary page of a portal.
        Portal = "portal",
        /// An error text.
        Error = "error",
        /// A maintenance notice.
        Maintenance = "maintenance",
        /// A server's default page.
        DefaultPage = "default_page",
        /// A directory listing.
        DirectoryListing = "directory_listing",
        /// A parked domain.
        Parked = "parked",
        /// A captcha or a firewall's page.
        Blocked = "blocked",
        /// A database error.
        DatabaseError = "database_error",
        /// A shell without content.
        EmptyShell = "empty_shell",
        /// Injected gambling or spam content.
        Hijacked = "hijacked",
        /// No bytes, or only white space.
        Empty = "empty",
    }
}

/// The TLS session as negotiated, and the certificate as presented (also when it does not verify).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TlsFacts {
    /// `TLSv1.2`, `TLSv1.3`; absent when the handshake failed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The cipher suite by its IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher: Option<String>,
    /// The protocol chosen by ALPN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpn: Option<String>,
    /// Digest over the presented chain ([`crate::certificate::Chain::digest`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<Sha256>,
    /// End of validity of the leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<UnixTime>,
    /// The earliest end of validity of the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_not_after: Option<UnixTime>,
    /// Everything wrong with the certificate, not only the first fault; empty when it verifies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Cause>,
    /// Whether the server stapled an OCSP answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stapled: bool,
}
