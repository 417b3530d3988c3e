//! Rules 1, 3 and 4: what an instant is, from what the agents who see make of it.

use ems_contract::cause::{Cause, DegradedCause, Stage};

use super::timeline::View;
use super::types::{SpanCause, State};

/// An agent that sees, at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Witness {
    /// Its place in the family's list of timelines.
    pub(super) agent: usize,
    /// Its network's number; none for an agent that the inventory does not know.
    pub(super) network: Option<usize>,
    pub(super) slot: ems_contract::time::UnixTime,
    pub(super) view: View,
}

/// What an instant is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) state: State,
    /// For `degraded`; for `down` see `failure`.
    pub(super) defect: Option<DegradedCause>,
    /// What the failing agents name, if any fail.
    pub(super) failure: Option<SpanCause>,
    /// Rule 2: it is `down` if it turns out to lie in a qualifying run.
    pub(super) candidate: bool,
    /// Somebody succeeds.
    pub(super) success: bool,
    /// The network that fails alone, as a whole, while another succeeds.
    pub(super) path: Option<usize>,
    /// Whose records make the state.
    pub(super) agents: Vec<usize>,
}

impl Verdict {
    /// Nobody sees.
    pub(super) fn unseen(state: State) -> Self {
        Self {
            state,
            defect: None,
            failure: None,
            candidate: false,
            success: false,
            path: None,
            agents: Vec::new(),
        }
    }

    /// The cause as it stands in a span.
    pub(super) fn cause(&self) -> Option<SpanCause> {
        match self.state {
            State::Down => self.failure,
            State::Degraded => self.defect.map(|cause| SpanCause::Defect { cause }),
            _ => None,
        }
    }
}

/// Judges an instant seen by `witnesses` (at least one). `may_be_absent`: the family had no success lately.
pub(super) fn judge(witnesses: &[Witness], may_be_absent: bool) -> Verdict {
    let lacking = agents(witnesses, |view| {
        matches!(view, View::Bad { no_address: true, .. })
    });
    if may_be_absent && 2 * lacking.len() > witnesses.len() {
        return Verdict {
            agents: lacking,
            ..Verdict::unseen(State::Absent)
        };
    }
    let failing = agents(witnesses, |view| matches!(view, View::Bad { .. }));
    let success = failing.len() < witnesses.len();
    if failing.is_empty() {
        return flawless_or_flawed(witnesses);
    }
    let failed = |witness: &&Witness| matches!(witness.view, View::Bad { .. });
    let majority = 2 * failing.len() > witnesses.len();
    let down = majority && networks(witnesses.iter().filter(failed)) >= 2;
    let candidate = !down && !success && networks(witnesses.iter()) < 2;
    Verdict {
        state: if down { State::Down } else { State::Degraded },
        defect: (!down).then_some(if candidate {
            DegradedCause::Unconfirmed
        } else {
            DegradedCause::Minority
        }),
        failure: failure(witnesses),
        candidate,
        success,
        path: path(witnesses),
        agents: failing,
    }
}

/// Everybody succeeds: `up`, or the defect that most of those with a defect name.
fn flawless_or_flawed(witnesses: &[Witness]) -> Verdict {
    let defects = witnesses.iter().filter_map(|witness| match witness.view {
        View::Defect(cause) => Some(cause),
        _ => None,
    });
    let defect = most_frequent(defects);
    Verdict {
        state: if defect.is_some() {
            State::Degraded
        } else {
            State::Up
        },
        defect,
        success: true,
        agents: agents(witnesses, |view| {
            defect.is_none() || matches!(view, View::Defect(_))
        }),
        ..Verdict::unseen(State::Up)
    }
}

fn agents(witnesses: &[Witness], wanted: impl Fn(View) -> bool) -> Vec<usize> {
    witnesses
        .iter()
        .filter(|w| wanted(w.view))
        .map(|w| w.agent)
        .collect()
}

/// How many networks these witnesses surely stand in: agents of unknown network add none of their own.
fn networks<'a>(witnesses: impl Iterator<Item = &'a Witness>) -> usize {
    let mut known: Vec<usize> = witnesses.filter_map(|witness| witness.network).collect();
    known.sort_unstable();
    known.dedup();
    known.len()
}

/// The most frequent cause among failures, and its most frequent stage; ties by the vocabulary's order.
fn failure(witnesses: &[Witness]) -> Option<SpanCause> {
    let failures = || {
        witnesses.iter().filter_map(|witness| match witness.view {
            View::Bad { stage, cause, .. } => Some((cause, stage)),
            _ => None,
        })
    };
    let cause: Cause = most_frequent(failures().map(|(cause, _)| cause))?;
    let stage: Stage = most_frequent(failures().filter(|(c, _)| *c == cause).map(|(_, stage)| stage))?;
    Some(SpanCause::Failure { stage, cause })
}

fn most_frequent<T: Copy + Ord>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut sorted: Vec<T> = values.collect();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a == b);
    // `max_by_key` takes the last of equals: go backwards, so that the first in the vocabulary wins.
    let runs: Vec<&[T]> = runs.collect();
    runs.into_iter()
        .rev()
        .max_by_key(|run| run.len())
        .map(|run| run[0])
}

/// The one network whose agents all fail while every agent outside it succeeds, at least one of them in
/// another known network.
fn path(witnesses: &[Witness]) -> Option<usize> {
    let failed = |witness: &Witness| matches!(witness.view, View::Bad { .. });
    let network = witnesses.iter().find(|w| failed(w))?.network?;
    let consistent = witnesses
        .iter()
        .all(|w| failed(w) == (w.network == Some(network)));
    let other = witnesses.iter().any(|w| !failed(w) && w.network.is_some());
    (consistent && other).then_some(network)
}
