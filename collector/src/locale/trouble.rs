//! What the system says of files, in words.

use std::io;

use ems_contract::text::{Lang, fill, get};

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
