//! Walks through time over the timelines of one family and judges every stretch in which nothing changes.

use ems_contract::family::Family;
use ems_contract::id::{AgentId, NetworkId};
use ems_contract::time::{UnixTime, Window};

use super::carry::FamilyCarry;
use super::networks::Networks;
use super::runs::{Run, Tracker, qualifying};
use super::timeline::{self, Timeline, View};
use super::types::{FamilyInput, Rules, State};
use super::verdict::{Verdict, Witness, judge};

/// A stretch in which nothing changes for one family.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) from: UnixTime,
    pub(super) to: UnixTime,
    pub(super) verdict: Verdict,
}

/// One family, judged.
#[derive(Debug)]
pub(super) struct Swept {
    /// Contiguous over the window.
    pub(super) segments: Vec<Segment>,
    timelines: Vec<Timeline>,
    runs: Vec<Run>,
    networks: Vec<NetworkId>,
}

impl Swept {
    pub(super) fn agent(&self, index: usize) -> &AgentId {
        &self.timelines[index].agent
    }

    pub(super) fn network(&self, index: usize) -> &NetworkId {
        &self.networks[index]
    }

    /// The earliest instant below `at` from which something is still undecided by what lies before `at`.
    pub(super) fn undecided_since(&self, at: UnixTime) -> Option<UnixTime> {
        let runs = self
            .runs
            .iter()
            .filter(|run| run.reaches(at) && !run.qualifies_by(at));
        let firsts = self.timelines.iter().flat_map(|timeline| &timeline.unconfirmed);
        let firsts = firsts.filter(|(slot, last)| *slot < at && at <= *last);
        runs.map(|run| run.from)
            .chain(firsts.map(|(slot, _)| *slot))
            .min()
    }

    /// What to carry over at `at`, which nothing undecided straddles.
    pub(super) fn carry(&self, at: UnixTime, last_success: Option<UnixTime>) -> FamilyCarry {
        let agents = self.timelines.iter().enumerate().filter_map(|(agent, timeline)| {
            let in_run = self.runs.iter().any(|run| run.agent == agent && run.reaches(at));
            timeline.carry(at, in_run)
        });
        FamilyCarry {
            agents: agents.collect(),
            last_success,
            path: None,
        }
    }
}

/// Judges one family over `span`.
pub(super) fn sweep(
    family: Family,
    carry: &FamilyCarry,
    input: &FamilyInput<'_>,
    networks: &Networks,
    rules: Rules,
    span: Window,
) -> Swept {
    let timelines = timeline::build(carry, input, rules, span);
    let stays = || timelines.iter().map(|timeline| networks.stays(&timeline.agent));
    let mut names: Vec<NetworkId> = stays()
        .flatten()
        .filter_map(|(_, network)| network.clone())
        .collect();
    names.sort();
    names.dedup();
    let number = |network: &Option<NetworkId>| names.binary_search(network.as_ref()?).ok();
    let numbers: Vec<Vec<Stay>> = stays()
        .map(|stays| {
            stays
                .iter()
                .map(|(since, network)| (*since, number(network)))
                .collect()
        })
        .collect();
    let mut walk = Walk {
        tracker: Tracker::new(span.from, timelines.iter().map(|timeline| timeline.in_run)),
        next: vec![0; timelines.len()],
        witnesses: Vec::with_capacity(timelines.len()),
        memory_s: (family == Family::V6).then_some(rules.ipv6_memory_s),
        remembered: carry.last_success,
        unseen: if input.expected {
            State::Unknown
        } else {
            State::Absent
        },
    };
    let mut segments = Vec::new();
    let mut at = span.from;
    while at < span.to {
        let (to, verdict) = walk.step(at, span.to, &timelines, &numbers);
        append(&mut segments, at, to, verdict);
        at = to;
    }
    walk.tracker.close_all(span.to);
    let runs = walk.tracker.runs;
    confirm(&mut segments, &runs);
    Swept {
        segments,
        timelines,
        runs,
        networks: names,
    }
}

/// From an instant on, the number of the network in which an agent stands.
type Stay = (UnixTime, Option<usize>);

struct Walk {
    tracker: Tracker,
    next: Vec<usize>,
    witnesses: Vec<Witness>,
    /// For how long a success is remembered; only for the family that may be absent.
    memory_s: Option<i64>,
    /// The end of the last success.
    remembered: Option<UnixTime>,
    unseen: State,
}

impl Walk {
    /// Judges the longest stretch from `at` on in which nothing changes.
    fn step(
        &mut self,
        at: UnixTime,
        end: UnixTime,
        timelines: &[Timeline],
        networks: &[Vec<Stay>],
    ) -> (UnixTime, Verdict) {
        let mut to = end;
        self.witnesses.clear();
        for (agent, timeline) in timelines.iter().enumerate() {
            let next = &mut self.next[agent];
            while timeline.pieces.get(*next).is_some_and(|piece| piece.to <= at) {
                *next += 1;
            }
            let Some(piece) = timeline.pieces.get(*next) else {
                continue;
            };
            if at < piece.from {
                to = to.min(piece.from);
                continue;
            }
            to = to.min(piece.to);
            let stays = &networks[agent];
            let moved = stays.partition_point(|(since, _)| *since <= at);
            if let Some((next, _)) = stays.get(moved) {
                to = to.min(*next);
            }
            self.witnesses.push(Witness {
                agent,
                network: moved.checked_sub(1).and_then(|last| stays[last].1),
                slot: piece.slot,
                view: piece.view,
            });
        }
        if self.witnesses.is_empty() {
            self.tracker.step(at, std::iter::empty());
            return (to, Verdict::unseen(self.unseen));
        }
        let forgotten_at = self
            .memory_s
            .zip(self.remembered)
            .map(|(memory, last)| last + memory);
        let may_be_absent = self.memory_s.is_some() && forgotten_at.is_none_or(|instant| instant <= at);
        let succeeds = self.witnesses.iter().any(|w| !matches!(w.view, View::Bad { .. }));
        if succeeds {
            self.remembered = Some(to);
        } else if let Some(instant) = forgotten_at.filter(|instant| at < *instant) {
            to = to.min(instant);
        }
        let verdict = judge(&self.witnesses, may_be_absent && !succeeds);
        let counts = !verdict.success && verdict.state != State::Absent;
        let failing = self.witnesses.iter().filter(|_| counts);
        self.tracker
            .step(at, failing.map(|witness| (witness.agent, witness.slot)));
        (to, verdict)
    }
}

fn append(segments: &mut Vec<Segment>, from: UnixTime, to: UnixTime, verdict: Verdict) {
    match segments.last_mut() {
        Some(last) if last.verdict == verdict => last.to = to,
        _ => segments.push(Segment { from, to, verdict }),
    }
}

/// Turns candidates that lie in a qualifying run into outages.
fn confirm(segments: &mut [Segment], runs: &[Run]) {
    let windows = qualifying(runs);
    let mut next = 0;
    for segment in segments.iter_mut().filter(|segment| segment.verdict.candidate) {
        while windows.get(next).is_some_and(|(_, to)| *to <= segment.from) {
            next += 1;
        }
        // Runs begin and end where segments do: the first second speaks for all.
        if windows.get(next).is_some_and(|(from, _)| *from <= segment.from) {
            segment.verdict.state = State::Down;
            segment.verdict.defect = None;
        }
    }
}
