//! A consistent copy of the database while it is in use.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use ems_contract::diagnostic::Message;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::fail::worded;
use super::open::{self, with_suffix};
use crate::store::StoreError;

/// Pages copied at a time.
const STEP: i32 = 4_096;

/// Copies the database at `source` to `target`, which must not exist. The copy is written beside the target, synced,
/// and only then given its name: a half copy never stands under it.
pub(super) fn make(source: &Path, target: &Path) -> Result<(), StoreError> {
    let failed = |error: &io::Error| StoreError::Failed {
        action: "make a backup",
        detail: format!("{}: {error}", target.display()),
    };
    if target.exists() {
        return Err(StoreError::Exists {
            path: target.display().to_string(),
            hint: Message::new("service.store.hint.new_file"),
        });
    }
    let half = with_suffix(target, ".part");
    // Left over from a copy that was cut off.
    remove(&half).map_err(|error| failed(&error))?;
    let copied = copy(source, &half).and_then(|()| publish(&half, target).map_err(|error| failed(&error)));
    if copied.is_err() {
        drop(remove(&half));
    }
    copied
}

fn copy(source: &Path, half: &Path) -> Result<(), StoreError> {
    let from = open::reader(source).map_err(|error| worded(&error, "open for reading", source))?;
    // One read transaction holds one state of the database for the whole copy, whatever is written meanwhile.
    from.execute_batch("BEGIN; SELECT count(*) FROM counter;")
        .map_err(|error| worded(&error, "make a backup", source))?;
    let wrong = |error: rusqlite::Error| worded(&error, "make a backup", half);
    let mut to = Connection::open(half).map_err(wrong)?;
    {
        let backup = Backup::new(&from, &mut to).map_err(wrong)?;
        while backup.step(STEP).map_err(wrong)? != StepResult::Done {}
    }
    // A copy is one file: no write-ahead log beside it.
    to.pragma_update(None, "journal_mode", "DELETE").map_err(wrong)?;
    to.close().map_err(|(_conn, error)| wrong(error))?;
    Ok(())
}

/// Syncs a finished file and gives it its name.
pub(super) fn publish(half: &Path, target: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(half)?.sync_all()?;
    std::fs::rename(half, target)?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
