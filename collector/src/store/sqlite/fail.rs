//! From what SQLite says to what a person needs to hear.

use std::path::Path;

use ems_contract::diagnostic::Message;
use rusqlite::ErrorCode;

use crate::store::StoreError;

/// Trouble inside this room: SQLite's, or already worded.
#[derive(Debug)]
pub(super) enum Fail {
    Sql(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Fail {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fail {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fail {
    /// A stored value that this build cannot read.
    pub(super) fn unreadable(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Store(StoreError::Failed {
            action: "read a stored value",
            detail: format!("{what}: {error}"),
        })
    }

    /// The error for the caller.
    pub(super) fn into_error(self, action: &'static str, path: &Path) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sql(error) => worded(&error, action, path),
        }
    }
}

/// What SQLite says, in its own words.
fn says(error: &rusqlite::Error) -> Message {
    Message::new("service.store.sqlite").with("detail", error)
}

/// Words an error of SQLite.
pub(super) fn worded(error: &rusqlite::Error, action: &'static str, path: &Path) -> StoreError {
    let shown = path.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::DiskFull { path: shown },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { path: shown },
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Unusable {
            path: shown,
            detail: says(error),
            hint: Message::new("service.store.hint.damaged"),
        },
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StoreError::Unusable {
                path: shown,
                detail: says(error),
                hint: Message::new("service.store.hint.folder"),
            }
        }
        _ => StoreError::Failed {
            action,
            detail: error.to_string(),
        },
    }
}
