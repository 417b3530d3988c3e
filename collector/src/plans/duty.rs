//! Which agent reads the pages of a portal: one at a time, another when it falls silent or blind. Pure.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::cause::UnknownWhy;
use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::inventory::{Agent, Portal};
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;

use crate::store::{AgentStatus, Latest};

/// An agent that was silent or blind for so many seconds hands its portals over.
pub(super) const PATIENCE_S: i64 = 600;

/// Since when agents have been blind, as far as it was looked.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// The first look: before it nobody listened, so nobody was silent.
    since: Option<UnixTime>,
    blind_since: BTreeMap<AgentId, UnixTime>,
}

impl Sight {
    /// The agents that can be relied on: heard of lately by our own clock, and not blind for long.
    pub(super) fn live(
        &mut self,
        agents: &[AgentStatus],
        latest: &[Latest],
        now: UnixTime,
    ) -> BTreeSet<AgentId> {
        let since = *self.since.get_or_insert(now);
        let blind = blind(latest, now);
        self.blind_since.retain(|agent, _| blind.contains(agent));
        for agent in blind {
            self.blind_since.entry(agent).or_insert(now);
        }
        agents
            .iter()
            .filter(|agent| now - agent.last_batch_at.max(since) <= PATIENCE_S)
            .filter(|agent| {
                let since = self.blind_since.get(&agent.agent);
                since.is_none_or(|since| now - *since < PATIENCE_S)
            })
            .map(|agent| agent.agent.clone())
            .collect()
    }
}

/// The agents that are blind at most of what they look at: their line is down, not one carrier's portals.
fn blind(latest: &[Latest], now: UnixTime) -> BTreeSet<AgentId> {
    let mut sight: BTreeMap<&AgentId, (usize, usize)> = BTreeMap::new();
    for record in latest.iter().filter(|record| record.probe == ProbeKind::Reach) {
        if now - record.slot > PATIENCE_S + i64::from(record.interval_s) {
            continue;
        }
        let (seen, blind) = sight.entry(&record.agent).or_default();
        *seen += 1;
        let why = UnknownWhy::AgentBlind;
        *blind += usize::from(record.outcome == Outcome::Unknown { why });
    }
    sight
        .into_iter()
        .filter(|(_, (seen, blind))| blind * 2 > *seen)
        .map(|(agent, _)| agent.clone())
        .collect()
}

/// The agent on duty for a portal: the same for everybody who asks, and another only for the portals of an agent that is not
/// live any more (rendezvous hashing). Where nobody is live the duty stays where it would be with all.
pub(super) fn on_duty<'a>(
    portal: &Portal,
    agents: &'a [Agent],
    live: &BTreeSet<AgentId>,
) -> Option<&'a AgentId> {
    let families = portal.families();
    let able = || {
        agents
            .iter()
            .filter(|agent| agent.families.iter().any(|family| families.contains(family)))
    };
    let weight = |agent: &&Agent| weight(&portal.id, &agent.id);
    let chosen = able().filter(|agent| live.contains(&agent.id)).max_by_key(weight);
    chosen
        .or_else(|| able().max_by_key(weight))
        .map(|agent| &agent.id)
}

fn weight(portal: &PortalId, agent: &AgentId) -> Sha256 {
    Sha256::of_list(&[portal.as_str().as_bytes(), agent.as_str().as_bytes()])
}

#[cfg(test)]
mod tests {
    use ems_contract::family::Family;
    use ems_contract::id::Epoch;

    use super::*;
    use crate::testing::{agent, at, inventory, portal};

    fn vantage(name: &str) -> Agent {
        Agent {
            id: agent(name),
            network: name.parse().unwrap(),
            families: vec![Family::V4],
            name: None,
        }
    }

    fn status(name: &str, heard: i64) -> AgentStatus {
        AgentStatus {
            agent: agent(name),
            epoch: Epoch::from_random([1; 16]),
            last_batch_at: at(heard),
            last_slot: None,
            through: 1,
            skew_ms: 0,
        }
    }

    fn record(name: &str, portal_name: &str, slot: i64, blind: bool) -> Latest {
        let why = UnknownWhy::AgentBlind;
        Latest {
            portal: portal(portal_name),
            probe: ProbeKind::Reach,
            family: Some(Family::V4),
            agent: agent(name),
            slot: at(slot),
            interval_s: 60,
            outcome: if blind {
                Outcome::Unknown { why }
            } else {
                Outcome::Up
            },
            address: None,
            timings: ems_contract::observation::Timings::default(),
            facts: ems_contract::facts::Facts::default(),
        }
    }

    fn live(sight: &mut Sight, heard: &[(&str, i64)], latest: &[Latest], now: i64) -> Vec<AgentId> {
        let agents: Vec<AgentStatus> = heard.iter().map(|(name, at)| status(name, *at)).collect();
        sight.live(&agents, latest, at(now)).into_iter().collect()
    }

    #[test]
    fn the_silent_are_not_relied_on() {
        let mut sight = Sight::default();
        let both = [agent("a"), agent("b")];
        // The collector was away for an hour: that is no silence of theirs.
        let before = [("a", -3_600), ("b", -3_600)];
        assert_eq!(live(&mut sight, &before, &[], 0), both);
        let later = [("a", 60), ("b", -3_600)];
        assert_eq!(live(&mut sight, &later, &[], PATIENCE_S), both);
        assert_eq!(live(&mut sight, &later, &[], PATIENCE_S + 1), [agent("a")]);
    }

    #[test]
    fn the_blind_hand_over_when_it_lasts_and_come_back_when_they_see() {
        let mut sight = Sight::default();
        let look = |sight: &mut Sight, now: i64, blind: bool| {
            let latest = [
                record("a", "p1", now, blind),
                record("a", "p2", now, blind),
                // One carrier's portals are not the line.
                record("c", "p1", now, true),
                record("c", "p2", now, false),
            ];
            live(sight, &[("a", now), ("c", now)], &latest, now)
        };
        let both = [agent("a"), agent("c")];
        assert_eq!(look(&mut sight, 0, true), both);
        assert_eq!(look(&mut sight, PATIENCE_S - 1, true), both);
        assert_eq!(look(&mut sight, PATIENCE_S, true), [agent("c")]);
        assert_eq!(look(&mut sight, PATIENCE_S + 60, false), both);
        assert_eq!(look(&mut sight, PATIENCE_S + 120, true), both);
    }

    #[test]
    fn one_agent_is_on_duty_and_only_the_silent_ones_portals_move() {
        let agents = ["a", "b", "c"].map(vantage);
        let all: BTreeSet<AgentId> = agents.iter().map(|agent| agent.id.clone()).collect();
        let without_b: BTreeSet<AgentId> = all.iter().filter(|id| **id != agent("b")).cloned().collect();
        let names: Vec<String> = (0..90).map(|n| format!("p{n}")).collect();
        let portals = inventory(&names.iter().map(String::as_str).collect::<Vec<_>>()).portals;
        let mut shares: BTreeMap<&AgentId, usize> = BTreeMap::new();
        for portal in &portals {
            let before = on_duty(portal, &agents, &all).unwrap();
            let after = on_duty(portal, &agents, &without_b).unwrap();
            *shares.entry(before).or_default() += 1;
            assert_ne!(after, &agent("b"));
            assert!(before == after || before == &agent("b"), "{before} {after}");
            // With nobody live nothing moves.
            assert_eq!(on_duty(portal, &agents, &BTreeSet::new()), Some(before));
        }
        assert!(
            shares.len() == 3 && shares.values().all(|share| (15..=45).contains(share)),
            "{shares:?}"
        );
    }

    #[test]
    fn an_agent_without_the_family_is_never_on_duty() {
        let mut only_v6 = vantage("a");
        only_v6.families = vec![Family::V6];
        let mut portal = inventory(&["p"]).portals.remove(0);
        portal.ipv6 = ems_contract::inventory::Expectation::None;
        assert_eq!(on_duty(&portal, &[only_v6], &BTreeSet::new()), None);
    }
}
