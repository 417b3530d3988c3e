//! What a person has to put right before a command can do anything, in words of the catalogue.

use std::fmt::{self, Display};
use std::path::Path;

use ems_contract::diagnostic::Message;
use ems_contract::text::{Lang, fill};

/// Why a command does nothing; whoever tells the person knows the language.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) Message);

impl Refusal {
    /// A file that cannot be read.
    pub(super) fn unreadable(path: impl AsRef<Path>, why: impl Display) -> Self {
        Self(
            Message::new("agent.cli.unreadable")
                .with("path", path.as_ref().display())
                .with("why", why),
        )
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.render(Lang::En))
    }
}

impl std::error::Error for Refusal {}

/// The line that tells the person. What is no [`Refusal`] is the system's or a library's own words.
pub(super) fn line(error: &anyhow::Error, lang: Lang) -> String {
    let what = error
        .downcast_ref::<Refusal>()
        .map_or_else(|| format!("{error:#}"), |refusal| refusal.0.render(lang));
    fill(lang, "help.error", &[("what", &what)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_in_the_language_asked_for() {
        let error = anyhow::Error::from(Refusal::unreadable("trang.html", "không có"));
        assert_eq!(line(&error, Lang::Vi), "lỗi: không đọc được trang.html: không có");
        assert_eq!(line(&error, Lang::En), "error: cannot read trang.html: không có");
        let other = anyhow::anyhow!("no sockets").context("a runtime");
        assert_eq!(line(&other, Lang::Vi), "lỗi: a runtime: no sockets");
    }
}
