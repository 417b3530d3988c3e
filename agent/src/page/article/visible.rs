//! Dates that only a reader finds: labelled lines, the line beside the title, the text itself.

use std::sync::LazyLock;

use memchr::memmem::FinderRev;

use super::markup::{best, order_here};
use super::place::Place;
use super::{Candidates, Dated, Source, shorten};
use crate::page::dates::{Form, Found, scan};
use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag};
use crate::page::plain::fold;

/// Texts read in search of a date, at most.
const MAX_TEXTS: usize = 3_000;
/// Bytes of a text that may hold the article's date; longer ones are no page's prose.
const MAX_TEXT: usize = 20_000;
/// Nodes from the title within which a line with a date is its byline.
const NEAR: u32 = 60;
/// Letters that a byline has besides its date: names, places, a category.
const BYLINE_WORDS: usize = 70;
/// Bytes of a line that may be a byline.
const LINE: usize = 160;

/// Words before a date that call it the publication, folded.
const PUBLISHED: &[&str] = &[
    "ngay dang",
    "dang ngay",
    "dang luc",
    "ngay xuat ban",
    "published",
    "posted",
    "publication date",
    "date published",
    "written on",
    "submitted",
    "created",
    "first published",
    "veroffentlicht",
    "erschienen",
    "publie",
    "mis en ligne",
    "publicado",
    "pubblicato",
    "gepubliceerd",
    "geplaatst",
    "opublikowano",
    "dodano",
    "verfasst",
    "geschrieben",
    "erstellt",
    "eingestellt",
    "publisert",
    "publicerad",
    "yayinlanma",
    "date:",
    "datum:",
    "date de publication",
    "publicat",
    "added on",
    "von admin",
];

/// Words before a date that call it a change, folded.
const MODIFIED: &[&str] = &[
    "updated",
    "last update",
    "last modified",
    "modified",
    "edited",
    "aktualisiert",
    "geandert",
    "mis a jour",
    "modifie",
    "actualizado",
    "aggiornato",
    "bijgewerkt",
    "zuletzt",
    "sua doi",
    "chinh sua",
    "cap nhat",
    "sua lan cuoi",
    "stand:",
    "last edited",
    "reviewed",
    "modificat",
    "aktualizacja",
    "update:",
    "letzte anderung",
];

/// Both lists as they are sought: before every date of a page.
static LABELS: LazyLock<[Vec<FinderRev<'static>>; 2]> =
    LazyLock::new(|| [PUBLISHED, MODIFIED].map(|words| words.iter().map(FinderRev::new).collect()));

/// What the words before a date say of it.
pub(super) fn label_before(text: &str, at: usize) -> Option<Source> {
    let before = text.get(..at).unwrap_or_default();
    let mut from = before.len().saturating_sub(60);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let folded = fold(before.get(from..).unwrap_or_default());
    if folded.is_empty() {
        return None;
    }
    let place = |labels: &[FinderRev<'_>]| {
        let places = labels.iter().filter_map(|label| label.rfind(folded.as_bytes()));
        places.max()
    };
    let [published, modified] = &*LABELS;
    match (place(published), place(modified)) {
        (Some(p), Some(m)) if m > p => Some(Source::Modified),
        (Some(_), _) => Some(Source::Labelled),
        (None, Some(_)) => Some(Source::Modified),
        (None, None) => None,
    }
}

/// Whether the words before a date call it an update without saying that it is the last one: many portals call the
/// publication so.
pub(super) fn is_update(text: &str, at: usize) -> bool {
    let folded = fold(text.get(..at).unwrap_or_default());
    folded
        .rfind("cap nhat")
        .is_some_and(|place| !folded.get(place..).is_some_and(|rest| rest.contains("cuoi")))
        && !folded.contains("lan cap nhat")
}

/// The dates of a line after `first` that have a label of their own: `Sửa lần cuối: 27/02/2026 - Đăng ngày: 05/02/2026`.
pub(super) fn labelled_later<'a>(text: &str, found: &'a [Found], first: &Found) -> Vec<(&'a Found, Source)> {
    let mut end = first.span.end;
    let mut all = Vec::new();
    for date in found.iter().filter(|f| f.span.start >= first.span.end) {
        let between = text.get(end..date.span.start).unwrap_or_default();
        end = date.span.end;
        if let Some(source) = label_before(between, between.len()).filter(|_| date.form != Form::Relative) {
            all.push((date, source));
        }
    }
    all
}

/// Whether the line is about the date (with a name, a place, a counter) and not a sentence with a date in it.
fn is_date_line(text: &str, found: &[Found]) -> bool {
    let dates: usize = found.iter().map(|f| f.span.len()).sum();
    text.len().saturating_sub(dates) <= BYLINE_WORDS
}

pub(super) fn collect(document: &Document<'_>, place: &Place, out: &mut Candidates) {
    let dom = &document.dom;
    let order = order_here(document);
    let today = document.fetched.date();
    for node in dom.all().filter(|&n| dom.is_text(n)).take(MAX_TEXTS) {
        let raw = dom.raw(node);
        if raw.len() < 3 || raw.len() > MAX_TEXT || !raw.bytes().any(|b| b.is_ascii_digit()) {
            continue;
        }
        if dom.ancestors(node).any(|n| {
            dom.tag(n).is_hidden()
                || matches!(
                    dom.tag(n),
                    Tag::Title | Tag::Option | Tag::Textarea | Tag::Marquee
                )
        }) {
            continue;
        }
        // The line around the text: inline pieces of one date belong together.
        let mut line = dom.parent(node);
        while dom.tag(line).is_inline() && dom.parent(line) != NodeId::ROOT {
            line = dom.parent(line);
        }
        let mut text = dom.text(line, LINE + 1);
        if text.len() > LINE {
            text = dom.own_text(node);
        }
        let found = scan(&text);
        let Some(first) = best(&found).filter(|f| f.form != Form::Relative) else {
            continue;
        };
        let Some(day) = first
            .day(document.fetched, order)
            .filter(|d| *d <= today && d.year() >= 1995)
        else {
            continue;
        };
        let short = text.len() <= LINE;
        let source = match label_before(&text, first.span.start) {
            Some(source) if short => source,
            _ if short && place.title_distance(line) < NEAR && is_date_line(&text, &found) => Source::Byline,
            _ => Source::Text,
        };
        let dated = Dated {
            day,
            source,
            text: shorten(&text),
            selector: dom.selector(node),
        };
        for (other, source) in labelled_later(&text, &found, first) {
            let day = other.day(document.fetched, order).filter(|d| *d <= today);
            let Some(day) = day.filter(|_| short && !place.is_foreign(node)) else {
                continue;
            };
            let dated = Dated {
                day,
                source,
                ..dated.clone()
            };
            if source == Source::Modified {
                out.modified.push(dated);
            } else {
                out.published.push((dated, place.title_distance(line)));
            }
        }
        if place.is_clock(node, day, today, source == Source::Labelled) {
            continue;
        }
        if place.is_foreign(node) {
            out.aside.push((dated, place.title_distance(line)));
        } else if source == Source::Modified {
            if is_update(&text, first.span.start) && place.title_distance(line) < NEAR {
                let byline = Dated {
                    source: Source::Byline,
                    ..dated.clone()
                };
                out.published.push((byline, place.title_distance(line)));
            }
            out.modified.push(dated);
        } else {
            out.published.push((dated, place.title_distance(line)));
        }
    }
}
