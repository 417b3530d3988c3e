//! What goes into the ledger and what comes out.

use std::fmt;

use ems_contract::cause::{DegradedCause, Stage};
use ems_contract::family::Family;
use ems_contract::id::AgentId;
use ems_contract::outcome::Outcome;
use ems_contract::plan::Limits;
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};
use serde::{Deserialize, Serialize};

use super::networks::Networks;

/// What a line of spans is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Track {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
    /// Both families together.
    Overall,
}

impl Track {
    /// All three, in the order in which they are printed.
    pub const ALL: [Self; 3] = [Self::V4, Self::V6, Self::Overall];

    /// `v4`, `v6` or `overall`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "v4",
            Self::V6 => "v6",
            Self::Overall => "overall",
        }
    }
}

impl From<Family> for Track {
    fn from(family: Family) -> Self {
        match family {
            Family::V4 => Self::V4,
            Family::V6 => Self::V6,
        }
    }
}

impl fmt::Display for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The state of a portal at an instant, before maintenance is looked at.
///
/// `excluded`, the fifth state of an account, is made from these by the announced maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// All who see succeed.
    Up,
    /// It can be reached, with a defect of the closed list.
    Degraded,
    /// It cannot be reached.
    Down,
    /// Nobody sees.
    Unknown,
    /// The family does not exist for this portal (no AAAA): no time at all.
    Absent,
}

impl State {
    /// `up`, `degraded`, `down`, `unknown` or `absent`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Unknown => "unknown",
            Self::Absent => "absent",
        }
    }
}

/// Why a span has its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SpanCause {
    /// A failure, as the failing agents name it (the most frequent; ties by the vocabulary's order).
    Failure {
        /// Where.
        stage: Stage,
        /// Why.
        cause: ems_contract::cause::Cause,
    },
    /// A defect of the closed list.
    Defect {
        /// Which.
        cause: DegradedCause,
    },
    /// The families differ (overall track only).
    Mixed,
}

impl SpanCause {
    /// The binding name; `mixed_families` for [`SpanCause::Mixed`].
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failure { cause, .. } => cause.as_str(),
            Self::Defect { cause } => cause.as_str(),
            Self::Mixed => "mixed_families",
        }
    }
}

/// A maximal stretch `[from, to)` of one state and cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First second.
    pub from: UnixTime,
    /// First second after.
    pub to: UnixTime,
    /// The state.
    pub state: State,
    /// The cause, for `degraded` and `down`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<SpanCause>,
    /// The agents whose records make the state (the failing ones for `degraded` and `down`), sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<AgentId>,
}

impl Span {
    /// The stretch.
    #[must_use]
    pub const fn window(&self) -> Window {
        Window::new(self.from, self.to)
    }
}

/// One agent's record of one slot, as the ledger needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRecord {
    /// Who.
    pub agent: AgentId,
    /// Scheduled instant.
    pub slot: UnixTime,
    /// Seconds it holds at most.
    pub interval_s: u32,
    /// What it came to.
    pub outcome: Outcome,
    /// Whether the name had no address of this family at all (`dns_nodata` with the other family present).
    pub no_address: bool,
}

/// A stretch in which an agent has no records, said by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentGap {
    /// Who.
    pub agent: AgentId,
    /// When.
    pub window: Window,
    /// Why.
    pub why: GapWhy,
}

/// What is known of one family of one portal.
#[derive(Debug, Clone, Copy, Default)]
pub struct FamilyInput<'a> {
    /// Whether the inventory wants this family measured. Where it does not, instants that nobody saw are
    /// [`State::Absent`] instead of [`State::Unknown`].
    pub expected: bool,
    /// Records, in any order; of several with one agent and slot the first counts.
    pub records: &'a [SlotRecord],
    /// Gaps, in any order, overlapping or not. In a gap an agent does not see, whatever record is in force; in
    /// one of [`GapWhy::Suspect`] it sees, but its failures are not heard.
    pub gaps: &'a [AgentGap],
}

/// Everything that decides the state of one portal.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Networks by agent and instant. An agent that has none (it is not in the inventory of that instant) is still
    /// heard, but never counts as a second network.
    pub networks: &'a Networks,
    /// IPv4.
    pub v4: FamilyInput<'a>,
    /// IPv6.
    pub v6: FamilyInput<'a>,
    /// Numbers that depend on the inventory.
    pub rules: Rules,
}

/// Numbers of the evaluation that depend on the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Records with a shorter interval (seconds) had room for one attempt only: a failure among them counts
    /// when the slot before or after it, without a hole between, fails too; alone it is `degraded(flaky)`.
    pub two_attempts_from_s: u32,
    /// How long (seconds) after its last success IPv6 without an address is an outage, not an absence.
    pub ipv6_memory_s: i64,
}

impl Rules {
    /// The rules under these limits: two attempts fit where 2 × deadline ≤ interval − 1 s.
    #[must_use]
    pub const fn of(limits: &Limits) -> Self {
        Self {
            two_attempts_from_s: limits.total_ms.saturating_mul(2).div_ceil(1_000) + 1,
            ipv6_memory_s: 30 * 86_400,
        }
    }
}
