//! What stands around every page.

use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use crate::context::Loaded;
use crate::locale;
use crate::store::DemoMark;

/// How a page is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The language.
    pub lang: Lang,
    /// The present.
    pub now: UnixTime,
    /// The path of the page, without its query.
    pub path: &'a str,
}

/// Frame of a page.
#[derive(Debug, Serialize)]
pub struct Shell {
    lang: &'static str,
    /// Appended to every link: empty in Vietnamese, `?lang=en` in English.
    query: &'static str,
    other_href: String,
    title: String,
    page: &'static str,
    now: String,
    version: &'static str,
    refusal: Option<Refused>,
    /// What is shown was made up.
    demo: Option<String>,
}

/// A reload of the inventory that was refused.
#[derive(Debug, Serialize)]
struct Refused {
    sentence: String,
    messages: Vec<String>,
    more: Option<String>,
}

/// The most messages of a refused reload that a page shows.
const MESSAGES: usize = 20;

/// The frame of page `page` (its name in the navigation) with this title, marked when the data are made up.
#[must_use]
pub fn shell(
    look: Look<'_>,
    page: &'static str,
    title: &str,
    loaded: &Loaded,
    demo: Option<DemoMark>,
) -> Shell {
    let Look { lang, now, path } = look;
    let refusal = loaded.refused.as_ref().map(|refusal| {
        let hidden = refusal.diagnostics.len().saturating_sub(MESSAGES);
        Refused {
            sentence: fill(
                lang,
                "console.refused",
                &[
                    ("at", &locale::instant(refusal.at, lang)),
                    ("since", &locale::instant(loaded.since, lang)),
                ],
            ),
            messages: refusal
                .diagnostics
                .iter()
                .take(MESSAGES)
                .map(|diagnostic| diagnostic.render(lang))
                .collect(),
            more: (hidden > 0).then(|| fill(lang, "console.refused.more", &[("count", &hidden.to_string())])),
        }
    });
    Shell {
        lang: lang.as_str(),
        query: match lang {
            Lang::Vi => "",
            Lang::En => "?lang=en",
        },
        other_href: match lang {
            Lang::Vi => format!("{path}?lang=en"),
            Lang::En => path.to_owned(),
        },
        title: format!("{title} – {}", get(lang, "console.name")),
        page,
        now: locale::instant(now, lang),
        version: env!("CARGO_PKG_VERSION"),
        refusal,
        demo: demo.map(|mark| {
            let at = locale::instant(mark.made_at, lang);
            fill(lang, "console.demo", &[("at", &at)])
        }),
    }
}
