use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::Line;

use crate::sight::Glance;
use crate::store::sqlite::rows::WINDOW_S;
use crate::store::sqlite::{SqliteStore, open};
use crate::store::{LookStore, Sample, Store, StoreError};
use crate::testing::*;

/// Slots of four windows, a minute apart, with failures that have two attempts.
fn history() -> Vec<Line> {
    (1..=4 * WINDOW_S.unsigned_abs() / 60)
        .map(|seq| {
            let slot = i64::try_from(seq).unwrap() * 60;
            let mut made = observation(seq, slot, if seq % 97 == 0 { down() } else { Outcome::Up });
            made.attempts[0].timings.connect_us = Some(u32::try_from(seq * 7919 % 20_000).unwrap());
            if seq % 97 == 0 {
                made.attempts.push(made.attempts[0].clone());
            }
            line(Record::Observation(Box::new(made)))
        })
        .collect()
}

fn all() -> Window {
    Window::new(UnixTime::from_secs(0), UnixTime::from_secs(i64::MAX))
}

fn samples(store: &SqliteStore, window: Window) -> Vec<Sample> {
    store.samples(&portal("p1"), Family::V4, window).unwrap()
}

fn end() -> UnixTime {
    at(4 * WINDOW_S + 60)
}

#[test]
fn packing_changes_nothing_that_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, history())).unwrap();
    let some = Window::new(at(WINDOW_S / 2), at(2 * WINDOW_S + 123));
    let before = (
        samples(&store, all()),
        samples(&store, some),
        store.latest(None).unwrap(),
    );
    let glances = |store: &SqliteStore| {
        let mut all = store.glances().unwrap();
        all.sort_by_key(|glance| (glance.agent.clone(), glance.slot));
        all
    };
    let mut looks: Vec<Glance> = before.2.iter().filter_map(Glance::of).collect();
    looks.sort_by_key(|glance| (glance.agent.clone(), glance.slot));
    assert!(!looks.is_empty());
    assert_eq!(glances(&store), looks);
    let records = store.slot_records(&portal("p1"), Family::V4, some).unwrap();
    let open_before = store.statistics().unwrap().open_results;
    // Only whole windows are packed: the one in which the horizon lies stays open.
    let packed = store.pack(end() - WINDOW_S).unwrap();
    let statistics = store.statistics().unwrap();
    assert!(packed > 0 && packed < open_before);
    assert_eq!(
        (statistics.open_results, statistics.packed_results),
        (open_before - packed, packed)
    );
    assert_eq!(
        (
            samples(&store, all()),
            samples(&store, some),
            store.latest(None).unwrap()
        ),
        before
    );
    assert_eq!(
        store.slot_records(&portal("p1"), Family::V4, some).unwrap(),
        records
    );
    // And once everything is.
    store.pack(end() + WINDOW_S).unwrap();
    assert_eq!(store.statistics().unwrap().open_results, 0);
    assert_eq!(glances(&store), looks);
    assert_eq!(
        (
            samples(&store, all()),
            samples(&store, some),
            store.latest(None).unwrap()
        ),
        before
    );
    assert_eq!(store.pack(end() + WINDOW_S).unwrap(), 0);
}

#[test]
fn a_late_record_of_a_packed_window_is_kept_and_packed_into_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut lines = history();
    let late = lines.remove(100);
    store.commit(batch(0, lines)).unwrap();
    store.pack(end() + WINDOW_S).unwrap();
    let without = samples(&store, all());
    let mut batch = batch(2, vec![late]);
    batch.epoch = ems_contract::id::Epoch::from_random([1; 16]);
    batch.received_at = end();
    let receipt = store.commit(batch).unwrap();
    assert_eq!((receipt.stored, receipt.late), (1, 1));
    let with = samples(&store, all());
    assert_eq!(with.len(), without.len() + 1);
    assert!(with.is_sorted_by_key(|sample| sample.slot));
    assert_eq!(
        store.latest(None).unwrap()[0].slot,
        with.last().unwrap().slot,
        "a late row is not the newest"
    );
    assert_eq!(store.pack(end() + WINDOW_S).unwrap(), 1);
    assert_eq!(samples(&store, all()), with);
}

#[test]
fn a_slot_taken_by_a_packed_result_keeps_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, history())).unwrap();
    store.pack(end() + WINDOW_S).unwrap();
    let before = samples(&store, all());
    let next = u64::try_from(history().len()).unwrap() + 1;
    let mut second = batch(
        next - 1,
        vec![line(Record::Observation(Box::new(observation(
            next,
            600,
            down(),
        ))))],
    );
    second.received_at = end();
    let receipt = store.commit(second).unwrap();
    assert_eq!((receipt.stored, receipt.slot_conflicts), (0, 1));
    assert_eq!(samples(&store, all()), before);
}

#[test]
fn forgotten_digests_of_packed_results_still_tell_a_duplicate_from_a_conflict() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, history())).unwrap();
    store.pack(end() + 10 * WINDOW_S).unwrap();
    let mut again = batch(0, history().into_iter().take(10).collect());
    again.received_at = end();
    assert_eq!(store.commit(again).unwrap().duplicates, 10);
    let mut other = batch(0, vec![up(1, 61)]);
    other.received_at = end();
    assert!(matches!(
        store.commit(other),
        Err(StoreError::Conflict { seq: 1 })
    ));
}

#[test]
fn old_windows_are_cut_off_and_the_rest_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, history())).unwrap();
    store.pack(end() - WINDOW_S).unwrap();
    let total = samples(&store, all()).len();
    let cut = UnixTime::from_secs((at(2 * WINDOW_S).secs() / WINDOW_S) * WINDOW_S);
    let deleted = store.expire(cut).unwrap();
    let left = samples(&store, all());
    assert_eq!(left.len() + usize::try_from(deleted).unwrap(), total);
    assert_eq!(left.first().unwrap().slot, cut + (left[0].slot - cut));
    assert!(left[0].slot >= cut && left[0].slot < cut + 60);
    let statistics = store.statistics().unwrap();
    assert_eq!(
        statistics.open_results + statistics.packed_results,
        left.len() as u64
    );
    assert!(
        store.latest(None).unwrap()[0].facts.addresses.len() == 1,
        "facts in use stay"
    );
    store.expire(end() + 10 * WINDOW_S).unwrap();
    assert!(samples(&store, all()).is_empty());
    assert!(store.latest(None).unwrap().is_empty());
}

#[test]
fn a_damaged_chunk_is_said_and_does_not_pass_for_data() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, history())).unwrap();
    store.pack(end() + WINDOW_S).unwrap();
    store
        .writer
        .call("damage", |session| {
            Ok(session.conn.execute("UPDATE chunk SET data = zeroblob(40)", [])?)
        })
        .unwrap();
    let error = store
        .samples(&portal("p1"), Family::V4, all())
        .unwrap_err()
        .to_string();
    assert!(error.contains("damaged"), "{error}");
}

#[test]
fn a_database_of_the_first_schema_is_brought_up_with_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ems.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../migrations/0001_rows.sql"))
        .unwrap();
    old.execute_batch(
        "INSERT INTO portal VALUES (1, 'p1'); INSERT INTO agent VALUES (1, 'a');
         INSERT INTO series VALUES (1, 1, 'reach', 4, 1);
         INSERT INTO term VALUES (1, '{\"state\":\"up\"}'), (2, '1:00:00');
         INSERT INTO result (series, slot, interval_s, outcome, origin) VALUES (1, 1795000000, 60, 1, 2);",
    )
    .unwrap();
    old.pragma_update(None, "application_id", 0x454d_5331).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    drop(old);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(samples(&store, all()).len(), 1);
    assert_eq!(store.statistics().unwrap().open_results, 1);
    assert_eq!(store.pack(UnixTime::from_secs(1_800_000_000)).unwrap(), 1);
    assert_eq!(samples(&store, all()).len(), 1);
    drop(store);
    let conn = rusqlite::Connection::open(&path).unwrap();
    let version: i64 = conn
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, open::SCHEMA_VERSION);
}
