//! What one agent saw at one instant.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use ems_contract::facts::page::PublishedFacts;
use ems_contract::facts::{PageKind, TlsAudit, TlsFacts};
use ems_contract::family::Family;
use ems_contract::id::{AgentId, NetworkId};
use ems_contract::outcome::Outcome;
use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::vocabulary::vocabulary;

/// One look of one agent. A look fills the groups it knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// When.
    pub at: UnixTime,
    /// Who looked.
    pub agent: AgentId,
    /// From which network: two agents of one network are one witness.
    pub network: NetworkId,
    /// Where the look is kept: the probe of the result (`reach/v4`), or the digest of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Arc<str>>,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns: Option<DnsSeen>,
    /// The home page over one family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<ReachSeen>,
    /// The TLS session and certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsFacts>,
    /// What the https side offers beyond one session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<TlsAudit>,
    /// HTTPS as a visitor meets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub https: Option<HttpsSeen>,
    /// The page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<PageSeen>,
    /// The English version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub english: Option<EnglishSeen>,
    /// Sections by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sections: BTreeMap<String, SectionSeen>,
    /// Any other measurement, by check id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, Measure>,
    /// Documents that were said to be published on the portal, as they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<PublishedFacts>,
}

impl Observed {
    /// A look that saw nothing yet.
    #[must_use]
    pub const fn new(at: UnixTime, agent: AgentId, network: NetworkId) -> Self {
        Self {
            at,
            agent,
            network,
            kept: None,
            dns: None,
            reach: None,
            tls: None,
            audit: None,
            https: None,
            page: None,
            english: None,
            sections: BTreeMap::new(),
            checks: BTreeMap::new(),
            published: Vec::new(),
        }
    }
}

vocabulary! {
    /// What the name servers answered.
    DnsStatus {
        /// Addresses.
        Ok = "ok",
        /// The name does not exist.
        Nxdomain = "nxdomain",
        /// The servers fail.
        Servfail = "servfail",
        /// Nobody answers.
        Timeout = "timeout",
        /// Servers disagree, or one family is not answered as it should be.
        Split = "split",
    }
}

vocabulary! {
    /// State of the signatures.
    Dnssec {
        /// They validate.
        Valid = "valid",
        /// There are none.
        Unsigned = "unsigned",
        /// They do not validate.
        Bogus = "bogus",
    }
}

/// What the name resolved to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DnsSeen {
    /// How the question ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<DnsStatus>,
    /// Addresses of the AAAA records; an empty list says there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aaaa: Option<Vec<IpAddr>>,
    /// Signatures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dnssec: Option<Dnssec>,
    /// Whether a name server has a global IPv6 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ns_ipv6: Option<bool>,
    /// Whether CAA records hold for the name (RFC 8659).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caa: Option<bool>,
}

/// One slot of the reach probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReachSeen {
    /// Over which family.
    pub family: Family,
    /// What it came to.
    pub outcome: Outcome,
    /// Final status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Bytes of body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u32>,
    /// Milliseconds to the first byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<u32>,
    /// Where redirects ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_url: Option<url::Url>,
    /// What the page is by its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_kind: Option<PageKind>,
    /// Title, for comparing the families.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// HTTPS as a visitor meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpsSeen {
    /// Port 443 speaks TLS.
    pub works: bool,
    /// `http://` leads to `https://`; absent when not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirects: Option<bool>,
}

vocabulary! {
    /// The apex and its `www.` alias.
    Canonical {
        /// One address.
        Same = "same",
        /// Only `www.` answers.
        WwwOnly = "www-only",
        /// Two different sites.
        Different = "different",
    }
}

/// The home page as parsed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageSeen {
    /// Where redirects ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_url: Option<url::Url>,
    /// What the page is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<PageKind>,
    /// A firewall or captcha stood in the way: nothing of the page counts.
    pub blocked: bool,
    /// The content shows itself only to scripts: what is not found may yet be there.
    pub scripts_only: bool,
    /// Title or header names the agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names_agency: Option<bool>,
    /// The page is somebody else's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub foreign: bool,
    /// Both families serve the same site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v4_v6_same: Option<bool>,
    /// Connecting over IPv6 takes more than 1 s and more than five times IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v6_slow: Option<bool>,
    /// Apex and alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical: Option<Canonical>,
    /// Detected language of the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How sure the detection is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_confidence: Option<f64>,
    /// The `lang` attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html_lang: Option<String>,
    /// Declared charset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// The bytes are valid in it and hold no legacy Vietnamese encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unicode: Option<bool>,
    /// Share of decomposed text, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nfd_share: Option<f64>,
}

/// The English version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnglishSeen {
    /// Whether an address answered with a page.
    pub found: bool,
    /// Where redirects ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<url::Url>,
    /// How sure the detection of English is, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The page repeats the Vietnamese one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copy_of_vietnamese: bool,
    /// The newest date that its pages show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<jiff::civil::Date>,
    /// Digest of its entry page as it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Arc<str>>,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionSeen {
    /// A label was accepted.
    pub found: bool,
    /// Its page holds real content.
    #[serde(default)]
    pub filled: bool,
    /// Score of the match, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Elements found, by the names that packs use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
    /// Digest of its page as it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Arc<str>>,
}

/// A measurement without a shape of its own. Which members a check reads is told in `docs/FACTS.md`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Measure {
    /// The thing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<bool>,
    /// Elements found, by the names that packs use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
    /// So many are right …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good: Option<u32>,
    /// … of so many looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// A number in the unit of the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// How sure the measurement is, 0 to 1; absent means sure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// A firewall or captcha stood in the way.
    pub blocked: bool,
    /// A person has confirmed what was found.
    pub confirmed: bool,
    /// A word for the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
