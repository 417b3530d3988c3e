//! Up to when nothing can come any more, because everybody has spoken.
//!
//! The settled horizon waits as long as a record may take in the worst case. The end of an incident need not: an agent's
//! record speaks for the time up to its next slot, and an agent delivers the slots of a portal in their order. Once the
//! newest records of all agents that are heard reach beyond an instant, none can come in the ordinary course of things that
//! would change it.

use std::collections::BTreeMap;

use ems_contract::id::AgentId;
use ems_contract::time::UnixTime;

use crate::ledger::SlotRecord;

/// The first instant about which somebody who is heard has not spoken yet; never before `horizon`, the settled one. An
/// agent whose newest slot lies before the horizon is not heard any more, and not waited for.
pub(super) fn heard_until(families: [&[SlotRecord]; 2], horizon: UnixTime) -> UnixTime {
    let of_family = |records: &[SlotRecord]| {
        let mut newest: BTreeMap<&AgentId, &SlotRecord> = BTreeMap::new();
        for record in records {
            let held = newest.entry(&record.agent).or_insert(record);
            if held.slot < record.slot {
                *held = record;
            }
        }
        let heard = newest.into_values().filter(|record| record.slot >= horizon);
        heard
            .map(|record| record.slot + i64::from(record.interval_s))
            .min()
    };
    let spoken = families.into_iter().filter_map(of_family).min();
    spoken.map_or(horizon, |until| horizon.max(until))
}

#[cfg(test)]
mod tests {
    use ems_contract::outcome::Outcome;

    use super::*;
    use crate::testing::{agent, at};

    fn record(name: &str, slot: i64) -> SlotRecord {
        SlotRecord {
            agent: agent(name),
            slot: at(slot),
            interval_s: 60,
            outcome: Outcome::Up,
            no_address: false,
        }
    }

    #[test]
    fn the_slowest_who_is_heard_decides() {
        let v4 = [
            record("a", 100),
            record("b", 130),
            record("a", 160),
            record("c", -300),
        ];
        assert_eq!(heard_until([&v4, &[]], at(60)), at(190));
        // The other family is behind.
        assert_eq!(heard_until([&v4, &[record("a", 110)]], at(60)), at(170));
        // Nobody is heard: the worst case stands.
        assert_eq!(heard_until([&v4, &[]], at(500)), at(500));
        assert_eq!(heard_until([&[], &[]], at(60)), at(60));
    }
}
