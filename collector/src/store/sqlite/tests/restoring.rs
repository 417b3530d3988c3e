use std::path::{Path, PathBuf};

use ems_contract::outcome::Outcome;
use ems_contract::record::Record;
use ems_contract::time::Window;

use crate::store::sqlite::{SqliteStore, backup, restore};
use crate::store::{Store, StoreError};
use crate::testing::*;

/// A store with 100 records, a backup of it, and 100 more records.
fn scene(dir: &Path) -> (PathBuf, PathBuf) {
    let store = store(dir);
    let lines = |from: u64, to: u64| {
        (from..=to)
            .map(|n| up(n, i64::try_from(n).unwrap() * 60))
            .collect::<Vec<_>>()
    };
    store.commit(batch(0, lines(1, 100))).unwrap();
    let copy = dir.join("copy.db");
    store.backup(&copy).unwrap();
    store.commit(batch(100, lines(101, 200))).unwrap();
    (dir.join("ems.db"), copy)
}

#[test]
fn after_a_restore_the_agent_is_asked_for_what_came_since_the_backup() {
    let dir = tempfile::tempdir().unwrap();
    let (database, copy) = scene(dir.path());
    let restored = restore(&copy, &database, true, "20261122").unwrap();
    let aside = restored.kept_aside.unwrap();
    assert!(aside.ends_with("ems.db.before-restore-20261122"));
    let store = SqliteStore::open(&database).unwrap();
    assert_eq!(store.through(&agent("a"), EPOCH).unwrap(), 100);
    let next = store.commit(batch(200, vec![up(201, 201 * 60)])).unwrap();
    assert_eq!((next.through, next.resend_after), (100, Some(100)));
    let again: Vec<_> = (101..=201)
        .map(|n| up(n, i64::try_from(n).unwrap() * 60))
        .collect();
    let rest = store.commit(batch(100, again)).unwrap();
    assert_eq!(
        (rest.stored, rest.duplicates, rest.through, rest.resend_after),
        (100, 1, 201, None)
    );
    drop(store);
    // The database before the restore is whole under its new name.
    std::fs::rename(&aside, dir.path().join("old.db")).unwrap();
    let old = SqliteStore::open(&dir.path().join("old.db")).unwrap();
    assert_eq!(old.through(&agent("a"), EPOCH).unwrap(), 200);
}

#[test]
fn a_restore_refuses_to_overwrite_to_disturb_and_to_take_anything_for_a_backup() {
    let dir = tempfile::tempdir().unwrap();
    let (database, copy) = scene(dir.path());
    let before = std::fs::read(&database).unwrap();
    let refused = |backup: &Path, replace| restore(backup, &database, replace, "x").unwrap_err();
    assert!(refused(&copy, false).to_string().contains("--replace"));
    let junk = dir.path().join("junk");
    std::fs::write(&junk, "not a database at all, whatever its name says").unwrap();
    assert!(matches!(refused(&junk, true), StoreError::Unusable { .. }));
    std::fs::write(&junk, "").unwrap();
    assert!(matches!(refused(&junk, true), StoreError::Unusable { .. }));
    assert!(matches!(
        refused(&dir.path().join("none"), true),
        StoreError::Unusable { .. }
    ));
    let mut damaged = std::fs::read(&copy).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 9_000].fill(0x5a);
    std::fs::write(&junk, damaged).unwrap();
    assert!(matches!(refused(&junk, true), StoreError::Unusable { .. }));
    {
        let _running = SqliteStore::open(&database).unwrap();
        assert!(matches!(refused(&copy, true), StoreError::Locked { .. }));
    }
    assert_eq!(std::fs::read(&database).unwrap(), before);
    assert!(!dir.path().join("ems.db.before-restore-x").exists());
}

#[test]
fn a_log_left_by_a_crash_is_not_played_into_the_restored_database() {
    let dir = tempfile::tempdir().unwrap();
    let (database, copy) = scene(dir.path());
    // As after a crash: the log is still there. A copy of it taken while the store is open stands in for it.
    let open = SqliteStore::open(&database).unwrap();
    open.commit(batch(200, vec![up(201, 201 * 60)])).unwrap();
    let log = std::fs::read(dir.path().join("ems.db-wal")).unwrap();
    assert!(!log.is_empty());
    drop(open);
    std::fs::write(dir.path().join("ems.db-wal"), &log).unwrap();
    restore(&copy, &database, true, "y").unwrap();
    assert!(dir.path().join("ems.db.before-restore-y-wal").exists());
    let store = SqliteStore::open(&database).unwrap();
    assert_eq!(store.through(&agent("a"), EPOCH).unwrap(), 100);
}

#[test]
fn a_backup_is_made_of_a_running_collector_s_database_from_outside() {
    let dir = tempfile::tempdir().unwrap();
    let running = store(dir.path());
    running.commit(batch(0, vec![up(1, 60)])).unwrap();
    let target = dir.path().join("copy.db");
    backup(&dir.path().join("ems.db"), &target).unwrap();
    let elsewhere = dir.path().join("elsewhere.db");
    restore(&target, &elsewhere, false, "z").unwrap();
    assert_eq!(
        SqliteStore::open(&elsewhere)
            .unwrap()
            .through(&agent("a"), EPOCH)
            .unwrap(),
        1
    );
    let missing = backup(&dir.path().join("none.db"), &dir.path().join("x.db"))
        .unwrap_err()
        .to_string();
    assert!(missing.contains("there is no database"), "{missing}");
}

#[test]
fn exported_records_are_those_that_came_in() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut failed = observation(2, 60, down());
    failed.attempts.push(failed.attempts[0].clone());
    failed.attempts[0].shared = true;
    let sent = vec![
        Record::Observation(Box::new(observation(1, 0, Outcome::Up))),
        Record::Observation(Box::new(failed)),
        gap(3, 120, 180),
    ];
    store
        .commit(batch(0, sent.iter().cloned().map(line).collect()))
        .unwrap();
    let window = Window::new(at(0), at(180));
    let nowhere = ems_contract::id::Epoch::from_random([0; 16]);
    let expected: Vec<Record> = sent
        .into_iter()
        .map(|mut record| {
            let agent = record.key().0.clone();
            record.number(&agent, nowhere, 0);
            record
        })
        .collect();
    assert_eq!(store.records(&portal("p1"), window).unwrap(), expected);
    // Packed, the start of an attempt is kept to the millisecond; everything else is the same.
    store.pack(at(10 * 86_400)).unwrap();
    let packed = store.records(&portal("p1"), window).unwrap();
    let Record::Observation(first) = &packed[0] else {
        panic!()
    };
    assert_eq!(
        first.attempts[0].started_at,
        at(0).timestamp() + std::time::Duration::from_millis(1)
    );
    assert_eq!(packed[1..], expected[1..]);
}
