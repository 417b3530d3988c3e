//! A page as the commands and probes read it: what it is at all, and its facts held against that.

use ems_contract::facts::PageKind;
use serde::{Deserialize, Serialize};

use super::facts::{PageFacts, PageInput, Questions, examine};
use super::items::{Because, State};
use super::kind::scan;

/// A page with its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What the page is, by its bytes.
    pub page_kind: PageKind,
    /// Everything else.
    #[serde(flatten)]
    pub facts: PageFacts,
}

/// Reads a page. What is not the portal's own page (a block page, an error text, a maintenance notice) says nothing about
/// a section: what it lacks is unknown and not missing.
#[must_use]
pub fn read(input: &PageInput<'_>, questions: &Questions<'_>) -> Reading {
    let scanned = scan(input.body);
    let mut facts = examine(input, questions);
    let unknown = match scanned.kind {
        PageKind::Portal => None,
        PageKind::EmptyShell => scanned.scripted.then_some(Because::JsOnly),
        // `Không tìm thấy` is what an empty section says, too.
        PageKind::Error if facts.section.state == State::Empty => None,
        _ => Some(Because::NotThePortal),
    };
    if facts.section.state != State::Listed && unknown.is_some() {
        facts.section.state = State::Undated;
        facts.section.because = unknown;
    }
    Reading {
        page_kind: scanned.kind,
        facts,
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::time::UnixTime;
    use url::Url;

    use super::*;
    use crate::page::sections::Lexicon;

    fn state(body: &str) -> (PageKind, State, Option<Because>) {
        let lexicon = Lexicon::embedded();
        let url = Url::parse("https://xa.example/tin-tuc").unwrap();
        let input = PageInput {
            body: body.as_bytes(),
            content_type: Some("text/html; charset=utf-8"),
            url: &url,
            fetched_at: UnixTime::from_secs(1_793_927_700),
        };
        let questions = Questions {
            lexicon: &lexicon,
            section: Some("tin-tuc"),
            measurement: &[],
        };
        let reading = read(&input, &questions);
        (
            reading.page_kind,
            reading.facts.section.state,
            reading.facts.section.because,
        )
    }

    #[test]
    fn a_page_that_is_not_the_portals_accuses_nobody() {
        for page in [
            "<title>Attention Required! | Cloudflare</title><p>Please enable cookies. Checking your browser before accessing</p>",
            "<title>Bảo trì</title><p>Hệ thống đang bảo trì, vui lòng quay lại sau</p>",
            "",
        ] {
            let (kind, state, because) = state(page);
            assert_ne!(kind, PageKind::Portal, "{page}");
            assert_eq!(
                (state, because),
                (State::Undated, Some(Because::NotThePortal)),
                "{page}"
            );
        }
    }

    #[test]
    fn a_shell_for_scripts_is_unknown() {
        let (_, state, because) =
            state("<html><body><div id=root></div><script src=/app.js></script></body></html>");
        assert_eq!((state, because), (State::Undated, Some(Because::JsOnly)));
    }
}
