//! One visit from the home page to the links: the order in which things are asked, and what is put together in the end.

use std::collections::BTreeMap;
use std::sync::Arc;

use ems_contract::facts::page::{SectionFacts, SectionState};
use ems_contract::facts::{LinksFacts, PageFacts, PageKind};
use ems_contract::time::UnixTime;
use tokio::time::Instant;
use url::Url;

use super::fetcher::{Fetched, Fetcher, Miss};
use super::links::{self, Found};
use super::measure::{self, Survey};
use super::plan::memory::Memory;
use super::plan::wire;
use super::reader::{Home, Page, Reader};
use super::{english, published, sections, trials};
use crate::net::browse::Browser;
use crate::net::fault::Fault;
use crate::page::identity::identity;
use crate::page::sections::Lexicon;

/// What of a portal a visit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Everything.
    Whole,
    /// Sections, English side and functions: the `page` probe.
    Pages,
    /// The links: the `links` probe.
    Links,
}

/// What a visit is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The home page.
    pub home: Url,
    /// What is looked at.
    pub part: Part,
    /// When nothing further is asked: what was not read by then says so. As long as it takes where absent.
    pub until: Option<Instant>,
    /// The owner's name, where it is known.
    pub name: Option<String>,
    /// The home page of the parent portal.
    pub parent: Option<Url>,
    /// The English side as the operator wrote it.
    pub english: Option<Url>,
    /// Documents that were said to be published on the portal.
    pub published: Vec<Url>,
    /// Sections as the operator wrote them.
    pub mapped: BTreeMap<String, Url>,
    /// Sections to look for; all of the lexicon where empty.
    pub sections: Vec<String>,
    /// The lexicon.
    pub lexicon: Arc<Lexicon>,
    /// Parts of addresses or scripts that mark a measuring system.
    pub measurement: Vec<String>,
    /// Item pages followed of a list that shows no dates.
    pub follow: usize,
    /// Pages read at most.
    pub max_pages: u32,
    /// Pages read besides, for the links on them.
    pub crawl: u32,
    /// Links asked at most.
    pub max_links: u32,
    /// The command that runs the scripts of pages (see [`crate::render`]); they are not run where absent.
    pub render: Option<Vec<String>>,
    /// The instant of the visit.
    pub now: UnixTime,
    /// A number that no address of the portal holds: for the address that cannot exist.
    pub nonce: u64,
}

/// How far a visit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The home page.
    Home,
    /// So many of so many sections.
    Sections(usize, usize),
    /// The English side.
    English,
    /// Functions are tried out.
    Functions,
    /// So many of so many links.
    Links(usize, usize),
}

/// Hears how far a visit has come.
pub type Watch<'a> = &'a (dyn Fn(Step) + Send + Sync);

/// What a visit found.
#[derive(Debug)]
pub struct Visited {
    /// Why the home page could not be had, if so: then nothing else was looked at.
    pub fault: Option<Fault>,
    /// The page group.
    pub page: PageFacts,
    /// The links group.
    pub links: LinksFacts,
    /// Pages that were fetched.
    pub pages_read: u32,
    /// Those that were answered with success, by the address asked for and by the one they were at.
    pub bodies: BTreeMap<String, Arc<Fetched>>,
    /// The address of a parsing fault of ours, if one happened: what it held is unknown.
    pub faults_of_ours: u32,
}

/// What the parts of a visit share.
pub(super) struct Trip<'a> {
    pub(super) fetcher: &'a Fetcher<'a>,
    pub(super) reader: Arc<Reader>,
    pub(super) settings: &'a Settings,
    pub(super) watch: Watch<'a>,
    /// What the portal answers for an address that cannot exist, if it answers with success.
    pub(super) nowhere: Option<Nowhere>,
    pub(super) home_url: Url,
}

/// The page that unknown addresses get.
#[derive(Debug)]
pub(super) struct Nowhere {
    pub(super) title: String,
    pub(super) words: String,
}

impl Trip<'_> {
    /// Reads a page on a thread for such work; nothing where our parser gave up.
    pub(super) async fn read(&self, fetched: &Arc<Fetched>, section: Option<&str>) -> Option<Page> {
        let (reader, fetched) = (Arc::clone(&self.reader), Arc::clone(fetched));
        let section = section.map(str::to_owned);
        let work = move || reader.page(&fetched, section.as_deref());
        tokio::task::spawn_blocking(work).await.ok()
    }

    /// Whether a page that was answered with success is not there: it says so, it is what any unknown address gets, or
    /// it is the home page again.
    pub(super) fn is_nowhere(&self, asked: &Url, page: &Page) -> bool {
        let home_again = page.url == self.home_url && *asked != self.home_url;
        let same = self.nowhere.as_ref().is_some_and(|nowhere| {
            nowhere.title == page.facts.title && nowhere.words == page.words && !nowhere.words.is_empty()
        });
        page.says_not_found || home_again || same
    }
}

/// Visits a portal. `memory` is what the last visit left and what this one leaves.
pub async fn visit(
    browser: Browser<'_>,
    settings: &Settings,
    memory: &mut Memory,
    watch: Watch<'_>,
) -> Visited {
    let render = settings.render.clone();
    let fetcher = Fetcher::new(browser, settings.max_pages, settings.until, render);
    let mut visited = through(&fetcher, settings, memory, watch).await;
    fetcher.close().await;
    visited.bodies = fetcher.bodies();
    visited
}

async fn through(
    fetcher: &Fetcher<'_>,
    settings: &Settings,
    memory: &mut Memory,
    watch: Watch<'_>,
) -> Visited {
    let reader = Arc::new(Reader {
        lexicon: Arc::clone(&settings.lexicon),
        now: settings.now,
        measurement: settings.measurement.clone(),
    });
    watch(Step::Home);
    let mut visited = Visited {
        fault: None,
        page: PageFacts::default(),
        links: LinksFacts::default(),
        pages_read: 0,
        bodies: BTreeMap::new(),
        faults_of_ours: 0,
    };
    let fetched = match home(fetcher, &settings.home).await {
        Ok(fetched) => fetched,
        Err(fault) => {
            visited.fault = Some(fault);
            return visited;
        }
    };
    let wanted: Vec<String> = if settings.sections.is_empty() {
        settings.lexicon.ids().map(str::to_owned).collect()
    } else {
        settings.sections.clone()
    };
    let read = {
        let (reader, fetched, wanted) = (Arc::clone(&reader), Arc::clone(&fetched), wanted.clone());
        let configured = settings.english.clone();
        tokio::task::spawn_blocking(move || reader.home(&fetched, &wanted, configured.as_ref())).await
    };
    let Ok(home) = read else {
        visited.faults_of_ours = 1;
        return visited;
    };
    visited.page = group(&home, &fetched, settings);
    let mut trip = Trip {
        fetcher,
        reader,
        settings,
        watch,
        nowhere: None,
        home_url: home.page.url.clone(),
    };
    if is_elsewhere(home.page.kind) {
        // A block page or an error says nothing about the portal's content.
        visited.page.sections = wanted
            .iter()
            .map(|id| SectionFacts::new(id, SectionState::Blocked))
            .collect();
        visited.pages_read = fetcher.count();
        return visited;
    }
    trip.nowhere = nowhere(&trip).await;
    let read = match settings.part {
        Part::Whole | Part::Pages => pages(&trip, home, &wanted, memory, &mut visited.page).await,
        Part::Links => vec![home.page],
    };
    if settings.part != Part::Links {
        visited.page.published = published::look(&trip).await;
    }
    if settings.part != Part::Pages {
        let read: Vec<&Page> = read.iter().collect();
        let (further, capped) = links::crawl(&trip, &read).await;
        let found = links_of(read.into_iter().chain(&further));
        visited.links = links::check(&trip, found, memory).await;
        visited.links.capped |= capped;
        if let Some(measure) = visited.links.agencies() {
            visited.page.checks.insert("links-agencies".to_owned(), measure);
        }
    }
    visited.page = visited.page.bounded();
    visited.pages_read = fetcher.count();
    visited
}

/// Sections, English side and functions; the pages that were read on the way, the home page first.
async fn pages(
    trip: &Trip<'_>,
    home: Home,
    wanted: &[String],
    memory: &mut Memory,
    group: &mut PageFacts,
) -> Vec<Page> {
    let settings = trip.settings;
    let looked = sections::look(trip, &home, wanted, memory).await;
    (trip.watch)(Step::English);
    let side = english::look(trip, &home).await;
    (trip.watch)(Step::Functions);
    let tries = trials::run(trip, &home, &looked, memory).await;
    let mut pages: Vec<&Page> = looked.pages.values().collect();
    pages.extend(looked.items.iter().map(|(_, page)| page));
    pages.extend(looked.maps.iter());
    let items: Vec<(&str, &Page)> = looked
        .items
        .iter()
        .map(|(id, page)| (id.as_str(), page))
        .collect();
    let section_pages: BTreeMap<String, &Page> =
        looked.pages.iter().map(|(id, page)| (id.clone(), page)).collect();
    let english_pages: Vec<&Page> = side.pages.iter().collect();
    let survey = Survey {
        home: &home.page,
        pages: &pages,
        items: &items,
        english_pages: &english_pages,
        sections: &looked.facts,
        section_pages: &section_pages,
        english: Some(&side.facts),
        tries: &tries,
        parent: settings.parent.as_ref(),
        today: settings.now.zoned().date(),
    };
    group.checks = measure::all(&survey);
    group.linked = measure::linked(&survey);
    group.sources = measure::sources(&survey);
    group.sections = looked.facts;
    group.english = Some(side.facts);
    std::iter::once(home.page)
        .chain(looked.pages.into_values())
        .chain(looked.items.into_iter().map(|(_, page)| page))
        .chain(looked.maps)
        .chain(side.pages)
        .collect()
}

/// The home page, over redirects by `<meta http-equiv=refresh>` too, three at most.
async fn home(fetcher: &Fetcher<'_>, url: &Url) -> Result<Arc<Fetched>, Fault> {
    let mut url = url.clone();
    let mut last = None;
    for _ in 0..4 {
        let fetched = fetcher.home(&url).await.map_err(|miss| match miss {
            Miss::Fault(fault) => fault,
            Miss::Robots | Miss::Budget => Fault::Own(ems_contract::cause::UnknownWhy::Overload),
        })?;
        let target = crate::page::kind::scan(&fetched.body)
            .refresh
            .and_then(|target| fetched.url.join(&target).ok())
            .filter(|target| *target != fetched.url && matches!(target.scheme(), "http" | "https"));
        match target {
            Some(target) => url = target,
            None => return Ok(fetched),
        }
        last = Some(fetched);
    }
    // A loop of refreshes: the last page is what a visitor is left with.
    last.ok_or(Fault::portal(
        ems_contract::cause::Stage::Request,
        ems_contract::cause::Cause::HttpRedirectLoop,
    ))
}

/// Whether a page is not one of the portal: it says nothing of its content.
pub(super) const fn is_elsewhere(kind: PageKind) -> bool {
    !matches!(kind, PageKind::Portal | PageKind::EmptyShell | PageKind::Hijacked)
}

fn group(home: &Home, fetched: &Fetched, settings: &Settings) -> PageFacts {
    let facts = &home.page.facts;
    PageFacts {
        final_url: Some(fetched.url.to_string()),
        status: Some(fetched.status),
        kind: Some(home.page.kind),
        title: Some(facts.title.clone()).filter(|title| !title.is_empty()),
        language: Some(wire::language(facts.language)),
        language_confidence: wire::confidence(&facts.language_facts),
        html_lang: facts.language_facts.declared.clone(),
        charset: Some(wire::charset(&facts.charset)),
        js_only: facts.js_only,
        rendered: fetched.rendered,
        identity: Some(identity(&fetched.body, settings.name.as_deref())),
        ..PageFacts::default()
    }
}

/// Asks for an address that cannot exist.
async fn nowhere(trip: &Trip<'_>) -> Option<Nowhere> {
    let url = trip
        .settings
        .home
        .join(&format!("/khong-ton-tai-{:016x}", trip.settings.nonce))
        .ok()?;
    let fetched = trip
        .fetcher
        .page(&url)
        .await
        .ok()
        .filter(|page| page.status == 200)?;
    let page = trip.read(&fetched, None).await?;
    Some(Nowhere {
        title: page.facts.title,
        words: page.words,
    })
}

/// The links of all pages, each address once, with the first page that has it.
fn links_of<'a>(pages: impl Iterator<Item = &'a Page>) -> Vec<Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for page in pages {
        for link in page.facts.links.links.iter().filter(|link| link.trap.is_none()) {
            found.entry(link.url.clone()).or_insert_with(|| Found {
                url: link.url.clone(),
                text: link.text.clone(),
                on: page.url.to_string(),
                external: !link.internal,
            });
        }
    }
    found.into_values().collect()
}
