//! Pages for a visit: each fetched once, within the budget, where `robots.txt` allows it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;
use url::Url;

use super::plan::memory::Validated;
use super::plan::robots::{self, Robots};
use crate::net::browse::{Ask, Browser, Got};
use crate::net::fault::Fault;
use crate::page::facts::MAX_BODY;
use crate::page::links::normalise;
use crate::render::Renderer;

/// Bytes of a published document: a report with its appendices is some megabytes.
const MAX_DOCUMENT: usize = 20 * 1024 * 1024;

/// Bytes of pages in one visit, rendered ones among them: all are held until it ends.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A page as it came.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it was in the end.
    pub url: Url,
    /// Its status.
    pub status: u16,
    /// Redirects on the way.
    pub redirects: usize,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// The body is what the page's scripts made of it.
    pub rendered: bool,
}

/// Why a page was not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// `robots.txt` asks to stay away.
    Robots,
    /// The visit's budget of pages is used up.
    Budget,
    /// No answer, or none that can be read.
    Fault(Fault),
}

/// What a conditional request came to.
#[derive(Debug)]
pub enum Fresh {
    /// The page.
    Page(Arc<Fetched>),
    /// It is what it was.
    Unchanged,
}

/// Fetches pages.
#[derive(Debug)]
pub struct Fetcher<'a> {
    browser: Browser<'a>,
    robots: Mutex<BTreeMap<String, Arc<Robots>>>,
    pages: Mutex<BTreeMap<String, Result<Arc<Fetched>, Miss>>>,
    /// What was answered with success, by the address asked for and by the one it was at.
    bodies: Mutex<BTreeMap<String, Arc<Fetched>>>,
    left: AtomicU32,
    /// Bytes of pages so far.
    bytes: AtomicUsize,
    until: Option<Instant>,
    read: AtomicU32,
    /// The command that renders pages, if they are to be rendered.
    render: Option<Vec<String>>,
    renderer: tokio::sync::Mutex<Option<Renderer>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Fetcher<'a> {
    /// A fetcher that reads at most `pages` pages, begins none after `until`, and runs their scripts by the command `render`
    /// where there is one.
    #[must_use]
    pub fn new(
        browser: Browser<'a>,
        pages: u32,
        until: Option<Instant>,
        render: Option<Vec<String>>,
    ) -> Self {
        Self {
            browser,
            robots: Mutex::default(),
            pages: Mutex::default(),
            bodies: Mutex::default(),
            left: AtomicU32::new(pages),
            bytes: AtomicUsize::new(0),
            until,
            read: AtomicU32::new(0),
            render,
            renderer: tokio::sync::Mutex::default(),
        }
    }

    /// Pages fetched so far.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.read.load(Ordering::Relaxed)
    }

    /// Every page that was answered with success, by the address asked for and by the one it was at.
    #[must_use]
    pub fn bodies(&self) -> BTreeMap<String, Arc<Fetched>> {
        lock(&self.bodies).clone()
    }

    /// The status of a page that this visit has fetched, and whether it was.
    #[must_use]
    pub fn known(&self, url: &str) -> Option<Arc<Fetched>> {
        lock(&self.pages).get(url)?.as_ref().ok().map(Arc::clone)
    }

    /// The home page, whatever `robots.txt` says: every visitor asks for it.
    ///
    /// # Errors
    /// [`Miss::Fault`] when it cannot be had.
    pub async fn home(&self, url: &Url) -> Result<Arc<Fetched>, Miss> {
        self.ask(url, HeaderMap::new()).await
    }

    /// A page, once a visit.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn page(&self, url: &Url) -> Result<Arc<Fetched>, Miss> {
        let key = normalise(url.clone()).to_string();
        if let Some(known) = lock(&self.pages).get(&key) {
            return known.clone();
        }
        let came = match self.may(url).await {
            Ok(()) => self.ask(url, HeaderMap::new()).await,
            Err(miss) => Err(miss),
        };
        lock(&self.pages).insert(key, came.clone());
        came
    }

    /// A page that was read before, if it has changed since.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn changed(&self, url: &Url, known: &Validated) -> Result<Fresh, Miss> {
        let mut conditions = HeaderMap::new();
        for (name, value) in [
            (IF_NONE_MATCH, &known.etag),
            (IF_MODIFIED_SINCE, &known.last_modified),
        ] {
            if let Some(value) = value.as_ref().and_then(|text| HeaderValue::from_str(text).ok()) {
                conditions.insert(name, value);
            }
        }
        // What scripts put on a page changes while the page itself stays.
        if conditions.is_empty() || self.render.is_some() {
            return self.page(url).await.map(Fresh::Page);
        }
        self.may(url).await?;
        let came = self.ask(url, conditions).await?;
        if came.status == 304 {
            return Ok(Fresh::Unchanged);
        }
        lock(&self.pages).insert(normalise(url.clone()).to_string(), Ok(Arc::clone(&came)));
        Ok(Fresh::Page(came))
    }

    /// Whether the visit's time is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// A link, wherever it leads: one request outside the budget of pages.
    pub async fn link(&self, url: &Url) -> Got {
        self.browser.get(&Ask::link(url, MAX_BODY)).await
    }

    /// A document that was said to be published here, whatever `robots.txt` says: its owner gave the address. Its bytes
    /// are those that came; no script runs.
    pub async fn document(&self, url: &Url) -> Got {
        self.read.fetch_add(1, Ordering::Relaxed);
        self.browser.get(&Ask::page(url, MAX_DOCUMENT)).await
    }

    /// Whether a page of this portal may be read at all.
    ///
    /// # Errors
    /// [`Miss::Robots`], or [`Miss::Budget`].
    async fn may(&self, url: &Url) -> Result<(), Miss> {
        if !self.robots(url).await.allows(url) {
            return Err(Miss::Robots);
        }
        if self.is_over() || self.bytes.load(Ordering::Relaxed) >= MAX_BYTES {
            return Err(Miss::Budget);
        }
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        taken.map(|_left| ()).map_err(|_none| Miss::Budget)
    }

    /// The rules of a host, asked for once a visit.
    pub async fn robots(&self, url: &Url) -> Arc<Robots> {
        let origin = url.origin().ascii_serialization();
        if let Some(known) = lock(&self.robots).get(&origin) {
            return Arc::clone(known);
        }
        let mut file = url.clone();
        file.set_path("/robots.txt");
        file.set_query(None);
        file.set_fragment(None);
        let got = self.browser.get(&Ask::link(&file, robots::MAX_BYTES)).await;
        let rules = match (got.status(), &got.body) {
            (Some(200..300), Ok(body)) => Robots::parse(&String::from_utf8_lossy(body)),
            (Some(500..), _) | (None, _) => Robots::nothing(),
            _ => Robots::everything(),
        };
        let rules = Arc::new(rules);
        lock(&self.robots).insert(origin, Arc::clone(&rules));
        rules
    }

    async fn ask(&self, url: &Url, conditions: HeaderMap) -> Result<Arc<Fetched>, Miss> {
        self.read.fetch_add(1, Ordering::Relaxed);
        let mut ask = Ask::page(url, MAX_BODY);
        ask.conditions = conditions;
        let got = self.browser.get(&ask).await;
        let status = got.status();
        let text = |name| {
            let value: &HeaderValue = got.headers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let (mut content_type, etag, last_modified) =
            (text(http::header::CONTENT_TYPE), text(ETAG), text(LAST_MODIFIED));
        let mut body = got.body.map_err(Miss::Fault)?;
        let mut rendered = false;
        if status == Some(200)
            && content_type.as_deref().is_none_or(|kind| kind.contains("html"))
            && let Some(page) = self.rendered(&got.url).await
        {
            content_type = Some("text/html; charset=utf-8".to_owned());
            body = page.into_bytes();
            rendered = true;
        }
        self.bytes.fetch_add(body.len(), Ordering::Relaxed);
        let fetched = Arc::new(Fetched {
            url: got.url,
            status: status.unwrap_or(0),
            redirects: got.hops.len().saturating_sub(1),
            content_type,
            etag,
            last_modified,
            body,
            rendered,
        });
        if status == Some(200) {
            let mut bodies = lock(&self.bodies);
            for address in [url, &fetched.url] {
                bodies.insert(address.to_string(), Arc::clone(&fetched));
            }
        }
        Ok(fetched)
    }

    /// The page as its scripts make it; nothing where they are not to be run or that fails.
    async fn rendered(&self, url: &Url) -> Option<String> {
        let command = self.render.as_ref()?;
        let mut kept = self.renderer.lock().await;
        let rendered = async {
            let renderer = match &mut *kept {
                Some(renderer) => renderer,
                none => none.insert(Renderer::start(command)?),
            };
            renderer.page(&self.browser, url).await
        };
        match rendered.await {
            Ok(page) => Some(page),
            Err(error) => {
                tracing::warn!(%url, %error, "the page is read as it came, without its scripts");
                close(kept.take()).await;
                None
            }
        }
    }

    /// The visit is over: ends the browser that rendered its pages, if there was one.
    pub async fn close(&self) {
        close(self.renderer.lock().await.take()).await;
    }
}

async fn close(renderer: Option<Renderer>) {
    if let Some(renderer) = renderer {
        renderer.close().await;
    }
}
