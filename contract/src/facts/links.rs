//! What following a portal's links came to: the group of the `links` probe.

use serde::{Deserialize, Serialize};

use super::page::{MAX_URL, Measure};
use crate::cause::Cause;

/// The most links of each kind that are listed.
pub const MAX_LISTED: usize = 200;

/// One link that leads nowhere good.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct BadLink {
    /// The address.
    pub url: String,
    /// A page that has the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The words of the link there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The status it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it did not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// It leads out of the portal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub external: bool,
    /// A check at least 24 hours earlier found the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
}

/// The links group of facts. Counts are of different addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LinksFacts {
    /// Pages whose links were collected.
    #[serde(default)]
    pub pages: u32,
    /// Addresses that were found.
    #[serde(default)]
    pub found: u32,
    /// Addresses that were asked.
    #[serde(default)]
    pub checked: u32,
    /// Of those asked, addresses of other sites.
    #[serde(default)]
    pub outside: u32,
    /// Addresses that were left out because `robots.txt` or politeness forbade them.
    #[serde(default)]
    pub skipped: u32,
    /// Addresses that fail, confirmed or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dead: Vec<BadLink>,
    /// Addresses that answer with success and say that there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub soft404: Vec<BadLink>,
    /// Addresses that lead to parked or hijacked sites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hijacked: Vec<BadLink>,
    /// Addresses that are reached over more than five redirects, or never.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chains: Vec<BadLink>,
    /// The crawl's budget ended before the addresses did, or a list is longer than is reported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub capped: bool,
}

/// The longest links group, in bytes of JSON: with the rest of the observation it fits a line of the wire.
const MAX_BYTES: usize = 200 * 1024;

impl LinksFacts {
    /// The measure of links to other bodies (`links-agencies`): a portal's own dead pages are none of it. Nothing where no other
    /// site was asked.
    #[must_use]
    pub fn agencies(&self) -> Option<Measure> {
        let dead = self
            .dead
            .iter()
            .filter(|link| link.confirmed && link.external)
            .count();
        let dead = u32::try_from(dead).unwrap_or(u32::MAX);
        (self.outside > 0).then(|| Measure {
            good: Some(self.outside.saturating_sub(dead)),
            of: Some(self.outside),
            ..Measure::default()
        })
    }

    /// Cuts the lists to their bounds, and sorts them so that the same links are the same facts.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        for list in self.lists() {
            list.sort();
            list.dedup_by(|a, b| a.url == b.url);
        }
        let before = self.listed();
        for list in self.lists() {
            list.retain(|link| link.url.len() <= MAX_URL);
            list.truncate(MAX_LISTED);
            for link in list {
                link.on = link.on.take().filter(|on| on.len() <= MAX_URL);
                link.text.iter_mut().for_each(|text| cut(text, 200));
            }
        }
        let mut room = MAX_LISTED;
        while serde_json::to_vec(&self).map_or(0, |json| json.len()) > MAX_BYTES {
            room /= 2;
            self.lists().into_iter().for_each(|list| list.truncate(room));
        }
        self.capped |= self.listed() < before;
        self
    }

    fn lists(&mut self) -> [&mut Vec<BadLink>; 4] {
        [
            &mut self.dead,
            &mut self.soft404,
            &mut self.hijacked,
            &mut self.chains,
        ]
    }

    fn listed(&mut self) -> usize {
        self.lists().into_iter().map(|list| list.len()).sum()
    }
}

/// Keeps the first `most` bytes, to the character.
fn cut(text: &mut String, most: usize) {
    let end = text.floor_char_boundary(most);
    text.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portals_own_dead_pages_are_no_links_to_other_bodies() {
        let dead = |url: &str, external: bool, confirmed: bool| BadLink {
            url: url.to_owned(),
            external,
            confirmed,
            ..BadLink::default()
        };
        let facts = LinksFacts {
            checked: 50,
            outside: 10,
            dead: vec![
                dead("https://cong.example/mat", false, true),
                dead("https://khac.example/mat", true, true),
                dead("https://khac.example/moi", true, false),
            ],
            ..LinksFacts::default()
        };
        let measure = facts.agencies().unwrap();
        assert_eq!((measure.good, measure.of), (Some(9), Some(10)));
        let inside = LinksFacts {
            checked: 50,
            ..LinksFacts::default()
        };
        assert!(inside.agencies().is_none());
    }

    #[test]
    fn lists_are_bounded_sorted_and_without_repetition() {
        let link = |n: usize| BadLink {
            url: format!("https://a.example/{n:05}/{}", "x".repeat(900)),
            on: Some(format!("https://a.example/{}", "y".repeat(900))),
            text: Some("ữ".repeat(500)),
            ..BadLink::default()
        };
        let facts = LinksFacts {
            dead: (0..500).rev().map(link).chain([link(3)]).collect(),
            soft404: (0..500).map(link).collect(),
            ..LinksFacts::default()
        };
        let bounded = facts.bounded();
        assert!(bounded.capped && bounded.dead.len() <= MAX_LISTED && bounded.dead.len() >= 20);
        assert!(bounded.dead.is_sorted());
        assert!(serde_json::to_vec(&bounded).unwrap().len() <= MAX_BYTES);
        assert_eq!(bounded.clone().bounded(), bounded);
    }
}
