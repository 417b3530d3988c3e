//! English sides of portals: `english.yaml`.

use std::path::Path;

use ems_agent::page::decode::decode;
use ems_agent::page::document::Document;
use ems_agent::page::english::{Missing, Verdict, Visited, judge};
use ems_agent::page::language::Language;
use ems_contract::time::UnixTime;
use serde::Deserialize;
use url::Url;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    top: String,
    bottom: String,
    sites: Vec<Site>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Site {
    name: String,
    /// The entry first.
    pages: Vec<Page>,
    expect: Truth,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    url: String,
    title: String,
    #[serde(default = "success")]
    status: u16,
    html: String,
}

const fn success() -> u16 {
    200
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    verdict: Verdict,
    /// The whole list; not asked where it is absent.
    missing: Option<Vec<Missing>>,
    language: Option<Language>,
}

#[test]
fn english_sides() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages/english.yaml");
    let sheet: Sheet = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let base = Url::parse("https://sct.binhminh.example/").unwrap();
    let mut wrong = Vec::new();
    for site in &sheet.sites {
        let texts: Vec<String> = site
            .pages
            .iter()
            .map(|page| {
                let body =
                    format!("{}{}{}", sheet.top, page.html, sheet.bottom).replace("{{title}}", &page.title);
                decode(body.as_bytes(), Some("text/html; charset=utf-8")).text
            })
            .collect();
        let mut visited: Vec<Visited<'_>> = site
            .pages
            .iter()
            .zip(&texts)
            .map(|(page, text)| {
                let url = base.join(&page.url).unwrap();
                let at = UnixTime::floor("2026-03-11T09:30:00+07:00".parse().unwrap());
                Visited::new(page.status, Document::new(text, &url, at))
            })
            .collect();
        let entry = visited.remove(0);
        let facts = judge(Some(&entry), &visited);
        let truth = &site.expect;
        let same = facts.verdict == truth.verdict
            && truth.missing.as_ref().is_none_or(|m| *m == facts.missing)
            && truth.language.is_none_or(|l| l == facts.language);
        if !same {
            wrong.push(format!("{}: {truth:?}, read {facts:?}", site.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} sites:\n{}",
        wrong.len(),
        sheet.sites.len(),
        wrong.join("\n")
    );
}
