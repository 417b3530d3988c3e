//! Feeds as further sources: RSS, Atom, JSON feed and sitemaps.
//!
//! They are read by a scan for their elements, without entities and without nesting, so that no bomb of either can be set
//! off; what lies beyond the bounds is left out and said so.

use jiff::civil::Date;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use url::Url;

use super::dates::{Fetched, Order, stamp};
use super::document::VIETNAM_OFFSET;
use super::dom::decode_entities;

/// Entries read of one feed or sitemap.
const MAX_ENTRIES: usize = 10_000;
/// Bytes of one entry.
const MAX_ENTRY: usize = 64 * 1024;

/// What a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedKind {
    /// RSS 0.9 to 2.0.
    Rss,
    /// Atom (RFC 4287).
    Atom,
    /// JSON feed 1.x.
    Json,
    /// A sitemap.
    Sitemap,
    /// An index of sitemaps.
    SitemapIndex,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it leads.
    pub url: Option<String>,
    /// Its title.
    pub title: String,
    /// The day it was published; for sitemaps the day of the last change.
    pub day: Option<Date>,
}

/// A feed as read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// What it is.
    pub kind: FeedKind,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// The newest day not after the fetch.
    pub newest: Option<Date>,
    /// Every entry bears the day of the fetch: the template writes it, and it proves nothing.
    pub all_now: bool,
    /// Entries were left out.
    pub truncated: bool,
}

/// Reads a feed or sitemap; nothing when the text is neither.
#[must_use]
pub fn feed(text: &str, base: &Url, fetched: Fetched) -> Option<Feed> {
    let head = text.get(..text.len().min(4_096)).or_else(|| text.get(..0))?;
    let head = if head.is_empty() {
        text.chars().take(2_000).collect()
    } else {
        head.to_owned()
    };
    let trimmed = head.trim_start_matches('\u{FEFF}').trim_start();
    let (kind, element) = if trimmed.starts_with('{') {
        return json(text, base, fetched);
    } else if head.contains("<sitemapindex") {
        (FeedKind::SitemapIndex, "sitemap")
    } else if head.contains("<urlset") {
        (FeedKind::Sitemap, "url")
    } else if head.contains("<rss") || head.contains("<rdf:RDF") || head.contains("<channel") {
        (FeedKind::Rss, "item")
    } else if head.contains("<feed") {
        (FeedKind::Atom, "entry")
    } else {
        return None;
    };
    let mut entries = Vec::new();
    let mut rest = text;
    let mut truncated = false;
    let close = format!("</{element}>");
    while let Some((at, content)) = open(rest, element) {
        let from = rest.get(at + content..)?;
        let Some(length) = memmem::find(from.as_bytes(), close.as_bytes()) else {
            break;
        };
        if entries.len() >= MAX_ENTRIES {
            truncated = true;
            break;
        }
        if length <= MAX_ENTRY {
            entries.push(entry(kind, from.get(..length).unwrap_or_default(), base, fetched));
        }
        rest = from.get(length + close.len()..).unwrap_or_default();
    }
    Some(finish(kind, entries, truncated, fetched))
}

fn finish(kind: FeedKind, entries: Vec<Entry>, truncated: bool, fetched: Fetched) -> Feed {
    let today = fetched.date();
    let days: Vec<Date> = entries.iter().filter_map(|e| e.day).collect();
    Feed {
        kind,
        newest: days.iter().copied().filter(|d| *d <= today).max(),
        all_now: days.len() >= 3 && days.iter().all(|d| *d == today),
        truncated,
        entries,
    }
}

/// The start of `<name>` or `<name …>`: its place and length.
fn open(text: &str, name: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    let needle = format!("<{name}");
    while let Some(at) = memmem::find(text.get(from..)?.as_bytes(), needle.as_bytes()) {
        let start = from + at;
        let after = text.get(start + needle.len()..)?;
        if after.starts_with(['>', ' ', '\n', '\r', '\t']) {
            let end = memchr::memchr(b'>', after.as_bytes())?;
            return Some((start, needle.len() + end + 1));
        }
        from = start + needle.len();
    }
    None
}

/// The text of the first element of one of `names`.
fn value(entry: &str, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let (at, length) = open(entry, name)?;
        let rest = entry.get(at + length..)?;
        let end = memmem::find(rest.as_bytes(), format!("</{name}>").as_bytes())?;
        let raw = rest.get(..end)?.trim();
        let raw = raw
            .strip_prefix("<![CDATA[")
            .and_then(|r| r.strip_suffix("]]>"))
            .unwrap_or(raw);
        let text = decode_entities(raw.trim()).trim().to_owned();
        (!text.is_empty()).then(|| text.chars().take(600).collect())
    })
}

fn entry(kind: FeedKind, text: &str, base: &Url, fetched: Fetched) -> Entry {
    let dates: &[&str] = match kind {
        FeedKind::Rss => &["pubDate", "dc:date", "pubdate"],
        FeedKind::Atom => &["published", "updated", "issued"],
        FeedKind::Sitemap | FeedKind::SitemapIndex | FeedKind::Json => &["lastmod", "news:publication_date"],
    };
    let link = match kind {
        FeedKind::Sitemap | FeedKind::SitemapIndex => value(text, &["loc"]),
        FeedKind::Atom => atom_link(text),
        FeedKind::Rss | FeedKind::Json => value(text, &["link", "guid"]),
    };
    Entry {
        url: link.and_then(|l| base.join(&l).ok()).map(String::from),
        title: value(text, &["title", "news:title"]).unwrap_or_default(),
        day: value(text, dates).and_then(|d| stamp(&d, fetched, Order::DayFirst, Some(VIETNAM_OFFSET))),
    }
}

/// `<link href="…">`, the one that is no `self` or `edit`.
fn atom_link(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some((at, length)) = open(rest, "link") {
        let tag = rest.get(at..at + length)?;
        let other =
            tag.contains("rel=\"self\"") || tag.contains("rel=\"edit\"") || tag.contains("rel=\"enclosure\"");
        if !other && let Some(href) = tag.split("href=").nth(1) {
            let quote = href.chars().next()?;
            return href
                .get(1..)?
                .split(quote)
                .next()
                .map(|h| decode_entities(h).into_owned());
        }
        rest = rest.get(at + length..)?;
    }
    None
}

fn json(text: &str, base: &Url, fetched: Fetched) -> Option<Feed> {
    let value: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{FEFF}')).ok()?;
    let is_feed = value
        .get("version")
        .and_then(|v| v.as_str())
        .is_some_and(|v| v.contains("jsonfeed"));
    let items = value.get("items")?.as_array().filter(|_| is_feed)?;
    let entries = items
        .iter()
        .take(MAX_ENTRIES)
        .map(|item| {
            let text = |key: &str| item.get(key).and_then(|v| v.as_str());
            Entry {
                url: text("url").and_then(|u| base.join(u).ok()).map(String::from),
                title: text("title").unwrap_or_default().chars().take(600).collect(),
                day: text("date_published")
                    .and_then(|d| stamp(d, fetched, Order::DayFirst, Some(VIETNAM_OFFSET))),
            }
        })
        .collect();
    Some(finish(
        FeedKind::Json,
        entries,
        items.len() > MAX_ENTRIES,
        fetched,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Fetched = jiff::civil::datetime(2026, 11, 6, 8, 15, 0, 0);

    fn read(text: &str) -> Option<Feed> {
        feed(text, &Url::parse("https://xa.example/rss").unwrap(), NOW)
    }

    #[test]
    fn every_kind_is_read() {
        let rss = read("<?xml version='1.0'?><rss><channel><title>x</title><item><title><![CDATA[Một & hai]]></title><link>/a?x=1&amp;y=2</link><pubDate>Wed, 04 Nov 2026 20:00:00 GMT</pubDate></item></channel></rss>").unwrap();
        assert_eq!(
            rss.entries[0].url.as_deref(),
            Some("https://xa.example/a?x=1&y=2")
        );
        assert_eq!(rss.entries[0].title, "Một & hai");
        assert_eq!(rss.newest.unwrap().to_string(), "2026-11-05");
        let atom = read("<feed xmlns='x'><entry><title>Một</title><link rel=\"self\" href=\"/s\"/><link href=\"/b\"/><updated>2026-11-06T01:00:00Z</updated><published>2026-11-01T01:00:00Z</published></entry></feed>").unwrap();
        assert_eq!(atom.entries[0].url.as_deref(), Some("https://xa.example/b"));
        assert_eq!(atom.newest.unwrap().to_string(), "2026-11-01");
        let json = read(r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"url":"/c","title":"Một","date_published":"2026-11-02T08:00:00+07:00"}]}"#).unwrap();
        assert_eq!(json.newest.unwrap().to_string(), "2026-11-02");
        let map = read("<urlset><url><loc>https://xa.example/d</loc><lastmod>2026-11-03</lastmod></url><url><loc>/e</loc></url></urlset>").unwrap();
        assert_eq!((map.kind, map.entries.len()), (FeedKind::Sitemap, 2));
        assert_eq!(
            read("<sitemapindex><sitemap><loc>/s1.xml</loc></sitemap></sitemapindex>")
                .unwrap()
                .kind,
            FeedKind::SitemapIndex
        );
        assert!(read("<html><body>x</body></html>").is_none());
    }

    #[test]
    fn a_feed_that_says_now_proves_nothing() {
        let item = "<item><title>a</title><pubDate>Fri, 06 Nov 2026 08:15:00 +0700</pubDate></item>";
        assert!(read(&format!("<rss>{}</rss>", item.repeat(5))).unwrap().all_now);
    }

    #[test]
    fn bombs_and_endless_maps_are_bounded() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><rss><item><title>&b;</title></item></rss>";
        assert_eq!(read(bomb).unwrap().entries[0].title, "&b;");
        let map = format!("<urlset>{}</urlset>", "<url><loc>/a</loc></url>".repeat(30_000));
        let feed = read(&map).unwrap();
        assert!(feed.truncated && feed.entries.len() == MAX_ENTRIES);
        assert!(read(&"<rss><item><title>".repeat(20_000)).is_some());
    }
}
