use crate::store::sqlite::{SqliteStore, open};
use crate::store::{Store, StoreError};
use crate::testing::*;

#[test]
fn commits_are_synced_and_references_checked() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let pragma = |name: &'static str| {
        store
            .writer
            .call("read a setting", move |session| {
                Ok(session
                    .conn
                    .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))?)
            })
            .unwrap()
    };
    assert_eq!(pragma("synchronous"), rusqlite::types::Value::Integer(2), "FULL");
    assert_eq!(pragma("journal_mode"), rusqlite::types::Value::Text("wal".into()));
    assert_eq!(pragma("foreign_keys"), rusqlite::types::Value::Integer(1));
}

#[test]
fn what_was_kept_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let first = store(dir.path());
    first.commit(batch(0, vec![up(1, 0)])).unwrap();
    drop(first);
    let second = SqliteStore::open(&dir.path().join("ems.db")).unwrap();
    assert_eq!(second.through(&agent("a"), EPOCH).unwrap(), 1);
    assert!(second.knows_portal(&portal("p1")).unwrap());
}

#[test]
fn a_second_collector_on_the_same_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let _first = store(dir.path());
    assert!(matches!(
        SqliteStore::open(&dir.path().join("ems.db")),
        Err(StoreError::Locked { .. })
    ));
}

/// Opens a file that must be refused; it must not change by a byte.
fn refused(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ems.db");
    std::fs::write(&path, bytes).unwrap();
    let error = SqliteStore::open(&path).err().expect("it must be refused");
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "the file was touched");
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    error.to_string()
}

/// A database file with these two numbers in its header.
fn database(application_id: i64, user_version: i64) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("made.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        .unwrap();
    conn.pragma_update(None, "application_id", application_id)
        .unwrap();
    conn.pragma_update(None, "user_version", user_version).unwrap();
    drop(conn);
    std::fs::read(&path).unwrap()
}

#[test]
fn files_that_are_not_ours_are_refused_untouched_with_advice() {
    assert!(refused(b"<html>not a database, but a page of some length</html>").contains("hint: "));
    assert!(refused(&database(0, 0)).contains("another program"));
    assert!(refused(&database(7, 1)).contains("another program"));
    let newer = refused(&database(0x454d_5331, open::SCHEMA_VERSION + 1));
    assert!(
        newer.contains("version") && newer.contains("hint: use the newer program"),
        "{newer}"
    );
}

#[test]
fn a_damaged_database_is_refused_with_advice() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ems.db");
    drop(store(dir.path()));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100..].fill(0xa5);
    std::fs::write(&path, &bytes).unwrap();
    let error = SqliteStore::open(&path)
        .err()
        .expect("it must be refused")
        .to_string();
    assert!(error.contains("restore"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_first_start_that_was_cut_off_is_taken_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ems.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    drop(conn);
    assert!(std::fs::metadata(&path).unwrap().len() > 0);
    store(dir.path()).commit(batch(0, vec![up(1, 0)])).unwrap();
}

#[test]
fn a_full_disk_is_said_and_nothing_of_the_batch_is_kept_until_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store.commit(batch(0, vec![up(1, 0)])).unwrap();
    let limit = |pages: i64| {
        store
            .writer
            .call("limit", move |session| {
                Ok(session.conn.pragma_update(None, "max_page_count", pages)?)
            })
            .unwrap();
    };
    limit(1);
    let lines = || {
        (2..2000)
            .map(|n| up(n, i64::try_from(n).unwrap() * 60))
            .collect::<Vec<_>>()
    };
    let refused = store.commit(batch(1, lines()));
    assert!(matches!(refused, Err(StoreError::DiskFull { .. })), "{refused:?}");
    assert_eq!(store.through(&agent("a"), EPOCH).unwrap(), 1);
    limit(1_000_000);
    let receipt = store.commit(batch(1, lines())).unwrap();
    assert_eq!(
        (receipt.stored, receipt.duplicates, receipt.through),
        (1998, 0, 1999)
    );
}

#[test]
fn a_lock_held_by_another_program_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    store
        .writer
        .call("wait less", |session| {
            Ok(session.conn.busy_timeout(std::time::Duration::from_millis(1))?)
        })
        .unwrap();
    let other = rusqlite::Connection::open(dir.path().join("ems.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(
        store.commit(batch(0, vec![up(1, 0)])),
        Err(StoreError::Locked { .. })
    ));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.commit(batch(0, vec![up(1, 0)])).unwrap().stored, 1);
}

#[test]
fn a_backup_taken_while_batches_come_in_is_whole_and_opens() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let target = dir.path().join("copy.db");
    let done = std::sync::atomic::AtomicBool::new(false);
    let before = 200;
    for n in 1..=before {
        store
            .commit(batch(n - 1, vec![up(n, i64::try_from(n).unwrap() * 60)]))
            .unwrap();
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = before + 1;
            while !done.load(std::sync::atomic::Ordering::Acquire) {
                store
                    .commit(batch(n - 1, vec![up(n, i64::try_from(n).unwrap() * 60)]))
                    .unwrap();
                n += 1;
            }
        });
        store.backup(&target).unwrap();
        done.store(true, std::sync::atomic::Ordering::Release);
    });
    let again = store.backup(&target).unwrap_err().to_string();
    assert!(again.contains("is there already"), "{again}");
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("ems.db");
    std::fs::rename(&target, &path).unwrap();
    let copy = SqliteStore::open(&path).unwrap();
    let through = copy.through(&agent("a"), EPOCH).unwrap();
    assert!(through >= before);
    assert_eq!(
        copy.statistics().unwrap().open_results,
        through,
        "rows and numbers are of one instant"
    );
}

#[test]
fn a_panic_inside_a_call_is_answered_and_the_next_call_is_served() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let panicked = store.writer.call::<(), _>("panic", |session| {
        session.conn.execute("DELETE FROM portal", [])?;
        panic!("on purpose")
    });
    assert!(panicked.unwrap_err().to_string().contains("panicked"));
    assert_eq!(
        store.commit(batch(0, vec![up(1, 0)])).unwrap().stored,
        1,
        "nothing of the call was kept"
    );
}

#[test]
fn a_reader_beside_the_collector_sees_what_is_committed_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ems.db");
    assert!(
        SqliteStore::open_for_reading(&path)
            .err()
            .unwrap()
            .to_string()
            .contains("no database yet")
    );
    assert!(!path.exists());
    let running = store(dir.path());
    let reader = SqliteStore::open_for_reading(&path).unwrap();
    running.commit(batch(0, vec![up(1, 0)])).unwrap();
    assert_eq!(reader.through(&agent("a"), EPOCH).unwrap(), 1);
    let refused = reader.commit(batch(1, vec![up(2, 60)])).unwrap_err();
    assert!(refused.to_string().contains("for reading only"), "{refused}");
}
