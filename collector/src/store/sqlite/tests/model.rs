//! Whatever an agent sends again, in whatever order, over restarts and packing: the store is a set of numbers and a
//! map of slots, no more.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};
use proptest::prelude::*;

use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::testing::*;

/// Records that the agent holds.
const HELD: u64 = 60;

#[derive(Debug, Clone)]
enum Step {
    /// Sends the numbers `from ..= from + more`; numbers below that are known to the collector, or given up.
    Send { from: u64, more: u64, give_up: bool },
    /// Packs everything that lies before this slot.
    Pack { slot: i64 },
    /// Stops the collector and starts it again.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1..=HELD, 0..12_u64, proptest::bool::weighted(0.05))
            .prop_map(|(from, more, give_up)| Step::Send { from, more, give_up }),
        1 => (1..HELD).prop_map(|slot| Step::Pack { slot: slot_of(slot) }),
        1 => Just(Step::Restart),
    ]
}

/// A slot every two hours; some numbers share one, as after a clock that stepped back.
fn slot_of(seq: u64) -> i64 {
    let shared = if seq.is_multiple_of(17) { seq - 3 } else { seq };
    i64::try_from(shared).unwrap() * 7_200
}

fn record(seq: u64) -> Record {
    let outcome = if seq.is_multiple_of(5) {
        down()
    } else {
        Outcome::Up
    };
    Record::Observation(Box::new(observation(seq, slot_of(seq), outcome)))
}

#[derive(Default)]
struct Model {
    /// Numbers that came.
    here: BTreeSet<u64>,
    /// Numbers that came or were given up.
    settled: BTreeSet<u64>,
    /// The number whose record holds each slot.
    slots: BTreeMap<i64, u64>,
}

impl Model {
    fn through(&self) -> u64 {
        (1..)
            .take_while(|seq| self.settled.contains(seq))
            .last()
            .unwrap_or(0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_store_is_what_the_model_says(steps in proptest::collection::vec(step(), 1..40)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ems.db");
        let mut store = store(dir.path());
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Restart => {
                    drop(store);
                    store = SqliteStore::open(&path).unwrap();
                }
                Step::Pack { slot } => {
                    store.pack(at(slot)).unwrap();
                }
                Step::Send { from, more, give_up } => {
                    let to = (from + more).min(HELD);
                    // What an agent has given up it does not hold any more.
                    if (from..=to).any(|seq| model.settled.contains(&seq) && !model.here.contains(&seq)) {
                        continue;
                    }
                    let through = model.through();
                    // An agent gives up only what it was not acknowledged.
                    let after = if give_up { through.min(from - 1) } else { from - 1 };
                    let mut sent = batch(after, (from..=to).map(|seq| line(record(seq))).collect());
                    sent.received_at = at(slot_of(HELD) + 7_200);
                    let receipt = store.commit(sent).unwrap();
                    let fresh: Vec<u64> = (from..=to).filter(|seq| !model.here.contains(seq)).collect();
                    let mut stored = 0;
                    for seq in &fresh {
                        model.here.insert(*seq);
                        if let std::collections::btree_map::Entry::Vacant(slot) = model.slots.entry(slot_of(*seq)) {
                            slot.insert(*seq);
                            stored += 1;
                        }
                    }
                    if !fresh.is_empty() {
                        let first = fresh[0];
                        model.settled.extend(first.min(after + 1)..first);
                    }
                    model.settled.extend(from..=to);
                    prop_assert_eq!(receipt.stored, stored);
                    prop_assert_eq!(u64::from(receipt.duplicates), to + 1 - from - fresh.len() as u64);
                    prop_assert_eq!(receipt.slot_conflicts, u32::try_from(fresh.len()).unwrap() - stored);
                    prop_assert_eq!(receipt.through, model.through());
                }
            }
        }
        let all = Window::new(UnixTime::from_secs(0), UnixTime::from_secs(i64::MAX));
        let kept: Vec<(UnixTime, Outcome)> = store
            .samples(&portal("p1"), Family::V4, all)
            .unwrap()
            .into_iter()
            .map(|sample| (sample.slot, sample.outcome))
            .collect();
        let expected: Vec<(UnixTime, Outcome)> = model
            .slots
            .iter()
            .map(|(slot, seq)| (at(*slot), if seq.is_multiple_of(5) { down() } else { Outcome::Up }))
            .collect();
        prop_assert_eq!(kept, expected);
        let statistics = store.statistics().unwrap();
        prop_assert_eq!(statistics.open_results + statistics.packed_results, model.slots.len() as u64);
    }
}
