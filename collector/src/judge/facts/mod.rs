//! What is known about the targets: the input of the judge, documented in `docs/FACTS.md`.
//!
//! Every group is optional: what is absent was not measured, and yields `unknown (not_measured)`, never a verdict.

mod agent;
mod item;
mod page;
mod register;
mod seen;

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

pub use item::{DocumentType, Item, ItemList, When};
pub use register::{
    Availability, Backup, IncidentRecord, OldDomainSeen, OutageSeen, PublishedReport, ReportEntry,
    ResponseTimes, Suspension,
};
pub use seen::{
    Canonical, DnsSeen, DnsStatus, Dnssec, EnglishSeen, HttpsSeen, Measure, Observed, PageSeen, ReachSeen,
    SectionSeen,
};

use super::unit::Unit;
use crate::attest::Attestation;

/// Version of the facts format.
pub const SCHEMA: u16 = 1;

/// A file of facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsFile {
    /// Format version, [`SCHEMA`].
    pub schema: u16,
    /// One record per portal.
    pub targets: Vec<TargetFacts>,
}

/// Everything known about one portal and the body that owns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFacts {
    /// Which portal.
    pub portal: PortalId,
    /// Who it is, where the case is judged without an inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// First instant at which it was watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitored_since: Option<UnixTime>,
    /// What agents saw, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observed>,
    /// Time account of a window, from the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    /// Time to the first byte over a day, from the records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseTimes>,
    /// Listed items by class (`van-ban`, `tin-tuc`, `hoi-dap` …).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<String, ItemList>,
    /// Old names of the portal as they answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old_domains: Vec<OldDomainSeen>,
    /// Attestations of this target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestations: Vec<Attestation>,
    /// Register of received reports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<ReportEntry>,
    /// Where reports were said to be published on this portal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub publications: Vec<PublishedReport>,
    /// Register of security incidents; an empty list says there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incidents: Option<Vec<IncidentRecord>>,
    /// Planned suspensions; an empty list says there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspensions: Option<Vec<Suspension>>,
    /// Backups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
}

impl TargetFacts {
    /// A record that knows nothing yet.
    #[must_use]
    pub fn empty(portal: PortalId) -> Self {
        Self {
            portal,
            unit: None,
            monitored_since: None,
            observations: Vec::new(),
            availability: None,
            response: None,
            items: BTreeMap::new(),
            old_domains: Vec::new(),
            attestations: Vec::new(),
            reports: Vec::new(),
            publications: Vec::new(),
            incidents: None,
            suspensions: None,
            backup: None,
        }
    }
}
