//! The inventory as the rest of the program sees it: read, merged with its defaults, and checked.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::cause::named_enum;
use crate::digest::Sha256;
use crate::family::Family;
use crate::id::{AgentId, NetworkId, PortalId};
use crate::plan::{Limits, Reference};
use crate::time::{UnixTime, Window};
use std::fmt;

named_enum! {
    /// The administrative level of the body that owns a portal.
    Level {
        /// Province or centrally-run city (`tỉnh`).
        Province = "province",
        /// Department, board, branch of the province (`sở, ban, ngành`).
        Department = "department",
        /// District (`huyện`), abolished on 2025-07-01.
        District = "district",
        /// Commune, ward, special zone (`xã, phường, đặc khu`).
        Commune = "commune",
        /// Anything else.
        Other = "other",
    }
}

named_enum! {
    /// Whether a portal is measured today.
    Status {
        /// Measured and judged.
        Active = "active",
        /// Its body is gone; kept for the archive, not measured.
        Historical = "historical",
        /// Switched off; kept for the archive, not measured.
        Retired = "retired",
    }
}

named_enum! {
    /// What a portal is expected to have of a family.
    Expectation {
        /// It must answer; its absence is a finding.
        Required = "required",
        /// Measured where it exists.
        Optional = "optional",
        /// Not measured.
        None = "none",
    }
}

/// A whole inventory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// Digest of the content: the inventory's version.
    pub version: Sha256,
    /// All portals, in the order of the files.
    pub portals: Vec<Portal>,
    /// All vantage points.
    pub agents: Vec<Agent>,
    /// Reference points.
    pub references: Vec<Reference>,
    /// Bounds of every probe.
    pub limits: Limits,
    /// How a portal's technician reaches those who measure.
    pub contact: String,
    /// Registered domains whose end of registration somebody wrote down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<Domain>,
}

/// A registered domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// Its name, lower case, without a final dot.
    pub name: String,
    /// First instant at which it is registered no more.
    pub ends_at: UnixTime,
}

impl Domain {
    /// Whether a host name is this one or lies under it.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let above = host.strip_suffix(self.name.as_str());
        above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

/// One monitored site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Portal {
    /// Stable id.
    pub id: PortalId,
    /// Vietnamese name.
    pub name: String,
    /// English name, if one is written.
    pub name_en: Option<String>,
    /// The body answerable for it (`cơ quan chủ quản`).
    pub owner: String,
    /// Its level.
    pub level: Level,
    /// The portal it is a component of.
    pub parent: Option<PortalId>,
    /// Home page.
    pub url: Url,
    /// English entry page, if one is known.
    pub english_url: Option<Url>,
    /// Ids of the rule packs that bind it.
    pub regulations: Vec<String>,
    /// Whether it is measured.
    pub status: Status,
    /// Why it is historical or retired, or another remark for readers.
    pub note: Option<String>,
    /// First instant at which it counts.
    pub valid_from: Option<UnixTime>,
    /// First instant at which it counts no more.
    pub valid_to: Option<UnixTime>,
    /// What it is expected to have over IPv4.
    pub ipv4: Expectation,
    /// What it is expected to have over IPv6.
    pub ipv6: Expectation,
    /// Measured every 10 s and alerted first.
    pub critical: bool,
    /// Seconds between `reach` slots.
    pub reach_interval_s: u32,
    /// Seconds between `dns` slots.
    pub dns_interval_s: u32,
    /// Seconds between `tls` slots.
    pub tls_interval_s: u32,
    /// Seconds between visits of its pages; where nothing is written, as often as its sections need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_interval_s: Option<u32>,
    /// Seconds between checks of its links; a day where nothing is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links_interval_s: Option<u32>,
    /// Whether its pages are made by scripts, which an agent with a browser is to run.
    #[serde(default)]
    pub render: bool,
    /// Section id → page, where the operator knows better than the recogniser.
    pub sections: BTreeMap<String, Url>,
    /// Announced maintenance.
    pub maintenance: Vec<Maintenance>,
    /// Names it had before.
    pub old_domains: Vec<OldDomain>,
    /// Portals that it took over from (`kế thừa`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predecessors: Vec<Predecessor>,
    /// Levels it had before, oldest first; [`Self::level`] is that after the last of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_levels: Vec<FormerLevel>,
    /// Portals with one hosting group fail together.
    pub hosting: Option<String>,
    /// Who edits it.
    pub contact: Option<Contact>,
    /// Who is woken for it.
    pub on_call: Option<String>,
    /// Addresses in place of DNS.
    pub resolve: Vec<IpAddr>,
    /// Non-global networks allowed as destinations.
    pub allow: Vec<IpNet>,
}

impl Portal {
    /// The families to measure.
    #[must_use]
    pub fn families(&self) -> Vec<Family> {
        let wanted = [(Family::V4, self.ipv4), (Family::V6, self.ipv6)];
        wanted
            .into_iter()
            .filter(|(_, e)| *e != Expectation::None)
            .map(|(f, _)| f)
            .collect()
    }

    /// Its level at an instant.
    #[must_use]
    pub fn level_at(&self, at: UnixTime) -> Level {
        let before = self.former_levels.iter().find(|before| at < before.until);
        before.map_or(self.level, |before| before.level)
    }

    /// The stretch in which the portal counts, open ends clamped to `within`.
    #[must_use]
    pub fn validity(&self, within: Window) -> Window {
        let from = self.valid_from.unwrap_or(within.from);
        let to = self.valid_to.unwrap_or(within.to);
        Window::new(from, to).intersect(within)
    }
}

/// Announced maintenance of one portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// First second of it.
    pub from: UnixTime,
    /// First second after it.
    pub to: UnixTime,
    /// Who wrote it down.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When it was announced to the public.
    pub announced_at: UnixTime,
    /// When somebody with the right to do so took all of it out of the adjusted account in hindsight. Never in
    /// `targets.yaml`, only in the register of maintenance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded_at: Option<UnixTime>,
}

impl Maintenance {
    /// What is left out of the adjusted account: the part after the announcement, or in hindsight all of it.
    #[must_use]
    pub fn left_out(&self) -> Window {
        let from = match self.excluded_at {
            Some(_) => self.from,
            None => self.from.max(self.announced_at),
        };
        Window::new(from, self.to)
    }
}

/// A name the portal had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldDomain {
    /// The old host name.
    pub host: String,
    /// The day of the switch (midnight, civil time).
    pub switched_at: UnixTime,
}

/// A portal whose body, or part of it, another one continues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predecessor {
    /// Which.
    pub id: PortalId,
    /// First instant of the successor's duty.
    pub from: UnixTime,
}

/// A level that a portal had before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerLevel {
    /// Which.
    pub level: Level,
    /// First instant at which it had it no more.
    pub until: UnixTime,
}

/// A contact officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name of the person or desk.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
}

/// One vantage point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Stable id.
    pub id: AgentId,
    /// The network it stands in: two agents of one network are one witness.
    pub network: NetworkId,
    /// The families it has.
    pub families: Vec<Family>,
    /// Name for people.
    pub name: Option<String>,
}
