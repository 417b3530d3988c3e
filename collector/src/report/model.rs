//! The report as values. Serialised as it stands it is the JSON format of docs/REPORT.md: every change of a
//! field is a change of that format.

use ems_contract::digest::Sha256;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, NetworkId, PortalId};
use ems_contract::inventory::Level;
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use super::figures::Figures;
use super::findings::Findings;
use super::outage::{Outage, OutageSummary};
use super::period::Period;
use crate::ledger::Track;

/// Version of the JSON format.
pub const SCHEMA: u16 = 1;

/// A unit whose coverage is below this share of its time is marked "chưa đủ dữ liệu" and not ranked, in percent.
pub const SUFFICIENT_COVERAGE_PERCENT: u8 = 95;

/// What a period came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u16,
    /// The figures were made up (`ems-collector demo seed`); nothing was measured.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
    /// What was asked for.
    pub period: Period,
    /// Its stretch.
    pub window: Window,
    /// End of the settled data in it: figures are about `[window.from, data_to)`.
    pub data_to: UnixTime,
    /// The window is not settled yet: the figures will change.
    pub provisional: bool,
    /// The civil time zone of the period.
    pub zone: &'static str,
    /// Digest of the inventory in force.
    pub inventory_version: Sha256,
    /// Digest over everything the figures are made from.
    pub data_digest: Sha256,
    /// Percentage of coverage below which a unit is not ranked.
    pub sufficient_coverage_percent: u8,
    /// All portals together.
    pub total: Group,
    /// Per level, in the order of the levels; levels without portals are left out.
    pub levels: Vec<Group>,
    /// Every portal that counts in the window: by level, then in the order of the inventory.
    pub portals: Vec<PortalReport>,
    /// Portals of the inventory that do not count in the window.
    pub not_counted: Vec<NotCounted>,
    /// Portals that began to count within the window.
    pub added: Vec<Change>,
    /// Portals that ceased to count within the window.
    pub removed: Vec<Change>,
    /// Vantage points and their gaps.
    pub agents: Vec<AgentReport>,
    /// How the figures are made, sentence by sentence, in Vietnamese.
    pub method: Vec<&'static str>,
    /// What was concluded and entered by the end of the data; absent where nobody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Findings>,
}

/// Several portals together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Which level; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// How many portals count.
    pub portals: u64,
    /// How many of them have too little coverage (overall track).
    pub insufficient: u64,
    /// How many were down at least once (overall track).
    pub with_outage: u64,
    /// The added-up figures, in the order of [`Track::ALL`].
    pub tracks: Vec<TrackReport>,
}

/// One track of a portal or a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackReport {
    /// Which.
    pub track: Track,
    /// Seconds that count, statutory account: announced maintenance counts as what it was underneath.
    pub statutory: Figures,
    /// The same with announced maintenance taken out.
    pub adjusted: Figures,
    /// Its outages.
    pub outages: OutageSummary,
    /// Mean time to repair, whole seconds; absent when none ended.
    pub mttr_s: Option<i64>,
}

/// One portal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PortalReport {
    /// Id.
    pub id: PortalId,
    /// Vietnamese name.
    pub name: String,
    /// The body answerable for it.
    pub owner: String,
    /// Level.
    pub level: Level,
    /// Home page.
    pub url: String,
    /// The part of the window in which it counts.
    pub counted: Window,
    /// Coverage of the overall track reaches [`SUFFICIENT_COVERAGE_PERCENT`].
    pub sufficient: bool,
    /// Rank within its level by statutory availability of the overall track; absent when not ranked.
    pub rank: Option<u32>,
    /// Per track, in the order of [`Track::ALL`].
    pub tracks: Vec<TrackReport>,
    /// Outages of all tracks, by beginning.
    pub outages: Vec<Outage>,
    /// Announced maintenance within the window.
    pub excluded: Vec<Exclusion>,
    /// Portals that it had taken over from by the end of the data, and since when.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub takes_over: Vec<Change>,
}

impl PortalReport {
    /// The figures of one track.
    #[must_use]
    pub fn track(&self, track: Track) -> Option<&TrackReport> {
        self.tracks.iter().find(|report| report.track == track)
    }
}

/// Announced maintenance: left out of the adjusted account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// First second within the window.
    pub from: UnixTime,
    /// First second after.
    pub to: UnixTime,
    /// Seconds within the window that are left out: those after the announcement.
    pub seconds: i64,
    /// Who wrote it down.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When it was announced.
    pub announced_at: UnixTime,
    /// It was announced only after it had begun.
    pub announced_late: bool,
}

/// A portal that is in the inventory and does not count in the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotCounted {
    /// Id.
    pub id: PortalId,
    /// Vietnamese name.
    pub name: String,
    /// Its status, or `outside_validity`.
    pub why: &'static str,
    /// The inventory's remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A portal that began or ceased to count, or was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Id.
    pub id: PortalId,
    /// Vietnamese name.
    pub name: String,
    /// When.
    pub at: UnixTime,
}

/// One vantage point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentReport {
    /// Id.
    pub id: AgentId,
    /// Name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Network; absent for an agent that the inventory no longer has.
    pub network: Option<NetworkId>,
    /// Families.
    pub families: Vec<Family>,
    /// Stretches without records, as the agent itself said.
    pub gaps: Vec<GapReport>,
    /// Seconds of the window that lie in at least one gap.
    pub gap_s: i64,
}

/// A stretch without records of an agent, cut to the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapReport {
    /// First second.
    pub from: UnixTime,
    /// First second after.
    pub to: UnixTime,
    /// Seconds.
    pub seconds: i64,
    /// Why.
    pub why: GapWhy,
}
