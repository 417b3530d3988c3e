//! The fact an agent reports about one slot.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::facts::Facts;
use crate::family::Family;
use crate::id::{AgentId, Epoch, PortalId};
use crate::outcome::Outcome;
use crate::probe::ProbeKind;
use crate::time::UnixTime;

/// Version of the observation format that this build writes.
pub const SCHEMA: u16 = 1;

/// How long each phase of an attempt took, in microseconds; absent where the phase was not reached or not needed.
///
/// Phases of redirects are added up, the phases of the final answer included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timings {
    /// Name resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_us: Option<u32>,
    /// TCP connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_us: Option<u32>,
    /// TLS handshake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_us: Option<u32>,
    /// From the sent request to the first byte of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_us: Option<u32>,
    /// From the first byte to the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_us: Option<u32>,
}

impl Timings {
    /// All phases together, in microseconds.
    #[must_use]
    pub fn total_us(&self) -> u64 {
        [
            self.dns_us,
            self.connect_us,
            self.tls_us,
            self.first_byte_us,
            self.body_us,
        ]
        .into_iter()
        .flatten()
        .map(u64::from)
        .sum()
    }
}

/// One try within a slot: one pinned address, one fresh connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// When the try began (agent's wall clock, microseconds).
    pub started_at: Timestamp,
    /// The address it was pinned to; absent when no address was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The phases.
    pub timings: Timings,
    /// Bytes of body read, after decompression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u32>,
    /// Whether the connect phase was shared with other slots at the same dead address (politeness rule).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// What this try came to.
    pub outcome: Outcome,
}

/// One slot's record.
///
/// First delivery key: (`agent`, `epoch`, `seq`). Second key: (`agent`, `portal`, `family`, `probe`, `slot`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Format version, [`SCHEMA`].
    pub schema: u16,
    /// Who measured.
    pub agent: AgentId,
    /// The spool it was written to.
    pub epoch: Epoch,
    /// Its number there, rising.
    pub seq: u64,
    /// What was measured.
    pub portal: PortalId,
    /// Digest of the target as planned, so that a changed URL is told apart.
    pub target_hash: Sha256,
    /// The plan the slot belongs to.
    pub plan_version: Sha256,
    /// How it was measured.
    pub probe: ProbeKind,
    /// The family, for probes made per family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
    /// The scheduled instant (grid of the agent, not the time of arrival).
    pub slot: UnixTime,
    /// Seconds to the next slot of the grid.
    pub interval_s: u32,
    /// One or two tries.
    pub attempts: Vec<Attempt>,
    /// What the slot came to.
    pub outcome: Outcome,
    /// What was learnt besides.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
}
