//! Evaluation = full recomputation = the oracle, however the data arrives.

use std::collections::BTreeMap;

use ems_contract::cause::{Cause, DegradedCause, Stage, UnknownWhy};
use ems_contract::outcome::Outcome;
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};
use proptest::prelude::*;

use super::oracle::{self, Second};
use super::*;

const BASE: i64 = 1_700_000_000;

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(BASE + seconds)
}

/// Everything that was ever said about one portal.
#[derive(Debug, Clone)]
struct Story {
    networks: Networks,
    records: [Vec<SlotRecord>; 2],
    gaps: Vec<AgentGap>,
    suspects: [Vec<SuspectStretch>; 2],
    expected: [bool; 2],
    length: i64,
}

const RULES: Rules = Rules {
    two_attempts_from_s: 31,
    // Short, so that stories of some minutes see IPv6 forgotten.
    ipv6_memory_s: 400,
};

impl Story {
    fn inputs(&self) -> Inputs<'_> {
        let family = |index: usize| FamilyInput {
            expected: self.expected[index],
            records: &self.records[index],
            gaps: &self.gaps,
            suspects: &self.suspects[index],
        };
        Inputs {
            networks: &self.networks,
            v4: family(0),
            v6: family(1),
            rules: RULES,
        }
    }

    fn end(&self) -> UnixTime {
        at(self.length)
    }

    fn in_one_pass(&self) -> Evaluation {
        evaluate(&Carry::start(at(0)), &self.inputs(), self.end(), &[])
    }
}

fn agent(index: usize) -> ems_contract::id::AgentId {
    format!("agent-{index}").parse().unwrap()
}

fn outcomes() -> impl Strategy<Value = Option<(Outcome, bool)>> {
    let down = |stage, cause| Some((Outcome::Down { stage, cause }, false));
    let degraded = |cause| Some((Outcome::Degraded { cause }, false));
    let no_address = Outcome::Down {
        stage: Stage::Dns,
        cause: Cause::DnsNodata,
    };
    prop_oneof![
        6 => Just(Some((Outcome::Up, false))),
        1 => Just(degraded(DegradedCause::Flaky)),
        1 => Just(degraded(DegradedCause::SlowFirstByte)),
        5 => Just(down(Stage::Connect, Cause::TcpTimeout)),
        2 => Just(down(Stage::Tls, Cause::TcpReset)),
        2 => Just(down(Stage::Body, Cause::TcpReset)),
        3 => Just(Some((no_address, true))),
        2 => Just(Some((Outcome::Unknown { why: UnknownWhy::AgentBlind }, false))),
        1 => Just(None),
    ]
}

/// One agent's slots over one family: stretches of one cadence, each begun after a pause (restart, changed
/// plan), each with outcomes that last for some slots.
fn slots() -> impl Strategy<Value = Vec<(i64, u32, Outcome, bool)>> {
    let interval = prop_oneof![3 => Just(60u32), 2 => Just(10), 1 => Just(30), 1 => Just(31), 1 => Just(90), 1 => 1u32..100];
    let stretch = (
        interval,
        prop_oneof![Just(0i64), 0i64..100],
        prop::collection::vec((outcomes(), 1usize..7), 1..5),
    );
    prop::collection::vec(stretch, 1..5).prop_map(|stretches| {
        let mut slots = Vec::new();
        let mut now = -120;
        for (interval, pause, words) in stretches {
            now += pause;
            for (word, times) in words {
                for _ in 0..times {
                    slots.extend(word.map(|(outcome, none)| (now, interval, outcome, none)));
                    now += i64::from(interval);
                }
            }
        }
        slots
    })
}

fn windows(most: usize) -> impl Strategy<Value = Vec<(usize, Window)>> {
    let window = (0usize..4, -50i64..1_500, 0i64..200);
    let window = window.prop_map(|(who, from, length)| (who, Window::new(at(from), at(from + length))));
    prop::collection::vec(window, 0..=most)
}

fn stories() -> impl Strategy<Value = Story> {
    let agents = prop::collection::vec((0usize..4, slots(), slots()), 1..5);
    let expected = prop_oneof![6 => Just([true, true]), 1 => Just([true, false]), 1 => Just([false, true])];
    (
        agents,
        windows(3),
        windows(2),
        windows(2),
        expected,
        200i64..1_500,
    )
        .prop_map(|(agents, gaps, suspects4, suspects6, expected, length)| {
            let mut story = Story {
                networks: Networks::new(),
                records: [Vec::new(), Vec::new()],
                gaps: Vec::new(),
                suspects: [Vec::new(), Vec::new()],
                expected,
                length,
            };
            for (index, (network, v4, v6)) in agents.into_iter().enumerate() {
                // The fourth network stands for agents that the inventory has forgotten.
                if network < 3 {
                    story
                        .networks
                        .insert(agent(index), format!("net-{network}").parse().unwrap());
                }
                for (family, slots) in [v4, v6].into_iter().enumerate() {
                    story.records[family].extend(slots.into_iter().map(
                        |(slot, interval_s, outcome, none)| SlotRecord {
                            agent: agent(index),
                            slot: at(slot),
                            interval_s,
                            outcome,
                            no_address: none,
                        },
                    ));
                }
            }
            story.gaps = gaps
                .into_iter()
                .map(|(who, window)| AgentGap {
                    agent: agent(who),
                    window,
                    why: GapWhy::AgentOff,
                })
                .collect();
            story.suspects = [suspects4, suspects6].map(|list| {
                let told = |(who, window)| SuspectStretch {
                    agent: agent(who),
                    window,
                };
                list.into_iter().map(told).collect()
            });
            // Records before the beginning belong to a carry that does not exist.
            for family in &mut story.records {
                family.retain(|record| record.slot >= at(0));
            }
            story
        })
}

/// The naive way to outages: walk the seconds.
fn naive_outages(
    track: Track,
    line: &[Second],
    overall: &[Second],
) -> Vec<(i64, i64, Option<i64>, i64, i64)> {
    let mut found: Vec<(i64, i64, Option<i64>, i64, i64)> = Vec::new();
    let mut open = false;
    for (t, second) in line.iter().enumerate() {
        let t = i64::try_from(t).unwrap();
        let alone = track != Track::Overall && overall[usize::try_from(t).unwrap()].state != State::Down;
        let unconfirmed = second.cause
            == Some(SpanCause::Defect {
                cause: DegradedCause::Unconfirmed,
            });
        match second.state {
            State::Down if open => {
                let last = found.last_mut().unwrap();
                last.1 = t + 1;
                last.3 += 1;
                last.4 += i64::from(alone);
            }
            State::Down => {
                found.push((t, t + 1, None, 1, i64::from(alone)));
                open = true;
            }
            State::Up | State::Absent if open => {
                found.last_mut().unwrap().2 = Some(t);
                open = false;
            }
            State::Degraded if open && !unconfirmed => {
                found.last_mut().unwrap().2 = Some(t);
                open = false;
            }
            _ => {}
        }
    }
    found
}

fn same_as_the_oracle(story: &Story, told: &Evaluation) -> Result<(), TestCaseError> {
    let seconds = oracle::seconds(&story.inputs(), at(0), story.end());
    for (track, line) in Track::ALL.into_iter().zip(&seconds) {
        let expected = oracle::spans(line, at(0));
        let spans: Vec<Span> = told.track(track).cloned().collect();
        prop_assert_eq!(spans, expected, "{}", track);
        let outages: Vec<_> = told
            .outages
            .iter()
            .filter(|outage| outage.track == track)
            .map(|o| {
                (
                    o.from - at(0),
                    o.to - at(0),
                    o.seen_working_at.map(|w| w - at(0)),
                    o.down_s,
                    o.alone_s,
                )
            })
            .collect();
        prop_assert_eq!(outages, naive_outages(track, line, &seconds[2]), "{}", track);
    }
    for (track, line) in [Track::V4, Track::V6].into_iter().zip(&seconds) {
        let mut expected: Vec<(i64, i64, String)> = Vec::new();
        for (t, second) in line.iter().enumerate() {
            let t = i64::try_from(t).unwrap();
            let Some(network) = second.path.as_ref().map(ToString::to_string) else {
                continue;
            };
            match expected.last_mut() {
                Some(last) if last.1 == t && last.2 == network => last.1 += 1,
                _ => expected.push((t, t + 1, network)),
            }
        }
        let paths: Vec<_> = told
            .paths
            .iter()
            .filter(|path| path.track == track)
            .map(|path| (path.from - at(0), path.to - at(0), path.network.to_string()))
            .collect();
        prop_assert_eq!(paths, expected, "{}", track);
    }
    Ok(())
}

/// What a store does with an update: everything from `from` on is replaced, a span that crosses is cut there or
/// replaced by its successor of the same beginning.
fn write(kept: &mut BTreeMap<(Track, UnixTime), Span>, from: UnixTime, spans: Vec<(Track, Span)>) {
    kept.retain(|(_, start), _| *start < from);
    for span in kept.values_mut() {
        span.to = span.to.min(from);
    }
    for (track, span) in spans {
        kept.insert((track, span.from), span);
    }
}

#[derive(Debug, Clone)]
enum Item {
    Record(usize, SlotRecord),
    Gap(AgentGap),
    Suspect(usize, SuspectStretch),
}

impl Item {
    fn changes_from(&self) -> UnixTime {
        match self {
            Self::Record(_, record) => record.slot,
            Self::Gap(gap) => gap.window.from,
            Self::Suspect(_, stretch) => stretch.window.from,
        }
    }
}

fn items(story: &Story) -> Vec<Item> {
    let mut items = Vec::new();
    for family in 0..2 {
        items.extend(
            story.records[family]
                .iter()
                .cloned()
                .map(|r| Item::Record(family, r)),
        );
        items.extend(
            story.suspects[family]
                .iter()
                .cloned()
                .map(|s| Item::Suspect(family, s)),
        );
    }
    items.extend(story.gaps.iter().cloned().map(Item::Gap));
    items
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_pass_is_the_oracle(story in stories()) {
        same_as_the_oracle(&story, &story.in_one_pass())?;
    }

    /// Stopping at any instants and resuming from the carries, through JSON, changes nothing.
    #[test]
    fn splitting_changes_nothing(story in stories(), cuts in prop::collection::vec(1i64..1_500, 0..12)) {
        let whole = story.in_one_pass();
        let mut cuts: Vec<UnixTime> = cuts.into_iter().map(at).filter(|cut| *cut < story.end()).collect();
        cuts.sort();
        let mut carry = Carry::start(at(0));
        let mut kept = BTreeMap::new();
        for now in cuts.into_iter().chain([story.end()]) {
            let told = evaluate(&carry, &story.inputs(), now, &[now]);
            write(&mut kept, carry.at, told.spans);
            if let Some(next) = told.carries.last() {
                prop_assert!(next.at <= now && carry.at < next.at);
                carry = serde_json::from_str(&serde_json::to_string(next).unwrap()).unwrap();
            }
        }
        let kept: Vec<(Track, Span)> = kept.into_iter().map(|((track, _), span)| (track, span)).collect();
        prop_assert_eq!(kept, whole.spans);
    }

    /// Data comes late, twice and in any order; evaluations resume from the newest checkpoint that it leaves
    /// standing. In the end everything is as if all had been known from the beginning.
    #[test]
    fn late_doubled_and_shuffled_data_ends_the_same(
        story in stories(),
        delays in prop::collection::vec(prop_oneof![3 => 0i64..60, 1 => 0i64..900], 64),
        again in prop::collection::vec(0usize..1_000, 0..20),
        evaluations in prop::collection::vec(1i64..2_400, 0..12),
    ) {
        let mut arrivals: Vec<(i64, Item)> = items(&story)
            .into_iter()
            .enumerate()
            .map(|(index, item)| {
                let due = match &item {
                    Item::Gap(gap) => gap.window.to,
                    other => other.changes_from(),
                };
                (due - at(0) + delays[index * 7 % delays.len()], item)
            })
            .collect();
        for (offset, index) in again.into_iter().enumerate() {
            if let Some((when, item)) = arrivals.get(index).cloned() {
                arrivals.push((when + i64::try_from(offset).unwrap() * 40, item));
            }
        }
        arrivals.sort_by_key(|(when, _)| *when);
        let last = arrivals.last().map_or(0, |(when, _)| *when).max(story.length);
        let mut instants: Vec<i64> = evaluations.into_iter().filter(|t| *t < last).collect();
        instants.sort_unstable();
        instants.push(last + 1);

        let mut known = Story { records: Default::default(), gaps: Vec::new(), suspects: Default::default(), ..story.clone() };
        let mut checkpoints = vec![Carry::start(at(0))];
        let mut kept = BTreeMap::new();
        let mut arrivals = arrivals.into_iter().peekable();
        for instant in instants {
            let now = at(instant).min(story.end());
            let mut since = now;
            while let Some((_, item)) = arrivals.next_if(|(when, _)| *when < instant) {
                since = since.min(item.changes_from());
                match item {
                    Item::Record(family, record) => {
                        let list = &mut known.records[family];
                        if !list.iter().any(|r| r.agent == record.agent && r.slot == record.slot) {
                            list.push(record);
                        }
                    }
                    Item::Gap(gap) => known.gaps.push(gap),
                    Item::Suspect(family, stretch) => known.suspects[family].push(stretch),
                }
            }
            while checkpoints.len() > 1 && checkpoints.last().is_some_and(|carry| carry.at > since) {
                checkpoints.pop();
            }
            let carry = checkpoints.last().unwrap().clone();
            let marks = [now - 700, now - 300, now - 50, now];
            let told = evaluate(&carry, &known.inputs(), now, &marks);
            write(&mut kept, carry.at, told.spans);
            checkpoints.extend(told.carries);
        }
        let kept: Vec<(Track, Span)> = kept.into_iter().map(|((track, _), span)| (track, span)).collect();
        prop_assert_eq!(kept, story.in_one_pass().spans);
    }

    /// Any permutation of the input is the same input.
    #[test]
    fn order_does_not_matter(story in stories(), seed in any::<u64>()) {
        let mut shuffled = story.clone();
        let mut state = seed | 1;
        let mut next = move |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below.max(1)
        };
        for list in &mut shuffled.records {
            for index in (1..list.len()).rev() {
                list.swap(index, next(index + 1));
            }
        }
        shuffled.gaps.reverse();
        prop_assert_eq!(shuffled.in_one_pass(), story.in_one_pass());
    }

    /// The six kinds of seconds fill the window to the second, on every track, with any maintenance.
    #[test]
    fn accounts_fill_the_window(
        story in stories(),
        window in (-100i64..1_600, 0i64..1_700),
        maintenance in prop::collection::vec((-100i64..1_600, 0i64..600, -200i64..1_600), 0..5),
        horizon in -100i64..1_700,
    ) {
        let told = story.in_one_pass();
        let window = Window::new(at(window.0), at(window.0 + window.1));
        let maintenance: Vec<_> = maintenance.into_iter().map(|(from, length, announced)| {
            ems_contract::inventory::Maintenance {
                from: at(from),
                to: at(from + length),
                author: "a".into(),
                reason: "b".into(),
                announced_at: at(announced),
            }
        }).collect();
        for track in Track::ALL {
            let spans: Vec<Span> = told.track(track).cloned().collect();
            let states: Vec<State> = spans.iter().flat_map(|span| {
                std::iter::repeat_n(span.state, usize::try_from(span.window().secs()).unwrap())
            }).collect();
            let account = account(&spans, window, &maintenance, at(horizon));
            prop_assert_eq!(account.statutory.total(), window.secs());
            prop_assert_eq!(account.adjusted.total(), window.secs());
            let late = Window::new(at(horizon), window.to).intersect(window).secs();
            prop_assert_eq!(account.provisional.total(), late);
            prop_assert_eq!(account.statutory.excluded, 0);
            // Second by second.
            let mut down = (0, 0);
            let mut excluded = 0;
            for t in (window.from - at(0))..(window.to - at(0)) {
                let state = usize::try_from(t).ok().and_then(|t| states.get(t));
                let state = *state.unwrap_or(&State::Unknown);
                let excused = maintenance.iter().any(|m| {
                    m.from <= at(t) && at(t) < m.to && m.announced_at <= at(t)
                }) && state != State::Absent;
                excluded += i64::from(excused);
                down.0 += i64::from(state == State::Down);
                down.1 += i64::from(state == State::Down && !excused);
            }
            prop_assert_eq!((account.statutory.down, account.adjusted.down), down);
            prop_assert_eq!(account.adjusted.excluded, excluded);
            let outages = summarise_outages(track, &spans, window);
            prop_assert_eq!(outages.down_s, account.statutory.down);
            prop_assert!(outages.longest_s <= outages.down_s);
        }
    }

    /// Floored, never rounded up: 100 % only when nothing is missing.
    #[test]
    fn a_percentage_is_never_flattering(down in 0i64..200_000, up in 0i64..40_000_000) {
        let ratio = Ratio { numerator: up, denominator: up + down };
        if let Some(points) = ratio.basis_points() {
            prop_assert!(points * (up + down) <= up * 10_000);
            prop_assert!((points + 1) * (up + down) > up * 10_000);
            prop_assert_eq!(points == 10_000, down == 0);
        } else {
            prop_assert_eq!(up + down, 0);
        }
    }
}
