//! Whether the English side is real and complete: found, answering, in English, with the organisation's structure and the
//! officials' contacts (An Giang Đ6.2.a, Quảng Ngãi Đ8.3, NĐ 43 Đ13.1).

mod entry;
mod officials;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::dom::Tag;
use super::language::{self, Language, LanguageFacts};
use super::plain::{fold, fold_words};
use super::region::Regions;

pub use entry::{Entry, EntryBy, entries, links_to_visit};
pub use officials::{Officials, officials};

/// One visited page of the English side.
#[derive(Debug)]
pub struct Visited<'a> {
    /// The final status.
    pub status: u16,
    /// The page.
    pub document: Document<'a>,
    /// Its regions.
    pub regions: Regions,
}

impl<'a> Visited<'a> {
    /// A visited page; regions are worked out here.
    #[must_use]
    pub fn new(status: u16, document: Document<'a>) -> Self {
        let regions = Regions::new(&document.dom);
        Self {
            status,
            document,
            regions,
        }
    }

    fn language(&self) -> LanguageFacts {
        language::of_page(&self.document, &self.regions)
    }
}

/// What the English side comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything demanded is there.
    Pass,
    /// It is English, and something demanded is missing.
    MissingItems,
    /// Its content is not English.
    NotEnglish,
    /// It has no content.
    Empty,
    /// There is none.
    Absent,
}

/// What may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The English page itself.
    EnPage,
    /// Any content.
    Content,
    /// English as the language of the content.
    Language,
    /// English items behind English titles.
    ItemsLanguage,
    /// The page on structure, functions and duties.
    OrgStructure,
    /// Officials with their contacts.
    Officials,
    /// Officials' names.
    Name,
    /// Officials' titles.
    Title,
    /// Officials' units.
    Unit,
    /// Telephone numbers.
    Phone,
    /// Fax numbers.
    Fax,
    /// E-mail addresses, also written with `[at]`.
    Email,
}

/// The facts about the English side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnglishFacts {
    /// What it comes to.
    pub verdict: Verdict,
    /// What is missing, all of it.
    pub missing: Vec<Missing>,
    /// The entry page.
    pub entry: Option<String>,
    /// The language of the entry page's content.
    pub language: Language,
    /// Words of the entry page's content that were judged.
    pub words: u32,
    /// The page on the organisation's structure.
    pub organisation: Option<String>,
    /// The page with the officials' contacts.
    pub contacts: Option<String>,
    /// What the contacts show.
    pub officials: Option<Officials>,
}

/// Words of content below which a page has none.
const LEAST_WORDS: u32 = 12;
/// Words of English that a page on the organisation must have (the obligation's 300 are judged by the collector).
const ORGANISATION_WORDS: u32 = 40;

/// Judges the English side from its entry page and the pages visited from it (the home page apart).
#[must_use]
pub fn judge(entry: Option<&Visited<'_>>, pages: &[Visited<'_>]) -> EnglishFacts {
    let mut facts = EnglishFacts {
        verdict: Verdict::Absent,
        missing: vec![Missing::EnPage],
        entry: entry.map(|e| e.document.url.to_string()),
        language: Language::None,
        words: 0,
        organisation: None,
        contacts: None,
        officials: None,
    };
    let Some(entry) = entry.filter(|e| e.status == 200 && !is_not_found(e)) else {
        return facts;
    };
    let language = entry.language();
    if language.words < LEAST_WORDS {
        facts.verdict = Verdict::Empty;
        facts.missing = vec![Missing::Content];
        return facts;
    }
    facts.language = language.content;
    facts.words = language.words;
    facts.missing.clear();
    if language.content != Language::En {
        facts.missing.push(Missing::Language);
    }
    let english: Vec<&Visited<'_>> = std::iter::once(entry)
        .chain(pages)
        .filter(|p| p.status == 200 && p.language().content == Language::En)
        .collect();
    if facts.missing.is_empty() && items_are_vietnamese(entry, pages) {
        facts.missing.push(Missing::ItemsLanguage);
    }
    organisation(&english, &mut facts);
    contacts(&english, &mut facts);
    facts.missing.sort_unstable();
    facts.verdict = if facts.missing.is_empty() {
        Verdict::Pass
    } else if facts
        .missing
        .iter()
        .any(|m| matches!(m, Missing::Language | Missing::ItemsLanguage))
    {
        Verdict::NotEnglish
    } else {
        Verdict::MissingItems
    };
    facts
}

fn organisation(english: &[&Visited<'_>], facts: &mut EnglishFacts) {
    let found = english.iter().find(|page| {
        let head = fold(&format!("{} {}", page.document.title(), heading(page)));
        let path = page.document.url.path().to_ascii_lowercase();
        let about = [
            "organi",
            "structure",
            "functions",
            "duties",
            "apparatus",
            "about us",
            "introduction",
        ]
        .iter()
        .any(|word| head.contains(word) || (word.len() > 6 && path.contains(word)));
        about && page.language().words >= ORGANISATION_WORDS
    });
    match found {
        Some(page) => facts.organisation = Some(page.document.url.to_string()),
        None => facts.missing.push(Missing::OrgStructure),
    }
}

fn contacts(english: &[&Visited<'_>], facts: &mut EnglishFacts) {
    let best = english
        .iter()
        .filter_map(|page| officials(&page.document, &page.regions).map(|o| (page, o)))
        .max_by_key(|(page, o)| {
            let head = fold(&format!("{} {}", page.document.title(), heading(page)));
            let named = ["contact", "directory", "official", "leader"]
                .iter()
                .any(|w| head.contains(w));
            (named, o.fields(), o.persons)
        });
    let Some((page, officials)) = best else {
        facts.missing.push(Missing::Officials);
        return;
    };
    facts.contacts = Some(page.document.url.to_string());
    for (there, missing) in [
        (officials.name, Missing::Name),
        (officials.title, Missing::Title),
        (officials.unit, Missing::Unit),
        (officials.phone, Missing::Phone),
        (officials.fax, Missing::Fax),
        (officials.email, Missing::Email),
    ] {
        if !there {
            facts.missing.push(missing);
        }
    }
    facts.officials = Some(officials);
}

/// The headings of the content.
fn heading(page: &Visited<'_>) -> String {
    let dom = &page.document.dom;
    dom.all()
        .filter(|&n| dom.tag(n).is_heading() && page.regions.is_content(n))
        .take(3)
        .map(|n| dom.text(n, 200))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Texts of pages that are not there, folded.
const NOT_FOUND: &[&str] = &[
    "khong tim thay",
    "khong duoc tim thay",
    "khong ton tai",
    "not found",
    "does not exist",
    "cannot be found",
    "could not be found",
    "404",
    "page not found",
    "no longer available",
    "error 404",
];

fn is_not_found(page: &Visited<'_>) -> bool {
    says_not_found(&page.document, &page.regions)
}

/// Whether a page answered with 200 says that it is not there: a short content with such words (soft 404).
#[must_use]
pub fn says_not_found(document: &Document<'_>, regions: &Regions) -> bool {
    let dom = &document.dom;
    let mut text = String::new();
    for node in dom.all().filter(|&n| dom.is_text(n) && regions.is_content(n)) {
        if matches!(dom.tag(dom.parent(node)), Tag::Title | Tag::Option) {
            continue;
        }
        dom.text_into(node, 1_200, &mut text);
    }
    let words = text.split_whitespace().count();
    let folded = fold_words(&text);
    let title = fold_words(&document.title());
    words < 80
        && NOT_FOUND
            .iter()
            .any(|w| super::plain::has_phrase(&folded, w) || super::plain::has_phrase(&title, w))
}

/// Whether most of the visited pages behind the entry's own content links are Vietnamese.
fn items_are_vietnamese(entry: &Visited<'_>, pages: &[Visited<'_>]) -> bool {
    let dom = &entry.document.dom;
    let links: Vec<String> = dom
        .all()
        .filter(|&n| dom.tag(n) == Tag::A && entry.regions.is_content(n))
        .take(400)
        .filter_map(|n| entry.document.resolve(dom.attr(n, "href")?))
        .map(String::from)
        .collect();
    let (mut vi, mut en) = (0, 0);
    for page in pages.iter().filter(|p| p.status == 200) {
        if page.document.url == entry.document.url || !links.iter().any(|l| l == page.document.url.as_str()) {
            continue;
        }
        match page.language().content {
            Language::Vi => vi += 1,
            Language::En => en += 1,
            Language::None => {}
        }
    }
    vi > en
}

#[cfg(test)]
mod tests;
