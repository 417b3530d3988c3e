//! The file: where it lies, how it is opened, refused and set aside.

use std::path::{Path, PathBuf};

use ems_contract::id::AgentId;
use ems_contract::time::UnixTime;
use rusqlite::{Connection, OptionalExtension};

use super::SpoolError;

/// Format of the file, in `user_version`.
const FORMAT: i64 = 1;
/// `EMSp` in `application_id`: tells a spool from any other SQLite file.
const APPLICATION: i64 = 0x454d_5370;

const TABLES: &str = "
CREATE TABLE owner (agent TEXT NOT NULL);
CREATE TABLE epoch (
  id INTEGER PRIMARY KEY, bytes BLOB NOT NULL UNIQUE, born_at INTEGER NOT NULL,
  next_seq INTEGER NOT NULL, acked_through INTEGER NOT NULL);
CREATE TABLE block (
  id INTEGER PRIMARY KEY AUTOINCREMENT, epoch INTEGER NOT NULL REFERENCES epoch(id),
  first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, records INTEGER NOT NULL,
  slot_from INTEGER, slot_to INTEGER, data BLOB NOT NULL);
CREATE TABLE ack (
  epoch INTEGER NOT NULL, minute INTEGER NOT NULL, through INTEGER NOT NULL,
  PRIMARY KEY (epoch, minute)) WITHOUT ROWID;
CREATE TABLE pruned (
  epoch INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  slot_from INTEGER NOT NULL, slot_to INTEGER NOT NULL);
CREATE TABLE refused (at INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, why TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE chain (digest BLOB PRIMARY KEY, epoch INTEGER NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mark (id INTEGER PRIMARY KEY CHECK (id = 1), alive INTEGER NOT NULL, swept TEXT NOT NULL);
";

/// Visits under way. Spools made before it was thought of get it when they are opened; agents of that time read past it.
const VISITS: &str = "
CREATE TABLE IF NOT EXISTS visit (
  portal TEXT NOT NULL, probe TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (portal, probe, slot)) WITHOUT ROWID;
";

/// The spool's file in a data folder.
#[must_use]
pub fn path_in(data_dir: &Path) -> PathBuf {
    data_dir.join("spool.db")
}

/// Opens the spool of `agent`, or makes it. The file is locked for as long as the connection lives.
///
/// Every commit is synced before it returns (`synchronous=FULL`): a record that was committed survives kill -9 and a
/// power cut, so its number is never given to another record.
pub(super) fn open(path: &Path, agent: &AgentId) -> Result<Connection, SpoolError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| SpoolError::Folder {
            path: folder.to_owned(),
            source,
        })?;
    }
    let at_open = |error| SpoolError::at_open(path, error);
    let mut connection = Connection::open(path).map_err(at_open)?;
    connection
        .busy_timeout(std::time::Duration::from_millis(500))
        .map_err(at_open)?;
    // One agent a spool: a second one is refused here and not when both number records.
    connection
        .pragma_update(None, "locking_mode", "EXCLUSIVE")
        .map_err(at_open)?;
    // Looking comes before touching: nothing below writes to a file that is not ours.
    let pragma = |connection: &Connection, name: &str| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(at_open)
    };
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(at_open)?;
    if tables > 0 && pragma(&connection, "application_id")? != APPLICATION {
        return Err(SpoolError::NotASpool {
            path: path.to_owned(),
        });
    }
    let found = pragma(&connection, "user_version")?;
    if found > FORMAT {
        return Err(SpoolError::Newer {
            path: path.to_owned(),
            found,
            known: FORMAT,
        });
    }
    configure(&connection).map_err(at_open)?;
    if tables == 0 {
        create(&mut connection, agent).map_err(at_open)?;
    }
    let owner: Option<String> = connection
        .query_row("SELECT agent FROM owner", [], |row| row.get(0))
        .optional()
        .map_err(at_open)?;
    if owner.as_deref() != Some(agent.as_str()) {
        return Err(SpoolError::OtherAgent {
            path: path.to_owned(),
            found: owner.unwrap_or_default(),
            wanted: agent.to_string(),
        });
    }
    connection.execute_batch(VISITS).map_err(at_open)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // Only settable on a new file; gives the space of deleted blocks back step by step.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_row| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    // Takes the lock now.
    connection.execute_batch("BEGIN IMMEDIATE; COMMIT;")
}

fn create(connection: &mut Connection, agent: &AgentId) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.execute("INSERT INTO owner (agent) VALUES (?1)", [agent.as_str()])?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

/// Moves a damaged spool out of the way under a new name, on the operator's word only. Returns the new name, or
/// `None` when there was no file.
///
/// # Errors
/// When it cannot be moved.
pub fn set_aside(data_dir: &Path, now: UnixTime) -> Result<Option<PathBuf>, SpoolError> {
    let path = path_in(data_dir);
    if !path.exists() {
        return Ok(None);
    }
    let name = |suffix: &str, n: u32| data_dir.join(format!("spool.db.set-aside-{}-{n}{suffix}", now.secs()));
    let free = (0..).find(|n| !name("", *n).exists()).unwrap_or(0);
    for suffix in ["-wal", "-shm", ""] {
        let from = data_dir.join(format!("spool.db{suffix}"));
        if from.exists() {
            std::fs::rename(&from, name(suffix, free))
                .map_err(|source| SpoolError::Folder { path: from, source })?;
        }
    }
    Ok(Some(name("", free)))
}
