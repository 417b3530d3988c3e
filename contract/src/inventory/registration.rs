//! Registered domain names and the day their registration ends, as the operator has it from the registrar: nothing on
//! the wire tells it for names under `.vn`.

use std::collections::HashSet;
use std::net::IpAddr;

use super::address::host;
use super::check::Draft;
use super::defaults::Written;
use super::model::Domain;
use super::moment::{DateMeans, moment};
use crate::diagnostic::Message;
use crate::yaml::Item;

/// A domain as far as it could be read.
#[derive(Debug)]
pub(super) struct DomainDraft<'t> {
    pub(super) name: Option<Written<'t, String>>,
    pub(super) domain: Option<Domain>,
}

/// One entry of `domains:`.
pub(super) fn domain<'t>(item: &Item<'t>) -> Option<DomainDraft<'t>> {
    let mut map = item.map()?;
    let name = map.required("name", registered);
    let ends_at = map.required("expires", |at| moment(at, DateMeans::End));
    map.finish();
    let domain = || {
        Some(Domain {
            name: name.as_ref()?.value.clone(),
            ends_at: ends_at?,
        })
    };
    let domain = domain();
    Some(DomainDraft { name, domain })
}

/// A name that somebody can hold: no address, and not a whole top-level domain.
fn registered<'t>(item: &Item<'t>) -> Option<Written<'t, String>> {
    let value = host(item)?;
    if !value.contains('.') || value.parse::<IpAddr>().is_ok() {
        item.error(Message::new("inventory.domain.bad").with("value", value));
        return None;
    }
    Some(Written {
        value,
        at: item.clone(),
    })
}

/// Names written twice, names that no portal stands under, and portals that stand under none of them.
pub(super) fn check(draft: &Draft<'_>) {
    let Some(domains) = &draft.domains else { return };
    let mut seen = HashSet::new();
    for name in domains.iter().filter_map(|domain| domain.name.as_ref()) {
        if !seen.insert(&name.value) {
            name.at
                .error(Message::new("inventory.twice").with("value", &name.value));
        }
    }
    // Of what could not be read, nobody knows what it covers.
    let whole = draft.whole
        && domains.iter().all(|domain| domain.domain.is_some())
        && draft.portals.iter().all(|portal| portal.portal.is_some());
    if !whole {
        return;
    }
    let known: Vec<&Domain> = domains
        .iter()
        .filter_map(|domain| domain.domain.as_ref())
        .collect();
    let named = || draft.active().filter(|(_, portal)| portal.url.domain().is_some());
    let covers = |domain: &Domain, url: &url::Url| url.domain().is_some_and(|host| domain.covers(host));
    for name in domains.iter().filter_map(|domain| domain.name.as_ref()) {
        let domain = known.iter().find(|domain| domain.name == name.value);
        if domain.is_some_and(|domain| !named().any(|(_, portal)| covers(domain, &portal.url))) {
            let message = Message::new("inventory.domain.unused").with("value", &name.value);
            name.at.warn(message, None);
        }
    }
    let mut bare = named().filter(|(_, portal)| !known.iter().any(|domain| covers(domain, &portal.url)));
    if let Some((written, portal)) = bare.next() {
        let message = Message::new("inventory.domain.lacking").with("id", &portal.id);
        let message = message.with("host", portal.url.domain().unwrap_or_default());
        written.url_at.warn(message.with("more", bare.count()), None);
    }
}
