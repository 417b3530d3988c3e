//! From a finished slot to the record that goes to the spool.

use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, Epoch};
use ems_contract::observation::{Observation, SCHEMA};
use ems_contract::outcome::Outcome;
use ems_contract::record::Record;

use crate::probe::{Job, Measurement};
use crate::spool::Entry;

/// The record of a slot, its outcome judged. Failures are urgent: they are committed and sent at once.
pub(crate) fn entry(
    agent: &AgentId,
    plan_version: Sha256,
    job: &Job,
    measurement: Measurement,
    outcome: Outcome,
) -> Entry {
    let chain = measurement.chain.map(|chain| (chain.digest(), chain));
    let observation = Observation {
        schema: SCHEMA,
        agent: agent.clone(),
        // The spool fills in epoch and number.
        epoch: Epoch::from_random([0; 16]),
        seq: 0,
        portal: job.portal.id.clone(),
        target_hash: job.portal.target_hash(),
        plan_version,
        probe: job.probe,
        family: job.family,
        slot: job.slot,
        interval_s: job.interval_s,
        attempts: measurement.attempts,
        outcome,
        facts: measurement.facts,
    };
    Entry {
        record: Record::Observation(Box::new(observation)),
        chain,
        urgent: outcome.is_failure(),
    }
}
