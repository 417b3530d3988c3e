//! From a finished slot to the record that goes to the spool.

use ems_contract::digest::Sha256;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch};
use ems_contract::observation::{Observation, SCHEMA};
use ems_contract::outcome::Outcome;
use ems_contract::plan::PlanPortal;
use ems_contract::probe::ProbeKind;
use ems_contract::record::Record;
use ems_contract::time::UnixTime;

use crate::probe::Measurement;
use crate::spool::Entry;

/// What was measured, when, by which plan.
pub(crate) struct Slot<'a> {
    pub(crate) portal: &'a PlanPortal,
    pub(crate) probe: ProbeKind,
    pub(crate) family: Option<Family>,
    pub(crate) slot: UnixTime,
    pub(crate) interval_s: u32,
    pub(crate) plan_version: Sha256,
}

/// The record of a slot, its outcome judged. Failures are urgent: they are committed and sent at once.
pub(crate) fn entry(agent: &AgentId, slot: &Slot<'_>, measurement: Measurement, outcome: Outcome) -> Entry {
    let observation = Observation {
        schema: SCHEMA,
        agent: agent.clone(),
        // The spool fills in epoch and number.
        epoch: Epoch::from_random([0; 16]),
        seq: 0,
        portal: slot.portal.id.clone(),
        target_hash: slot.portal.target_hash(),
        plan_version: slot.plan_version,
        probe: slot.probe,
        family: slot.family,
        slot: slot.slot,
        interval_s: slot.interval_s,
        attempts: measurement.attempts,
        outcome,
        facts: measurement.facts,
    };
    Entry {
        record: Record::Observation(Box::new(observation)),
        chain: measurement.chain.map(|chain| (chain.digest(), chain)),
        urgent: outcome.is_failure(),
    }
}
