//! Joins judged stretches of both families into spans, outages and lonely networks, carrying on from before.

use ems_contract::id::{AgentId, NetworkId};
use ems_contract::time::UnixTime;

use super::carry::{Carry, TrackCarry};
use super::outage::{OpenOutage, OpenPath, Outage, PathStretch, ends_an_outage, join};
use super::overall::overall;
use super::sweep::{Segment, Swept};
use super::types::{Span, SpanCause, State, Track};

/// What has been joined so far.
#[derive(Debug)]
pub(super) struct Fold {
    tracks: [TrackCarry; 3],
    paths: [Option<OpenPath>; 2],
    last_success: Option<UnixTime>,
    pub(super) spans: Vec<(Track, Span)>,
    pub(super) outages: Vec<Outage>,
    pub(super) stretches: Vec<PathStretch>,
}

impl Fold {
    pub(super) fn resume(carry: &Carry) -> Self {
        Self {
            tracks: carry.tracks.clone(),
            paths: [carry.v4.path.clone(), carry.v6.path.clone()],
            last_success: carry.v6.last_success,
            spans: Vec::new(),
            outages: Vec::new(),
            stretches: Vec::new(),
        }
    }

    /// Takes one stretch `[from, to)` in which neither family changes.
    pub(super) fn push(
        &mut self,
        from: UnixTime,
        to: UnixTime,
        v4: (&Swept, &Segment),
        v6: (&Swept, &Segment),
    ) {
        let families = [v4, v6];
        let [s4, s6] = families.map(|(_, s)| (s.verdict.state, s.verdict.cause()));
        let both = overall(s4, s6);
        let agents = families.map(|(swept, segment)| {
            segment
                .verdict
                .agents
                .iter()
                .map(move |agent| swept.agent(*agent))
        });
        let [a4, a6] = agents;
        let portal_down = both.state == State::Down;
        self.track(0, from, to, s4, portal_down, a4.clone());
        self.track(1, from, to, s6, portal_down, a6.clone());
        let behind = a4.filter(|_| both.from_v4).chain(a6.filter(|_| both.from_v6));
        self.track(2, from, to, (both.state, both.cause), true, behind);
        for (index, (swept, segment)) in families.into_iter().enumerate() {
            self.path(index, from, to, swept, segment);
        }
        if v6.1.verdict.success {
            self.last_success = Some(to);
        }
    }

    fn track<'a>(
        &mut self,
        index: usize,
        from: UnixTime,
        to: UnixTime,
        (state, cause): (State, Option<SpanCause>),
        portal_down: bool,
        agents: impl Iterator<Item = &'a AgentId>,
    ) {
        let track = Track::ALL[index];
        let TrackCarry { span, outage } = &mut self.tracks[index];
        if span
            .as_ref()
            .is_none_or(|open| open.state != state || open.cause != cause)
        {
            let fresh = Span {
                from,
                to,
                state,
                cause,
                agents: Vec::new(),
            };
            let before = span.replace(fresh);
            self.spans.extend(before.map(|before| (track, before)));
        }
        let Some(open) = span.as_mut() else { return };
        open.to = to;
        let down = (state == State::Down).then(|| outage.get_or_insert_with(|| OpenOutage::new(from)));
        if let Some(outage) = down {
            outage.to = to;
            outage.down_s += to - from;
            outage.alone_s += if portal_down { 0 } else { to - from };
            outage.causes.add(cause, to - from);
            for agent in agents {
                join(&mut open.agents, agent);
                join(&mut outage.agents, agent);
            }
            return;
        }
        agents.for_each(|agent| join(&mut open.agents, agent));
        if ends_an_outage(state, cause)
            && let Some(outage) = outage.take()
        {
            self.outages.push(outage.told(track, Some(from)));
        }
    }

    fn path(&mut self, index: usize, from: UnixTime, to: UnixTime, swept: &Swept, segment: &Segment) {
        let network = segment.verdict.path.map(|network| swept.network(network));
        let goes_on = |open: &OpenPath| Some(&open.network) == network;
        if self.paths[index].as_ref().is_some_and(|open| !goes_on(open)) {
            self.end_path(index, from);
        }
        let Some(network) = network else { return };
        let open = self.paths[index].get_or_insert_with(|| OpenPath {
            network: NetworkId::clone(network),
            from,
            causes: Default::default(),
            agents: Vec::new(),
        });
        open.causes.add(segment.verdict.failure, to - from);
        for agent in &segment.verdict.agents {
            join(&mut open.agents, swept.agent(*agent));
        }
    }

    fn end_path(&mut self, index: usize, to: UnixTime) {
        self.stretches
            .extend(self.paths[index].take().map(|open| PathStretch {
                track: Track::ALL[index],
                network: open.network,
                from: open.from,
                to,
                cause: open.causes.longest(),
                agents: open.agents,
            }));
    }

    /// What to carry over at `at`, up to which everything was pushed.
    pub(super) fn carry(&self, at: UnixTime, v4: &Swept, v6: &Swept) -> Carry {
        let mut carry = Carry {
            at,
            v4: v4.carry(at, None),
            v6: v6.carry(at, self.last_success),
            tracks: self.tracks.clone(),
        };
        let [p4, p6] = &self.paths;
        carry.v4.path.clone_from(p4);
        carry.v6.path.clone_from(p6);
        carry
    }

    /// Ends everything that is still going on at `at`.
    pub(super) fn finish(&mut self, at: UnixTime) {
        for (track, open) in Track::ALL.into_iter().zip(std::mem::take(&mut self.tracks)) {
            self.spans.extend(open.span.map(|span| (track, span)));
            self.outages
                .extend(open.outage.map(|outage| outage.told(track, None)));
        }
        for index in 0..self.paths.len() {
            self.end_path(index, at);
        }
        self.spans.sort_by_key(|(track, span)| (*track, span.from));
        self.outages.sort_by_key(|outage| (outage.track, outage.from));
        self.stretches
            .sort_by_key(|stretch| (stretch.track, stretch.from));
    }
}
