//! Made-up stories for property tests: everything that agents ever said about one portal.

use ems_contract::cause::{Cause, DegradedCause, Stage, UnknownWhy};
use ems_contract::id::AgentId;
use ems_contract::outcome::Outcome;
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};
use proptest::prelude::*;

use super::*;

const BASE: i64 = 1_700_000_000;

pub(crate) fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(BASE + seconds)
}

/// Everything that was ever said about one portal.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) networks: Networks,
    pub(crate) records: [Vec<SlotRecord>; 2],
    pub(crate) gaps: [Vec<AgentGap>; 2],
    pub(crate) expected: [bool; 2],
    pub(crate) length: i64,
}

const RULES: Rules = Rules {
    two_attempts_from_s: 31,
    // Short, so that stories of some minutes see IPv6 forgotten.
    ipv6_memory_s: 400,
};

impl Story {
    pub(crate) fn inputs(&self) -> Inputs<'_> {
        let family = |index: usize| FamilyInput {
            expected: self.expected[index],
            records: &self.records[index],
            gaps: &self.gaps[index],
        };
        Inputs {
            networks: &self.networks,
            v4: family(0),
            v6: family(1),
            rules: RULES,
        }
    }

    pub(crate) fn end(&self) -> UnixTime {
        at(self.length)
    }

    pub(crate) fn in_one_pass(&self) -> Evaluation {
        evaluate(&Carry::start(at(0)), &self.inputs(), self.end(), &[])
    }
}

fn agent(index: usize) -> AgentId {
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

fn gaps() -> impl Strategy<Value = Vec<(usize, Window, GapWhy)>> {
    let why = prop_oneof![Just(GapWhy::AgentOff), Just(GapWhy::Suspect)];
    let gap = (0usize..4, -50i64..1_500, 0i64..200, why);
    let gap = gap.prop_map(|(who, from, length, why)| (who, Window::new(at(from), at(from + length)), why));
    prop::collection::vec(gap, 0..=4)
}

pub(crate) fn stories() -> impl Strategy<Value = Story> {
    let agents = prop::collection::vec((0usize..4, slots(), slots()), 1..5);
    let expected = prop_oneof![6 => Just([true, true]), 1 => Just([true, false]), 1 => Just([false, true])];
    (agents, gaps(), gaps(), expected, 200i64..1_500).prop_map(|(agents, gaps4, gaps6, expected, length)| {
        let mut story = Story {
            networks: Networks::default(),
            records: [Vec::new(), Vec::new()],
            gaps: [Vec::new(), Vec::new()],
            expected,
            length,
        };
        let stands: Vec<usize> = agents.iter().map(|(network, ..)| *network).collect();
        story.stand(0, &stands);
        for (index, (_, v4, v6)) in agents.into_iter().enumerate() {
            for (family, slots) in [v4, v6].into_iter().enumerate() {
                story.records[family].extend(slots.into_iter().map(|(slot, interval_s, outcome, none)| {
                    SlotRecord {
                        agent: agent(index),
                        slot: at(slot),
                        interval_s,
                        outcome,
                        no_address: none,
                    }
                }));
            }
        }
        story.gaps = [gaps4, gaps6].map(|list| {
            let told = |(who, window, why)| AgentGap {
                agent: agent(who),
                window,
                why,
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

/// Stories in which agents move to other networks, leave the inventory and come back.
pub(crate) fn stories_with_moves() -> impl Strategy<Value = Story> {
    let moves = prop::collection::vec((1i64..500, prop::collection::vec(0usize..4, 5)), 0..3);
    (stories(), moves).prop_map(|(mut story, moves)| {
        let mut now = 0;
        for (later, stands) in moves {
            now += later;
            story.stand(now, &stands);
        }
        story
    })
}

#[derive(Debug, Clone)]
pub(crate) enum Item {
    Record(usize, SlotRecord),
    Gap(usize, AgentGap),
}

impl Item {
    /// The first instant that it changes.
    pub(crate) fn changes_from(&self) -> UnixTime {
        match self {
            Self::Record(_, record) => record.slot,
            Self::Gap(_, gap) => gap.window.from,
        }
    }
}

pub(crate) fn items(story: &Story) -> Vec<Item> {
    let mut items = Vec::new();
    for family in 0..2 {
        items.extend(
            story.records[family]
                .iter()
                .cloned()
                .map(|r| Item::Record(family, r)),
        );
        items.extend(story.gaps[family].iter().cloned().map(|g| Item::Gap(family, g)));
    }
    items
}

/// How the data of a story reaches the collector, and when the collector looks.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    delays: Vec<i64>,
    again: Vec<usize>,
    looks: Vec<i64>,
}

pub(crate) fn posts() -> impl Strategy<Value = Post> {
    let delays = prop::collection::vec(prop_oneof![3 => 0i64..60, 1 => 0i64..900], 64);
    let again = prop::collection::vec(0usize..1_000, 0..20);
    let looks = prop::collection::vec(1i64..2_400, 0..12);
    (delays, again, looks).prop_map(|(delays, again, looks)| Post { delays, again, looks })
}

impl Post {
    /// What arrives when, in order.
    pub(crate) fn arrivals(&self, story: &Story) -> Vec<(i64, Item)> {
        let late = |(index, item): (usize, Item)| {
            let due = match &item {
                Item::Gap(_, gap) => gap.window.to,
                Item::Record(_, record) => record.slot,
            };
            (due - at(0) + self.delays[index * 7 % self.delays.len()], item)
        };
        let mut arrivals: Vec<(i64, Item)> = items(story).into_iter().enumerate().map(late).collect();
        for (offset, index) in self.again.iter().enumerate() {
            if let Some((when, item)) = arrivals.get(*index).cloned() {
                arrivals.push((when + i64::try_from(offset).unwrap() * 40, item));
            }
        }
        arrivals.sort_by_key(|(when, _)| *when);
        arrivals
    }

    /// When the collector looks, the last time after everything has arrived.
    pub(crate) fn looks(&self, story: &Story) -> Vec<i64> {
        let arrivals = self.arrivals(story);
        let last = arrivals.last().map_or(0, |(when, _)| *when).max(story.length) + 1;
        let mut looks: Vec<i64> = self.looks.iter().copied().filter(|t| *t < last).collect();
        looks.sort_unstable();
        looks.push(last);
        looks
    }

    /// Delivers a story: every look evaluates from the newest checkpoint that the news leaves standing, and
    /// leaves checkpoints behind, none later than the settled horizon of 105 s. The last look comes after
    /// everything has arrived.
    pub(crate) fn deliver(&self, story: &Story, mut look: impl FnMut(&Carry, UnixTime, Evaluation)) {
        let arrivals = self.arrivals(story);
        let looks = self.looks(story);
        let mut known = Story {
            records: Default::default(),
            gaps: Default::default(),
            ..story.clone()
        };
        let mut checkpoints = vec![Carry::start(at(0))];
        let mut arrivals = arrivals.into_iter().peekable();
        for instant in looks {
            let now = at(instant).min(story.end());
            let mut since = now;
            while let Some((_, item)) = arrivals.next_if(|(when, _)| *when < instant) {
                since = since.min(item.changes_from());
                known.learn(item);
            }
            while checkpoints.len() > 1 && checkpoints.last().is_some_and(|carry| carry.at > since) {
                checkpoints.pop();
            }
            let carry = checkpoints.last().unwrap().clone();
            let marks = [now - 700, now - 300, now - 105];
            let told = evaluate(&carry, &known.inputs(), now, &marks);
            checkpoints.extend(told.carries.iter().cloned());
            look(&carry, now, told);
        }
    }
}

impl Story {
    /// From `since` on every agent stands in the network of its number; the fourth stands for agents that the
    /// inventory does not know.
    fn stand(&mut self, since: i64, numbers: &[usize]) {
        let known = numbers.iter().enumerate().filter(|(_, network)| **network < 3);
        let agents: Vec<(AgentId, ems_contract::id::NetworkId)> = known
            .map(|(index, network)| (agent(index), format!("net-{network}").parse().unwrap()))
            .collect();
        self.networks
            .follow(at(since), agents.iter().map(|(agent, network)| (agent, network)));
    }

    /// What was known at an instant when every record came so many seconds after its slot; gaps are known in time.
    pub(crate) fn known_by(&self, now: UnixTime, lateness_s: i64) -> Self {
        let mut known = self.clone();
        for family in &mut known.records {
            family.retain(|record| record.slot + lateness_s <= now);
        }
        known
    }

    fn learn(&mut self, item: Item) {
        match item {
            Item::Record(family, record) => {
                let list = &mut self.records[family];
                if !list
                    .iter()
                    .any(|r| r.agent == record.agent && r.slot == record.slot)
                {
                    list.push(record);
                }
            }
            Item::Gap(family, gap) => self.gaps[family].push(gap),
        }
    }
}
