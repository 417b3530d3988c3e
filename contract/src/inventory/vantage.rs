//! The parts of `targets.yaml` that are not portals: agents, reference points, limits.

use std::net::IpAddr;

use super::address::{address, host};
use super::defaults::Written;
use super::model::Agent;
use super::parts::written_id;
use crate::diagnostic::Message;
use crate::family::Family;
use crate::id::{AgentId, NetworkId};
use crate::plan::{Limits, Reference};
use crate::yaml::Item;

/// An agent as far as it could be read.
#[derive(Debug)]
pub(super) struct AgentDraft<'t> {
    pub(super) id: Option<Written<'t, AgentId>>,
    pub(super) network: Option<Written<'t, NetworkId>>,
    pub(super) agent: Option<Agent>,
}

/// One vantage point.
pub(super) fn agent<'t>(item: &Item<'t>) -> Option<AgentDraft<'t>> {
    let mut map = item.map()?;
    let id: Option<Written<'t, AgentId>> = map.required("id", written_id);
    let network: Option<Written<'t, NetworkId>> = map.required("network", written_id);
    let families = map.required("families", families);
    let name = map.optional("name", Item::text);
    map.finish();
    let agent = || {
        Some(Agent {
            id: id.as_ref()?.value.clone(),
            network: network.as_ref()?.value.clone(),
            families: families?,
            name,
        })
    };
    let agent = agent();
    Some(AgentDraft { id, network, agent })
}

/// A list of families, each once, at least one.
fn families(item: &Item<'_>) -> Option<Vec<Family>> {
    let mut families = Vec::new();
    let written = item.list()?;
    if written.is_empty() {
        item.error(Message::new("inventory.agent.no_family"));
    }
    let count = written.len();
    for item in written {
        let Some(family) = family(&item) else { continue };
        if families.contains(&family) {
            item.error(Message::new("inventory.twice").with("value", family.as_str()));
        } else {
            families.push(family);
        }
    }
    families.sort_unstable();
    // What is missing because it was misspelt must not look as if no agent had it.
    (count > 0 && families.len() == count).then_some(families)
}

fn family(item: &Item<'_>) -> Option<Family> {
    item.choice(&Family::ALL, Family::as_str)
}

/// One reference point. The family may be left out beside a literal address.
pub(super) fn reference(item: &Item<'_>) -> Option<Reference> {
    let mut map = item.map()?;
    let host = map.required("host", host);
    let port = map.required("port", |port| port.integer(1..=65_535));
    let literal: Option<IpAddr> = host.as_deref().and_then(|host| host.parse().ok());
    let resolve = map
        .optional("resolve", |at| Some(at.list_of(|a| address(&a))))
        .unwrap_or_default();
    let family = match literal {
        Some(literal) => map.optional("family", family).or(Some(Family::of(literal))),
        None => map.required("family", family),
    };
    let fixed = resolve.iter().chain(&literal);
    if let Some(family) = family
        && let Some(wrong) = fixed.into_iter().find(|address| Family::of(**address) != family)
    {
        let message = Message::new("inventory.reference.family").with("address", wrong);
        item.error(message.with("family", family.as_str()));
        return None;
    }
    map.finish();
    Some(Reference {
        host: host?,
        port: port?,
        family: family?,
        resolve,
    })
}

/// Bounds of every probe; what is not written keeps its default.
pub(super) fn limits(item: &Item<'_>) -> Option<Limits> {
    let usual = Limits::default();
    let mut map = item.map()?;
    let limits = Limits {
        dns_ms: map
            .optional("dns_ms", |i| i.integer(100..=30_000))
            .unwrap_or(usual.dns_ms),
        connect_ms: map
            .optional("connect_ms", |i| i.integer(100..=5_000))
            .unwrap_or(usual.connect_ms),
        tls_ms: map
            .optional("tls_ms", |i| i.integer(100..=30_000))
            .unwrap_or(usual.tls_ms),
        first_byte_ms: map
            .optional("first_byte_ms", |i| i.integer(100..=60_000))
            .unwrap_or(usual.first_byte_ms),
        total_ms: map
            .optional("total_ms", |i| i.integer(1_000..=120_000))
            .unwrap_or(usual.total_ms),
        slow_first_byte_ms: map
            .optional("slow_first_byte_ms", |i| i.integer(100..=60_000))
            .unwrap_or(usual.slow_first_byte_ms),
        body_bytes: map
            .optional("body_bytes", |i| i.integer(1_024..=64 * 1_024 * 1_024))
            .unwrap_or(usual.body_bytes),
        redirects: map
            .optional("redirects", |i| i.integer(0..=20))
            .unwrap_or(usual.redirects),
        concurrency: map
            .optional("concurrency", |i| i.integer(1..=100_000))
            .unwrap_or(usual.concurrency),
    };
    if limits.slow_first_byte_ms > limits.total_ms
        && let Some(at) = map.get("slow_first_byte_ms")
    {
        at.warn(
            Message::new("inventory.limits.slow").with("total", limits.total_ms),
            None,
        );
    }
    map.finish();
    Some(limits)
}
