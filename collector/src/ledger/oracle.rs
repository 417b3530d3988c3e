//! A naive ledger for tests: it judges every second by itself, in the words of the rules, and shares nothing
//! with the evaluation but the types.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::cause::DegradedCause;
use ems_contract::id::{AgentId, NetworkId};
use ems_contract::outcome::Outcome;
use ems_contract::record::GapWhy;
use ems_contract::time::UnixTime;

use super::{FamilyInput, Inputs, Networks, Rules, SlotRecord, Span, SpanCause, State};

/// One second of one track.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Second {
    pub(super) state: State,
    pub(super) cause: Option<SpanCause>,
    pub(super) agents: BTreeSet<AgentId>,
    /// Families only: the network that fails alone.
    pub(super) path: Option<NetworkId>,
}

/// Every second from `from` to `now` of v4, v6 and overall.
pub(super) fn seconds(inputs: &Inputs<'_>, from: UnixTime, now: UnixTime) -> [Vec<Second>; 3] {
    let v4 = family(&inputs.v4, inputs.networks, inputs.rules, None, from, now);
    let memory = Some(inputs.rules.ipv6_memory_s);
    let v6 = family(&inputs.v6, inputs.networks, inputs.rules, memory, from, now);
    let both = v4.iter().zip(&v6).map(|(a, b)| both(a, b)).collect();
    [v4, v6, both]
}

/// Seconds of one state and cause in a row, with everybody who stood behind any of them.
pub(super) fn spans(seconds: &[Second], from: UnixTime) -> Vec<Span> {
    let mut line: Vec<(Second, i64)> = Vec::new();
    for second in seconds {
        match line.last_mut() {
            Some((last, length)) if last.state == second.state && last.cause == second.cause => {
                *length += 1;
                last.agents.extend(second.agents.iter().cloned());
            }
            _ => line.push((second.clone(), 1)),
        }
    }
    let mut at = from;
    line.into_iter()
        .map(|(second, length)| {
            let span = Span {
                from: at,
                to: at + length,
                state: second.state,
                cause: second.cause,
                agents: second.agents.into_iter().collect(),
            };
            at = span.to;
            span
        })
        .collect()
}

/// "Families that can be measured": unknown and absent ones are ignored while another is known.
fn both(v4: &Second, v6: &Second) -> Second {
    let measured: Vec<&Second> = [v4, v6]
        .into_iter()
        .filter(|second| !matches!(second.state, State::Unknown | State::Absent))
        .collect();
    let all = |family: &[&Second]| family.iter().flat_map(|s| s.agents.iter().cloned()).collect();
    let (state, cause, agents) = match measured[..] {
        [] => (State::Unknown, None, BTreeSet::new()),
        [one] => (one.state, one.cause, one.agents.clone()),
        _ if v4.state == v6.state => (v4.state, v4.cause, all(&measured)),
        _ => {
            let flawed: Vec<&Second> = measured.into_iter().filter(|s| s.state != State::Up).collect();
            (State::Degraded, Some(SpanCause::Mixed), all(&flawed))
        }
    };
    Second {
        state,
        cause,
        agents,
        path: None,
    }
}

/// What one agent says in one second: its outcome and whether it found no address.
type Word = Option<(Outcome, bool, UnixTime)>;

fn family(
    input: &FamilyInput<'_>,
    networks: &Networks,
    rules: Rules,
    memory: Option<i64>,
    from: UnixTime,
    now: UnixTime,
) -> Vec<Second> {
    let length = usize::try_from(now - from).unwrap();
    let mut by_agent: BTreeMap<AgentId, BTreeMap<UnixTime, SlotRecord>> = BTreeMap::new();
    for record in input.records {
        let slots = by_agent.entry(record.agent.clone()).or_default();
        if record.slot < now {
            slots.entry(record.slot).or_insert_with(|| record.clone());
        }
    }
    let words: BTreeMap<AgentId, Vec<Word>> = by_agent
        .iter()
        .map(|(agent, slots)| (agent.clone(), words(agent, slots, input, rules, from, length)))
        .collect();

    // Rule 2's runs, and rule 5's absence, need every second's raw words first.
    let mut absent = vec![false; length];
    let mut last_success: Option<usize> = None;
    for t in 0..length {
        let seeing: Vec<&(Outcome, bool, UnixTime)> = words.values().filter_map(|w| w[t].as_ref()).collect();
        if seeing.iter().any(|(outcome, _, _)| outcome.is_success()) {
            last_success = Some(t);
        }
        let Some(memory) = memory else { continue };
        let had_it = last_success.is_some_and(|u| i64::try_from(t - u).unwrap() <= memory);
        let lacking = seeing
            .iter()
            .filter(|(outcome, none, _)| outcome.is_failure() && *none)
            .count();
        absent[t] = !had_it && 2 * lacking > seeing.len();
    }
    let succeeds = |t: usize| {
        words
            .values()
            .any(|w| w[t].is_some_and(|(o, _, _)| o.is_success()))
    };
    let contradicted: Vec<bool> = (0..length).map(succeeds).collect();
    let mut confirmed = vec![false; length];
    for word in words.values() {
        let in_run = |t: usize| {
            let fails = word[t].is_some_and(|(outcome, _, _)| outcome.is_failure());
            fails && !contradicted[t] && !absent[t]
        };
        let mut t = 0;
        while t < length {
            let start = t;
            let mut slots = BTreeSet::new();
            while t < length && in_run(t) {
                slots.insert(word[t].unwrap().2);
                t += 1;
            }
            if t - start >= 180 && slots.len() >= 3 {
                confirmed[start..t].fill(true);
            }
            t = t.max(start + 1);
        }
    }

    let mut line: Vec<Second> = Vec::with_capacity(length);
    for t in 0..length {
        let said = |t: usize| {
            words
                .values()
                .map(move |w| w[t].map(|(outcome, none, _)| (outcome, none)))
        };
        let now = from + i64::try_from(t).unwrap();
        let moved = words
            .keys()
            .any(|agent| networks.at(agent, now) != networks.at(agent, now - 1));
        if t > 0
            && !moved
            && said(t).eq(said(t - 1))
            && absent[t] == absent[t - 1]
            && confirmed[t] == confirmed[t - 1]
        {
            line.push(line[t - 1].clone());
            continue;
        }
        let seeing: BTreeMap<&AgentId, (Outcome, bool)> = words
            .keys()
            .zip(said(t))
            .filter_map(|(agent, word)| Some((agent, word?)))
            .collect();
        let network = |agent: &AgentId| networks.at(agent, now);
        line.push(second(&seeing, &network, absent[t], confirmed[t], input.expected));
    }
    line
}

fn words(
    agent: &AgentId,
    slots: &BTreeMap<UnixTime, SlotRecord>,
    input: &FamilyInput<'_>,
    rules: Rules,
    from: UnixTime,
    length: usize,
) -> Vec<Word> {
    let records: Vec<&SlotRecord> = slots.values().collect();
    let in_a_row = |a: &SlotRecord, b: &SlotRecord| {
        a.outcome.is_failure() && b.outcome.is_failure() && b.slot - a.slot <= i64::from(a.interval_s)
    };
    let mut line = vec![None; length];
    let mut begun = 0;
    for (t, word) in line.iter_mut().enumerate() {
        let at = from + i64::try_from(t).unwrap();
        while records.get(begun).is_some_and(|record| record.slot <= at) {
            begun += 1;
        }
        let Some(index) = usize::checked_sub(begun, 1) else {
            continue;
        };
        let record = records[index];
        if at - record.slot >= i64::from(record.interval_s) || record.outcome.is_unknown() {
            continue;
        }
        let mut gaps = input
            .gaps
            .iter()
            .filter(|gap| gap.agent == *agent && gap.window.contains(at));
        if gaps.any(|gap| gap.why != GapWhy::Suspect || record.outcome.is_failure()) {
            continue;
        }
        let before = index > 0 && in_a_row(records[index - 1], record);
        let after = records.get(index + 1).is_some_and(|next| in_a_row(record, next));
        let one_attempt = record.interval_s < rules.two_attempts_from_s;
        let outcome = if record.outcome.is_failure() && one_attempt && !before && !after {
            Outcome::Degraded {
                cause: DegradedCause::Flaky,
            }
        } else {
            record.outcome
        };
        *word = Some((outcome, record.no_address, record.slot));
    }
    line
}

fn second<'n>(
    seeing: &BTreeMap<&AgentId, (Outcome, bool)>,
    network: &dyn Fn(&AgentId) -> Option<&'n NetworkId>,
    absent: bool,
    confirmed: bool,
    expected: bool,
) -> Second {
    let who = |wanted: &dyn Fn(Outcome, bool) -> bool| -> BTreeSet<AgentId> {
        let chosen = seeing
            .iter()
            .filter(|(_, (outcome, none))| wanted(*outcome, *none));
        chosen.map(|(agent, _)| AgentId::clone(agent)).collect()
    };
    let tell = |state, cause, agents, path| Second {
        state,
        cause,
        agents,
        path,
    };
    if seeing.is_empty() {
        let state = if expected { State::Unknown } else { State::Absent };
        return tell(state, None, BTreeSet::new(), None);
    }
    if absent {
        return tell(State::Absent, None, who(&|o, none| o.is_failure() && none), None);
    }
    let failing = who(&|outcome, _| outcome.is_failure());
    let nets = |agents: &BTreeSet<AgentId>| -> BTreeSet<NetworkId> {
        agents
            .iter()
            .filter_map(|agent| network(agent).cloned())
            .collect()
    };
    if failing.is_empty() {
        let mut defects: BTreeMap<DegradedCause, usize> = BTreeMap::new();
        for (outcome, _) in seeing.values() {
            if let Outcome::Degraded { cause } = outcome {
                *defects.entry(*cause).or_default() += 1;
            }
        }
        let Some(most) = defects.values().max() else {
            return tell(State::Up, None, who(&|_, _| true), None);
        };
        let cause = *defects.iter().find(|(_, n)| *n == most).unwrap().0;
        let agents = who(&|outcome, _| matches!(outcome, Outcome::Degraded { .. }));
        return tell(State::Degraded, Some(SpanCause::Defect { cause }), agents, None);
    }
    let everyone: BTreeSet<AgentId> = seeing.keys().copied().cloned().collect();
    let down = Some(named(seeing));
    if 2 * failing.len() > seeing.len() && nets(&failing).len() >= 2 {
        return tell(State::Down, down, failing, None);
    }
    let nobody_succeeds = failing.len() == everyone.len();
    if nets(&everyone).len() <= 1 && nobody_succeeds {
        if confirmed {
            return tell(State::Down, down, failing, None);
        }
        let cause = SpanCause::Defect {
            cause: DegradedCause::Unconfirmed,
        };
        return tell(State::Degraded, Some(cause), failing, None);
    }
    let cause = SpanCause::Defect {
        cause: DegradedCause::Minority,
    };
    // One network alone: all of it fails, everybody else succeeds, and somebody else's network is known.
    let alone = nets(&failing);
    let all_of = |net: &NetworkId| -> BTreeSet<AgentId> {
        everyone
            .iter()
            .filter(|agent| network(agent) == Some(net))
            .cloned()
            .collect()
    };
    let others: BTreeSet<AgentId> = everyone.difference(&failing).cloned().collect();
    let path = alone
        .first()
        .filter(|net| alone.len() == 1 && all_of(net) == failing && !nets(&others).is_empty())
        .cloned();
    tell(State::Degraded, Some(cause), failing, path)
}

/// The most frequent cause among the failing, with its most frequent stage; ties by the vocabulary's order.
fn named(seeing: &BTreeMap<&AgentId, (Outcome, bool)>) -> SpanCause {
    let mut causes = BTreeMap::new();
    for (outcome, _) in seeing.values() {
        if let Outcome::Down { stage, cause } = outcome {
            let stages: &mut BTreeMap<_, usize> = causes.entry(*cause).or_default();
            *stages.entry(*stage).or_default() += 1;
        }
    }
    let total = |stages: &BTreeMap<_, usize>| stages.values().sum::<usize>();
    let most = causes.values().map(total).max().unwrap();
    let (cause, stages) = causes.iter().find(|(_, stages)| total(stages) == most).unwrap();
    let often = stages.values().max().unwrap();
    let stage = *stages.iter().find(|(_, n)| *n == often).unwrap().0;
    SpanCause::Failure { stage, cause: *cause }
}
