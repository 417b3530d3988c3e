//! What the system says of files, in words.

use std::io;
use std::path::Path;

use ems_contract::diagnostic::Message;
use ems_contract::text::Lang;

/// Why a file could not be read or written. What is rare stays in the system's own words.
#[must_use]
pub fn io_words(error: &io::Error) -> Message {
    use io::ErrorKind as Kind;
    Message::new(match error.kind() {
        Kind::NotFound => "service.io.not_found",
        Kind::PermissionDenied => "service.io.denied",
        Kind::StorageFull | Kind::QuotaExceeded => "service.io.full",
        Kind::AlreadyExists => "service.io.exists",
        Kind::IsADirectory => "service.io.is_directory",
        Kind::NotADirectory => "service.io.not_directory",
        Kind::ReadOnlyFilesystem => "service.io.read_only",
        Kind::InvalidData => "service.io.not_text",
        _ => return Message::new("service.io.other").with("detail", error),
    })
}

/// The same in `lang`.
#[must_use]
pub fn io_told(error: &io::Error, lang: Lang) -> String {
    io_words(error).render(lang)
}

/// A file that was to be read, and why it could not be.
#[must_use]
pub fn unreadable(path: &Path, error: &io::Error) -> Message {
    Message::new("service.unreadable")
        .with("path", path.display())
        .with_text("detail", io_words(error))
}
