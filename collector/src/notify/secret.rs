//! Secrets of channels: read from files or the environment, never shown.

use std::fmt;
use std::path::PathBuf;

use ems_contract::diagnostic::Message;

use crate::locale::unreadable;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// In a file, on one line.
    File(PathBuf),
    /// In an environment variable.
    Environment(String),
}

/// A secret; it cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, for the receiver only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl SecretSource {
    /// Reads it.
    ///
    /// # Errors
    /// In words, without the secret: when it is not there, or empty.
    pub fn read(&self) -> Result<Secret, Message> {
        let (place, text) = match self {
            Self::File(path) => (
                path.display().to_string(),
                std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?,
            ),
            Self::Environment(name) => (format!("${name}"), environment(name)?),
        };
        match text.trim() {
            "" => Err(Message::new("notify.setup.empty").with("place", place)),
            secret => Ok(Secret(secret.to_owned())),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "which variable holds a secret stands in ems.yaml; it is read once, when channels are set up"
)]
fn environment(name: &str) -> Result<String, Message> {
    std::env::var(name).map_err(|_absent| Message::new("notify.setup.environment").with("name", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_trimmed_and_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        std::fs::write(&path, "hush\n").unwrap();
        let secret = SecretSource::File(path.clone()).read().unwrap();
        assert_eq!(secret.reveal(), "hush");
        assert_eq!(format!("{secret:?}"), "***");
        std::fs::write(&path, " \n").unwrap();
        assert!(SecretSource::File(path).read().is_err());
        let absent = SecretSource::Environment("EMS_NO_SUCH_VARIABLE".into());
        let said = absent.read().unwrap_err().render(ems_contract::text::Lang::Vi);
        assert!(said.contains("biến môi trường EMS_NO_SUCH_VARIABLE"), "{said}");
    }
}
