//! From a finished slot to the record that goes to the spool.

use ems_contract::id::{AgentId, Epoch};
use ems_contract::observation::{Observation, SCHEMA};
use ems_contract::outcome::Outcome;
use ems_contract::record::Record;

use super::measure::Started;
use crate::probe::Measurement;
use crate::spool::Entry;

/// The record of a slot, its outcome judged. Failures are urgent: they are committed and sent at once.
pub(super) fn entry(agent: &AgentId, started: &Started, measurement: Measurement, outcome: Outcome) -> Entry {
    let series = &started.due.series;
    let chain = measurement.chain.map(|chain| (chain.digest(), chain));
    let observation = Observation {
        schema: SCHEMA,
        agent: agent.clone(),
        // The spool fills in epoch and number.
        epoch: Epoch::from_random([0; 16]),
        seq: 0,
        portal: series.key.portal.clone(),
        target_hash: series.portal.target_hash(),
        plan_version: started.plan.version,
        probe: series.key.probe,
        family: series.key.family,
        slot: started.due.slot,
        interval_s: series.interval_s,
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
