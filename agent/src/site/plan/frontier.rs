//! Which pages a crawl asks next: each once, no traps, bounded in depth, in number, and in number of one shape.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use url::Url;

use crate::page::links::{Link, normalise, trap};

/// Links from the home page to the farthest page.
const MAX_DEPTH: u8 = 4;
/// Pages whose addresses differ in numbers only: lists without end, calendars.
const MAX_SHAPE: u32 = 20;
/// Addresses waiting at once.
const MAX_WAITING: usize = 5_000;

/// The pages still to be asked.
#[derive(Debug)]
pub struct Frontier {
    waiting: VecDeque<(Url, u8)>,
    seen: BTreeSet<String>,
    shapes: BTreeMap<String, u32>,
    left: u32,
    /// Addresses were left out for want of budget.
    pub capped: bool,
}

impl Frontier {
    /// A crawl of at most `pages` pages.
    #[must_use]
    pub fn new(pages: u32) -> Self {
        Self {
            waiting: VecDeque::new(),
            seen: BTreeSet::new(),
            shapes: BTreeMap::new(),
            left: pages,
            capped: false,
        }
    }

    /// A page that was read already.
    pub fn known(&mut self, url: &Url) {
        self.seen.insert(normalise(url.clone()).into());
    }

    /// Offers an address found at `depth`. Whether it was taken.
    pub fn offer(&mut self, url: &Url, depth: u8) -> bool {
        let url = normalise(url.clone());
        if depth > MAX_DEPTH || trap(&url).is_some() || self.seen.contains(url.as_str()) {
            return false;
        }
        if self.waiting.len() >= MAX_WAITING {
            self.capped = true;
            return false;
        }
        let shape = self.shapes.entry(shape(&url)).or_default();
        if *shape >= MAX_SHAPE {
            return false;
        }
        *shape += 1;
        self.seen.insert(url.as_str().to_owned());
        self.waiting.push_back((url, depth));
        true
    }

    /// Offers the links of a page that was found at `depth`: pages of the same host.
    pub fn offer_links(&mut self, links: &[Link], depth: u8) {
        for link in links
            .iter()
            .filter(|link| link.internal && !link.file && link.trap.is_none())
        {
            if let Ok(url) = Url::parse(&link.url) {
                self.offer(&url, depth.saturating_add(1));
            }
        }
    }

    /// The next page to ask; none when all are done or the budget is used up.
    pub fn take(&mut self) -> Option<(Url, u8)> {
        if self.left == 0 {
            self.capped |= !self.waiting.is_empty();
            return None;
        }
        let next = self.waiting.pop_front()?;
        self.left -= 1;
        Some(next)
    }
}

/// An address with its numbers taken out.
fn shape(url: &Url) -> String {
    let mut shape = String::with_capacity(url.as_str().len());
    let mut in_number = false;
    for c in url.as_str().chars() {
        if c.is_ascii_digit() {
            if !in_number {
                shape.push('0');
            }
            in_number = true;
        } else {
            shape.push(c);
            in_number = false;
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("https://xa.example/").unwrap().join(path).unwrap()
    }

    #[test]
    fn endless_lists_end() {
        let mut frontier = Frontier::new(1_000);
        let taken = (1..500)
            .filter(|n| frontier.offer(&url(&format!("/tin?page={n}")), 1))
            .count();
        assert_eq!(taken, 20);
        assert!(!frontier.offer(&url("/en/vi/en/vi/tin"), 1));
        assert!(!frontier.offer(&url("/tin?page=3#x"), 1));
        assert!(!frontier.offer(&url("/sau"), 5));
        assert!(frontier.offer(&url("/van-ban"), 4));
    }

    #[test]
    fn the_budget_ends_the_crawl_and_says_so() {
        let mut frontier = Frontier::new(2);
        for path in ["/a", "/b", "/c"] {
            frontier.offer(&url(path), 0);
        }
        assert_eq!(std::iter::from_fn(|| frontier.take()).count(), 2);
        assert!(frontier.capped);
    }

    proptest! {
        #[test]
        fn no_page_is_asked_twice(paths in proptest::collection::vec("/[a-c]{1,2}(/[a-b])?", 0..60)) {
            let mut frontier = Frontier::new(100);
            for path in &paths {
                frontier.offer(&url(path), 1);
            }
            let mut seen = BTreeSet::new();
            while let Some((url, _)) = frontier.take() {
                prop_assert!(seen.insert(url.to_string()));
            }
        }
    }
}
