//! What each agent saw and when: records, gaps and suspicions turned into disjoint pieces of time.

use std::collections::BTreeMap;

use ems_contract::cause::{Cause, DegradedCause, Stage};
use ems_contract::id::AgentId;
use ems_contract::outcome::Outcome;
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};

use super::carry::{AgentCarry, FamilyCarry};
use super::types::{AgentGap, FamilyInput, Rules, SlotRecord};

/// What an agent that sees makes of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Good,
    Defect(DegradedCause),
    Bad {
        stage: Stage,
        cause: Cause,
        no_address: bool,
    },
}

/// A stretch in which one record of an agent is in force and the agent sees.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) from: UnixTime,
    pub(super) to: UnixTime,
    /// Names the record; pieces of one record are one slot.
    pub(super) slot: UnixTime,
    pub(super) view: View,
}

/// One agent's part of the story.
#[derive(Debug)]
pub(super) struct Timeline {
    pub(super) agent: AgentId,
    /// Raw records in the order of their slots, the carried one first.
    records: Vec<AgentCarry>,
    /// In order, disjoint; time between them was not seen.
    pub(super) pieces: Vec<Piece>,
    /// A run that qualifies reaches the beginning.
    pub(super) in_run: bool,
    /// Failures with one attempt and no failure before them, `(slot, last instant a second one may begin)`:
    /// what they count for is decided by a record that may still come.
    pub(super) unconfirmed: Vec<(UnixTime, UnixTime)>,
}

impl Timeline {
    /// The newest record before `at`, if it can still matter then.
    pub(super) fn carry(&self, at: UnixTime, in_run: bool) -> Option<AgentCarry> {
        let before = self.records.partition_point(|record| record.slot < at);
        let record = self.records.get(before.checked_sub(1)?)?;
        (reach(record) >= at).then(|| AgentCarry {
            in_run,
            ..record.clone()
        })
    }
}

/// The first instant at which a record cannot hold any more.
fn reach(record: &AgentCarry) -> UnixTime {
    record.slot + i64::from(record.interval_s)
}

/// The timelines of one family over `span`, by agent. Records outside `span` are left out: those before it
/// live on in the carry.
pub(super) fn build(
    carry: &FamilyCarry,
    input: &FamilyInput<'_>,
    rules: Rules,
    span: Window,
) -> Vec<Timeline> {
    let mut agents: BTreeMap<&AgentId, Vec<&SlotRecord>> =
        carry.agents.iter().map(|a| (&a.agent, Vec::new())).collect();
    for record in input.records.iter().filter(|record| span.contains(record.slot)) {
        agents.entry(&record.agent).or_default().push(record);
    }
    let mut gaps = by_agent(input.gaps.iter().filter(|gap| gap.why != GapWhy::Suspect));
    let mut suspects = by_agent(input.gaps.iter().filter(|gap| gap.why == GapWhy::Suspect));
    agents
        .into_iter()
        .map(|(agent, records)| {
            let carried = carry.agents.iter().find(|a| a.agent == *agent);
            let blind = Blind {
                gaps: gaps.remove(agent).unwrap_or_default(),
                suspects: suspects.remove(agent).unwrap_or_default(),
            };
            timeline(agent, carried, records, &blind, rules, span)
        })
        .collect()
}

/// When an agent is not to be heard.
struct Blind {
    gaps: Vec<Window>,
    suspects: Vec<Window>,
}

fn timeline(
    agent: &AgentId,
    carried: Option<&AgentCarry>,
    mut fresh: Vec<&SlotRecord>,
    blind: &Blind,
    rules: Rules,
    span: Window,
) -> Timeline {
    // A stable sort keeps the order of arrival among records of one slot: the first one wins.
    fresh.sort_by_key(|record| record.slot);
    fresh.dedup_by_key(|record| record.slot);
    let mut records: Vec<AgentCarry> = Vec::with_capacity(fresh.len() + 1);
    records.extend(carried.cloned());
    for record in fresh {
        let follows_failure = records
            .last()
            .is_some_and(|before| before.outcome.is_failure() && record.slot <= reach(before));
        records.push(AgentCarry {
            agent: agent.clone(),
            slot: record.slot,
            interval_s: record.interval_s,
            outcome: record.outcome,
            no_address: record.no_address,
            follows_failure,
            in_run: false,
        });
    }
    let mut pieces = Vec::new();
    let mut unconfirmed = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let next = records.get(index + 1);
        let end = next.map_or(reach(record), |next| reach(record).min(next.slot));
        let single = record.outcome.is_failure() && record.interval_s < rules.two_attempts_from_s;
        if single && !record.follows_failure {
            unconfirmed.push((record.slot, reach(record)));
        }
        let second = next.is_some_and(|next| next.follows_failure && next.outcome.is_failure());
        let alone = single && !record.follows_failure && !second;
        let Some(view) = view(record, alone) else {
            continue;
        };
        let hold = Window::new(record.slot, end).intersect(span);
        let suspects: &[Window] = if record.outcome.is_failure() {
            &blind.suspects
        } else {
            &[]
        };
        for seen in without(hold, &blind.gaps) {
            for heard in without(seen, suspects) {
                push(&mut pieces, heard, record.slot, view);
            }
        }
    }
    Timeline {
        agent: agent.clone(),
        in_run: carried.is_some_and(|record| record.in_run),
        records,
        pieces,
        unconfirmed,
    }
}

/// What the record says; nothing when the agent could not say. `alone`: a failure of one attempt that no
/// neighbouring slot confirms, which is what fail-then-succeed is with two attempts.
fn view(record: &AgentCarry, alone: bool) -> Option<View> {
    Some(match record.outcome {
        Outcome::Up => View::Good,
        Outcome::Degraded { cause } => View::Defect(cause),
        Outcome::Down { .. } if alone => View::Defect(DegradedCause::Flaky),
        Outcome::Down { stage, cause } => View::Bad {
            stage,
            cause,
            no_address: record.no_address,
        },
        Outcome::Unknown { .. } => return None,
    })
}

/// Adds a piece; successes that go on unchanged become one piece, failures stay apart because slots are counted.
fn push(pieces: &mut Vec<Piece>, window: Window, slot: UnixTime, view: View) {
    if let Some(last) = pieces.last_mut()
        && last.to == window.from
        && last.view == view
        && !matches!(view, View::Bad { .. })
    {
        last.to = window.to;
        return;
    }
    pieces.push(Piece {
        from: window.from,
        to: window.to,
        slot,
        view,
    });
}

/// Windows by agent, sorted, disjoint.
fn by_agent<'a>(gaps: impl Iterator<Item = &'a AgentGap>) -> BTreeMap<&'a AgentId, Vec<Window>> {
    let mut all: BTreeMap<&AgentId, Vec<Window>> = BTreeMap::new();
    for gap in gaps.filter(|gap| !gap.window.is_empty()) {
        all.entry(&gap.agent).or_default().push(gap.window);
    }
    for list in all.values_mut() {
        list.sort_by_key(|window| window.from);
        let mut joined: Vec<Window> = Vec::with_capacity(list.len());
        for window in list.drain(..) {
            match joined.last_mut() {
                Some(last) if window.from <= last.to => last.to = last.to.max(window.to),
                _ => joined.push(window),
            }
        }
        *list = joined;
    }
    all
}

/// The parts of `window` outside `holes` (sorted, disjoint).
fn without(window: Window, holes: &[Window]) -> impl Iterator<Item = Window> {
    let first = holes.partition_point(|hole| hole.to <= window.from);
    let inside = holes[first..]
        .iter()
        .take_while(move |hole| hole.from < window.to);
    let mut from = window.from;
    inside
        .copied()
        .chain([Window::new(window.to, window.to)])
        .filter_map(move |hole| {
            let part = Window::new(from, hole.from.min(window.to));
            from = hole.to;
            (!part.is_empty()).then_some(part)
        })
}
