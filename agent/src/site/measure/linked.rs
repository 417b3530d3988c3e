//! Which other sites a portal leads to.

use std::collections::BTreeSet;

use ems_contract::facts::page::SectionState;
use url::Url;

use super::Survey;
use crate::site::reader::Page;

/// The section whose page is there for its links.
const LINKS: &str = "lien-ket";
/// The section that holds the portal's map.
const MAP: &str = "so-do-cong";

/// Hosts of other sites that the home page, the page of links and the map lead to, sorted and without `www.`. Nothing
/// where the list would be half: scripts make the links, one of the pages was not read, or a page has too many.
#[must_use]
pub fn linked(survey: &Survey<'_>) -> Option<Vec<String>> {
    let unread = |id: &str| {
        survey.section(id).is_some_and(|section| {
            matches!(
                section.state,
                SectionState::JsOnly | SectionState::Blocked | SectionState::NotRead
            )
        })
    };
    if survey.home.facts.js_only || unread(LINKS) || unread(MAP) {
        return None;
    }
    let pages = [LINKS, MAP]
        .into_iter()
        .filter_map(|id| survey.section_pages.get(id).copied());
    let pages: Vec<&Page> = std::iter::once(survey.home).chain(pages).collect();
    if pages.iter().any(|page| page.facts.links.left_out > 0) {
        return None;
    }
    let own = survey.home.url.host_str().map(bare);
    let mut hosts: BTreeSet<String> = BTreeSet::new();
    for page in pages {
        let links = page.facts.links.links.iter().filter(|link| !link.internal);
        let addresses = links.filter_map(|link| Url::parse(&link.url).ok());
        hosts.extend(addresses.filter_map(|url| Some(bare(url.host_str()?).to_owned())));
        // Lists to choose from are no links of the page, and lead out all the same.
        let chosen = &page.facts.features.outward.gov_hosts;
        hosts.extend(chosen.iter().map(|host| bare(host).to_owned()));
    }
    hosts.retain(|host| Some(host.as_str()) != own);
    Some(hosts.into_iter().collect())
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}
