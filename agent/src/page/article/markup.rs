//! Dates that the markup calls dates: microdata, `<time>`, `<abbr>`, elements named after dates.

use jiff::civil::Date;

use super::place::Place;
use super::{Candidates, Dated, Source, shorten};
use crate::page::dates::{Form, Found, Order, Written, scan, stamp};
use crate::page::document::Document;
use crate::page::dom::{Names, NodeId, Tag};

/// Parts of class names and ids of elements that hold a publication date.
const DATE_NAMES: &[&str] = &[
    "date",
    "datum",
    "fecha",
    "data-pub",
    "published",
    "publish",
    "pubdate",
    "post-time",
    "posttime",
    "entry-time",
    "timestamp",
    "time-stamp",
    "posted",
    "ngay",
    "byline",
    "dateline",
    "post-meta",
    "postmeta",
    "entry-meta",
    "article-meta",
    "article-info",
    "meta-info",
    "post-info",
    "submitted",
    "created",
    "creation",
    "kalender",
    "time",
    "day",
    "info",
    "meta",
];

/// The weak ones among [`DATE_NAMES`]: they hold much else besides.
const WEAK_NAMES: &[&str] = &["time", "day", "info", "meta", "created", "byline"];

pub(super) fn collect(document: &Document<'_>, place: &Place, out: &mut Candidates) {
    let dom = &document.dom;
    let mut seen_elements = 0;
    let mut names = Names::new(&[DATE_NAMES]);
    for node in dom.all() {
        match dom.tag(node) {
            Tag::Time => time(document, place, node, out),
            Tag::Abbr => abbr(document, place, node, out),
            Tag::Text => continue,
            _ => {}
        }
        if let Some(property) = ["itemprop", "property"]
            .iter()
            .find_map(|a| dom.attr(node, a))
            .filter(|_| dom.tag(node) != Tag::Meta)
        {
            item_property(document, place, node, property, out);
        }
        let class = dom.attr(node, "class").unwrap_or_default();
        if class
            .split_ascii_whitespace()
            .any(|c| matches!(c, "published" | "dt-published" | "updated" | "dtstart"))
        {
            micro_format(document, place, node, class, out);
        }
        if seen_elements < 400
            && !matches!(
                dom.tag(node),
                Tag::Body | Tag::Html | Tag::Script | Tag::Meta | Tag::Input | Tag::Link | Tag::Time
            )
            && names.of(dom, node) != 0
        {
            seen_elements += 1;
            date_element(document, place, node, out);
        }
    }
}

fn past(document: &Document<'_>, day: Date) -> bool {
    let today = document.fetched.date();
    day <= today.checked_add(jiff::Span::new().days(1)).unwrap_or(today) && day.year() >= 1995
}

fn push(
    document: &Document<'_>,
    place: &Place,
    node: NodeId,
    source: Source,
    (day, text): (Date, &str),
    out: &mut Candidates,
) {
    let seen = matches!(source, Source::Time | Source::DateElement | Source::Byline);
    if !past(document, day) || place.is_clock(node, day, document.fetched.date(), !seen) {
        return;
    }
    let dated = Dated {
        day,
        source,
        text: shorten(text),
        selector: document.dom.selector(node),
    };
    if place.is_foreign(node) {
        out.aside.push((dated, place.title_distance(node)));
    } else if source == Source::Modified {
        out.modified.push(dated);
    } else {
        out.published.push((dated, place.title_distance(node)));
    }
}

fn stamp_of(document: &Document<'_>, node: NodeId, attributes: &[&str]) -> Option<(Date, String)> {
    attributes
        .iter()
        .filter_map(|a| document.dom.attr_text(node, a))
        .find_map(|value| {
            let day = stamp(&value, document.fetched, Order::DayFirst, document.zone())?;
            Some((day, value.into_owned()))
        })
}

/// The first date of a short text, with its text.
fn read_text(document: &Document<'_>, node: NodeId, limit: usize) -> Option<(Date, String)> {
    let text = document.dom.text(node, limit + 1);
    if text.len() > limit || text.len() < 6 {
        return None;
    }
    let found = best(&scan(&text))?.day(document.fetched, order_here(document))?;
    Some((found, text))
}

/// Foreign pages that write numbers: the month first where the page is American English.
pub(super) fn order_here(document: &Document<'_>) -> Order {
    let dom = &document.dom;
    let american = dom
        .find(NodeId::ROOT, Tag::Html)
        .and_then(|html| dom.attr(html, "lang"))
        .is_some_and(|lang| {
            let lang = lang.to_ascii_lowercase();
            lang == "en-us"
                || lang == "en_us"
                || (lang == "en" && document.url.host_str().is_some_and(|h| h.ends_with(".com")))
        });
    if american {
        Order::MonthFirst
    } else {
        Order::DayFirst
    }
}

/// The date that stands for the text: whole dates before those without a year.
pub(super) fn best(found: &[Found]) -> Option<&Found> {
    found
        .iter()
        .find(|f| !matches!(f.form, Form::NoYear | Form::ShortYear | Form::Relative))
        .or_else(|| found.iter().find(|f| f.form == Form::ShortYear))
        .or_else(|| found.iter().find(|f| matches!(f.written, Written::Ago { .. })))
}

fn time(document: &Document<'_>, place: &Place, node: NodeId, out: &mut Candidates) {
    let dom = &document.dom;
    let Some((day, text)) = stamp_of(document, node, &["datetime", "content", "data-datetime", "title"])
        .or_else(|| read_text(document, node, 80))
    else {
        return;
    };
    let changed = dom.marked(node, &["updat", "modif", "aktualis"]) && !dom.marked(node, &["published"])
        || dom
            .attr(node, "itemprop")
            .is_some_and(|p| p.eq_ignore_ascii_case("dateModified"));
    let source = if changed {
        Source::Modified
    } else if dom.attr(node, "pubdate").is_some()
        || dom.marked(node, &["publish", "entry-date", "post-date", "entry-time"])
    {
        Source::Markup
    } else {
        Source::Time
    };
    push(document, place, node, source, (day, &text), out);
}

fn abbr(document: &Document<'_>, place: &Place, node: NodeId, out: &mut Candidates) {
    let dom = &document.dom;
    if let Some(seconds) = dom.attr(node, "data-utime")
        && let Some(day) = stamp(seconds, document.fetched, Order::DayFirst, document.zone())
    {
        push(document, place, node, Source::Time, (day, seconds), out);
    }
    if dom.marked(node, &["published", "date", "time"])
        && let Some((day, text)) =
            stamp_of(document, node, &["title"]).or_else(|| read_text(document, node, 80))
    {
        push(document, place, node, Source::Markup, (day, &text), out);
    }
}

fn item_property(document: &Document<'_>, place: &Place, node: NodeId, property: &str, out: &mut Candidates) {
    let property = property.to_ascii_lowercase();
    let names = |wanted: &[&str]| {
        property
            .split_ascii_whitespace()
            .any(|p| wanted.contains(&p.rsplit(':').next().unwrap_or(p)))
    };
    let source = if names(&[
        "datepublished",
        "datecreated",
        "uploaddate",
        "published_time",
        "created",
        "issued",
    ]) {
        Source::Markup
    } else if names(&["datemodified", "modified"]) {
        Source::Modified
    } else {
        return;
    };
    if let Some((day, text)) =
        stamp_of(document, node, &["content", "datetime", "title"]).or_else(|| read_text(document, node, 120))
    {
        push(document, place, node, source, (day, &text), out);
    }
}

fn micro_format(document: &Document<'_>, place: &Place, node: NodeId, class: &str, out: &mut Candidates) {
    if matches!(document.dom.tag(node), Tag::Time | Tag::Abbr) {
        return;
    }
    let source = if class.contains("published") {
        Source::Markup
    } else if class.contains("updated") {
        Source::Modified
    } else {
        return;
    };
    if let Some((day, text)) =
        stamp_of(document, node, &["title", "datetime", "content"]).or_else(|| read_text(document, node, 120))
    {
        push(document, place, node, source, (day, &text), out);
    }
}

fn date_element(document: &Document<'_>, place: &Place, node: NodeId, out: &mut Candidates) {
    let dom = &document.dom;
    let text = dom.text(node, 301);
    if text.len() > 300 || text.len() < 6 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    let found = scan(&text);
    let Some(first) = best(&found) else { return };
    let Some(day) = first.day(document.fetched, order_here(document)) else {
        return;
    };
    let weak = !dom.marked(node, &DATE_NAMES[..DATE_NAMES.len() - 5])
        || dom.marked(node, WEAK_NAMES) && text.len() > 80;
    let source = match super::visible::label_before(&text, first.span.start) {
        Some(Source::Modified) => Source::Modified,
        Some(source) => source,
        None if weak => Source::Byline,
        None => Source::DateElement,
    };
    if source == Source::Modified && super::visible::is_update(&text, first.span.start) {
        push(document, place, node, Source::Byline, (day, &text), out);
    }
    push(document, place, node, source, (day, &text), out);
    for other in super::visible::labelled_later(&text, &found, first) {
        if let Some(day) = other.0.day(document.fetched, order_here(document)) {
            push(document, place, node, other.1, (day, &text), out);
        }
    }
}
