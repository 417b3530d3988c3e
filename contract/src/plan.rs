//! What one agent has to do: pulled from the collector with an ETag, kept on disk for outages of the collector.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::family::Family;
use crate::id::{AgentId, NetworkId, PortalId};
use crate::time::UnixTime;

/// Version of the plan format.
pub const SCHEMA: u16 = 1;

/// One agent's work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Format version, [`SCHEMA`].
    pub schema: u16,
    /// Whose plan.
    pub agent: AgentId,
    /// The network it stands in.
    pub network: NetworkId,
    /// The families it is expected to have.
    pub families: Vec<Family>,
    /// How a portal's technician reaches those who measure: goes into the User-Agent.
    pub contact: String,
    /// What to measure.
    pub portals: Vec<PlanPortal>,
    /// Reference points that tell a blind agent from a dead portal.
    pub references: Vec<Reference>,
    /// Bounds of every probe.
    pub limits: Limits,
}

impl Plan {
    /// The digest of the canonical JSON: the plan's version and ETag.
    #[must_use]
    pub fn version(&self) -> Sha256 {
        // Serialising a plan cannot fail: no maps with non-text keys, no foreign types.
        Sha256::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}

/// One portal as an agent needs to know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanPortal {
    /// Which.
    pub id: PortalId,
    /// The body's name, by which its page is recognised; absent from plans of older collectors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its home page: `http` or `https`.
    pub url: url::Url,
    /// The families to measure.
    pub families: Vec<Family>,
    /// Seconds between `reach` slots.
    pub reach_interval_s: u32,
    /// Seconds between `dns` slots.
    pub dns_interval_s: u32,
    /// Seconds between `tls` slots.
    pub tls_interval_s: u32,
    /// Addresses that the operator wrote in place of DNS; empty for DNS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolve: Vec<IpAddr>,
    /// Non-global networks that the operator allowed as destinations of this portal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<IpNet>,
    /// Measured from this instant on, if one is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<UnixTime>,
    /// Measured until this instant, if one is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<UnixTime>,
    /// Host names that it had before, which are looked at beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old_hosts: Vec<String>,
    /// What to read on its pages; absent where another agent does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<PagePlan>,
}

/// What to read on a portal's pages: one agent at a time has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PagePlan {
    /// Seconds between `page` slots; 0 for never.
    pub page_interval_s: u32,
    /// Seconds between `links` slots; 0 for never.
    pub links_interval_s: u32,
    /// Sections to look for, by their ids in the lexicon; all of it where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<String>,
    /// Pages of sections where the operator knows better than the recogniser.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mapped: BTreeMap<String, url::Url>,
    /// English entry page, if the operator wrote one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub english_url: Option<url::Url>,
    /// Whether the scripts of its pages are run, where the agent has a browser for that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub render: bool,
    /// Home page of the portal it is a component of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<url::Url>,
    /// Documents that were said to be published here: fetched by their address, and told by their digests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<url::Url>,
}

impl PlanPortal {
    /// Digest of what is measured (not of the cadence): it changes when the target is another one.
    #[must_use]
    pub fn target_hash(&self) -> Sha256 {
        let resolve = self
            .resolve
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",");
        Sha256::of_list(&[self.url.as_str().as_bytes(), resolve.as_bytes()])
    }
}

/// A reference point: something that answers when the agent's own line works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// `host:port` of a TCP service, or a literal address with port; resolved by the agent's resolver.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The family it proves.
    pub family: Family,
    /// Fixed addresses, or empty to prove the resolver as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolve: Vec<IpAddr>,
}

/// Bounds of every probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Name resolution, milliseconds.
    pub dns_ms: u32,
    /// TCP connection, milliseconds (at most 5,000).
    pub connect_ms: u32,
    /// TLS handshake, milliseconds.
    pub tls_ms: u32,
    /// First byte of the answer, milliseconds.
    pub first_byte_ms: u32,
    /// A whole attempt, milliseconds. Two attempts fit the interval: 2 × total ≤ interval − 1 s.
    pub total_ms: u32,
    /// First byte later than this is `slow_first_byte`, milliseconds.
    pub slow_first_byte_ms: u32,
    /// Body bytes read, before and after decompression.
    pub body_bytes: u32,
    /// Redirects followed.
    pub redirects: u8,
    /// Probes in flight at once.
    pub concurrency: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            dns_ms: 5_000,
            connect_ms: 5_000,
            tls_ms: 10_000,
            first_byte_ms: 15_000,
            total_ms: 15_000,
            slow_first_byte_ms: 5_000,
            body_bytes: 4 * 1024 * 1024,
            redirects: 8,
            concurrency: 2_000,
        }
    }
}
