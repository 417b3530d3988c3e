//! A visit for people.

use std::io::{self, Write};

use ems_contract::facts::BadLink;
use ems_contract::facts::page::{EnglishMissing, Measure, SectionFacts, SectionState};
use ems_contract::text::{Lang, fill, get};

use crate::cli::page::day;
use crate::site::{Settings, Visited};

/// Bad links printed of each kind.
const LINKS: usize = 15;

/// Prints what a visit found.
pub(super) fn print(
    settings: &Settings,
    visited: &Visited,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<()> {
    let line = |out: &mut dyn Write, key: &str, values: &[(&str, &str)]| {
        writeln!(out, "  {}", fill(lang, key, values))
    };
    writeln!(out, "{}", settings.home)?;
    if let Some(fault) = visited.fault {
        let key = format!("cause.{fault}");
        let why = ems_contract::text::lookup(lang, &key).unwrap_or("");
        return line(
            out,
            "site.unreachable",
            &[("cause", why), ("name", &fault.to_string())],
        );
    }
    let page = &visited.page;
    if let Some(title) = &page.title {
        line(out, "page.title", &[("title", title)])?;
    }
    let read = visited.pages_read.to_string();
    line(out, "site.read", &[("count", &read)])?;
    if page.js_only {
        writeln!(out, "  {}", get(lang, "page.menu.js_only"))?;
    }
    writeln!(out)?;
    writeln!(out, "  {}", get(lang, "site.sections"))?;
    for section in &page.sections {
        writeln!(out, "    {}", one_section(section, lang))?;
    }
    writeln!(out)?;
    if let Some(english) = &page.english {
        let word =
            |missing: &EnglishMissing| get(lang, &format!("site.missing.{}", missing.as_str())).to_owned();
        let missing: Vec<String> = english.missing.iter().map(word).collect();
        let verdict = get(lang, &format!("site.english.{}", english.verdict.as_str())).to_owned();
        let entry = english.entry.as_deref().unwrap_or("–");
        line(out, "site.english", &[("verdict", &verdict), ("entry", entry)])?;
        if !missing.is_empty() {
            line(out, "site.missing", &[("list", &missing.join(", "))])?;
        }
        writeln!(out)?;
    }
    writeln!(out, "  {}", get(lang, "site.features"))?;
    for (check, measure) in &page.checks {
        writeln!(out, "    {check}: {}", one_measure(measure, lang))?;
    }
    writeln!(out)?;
    let links = &visited.links;
    let (checked, found) = (links.checked.to_string(), links.found.to_string());
    line(out, "site.links", &[("checked", &checked), ("found", &found)])?;
    for (key, list) in [
        ("site.links.dead", &links.dead),
        ("site.links.soft404", &links.soft404),
        ("site.links.hijacked", &links.hijacked),
        ("site.links.chains", &links.chains),
    ] {
        if !list.is_empty() {
            line(out, key, &[("count", &list.len().to_string())])?;
        }
        for link in list.iter().take(LINKS) {
            writeln!(out, "    {}", one_link(link, lang))?;
        }
    }
    Ok(())
}

fn one_section(section: &SectionFacts, lang: Lang) -> String {
    let label = section.label.as_deref().unwrap_or("–");
    let state = get(lang, &format!("site.state.{}", section.state.as_str())).to_owned();
    let mut text = format!("{} ({label}): {state}", section.id);
    if let Some(because) = section.because {
        let because = because.as_str();
        let key = format!("site.because.{because}");
        let known = ems_contract::text::lookup(lang, &key)
            .or_else(|| ems_contract::text::lookup(lang, &format!("page.because.{because}")));
        text = format!("{text}: {}", known.unwrap_or(because));
    }
    if let Some(newest) = &section.newest {
        text = format!(
            "{text}; {}",
            fill(lang, "site.newest", &[("day", &day(newest.day, lang))])
        );
    }
    if section.found && !section.filled && section.state != SectionState::NotRead {
        text = format!("{text} ({})", get(lang, "site.not_filled"));
    }
    text
}

fn one_measure(measure: &Measure, lang: Lang) -> String {
    let mut parts = Vec::new();
    if measure.blocked {
        parts.push(get(lang, "site.blocked").to_owned());
    }
    if let Some(found) = measure.found {
        parts.push(get(lang, if found { "page.there" } else { "page.not_there" }).to_owned());
    }
    if let Some(fields) = &measure.fields {
        parts.push(format!("[{}]", fields.join(", ")));
    }
    if let (Some(good), Some(of)) = (measure.good, measure.of) {
        parts.push(format!("{good}/{of}"));
    }
    if let Some(value) = measure.value {
        parts.push(value.to_string());
    }
    parts.extend(measure.note.clone());
    parts.join("; ")
}

fn one_link(link: &BadLink, lang: Lang) -> String {
    let why = link
        .cause
        .map(|cause| get(lang, &cause.text_key()).to_owned())
        .or_else(|| link.status.map(|status| status.to_string()))
        .unwrap_or_default();
    let sure = get(
        lang,
        if link.confirmed {
            "site.confirmed"
        } else {
            "site.once"
        },
    );
    format!(
        "{}  {why} ({sure}; {})",
        link.url,
        link.on.as_deref().unwrap_or("–")
    )
}
