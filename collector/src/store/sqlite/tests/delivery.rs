use ems_contract::certificate::Chain;
use ems_contract::id::Epoch;
use ems_contract::outcome::Outcome;
use ems_contract::record::{ChainRecord, Record};
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::Line;

use crate::store::{Receipt, Store, StoreError};
use crate::testing::*;

fn all() -> Window {
    Window::new(UnixTime::from_secs(0), UnixTime::from_secs(i64::MAX))
}

#[test]
fn the_same_batch_again_is_counted_as_duplicates_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let lines = || vec![up(1, 0), up(2, 30), line(gap(3, 60, 90))];
    let first = store.commit(batch(0, lines())).unwrap();
    assert_eq!(
        first,
        Receipt {
            through: 3,
            stored: 3,
            ..Receipt::default()
        }
    );
    let again = store.commit(batch(0, lines())).unwrap();
    assert_eq!(
        again,
        Receipt {
            through: 3,
            duplicates: 3,
            ..Receipt::default()
        }
    );
    let v4 = ems_contract::family::Family::V4;
    assert_eq!(store.slot_records(&portal("p1"), v4, all()).unwrap().len(), 2);
    assert_eq!(store.gaps(&portal("p1"), v4, all()).unwrap().len(), 1);
    assert_eq!(store.through(&agent("a"), EPOCH).unwrap(), 3);
    assert_eq!(store.through(&agent("b"), EPOCH).unwrap(), 0);
}

#[test]
fn overlapping_batches_keep_each_number_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, vec![up(1, 0), up(2, 60)])).unwrap();
    let receipt = store.commit(batch(1, vec![up(2, 60), up(3, 120)])).unwrap();
    assert_eq!((receipt.stored, receipt.duplicates, receipt.through), (1, 1, 3));
}

#[test]
fn a_number_with_other_content_is_a_conflict_and_the_whole_batch_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, vec![up(1, 0), up(2, 60)])).unwrap();
    let other = line(Record::Observation(Box::new(observation(2, 60, down()))));
    let refused = store.commit(batch(0, vec![up(3, 120), other]));
    assert!(
        matches!(refused, Err(StoreError::Conflict { seq: 2 })),
        "{refused:?}"
    );
    assert_eq!(store.through(&agent("a"), EPOCH).unwrap(), 2);
    let v4 = ems_contract::family::Family::V4;
    assert_eq!(store.slot_records(&portal("p1"), v4, all()).unwrap().len(), 2);
}

#[test]
fn one_conflict_in_a_group_does_not_touch_its_neighbours() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, vec![up(1, 0)])).unwrap();
    std::thread::scope(|scope| {
        for worker in 0..8u64 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..10i64 {
                    let mut good = batch(0, vec![up(1, 60 * (round + 1))]);
                    good.epoch = Epoch::from_random([u8::try_from(10 + worker).unwrap(); 16]);
                    good.lines = vec![up(
                        u64::try_from(round + 1).unwrap(),
                        60 * (1 + round * 8 + i64::try_from(worker).unwrap()),
                    )];
                    good.received_at = at(100_000);
                    store.commit(good).unwrap();
                    let bad = line(Record::Observation(Box::new(observation(1, 0, down()))));
                    assert!(matches!(
                        store.commit(batch(0, vec![bad])),
                        Err(StoreError::Conflict { seq: 1 })
                    ));
                }
            });
        }
    });
    let v4 = ems_contract::family::Family::V4;
    assert_eq!(store.slot_records(&portal("p1"), v4, all()).unwrap().len(), 81);
}

#[test]
fn a_slot_taken_by_another_number_keeps_the_first_and_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, vec![up(1, 0)])).unwrap();
    let second = line(Record::Observation(Box::new(observation(2, 0, down()))));
    let receipt = store.commit(batch(1, vec![second])).unwrap();
    assert_eq!(
        (receipt.stored, receipt.slot_conflicts, receipt.through),
        (0, 1, 2)
    );
    let v4 = ems_contract::family::Family::V4;
    let kept = store.slot_records(&portal("p1"), v4, all()).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].outcome, Outcome::Up);
    assert_eq!(store.statistics().unwrap().slot_conflicts, 1);
}

#[test]
fn after_a_loss_the_missing_numbers_are_asked_for_until_they_come_or_are_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, vec![up(1, 0)])).unwrap();
    let ahead = store.commit(batch(4, vec![up(5, 240), up(6, 300)])).unwrap();
    assert_eq!((ahead.stored, ahead.through, ahead.resend_after), (2, 1, Some(1)));
    let repeated = store.commit(batch(4, vec![up(5, 240), up(6, 300)])).unwrap();
    assert_eq!(
        (repeated.duplicates, repeated.through, repeated.resend_after),
        (2, 1, Some(1))
    );
    // 2 is gone for good; 3 and 4 are still held by the agent.
    let rest = store.commit(batch(1, vec![up(3, 120), up(4, 180)])).unwrap();
    assert_eq!((rest.stored, rest.through, rest.resend_after), (2, 6, None));
}

/// A hole and a conflict at once: the hole is asked for first, nothing is kept, and what still conflicts once the
/// hole is filled is refused.
#[test]
fn a_hole_is_asked_for_before_a_conflict_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, vec![up(1, 0)])).unwrap();
    store.commit(batch(4, vec![up(5, 240)])).unwrap();
    let other = || line(Record::Observation(Box::new(observation(5, 240, down()))));
    let v4 = ems_contract::family::Family::V4;
    let kept = || store.slot_records(&portal("p1"), v4, all()).unwrap().len();
    let ahead = store.commit(batch(3, vec![up(4, 180), other()])).unwrap();
    assert_eq!((ahead.stored, ahead.through, ahead.resend_after), (0, 1, Some(1)));
    assert_eq!(kept(), 2);
    let refused = store.commit(batch(1, vec![up(2, 60), up(3, 120), up(4, 180), other()]));
    assert!(
        matches!(refused, Err(StoreError::Conflict { seq: 5 })),
        "{refused:?}"
    );
    assert_eq!(kept(), 2);
}

/// Lines that cannot be used fill their share of the disk and no more; all of them are acknowledged.
#[test]
fn quarantine_is_bounded_and_says_what_it_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut seq = 0;
    let mut junk = |count: usize, len: usize| {
        let after = seq;
        let lines = (0..count).map(|_| {
            seq += 1;
            let raw = format!("{{\"seq\":{seq},\"junk\":\"{}\"}}", "x".repeat(len));
            Line::Foreign {
                seq,
                raw: raw.into(),
                why: "junk".into(),
            }
        });
        store.commit(batch(after, lines.collect())).unwrap()
    };
    for _ in 0..9 {
        let receipt = junk(8, 1024 * 1024);
        assert_eq!(receipt.quarantined, 8);
    }
    let statistics = store.statistics().unwrap();
    assert_eq!((statistics.quarantined, statistics.quarantine_dropped), (63, 9));
    assert!(statistics.quarantined_bytes <= 64 * 1024 * 1024);
    assert_eq!(store.through(&agent("a"), EPOCH).unwrap(), 72);
    // Retention makes room again.
    store.expire(at(100_000_000)).unwrap();
    assert_eq!(store.statistics().unwrap().quarantined_bytes, 0);
}

#[test]
fn what_is_not_understood_or_not_known_is_kept_raw_acknowledged_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut stranger = observation(3, 60, Outcome::Up);
    stranger.portal = portal("never-heard-of");
    let lines = || {
        vec![
            Line::Foreign {
                seq: 1,
                raw: br#"{"new":1}"#.to_vec(),
                why: "unknown type".into(),
            },
            Line::Unreadable {
                raw: b"\xff\xfe".to_vec(),
                why: "not JSON".into(),
            },
            line(Record::Observation(Box::new(stranger.clone()))),
            up(4, 60),
        ]
    };
    let receipt = store.commit(batch(0, lines())).unwrap();
    assert_eq!((receipt.stored, receipt.quarantined, receipt.through), (1, 3, 4));
    let again = store.commit(batch(0, lines())).unwrap();
    assert_eq!((again.stored, again.duplicates), (0, 3));
    assert_eq!(store.statistics().unwrap().quarantined, 3);
    assert!(!store.knows_portal(&portal("never-heard-of")).unwrap());
}

#[test]
fn a_slot_from_the_future_does_not_take_the_place_of_the_true_one() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut early = batch(
        0,
        vec![line(Record::Observation(Box::new(observation(1, 7200, down()))))],
    );
    early.received_at = at(0);
    let receipt = store.commit(early).unwrap();
    assert_eq!((receipt.future, receipt.quarantined, receipt.stored), (1, 1, 0));
    let true_one = store.commit(batch(1, vec![up(2, 7200)])).unwrap();
    assert_eq!((true_one.stored, true_one.slot_conflicts), (1, 0));
}

#[test]
fn late_records_are_kept_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut late = batch(0, vec![up(1, 0), up(2, 3600)]);
    late.received_at = at(3600);
    let receipt = store.commit(late).unwrap();
    assert_eq!((receipt.stored, receipt.late), (2, 1));
}

#[test]
fn forgotten_digests_still_tell_a_duplicate_from_a_conflict() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let lines = || {
        vec![
            up(1, 0),
            line(gap(2, 60, 120)),
            Line::Foreign {
                seq: 3,
                raw: b"{}".to_vec(),
                why: "new".into(),
            },
        ]
    };
    store.commit(batch(0, lines())).unwrap();
    store
        .writer
        .call("forget", |session| {
            crate::store::sqlite::delivery::forget(session.conn, i64::MAX)
        })
        .unwrap();
    let again = store.commit(batch(0, lines())).unwrap();
    assert_eq!((again.stored, again.duplicates, again.through), (0, 3, 3));
    let other = store.commit(batch(0, vec![up(1, 60)]));
    assert!(matches!(other, Err(StoreError::Conflict { seq: 1 })), "{other:?}");
}

#[test]
fn a_number_beyond_the_signed_range_is_kept_raw() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let receipt = store.commit(batch(0, vec![up(u64::MAX, 0)])).unwrap();
    assert_eq!((receipt.quarantined, receipt.through), (1, 0));
}

#[test]
fn a_chain_is_kept_once_and_given_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let chain = Chain::new([vec![1, 2, 3], vec![4; 2000]]);
    let record = |seq| {
        line(Record::Chain(ChainRecord {
            schema: 1,
            agent: agent("a"),
            epoch: EPOCH,
            seq,
            chain: chain.clone(),
        }))
    };
    store.commit(batch(0, vec![record(1), record(2)])).unwrap();
    assert_eq!(store.chain(&chain.digest()).unwrap(), Some(chain.clone()));
    assert_eq!(
        store.chain(&ems_contract::digest::Sha256::of(b"other")).unwrap(),
        None
    );
}

#[test]
fn agents_are_shown_with_their_present_spool() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    assert!(store.agents().unwrap().is_empty());
    store.commit(batch(0, vec![up(1, 0)])).unwrap();
    let mut next = batch(0, vec![up(1, 60)]);
    next.epoch = Epoch::from_random([9; 16]);
    next.skew_ms = -40;
    store.commit(next).unwrap();
    let agents = store.agents().unwrap();
    assert_eq!(agents.len(), 1);
    assert_eq!(agents[0].epoch, Epoch::from_random([9; 16]));
    assert_eq!(
        (agents[0].last_slot, agents[0].skew_ms, agents[0].through),
        (Some(at(60)), -40, 1)
    );
    assert_eq!(agents[0].last_batch_at, at(65));
}
