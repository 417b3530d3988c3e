//! Putting a backup in the database's place. The backup is checked first; what was there before is kept beside it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ems_contract::diagnostic::{Message, io_words};
use rusqlite::{Connection, OpenFlags};

use super::backup::publish;
use super::fail::worded;
use super::open::{self, with_suffix};
use crate::store::StoreError;

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the database was before is kept, if there was one.
    pub kept_aside: Option<PathBuf>,
}

/// Puts a copy of `backup` in the place of `database`. A database that is there is refused unless `replace`; then it
/// is kept beside, with `.before-restore-<stamp>` behind its name. What agents delivered since the backup they are
/// asked for again (see [`crate::store::Receipt::resend_after`]).
///
/// # Errors
/// [`StoreError::Unusable`] when the backup is damaged, not ours or of a newer schema; [`StoreError::Locked`] while a
/// collector runs on the database. The database is then as it was.
pub fn restore(backup: &Path, database: &Path, replace: bool, stamp: &str) -> Result<Restored, StoreError> {
    check(backup)?;
    let _lock = open::lock(database)?;
    let failed = |what: &Path| {
        let what = what.display().to_string();
        move |error: io::Error| StoreError::Failed {
            action: "restore",
            detail: format!("{what}: {error}"),
        }
    };
    let exists = database.exists();
    if exists && !replace {
        return Err(StoreError::Exists {
            path: database.display().to_string(),
            hint: Message::new("service.store.hint.replace"),
        });
    }
    // The copy is complete and synced before anything is moved.
    let half = with_suffix(database, ".part");
    std::fs::copy(backup, &half).map_err(failed(&half))?;
    let kept_aside = if exists {
        Some(set_aside(database, stamp).map_err(failed(database))?)
    } else {
        None
    };
    publish(&half, database).map_err(failed(database))?;
    Ok(Restored { kept_aside })
}

/// Whether a file is a whole database of ours.
fn check(backup: &Path) -> Result<(), StoreError> {
    let unusable = |detail| StoreError::Unusable {
        path: backup.display().to_string(),
        detail,
        hint: Message::new("service.store.hint.backup"),
    };
    let length = std::fs::metadata(backup)
        .map_err(|error| unusable(io_words(&error)))?
        .len();
    if length == 0 {
        return Err(unusable(Message::new("service.store.empty")));
    }
    open::identify(backup)?;
    let wrong = |error: rusqlite::Error| worded(&error, "check the backup", backup);
    let conn = Connection::open_with_flags(backup, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(wrong)?;
    let verdict: String = conn
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(wrong)?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(unusable(
            Message::new("service.store.sqlite").with("detail", verdict),
        ))
    }
}

/// Gives the old database, and its write-ahead log if a crash left one, another name.
fn set_aside(database: &Path, stamp: &str) -> io::Result<PathBuf> {
    let aside = with_suffix(database, &format!(".before-restore-{stamp}"));
    if aside.exists() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("{} is there already", aside.display()),
        ));
    }
    // The log first: under the name of the restored database it would be played into that.
    for suffix in ["-wal", "-shm"] {
        let log = with_suffix(database, suffix);
        if log.exists() {
            std::fs::rename(&log, with_suffix(&aside, suffix))?;
        }
    }
    std::fs::rename(database, &aside)?;
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(aside)
}
