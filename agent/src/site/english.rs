//! The English side: the first entry that answers, the pages behind it, and what they come to.

use std::sync::Arc;

use ems_contract::facts::page::{EnglishFacts, EnglishMissing, EnglishVerdict, EvidenceRef};
use jiff::civil::Date;
use url::Url;

use super::fetcher::{Fetched, Miss};
use super::pairs::pairs;
use super::plan::wire;
use super::reader::{Home, Page};
use super::visit::Trip;
use crate::net::fault::Fault;
use crate::page::article::{ArticleDates, Source};
use crate::page::english::EntryBy;
use crate::page::language::Language;

/// Items of the entry page that are followed, to see whether they are English too.
const ITEMS: usize = 3;
/// Pages visited behind the entry.
const MAX_PAGES: usize = 16;

/// What was found out about the English side.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) facts: EnglishFacts,
    pub(super) pages: Vec<Page>,
}

fn nothing(verdict: EnglishVerdict, missing: Vec<EnglishMissing>) -> EnglishFacts {
    EnglishFacts {
        verdict,
        missing,
        entry: None,
        found_by: None,
        language: None,
        confidence: None,
        copy_of_vietnamese: false,
        words: None,
        organisation: None,
        organisation_words: None,
        contacts: None,
        officials: 0,
        newest: None,
        evidence: None,
    }
}

/// Looks for the English side and judges it.
pub(super) async fn look(trip: &Trip<'_>, home: &Home) -> Side {
    let mut unknown = false;
    let mut copy = false;
    let mut best: Option<Side> = None;
    for entry in &home.entries {
        let Ok(url) = Url::parse(&entry.url) else { continue };
        if url == trip.home_url {
            continue;
        }
        let fetched = match trip.fetcher.page(&url).await {
            Ok(fetched) => fetched,
            Err(Miss::Fault(Fault::Portal { .. })) => continue,
            Err(Miss::Fault(Fault::Own(_)) | Miss::Robots | Miss::Budget) => {
                unknown = true;
                continue;
            }
        };
        if matches!(fetched.status, 401 | 403 | 429 | 503) {
            unknown = true;
            continue;
        }
        if fetched.status != 200 {
            continue;
        }
        let Some(page) = trip.read(&fetched, None).await else {
            unknown = true;
            continue;
        };
        if page.url == trip.home_url || page.words == home.page.words {
            copy = true;
            continue;
        }
        if trip.is_nowhere(&url, &page) {
            continue;
        }
        let mut side = side(trip, &fetched, page).await;
        side.facts.found_by = Some(found_by(entry.by).to_owned());
        // A later entry may be the true one: `/en` may hold English menus around Vietnamese text.
        let good = matches!(
            side.facts.verdict,
            EnglishVerdict::Pass | EnglishVerdict::MissingItems
        );
        if good {
            return side;
        }
        best.get_or_insert(side);
    }
    if let Some(side) = best {
        return side;
    }
    let facts = if unknown || home.page.facts.js_only {
        nothing(EnglishVerdict::Unknown, Vec::new())
    } else {
        let mut facts = nothing(EnglishVerdict::Absent, vec![EnglishMissing::EnPage]);
        facts.copy_of_vietnamese = copy;
        facts
    };
    Side {
        facts,
        pages: Vec::new(),
    }
}

const fn found_by(by: EntryBy) -> &'static str {
    match by {
        EntryBy::Configured => "configured",
        EntryBy::Hreflang => "hreflang",
        EntryBy::Switch => "link",
        EntryBy::Path => "path",
    }
}

/// The day on which a page behind the entry was posted. Most of them are no articles: a day of today beside the title is a
/// clock as likely as not, unless the page calls it its date.
fn posted(dates: &ArticleDates, today: Date) -> Option<Date> {
    let posting = dates.posting(today)?;
    (posting.day < today || posting.source < Source::Time).then_some(posting.day)
}

async fn side(trip: &Trip<'_>, entry: &Arc<Fetched>, page: Page) -> Side {
    let links = {
        let (reader, entry) = (Arc::clone(&trip.reader), Arc::clone(entry));
        tokio::task::spawn_blocking(move || reader.english_links(&entry, ITEMS))
            .await
            .unwrap_or_default()
    };
    let fetched = pairs(links.into_iter().take(MAX_PAGES).collect(), async |url: Url| {
        trip.fetcher.page(&url).await.ok()
    })
    .await;
    let fetched: Vec<Arc<Fetched>> = fetched.into_iter().flatten().collect();
    let judged = {
        let (reader, entry, behind) = (Arc::clone(&trip.reader), Arc::clone(entry), fetched.clone());
        tokio::task::spawn_blocking(move || reader.english(&entry, &behind)).await
    };
    let Ok((judged, organisation_words)) = judged else {
        return Side {
            facts: nothing(EnglishVerdict::Unknown, Vec::new()),
            pages: vec![page],
        };
    };
    let mut pages = vec![page];
    for fetched in &fetched {
        pages.extend(trip.read(fetched, None).await);
    }
    let first = &pages[0];
    let today = trip.settings.now.zoned().date();
    let newest = pages
        .iter()
        .filter(|page| page.facts.language != Language::Vi)
        .filter_map(|page| {
            let facts = &page.facts;
            facts
                .section
                .newest_item_date
                .or_else(|| posted(&facts.dates, today))
        })
        .max();
    let verdict = match judged.verdict {
        crate::page::english::Verdict::Pass => EnglishVerdict::Pass,
        crate::page::english::Verdict::MissingItems => EnglishVerdict::MissingItems,
        crate::page::english::Verdict::NotEnglish => EnglishVerdict::NotEnglish,
        // An empty shell that scripts fill says nothing.
        crate::page::english::Verdict::Empty if first.facts.js_only => EnglishVerdict::Unknown,
        crate::page::english::Verdict::Empty => EnglishVerdict::Empty,
        crate::page::english::Verdict::Absent => EnglishVerdict::Absent,
    };
    let facts = EnglishFacts {
        missing: judged.missing.into_iter().map(wire::missing).collect(),
        entry: judged.entry,
        language: Some(wire::language(judged.language)),
        confidence: wire::confidence(&first.facts.language_facts),
        words: Some(judged.words),
        organisation: judged.organisation,
        organisation_words,
        contacts: judged.contacts,
        officials: judged
            .officials
            .map_or(0, |officials| u8::try_from(officials.persons).unwrap_or(u8::MAX)),
        newest,
        evidence: Some(EvidenceRef {
            text: Some(first.facts.title.clone()),
            url: Some(first.url.to_string()),
            ..EvidenceRef::default()
        }),
        ..nothing(verdict, Vec::new())
    };
    Side { facts, pages }
}
