//! What a visit reads of one page: its facts, its words, and whether it says that it is not there.

use std::collections::BTreeMap;
use std::sync::Arc;

use ems_contract::facts::PageKind;
use ems_contract::time::UnixTime;
use url::Url;

use super::fetcher::Fetched;
use crate::page::document::Document;
use crate::page::english::{self, Entry, Visited};
use crate::page::facts::{PageFacts, PageInput, Questions};
use crate::page::items::{self, SectionFacts};
use crate::page::plain::fold_words;
use crate::page::reading::read_with;
use crate::page::region::Regions;
use crate::page::sections::{Lexicon, MenuFacts};

/// Bytes of a page's words that are kept for the search of labels.
const MAX_WORDS: usize = 30_000;

/// Reads pages; shared by the threads that parse.
#[derive(Debug)]
pub struct Reader {
    /// The lexicon of sections.
    pub lexicon: Arc<Lexicon>,
    /// The instant of the visit.
    pub now: UnixTime,
    /// Parts of addresses or scripts that mark a measuring system.
    pub measurement: Vec<String>,
}

/// A page as read.
#[derive(Debug)]
pub struct Page {
    /// Where it was in the end.
    pub url: Url,
    /// Its status.
    pub status: u16,
    /// What it is by its bytes.
    pub kind: PageKind,
    /// Its facts.
    pub facts: PageFacts,
    /// The words of its content, folded.
    pub words: String,
    /// It says that it is not there.
    pub says_not_found: bool,
    /// Different numbers with the form of a citizen's identity number.
    pub identity_numbers: u32,
}

/// What is read of the home page besides.
#[derive(Debug)]
pub struct Home {
    /// The page.
    pub page: Page,
    /// Possible entries of the English side.
    pub entries: Vec<Entry>,
    /// Sections that the menu does not lead to, as blocks of the home page show them.
    pub blocks: BTreeMap<String, SectionFacts>,
}

impl Reader {
    fn input<'a>(&self, fetched: &'a Fetched) -> PageInput<'a> {
        PageInput {
            body: &fetched.body,
            content_type: fetched.content_type.as_deref(),
            url: &fetched.url,
            fetched_at: self.now,
        }
    }

    /// Reads a page; `section` as in [`Questions`].
    #[must_use]
    pub fn page(&self, fetched: &Fetched, section: Option<&str>) -> Page {
        self.with(fetched, section, |_, _, _| ()).0
    }

    fn with<T>(
        &self,
        fetched: &Fetched,
        section: Option<&str>,
        also: impl FnOnce(&Document<'_>, &Regions, &PageFacts) -> T,
    ) -> (Page, T) {
        let questions = Questions {
            lexicon: &self.lexicon,
            section,
            measurement: &self.measurement,
        };
        let (reading, (words, identity_numbers, says_not_found, more)) =
            read_with(&self.input(fetched), &questions, |document, regions, facts| {
                let text = content(document, regions);
                let numbers = identity_numbers(&text);
                let gone = english::says_not_found(document, regions);
                (fold_words(&text), numbers, gone, also(document, regions, facts))
            });
        let page = Page {
            url: fetched.url.clone(),
            status: fetched.status,
            kind: reading.page_kind,
            facts: reading.facts,
            words,
            says_not_found,
            identity_numbers,
        };
        (page, more)
    }

    /// Reads the home page: `wanted` sections that its menu does not lead to are looked for in its blocks.
    #[must_use]
    pub fn home(&self, fetched: &Fetched, wanted: &[String], configured: Option<&Url>) -> Home {
        let (page, (entries, blocks)) = self.with(fetched, None, |document, regions, facts| {
            let menu = MenuFacts {
                links: facts.menu.clone(),
                js_only: facts.js_only,
            };
            let unlinked = wanted.iter().filter(|id| {
                !menu
                    .links
                    .iter()
                    .any(|link| link.section == **id && link.url.is_some())
            });
            let blocks = unlinked
                .map(|id| {
                    let facts = items::section(document, regions, &self.lexicon, &menu, Some(id));
                    (id.clone(), facts)
                })
                .collect();
            (english::entries(document, configured), blocks)
        });
        Home {
            page,
            entries,
            blocks,
        }
    }

    /// Judges the English side from its entry and the pages behind it; with it the newest posting there.
    #[must_use]
    pub fn english(&self, entry: &Fetched, pages: &[Arc<Fetched>]) -> (english::EnglishFacts, Option<u32>) {
        let decoded =
            |fetched: &Fetched| crate::page::decode::decode(&fetched.body, fetched.content_type.as_deref());
        let entry_text = decoded(entry).text;
        let texts: Vec<(&Fetched, String)> = pages.iter().map(|page| (&**page, decoded(page).text)).collect();
        let visited = |fetched: &Fetched, text| {
            Visited::new(fetched.status, Document::new(text, &fetched.url, self.now))
        };
        // `judge` borrows the documents, which borrow the texts.
        let first = visited(entry, &entry_text);
        let rest: Vec<Visited<'_>> = texts.iter().map(|(page, text)| visited(page, text)).collect();
        let facts = english::judge(Some(&first), &rest);
        let words = facts.organisation.as_ref().and_then(|url| {
            std::iter::once(&first)
                .chain(&rest)
                .find(|page| page.document.url.as_str() == url)
                .map(|page| crate::page::language::of_page(&page.document, &page.regions).words)
        });
        (facts, words)
    }

    /// The pages of the English side that are worth a visit.
    #[must_use]
    pub fn english_links(&self, entry: &Fetched, items: usize) -> Vec<Url> {
        let decoded = crate::page::decode::decode(&entry.body, entry.content_type.as_deref());
        let document = Document::new(&decoded.text, &entry.url, self.now);
        let regions = Regions::new(&document.dom);
        english::links_to_visit(&document, &regions, items)
    }
}

/// The text of the content, without menus, head and foot.
fn content(document: &Document<'_>, regions: &Regions) -> String {
    let dom = &document.dom;
    let mut text = String::new();
    for node in dom
        .all()
        .filter(|&node| dom.is_text(node) && regions.is_content(node))
    {
        if text.len() >= MAX_WORDS {
            break;
        }
        dom.text_into(node, MAX_WORDS, &mut text);
        text.push(' ');
    }
    text
}

/// Different numbers of twelve digits that begin as a citizen's identity number does: code of the province (001 to 096),
/// sex and century (0 to 3).
fn identity_numbers(text: &str) -> u32 {
    let mut numbers: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 12)
        .filter(|digits| {
            let province = digits.get(..3).and_then(|code| code.parse::<u32>().ok());
            province.is_some_and(|code| (1..=96).contains(&code))
                && digits
                    .as_bytes()
                    .get(3)
                    .is_some_and(|sex| (b'0'..=b'3').contains(sex))
        })
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    u32::try_from(numbers.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_are_counted_once() {
        let text = "001199000001 001199000001, 096204123456; 999999999999 0299.3888.111 1234567890123";
        assert_eq!(identity_numbers(text), 2);
    }
}
