//! Whether links lead somewhere: asked politely, the due ones first, dead only when a day later they still are.

use std::sync::Arc;

use ems_contract::facts::{BadLink, LinksFacts};
use url::Url;

use super::fetcher::Fetched;
use super::pairs::pairs;
use super::plan::answer::{Fate, Heard, cause, fate};
use super::plan::frontier::Frontier;
use super::plan::memory::Memory;
use super::reader::Page;
use super::visit::{Step, Trip};
use crate::net::fault::Fault;
use crate::page::kind;

/// Pages taken from the frontier at a time.
const AT_ONCE: usize = 8;

/// A link that was found on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The address.
    pub url: String,
    /// Its words.
    pub text: String,
    /// The page that has it.
    pub on: String,
    /// It leads out of the portal.
    pub external: bool,
}

/// Reads further pages of the portal, for the links on them; whether the budget ended before the pages did.
pub(super) async fn crawl(trip: &Trip<'_>, read: &[&Page]) -> (Vec<Page>, bool) {
    let mut frontier = Frontier::new(trip.settings.crawl);
    for page in read {
        frontier.known(&page.url);
    }
    for page in read {
        frontier.offer_links(&page.facts.links.links, 0);
    }
    let mut further = Vec::new();
    loop {
        let batch: Vec<(Url, u8)> = std::iter::from_fn(|| frontier.take()).take(AT_ONCE).collect();
        if batch.is_empty() {
            return (further, frontier.capped);
        }
        let pages = pairs(batch, async |(url, depth): (Url, u8)| {
            let fetched = trip
                .fetcher
                .page(&url)
                .await
                .ok()
                .filter(|page| page.status == 200)?;
            let own = fetched.url.host_str() == trip.home_url.host_str();
            let page = if own {
                trip.read(&fetched, None).await?
            } else {
                return None;
            };
            (!trip.is_nowhere(&url, &page)).then_some((page, depth))
        })
        .await;
        for (page, depth) in pages.into_iter().flatten() {
            frontier.offer_links(&page.facts.links.links, depth);
            further.push(page);
        }
    }
}

/// Asks the links, at most as many as the visit allows.
pub(super) async fn check(trip: &Trip<'_>, mut found: Vec<Found>, memory: &mut Memory) -> LinksFacts {
    let now = trip.settings.now;
    let mut facts = LinksFacts {
        pages: trip.fetcher.count(),
        found: u32::try_from(found.len()).unwrap_or(u32::MAX),
        ..LinksFacts::default()
    };
    memory.forget(|url| found.iter().any(|link| link.url == url));
    found.sort_by_key(|link| (memory.turn(&link.url, now), !link.external, link.url.clone()));
    let most = usize::try_from(trip.settings.max_links).unwrap_or(usize::MAX);
    facts.capped = found.len() > most;
    found.truncate(most);
    let count = found.len();
    let work: Vec<(usize, Found)> = found.into_iter().enumerate().collect();
    let heard = pairs(work, async |(place, link): (usize, Found)| {
        (trip.watch)(Step::Links(place, count));
        let heard = ask(trip, &link).await;
        (link, heard)
    })
    .await;
    for (link, heard) in heard {
        let Some(heard) = heard else {
            facts.skipped += 1;
            continue;
        };
        facts.checked += 1;
        facts.outside += u32::from(link.external);
        let why = heard.fault.and_then(cause);
        let verdict = fate(heard);
        let confirmed = match verdict {
            Fate::Alive => {
                memory.answers(&link.url, now);
                continue;
            }
            Fate::Unknown => {
                facts.checked -= 1;
                facts.outside -= u32::from(link.external);
                facts.skipped += 1;
                continue;
            }
            _ => memory.fails(&link.url, heard.status, why, now),
        };
        let bad = BadLink {
            url: link.url,
            on: Some(link.on),
            text: Some(link.text).filter(|text| !text.is_empty()),
            status: heard.status,
            cause: why,
            external: link.external,
            confirmed,
        };
        match verdict {
            Fate::Dead => facts.dead.push(bad),
            Fate::SoftNotFound => facts.soft404.push(bad),
            Fate::Hijacked => facts.hijacked.push(bad),
            Fate::Chain => facts.chains.push(bad),
            Fate::Alive | Fate::Unknown => {}
        }
    }
    facts.bounded()
}

/// Asks one link; nothing where `robots.txt` keeps us out of this portal's page, or the visit's time is over.
async fn ask(trip: &Trip<'_>, link: &Found) -> Option<Heard> {
    let url = Url::parse(&link.url).ok()?;
    if let Some(known) = trip.fetcher.known(&link.url) {
        return Some(heard(trip, &url, known).await);
    }
    if trip.fetcher.is_over() {
        return None;
    }
    if !link.external && !trip.fetcher.robots(&url).await.allows(&url) {
        return None;
    }
    let got = trip.fetcher.link(&url).await;
    let status = got.status();
    let redirects = got.hops.len().saturating_sub(1);
    match got.body {
        Ok(body) => {
            let page = Fetched {
                url: got.url,
                status: status.unwrap_or(0),
                redirects,
                content_type: got
                    .headers
                    .get(http::header::CONTENT_TYPE)
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned),
                etag: None,
                last_modified: None,
                body,
                rendered: false,
            };
            Some(heard(trip, &url, Arc::new(page)).await)
        }
        Err(fault) => Some(Heard {
            status,
            redirects,
            fault: Some(fault),
            kind: None,
            says_not_found: false,
        }),
    }
}

async fn heard(trip: &Trip<'_>, asked: &Url, page: Arc<Fetched>) -> Heard {
    let mut heard = Heard {
        status: Some(page.status).filter(|status| *status > 0),
        redirects: page.redirects,
        fault: None::<Fault>,
        kind: None,
        says_not_found: false,
    };
    let is_page = page
        .content_type
        .as_deref()
        .is_none_or(|kind| kind.to_ascii_lowercase().contains("html"));
    if !is_page || page.status != 200 {
        return heard;
    }
    let own = asked.host_str() == trip.home_url.host_str();
    let scanned = {
        let page = Arc::clone(&page);
        tokio::task::spawn_blocking(move || kind::scan(&page.body).kind).await
    };
    heard.kind = scanned.ok();
    if let Some(read) = trip.read(&page, None).await {
        heard.says_not_found = if own {
            trip.is_nowhere(asked, &read)
        } else {
            read.says_not_found
        };
    }
    heard
}
