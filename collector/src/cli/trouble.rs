//! What is wrong with the store or with a file, in the words of the person at the command line.

use std::io;

use ems_contract::text::{Lang, fill, get};

use crate::store::StoreError;

/// The error in `lang`. What the system itself said stays in its own words.
#[must_use]
pub fn told(error: &StoreError, lang: Lang) -> String {
    match error {
        StoreError::Conflict { seq } => fill(lang, "service.store.conflict", &[("seq", &seq.to_string())]),
        StoreError::DiskFull { path } => fill(lang, "service.store.disk_full", &[("path", path)]),
        StoreError::Locked { path } => fill(lang, "service.store.locked", &[("path", path)]),
        StoreError::Unusable { path, detail, hint } => fill(
            lang,
            "service.store.unusable",
            &[("path", path), ("detail", detail), ("hint", hint)],
        ),
        StoreError::Failed { action, detail } => fill(
            lang,
            "service.store.failed",
            &[("action", action), ("detail", detail)],
        ),
    }
}

/// Why a file could not be read or written, in `lang`. What is rare stays in the system's own words.
#[must_use]
pub fn io_told(error: &io::Error, lang: Lang) -> String {
    use io::ErrorKind as Kind;
    let key = match error.kind() {
        Kind::NotFound => "service.io.not_found",
        Kind::PermissionDenied => "service.io.denied",
        Kind::StorageFull | Kind::QuotaExceeded => "service.io.full",
        Kind::AlreadyExists => "service.io.exists",
        Kind::IsADirectory => "service.io.is_directory",
        Kind::NotADirectory => "service.io.not_directory",
        Kind::ReadOnlyFilesystem => "service.io.read_only",
        Kind::InvalidData => "service.io.not_text",
        _ => return fill(lang, "service.io.other", &[("detail", &error.to_string())]),
    };
    get(lang, key).to_owned()
}
