//! What can go wrong with the spool, and what the operator can do about it.

use std::path::{Path, PathBuf};

use ems_contract::text::{self, Lang};

/// Why the spool cannot be used or a call on it failed.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Another process holds the file.
    #[error("the spool {0} is locked by another process (a second agent, sqlite3 or a backup)", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged. It is left as it is.
    #[error("the spool {0} is damaged ({why}); it was left untouched", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// The file is a database of something else. It is left as it is.
    #[error("{0} is not a spool of ems-agent; it was left untouched", path.display())]
    NotASpool {
        /// The file.
        path: PathBuf,
    },
    /// A newer agent wrote the file. It is left as it is.
    #[error("the spool {0} has format {found}, this agent knows formats up to {known}; it was left untouched", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format this build knows.
        known: i64,
    },
    /// The spool belongs to another agent id.
    #[error("the spool {0} belongs to agent `{found}`, not to `{wanted}`", path.display())]
    OtherAgent {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Who opened it.
        wanted: String,
    },
    /// The folder cannot be made or the file cannot be moved.
    #[error("cannot use {0}: {source}", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database refused: disk full, read-only, damaged.
    #[error("the spool's database refused: {0}")]
    Database(#[from] rusqlite::Error),
    /// A record or block could not be written down or read back.
    #[error("the spool cannot encode or decode: {0}")]
    Codec(#[from] std::io::Error),
    /// More commands are waiting than the spool takes.
    #[error("the spool is busy")]
    Busy,
    /// The writer thread has ended.
    #[error("the spool is closed")]
    Closed,
}

impl SpoolError {
    /// What to tell the operator: what happened and what to do.
    #[must_use]
    pub fn advice(&self, lang: Lang) -> String {
        let show = |path: &Path| path.display().to_string();
        match self {
            Self::Locked { path } => text::fill(lang, "agent.spool.locked", &[("path", &show(path))]),
            Self::Corrupt { path, why } => text::fill(
                lang,
                "agent.spool.corrupt",
                &[("path", &show(path)), ("why", why)],
            ),
            Self::NotASpool { path } => text::fill(lang, "agent.spool.foreign", &[("path", &show(path))]),
            Self::Newer { path, found, known } => text::fill(
                lang,
                "agent.spool.newer",
                &[
                    ("path", &show(path)),
                    ("found", &found.to_string()),
                    ("known", &known.to_string()),
                ],
            ),
            Self::OtherAgent { path, found, wanted } => text::fill(
                lang,
                "agent.spool.other_agent",
                &[("path", &show(path)), ("found", found), ("wanted", wanted)],
            ),
            other => text::fill(lang, "agent.spool.failed", &[("why", &other.to_string())]),
        }
    }

    /// Sorts an error met while opening `path`.
    pub(super) fn at_open(path: &Path, error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt {
                path,
                why: error.to_string(),
            },
            _ => Self::Database(error),
        }
    }
}
