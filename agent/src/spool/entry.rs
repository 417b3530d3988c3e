//! What is handed to the spool.

use ems_contract::certificate::Chain;
use ems_contract::digest::Sha256;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::probe::ProbeKind;
use ems_contract::record::{Gap, GapWhy, Record};
use ems_contract::time::{UnixTime, Window};

/// A record on its way to the spool, which gives it its number.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The record; epoch and number are filled in at the commit.
    pub record: Record,
    /// The chain that an observation names; written before it the first time.
    pub chain: Option<(Sha256, Chain)>,
    /// Whether it is to be committed and shipped at once: failures are.
    pub urgent: bool,
}

impl Entry {
    /// A gap in everything this agent measures.
    #[must_use]
    pub fn gap(agent: &AgentId, window: Window, why: GapWhy) -> Self {
        Self {
            record: Record::Gap(gap(agent, window, why)),
            chain: None,
            urgent: false,
        }
    }

    /// The gap in place of a visit that was cut short.
    #[must_use]
    pub fn missed(agent: &AgentId, visit: &Visit, why: GapWhy) -> Self {
        let mut gap = gap(agent, Window::new(visit.slot, visit.slot + 1), why);
        gap.portal = Some(visit.portal.clone());
        gap.probe = Some(visit.probe);
        Self {
            record: Record::Gap(gap),
            chain: None,
            urgent: false,
        }
    }

    /// The visit that it accounts for, if it is the result of one.
    pub(super) fn visit(&self) -> Option<Visit> {
        match &self.record {
            Record::Observation(o) if o.probe.is_visit() => Some(Visit {
                portal: o.portal.clone(),
                probe: o.probe,
                slot: o.slot,
            }),
            _ => None,
        }
    }

    /// Roughly the bytes it takes in memory.
    pub(super) fn weight(&self) -> usize {
        let chain = |chain: &Chain| chain.certificates().iter().map(Vec::len).sum::<usize>();
        let record = match &self.record {
            Record::Observation(o) => {
                let hops = o.facts.http.as_ref().map_or(0, |http| {
                    http.hops.iter().map(|hop| hop.url.len() + 32).sum::<usize>()
                });
                700 + o.attempts.len() * 128 + o.facts.addresses.len() * 17 + hops
            }
            Record::Gap(_) => 200,
            Record::Chain(c) => chain(&c.chain),
        };
        record + self.chain.as_ref().map_or(0, |(_, c)| chain(c))
    }
}

/// A gap without a number yet.
pub(super) fn gap(agent: &AgentId, window: Window, why: GapWhy) -> Gap {
    Gap {
        schema: ems_contract::observation::SCHEMA,
        agent: agent.clone(),
        epoch: Epoch::from_random([0; 16]),
        seq: 0,
        portal: None::<PortalId>,
        probe: None::<ProbeKind>,
        family: None::<Family>,
        from: window.from,
        to: window.to,
        why,
    }
}

/// A visit's slot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visit {
    /// The portal.
    pub portal: PortalId,
    /// `page` or `links`.
    pub probe: ProbeKind,
    /// Its instant.
    pub slot: UnixTime,
}

/// How far the agent has come; kept so that the next start knows what it missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Every slot before this instant is accounted for by what was handed in before the mark, or is among `visits`.
    pub alive: UnixTime,
    /// Labelled time whose slots were handed out: never again, also after a restart with a wrong clock.
    pub swept: Vec<Window>,
    /// Visits that were handed out and not accounted for: they last minutes, and `alive` does not wait for them. Rising.
    pub visits: Vec<Visit>,
}
