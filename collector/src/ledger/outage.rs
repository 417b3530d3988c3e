//! Outages and lonely networks: what incidents are told about.

use ems_contract::id::{AgentId, NetworkId};
use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

use super::types::{Span, SpanCause, State, Track};
use ems_contract::cause::DegradedCause;

/// A stretch of trouble on one track: from the first second `down` to the end of the last one, until somebody
/// is seen to succeed again.
///
/// Time that nobody saw, and failures that are not confirmed, do not end an outage and do not lengthen it: they
/// are no evidence that the portal is back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Which track.
    pub track: Track,
    /// First second down.
    pub from: UnixTime,
    /// First second after the last one down so far.
    pub to: UnixTime,
    /// When somebody was first seen to succeed again (or the family to be gone); absent while nobody was.
    pub seen_working_at: Option<UnixTime>,
    /// Seconds of `down` inside, as the accounts count them.
    pub down_s: i64,
    /// Seconds of `down` in which the portal as a whole was not down; always 0 on the overall track.
    pub alone_s: i64,
    /// The cause that lasted longest so far.
    pub cause: Option<SpanCause>,
    /// Who saw it, sorted.
    pub agents: Vec<AgentId>,
}

/// A stretch in which one network alone, as a whole, failed while others succeeded (rule 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStretch {
    /// IPv4 or IPv6.
    pub track: Track,
    /// Which network.
    pub network: NetworkId,
    /// First second.
    pub from: UnixTime,
    /// First second after.
    pub to: UnixTime,
    /// The cause that lasted longest.
    pub cause: Option<SpanCause>,
    /// Its agents, sorted.
    pub agents: Vec<AgentId>,
}

/// Seconds by cause.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tally(Vec<(SpanCause, i64)>);

impl Tally {
    pub(super) fn add(&mut self, cause: Option<SpanCause>, seconds: i64) {
        let Some(cause) = cause else { return };
        match self.0.binary_search_by_key(&cause, |(known, _)| *known) {
            Ok(place) => self.0[place].1 += seconds,
            Err(place) => self.0.insert(place, (cause, seconds)),
        }
    }

    /// The longest; ties by the vocabulary's order.
    pub(super) fn longest(&self) -> Option<SpanCause> {
        let longest = self.0.iter().rev().max_by_key(|(_, seconds)| *seconds);
        longest.map(|(cause, _)| *cause)
    }
}

/// An outage that nobody has seen ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OpenOutage {
    pub(super) from: UnixTime,
    pub(super) to: UnixTime,
    pub(super) down_s: i64,
    #[serde(default)]
    pub(super) alone_s: i64,
    pub(super) causes: Tally,
    pub(super) agents: Vec<AgentId>,
}

impl OpenOutage {
    pub(super) fn new(from: UnixTime) -> Self {
        Self {
            from,
            to: from,
            down_s: 0,
            alone_s: 0,
            causes: Tally::default(),
            agents: Vec::new(),
        }
    }

    pub(super) fn told(&self, track: Track, seen_working_at: Option<UnixTime>) -> Outage {
        Outage {
            track,
            from: self.from,
            to: self.to,
            seen_working_at,
            down_s: self.down_s,
            alone_s: self.alone_s,
            cause: self.causes.longest(),
            agents: self.agents.clone(),
        }
    }
}

/// A network that fails alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OpenPath {
    pub(super) network: NetworkId,
    pub(super) from: UnixTime,
    pub(super) causes: Tally,
    pub(super) agents: Vec<AgentId>,
}

/// Adds an agent to a sorted list.
pub(super) fn join(agents: &mut Vec<AgentId>, agent: &AgentId) {
    if let Err(place) = agents.binary_search(agent) {
        agents.insert(place, agent.clone());
    }
}

/// Whether a state shows that the portal is reached again (or that the family is gone).
pub(super) fn ends_an_outage(state: State, cause: Option<SpanCause>) -> bool {
    let unconfirmed = SpanCause::Defect {
        cause: DegradedCause::Unconfirmed,
    };
    match state {
        State::Up | State::Absent => true,
        State::Degraded => cause != Some(unconfirmed),
        State::Down | State::Unknown => false,
    }
}

/// The outages in a line of spans, in order; those of the overall track count no seconds alone.
#[must_use]
pub fn outages(track: Track, spans: &[Span]) -> Vec<Outage> {
    let mut found = Vec::new();
    let mut open: Option<OpenOutage> = None;
    for span in spans {
        if span.state == State::Down {
            let outage = open.get_or_insert_with(|| OpenOutage::new(span.from));
            outage.to = span.to;
            outage.down_s += span.window().secs();
            outage.causes.add(span.cause, span.window().secs());
            span.agents
                .iter()
                .for_each(|agent| join(&mut outage.agents, agent));
        } else if ends_an_outage(span.state, span.cause)
            && let Some(outage) = open.take()
        {
            found.push(outage.told(track, Some(span.from)));
        }
    }
    found.extend(open.map(|outage| outage.told(track, None)));
    found
}
