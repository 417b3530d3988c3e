//! What is wrong with the store, in the words of the person at the command line.

use ems_contract::text::{Lang, fill};

use crate::store::StoreError;

/// The error in `lang`. What the system itself said stays in its own words.
#[must_use]
pub fn told(error: &StoreError, lang: Lang) -> String {
    match error {
        StoreError::Conflict { seq } => fill(lang, "service.store.conflict", &[("seq", &seq.to_string())]),
        StoreError::DiskFull { path } => fill(lang, "service.store.disk_full", &[("path", path)]),
        StoreError::Locked { path } => fill(lang, "service.store.locked", &[("path", path)]),
        StoreError::Missing { path } => fill(lang, "service.store.missing", &[("path", path)]),
        StoreError::Older { path, found, reads } => {
            let (found, reads) = (found.to_string(), reads.to_string());
            let values = [("path", path.as_str()), ("found", &found), ("reads", &reads)];
            fill(lang, "service.store.older", &values)
        }
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
