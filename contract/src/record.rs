//! Everything an agent writes to its spool: observations, gaps, certificate chains.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cause::named_enum;
use crate::certificate::Chain;
use crate::family::Family;
use crate::id::{AgentId, Epoch, PortalId};
use crate::observation::Observation;
use crate::probe::ProbeKind;
use crate::time::UnixTime;

named_enum! {
    /// Why slots have no record.
    GapWhy {
        /// The agent did not run.
        AgentOff = "agent_off",
        /// The agent had no room to run the slots.
        Overload = "overload",
        /// The spool was full: records were given up.
        SpoolOverflow = "spool_overflow",
        /// The spool's disk refused to write.
        SpoolFailure = "spool_failure",
        /// The agent's clock stepped or was wrong.
        ClockWrong = "clock_wrong",
        /// The collector lost acknowledged records (restored from a backup) and they could not be sent again.
        CollectorLoss = "collector_loss",
        /// The agent alone failed at many unrelated addresses that others saw well: its failures in this stretch
        /// count for nothing, its successes do. Found by the collector, never sent by an agent.
        Suspect = "suspect",
    }
}

/// Slots that have no record, accounted for all the same. For its length the agent counts as not seeing, so a gap is
/// drawn closely around what is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// Format version.
    pub schema: u16,
    /// Whose gap.
    pub agent: AgentId,
    /// The spool it was written to.
    pub epoch: Epoch,
    /// Its number there.
    pub seq: u64,
    /// The portal; absent when it concerns everything this agent measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<PortalId>,
    /// The probe; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<ProbeKind>,
    /// The family; absent for both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
    /// First instant without records.
    pub from: UnixTime,
    /// First instant with records again.
    pub to: UnixTime,
    /// Why.
    pub why: GapWhy,
}

/// A certificate chain that observations refer to by digest; sent before the first of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainRecord {
    /// Format version.
    pub schema: u16,
    /// Who saw it.
    pub agent: AgentId,
    /// The spool it was written to.
    pub epoch: Epoch,
    /// Its number there.
    pub seq: u64,
    /// The chain.
    pub chain: Chain,
}

/// One line of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// A slot's record.
    Observation(Box<Observation>),
    /// Slots without a record.
    Gap(Gap),
    /// A certificate chain.
    Chain(ChainRecord),
}

impl Record {
    /// The delivery key: agent, epoch, sequence number.
    #[must_use]
    pub fn key(&self) -> (&AgentId, Epoch, u64) {
        match self {
            Self::Observation(o) => (&o.agent, o.epoch, o.seq),
            Self::Gap(g) => (&g.agent, g.epoch, g.seq),
            Self::Chain(c) => (&c.agent, c.epoch, c.seq),
        }
    }

    /// Writes the delivery key, when the spool gives the record its number.
    pub fn number(&mut self, agent: &AgentId, epoch: Epoch, seq: u64) {
        let (a, e, s) = match self {
            Self::Observation(o) => (&mut o.agent, &mut o.epoch, &mut o.seq),
            Self::Gap(g) => (&mut g.agent, &mut g.epoch, &mut g.seq),
            Self::Chain(c) => (&mut c.agent, &mut c.epoch, &mut c.seq),
        };
        a.clone_from(agent);
        *e = epoch;
        *s = seq;
    }
}
