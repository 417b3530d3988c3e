//! Registered domains: whether the zone above still knows them. Pure.
//!
//! The end stands in the inventory. That a domain is gone is seen on the wire: its names do not exist, and the zone that
//! says so is one above the domain. A name missing in a domain that is delegated is that portal's trouble alone.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::facts::{DnsFacts, QueryStatus};
use ems_contract::id::{AgentId, NetworkId};
use ems_contract::inventory::{Domain, Inventory};
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;

use crate::store::Latest;

/// Slots of silence after which a look says nothing about the present.
const SILENT_SLOTS: i64 = 3;

/// What each agent that can tell says: whether the zone above knows the domain.
pub type Said<'a> = BTreeMap<&'a AgentId, bool>;

/// What the agents' newest looks say of every domain of the inventory.
#[must_use]
pub fn delegations<'a>(
    inventory: &'a Inventory,
    latest: &'a [Latest],
    now: UnixTime,
) -> BTreeMap<&'a str, Said<'a>> {
    let mut told: BTreeMap<&str, Said<'_>> = inventory
        .domains
        .iter()
        .map(|domain| (domain.name.as_str(), BTreeMap::new()))
        .collect();
    if told.is_empty() {
        return told;
    }
    let of_portal: BTreeMap<_, _> = inventory
        .portals
        .iter()
        .filter_map(|portal| Some((&portal.id, nearest(inventory, portal.url.domain()?)?)))
        .collect();
    for record in latest {
        let facts = record.facts.dns.as_ref();
        let facts = facts.filter(|_| record.probe == ProbeKind::Dns && speaks(record, now));
        let (Some(facts), Some(domain)) = (facts, of_portal.get(&record.portal)) else {
            continue;
        };
        if let (Some(delegated), Some(said)) = (delegated(domain, facts), told.get_mut(domain.name.as_str()))
        {
            // One name that is found proves the delegation.
            *said.entry(&record.agent).or_default() |= delegated;
        }
    }
    told
}

/// Whether a record still says something at `now`.
fn speaks(record: &Latest, now: UnixTime) -> bool {
    record.slot + SILENT_SLOTS * i64::from(record.interval_s) >= now
}

/// The domain that a host belongs to: the longest of those that cover it.
fn nearest<'a>(inventory: &'a Inventory, host: &str) -> Option<&'a Domain> {
    let covering = inventory.domains.iter().filter(|domain| domain.covers(host));
    covering.max_by_key(|domain| domain.name.len())
}

/// Whether the zone above knows the domain, as far as one look can tell.
fn delegated(domain: &Domain, facts: &DnsFacts) -> Option<bool> {
    let zone = facts.zone.as_deref()?.trim_end_matches('.').to_ascii_lowercase();
    let denied = facts.status.get("a") == Some(&QueryStatus::Nxdomain);
    if domain.covers(&zone) {
        return Some(true);
    }
    let above = zone.is_empty() || domain.name.ends_with(&format!(".{zone}"));
    (above && denied).then_some(false)
}

/// The networks of agents that see anything now. The first agent to look at a name is not the only one that can.
#[must_use]
pub fn seeing<'a>(inventory: &'a Inventory, latest: &[Latest], now: UnixTime) -> BTreeSet<&'a NetworkId> {
    let agents = latest
        .iter()
        .filter(|record| speaks(record, now) && !record.outcome.is_unknown())
        .map(|record| &record.agent);
    networks(inventory, agents)
}

fn networks<'a, 'b>(
    inventory: &'a Inventory,
    agents: impl Iterator<Item = &'b AgentId>,
) -> BTreeSet<&'a NetworkId> {
    let agents: BTreeSet<&AgentId> = agents.collect();
    let known = inventory.agents.iter().filter(|known| agents.contains(&known.id));
    known.map(|known| &known.network).collect()
}

/// Whether the agents together say that a domain is gone: more than half of those that can tell, on two networks where
/// two see anything. None where that cannot be said.
#[must_use]
pub fn is_lost(said: &Said<'_>, inventory: &Inventory, seeing: &BTreeSet<&NetworkId>) -> Option<bool> {
    let denying = || said.iter().filter(|(_, delegated)| !**delegated);
    if said.is_empty() {
        return None;
    }
    if denying().count() * 2 <= said.len() {
        return Some(false);
    }
    let witnesses = networks(inventory, denying().map(|(agent, _)| *agent)).len();
    (witnesses >= seeing.len().min(2)).then_some(true)
}

#[cfg(test)]
mod tests {
    use ems_contract::facts::{Dnssec, Facts, Share};
    use ems_contract::inventory::Agent;
    use ems_contract::observation::Timings;
    use ems_contract::outcome::Outcome;

    use super::*;
    use crate::testing::{agent, at, inventory, portal};

    fn domain(name: &str, ends: i64) -> Domain {
        Domain {
            name: name.into(),
            ends_at: at(ends),
        }
    }

    fn look(of: &str, by: &str, a: QueryStatus, zone: Option<&str>) -> Latest {
        let dns = DnsFacts {
            status: BTreeMap::from([("a".to_owned(), a)]),
            aliases: Vec::new(),
            zone: zone.map(str::to_owned),
            servers: Vec::new(),
            ns_ok: Share::Unknown,
            ns_ipv6: Share::Unknown,
            dnssec: Dnssec::Unknown,
            rrsig_days: None,
            caa: Vec::new(),
            not_global: Vec::new(),
        };
        Latest {
            portal: portal(of),
            probe: ProbeKind::Dns,
            family: None,
            agent: agent(by),
            slot: at(0),
            interval_s: 300,
            outcome: Outcome::Up,
            address: None,
            timings: Timings::default(),
            facts: Facts {
                dns: Some(dns),
                ..Facts::default()
            },
        }
    }

    fn province() -> Inventory {
        let mut inventory = inventory(&["p1", "p2"]);
        inventory.domains = vec![domain("gov.vn", 0), domain("example.gov.vn", 0)];
        let other = |id: &str, network: &str| Agent {
            id: agent(id),
            network: network.parse().unwrap(),
            ..inventory.agents[0].clone()
        };
        let more = [other("b", "net-2"), other("c", "net-1")];
        inventory.agents.extend(more);
        inventory
    }

    #[test]
    fn a_domain_is_gone_where_the_zone_above_denies_it_and_not_where_a_name_is_missing() {
        let inventory = province();
        let of = |looks: &[Latest]| {
            let told = delegations(&inventory, looks, at(0));
            is_lost(
                &told["example.gov.vn"],
                &inventory,
                &seeing(&inventory, looks, at(0)),
            )
        };
        use QueryStatus::{Nxdomain, Ok, Servfail};
        let above = Some("gov.vn");
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[look("p1", "a", Ok, Some("example.gov.vn"))]), Some(false));
        assert_eq!(of(&[look("p1", "a", Nxdomain, above)]), Some(true));
        assert_eq!(of(&[look("p1", "a", Nxdomain, Some("vn."))]), Some(true));
        for (status, zone) in [
            (Nxdomain, Some("example.gov.vn")),
            (Nxdomain, Some("p1.example.gov.vn")),
        ] {
            assert_eq!(of(&[look("p1", "a", status, zone)]), Some(false), "{zone:?}");
        }
        // Its servers are dead, or nobody above could be asked: not gone, not there.
        assert_eq!(of(&[look("p1", "a", Servfail, above)]), None);
        assert_eq!(of(&[look("p1", "a", Nxdomain, None)]), None);
        assert_eq!(of(&[look("p1", "a", Nxdomain, Some("ample.gov.vn"))]), None);
        let found = look("p2", "a", Ok, Some("example.gov.vn"));
        assert_eq!(
            of(&[look("p1", "a", Nxdomain, above), found]),
            Some(false),
            "another name is found"
        );
    }

    #[test]
    fn one_agent_or_one_network_alone_proves_nothing_beside_others() {
        let inventory = province();
        let of = |gone: &[&str], there: &[&str], besides: &[&str]| {
            let looks = |agents: &[&str], status, zone: Option<&str>| -> Vec<Latest> {
                agents.iter().map(|by| look("p1", by, status, zone)).collect()
            };
            let mut all = looks(gone, QueryStatus::Nxdomain, Some("gov.vn"));
            all.extend(looks(there, QueryStatus::Ok, Some("example.gov.vn")));
            all.extend(looks(besides, QueryStatus::Timeout, None));
            let told = delegations(&inventory, &all, at(0));
            is_lost(
                &told["example.gov.vn"],
                &inventory,
                &seeing(&inventory, &all, at(0)),
            )
        };
        assert_eq!(of(&["a", "b"], &["c"], &[]), Some(true));
        assert_eq!(of(&["a", "c"], &["b"], &[]), None, "one network");
        assert_eq!(of(&["a", "c"], &[], &[]), Some(true), "nobody else sees anything");
        assert_eq!(of(&["a"], &[], &["b"]), None, "another has yet to look");
        assert_eq!(of(&["a"], &[], &["c"]), Some(true), "of the same network");
        assert_eq!(of(&["a"], &["b"], &[]), Some(false));
    }

    #[test]
    fn an_old_look_says_nothing() {
        let inventory = province();
        let old = [look("p1", "a", QueryStatus::Nxdomain, Some("gov.vn"))];
        assert!(delegations(&inventory, &old, at(901))["example.gov.vn"].is_empty());
        assert!(!delegations(&inventory, &old, at(900))["example.gov.vn"].is_empty());
    }
}
