use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ems_contract::certificate::Chain;
use ems_contract::probe::ProbeKind;
use ems_contract::record::GapWhy;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::testing::entry;

/// Early, so that no slot of these tests is beyond the age bound.
const NOW: UnixTime = UnixTime::from_secs(1_000_000);

fn limits() -> Limits {
    Limits::default()
}

fn agent() -> AgentId {
    "tram-a".parse().unwrap()
}

fn epoch(n: u8) -> Epoch {
    Epoch::from_random([n; 16])
}

fn open_with(dir: &TempDir, limits: Limits) -> Result<Store, SpoolError> {
    Store::open(&schema::path_in(dir.path()), agent(), limits, epoch(1), NOW)
}

fn open(dir: &TempDir) -> Store {
    open_with(dir, limits()).unwrap()
}

fn put(store: &mut Store, slots: impl IntoIterator<Item = i64>) {
    let entries: Vec<Entry> = slots.into_iter().map(|slot| entry("angiang", slot)).collect();
    store.commit(&entries, None).unwrap();
}

fn next(store: &mut Store) -> Outgoing {
    store
        .next(10_000, 10_000_000, NOW)
        .unwrap()
        .expect("records wait")
}

fn record(line: &Line) -> Record {
    serde_json::from_slice(&line.json).unwrap()
}

fn slots(outgoing: &Outgoing) -> Vec<i64> {
    let slot = |line: &Line| match record(line) {
        Record::Observation(o) => Some(o.slot.secs()),
        _ => None,
    };
    outgoing.lines.iter().filter_map(slot).collect()
}

fn gaps(outgoing: &Outgoing) -> Vec<Gap> {
    let gap = |line: &Line| match record(line) {
        Record::Gap(gap) => Some(gap),
        _ => None,
    };
    outgoing.lines.iter().filter_map(gap).collect()
}

#[test]
fn every_commit_is_synced() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let pragma = |name| {
        store
            .connection
            .pragma_query_value(None, name, |row| row.get::<_, String>(0))
    };
    assert_eq!(pragma("journal_mode").unwrap(), "wal");
    let synchronous: i64 = store
        .connection
        .pragma_query_value(None, "synchronous", |row| row.get(0))
        .unwrap();
    assert_eq!(synchronous, 2, "FULL");
}

fn visit(portal: &str, slot: i64) -> Visit {
    Visit {
        portal: portal.parse().unwrap(),
        probe: ProbeKind::Page,
        slot: UnixTime::from_secs(slot),
    }
}

#[test]
fn a_visit_is_open_until_its_result_is_committed_with_a_mark_or_without() {
    let dir = TempDir::new().unwrap();
    let mut store = open(&dir);
    let mark = |visits: &[(&str, i64)]| Mark {
        alive: NOW,
        swept: Vec::new(),
        visits: visits.iter().map(|(portal, slot)| visit(portal, *slot)).collect(),
    };
    let reopened = |store: Store| {
        drop(store);
        let store = open(&dir);
        let left = store.mark().unwrap().visits.clone();
        (store, left)
    };
    store.commit(&[], Some(&mark(&[("a", 60), ("b", 70)]))).unwrap();
    let mut done = entry("a", 60);
    if let Record::Observation(one) = &mut done.record {
        (one.probe, one.family) = (ProbeKind::Page, None);
    }
    // What is urgent does not wait for the next mark.
    store.commit(&[done, entry("b", 70)], None).unwrap();
    let (mut store, left) = reopened(store);
    assert_eq!(left, [visit("b", 70)], "a result of `reach` ends no visit");
    store.commit(&[], Some(&mark(&[("b", 70), ("c", 80)]))).unwrap();
    store.commit(&[], Some(&mark(&[("c", 80)]))).unwrap();
    let (store, left) = reopened(store);
    assert_eq!(left, [visit("c", 80)]);
    // The spool of an agent that knew no visits.
    store.execute("DROP TABLE visit");
    assert_eq!(reopened(store).1, []);
}

#[test]
fn numbers_rise_from_one_and_go_on_after_a_restart() {
    let dir = TempDir::new().unwrap();
    let mut store = open(&dir);
    put(&mut store, [60, 120]);
    let mark = Mark {
        alive: UnixTime::from_secs(130),
        swept: vec![Window::new(UnixTime::from_secs(1), NOW)],
        visits: vec![visit("angiang", 100), visit("binhduong", 90)],
    };
    store.commit(&[entry("angiang", 180)], Some(&mark)).unwrap();
    drop(store);
    let mut store = Store::open(&schema::path_in(dir.path()), agent(), limits(), epoch(9), NOW).unwrap();
    assert_eq!(store.mark(), Some(&mark));
    put(&mut store, [240]);
    let outgoing = next(&mut store);
    assert_eq!((outgoing.epoch, outgoing.after), (epoch(1), 0));
    assert_eq!(
        outgoing.lines.iter().map(|line| line.seq).collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    for line in &outgoing.lines {
        assert_eq!(record(line).key(), (&agent(), epoch(1), line.seq));
    }
}

#[test]
fn a_batch_is_bounded_and_an_acknowledgement_moves_on() {
    let dir = TempDir::new().unwrap();
    let mut store = open(&dir);
    put(&mut store, 0..10);
    put(&mut store, 10..20);
    assert_eq!(store.next(15, 10_000_000, NOW).unwrap().unwrap().lines.len(), 15);
    assert_eq!(store.next(15, 1, NOW).unwrap().unwrap().lines.len(), 1);
    store.ack(epoch(1), 3, NOW).unwrap();
    let outgoing = next(&mut store);
    assert_eq!(
        (outgoing.after, outgoing.lines[0].seq, outgoing.lines.len()),
        (3, 4, 17)
    );
    store.ack(epoch(1), 2, NOW).unwrap();
    assert_eq!(next(&mut store).after, 3, "an old answer changes nothing");
    store.ack(epoch(1), u64::MAX, NOW).unwrap();
    assert_eq!(store.next(9, 9, NOW).unwrap(), None);
    put(&mut store, [20]);
    assert_eq!((next(&mut store).after, next(&mut store).lines[0].seq), (20, 21));
    store.ack(epoch(7), 21, NOW).unwrap();
    assert_eq!(
        slots(&next(&mut store)),
        [20],
        "a foreign epoch acknowledges nothing"
    );
}

#[test]
fn a_chain_goes_once_before_the_first_observation_that_names_it() {
    let dir = TempDir::new().unwrap();
    let mut store = open(&dir);
    let chain = Chain::new([vec![1, 2, 3]]);
    let with_chain = |slot| Entry {
        chain: Some((chain.digest(), chain.clone())),
        ..entry("angiang", slot)
    };
    store.commit(&[with_chain(1), with_chain(2)], None).unwrap();
    drop(store);
    let mut store = open(&dir);
    store.commit(&[with_chain(3)], None).unwrap();
    let kinds: Vec<bool> = next(&mut store)
        .lines
        .iter()
        .map(|line| matches!(record(line), Record::Chain(_)))
        .collect();
    assert_eq!(kinds, [true, false, false, false]);
    // A collector that lost what it had may lack the chain: the next observation brings it again.
    store.ack(epoch(1), 4, NOW).unwrap();
    store.resend(epoch(1), 3).unwrap();
    store.commit(&[with_chain(4)], None).unwrap();
    assert!(
        next(&mut store)
            .lines
            .iter()
            .any(|line| matches!(record(line), Record::Chain(_)))
    );
}

#[test]
fn a_full_spool_gives_up_the_oldest_and_says_which_slots() {
    let dir = TempDir::new().unwrap();
    let mut store = open_with(
        &dir,
        Limits {
            max_bytes: 20_000,
            ..limits()
        },
    )
    .unwrap();
    let mut last = 0;
    for commit in 0..200 {
        put(&mut store, (commit * 10..commit * 10 + 10).map(|n| n * 60));
        last = (commit * 10 + 9) * 60;
        store.keep_bounds(NOW).unwrap();
        assert!(store.totals().waiting_bytes <= 21_000);
    }
    let outgoing = next(&mut store);
    let (kept, gaps) = (slots(&outgoing), gaps(&outgoing));
    assert!(
        gaps.len() < 60 && kept.len() > 100,
        "{} gaps, {} kept",
        gaps.len(),
        kept.len()
    );
    for slot in (0..=last).step_by(60) {
        let at = UnixTime::from_secs(slot);
        let in_gap = gaps
            .iter()
            .any(|gap| gap.from <= at && at < gap.to && gap.why == GapWhy::SpoolOverflow);
        assert_eq!(
            in_gap,
            !kept.contains(&slot),
            "slot {slot} is in exactly one of gap and records"
        );
    }
    assert_eq!(
        outgoing.after, 0,
        "numbers given up lie between `after` and the first line"
    );
}

#[test]
fn a_gap_of_long_ago_does_not_widen_what_is_given_up() {
    let dir = TempDir::new().unwrap();
    let mut store = open_with(
        &dir,
        Limits {
            max_bytes: 5_000,
            ..limits()
        },
    )
    .unwrap();
    let long_ago = Window::new(UnixTime::from_secs(10), UnixTime::from_secs(20));
    store
        .commit(&[Entry::gap(&agent(), long_ago, GapWhy::CollectorLoss)], None)
        .unwrap();
    for n in 0..100 {
        put(&mut store, (0..20).map(|i| 500_000 + n * 60 + i));
        store.keep_bounds(NOW).unwrap();
    }
    let gaps = gaps(&next(&mut store));
    let of = |why| {
        gaps.iter()
            .filter(|gap| gap.why == why)
            .map(|gap| (gap.from.secs(), gap.to.secs()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(GapWhy::CollectorLoss), [(10, 20)]);
    let overflow = of(GapWhy::SpoolOverflow);
    assert!(
        !overflow.is_empty() && overflow.iter().all(|(from, _)| *from >= 500_000),
        "{overflow:?}"
    );
}

#[test]
fn records_beyond_the_age_bound_are_given_up() {
    let dir = TempDir::new().unwrap();
    let mut store = open_with(
        &dir,
        Limits {
            max_age_s: 1_000,
            ..limits()
        },
    )
    .unwrap();
    put(&mut store, [NOW.secs() - 5_000]);
    put(&mut store, [NOW.secs() - 10]);
    assert_eq!(store.keep_bounds(NOW).unwrap().overflowed, 1);
    let outgoing = next(&mut store);
    assert_eq!(slots(&outgoing), [NOW.secs() - 10]);
    assert_eq!(gaps(&outgoing)[0].from.secs(), NOW.secs() - 5_000);
}

#[test]
fn a_restored_collector_gets_what_is_kept_and_a_gap_for_the_rest() {
    let dir = TempDir::new().unwrap();
    let mut store = open(&dir);
    for n in 0..10 {
        put(&mut store, [n * 60]);
        let at = NOW + n * 36_000;
        store.ack(epoch(1), u64::try_from(n).unwrap() + 1, at).unwrap();
    }
    // 72 h after the fourth acknowledgement, one hour of slack included.
    let later = NOW + 3 * 36_000 + 72 * 3_600 + 3_601;
    assert_eq!(store.keep_bounds(later).unwrap().forgotten, 4);
    drop(store);
    let mut store = open(&dir);
    store.resend(epoch(1), 2).unwrap();
    let outgoing = next(&mut store);
    assert_eq!(outgoing.after, 2);
    assert_eq!(slots(&outgoing), [240, 300, 360, 420, 480, 540]);
    let gap = &gaps(&outgoing)[0];
    assert_eq!(
        (gap.why, gap.from.secs(), gap.to.secs()),
        (GapWhy::CollectorLoss, 0, 181)
    );
    // Nothing is lost when all of it is kept: no gap.
    let last = outgoing.last();
    store.ack(epoch(1), last, later).unwrap();
    store.resend(epoch(1), last - 1).unwrap();
    assert_eq!(next(&mut store).lines.len(), 1);
}

#[test]
fn acknowledged_records_are_kept_within_their_bytes() {
    let dir = TempDir::new().unwrap();
    let mut store = open_with(
        &dir,
        Limits {
            keep_acked_bytes: 5_000,
            ..limits()
        },
    )
    .unwrap();
    for n in 0..100 {
        put(&mut store, n * 20..n * 20 + 20);
        store.ack(epoch(1), u64::MAX, NOW).unwrap();
        store.keep_bounds(NOW).unwrap();
        assert!(store.totals().kept_bytes <= 5_000);
    }
}

#[test]
fn a_new_epoch_numbers_what_waits_from_one() {
    let dir = TempDir::new().unwrap();
    let mut store = open(&dir);
    put(&mut store, 0..5);
    store.ack(epoch(1), 2, NOW).unwrap();
    put(&mut store, 5..8);
    store.new_epoch(epoch(2), NOW).unwrap();
    put(&mut store, [8]);
    drop(store);
    let mut store = open(&dir);
    let outgoing = next(&mut store);
    assert_eq!((outgoing.epoch, outgoing.after), (epoch(2), 0));
    assert_eq!(slots(&outgoing), [2, 3, 4, 5, 6, 7, 8]);
    for (line, seq) in outgoing.lines.iter().zip(1..) {
        assert_eq!(record(line).key(), (&agent(), epoch(2), seq));
    }
    // A collector that has nothing of the new epoch lacks perhaps the old one as well.
    put(&mut store, [9]);
    store.ack(epoch(2), 8, NOW).unwrap();
    store.resend(epoch(2), 0).unwrap();
    assert_eq!(next(&mut store).epoch, epoch(2));
}

#[test]
fn a_refused_record_is_kept_aside_and_its_slot_becomes_a_gap() {
    let dir = TempDir::new().unwrap();
    let mut store = open(&dir);
    put(&mut store, 0..5);
    assert!(store.refuse(epoch(1), 3, "400", NOW).unwrap());
    assert!(!store.refuse(epoch(1), 3, "400", NOW).unwrap());
    assert_eq!(store.refused().unwrap(), 1);
    let outgoing = next(&mut store);
    assert_eq!(slots(&outgoing), [0, 1, 3, 4]);
    let gap = &gaps(&outgoing)[0];
    assert_eq!(
        gap.portal.as_ref().map(ToString::to_string).as_deref(),
        Some("angiang")
    );
    assert_eq!((gap.from.secs(), gap.to.secs()), (2, 3));
    // A refused gap leaves none: it would be refused for ever.
    assert!(store.refuse(epoch(1), 6, "400", NOW).unwrap());
    assert_eq!(gaps(&next(&mut store)), []);
}

#[test]
fn a_damaged_block_becomes_a_gap_and_the_others_go_on() {
    let dir = TempDir::new().unwrap();
    let mut store = open(&dir);
    put(&mut store, 100..105);
    put(&mut store, 200..205);
    store
        .connection
        .execute("UPDATE block SET data = zeroblob(40) WHERE first_seq = 1", [])
        .unwrap();
    let outgoing = next(&mut store);
    assert_eq!(slots(&outgoing), (200..205).collect::<Vec<_>>());
    let gap = &gaps(&outgoing)[0];
    assert_eq!(
        (gap.why, gap.from.secs(), gap.to.secs()),
        (GapWhy::SpoolFailure, 100, 105)
    );
}

#[test]
fn a_full_disk_refuses_a_commit_whole_and_no_number_is_used() {
    let dir = TempDir::new().unwrap();
    let mut store = open(&dir);
    put(&mut store, [1]);
    let pages: i64 = store
        .connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    store
        .connection
        .pragma_update(None, "max_page_count", pages)
        .unwrap();
    let many: Vec<Entry> = (0..2_000)
        .map(|n| entry(&format!("p{}", n * 7_919), n * 7_907))
        .collect();
    let error = store.commit(&many, None).unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    store
        .connection
        .pragma_update(None, "max_page_count", 1_000_000)
        .unwrap();
    store.commit(&many, None).unwrap();
    let outgoing = next(&mut store);
    assert_eq!(
        outgoing.lines.iter().map(|line| line.seq).collect::<Vec<_>>(),
        (1..=2_001).collect::<Vec<_>>()
    );
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_untouched() {
    let dir = TempDir::new().unwrap();
    let path = schema::path_in(dir.path());
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let error = open_with(&dir, limits()).err().expect("refused");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        error
    };
    assert!(matches!(refused(&[7; 8_192]), SpoolError::Corrupt { .. }));

    let other = dir.path().join("other.db");
    let foreign = Connection::open(&other).unwrap();
    foreign
        .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        .unwrap();
    drop(foreign);
    assert!(matches!(
        refused(&std::fs::read(&other).unwrap()),
        SpoolError::NotASpool { .. }
    ));

    std::fs::remove_file(&path).unwrap();
    let mut store = open(&dir);
    put(&mut store, 0..500);
    assert!(
        matches!(open_with(&dir, limits()), Err(SpoolError::Locked { .. })),
        "a second agent"
    );
    store.connection.pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    let newer = std::fs::read(&path).unwrap();
    assert!(matches!(refused(&newer), SpoolError::Newer { found: 99, .. }));

    std::fs::remove_file(&path).unwrap();
    drop(open(&dir));
    let other_agent = Store::open(&path, "tram-b".parse().unwrap(), limits(), epoch(1), NOW);
    assert!(matches!(other_agent, Err(SpoolError::OtherAgent { .. })));
    // Cut in the middle: pages are missing.
    let mut store = open(&dir);
    put(&mut store, (0..5_000).map(|n| n * 7_919));
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    assert!(matches!(
        refused(&whole[..whole.len() / 2 / 4_096 * 4_096]),
        SpoolError::Corrupt { .. }
    ));
}

#[test]
fn a_spool_is_set_aside_under_a_new_name_and_never_overwritten() {
    let dir = TempDir::new().unwrap();
    assert_eq!(schema::set_aside(dir.path(), NOW).unwrap(), None);
    let mut names: Vec<PathBuf> = Vec::new();
    for content in ["one", "two"] {
        std::fs::write(schema::path_in(dir.path()), content).unwrap();
        names.push(schema::set_aside(dir.path(), NOW).unwrap().unwrap());
    }
    assert_eq!(std::fs::read_to_string(&names[0]).unwrap(), "one");
    assert_eq!(std::fs::read_to_string(&names[1]).unwrap(), "two");
    assert!(!schema::path_in(dir.path()).exists());
}

#[derive(Debug, Clone)]
enum Act {
    Put(u8),
    Send { records: usize, ack_lost: bool },
    Restore(u8),
    Conflict,
    Refuse(u8),
    Bounds,
    Reopen,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (1u8..6).prop_map(Act::Put),
        5 => ((1usize..9), any::<bool>()).prop_map(|(records, ack_lost)| Act::Send { records, ack_lost }),
        1 => any::<u8>().prop_map(Act::Restore),
        1 => Just(Act::Conflict),
        1 => any::<u8>().prop_map(Act::Refuse),
        1 => Just(Act::Bounds),
        1 => Just(Act::Reopen),
    ]
}

/// A collector that keeps lines by key, can be restored from an older state and loses answers.
#[derive(Default)]
struct Collector {
    lines: BTreeMap<(Epoch, u64), Vec<u8>>,
    through: BTreeMap<Epoch, u64>,
    ever: BTreeMap<(Epoch, u64), Vec<u8>>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    /// Whatever happens on the way: every slot that was committed is with the collector in the end or lies in a gap
    /// that is, and no key ever stood for two contents.
    #[test]
    fn nothing_is_lost_and_no_number_is_used_twice(acts in proptest::collection::vec(act(), 1..50)) {
        let dir = TempDir::new().unwrap();
        let limits = Limits { max_bytes: 6_000, keep_acked_bytes: 3_000, ..limits() };
        let mut store = open_with(&dir, limits).unwrap();
        let mut collector = Collector::default();
        let (mut slot, mut epochs, mut restored) = (0, 1, false);
        let mut all = BTreeSet::new();
        let finish = [Act::Bounds, Act::Send { records: 100_000, ack_lost: false }];
        let tail = finish.iter().cycle().take(12).cloned();
        for act in acts.into_iter().chain(tail) {
            match act {
                Act::Put(n) => {
                    let new: Vec<i64> = (0..i64::from(n)).map(|i| slot + i * 60).collect();
                    slot += i64::from(n) * 60;
                    put(&mut store, new.iter().copied());
                    all.extend(new);
                }
                Act::Send { records, ack_lost } => {
                    let Some(out) = store.next(records, 1_000_000, NOW).unwrap() else { continue };
                    let through = *collector.through.entry(out.epoch).or_default();
                    let lacking = out.after > through;
                    for line in &out.lines {
                        let key = (out.epoch, line.seq);
                        let before = collector.ever.insert(key, line.json.clone());
                        prop_assert!(before.is_none_or(|old| old == line.json), "{:?} stood for two contents", key);
                        collector.lines.insert(key, line.json.clone());
                    }
                    if !lacking {
                        collector.through.insert(out.epoch, through.max(out.last()));
                    }
                    if ack_lost {
                        continue;
                    }
                    if lacking {
                        store.resend(out.epoch, through).unwrap();
                        restored = false;
                    } else {
                        store.ack(out.epoch, collector.through[&out.epoch], NOW).unwrap();
                    }
                }
                Act::Restore(to) => {
                    // Only what is acknowledged can be lost by a restore.
                    let current = store.current().epoch;
                    let through = collector.through.entry(current).or_default();
                    *through = *through * u64::from(to) / 256;
                    let through = *through;
                    restored = true;
                    collector.lines.retain(|(epoch, seq), _| *epoch != current || *seq <= through);
                }
                // A collector that lacks records asks for them before it complains about others.
                Act::Conflict if restored => {}
                Act::Conflict => {
                    epochs += 1;
                    store.new_epoch(epoch(epochs), NOW).unwrap();
                }
                Act::Refuse(n) => {
                    let waiting = store.next(100, 1_000_000, NOW).unwrap();
                    let line = waiting.as_ref().and_then(|out| out.lines.get(usize::from(n) % out.lines.len()));
                    if let (Some(out), Some(line)) = (&waiting, line)
                        && !matches!(record(line), Record::Gap(_))
                    {
                        prop_assert!(store.refuse(out.epoch, line.seq, "400", NOW).unwrap());
                    }
                }
                Act::Bounds => drop(store.keep_bounds(NOW).unwrap()),
                Act::Reopen => {
                    drop(store);
                    store = open_with(&dir, limits).unwrap();
                }
            }
        }
        // Two more records, so that a collector that was restored last is asked about what it lacks.
        for _ in 0..6 {
            put(&mut store, [slot]);
            all.insert(slot);
            slot += 60;
            while let Some(out) = store.next(100_000, 10_000_000, NOW).unwrap() {
                let through = *collector.through.entry(out.epoch).or_default();
                for line in &out.lines {
                    collector.lines.insert((out.epoch, line.seq), line.json.clone());
                }
                if out.after > through {
                    store.resend(out.epoch, through).unwrap();
                    collector.through.insert(out.epoch, out.after);
                } else {
                    collector.through.insert(out.epoch, through.max(out.last()));
                    store.ack(out.epoch, out.last(), NOW).unwrap();
                }
            }
        }
        let records: Vec<Record> =
            collector.lines.values().map(|json| serde_json::from_slice(json).unwrap()).collect();
        for slot in all {
            let at = UnixTime::from_secs(slot);
            let there = records.iter().any(|record| match record {
                Record::Observation(o) => o.slot == at,
                Record::Gap(gap) => gap.from <= at && at < gap.to,
                Record::Chain(_) => false,
            });
            prop_assert!(there, "slot {} is lost", slot);
        }
    }
}
