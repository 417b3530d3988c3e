//! When an article was published, and when it was changed, with the place that says so.
//!
//! The sources are asked in the order of their honesty: structured data about the article itself, publication metadata,
//! marked-up times, the address, what a reader sees beside the title, and the text last. A source that only says
//! when the page was made (`Last-Modified`, `og:updated_time`, a clock) is never the publication.

mod choose;
mod markup;
mod metadata;
mod place;
mod visible;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::document::Document;

/// Where a date of the article was read; in the order of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// `datePublished` of the article's own JSON-LD object.
    JsonLd,
    /// A `<meta>` that speaks of publication (`article:published_time`, `datePublished`, …).
    Meta,
    /// `itemprop="datePublished"`, `<time pubdate>`, `<time class="entry-date">`, `abbr.published`.
    Markup,
    /// A whole date in the address (`/2026/02/05/`).
    Url,
    /// A date in an element named after dates (`class="post-date"`).
    DateElement,
    /// A date that a label calls publication (`Ngày đăng`, `Published`).
    Labelled,
    /// A `<time>` that is not marked further.
    Time,
    /// A short line with a date beside the title.
    Byline,
    /// A general `<meta name="date">` and its kind.
    MetaGeneral,
    /// `datePublished` of a page object, not of an article.
    JsonLdPage,
    /// A publication date in a script that is not JSON-LD.
    Script,
    /// A date in running text.
    Text,
    /// A modification date, for want of any other.
    Modified,
}

/// One date and the place it was read from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dated {
    /// The civil day.
    pub day: Date,
    /// The kind of place.
    pub source: Source,
    /// What stands there.
    pub text: String,
    /// The element, or the metadata's name.
    pub selector: String,
}

/// The dates of an article page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ArticleDates {
    /// When it was first published.
    pub published: Option<Dated>,
    /// When it says it was last changed.
    pub modified: Option<Dated>,
}

impl ArticleDates {
    /// The publication, where it proves that something was posted by `today`: days out of running text and of changes prove
    /// nothing, and what speaks of the page and not of the article is stamped anew with every answer by some systems.
    #[must_use]
    pub fn posting(&self, today: Date) -> Option<&Dated> {
        self.published
            .as_ref()
            .filter(|dated| dated.source < Source::Text && dated.day <= today)
            .filter(|dated| dated.day < today || dated.source < Source::MetaGeneral)
    }
}

/// Every candidate of a page, gathered source by source.
#[derive(Debug, Default)]
struct Candidates {
    /// With the distance from the title, nodes.
    published: Vec<(Dated, u32)>,
    modified: Vec<Dated>,
    /// Dates of things beside the article: better than nothing, and only then.
    aside: Vec<(Dated, u32)>,
}

impl Candidates {
    /// A publication date of the head, which has no place on the page.
    fn publish(&mut self, dated: Dated) {
        self.published.push((dated, 0));
    }
}

/// The publication and modification dates of an article page.
#[must_use]
pub fn dates(document: &Document<'_>) -> ArticleDates {
    let mut candidates = Candidates::default();
    metadata::collect(document, &mut candidates);
    let place = place::Place::new(document);
    markup::collect(document, &place, &mut candidates);
    visible::collect(document, &place, &mut candidates);
    choose::choose(document, candidates)
}

/// Every candidate by source, for the evidence of `--explain` and for tests.
#[must_use]
pub fn candidates(document: &Document<'_>) -> Vec<Dated> {
    let mut candidates = Candidates::default();
    metadata::collect(document, &mut candidates);
    let place = place::Place::new(document);
    markup::collect(document, &place, &mut candidates);
    visible::collect(document, &place, &mut candidates);
    let published = candidates.published.into_iter().map(|(dated, _)| dated);
    published.chain(candidates.modified).collect()
}

/// A text shortened for evidence.
fn shorten(text: &str) -> String {
    text.chars().take(160).collect()
}

#[cfg(test)]
mod tests;
