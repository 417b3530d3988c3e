//! What only a demonstration asks of the store: to be marked, and to be given results that nobody measured.

use std::net::IpAddr;

use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::observation::Timings;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;

use super::{AgentStatus, StoreError};

/// That a database holds made-up data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoMark {
    /// The instant at which the made-up history ends.
    pub made_at: UnixTime,
    /// How many portals were asked for.
    pub portals: u32,
    /// How many days.
    pub days: u32,
}

/// Made-up results of one grid.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeSeries {
    /// Which portal.
    pub portal: PortalId,
    /// Which probe.
    pub probe: ProbeKind,
    /// The family, for probes made per family.
    pub family: Option<Family>,
    /// Who is said to have measured.
    pub agent: AgentId,
    /// Facts that the results refer to by place.
    pub facts: Vec<Facts>,
    /// The results by slot.
    pub results: Vec<MadeResult>,
}

/// One made-up result.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeResult {
    /// Slot.
    pub slot: UnixTime,
    /// Seconds to the next slot.
    pub interval_s: u32,
    /// What it came to.
    pub outcome: Outcome,
    /// Address of the attempt.
    pub address: Option<IpAddr>,
    /// Place of its facts.
    pub facts: Option<usize>,
    /// Phases.
    pub timings: Timings,
    /// Bytes of body.
    pub body_bytes: Option<u32>,
}

/// Made-up data.
pub trait DemoStore {
    /// The mark, if the database holds made-up data.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn demo(&self) -> Result<Option<DemoMark>, StoreError>;

    /// Marks the database, for good.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn mark_demo(&self, mark: DemoMark) -> Result<(), StoreError>;

    /// Keeps results packed, in a marked database only. Nothing becomes dirty: their spans are written beside them.
    ///
    /// # Errors
    /// When the database is not marked, does not know a portal, or cannot be written.
    fn keep_made(&self, series: Vec<MadeSeries>) -> Result<(), StoreError>;

    /// Keeps what is said of agents, in a marked database only.
    ///
    /// # Errors
    /// When the database is not marked or cannot be written.
    fn keep_made_agents(&self, agents: Vec<AgentStatus>) -> Result<(), StoreError>;
}
