//! Functions that only several requests can show: the portal's search, feeds, files, items that lists no longer show.

use url::Url;

use super::fetcher::Miss;
use super::measure::{Tried, Tries};
use super::pairs::pairs;
use super::plan::memory::Memory;
use super::reader::{Home, Page};
use super::sections::{Looked, read_feed};
use super::visit::Trip;
use crate::net::fault::Fault;
use crate::page::features::FormFacts;
use crate::page::feeds::FeedKind;
use crate::page::plain::fold_words;

/// Known titles that are looked for.
const TITLES: usize = 5;
/// Feeds that are read.
const FEEDS: usize = 3;
/// Files that are fetched.
const FILES: usize = 5;
/// Old items that are asked.
const OLD: usize = 5;

/// Tries everything out.
pub(super) async fn run(trip: &Trip<'_>, home: &Home, looked: &Looked, memory: &mut Memory) -> Tries {
    let mut tries = Tries {
        measurement_patterns: !trip.settings.measurement.is_empty(),
        sitemap_xml: looked.sitemap.flatten(),
        sitemap_unknown: looked.sitemap.is_none(),
        ..Tries::default()
    };
    tries.sitemap_html = looked.maps.first().map(|map| covered(home, map));
    search(trip, home, looked, &mut tries).await;
    feeds(trip, home, looked, &mut tries).await;
    files(trip, looked, &mut tries).await;
    archive(trip, looked, memory, &mut tries).await;
    tries
}

/// Links of the menu that the portal's map has, in per cent.
fn covered(home: &Home, map: &Page) -> u32 {
    let has = |url: &str| map.facts.links.links.iter().any(|link| link.url == url);
    let menu: Vec<&str> = home
        .page
        .facts
        .menu
        .iter()
        .filter_map(|link| link.url.as_deref())
        .collect();
    let hits = menu.iter().filter(|url| has(url)).count();
    u32::try_from(hits * 100 / menu.len().max(1)).unwrap_or(100)
}

/// Asks the portal's search for titles that its lists show, for the same without diacritics, and for nonsense.
async fn search(trip: &Trip<'_>, home: &Home, looked: &Looked, tries: &mut Tries) {
    let forms: &FormFacts = &home.page.facts.features.forms;
    let Some(seen) = &forms.search else { return };
    let (Some(field), true) = (&forms.search_field, forms.search_by_get) else {
        tries.search_by_post = true;
        return;
    };
    let action = seen.url.as_deref().and_then(|url| Url::parse(url).ok());
    let action = action.unwrap_or_else(|| trip.home_url.clone());
    if action.host_str() != trip.home_url.host_str() {
        // Somebody else's search: nothing is said about this portal's.
        return;
    }
    let mut known: Vec<(&str, &str)> = Vec::new();
    for section in &looked.facts {
        let own = section
            .items
            .iter()
            .filter_map(|item| Some((item.title.as_str(), item.url.as_deref()?)));
        known.extend(
            own.filter(|(title, _)| title.split_whitespace().count() >= 4)
                .take(1),
        );
        if known.len() >= TITLES {
            break;
        }
    }
    if known.is_empty() {
        return;
    }
    let ask = async |words: &str| {
        let mut url = action.clone();
        url.query_pairs_mut()
            .extend_pairs(forms.search_hidden.iter().map(|(name, value)| (name, value)))
            .append_pair(field, words);
        match trip.fetcher.page(&url).await {
            Ok(fetched) if fetched.status == 200 => trip.read(&fetched, None).await.ok_or(false),
            Ok(fetched) => Err(matches!(fetched.status, 401 | 403 | 429 | 503)),
            Err(Miss::Fault(Fault::Portal { .. })) => Err(false),
            Err(_) => Err(true),
        }
    };
    let hits = |page: &Page, title: &str, url: &str| {
        page.facts.links.links.iter().any(|link| link.url == url)
            || page
                .facts
                .section
                .items
                .iter()
                .any(|item| fold_words(&item.title) == fold_words(title))
    };
    let mut tried = Tried::default();
    for (place, (title, url)) in known.iter().enumerate() {
        // The last one without diacritics, as many people type.
        let words = if place + 1 == known.len() && place > 0 {
            fold_words(title)
        } else {
            (*title).to_owned()
        };
        match ask(&words).await {
            Ok(page) => tried.count(hits(&page, title, url)),
            Err(true) => {
                tries.search_blocked = true;
                return;
            }
            Err(false) => tried.count(false),
        }
    }
    let nonsense = format!("zqxw{:x}", trip.settings.nonce);
    if let Ok(page) = ask(&nonsense).await {
        tries.search_finds_anything = known.iter().any(|(title, url)| hits(&page, title, url));
    }
    tries.search = Some(tried);
}

async fn feeds(trip: &Trip<'_>, home: &Home, looked: &Looked, tries: &mut Tries) {
    let pages = std::iter::once(&home.page).chain(looked.pages.values());
    let mut urls: Vec<Url> = Vec::new();
    for seen in pages.flat_map(|page| &page.facts.features.outward.feeds) {
        let url = seen.url.as_deref().and_then(|url| Url::parse(url).ok());
        if let Some(url) = url.filter(|url| !urls.contains(url)) {
            urls.push(url);
        }
    }
    let linked = !urls.is_empty();
    for url in urls.into_iter().take(FEEDS) {
        let Ok(fetched) = trip.fetcher.page(&url).await else {
            continue;
        };
        let Some(feed) = read_feed(trip, &fetched).await else {
            continue;
        };
        if fetched.status == 200 && matches!(feed.kind, FeedKind::Rss | FeedKind::Atom | FeedKind::Json) {
            // A feed whose entries all bear the day of the visit has no dates of its own.
            let newest = feed.newest.filter(|_| !feed.all_now);
            tries.feed = Some((url.to_string(), newest));
            return;
        }
    }
    tries.feeds_broken = linked;
}

async fn files(trip: &Trip<'_>, looked: &Looked, tries: &mut Tries) {
    let of = |sections: &[&str]| {
        let mut urls: Vec<Url> = Vec::new();
        let facts = looked
            .facts
            .iter()
            .filter(|facts| sections.contains(&facts.id.as_str()));
        let listed = facts
            .flat_map(|facts| &facts.items)
            .flat_map(|item| item.files.clone());
        let pages = looked
            .items
            .iter()
            .map(|(id, page)| (id.as_str(), page))
            .chain(looked.pages.iter().map(|(id, page)| (id.as_str(), page)));
        let linked = pages
            .filter(|(id, _)| sections.contains(id))
            .flat_map(|(_, page)| &page.facts.links.links)
            .filter(|link| link.file)
            .map(|link| link.url.clone());
        for url in listed.chain(linked).filter_map(|url| Url::parse(&url).ok()) {
            if !urls.contains(&url) && urls.len() < FILES {
                urls.push(url);
            }
        }
        urls
    };
    for url in of(&["thu-tuc-hanh-chinh", "dich-vu-cong"]) {
        match trip.fetcher.page(&url).await {
            Ok(file) => tries.forms.count(file.status == 200 && !file.body.is_empty()),
            Err(Miss::Fault(Fault::Portal { .. })) => tries.forms.count(false),
            Err(_) => {}
        }
    }
    for url in of(&["van-ban", "van-ban-hanh-chinh"]) {
        if let Ok(file) = trip.fetcher.page(&url).await
            && file.status == 200
            && file.body.starts_with(b"%PDF")
        {
            // A page made of a scanned picture has no font.
            tries
                .text_layer
                .count(memchr::memmem::find(&file.body, b"/Font").is_some());
        }
    }
}

/// Items that earlier visits saw and lists no longer show: their pages should still be there.
async fn archive(trip: &Trip<'_>, looked: &Looked, memory: &mut Memory, tries: &mut Tries) {
    let mut old: Vec<(usize, Url)> = Vec::new();
    for facts in &looked.facts {
        let shown: Vec<&str> = facts
            .items
            .iter()
            .filter_map(|item| item.url.as_deref())
            .collect();
        if shown.is_empty() {
            continue;
        }
        let gone = memory.items(&facts.id, &shown, trip.settings.now);
        let parsed = gone.iter().filter_map(|url| Url::parse(url).ok());
        old.extend(parsed.take(OLD).enumerate());
    }
    // Of every section its oldest before the second of any.
    old.sort_by_key(|(rank, _)| *rank);
    let old: Vec<Url> = old.into_iter().map(|(_, url)| url).take(OLD).collect();
    let there = pairs(old, async |url: Url| match trip.fetcher.page(&url).await {
        Ok(fetched) if fetched.status == 200 => {
            let page = trip.read(&fetched, None).await?;
            Some(!trip.is_nowhere(&url, &page))
        }
        Ok(fetched) => matches!(fetched.status, 404 | 410).then_some(false),
        Err(_) => None,
    })
    .await;
    for there in there.into_iter().flatten() {
        tries.archive.count(there);
    }
}
