//! Which agents see: one that cannot say anything about most of what it looks at has lost its own line. Pure.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::cause::UnknownWhy;
use ems_contract::id::AgentId;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;

use crate::store::Latest;

/// An agent is blind when at least so many of its looks are of late …
const LEAST: usize = 3;
/// … and it could not say for this share of them, in percent.
const PERCENT: usize = 60;
/// A look is of late for so many intervals.
const INTERVALS: i64 = 3;

/// The newest look of an agent at one portal over one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// Whose.
    pub agent: AgentId,
    /// Slot.
    pub slot: UnixTime,
    /// Seconds to the next slot.
    pub interval_s: u32,
    /// What it came to.
    pub outcome: Outcome,
}

impl Glance {
    /// The look of a record; `None` for probes other than `reach`, which alone is tried against the agent's references.
    #[must_use]
    pub fn of(record: &Latest) -> Option<Self> {
        (record.probe == ProbeKind::Reach).then(|| Self {
            agent: record.agent.clone(),
            slot: record.slot,
            interval_s: record.interval_s,
            outcome: record.outcome,
        })
    }
}

/// The agents that are blind at `now`, by the newest look at each portal and family.
#[must_use]
pub fn blind(glances: impl IntoIterator<Item = Glance>, now: UnixTime) -> BTreeSet<AgentId> {
    let mut sights: BTreeMap<AgentId, (usize, usize)> = BTreeMap::new();
    for glance in glances {
        if now - glance.slot > INTERVALS * i64::from(glance.interval_s) {
            continue;
        }
        let (seen, blind) = sights.entry(glance.agent).or_default();
        let why = UnknownWhy::AgentBlind;
        *seen += 1;
        *blind += usize::from(glance.outcome == Outcome::Unknown { why });
    }
    sights.retain(|_, (seen, blind)| *seen >= LEAST && *blind * 100 >= *seen * PERCENT);
    sights.into_keys().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{agent, at};

    #[test]
    fn an_agent_is_blind_when_it_cannot_say_for_most_of_what_it_looked_at_of_late() {
        let glance = |name: &str, slot: i64, blind: bool| Glance {
            agent: agent(name),
            slot: at(slot),
            interval_s: 60,
            outcome: if blind {
                Outcome::Unknown {
                    why: UnknownWhy::AgentBlind,
                }
            } else {
                Outcome::Up
            },
        };
        let looks = |name: &str, blind: usize, seeing: usize| -> Vec<Glance> {
            let blind = std::iter::repeat_n(glance(name, 900, true), blind);
            blind
                .chain(std::iter::repeat_n(glance(name, 900, false), seeing))
                .collect()
        };
        let all = [
            looks("most", 3, 2),
            looks("half", 2, 2),
            looks("few", 2, 0),
            looks("sees", 0, 9),
        ]
        .concat();
        let one = |now: i64| blind(all.clone(), at(now)).into_iter().collect::<Vec<_>>();
        assert_eq!(one(1_080), [agent("most")]);
        assert!(one(1_081).is_empty(), "too long ago");
    }
}
