//! Everything a report is made from, fetched beforehand.

use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use ems_contract::inventory::{Agent, Level, Maintenance, Portal, Status};
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use crate::ledger::{AgentGap, Span, Track};

/// The data of one report.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// The database holds made-up data.
    pub demo: bool,
    /// Version of the inventory in force.
    pub inventory_version: Sha256,
    /// Portals, in the order of the inventory, those of earlier inventories behind.
    pub portals: Vec<PortalInput>,
    /// Vantage points of the inventory, with their gaps.
    pub agents: Vec<AgentInput>,
}

/// One portal's data.
#[derive(Debug, Clone, PartialEq)]
pub struct PortalInput {
    /// The portal as the newest inventory that has it describes it.
    pub portal: Portal,
    /// When an inventory first had it as active, if an earlier one in force did not.
    pub added_at: Option<UnixTime>,
    /// When an inventory without it (or with it inactive) came into force, if it has not come back.
    pub removed_at: Option<UnixTime>,
    /// Spans that touch the window, not clipped, per track in the order of [`Track::ALL`].
    pub spans: [Vec<Span>; 3],
}

impl PortalInput {
    /// The spans of a track.
    #[must_use]
    pub fn spans(&self, track: Track) -> &[Span] {
        match track {
            Track::V4 => &self.spans[0],
            Track::V6 => &self.spans[1],
            Track::Overall => &self.spans[2],
        }
    }

    /// When it begins to count, if that is known: as written, else when it was added.
    #[must_use]
    pub fn counts_from(&self) -> Option<UnixTime> {
        counts_from(&self.portal, self.added_at)
    }

    /// When it ceases to count, if that is known: as written or when it was removed, whichever is first.
    #[must_use]
    pub fn counts_to(&self) -> Option<UnixTime> {
        match (self.portal.valid_to, self.removed_at) {
            (Some(written), Some(removed)) => Some(written.min(removed)),
            (written, removed) => written.or(removed),
        }
    }

    /// Why it does not count in `window` at all: its status or `outside_validity`.
    #[must_use]
    pub fn why_not_counted(&self, window: Window) -> Option<&'static str> {
        // A portal that was switched off within the window has a `removed_at` and counts until then.
        if self.portal.status != Status::Active && self.removed_at.is_none() {
            return Some(self.portal.status.as_str());
        }
        self.counted(window).is_empty().then_some("outside_validity")
    }

    /// Its level at the end of the time in which it counts in `window`.
    #[must_use]
    pub fn level(&self, window: Window) -> Level {
        self.portal.level_at(self.counted(window).to - 1)
    }

    /// The part of `window` in which it counts.
    #[must_use]
    pub fn counted(&self, window: Window) -> Window {
        let from = self.counts_from().unwrap_or(window.from);
        let to = self.counts_to().unwrap_or(window.to);
        Window::new(from, to).intersect(window)
    }
}

/// When a portal begins to count: as written, else when an inventory first had it (if an earlier one did not).
#[must_use]
pub fn counts_from(portal: &Portal, added_at: Option<UnixTime>) -> Option<UnixTime> {
    portal.valid_from.or(added_at)
}

/// One vantage point's data.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentInput {
    /// Id.
    pub id: AgentId,
    /// Its entry in the inventory; absent for an agent that sent gaps and is not there any more.
    pub agent: Option<Agent>,
    /// Gaps that touch the window and concern everything it measures.
    pub gaps: Vec<AgentGap>,
}

/// What the digest is taken over: the facts behind the figures and nothing else, so that a second run over the
/// same facts has the same digest whenever it is made.
#[derive(Serialize)]
struct Facts<'a> {
    window: Window,
    data_to: UnixTime,
    portals: Vec<PortalFacts<'a>>,
    gaps: Vec<(&'a str, UnixTime, UnixTime, &'static str)>,
}

#[derive(Serialize)]
struct PortalFacts<'a> {
    portal: &'a str,
    level: &'static str,
    counted: Window,
    maintenance: Vec<&'a Maintenance>,
    spans: Vec<Vec<Span>>,
}

impl Inputs {
    /// The digest over all facts within `data`, for a report about `window`.
    #[must_use]
    pub fn digest(&self, window: Window, data: Window) -> Sha256 {
        // What does not count in the window is no fact of it; the order of the inventory is none either.
        let mut counted: Vec<&PortalInput> = self
            .portals
            .iter()
            .filter(|input| input.why_not_counted(data).is_none())
            .collect();
        counted.sort_by(|a, b| a.portal.id.cmp(&b.portal.id));
        let facts = Facts {
            window,
            data_to: data.to,
            portals: counted
                .into_iter()
                .map(|input| PortalFacts {
                    portal: input.portal.id.as_str(),
                    level: input.level(data).as_str(),
                    counted: input.counted(data),
                    maintenance: input
                        .portal
                        .maintenance
                        .iter()
                        .filter(|m| !Window::new(m.from, m.to).intersect(data).is_empty())
                        .collect(),
                    spans: Track::ALL
                        .into_iter()
                        .map(|track| {
                            input
                                .spans(track)
                                .iter()
                                .filter_map(|span| clip(span, data))
                                .collect()
                        })
                        .collect(),
                })
                .collect(),
            gaps: self
                .agents
                .iter()
                .flat_map(|input| {
                    input.gaps.iter().map(move |gap| {
                        let inside = gap.window.intersect(data);
                        (input.id.as_str(), inside.from, inside.to, gap.why.as_str())
                    })
                })
                .collect(),
        };
        // Serialising plain values with text keys cannot fail.
        Sha256::of(&serde_json::to_vec(&facts).unwrap_or_default())
    }
}

fn clip(span: &Span, data: Window) -> Option<Span> {
    let inside = span.window().intersect(data);
    (!inside.is_empty()).then(|| Span {
        from: inside.from,
        to: inside.to,
        state: span.state,
        cause: span.cause,
        agents: span.agents.clone(),
    })
}
