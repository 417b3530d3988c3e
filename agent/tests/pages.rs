//! Pages in the manner of eight content management systems, and what must be read from them: `pages/<system>.yaml`.
//!
//! Each file holds the system's head and foot (menus, clocks, widgets, counters) once and its pages with the truth beside
//! each. A truth with `unknown_ok` may also be met by saying that nothing is known; a wrong date never may.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::collections::BTreeSet;
use std::path::Path;

use ems_agent::page::facts::{PageFacts, PageInput, Questions, examine};
use ems_agent::page::items::{Because, State};
use ems_agent::page::language::Language;
use ems_agent::page::sections::{FoundIn, Lexicon};
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;
use url::Url;

#[path = "pages/english.rs"]
mod english;

/// The pages of one system.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    /// What stands before the content; `{{title}}` and `{{head}}` are filled from the page.
    top: String,
    /// What stands after it.
    bottom: String,
    pages: Vec<Page>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    name: String,
    title: String,
    url: String,
    /// More elements of the head.
    #[serde(default)]
    head: String,
    /// The section asked for; the page's own list without it.
    section: Option<String>,
    #[serde(default = "fetched_at")]
    fetched_at: String,
    /// The text is decomposed before it is served.
    #[serde(default)]
    nfd: bool,
    /// The page stands without the system's head and foot.
    #[serde(default)]
    bare: bool,
    expect: Truth,
    html: String,
}

fn fetched_at() -> String {
    "2026-03-11T09:30:00+07:00".to_owned()
}

/// What is expected; what is absent is not asked. `none` says that there must be no date.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Truth {
    state: Vec<State>,
    because: Vec<Because>,
    newest: Option<String>,
    /// Why an answer without a date is accepted here.
    unknown_ok: Option<String>,
    issue: Option<String>,
    published: Option<String>,
    modified: Option<String>,
    language: Option<Language>,
    js_only: Option<bool>,
    /// The least number of items.
    items: Option<usize>,
    menu: Vec<String>,
    not_menu: Vec<String>,
}

fn day(found: Option<Date>) -> String {
    found.map_or_else(|| "none".to_owned(), |d| d.to_string())
}

fn one_of<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, wanted: &[T], misses: &mut Vec<String>) {
    if !wanted.is_empty() && !wanted.contains(found) {
        misses.push(format!("{what} {found:?}, not {wanted:?}"));
    }
}

/// Every point in which the facts are not the truth.
fn misses(facts: &PageFacts, truth: &Truth) -> Vec<String> {
    let mut misses = Vec::new();
    let section = &facts.section;
    one_of("state", &section.state, &truth.state, &mut misses);
    if let Some(because) = section.because {
        one_of("because", &because, &truth.because, &mut misses);
    } else if !truth.because.is_empty() {
        misses.push(format!("no reason, not {:?}", truth.because));
    }
    let mut date = |what: &str, found: Option<Date>, wanted: &Option<String>, or_none: bool| {
        let found = day(found);
        if wanted
            .as_ref()
            .is_some_and(|w| *w != found && !(or_none && found == "none"))
        {
            misses.push(format!(
                "{what} {found}, not {}",
                wanted.as_deref().unwrap_or_default()
            ));
        }
    };
    let or_none = truth.unknown_ok.is_some();
    date("newest", section.newest_item_date, &truth.newest, or_none);
    date("issue", section.newest_issue_date, &truth.issue, or_none);
    date("published", facts.published, &truth.published, or_none);
    date("modified", facts.modified, &truth.modified, or_none);
    if let Some(language) = truth.language {
        one_of("language", &facts.language, &[language], &mut misses);
    }
    if let Some(js_only) = truth.js_only {
        one_of("js_only", &facts.js_only, &[js_only], &mut misses);
    }
    if truth.items.is_some_and(|least| section.items.len() < least) {
        misses.push(format!("{} items", section.items.len()));
    }
    let menu: BTreeSet<&str> = facts
        .menu
        .iter()
        .filter(|l| !matches!(l.found_in, FoundIn::Block | FoundIn::Breadcrumb))
        .map(|l| l.section.as_str())
        .collect();
    for id in &truth.menu {
        if !menu.contains(id.as_str()) {
            misses.push(format!("{id} is not seen in the menu"));
        }
    }
    for id in &truth.not_menu {
        if menu.contains(id.as_str()) {
            misses.push(format!("{id} is seen in the menu"));
        }
    }
    misses
}

fn read(page: &Page, sheet: &Sheet, lexicon: &Lexicon) -> PageFacts {
    let body = if page.bare {
        page.html.clone()
    } else {
        format!("{}{}{}", sheet.top, page.html, sheet.bottom)
            .replace("{{title}}", &page.title)
            .replace("{{head}}", &page.head)
    };
    let body = if page.nfd { body.nfd().collect() } else { body };
    let input = PageInput {
        body: body.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        url: &Url::parse(&page.url).unwrap(),
        fetched_at: UnixTime::floor(page.fetched_at.parse().unwrap()),
    };
    let questions = Questions {
        lexicon,
        section: page.section.as_deref(),
        measurement: &[],
    };
    examine(&input, &questions)
}

fn check(system: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lexicon = std::fs::read_to_string(root.join("../regulations/sections.yaml")).unwrap();
    let lexicon = Lexicon::from_yaml(&lexicon).unwrap();
    let sheet = std::fs::read_to_string(root.join("tests/pages").join(format!("{system}.yaml"))).unwrap();
    let sheet: Sheet = serde_saphyr::from_str(&sheet).unwrap();
    let mut wrong = Vec::new();
    for page in &sheet.pages {
        let facts = read(page, &sheet, &lexicon);
        let found = misses(&facts, &page.expect);
        if !found.is_empty() {
            wrong.push(format!(
                "{system}: {}: {}\n    {:?} {:?} {:?}",
                page.name,
                found.join("; "),
                facts.section.because,
                facts.section.heading,
                facts
                    .section
                    .evidence
                    .as_ref()
                    .map(|e| (&e.text, &e.selector, e.role))
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} pages:\n{}",
        wrong.len(),
        sheet.pages.len(),
        wrong.join("\n")
    );
}

macro_rules! systems {
    ($($name:ident),+) => {$(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )+};
}

systems!(
    dnn, drupal, joomla, liferay, modern, sharepoint, vnpt, webforms, wordpress
);
