//! Which other sites a portal leads to, and whom its articles name as their source.

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

/// Whom the articles that were read name as their source, and the hosts of other sites to which these sources and the
/// lists of items lead; nothing where neither article nor list was read.
#[must_use]
pub fn sources(survey: &Survey<'_>) -> Option<Vec<String>> {
    let listed = survey.sections.iter().flat_map(|section| &section.items);
    if survey.items.is_empty() && listed.clone().next().is_none() {
        return None;
    }
    let own = survey.home.url.host_str().map(bare);
    let elsewhere = |address: &str| {
        let url = Url::parse(address).ok()?;
        let host = bare(url.host_str()?);
        (Some(host) != own).then(|| host.to_owned())
    };
    let mut told: BTreeSet<String> = listed
        .filter_map(|item| elsewhere(item.url.as_deref()?))
        .collect();
    for (_, page) in survey.items {
        if let Some(source) = &page.facts.features.layout.source {
            told.extend(source.url.as_deref().and_then(elsewhere));
            told.extend(named(&source.text));
        }
    }
    Some(told.into_iter().collect())
}

/// The name behind the label: `Nguồn: Sở Y tế`, `(Theo Sở Y tế)`.
fn named(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('(').trim_end_matches(')');
    let rest = ["Nguồn tin", "Nguồn", "Theo", "Source"]
        .iter()
        .find_map(|label| text.strip_prefix(label))
        .unwrap_or(text);
    let name = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '.' | '-' | '–'));
    (!name.is_empty()).then(|| name.to_owned())
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_source_is_what_stands_behind_its_label() {
        for (text, name) in [
            ("Nguồn: Sở Y tế", Some("Sở Y tế")),
            ("(Theo Sở Y tế)", Some("Sở Y tế")),
            ("Nguồn tin: Báo An Giang.", Some("Báo An Giang")),
            ("Sở Y tế", Some("Sở Y tế")),
            ("Nguồn:", None),
            ("", None),
        ] {
            assert_eq!(named(text).as_deref(), name, "{text}");
        }
    }
}
