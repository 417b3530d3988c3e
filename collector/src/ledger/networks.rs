//! In which network each agent stood, and since when: two agents of one network are one witness.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::id::{AgentId, NetworkId};
use ems_contract::time::UnixTime;

/// Before anything was written down: what was known first is taken to have been so before.
const EVER: UnixTime = UnixTime::from_secs(i64::MIN);

/// The agents' networks through time. The past is judged by the networks of its day: an agent that moves or leaves
/// changes nothing of what it was a witness to before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks {
    by_agent: BTreeMap<AgentId, Vec<(UnixTime, Option<NetworkId>)>>,
}

impl Networks {
    /// From `since` on these agents stand in these networks, and nobody else in any. Call it in the order of time; the
    /// first call speaks for all time before it too.
    pub fn follow<'a>(
        &mut self,
        since: UnixTime,
        agents: impl IntoIterator<Item = (&'a AgentId, &'a NetworkId)>,
    ) {
        let first = self.by_agent.is_empty();
        let mut gone: BTreeSet<AgentId> = self.by_agent.keys().cloned().collect();
        for (agent, network) in agents {
            gone.remove(agent);
            let stays = self.by_agent.entry(agent.clone()).or_default();
            let from = if first { EVER } else { since };
            note(stays, from, Some(network.clone()));
        }
        for agent in gone {
            note(self.by_agent.entry(agent).or_default(), since, None);
        }
    }

    /// The network of an agent at an instant, if the inventory of that instant knows the agent.
    #[must_use]
    pub fn at(&self, agent: &AgentId, at: UnixTime) -> Option<&NetworkId> {
        let stays = self.by_agent.get(agent)?;
        let last = stays.partition_point(|(since, _)| *since <= at).checked_sub(1)?;
        stays[last].1.as_ref()
    }

    /// Where an agent stood, from each instant on until the next.
    pub(super) fn stays(&self, agent: &AgentId) -> &[(UnixTime, Option<NetworkId>)] {
        self.by_agent.get(agent).map_or(&[], Vec::as_slice)
    }

    /// The agents that stand in a network at an instant, and which.
    pub fn present(&self, at: UnixTime) -> impl Iterator<Item = (&AgentId, &NetworkId)> {
        self.by_agent
            .keys()
            .filter_map(move |agent| Some((agent, self.at(agent, at)?)))
    }
}

fn note(stays: &mut Vec<(UnixTime, Option<NetworkId>)>, since: UnixTime, network: Option<NetworkId>) {
    if stays.last().is_none_or(|(_, before)| *before != network) {
        stays.push((since, network));
    }
}

/// Networks that never change.
impl FromIterator<(AgentId, NetworkId)> for Networks {
    fn from_iter<I: IntoIterator<Item = (AgentId, NetworkId)>>(agents: I) -> Self {
        let stay = |(agent, network)| (agent, vec![(EVER, Some(network))]);
        Self {
            by_agent: agents.into_iter().map(stay).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_that_moves_or_leaves_was_where_it_was() {
        let at = UnixTime::from_secs;
        let id = |text: &str| text.parse::<AgentId>().unwrap();
        let net = |text: &str| text.parse::<NetworkId>().unwrap();
        let (a, b) = (id("a"), id("b"));
        let mut networks = Networks::default();
        networks.follow(at(100), [(&a, &net("vnpt")), (&b, &net("vnpt"))]);
        networks.follow(at(200), [(&a, &net("viettel")), (&b, &net("vnpt"))]);
        networks.follow(at(300), [(&a, &net("viettel"))]);
        networks.follow(at(400), [(&a, &net("viettel")), (&id("c"), &net("fpt"))]);
        let seen = |agent: &AgentId, second| networks.at(agent, at(second)).map(NetworkId::as_str);
        assert_eq!(
            [0, 199, 200].map(|s| seen(&a, s)),
            [Some("vnpt"), Some("vnpt"), Some("viettel")]
        );
        assert_eq!([299, 300, 900].map(|s| seen(&b, s)), [Some("vnpt"), None, None]);
        assert_eq!([399, 400].map(|s| seen(&id("c"), s)), [None, Some("fpt")]);
        assert_eq!(networks.present(at(350)).count(), 1);
        assert_eq!(networks.stays(&b).len(), 2, "unchanged stays are not repeated");
    }
}
