//! What kind of page the bytes are: the portal's own, or something else behind a good status.
//!
//! A scan, no tree: one pass for the outline and one for phrases. False alarms weigh more than misses here, for
//! a kind other than `portal` turns availability into an outage: a phrase counts only on a page that has little
//! else to say.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{LazyLock, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use ems_contract::facts::PageKind;
use ems_contract::id::PortalId;

use super::phrases::{CHALLENGE, SPAM, SPAM_TITLE, TEXT, WAITING, Weight};
use super::sketch::{Sketch, sketch};

/// Visible bytes and links of a page that holds one message.
const NOTICE_TEXT: usize = 900;
const NOTICE_LINKS: usize = 12;
/// Visible bytes and links of a page too small for a portal's home.
const SMALL_TEXT: usize = 3_000;
const SMALL_LINKS: usize = 30;

/// What a scan found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The kind.
    pub kind: PageKind,
    /// Whether a browser's scripts may fill what looks empty here, so that emptiness proves nothing.
    pub scripted: bool,
    /// Where the page sends a browser at once (`<meta http-equiv=refresh>`), if it holds little else.
    pub refresh: Option<String>,
}

impl Scan {
    const fn of(kind: PageKind) -> Self {
        Self {
            kind,
            scripted: false,
            refresh: None,
        }
    }
}

static PHRASES: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(TEXT.iter().map(|phrase| phrase.0)));
static SPAM_WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(SPAM.iter().map(|spam| spam.word)));
static CHALLENGES: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(CHALLENGE.iter().copied()));

#[expect(
    clippy::expect_used,
    reason = "the phrases are constants of this crate, and a test builds them"
)]
fn automaton(words: impl Iterator<Item = &'static str>) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words)
        .expect("constant phrases build")
}

/// Scans a page.
#[must_use]
pub fn scan(page: &[u8]) -> Scan {
    if page.iter().all(u8::is_ascii_whitespace) {
        return Scan::of(PageKind::Empty);
    }
    let outline = sketch(page);
    let small = outline.text_length <= SMALL_TEXT && outline.links <= SMALL_LINKS;
    if is_hijacked(page, &outline) {
        return Scan::of(PageKind::Hijacked);
    }
    let kind = by_phrases(&outline, small);
    if kind == Some(PageKind::Hijacked) {
        return Scan::of(PageKind::Hijacked);
    }
    let notice = outline.text_length <= NOTICE_TEXT && outline.links <= NOTICE_LINKS;
    // Contact forms carry captchas too: there the page has more to say.
    if notice && CHALLENGES.is_match(page) {
        return Scan::of(PageKind::Blocked);
    }
    if let Some(kind) = kind {
        return Scan::of(kind);
    }
    if notice && outline.refresh.is_some() {
        return Scan {
            refresh: outline.refresh,
            ..Scan::of(PageKind::Portal)
        };
    }
    if is_shell(&outline) {
        return Scan {
            scripted: outline.scripts > 0,
            ..Scan::of(PageKind::EmptyShell)
        };
    }
    Scan::of(PageKind::Portal)
}

/// Of several kinds the more specific one is named.
const ORDER: [PageKind; 8] = [
    PageKind::Hijacked,
    PageKind::Blocked,
    PageKind::DirectoryListing,
    PageKind::DefaultPage,
    PageKind::Parked,
    PageKind::DatabaseError,
    PageKind::Maintenance,
    PageKind::Error,
];

fn by_phrases(outline: &Sketch, small: bool) -> Option<PageKind> {
    let notice = outline.text_length <= NOTICE_TEXT && outline.links <= NOTICE_LINKS;
    let mut found = Vec::new();
    for hit in PHRASES.find_overlapping_iter(&outline.title) {
        let phrase = &TEXT[hit.pattern()];
        // Words before the phrase make it a headline about something: `Thông báo: index of …`.
        let leads = hit.start() <= 24;
        if small || (phrase.2 == Weight::Title && leads) {
            found.push(phrase.1);
        }
    }
    if small {
        for hit in PHRASES.find_overlapping_iter(&outline.text) {
            let phrase = &TEXT[hit.pattern()];
            if notice || phrase.2 >= Weight::Small {
                found.push(phrase.1);
            }
        }
    }
    ORDER.into_iter().find(|kind| found.contains(kind))
}

/// Gambling spam: two words that only advertisers use, one of them among three that police news use too, or any
/// in the title.
fn is_hijacked(page: &[u8], outline: &Sketch) -> bool {
    if SPAM_TITLE.iter().any(|word| outline.title.contains(word)) {
        return true;
    }
    let mut seen = [false; SPAM.len()];
    for hit in SPAM_WORDS.find_overlapping_iter(page) {
        let inside_word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        let before = hit.start().checked_sub(1).and_then(|at| page.get(at));
        if !inside_word(before) && !inside_word(page.get(hit.end())) {
            seen[hit.pattern().as_usize()] = true;
        }
    }
    let count = |advertises| {
        let words = SPAM.iter().zip(seen);
        words
            .filter(|(spam, seen)| *seen && spam.advertises == advertises)
            .count()
    };
    let (sold, named) = (count(true), count(false));
    sold >= 2 && sold + named >= 3
}

fn is_shell(outline: &Sketch) -> bool {
    let text = outline.text.trim();
    outline.tags > 0
        && outline.shows == 0
        && outline.links < 3
        && (text.is_empty() || text == "." || WAITING.contains(&text))
}

/// The last page of each portal and what it was, so that an unchanged page is not scanned again.
///
/// The hash is keyed at random: nobody can prepare a page that passes for another one.
#[derive(Debug, Default)]
pub struct KindMemory {
    keys: RandomState,
    last: Mutex<HashMap<PortalId, (u64, Scan)>>,
}

/// Portals remembered at most: far above any inventory.
const MAX_PORTALS: usize = 200_000;

impl KindMemory {
    /// What `page` of `portal` is: remembered where its bytes are those of the last time.
    pub fn scan(&self, portal: &PortalId, page: &[u8]) -> Scan {
        let hash = self.keys.hash_one(page);
        {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, known)) = last.get(portal).filter(|(known, _)| *known == hash) {
                return known.clone();
            }
        }
        let scanned = scan(page);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= MAX_PORTALS {
            last.clear();
        }
        last.insert(portal.clone(), (hash, scanned.clone()));
        scanned
    }
}

#[cfg(test)]
mod tests;
