//! What is wrong now: from incidents, agents and the inventory to conditions. Pure.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::inventory::{Inventory, Portal, Status};
use ems_contract::time::UnixTime;

use super::book::Book;
use super::condition::{Condition, Hold, Kind, Subject};
use super::ending::endings;
use super::lapse::lapses;
use super::policy::Policy;
use crate::incident::{Incident, IncidentKind};
use crate::ledger::Track;
use crate::report::cause_key;
use crate::sight::{self, Glance};
use crate::store::{AgentStatus, Latest};

/// What the conditions are made of.
pub struct Facts<'a> {
    /// The inventory in force.
    pub inventory: &'a Inventory,
    /// Incidents that last or changed of late.
    pub incidents: &'a [Incident],
    /// Every agent that ever sent a batch.
    pub agents: &'a [AgentStatus],
    /// The newest records.
    pub latest: &'a [Latest],
    /// When the leaves of chains in them began to be valid, by the digest of the chain: of those that end soon.
    pub begins: &'a BTreeMap<Sha256, UnixTime>,
    /// When this collector began to listen: silence before it is its own.
    pub listening_since: UnixTime,
}

/// Everything that is wrong at `now`.
#[must_use]
pub fn gather(facts: &Facts<'_>, book: &Book, policy: &Policy, now: UnixTime) -> Vec<Condition> {
    let portals: BTreeMap<&PortalId, &Portal> = facts
        .inventory
        .portals
        .iter()
        .map(|portal| (&portal.id, portal))
        .collect();
    let agents = agent_faults(facts, book, policy, now);
    let faulty: BTreeSet<&str> = agents.iter().map(|fault| fault.subject.id.as_str()).collect();
    let endings = endings(facts, &portals, &faulty, book, now);
    let lapses = lapses(facts, &faulty, book, now);
    let flapping = flapping(facts, &portals, book, policy, now);
    let flaps: BTreeSet<&str> = flapping.iter().map(|flap| flap.subject.id.as_str()).collect();
    let sizes = hosting_sizes(facts.inventory);
    let mut conditions: Vec<Condition> = facts
        .incidents
        .iter()
        .filter_map(|incident| {
            let portal = portals.get(&incident.portal)?;
            let mut condition = of_incident(incident, portal, &sizes);
            condition.hold = hold(incident, portal, &faulty, &flaps, policy, now);
            Some(condition)
        })
        .collect();
    conditions.extend(agents);
    conditions.extend(flapping);
    conditions.extend(endings);
    conditions.extend(lapses);
    conditions
}

fn of_incident(incident: &Incident, portal: &Portal, sizes: &BTreeMap<&str, usize>) -> Condition {
    let kind = match (incident.kind, incident.track) {
        (IncidentKind::Path, _) => Kind::Path,
        (IncidentKind::Outage, Track::Overall) => Kind::Outage,
        (IncidentKind::Outage, Track::V4 | Track::V6) => Kind::Family,
    };
    let hosting = portal.hosting.as_ref();
    let seen_from = incident.agents.iter().map(|agent| agent.as_str().to_owned());
    Condition {
        key: format!("incident/{}", incident.id),
        kind,
        severity: kind.severity(),
        subject: subject(portal),
        since: incident.opened_at,
        over_at: incident.closed_at,
        withdrawn: incident.withdrawn,
        cause: incident.cause.map(cause_key),
        seen_from: seen_from.collect(),
        hosting: hosting.map(|name| (name.clone(), sizes.get(name.as_str()).copied().unwrap_or(1))),
        critical: portal.critical,
        hold: None,
        link: None,
    }
}

fn subject(portal: &Portal) -> Subject {
    Subject {
        id: portal.id.as_str().to_owned(),
        name: portal.name.clone(),
    }
}

fn hosting_sizes(inventory: &Inventory) -> BTreeMap<&str, usize> {
    let mut sizes = BTreeMap::new();
    let active = |portal: &&Portal| portal.status == Status::Active;
    for hosting in inventory
        .portals
        .iter()
        .filter(active)
        .filter_map(|portal| portal.hosting.as_deref())
    {
        *sizes.entry(hosting).or_default() += 1;
    }
    sizes
}

fn hold(
    incident: &Incident,
    portal: &Portal,
    faulty: &BTreeSet<&str>,
    flaps: &BTreeSet<&str>,
    policy: &Policy,
    now: UnixTime,
) -> Option<Hold> {
    let announced = portal
        .maintenance
        .iter()
        .any(|window| window.from <= now && now < window.to && window.announced_at <= now);
    if announced {
        return Some(Hold::Maintenance);
    }
    let seen_by_faulty = |agent: &AgentId| faulty.contains(agent.as_str());
    if !incident.agents.is_empty() && incident.agents.iter().all(seen_by_faulty) {
        return Some(Hold::AgentFault);
    }
    let lasting = now - incident.opened_at >= policy.flap_quiet_s;
    (flaps.contains(portal.id.as_str()) && !lasting).then_some(Hold::Flapping)
}

/// Silent agents, and agents that cannot see.
fn agent_faults(facts: &Facts<'_>, book: &Book, policy: &Policy, now: UnixTime) -> Vec<Condition> {
    let known = &facts.inventory.agents;
    let blind = sight::blind(facts.latest.iter().filter_map(Glance::of), now);
    let fault = |agent: &ems_contract::inventory::Agent| {
        let status = facts.agents.iter().find(|status| status.agent == agent.id)?;
        let heard = status.last_batch_at.max(facts.listening_since);
        let (cause, since) = if now - heard >= policy.agent_silent_s {
            ("notify.agent.silent", heard)
        } else if blind.contains(&agent.id) {
            ("notify.agent.blind", now)
        } else {
            return None;
        };
        let standing = book.standing(Kind::Agent, agent.id.as_str());
        let since = standing.map_or(since, |standing| standing.since);
        let name = agent.name.clone().unwrap_or_else(|| agent.id.as_str().to_owned());
        let key = format!("agent/{}/{}", agent.id.as_str(), since.secs());
        let subject = Subject {
            id: agent.id.as_str().to_owned(),
            name,
        };
        Some(Condition {
            cause: Some(cause.to_owned()),
            ..Condition::lasting(Kind::Agent, key, subject, since)
        })
    };
    known.iter().filter_map(fault).collect()
}

/// Portals that go down and up again and again, until they are quiet.
fn flapping(
    facts: &Facts<'_>,
    portals: &BTreeMap<&PortalId, &Portal>,
    book: &Book,
    policy: &Policy,
    now: UnixTime,
) -> Vec<Condition> {
    let mut outages: BTreeMap<&PortalId, Vec<&Incident>> = BTreeMap::new();
    for incident in facts.incidents {
        let whole = incident.kind == IncidentKind::Outage && incident.track == Track::Overall;
        if whole && !incident.withdrawn {
            outages.entry(&incident.portal).or_default().push(incident);
        }
    }
    let mut flapping = Vec::new();
    for (id, mut outages) in outages {
        let Some(portal) = portals.get(id) else { continue };
        outages.sort_by_key(|incident| incident.opened_at);
        let changed = outages
            .iter()
            .filter_map(|incident| incident.closed_at.or(Some(incident.opened_at)))
            .max();
        let quiet = changed.is_none_or(|at| now - at >= policy.flap_quiet_s);
        let begun = now - policy.flap_window_s;
        let recent: Vec<_> = outages
            .iter()
            .filter(|incident| incident.opened_at >= begun)
            .collect();
        let standing = book.standing(Kind::Flapping, id.as_str());
        // The end of a long outage is no new flapping: only a new beginning is.
        let fresh = outages
            .last()
            .is_some_and(|newest| now - newest.opened_at < policy.flap_quiet_s);
        let many = recent.get(policy.flap_count.saturating_sub(1)).filter(|_| fresh);
        let since = standing
            .map(|standing| standing.since)
            .or(many.map(|incident| incident.opened_at));
        let Some(since) = since.filter(|_| !quiet) else {
            continue;
        };
        let seen: BTreeSet<&str> = outages
            .iter()
            .filter(|incident| incident.opened_at >= since)
            .flat_map(|incident| incident.agents.iter().map(AgentId::as_str))
            .collect();
        let key = format!("flapping/{}/{}", id.as_str(), since.secs());
        flapping.push(Condition {
            seen_from: seen.into_iter().map(str::to_owned).collect(),
            critical: portal.critical,
            ..Condition::lasting(Kind::Flapping, key, subject(portal), since)
        });
    }
    flapping
}
