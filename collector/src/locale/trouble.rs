//! What the system says of files, in words.

use std::io;
use std::path::Path;

use ems_contract::diagnostic::{Message, io_words};
use ems_contract::text::Lang;

/// Why the system could not do it, in `lang`.
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
