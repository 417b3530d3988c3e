//! What a failing slot leans on: the line of a family, and the resolver.

use std::net::IpAddr;

use ems_contract::family::Family;
use ems_contract::plan::{Plan, Reference};

use crate::probe::Job;

/// One thing that can be blind on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// The agent's line over a family.
    Line(Family),
    /// The agent's resolver.
    Resolver,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 3] = [Self::Line(Family::V4), Self::Line(Family::V6), Self::Resolver];

    /// `v4`, `v6` or `resolver`, as in labels and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Line(family) => family.as_str(),
            Self::Resolver => "resolver",
        }
    }

    pub(super) const fn index(self) -> usize {
        match self {
            Self::Line(Family::V4) => 0,
            Self::Line(Family::V6) => 1,
            Self::Resolver => 2,
        }
    }
}

/// The channels that a failure of this job would have to prove. A job without a family may use either line, so it
/// leans on every line the plan gives this agent.
#[must_use]
pub fn channels_of_job(job: &Job, plan_families: &[Family]) -> Vec<Channel> {
    let mut needed: Vec<Channel> = match job.family {
        Some(family) => vec![Channel::Line(family)],
        None => plan_families.iter().copied().map(Channel::Line).collect(),
    };
    if is_resolved(job) {
        needed.push(Channel::Resolver);
    }
    needed
}

/// Whether the portal's name goes through the resolver: the operator wrote no address and the URL holds none.
fn is_resolved(job: &Job) -> bool {
    job.portal.resolve.is_empty() && matches!(job.portal.url.host(), Some(url::Host::Domain(_)))
}

/// Whether checking the reference goes through the resolver.
fn proves_resolver(reference: &Reference) -> bool {
    let literal = reference.host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    reference.resolve.is_empty() && !literal
}

/// The references whose answer proves a channel, the ones with fixed addresses first.
#[must_use]
pub fn references_of(plan: &Plan, channel: Channel) -> Vec<Reference> {
    let proves = |reference: &&Reference| match channel {
        Channel::Line(family) => reference.family == family,
        Channel::Resolver => proves_resolver(reference) && plan.families.contains(&reference.family),
    };
    let mut found: Vec<Reference> = plan.references.iter().filter(proves).cloned().collect();
    found.sort_by_key(proves_resolver);
    found
}

/// A channel that this plan needs and no reference proves: its failures can never be told from blindness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The channel.
    pub channel: Channel,
    /// How many portals lean on it.
    pub portals: usize,
}

/// Every channel without a reference although portals lean on it.
#[must_use]
pub fn missing_references(plan: &Plan) -> Vec<Missing> {
    let leaning = |channel: Channel| match channel {
        Channel::Line(family) if !plan.families.contains(&family) => 0,
        Channel::Line(family) => plan
            .portals
            .iter()
            .filter(|p| p.families.contains(&family))
            .count(),
        Channel::Resolver => plan
            .portals
            .iter()
            .filter(|p| p.resolve.is_empty() && matches!(p.url.host(), Some(url::Host::Domain(_))))
            .count(),
    };
    let missing = Channel::ALL.into_iter().map(|channel| Missing {
        channel,
        portals: leaning(channel),
    });
    missing
        .filter(|missing| missing.portals > 0 && references_of(plan, missing.channel).is_empty())
        .collect()
}
