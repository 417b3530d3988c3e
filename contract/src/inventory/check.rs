//! What only the whole inventory shows: ids written twice, parents, witnesses, cadence.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

use super::cadence;
use super::defaults::Written;
use super::model::{Agent, Expectation, Portal, Status};
use super::portal::{PortalDraft, site};
use super::registration::{self, DomainDraft};
use super::succession;
use super::vantage::AgentDraft;
use crate::diagnostic::Message;
use crate::family::Family;
use crate::id::{NetworkId, PortalId};
use crate::plan::{Limits, Reference};
use crate::yaml::Item;

/// The fewest reference points of a family that tell a dead line from a dead reference.
const FEWEST_REFERENCES: usize = 2;

/// Everything that was read, with its places.
#[derive(Debug)]
pub(super) struct Draft<'t> {
    pub(super) portals: Vec<PortalDraft<'t>>,
    pub(super) agents: Vec<AgentDraft<'t>>,
    pub(super) networks: Option<Vec<Written<'t, NetworkId>>>,
    pub(super) domains: Option<Vec<DomainDraft<'t>>>,
    pub(super) references: Vec<Option<Reference>>,
    pub(super) limits: Limits,
    pub(super) top: Item<'t>,
    pub(super) agents_at: Item<'t>,
    pub(super) references_at: Item<'t>,
    /// Whether every file was understood: if not, what seems unknown may stand in what was not.
    pub(super) whole: bool,
}

impl<'t> Draft<'t> {
    /// Portals that will be measured, with their drafts.
    pub(super) fn active(&self) -> impl Iterator<Item = (&PortalDraft<'t>, &Portal)> {
        let portals = self
            .portals
            .iter()
            .filter_map(|draft| Some((draft, draft.portal.as_ref()?)));
        portals.filter(|(_, portal)| portal.status == Status::Active)
    }

    fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter().filter_map(|draft| draft.agent.as_ref())
    }
}

/// Notes everything that is wrong with the whole.
pub(super) fn all(draft: &Draft<'_>) {
    twice(draft.portals.iter().filter_map(|portal| portal.id.as_ref()));
    twice(draft.agents.iter().filter_map(|agent| agent.id.as_ref()));
    parents(draft);
    succession::check(draft);
    networks(draft);
    sites(draft);
    witnesses(draft);
    registration::check(draft);
    cadence::check(draft);
}

/// Ids written twice: the second place is named, and in its message the first.
fn twice<'a, 't: 'a, T: Eq + Hash + Display + 'a>(ids: impl Iterator<Item = &'a Written<'t, T>>) {
    let mut seen: HashMap<&T, &Item<'t>> = HashMap::new();
    for id in ids {
        match seen.get(&id.value) {
            Some(first) => {
                let message = Message::new("inventory.id.twice").with("id", &id.value);
                id.at.error(message.with("place", first.place()));
            }
            None => {
                seen.insert(&id.value, &id.at);
            }
        }
    }
}

/// Parents that are not there, and circles of parents.
fn parents(draft: &Draft<'_>) {
    let mut up: HashMap<&PortalId, Option<&PortalId>> = HashMap::new();
    for portal in &draft.portals {
        if let Some(id) = &portal.id {
            let parent = portal.parent.as_ref().map(|parent| &parent.value);
            up.entry(&id.value).or_insert(parent);
        }
    }
    let names: Vec<&str> = up.keys().map(|id| id.as_str()).collect();
    // A default names one parent for many portals: once is enough.
    let mut told = HashSet::new();
    for portal in &draft.portals {
        let (Some(id), Some(parent)) = (&portal.id, &portal.parent) else {
            continue;
        };
        if let Some(circle) = circle(&id.value, &up) {
            let circle: Vec<&str> = circle.iter().map(|id| id.as_str()).collect();
            let message = Message::new("inventory.parent.circle");
            parent.at.error(message.with("circle", circle.join(" → ")));
        }
        if draft.whole && !up.contains_key(&parent.value) && told.insert(parent.at.place()) {
            let (key, name) = ("inventory.parent.unknown", parent.value.as_str());
            parent.at.unknown_reference(key, name, &names);
        }
    }
}

/// The circle of parents that `id` lies in, told only by its first member in alphabetical order.
fn circle<'a>(
    id: &'a PortalId,
    up: &HashMap<&'a PortalId, Option<&'a PortalId>>,
) -> Option<Vec<&'a PortalId>> {
    let mut chain = vec![id];
    let mut seen = HashSet::from([id]);
    loop {
        let parent = up.get(chain.last()?).copied()??;
        chain.push(parent);
        if parent == id {
            return chain.iter().all(|member| id <= *member).then_some(chain);
        }
        if !seen.insert(parent) {
            return None;
        }
    }
}

/// Networks of agents, where the inventory lists the networks there are: a slip would make two witnesses of one.
fn networks(draft: &Draft<'_>) {
    let Some(known) = &draft.networks else { return };
    twice(known.iter());
    let names: Vec<&str> = known.iter().map(|network| network.value.as_str()).collect();
    for network in draft.agents.iter().filter_map(|agent| agent.network.as_ref()) {
        if !names.contains(&network.value.as_str()) {
            network
                .at
                .unknown_reference("inventory.network.unknown", network.value.as_str(), &names);
        }
    }
}

/// One site written as two portals: measured twice, counted twice.
fn sites(draft: &Draft<'_>) {
    let mut seen: HashMap<String, &Portal> = HashMap::new();
    for (written, portal) in draft.active() {
        if let Some(first) = seen.get(&site(&portal.url)) {
            let message = Message::new("inventory.url.twice").with("url", &portal.url);
            written.url_at.warn(message.with("id", &first.id), None);
        } else {
            seen.insert(site(&portal.url), portal);
        }
    }
}

/// Agents and reference points: without them nothing is known.
fn witnesses(draft: &Draft<'_>) {
    // What could not be read has been complained of; that it is lacking besides would be noise.
    if !draft.whole {
        return;
    }
    if draft.agents.is_empty() {
        draft.agents_at.error(Message::new("inventory.agent.none"));
    }
    let readable = draft.portals.iter().all(|portal| portal.portal.is_some());
    if readable && draft.active().next().is_none() {
        draft.top.warn(Message::new("inventory.portal.none"), None);
    }
    if draft.agents.iter().all(|agent| agent.agent.is_some()) {
        Family::ALL
            .into_iter()
            .for_each(|family| witnesses_over(draft, family));
    }
}

/// The agents and reference points of one family.
fn witnesses_over(draft: &Draft<'_>, family: Family) {
    if !draft.agents().any(|agent| agent.families.contains(&family)) {
        let wanted = |(_, portal): &(&PortalDraft<'_>, &Portal)| {
            let expectation = if family == Family::V4 {
                portal.ipv4
            } else {
                portal.ipv6
            };
            expectation == Expectation::Required
        };
        if let Some((_, portal)) = draft.active().find(wanted).filter(|_| !draft.agents.is_empty()) {
            let message = Message::new("inventory.agent.family_unseen").with("family", family);
            draft.agents_at.warn(message.with("portal", &portal.id), None);
        }
        return;
    }
    let points: Option<Vec<&Reference>> = draft.references.iter().map(Option::as_ref).collect();
    let Some(points) = points else { return };
    let hosts: BTreeSet<&str> = points
        .iter()
        .filter(|r| r.family == family)
        .map(|r| r.host.as_str())
        .collect();
    let message = |key| {
        Message::new(key)
            .with("family", family)
            .with("count", hosts.len())
    };
    let hint = Message::new("inventory.reference.hint").with("fewest", FEWEST_REFERENCES);
    if hosts.is_empty() {
        draft
            .references_at
            .error_with(message("inventory.reference.none"), hint);
    } else if hosts.len() < FEWEST_REFERENCES {
        draft.references_at.warn(message("inventory.reference.few"), hint);
    }
}
