//! What a visit hands to the next one: dead links and since when, validators and what was read behind them, items that
//! were seen, and how far the links were gone through.
//!
//! It is one JSON file a portal: small, bounded, and without it a visit only knows less.

use std::collections::BTreeMap;

use ems_contract::cause::Cause;
use ems_contract::facts::page::{MAX_ITEMS, SectionFacts};
use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

use super::proof::Proofs;

/// Version of the file.
pub const SCHEMA: u16 = 1;
/// Between the two failures that make a link dead (OBLIGATIONS B3 `links-agencies`).
pub const CONFIRM_S: i64 = 24 * 3_600;
/// A failure that was not looked at again for so long confirms none: another agent may have had the portal meanwhile, and seen
/// the link answer.
const STALE_S: i64 = 3 * 24 * 3_600;
/// Links remembered.
const MAX_LINKS: usize = 5_000;
/// Items remembered of a section: those its list shows ([`MAX_ITEMS`] at most) and those that left it, the latest seen first.
/// Some 340 that have left are a year of a section with one item a working day.
const MAX_OLD: usize = 400;
const _: () = assert!(MAX_ITEMS < MAX_OLD);

/// The memory of one portal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Format version, [`SCHEMA`].
    pub schema: u16,
    /// Links that failed when last asked.
    #[serde(default)]
    pub failing: BTreeMap<String, Failing>,
    /// When links were last asked: those longest ago come first the next time.
    #[serde(default)]
    pub asked: BTreeMap<String, UnixTime>,
    /// Pages that can be asked conditionally, with the section that was read on them.
    #[serde(default)]
    pub pages: BTreeMap<String, Validated>,
    /// Items by section: address and when they were first seen.
    #[serde(default)]
    pub items: BTreeMap<String, BTreeMap<String, UnixTime>>,
    /// Pages that were kept whole.
    #[serde(default)]
    pub proofs: Proofs,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            failing: BTreeMap::new(),
            asked: BTreeMap::new(),
            pages: BTreeMap::new(),
            items: BTreeMap::new(),
            proofs: Proofs::default(),
        }
    }
}

/// A link that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// The first failure since it last answered.
    pub since: UnixTime,
    /// The status it answered then.
    #[serde(default)]
    pub status: Option<u16>,
    /// Why it did not answer then.
    #[serde(default)]
    pub cause: Option<Cause>,
}

/// A page that the server can say is unchanged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Validated {
    /// `ETag`.
    #[serde(default)]
    pub etag: Option<String>,
    /// `Last-Modified`.
    #[serde(default)]
    pub last_modified: Option<String>,
    /// What was read on it.
    pub section: SectionFacts,
}

impl Memory {
    /// Reads a file; one of another version or without sense is forgotten.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let memory: Self = serde_json::from_str(text).ok()?;
        (memory.schema == SCHEMA).then_some(memory)
    }

    /// Notes a failure at `now`; whether an earlier one, at least 24 hours before, confirms it.
    pub fn fails(&mut self, url: &str, status: Option<u16>, cause: Option<Cause>, now: UnixTime) -> bool {
        let last = self.asked.get(url).copied();
        self.ask(url, now);
        if last.is_some_and(|last| now - last > STALE_S) {
            self.failing.remove(url);
        }
        if let Some(known) = self.failing.get(url) {
            return now - known.since >= CONFIRM_S;
        }
        if self.failing.len() < MAX_LINKS {
            self.failing.insert(
                url.to_owned(),
                Failing {
                    since: now,
                    status,
                    cause,
                },
            );
        }
        false
    }

    /// Notes that a link answers.
    pub fn answers(&mut self, url: &str, now: UnixTime) {
        self.ask(url, now);
        self.failing.remove(url);
    }

    fn ask(&mut self, url: &str, now: UnixTime) {
        if self.asked.len() < MAX_LINKS || self.asked.contains_key(url) {
            self.asked.insert(url.to_owned(), now);
        }
    }

    /// The order in which links are asked: failing ones whose confirmation is due, those never asked, then the oldest.
    #[must_use]
    pub fn turn(&self, url: &str, now: UnixTime) -> (u8, i64) {
        let asked = self.asked.get(url).map_or(0, |at| at.secs());
        match (self.failing.get(url), self.asked.get(url)) {
            (Some(known), _) if now - known.since >= CONFIRM_S => (0, asked),
            (_, None) => (1, 0),
            _ => (2, asked),
        }
    }

    /// Notes the items of a section; returns addresses seen in earlier visits that the list no longer shows, oldest first.
    pub fn items(&mut self, section: &str, shown: &[&str], now: UnixTime) -> Vec<String> {
        let known = self.items.entry(section.to_owned()).or_default();
        let mut gone: Vec<(UnixTime, String)> = known
            .iter()
            .filter(|(url, _)| !shown.contains(&url.as_str()))
            .map(|(url, at)| (*at, url.clone()))
            .collect();
        gone.sort();
        for url in shown {
            known.entry((*url).to_owned()).or_insert(now);
        }
        let excess = known.len().saturating_sub(MAX_OLD);
        for (_, url) in gone.iter().take(excess) {
            known.remove(url);
        }
        gone.into_iter().map(|(_, url)| url).collect()
    }

    /// Forgets links that no page has any more.
    pub fn forget(&mut self, known: impl Fn(&str) -> bool) {
        self.failing.retain(|url, _| known(url));
        self.asked.retain(|url, _| known(url));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1_793_927_700);

    #[test]
    fn a_link_is_dead_after_two_failures_a_day_apart() {
        let mut memory = Memory::default();
        assert!(!memory.fails("a", Some(404), None, NOW));
        assert!(!memory.fails("a", Some(404), None, NOW + (CONFIRM_S - 1)));
        assert!(memory.fails("a", Some(404), None, NOW + CONFIRM_S));
        memory.answers("a", NOW + CONFIRM_S);
        assert!(!memory.fails("a", Some(404), None, NOW + 2 * CONFIRM_S));
    }

    #[test]
    fn a_failure_that_nobody_looked_at_for_days_confirms_none() {
        let mut memory = Memory::default();
        assert!(!memory.fails("a", Some(404), None, NOW));
        let after = NOW + (STALE_S + 1);
        assert!(
            !memory.fails("a", Some(404), None, after),
            "it may have answered another agent"
        );
        assert!(memory.fails("a", Some(404), None, after + CONFIRM_S));
    }

    #[test]
    fn what_is_due_comes_first() {
        let mut memory = Memory::default();
        memory.fails("due", None, Some(Cause::DnsNxdomain), NOW);
        memory.answers("old", NOW - 100);
        memory.answers("new", NOW);
        let later = NOW + CONFIRM_S;
        let mut urls = ["new", "never", "old", "due"];
        urls.sort_by_key(|url| memory.turn(url, later));
        assert_eq!(urls, ["due", "never", "old", "new"]);
        memory.forget(|url| url == "old");
        assert_eq!((memory.failing.len(), memory.asked.len()), (0, 1));
    }

    #[test]
    fn items_that_a_list_no_longer_shows_are_told() {
        let mut memory = Memory::default();
        assert!(memory.items("van-ban", &["a", "b"], NOW).is_empty());
        assert_eq!(memory.items("van-ban", &["b", "c"], NOW + 9), ["a"]);
    }

    #[test]
    fn a_long_list_goes_on_being_remembered_within_bounds() {
        let mut memory = Memory::default();
        let url = |n: usize| format!("https://p1.example/bai-{n:04}");
        // A list of 40 that moves on by 10 a day.
        let (days, mut gone) = (100_usize, Vec::new());
        for (day, at) in (0..days).zip(0..) {
            let list: Vec<String> = (day * 10..day * 10 + 40).map(url).collect();
            let shown: Vec<&str> = list.iter().map(String::as_str).collect();
            gone = memory.items("tin-tuc", &shown, NOW + at * 86_400);
            assert!(memory.items["tin-tuc"].len() <= MAX_OLD);
        }
        // The latest that left are known, and none that the list shows was forgotten for an old one.
        assert_eq!(gone.last(), Some(&url(days * 10 - 11)));
        assert_eq!(memory.items["tin-tuc"].len(), MAX_OLD);
        assert!(gone.len() >= MAX_OLD - 40, "{}", gone.len());
        let newest: Vec<String> = (days * 10 - 10..days * 10 + 30).map(url).collect();
        assert!(newest.iter().all(|url| memory.items["tin-tuc"].contains_key(url)));
    }

    #[test]
    fn a_file_survives_and_another_version_is_forgotten() {
        let mut memory = Memory::default();
        memory.fails("https://a.example/", Some(404), Some(Cause::HttpStatus), NOW);
        let text = serde_json::to_string(&memory).unwrap();
        assert_eq!(Memory::parse(&text), Some(memory));
        assert_eq!(Memory::parse(&text.replace("\"schema\":1", "\"schema\":9")), None);
        assert_eq!(Memory::parse("{"), None);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in any::<String>()) {
            std::hint::black_box(Memory::parse(&text));
        }
    }
}
