//! Agents that are wrong about the world: one that alone fails at more than 30 % of unrelated addresses, where
//! others succeed, is suspect, and its failures count for nothing in that stretch.
//!
//! Portals behind one address are one address: a dead hosting centre seen by one carrier does not make the
//! carrier's agent suspect. With a single agent nothing can be compared and nothing is decided, nor with fewer
//! than [`FEWEST`] addresses to compare. Only what is current is compared: an agent that delivers the records of
//! days later is not judged in hindsight.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ems_contract::family::Family;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::outcome::Outcome;
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};

use crate::store::NotedGap;

/// Fewer addresses than this are too few to speak of a share.
pub const FEWEST: usize = 5;
/// Suspect above this share, in percent.
const PERCENT: usize = 30;

/// What one agent last made of one portal over one family; only what is current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Who.
    pub agent: AgentId,
    /// Which portal.
    pub portal: PortalId,
    /// Which family.
    pub family: Family,
    /// The slot.
    pub slot: UnixTime,
    /// What it came to.
    pub outcome: Outcome,
    /// The address that was tried, if one was found.
    pub address: Option<IpAddr>,
}

/// An agent that is suspect, and since when its failures stand alone.
pub type Suspects = BTreeMap<(AgentId, Family), UnixTime>;

/// The agents that are suspect, by family, each with the slot of its earliest failure that stands alone.
#[must_use]
pub fn suspects(sightings: &[Sighting]) -> Suspects {
    let mut portals: BTreeMap<(Family, &PortalId), Vec<&Sighting>> = BTreeMap::new();
    for sighting in sightings.iter().filter(|sighting| !sighting.outcome.is_unknown()) {
        portals
            .entry((sighting.family, &sighting.portal))
            .or_default()
            .push(sighting);
    }
    let mut tallies: BTreeMap<(&AgentId, Family), Tally> = BTreeMap::new();
    for ((family, _), seen) in &portals {
        // One address stands for the portal; without any nobody got as far as to compare.
        let Some(address) = seen.iter().filter_map(|sighting| sighting.address).min() else {
            continue;
        };
        let failing = seen
            .iter()
            .filter(|sighting| sighting.outcome.is_failure())
            .count();
        for sighting in seen {
            let fails = sighting.outcome.is_failure();
            // Comparable: somebody else looks, and everybody else succeeds.
            if seen.len() < 2 || failing != usize::from(fails) {
                continue;
            }
            let tally = tallies.entry((&sighting.agent, *family)).or_default();
            tally.compared.insert(address);
            if fails {
                tally.failed.insert(address);
                tally.since = Some(
                    tally
                        .since
                        .map_or(sighting.slot, |since| since.min(sighting.slot)),
                );
            } else {
                tally.succeeded.insert(address);
            }
        }
    }
    tallies
        .into_iter()
        .filter(|(_, tally)| tally.is_suspect())
        .filter_map(|((agent, family), tally)| Some(((agent.clone(), family), tally.since?)))
        .collect()
}

#[derive(Default)]
struct Tally {
    compared: BTreeSet<IpAddr>,
    failed: BTreeSet<IpAddr>,
    succeeded: BTreeSet<IpAddr>,
    since: Option<UnixTime>,
}

impl Tally {
    fn is_suspect(&self) -> bool {
        // An address where the agent also gets through is no failed address.
        let failed = self.failed.difference(&self.succeeded).count();
        self.compared.len() >= FEWEST && failed * 100 > self.compared.len() * PERCENT
    }
}

/// Follows suspicion through time.
#[derive(Debug, Default)]
pub struct Watch {
    /// Agents suspect at the last look, and up to when that was noted.
    noted: Suspects,
}

impl Watch {
    /// One look: the stretches of suspicion to note, following those of the last look without a hole.
    pub fn look(&mut self, sightings: &[Sighting], now: UnixTime) -> Vec<NotedGap> {
        let mut noted = Suspects::new();
        let mut gaps = Vec::new();
        for (key, since) in suspects(sightings) {
            let from = self.noted.get(&key).copied().unwrap_or(since);
            let (agent, family) = key.clone();
            gaps.push(NotedGap {
                agent,
                family: Some(family),
                window: Window::new(from, now),
                why: GapWhy::Suspect,
            });
            noted.insert(key, now);
        }
        self.noted = noted;
        gaps.retain(|gap| !gap.window.is_empty());
        gaps
    }

    /// The agents suspect at the last look.
    pub fn suspected(&self) -> impl Iterator<Item = &(AgentId, Family)> {
        self.noted.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::cause::{Cause, Stage, UnknownWhy};

    const DOWN: Outcome = Outcome::Down {
        stage: Stage::Connect,
        cause: Cause::TcpTimeout,
    };

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_secs(1_800_000_000 + seconds)
    }

    /// `agent` fails at the first `failing` of `portals`, each behind an address of its own.
    fn seen(agent: &str, portals: usize, failing: usize) -> Vec<Sighting> {
        let one = |index: usize| Sighting {
            agent: agent.parse().unwrap(),
            portal: format!("p{index}").parse().unwrap(),
            family: Family::V4,
            slot: at(i64::try_from(index).unwrap()),
            outcome: if index < failing { DOWN } else { Outcome::Up },
            address: Some(IpAddr::from([192, 0, 2, u8::try_from(index).unwrap()])),
        };
        (0..portals).map(one).collect()
    }

    fn found(sightings: &[Sighting]) -> Vec<String> {
        suspects(sightings)
            .keys()
            .map(|(agent, family)| format!("{agent}/{}", family.as_str()))
            .collect()
    }

    #[test]
    fn more_than_thirty_percent_alone_is_suspect() {
        // 3 of 10 is 30 %, 4 of 10 more.
        assert!(found(&[seen("a", 10, 3), seen("b", 10, 0)].concat()).is_empty());
        assert_eq!(found(&[seen("a", 10, 4), seen("b", 10, 0)].concat()), ["a/v4"]);
    }

    #[test]
    fn one_agent_or_few_addresses_decide_nothing() {
        assert!(found(&seen("a", 10, 10)).is_empty());
        assert!(found(&[seen("a", 4, 4), seen("b", 4, 0)].concat()).is_empty());
        assert_eq!(found(&[seen("a", 5, 5), seen("b", 5, 0)].concat()), ["a/v4"]);
    }

    #[test]
    fn what_others_see_failing_too_is_no_suspicion() {
        assert!(found(&[seen("a", 10, 8), seen("b", 10, 8), seen("c", 10, 0)].concat()).is_empty());
    }

    #[test]
    fn portals_behind_one_address_are_one_address() {
        let mut one_centre = [seen("a", 20, 12), seen("b", 20, 0)].concat();
        for sighting in &mut one_centre {
            let number: usize = sighting.portal.as_str()[1..].parse().unwrap();
            if number < 12 {
                sighting.address = Some(IpAddr::from([198, 51, 100, 1]));
            }
        }
        // 12 portals of 20, but 1 address of 9.
        assert!(found(&one_centre).is_empty());
    }

    #[test]
    fn blind_records_are_no_sightings_and_a_failed_resolution_is_compared_by_the_address_others_found() {
        let mut blind = [seen("a", 10, 10), seen("b", 10, 0)].concat();
        blind.iter_mut().filter(|s| s.outcome.is_failure()).for_each(|s| {
            s.outcome = Outcome::Unknown {
                why: UnknownWhy::AgentBlind,
            };
        });
        assert!(found(&blind).is_empty());
        let mut unresolved = [seen("a", 10, 10), seen("b", 10, 0)].concat();
        unresolved
            .iter_mut()
            .filter(|s| s.outcome.is_failure())
            .for_each(|s| s.address = None);
        assert_eq!(found(&unresolved), ["a/v4"]);
    }

    #[test]
    fn stretches_follow_each_other_without_a_hole() {
        let mut watch = Watch::default();
        let bad = [seen("a", 10, 8), seen("b", 10, 0)].concat();
        let windows = |gaps: Vec<NotedGap>| -> Vec<Window> { gaps.iter().map(|gap| gap.window).collect() };
        assert_eq!(windows(watch.look(&bad, at(60))), [Window::new(at(0), at(60))]);
        assert_eq!(windows(watch.look(&bad, at(120))), [Window::new(at(60), at(120))]);
        assert_eq!(watch.suspected().count(), 1);
        let good = [seen("a", 10, 0), seen("b", 10, 0)].concat();
        assert!(watch.look(&good, at(180)).is_empty());
        assert_eq!(watch.suspected().count(), 0);
    }
}
