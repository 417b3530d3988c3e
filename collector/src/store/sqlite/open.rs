//! Opening the database: settings, identity, migrations. A file that is not ours is never touched.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ems_contract::diagnostic::{Message, io_words};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::fail::worded;
use crate::store::StoreError;

/// `EMS1` in the file's header: how a database is known as ours.
const APPLICATION_ID: i64 = 0x454d_5331;

/// Numbered steps; step N brings `user_version` from N to N + 1 in one transaction.
const MIGRATIONS: [&str; 12] = [
    include_str!("migrations/0001_rows.sql"),
    include_str!("migrations/0002_chunks.sql"),
    include_str!("migrations/0003_outbox.sql"),
    include_str!("migrations/0004_demo.sql"),
    include_str!("migrations/0005_people.sql"),
    include_str!("migrations/0006_newest.sql"),
    include_str!("migrations/0007_verdicts.sql"),
    include_str!("migrations/0008_pages.sql"),
    include_str!("migrations/0009_editions.sql"),
    include_str!("migrations/0010_on_call.sql"),
    include_str!("migrations/0011_day_indexes.sql"),
    include_str!("migrations/0012_published.sql"),
];

/// The schema version of this build.
pub(super) const SCHEMA_VERSION: i64 = 12;

const _: () = assert!(
    MIGRATIONS.len() as u64 == SCHEMA_VERSION.unsigned_abs(),
    "one migration a version"
);

/// How long a statement waits for a lock that another program (a copy, a shell) holds.
const BUSY: Duration = Duration::from_secs(5);

/// Takes the lock file beside the database: two collectors on one file would count twice.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let lock_path = with_suffix(path, ".lock");
    let unusable = |error: &std::io::Error| StoreError::Unusable {
        path: lock_path.display().to_string(),
        detail: io_words(error),
        hint: Message::new("service.store.hint.folder"),
    };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .map_err(|error| unusable(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked {
            path: path.display().to_string(),
        }),
        Err(TryLockError::Error(error)) => Err(unusable(&error)),
    }
}

/// `ems.db` → `ems.db.lock`.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Opens for writing, makes or migrates the schema.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    identify(path)?;
    let mut conn = Connection::open(path).map_err(|error| worded(&error, "open the database", path))?;
    configure(&conn).map_err(|error| worded(&error, "configure the database", path))?;
    migrate(&mut conn).map_err(|error| worded(&error, "migrate the database", path))?;
    Ok(conn)
}

/// Opens for reading only.
pub(super) fn reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "cache_size", -8_192)?;
    conn.set_prepared_statement_cache_capacity(64);
    keep_plans(&conn)?;
    Ok(conn)
}

/// A statement keeps its plan. Without this SQLite parses it anew for every value that it is asked about, in the hope of a
/// better one (SQLite's "query planner stability guarantee", <https://sqlite.org/queryplanner-ng.html>, section 5).
fn keep_plans(conn: &Connection) -> Result<(), rusqlite::Error> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map(drop)
}

/// Checks that a file can be read as it is: ours, and of this build's schema.
pub(super) fn readable(path: &Path) -> Result<(), StoreError> {
    let shown = || path.display().to_string();
    match identify(path)? {
        SCHEMA_VERSION => Ok(()),
        0 => Err(StoreError::Missing { path: shown() }),
        older => Err(StoreError::Older {
            path: shown(),
            found: older,
            reads: SCHEMA_VERSION,
        }),
    }
}

/// Looks at a file without changing a byte of it: ours, empty or absent, else refused. Returns its schema version, 0
/// for a file without content.
pub(super) fn identify(path: &Path) -> Result<i64, StoreError> {
    let length = std::fs::metadata(path).map_or(0, |meta| meta.len());
    if length == 0 {
        return Ok(0);
    }
    let refuse = |detail: Message, hint| StoreError::Unusable {
        path: path.display().to_string(),
        detail,
        hint: Message::new(hint),
    };
    // A database in WAL mode can only be looked at beside its -wal file; `mode=ro` writes nothing to it.
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(|error| worded(&error, "open the database", path))?;
    conn.busy_timeout(BUSY)
        .map_err(|error| worded(&error, "open the database", path))?;
    let pragma = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = pragma("application_id").map_err(|error| worded(&error, "read the database", path))?;
    let version = pragma("user_version").map_err(|error| worded(&error, "read the database", path))?;
    if application == 0 && version == 0 {
        let tables: i64 = conn
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|error| worded(&error, "read the database", path))?;
        if tables == 0 {
            // A first start that was cut off before the first migration.
            return Ok(0);
        }
    }
    if application != APPLICATION_ID {
        return Err(refuse(
            Message::new("service.store.foreign").with("id", format_args!("{application:#x}")),
            "service.store.hint.foreign",
        ));
    }
    if version > SCHEMA_VERSION {
        return Err(refuse(
            Message::new("service.store.newer")
                .with("found", version)
                .with("reads", SCHEMA_VERSION),
            "service.store.hint.newer",
        ));
    }
    Ok(version)
}

fn configure(conn: &Connection) -> Result<(), rusqlite::Error> {
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // An acknowledged record survives a power cut: the WAL is synced at every commit.
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", -65_536)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    conn.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    conn.set_prepared_statement_cache_capacity(128);
    keep_plans(conn)
}

fn migrate(conn: &mut Connection) -> Result<(), rusqlite::Error> {
    loop {
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let version: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let Some(step) = usize::try_from(version).ok().and_then(|n| MIGRATIONS.get(n)) else {
            return Ok(());
        };
        tx.execute_batch(step)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", version + 1)?;
        tx.commit()?;
    }
}
