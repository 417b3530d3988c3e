//! What an evaluation leaves behind, so that the next one need not start at the beginning.
//!
//! A carry stands at an instant at which nothing hangs in the air: everything before it is decided by records
//! before it. It holds no more than a few hundred bytes, however long the history is.

use ems_contract::id::AgentId;
use ems_contract::outcome::Outcome;
use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

use super::outage::{OpenOutage, OpenPath};
use super::types::Span;

/// The state of an evaluation at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carry {
    /// The instant: everything before it is accounted for. The next evaluation needs every record whose slot
    /// is not before it, and every gap that ends after it.
    pub at: UnixTime,
    /// IPv4.
    #[serde(default, skip_serializing_if = "FamilyCarry::is_empty")]
    pub(super) v4: FamilyCarry,
    /// IPv6.
    #[serde(default, skip_serializing_if = "FamilyCarry::is_empty")]
    pub(super) v6: FamilyCarry,
    /// What was going on, by track: v4, v6, overall.
    #[serde(default)]
    pub(super) tracks: [TrackCarry; 3],
}

/// One family's part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct FamilyCarry {
    /// The newest record of every agent that can still matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) agents: Vec<AgentCarry>,
    /// The end of the last second in which anybody succeeded; kept for IPv6 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_success: Option<UnixTime>,
    /// One network failing alone at that instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<OpenPath>,
}

impl FamilyCarry {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The newest record of one agent before the instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AgentCarry {
    pub(super) agent: AgentId,
    pub(super) slot: UnixTime,
    pub(super) interval_s: u32,
    pub(super) outcome: Outcome,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) no_address: bool,
    /// The slot before it failed too, without a hole between.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) follows_failure: bool,
    /// The agent is in a run that already qualifies (rule 2).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) in_run: bool,
}

/// One track's part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct TrackCarry {
    /// The span that reaches the instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) span: Option<Span>,
    /// The outage that nobody has seen ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outage: Option<OpenOutage>,
}

impl Carry {
    /// A beginning: nothing is known of the time before `at`.
    #[must_use]
    pub fn start(at: UnixTime) -> Self {
        Self {
            at,
            v4: FamilyCarry::default(),
            v6: FamilyCarry::default(),
            tracks: Default::default(),
        }
    }

    /// Where the spans begin that an evaluation from here returns first: the spans going on at [`Carry::at`].
    #[must_use]
    pub fn spans_from(&self) -> UnixTime {
        let starts = self.tracks.iter().filter_map(|track| track.span.as_ref());
        starts.map(|span| span.from).fold(self.at, UnixTime::min)
    }
}
