//! The facts of a page for people.

use std::io::{self, Write};

use ems_contract::text::{Lang, fill, get};
use jiff::civil::Date;

use super::Answer;
use crate::page::features::FeatureFacts;
use crate::page::items::{Because, SectionFacts, State};

/// Items printed of a list.
const ITEMS: usize = 10;

/// Prints everything a person asks of a page.
pub(super) fn print(answer: &Answer, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let facts = &answer.reading.facts;
    let line = |out: &mut dyn Write, key: &str, values: &[(&str, &str)]| {
        writeln!(out, "  {}", fill(lang, key, values))
    };
    writeln!(out, "{}", facts.url)?;
    line(out, "page.title", &[("title", &facts.title)])?;
    let kind = get(lang, &format!("probe.page.{}", answer.reading.page_kind)).to_owned();
    line(out, "page.kind", &[("kind", &kind)])?;
    for (key, dated) in [
        ("page.published", &facts.dates.published),
        ("page.modified", &facts.dates.modified),
    ] {
        match dated {
            Some(dated) => line(
                out,
                key,
                &[
                    ("day", &day(dated.day, lang)),
                    ("text", &dated.text),
                    ("selector", &dated.selector),
                ],
            )?,
            None => line(out, &format!("{key}.none"), &[])?,
        }
    }
    let language = serde_json::to_value(facts.language).unwrap_or_default();
    let language = format!("page.language.{}", language.as_str().unwrap_or("none"));
    line(out, "page.language", &[("language", get(lang, &language))])?;
    writeln!(out)?;
    menu(answer, lang, out)?;
    writeln!(out)?;
    section(&facts.section, lang, out)?;
    writeln!(out)?;
    functions(&facts.features, lang, out)?;
    let links = facts.links.total.to_string();
    let outward = facts
        .links
        .links
        .iter()
        .filter(|link| !link.internal)
        .count()
        .to_string();
    line(out, "page.links", &[("total", &links), ("outward", &outward)])
}

/// A day as the language writes it.
pub(in crate::cli) fn day(day: Date, lang: Lang) -> String {
    match lang {
        Lang::Vi => day.strftime("%d/%m/%Y").to_string(),
        Lang::En => day.to_string(),
    }
}

fn menu(answer: &Answer, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let facts = &answer.reading.facts;
    let key = if facts.js_only {
        "page.menu.js_only"
    } else {
        "page.menu"
    };
    writeln!(out, "  {}", get(lang, key))?;
    let mut seen: Vec<&str> = Vec::new();
    for link in &facts.menu {
        if seen.contains(&link.section.as_str()) {
            continue;
        }
        seen.push(&link.section);
        writeln!(
            out,
            "    {} [{}] {:.1}  {}",
            link.label,
            link.section,
            link.score,
            link.url.as_deref().unwrap_or("–")
        )?;
    }
    Ok(())
}

/// A section's state as a sentence.
pub(in crate::cli) fn state(state: State, because: Option<Because>, lang: Lang) -> String {
    let name = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let state = name(serde_json::to_value(state).unwrap_or_default());
    let mut text = get(lang, &format!("page.state.{state}")).to_owned();
    if let Some(because) = because {
        let because = name(serde_json::to_value(because).unwrap_or_default());
        text = format!("{text}: {}", get(lang, &format!("page.because.{because}")));
    }
    text
}

fn section(facts: &SectionFacts, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let name = facts
        .id
        .as_deref()
        .unwrap_or_else(|| get(lang, "page.section.own"));
    let told = state(facts.state, facts.because, lang);
    writeln!(
        out,
        "  {}",
        fill(lang, "page.section", &[("name", name), ("state", &told)])
    )?;
    if let (Some(newest), Some(evidence)) = (facts.newest_item_date, &facts.evidence) {
        let values = [
            ("day", &*day(newest, lang)),
            ("title", &evidence.title),
            ("text", &evidence.text),
            ("selector", &evidence.selector),
        ];
        writeln!(out, "    {}", fill(lang, "page.newest", &values))?;
    }
    if let Some(issued) = facts.newest_issue_date {
        writeln!(
            out,
            "    {}",
            fill(lang, "page.issued", &[("day", &day(issued, lang))])
        )?;
    }
    for item in facts.items.iter().take(ITEMS) {
        let date = item
            .shown
            .or(item.issued)
            .map_or_else(|| "–".to_owned(), |d| day(d, lang));
        writeln!(out, "    {date:>10}  {}", item.title)?;
    }
    if let Some(more) = facts.items.len().checked_sub(ITEMS).filter(|more| *more > 0) {
        writeln!(
            out,
            "    {}",
            fill(lang, "page.more", &[("count", &more.to_string())])
        )?;
    }
    Ok(())
}

fn functions(facts: &FeatureFacts, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", get(lang, "page.functions"))?;
    let (forms, outward, contact) = (&facts.forms, &facts.outward, &facts.contact);
    let rows = [
        ("search", forms.search.is_some()),
        ("document_search", forms.document_search.is_some()),
        ("question", forms.question.is_some()),
        ("feedback", forms.feedback.is_some()),
        ("rating", forms.rating.is_some()),
        ("print", outward.print.is_some()),
        ("save", outward.save.is_some()),
        ("feeds", !outward.feeds.is_empty()),
        ("sitemap", outward.sitemap.is_some()),
        ("social", !outward.social.is_empty()),
        ("public_services", !outward.public_services.is_empty()),
        ("government", outward.government.is_some()),
        ("viewport", facts.layout.viewport.is_some()),
        ("address", contact.address.is_some()),
        ("phone", contact.phone.is_some()),
        ("email", contact.email.is_some()),
        ("responsible", contact.responsible.is_some()),
    ];
    for (name, there) in rows {
        let mark = get(lang, if there { "page.there" } else { "page.not_there" });
        writeln!(out, "    {}: {mark}", get(lang, &format!("page.function.{name}")))?;
    }
    Ok(())
}
