//! One page as every extractor sees it: the tree, where it came from and when it was fetched.

use ems_contract::time::UnixTime;
use jiff::civil::DateTime;
use url::Url;

use super::dom::{Dom, NodeId, Tag, decode_entities};

/// Minutes that Việt Nam is ahead of UTC.
pub const VIETNAM_OFFSET: i32 = 7 * 60;

/// A parsed page with its address and the instant of its fetch.
#[derive(Debug)]
pub struct Document<'a> {
    /// The tree.
    pub dom: Dom<'a>,
    /// Where the page was in the end, after redirects.
    pub url: Url,
    /// The fetch in Vietnamese civil time.
    pub fetched: DateTime,
    /// Whether stamps of machines are meant in Vietnamese time: a `.vn` host, `lang="vi"` or Vietnamese text.
    pub vietnamese: bool,
    /// The usual offset of the readers of a page abroad, as far as host or language tell it.
    abroad: Option<i32>,
    base: Option<Url>,
}

/// Letters of the Vietnamese block of Unicode (they begin with the byte E1) that make a page Vietnamese.
const MANY_LETTERS: usize = 400;

/// Country domains on Central European Time.
const CENTRAL_EUROPE: &[&str] = &[
    "at", "ba", "be", "ch", "cz", "de", "dk", "es", "fr", "hr", "hu", "it", "lu", "nl", "no", "pl", "rs",
    "se", "si", "sk",
];

fn offset_abroad(host: &str, lang: &str) -> Option<i32> {
    let domain = host.rsplit('.').next().unwrap_or_default();
    if CENTRAL_EUROPE.contains(&domain) {
        return Some(60);
    }
    (domain == "ca" || lang.eq_ignore_ascii_case("en-us")).then_some(-300)
}

impl<'a> Document<'a> {
    /// Parses a decoded page.
    #[must_use]
    pub fn new(text: &'a str, url: &Url, fetched_at: UnixTime) -> Self {
        let dom = Dom::parse(text);
        let base = dom
            .all()
            .take(400)
            .find(|&n| dom.tag(n) == Tag::Base)
            .and_then(|n| dom.attr_text(n, "href"))
            .and_then(|href| url.join(&href).ok());
        let lang = dom
            .find(NodeId::ROOT, Tag::Html)
            .and_then(|html| dom.attr(html, "lang"))
            .unwrap_or_default();
        let host = url.host_str().unwrap_or_default();
        let vietnamese = host.ends_with(".vn")
            || lang.get(..2).is_some_and(|l| l.eq_ignore_ascii_case("vi"))
            || memchr::memchr_iter(0xE1, text.as_bytes())
                .take(MANY_LETTERS)
                .count()
                == MANY_LETTERS;
        Self {
            dom,
            url: url.clone(),
            fetched: fetched_at.zoned().datetime(),
            vietnamese,
            abroad: offset_abroad(host, lang),
            base,
        }
    }

    /// The offset to which machines' stamps are moved before their day is taken.
    #[must_use]
    pub fn zone(&self) -> Option<i32> {
        self.vietnamese.then_some(VIETNAM_OFFSET).or(self.abroad)
    }

    /// A link's address made absolute, without fragment; nothing for `javascript:` and the like.
    #[must_use]
    pub fn resolve(&self, href: &str) -> Option<Url> {
        let href = decode_entities(href.trim());
        if href.is_empty() || href.starts_with('#') || href.len() > 4_096 {
            return None;
        }
        let mut url = self.base.as_ref().unwrap_or(&self.url).join(&href).ok()?;
        url.set_fragment(None);
        matches!(url.scheme(), "http" | "https").then_some(url)
    }

    /// The page's `<title>`.
    #[must_use]
    pub fn title(&self) -> String {
        self.dom
            .find(NodeId::ROOT, Tag::Title)
            .map(|t| self.dom.text(t, 1_000))
            .unwrap_or_default()
    }
}
