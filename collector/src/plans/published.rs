//! Which documents agents ask for where they were said to be published. Pure.

use std::collections::BTreeMap;

use ems_contract::facts::page::MAX_PUBLISHED;
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use url::Url;

use crate::edition::{ASKED_S, Publication};

/// The newest addresses of each portal, each once, as far as they are not too old.
pub(super) fn documents(all: &[Publication], now: UnixTime) -> BTreeMap<PortalId, Vec<Url>> {
    let mut by_portal: BTreeMap<PortalId, Vec<Url>> = BTreeMap::new();
    for one in all.iter().rev().filter(|one| now - one.at <= ASKED_S) {
        let urls = by_portal.entry(one.portal.clone()).or_default();
        if urls.len() < MAX_PUBLISHED && !urls.contains(&one.url) {
            urls.push(one.url.clone());
        }
    }
    by_portal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, portal};

    fn stated(url: &str, day: i64) -> Publication {
        Publication {
            edition: 1,
            key: "ag-qc/2026-Q3".parse().unwrap(),
            number: 1,
            portal: portal("p"),
            url: format!("https://p.gov.vn/{url}").parse().unwrap(),
            at: at(day * 86_400),
            shown: "A".into(),
            files: Vec::new(),
        }
    }

    #[test]
    fn the_newest_are_asked_for_each_once_and_the_old_no_more() {
        let mut all = vec![
            stated("old", 0),
            stated("a", 200),
            stated("b", 201),
            stated("a", 202),
        ];
        let asked = |all: &[Publication]| -> Vec<String> {
            let urls = documents(all, at(201 * 86_400)).remove(&portal("p")).unwrap();
            urls.iter().map(|url| url.path().to_owned()).collect()
        };
        assert_eq!(asked(&all), ["/a", "/b"]);
        all.extend((0..20).map(|n| stated(&n.to_string(), 203)));
        assert_eq!(asked(&all).len(), MAX_PUBLISHED);
        assert_eq!(asked(&all)[0], "/19");
    }
}
