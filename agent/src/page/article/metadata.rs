//! Dates of the head: JSON-LD, `<meta>`, the address, and publication dates in other scripts.

use jiff::civil::Date;
use memchr::memmem;

use super::{Candidates, Dated, Source, shorten};
use crate::page::dates::{Order, stamp};
use crate::page::document::Document;
use crate::page::dom::Tag;
use crate::page::json_ld::{Entity, entities};

/// Names of metas that speak of publication.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "article.published",
    "article:post_date",
    "og:published_time",
    "og:pubdate",
    "og:publish_date",
    "datepublished",
    "date_published",
    "date-published",
    "publisheddate",
    "published-date",
    "published_date",
    "published_time",
    "published_at",
    "publish_date",
    "publish-date",
    "publishdate",
    "publish_time",
    "publication_date",
    "publication-date",
    "publicationdate",
    "pubdate",
    "pub_date",
    "rnews:datepublished",
    "sailthru.date",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:time",
    "dc.date.issued",
    "dc.date.created",
    "dc.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.created",
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "bt:pubdate",
    "originalpublicationdate",
    "first_published",
    "shareaholic:article_published_time",
    "article_date_original",
    "timestamp",
    "displaydate",
    "article:create_time",
    "vr:published_time",
    "analyticsattributes.articledate",
];

/// Names of metas that may mean anything.
const GENERAL: &[&str] = &[
    "date",
    "dc.date",
    "dcterms.date",
    "dcterms.available",
    "article:date",
    "article_date",
    "og:date",
    "time",
    "date.available",
    "datecreated",
    "date_created",
    "created",
    "creation_date",
    "date.created",
    "revised",
    "dateposted",
    "release_date",
    "video:release_date",
    "og:video:release_date",
    "eprints.date",
    "doc_date",
    "last-update",
    "pagedate",
    "issued",
];

/// Names of metas that speak of changes.
const MODIFIED: &[&str] = &[
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "modified_time",
    "modified",
    "last-modified",
    "lastmod",
    "dc.modified",
    "dcterms.modified",
    "dc.date.modified",
    "updated_time",
    "lastdate",
    "date-revised",
    "modificationdate",
];

/// Keys of publication dates in scripts that are not JSON-LD.
const SCRIPT_KEYS: &[&str] = &[
    "datePublished",
    "publishDate",
    "publishedDate",
    "publishedAt",
    "published_at",
    "publish_date",
    "datePublication",
    "publicationDate",
    "firstPublished",
    "pubDate",
    "dateCreated",
    "articlePublishDate",
    "publishedTime",
    "post_date",
];

pub(super) fn collect(document: &Document<'_>, out: &mut Candidates) {
    json_ld(document, out);
    metas(document, out);
    if let Some(day) = of_url(document.url.as_str()) {
        out.publish(Dated {
            day,
            source: Source::Url,
            text: shorten(document.url.path()),
            selector: "url".to_owned(),
        });
    }
    if out.published.iter().all(|(d, _)| d.source > Source::Url) {
        scripts(document, out);
    }
}

fn day(document: &Document<'_>, text: &str) -> Option<Date> {
    let today = document.fetched.date();
    let found = stamp(text, document.fetched, Order::DayFirst, document.zone())?;
    // A day ahead is a matter of zones; more is no publication.
    (found <= today.checked_add(jiff::Span::new().days(1)).unwrap_or(today)).then_some(found)
}

fn is_article(entity: &Entity) -> bool {
    entity.types.iter().any(|t| {
        t.ends_with("Article")
            || t.ends_with("Posting")
            || matches!(
                t.as_str(),
                "Report"
                    | "Review"
                    | "Recipe"
                    | "HowTo"
                    | "Blog"
                    | "CreativeWork"
                    | "Question"
                    | "QAPage"
                    | "ClaimReview"
                    | "PodcastEpisode"
            )
    })
}

fn json_ld(document: &Document<'_>, out: &mut Candidates) {
    let all = entities(document);
    let title = document.title();
    let path = document.url.path().trim_matches('/');
    let speaks_of_this = |entity: &Entity| {
        entity
            .url
            .as_deref()
            .is_some_and(|url| path.len() > 1 && url.trim_end_matches('/').ends_with(path))
            || entity
                .name
                .as_deref()
                .is_some_and(|name| name.len() > 12 && title.contains(name))
    };
    // The page's own article first: by address or title, then the first that is not embedded.
    let mut own: Vec<&Entity> = all.iter().filter(|e| !e.embedded).collect();
    own.sort_by_key(|e| (!is_article(e), !speaks_of_this(e), e.depth));
    own.retain(|e| {
        !e.types.iter().any(|t| {
            matches!(
                t.as_str(),
                "VideoObject" | "ImageObject" | "Comment" | "Event" | "Product"
            )
        })
    });
    for entity in own {
        let source = if is_article(entity) {
            Source::JsonLd
        } else {
            Source::JsonLdPage
        };
        let kind = entity.types.first().map_or("object", String::as_str);
        if let Some((text, day)) = entity
            .published
            .as_deref()
            .and_then(|t| Some((t, day(document, t)?)))
        {
            out.publish(Dated {
                day,
                source,
                text: shorten(text),
                selector: format!("json-ld {kind}.datePublished"),
            });
        }
        if let Some((text, day)) = entity
            .modified
            .as_deref()
            .and_then(|t| Some((t, day(document, t)?)))
        {
            out.modified.push(Dated {
                day,
                source,
                text: shorten(text),
                selector: format!("json-ld {kind}.dateModified"),
            });
        }
    }
}

fn metas(document: &Document<'_>, out: &mut Candidates) {
    let dom = &document.dom;
    for node in dom.all().filter(|&n| dom.tag(n) == Tag::Meta) {
        let Some(content) = dom
            .attr_text(node, "content")
            .filter(|c| c.len() >= 8 && c.len() <= 80)
        else {
            continue;
        };
        let Some(name) = ["property", "name", "itemprop", "http-equiv", "pubdate"]
            .iter()
            .find_map(|attribute| dom.attr(node, attribute))
        else {
            continue;
        };
        let name = name.trim().to_ascii_lowercase();
        let (source, modified) = if PUBLISHED.contains(&name.as_str()) {
            (Source::Meta, false)
        } else if MODIFIED.contains(&name.as_str()) {
            (Source::Modified, true)
        } else if GENERAL.contains(&name.as_str()) {
            (Source::MetaGeneral, false)
        } else {
            continue;
        };
        if let Some(day) = day(document, &content) {
            let dated = Dated {
                day,
                source,
                text: shorten(&content),
                selector: format!("meta[{name}]"),
            };
            if modified {
                out.modified.push(dated);
            } else {
                out.publish(dated);
            }
        }
    }
}

/// A whole date in the path of an address: `/2026/02/05/`, `/2026-02-05-`, `/20260205/`, `/05-02-2026`.
pub(super) fn of_url(url: &str) -> Option<Date> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let bytes = path.as_bytes();
    for (at, _) in path.match_indices(|c: char| c.is_ascii_digit()) {
        let fresh = at > 0 && !bytes.get(at - 1).is_some_and(u8::is_ascii_alphanumeric);
        if !fresh {
            continue;
        }
        let rest = path.get(at..)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let found = match digits {
            1 | 2 => {
                // `29-10-2021`: the day first, as a part of its own.
                let part = rest.split(['/', '?', '_', '&']).next().unwrap_or_default();
                let mut parts = part.splitn(4, ['-', '.']);
                let (day, month, year) = (parts.next()?, parts.next(), parts.next());
                month
                    .zip(year.filter(|y| y.len() == 4))
                    .and_then(|(m, y)| build(y, m, day))
            }
            4 => {
                let mut parts = rest.splitn(4, ['/', '-', '_', '.']);
                let (year, month) = (parts.next()?, parts.next());
                let day = parts
                    .next()
                    .map(|d| d.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
                month.zip(day).and_then(|(m, d)| build(year, m, d))
            }
            8 => build(rest.get(..4)?, rest.get(4..6)?, rest.get(6..8)?),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn build(year: &str, month: &str, day: &str) -> Option<Date> {
    let short = |text: &str| (1..=2).contains(&text.len());
    if !short(month) || !short(day) {
        return None;
    }
    let month = month.parse().ok()?;
    crate::page::dates::date(year.parse().ok()?, month, day.parse().ok()?)
}

fn scripts(document: &Document<'_>, out: &mut Candidates) {
    let dom = &document.dom;
    for node in dom.all().filter(|&n| dom.tag(n) == Tag::Script) {
        let script = dom.script(node);
        if script.len() < 20 {
            continue;
        }
        for key in SCRIPT_KEYS {
            let Some(at) = memmem::find(script.as_bytes(), key.as_bytes()) else {
                continue;
            };
            let after = script.get(at + key.len()..).unwrap_or_default();
            let value = after
                .trim_start_matches(['"', '\'', '\\', ' '])
                .strip_prefix([':', '=', ','])
                .map(|v| v.trim_start_matches(['"', '\'', '\\', ' ']));
            let Some(value) = value.map(|v| {
                v.split(['"', '\'', '\\', '<', '}', '\n'])
                    .next()
                    .unwrap_or_default()
            }) else {
                continue;
            };
            if let Some(day) = day(document, value).filter(|_| value.len() <= 60) {
                // Structured data that no parser reads is still structured data.
                let structured = dom.attr(node, "type").is_some_and(|t| t.contains("ld+json"));
                out.publish(Dated {
                    day,
                    source: if structured {
                        Source::JsonLd
                    } else {
                        Source::Script
                    },
                    text: shorten(value),
                    selector: format!("script {key}"),
                });
                return;
            }
        }
    }
}
