//! The sections of a portal: found by menu, map or operator, each read on its own page, its items followed where the list
//! shows no dates.

use std::collections::BTreeMap;
use std::sync::Arc;

use ems_contract::facts::page::{FoundIn, NotSaid, SectionFacts, SectionState};
use url::Url;

use super::fetcher::{Fetched, Fresh, Miss};
use super::pairs::pairs;
use super::plan::memory::{Memory, Validated};
use super::plan::wire;
use super::reader::{Home, Page};
use super::visit::{Step, Trip};
use crate::page::feeds::{FeedKind, feed};
use crate::page::items::{self, State};
use crate::page::sections::{self, SectionLink};

/// Words of text that make a page without a list a page with content (300 characters).
const ENOUGH_WORDS: usize = 50;
/// Item pages read of a section for its functions and fields.
const SAMPLE: usize = 2;
/// Child sitemaps read of an index.
const CHILD_SITEMAPS: usize = 3;

/// What was found out about the sections.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// The facts, in the order of the lexicon.
    pub(super) facts: Vec<SectionFacts>,
    /// The page of each section that was read.
    pub(super) pages: BTreeMap<String, Page>,
    /// Pages of items, with their section.
    pub(super) items: Vec<(String, Page)>,
    /// Pages with the portal's map.
    pub(super) maps: Vec<Page>,
    /// The XML sitemap: entries and newest change; the outer none where nobody could say.
    pub(super) sitemap: Option<Option<(u32, Option<jiff::civil::Date>)>>,
}

/// A link to a section and where it was found.
#[derive(Debug, Clone)]
struct Lead {
    link: SectionLink,
    place: FoundIn,
}

/// One section as read.
struct One {
    facts: SectionFacts,
    page: Option<Page>,
    items: Vec<Page>,
    validated: Option<(String, Validated)>,
}

/// Looks for the wanted sections.
pub(super) async fn look(trip: &Trip<'_>, home: &Home, wanted: &[String], memory: &mut Memory) -> Looked {
    let mut looked = Looked::default();
    let mut leads: BTreeMap<String, Lead> = sections::best(&home.page.facts.menu, &trip.settings.mapped)
        .into_iter()
        .map(|(id, link)| {
            let place = wire::found_in(link.found_in);
            (id, Lead { link, place })
        })
        .collect();
    maps(trip, home, &mut leads, &mut looked).await;
    let count = wanted.len();
    let work: Vec<(usize, &String)> = wanted.iter().enumerate().collect();
    let remembered: &Memory = memory;
    let ones = pairs(work, |(place, id)| {
        (trip.watch)(Step::Sections(place, count));
        one(trip, home, id, leads.get(id), remembered)
    })
    .await;
    for one in ones {
        let id = one.facts.id.clone();
        looked
            .items
            .extend(one.items.into_iter().map(|page| (id.clone(), page)));
        if let Some(page) = one.page {
            looked.pages.insert(id, page);
        }
        if let Some((url, validated)) = one.validated {
            memory.pages.insert(url, validated);
        }
        looked.facts.push(one.facts);
    }
    looked
}

/// Sections that the menus lack, from the page with the portal's map and from `sitemap.xml`.
async fn maps(trip: &Trip<'_>, home: &Home, leads: &mut BTreeMap<String, Lead>, looked: &mut Looked) {
    let map = home
        .page
        .facts
        .features
        .outward
        .sitemap
        .as_ref()
        .and_then(|seen| seen.url.clone())
        .or_else(|| leads.get("so-do-cong").and_then(|lead| lead.link.url.clone()))
        .and_then(|url| Url::parse(&url).ok());
    if let Some(url) = map
        && let Ok(fetched) = trip.fetcher.page(&url).await
        && fetched.status == 200
        && let Some(page) = trip.read(&fetched, None).await
        && !trip.is_nowhere(&url, &page)
    {
        for link in &page.facts.menu {
            offer(leads, link.clone(), FoundIn::SitemapPage);
        }
        looked.maps.push(page);
    }
    let robots = trip.fetcher.robots(&trip.home_url).await;
    let mut waiting: Vec<Url> = robots
        .sitemaps
        .iter()
        .filter_map(|url| Url::parse(url).ok())
        .take(2)
        .collect();
    if waiting.is_empty() {
        waiting.extend(trip.home_url.join("/sitemap.xml"));
    }
    let (mut seen, mut children) = (Vec::new(), 0);
    while let Some(url) = waiting.pop() {
        if seen.contains(&url) {
            continue;
        }
        seen.push(url.clone());
        let fetched = match trip.fetcher.page(&url).await {
            Ok(fetched) => fetched,
            Err(Miss::Fault(_)) => {
                // Nothing, or more than is read: at least it is not known to be absent.
                continue;
            }
            Err(Miss::Robots | Miss::Budget) => continue,
        };
        if fetched.status != 200 {
            looked.sitemap = looked.sitemap.or(Some(None));
            continue;
        }
        let Some(map) = read_feed(trip, &fetched).await else {
            looked.sitemap = looked.sitemap.or(Some(None));
            continue;
        };
        match map.kind {
            FeedKind::SitemapIndex => {
                for entry in map.entries.iter().filter_map(|entry| entry.url.as_deref()) {
                    if children < CHILD_SITEMAPS
                        && let Ok(child) = Url::parse(entry)
                        && child.host_str() == trip.home_url.host_str()
                    {
                        children += 1;
                        waiting.push(child);
                    }
                }
            }
            FeedKind::Sitemap => {
                let (entries, newest) = looked.sitemap.flatten().unwrap_or_default();
                let count = u32::try_from(map.entries.len()).unwrap_or(u32::MAX);
                looked.sitemap = Some(Some((entries.saturating_add(count), newest.max(map.newest))));
                for url in map.entries.iter().filter_map(|entry| entry.url.as_deref()) {
                    let Ok(parsed) = Url::parse(url) else { continue };
                    if let Some((section, score)) = trip.reader.lexicon.slug(parsed.path()) {
                        let link = SectionLink {
                            section: section.to_owned(),
                            label: String::new(),
                            url: Some(url.to_owned()),
                            score,
                            found_in: sections::FoundIn::Block,
                        };
                        offer(leads, link, FoundIn::SitemapXml);
                    }
                }
            }
            FeedKind::Rss | FeedKind::Atom | FeedKind::Json => {}
        }
    }
}

/// Reads a feed or sitemap on a thread for such work.
pub(super) async fn read_feed(trip: &Trip<'_>, fetched: &Arc<Fetched>) -> Option<crate::page::feeds::Feed> {
    let (fetched, now) = (Arc::clone(fetched), trip.settings.now);
    let work = move || {
        let decoded = crate::page::decode::decode(&fetched.body, fetched.content_type.as_deref());
        feed(&decoded.text, &fetched.url, now.zoned().datetime())
    };
    tokio::task::spawn_blocking(work).await.ok().flatten()
}

/// A lead of a map: only where the menus have none.
fn offer(leads: &mut BTreeMap<String, Lead>, mut link: SectionLink, place: FoundIn) {
    if link.url.is_none()
        || leads
            .get(&link.section)
            .is_some_and(|lead| lead.link.url.is_some())
    {
        return;
    }
    // OBLIGATIONS A7: a heading of the map counts as much as a slug.
    link.score = link.score.min(0.6);
    leads.insert(link.section.clone(), Lead { link, place });
}

async fn one(trip: &Trip<'_>, home: &Home, id: &str, lead: Option<&Lead>, memory: &Memory) -> One {
    let mut one = One {
        facts: SectionFacts::new(id, SectionState::Missing),
        page: None,
        items: Vec::new(),
        validated: None,
    };
    if let Some(lead) = lead {
        one.facts.found = true;
        one.facts.found_in = Some(lead.place);
        one.facts.label = Some(lead.link.label.clone()).filter(|label| !label.is_empty());
        one.facts.score = Some(lead.link.score);
        one.facts.url = lead.link.url.clone();
    }
    let target = lead
        .and_then(|lead| lead.link.url.as_deref())
        .and_then(|url| Url::parse(url).ok())
        .filter(|url| *url != trip.home_url);
    match target {
        Some(url) => own_page(trip, &url, memory, &mut one).await,
        None => block(trip, home, id, &mut one),
    }
    one
}

/// A section that no link leads to: a block of the home page, or nothing.
fn block(trip: &Trip<'_>, home: &Home, id: &str, one: &mut One) {
    let facts = &mut one.facts;
    if let Some(block) = home.blocks.get(id) {
        let there = matches!(block.state, State::Listed | State::Empty)
            || (block.state == State::Undated && !block.items.is_empty());
        if there {
            facts.found = true;
            facts.found_in = facts.found_in.or(Some(FoundIn::Block));
            facts.label = facts.label.take().or_else(|| block.heading.clone());
            facts.filled = !block.items.is_empty();
            wire::read_section(facts, block, trip.home_url.as_str(), None);
            return;
        }
    }
    if has_function(home, id) {
        facts.found = true;
        facts.found_in = facts.found_in.or(Some(FoundIn::Block));
        facts.filled = true;
        (facts.state, facts.because) = (SectionState::Undated, Some(NotSaid::NoList));
        return;
    }
    (facts.state, facts.because) = match (facts.found, home.page.facts.js_only) {
        // A label that leads nowhere but has its place in the menu: its page was not read.
        (true, _) => (SectionState::NotRead, Some(NotSaid::Elsewhere)),
        (false, true) => (SectionState::JsOnly, None),
        (false, false) => (SectionState::Missing, None),
    };
}

/// Sections that are functions: the home page has them where it has the function.
fn has_function(home: &Home, id: &str) -> bool {
    let features = &home.page.facts.features;
    match id {
        "tim-kiem" => features.forms.search.is_some(),
        "rss" => !features.outward.feeds.is_empty(),
        "khao-sat-danh-gia" => features.forms.rating.is_some(),
        "thong-tin-giao-dich" => features.contact.address.is_some() && features.contact.phone.is_some(),
        _ => false,
    }
}

async fn own_page(trip: &Trip<'_>, url: &Url, memory: &Memory, one: &mut One) {
    let id = one.facts.id.clone();
    let came = match memory.pages.get(url.as_str()) {
        Some(known) if known.section.id == id && !memory.proofs.is_due(&id, trip.settings.now) => {
            trip.fetcher.changed(url, known).await
        }
        _ => trip.fetcher.page(url).await.map(Fresh::Page),
    };
    let fetched = match came {
        Ok(Fresh::Page(fetched)) => fetched,
        Ok(Fresh::Unchanged) => {
            if let Some(known) = memory.pages.get(url.as_str()) {
                one.facts = known.section.clone();
            }
            return;
        }
        Err(miss) => {
            (one.facts.state, one.facts.because) = not_read(miss);
            return;
        }
    };
    if matches!(fetched.status, 401 | 403 | 429 | 503) {
        (one.facts.state, one.facts.because) = (SectionState::Blocked, None);
        return;
    }
    let Some(mut page) = trip.read(&fetched, Some(&id)).await else {
        // A fault of ours is nothing that the section lacks.
        (one.facts.state, one.facts.because) = (SectionState::NotRead, None);
        return;
    };
    if fetched.status >= 400 || trip.is_nowhere(url, &page) {
        (one.facts.state, one.facts.because) = (SectionState::NotRead, Some(NotSaid::Unreachable));
        return;
    }
    let elsewhere = page.facts.section.state == State::Missing
        || page.facts.section.because == Some(items::Because::Elsewhere);
    if elsewhere
        && page.url.host_str() == url.host_str()
        && let Some(again) = trip.read(&fetched, None).await
    {
        // The menu calls this page the section's, whatever its heading: its own main list is the section's.
        page.facts.section = again.facts.section;
    }
    let rule = follow(trip, &mut page, one).await;
    let list = &page.facts.section;
    wire::read_section(&mut one.facts, list, page.url.as_str(), rule);
    if one.facts.state == SectionState::Missing {
        (one.facts.state, one.facts.because) = (SectionState::Undated, Some(NotSaid::Elsewhere));
    }
    let words = page.words.split(' ').count();
    one.facts.filled = !list.items.is_empty()
        || (list.state != State::Empty
            && (words >= ENOUGH_WORDS
                || page
                    .facts
                    .links
                    .links
                    .iter()
                    .any(|link| link.internal && link.file)));
    one.facts.url = Some(page.url.to_string());
    if (fetched.etag.is_some() || fetched.last_modified.is_some()) && fetched.url == *url {
        let validated = Validated {
            etag: fetched.etag.clone(),
            last_modified: fetched.last_modified.clone(),
            section: one.facts.clone(),
        };
        one.validated = Some((url.to_string(), validated));
    }
    one.page = Some(page);
}

const fn not_read(miss: Miss) -> (SectionState, Option<NotSaid>) {
    match miss {
        Miss::Robots => (SectionState::NotRead, Some(NotSaid::Robots)),
        Miss::Budget => (SectionState::NotRead, Some(NotSaid::Budget)),
        Miss::Fault(_) => (SectionState::NotRead, Some(NotSaid::Unreachable)),
    }
}

/// Follows items: those whose list shows no dates, and a few for their own sake. The rule that dated the list, if it was not
/// the list itself.
async fn follow(trip: &Trip<'_>, page: &mut Page, one: &mut One) -> Option<&'static str> {
    let host = page.url.host_str().map(str::to_owned);
    let own = |url: &str| {
        Url::parse(url)
            .ok()
            .filter(|url| url.host_str() == host.as_deref() && !items::is_file(url.path()))
    };
    let list = &page.facts.section;
    let mut undated: Vec<Url> = list
        .to_follow(trip.settings.follow)
        .into_iter()
        .filter_map(own)
        .collect();
    let must = !undated.is_empty();
    if !must && trip.settings.follow > 0 {
        let urls = list.items.iter().filter_map(|item| item.url.as_deref());
        undated = urls
            .filter_map(own)
            .take(SAMPLE.min(trip.settings.follow))
            .collect();
    }
    let read = pairs(undated, async |url: Url| {
        let fetched = trip
            .fetcher
            .page(&url)
            .await
            .ok()
            .filter(|page| page.status == 200)?;
        let item = trip.read(&fetched, None).await?;
        (!trip.is_nowhere(&url, &item)).then_some((url, item))
    })
    .await;
    let read: Vec<(Url, Page)> = read.into_iter().flatten().collect();
    let mut rule = None;
    if must {
        let dates: Vec<_> = read
            .iter()
            .map(|(url, item)| (url.to_string(), item.facts.dates.clone()))
            .collect();
        let before = page.facts.section.newest_item_date;
        page.facts
            .section
            .date_by_pages(&dates, trip.settings.now.zoned().date());
        rule = (page.facts.section.newest_item_date != before).then_some("item_page");
    }
    one.items = read.into_iter().map(|(_, item)| item).collect();
    rule
}
