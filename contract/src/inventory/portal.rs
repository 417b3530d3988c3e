//! One entry of `portals:` with what it takes over from the defaults.

use std::net::IpAddr;

use url::Url;

use super::address::{address, network, web_address};
use super::defaults::{Defaults, Written};
use super::model::{Expectation, Maintenance, Portal, Status};
use super::moment::{DateMeans, civil_text, moment};
use super::parts::{old_domain, sections, written_id, written_maintenance};
use super::succession::{PredecessorDraft, former_levels, predecessor};
use crate::diagnostic::Message;
use crate::family::Family;
use crate::id::PortalId;
use crate::time::UnixTime;
use crate::yaml::{Item, Map};

/// Seconds between `reach` slots of a portal that writes none, nor its defaults.
const REACH_S: u32 = 60;
/// The same for a critical portal.
const CRITICAL_REACH_S: u32 = 10;
/// Seconds between `dns` slots where nothing is written.
const DNS_S: u32 = 300;
/// Seconds between `tls` slots where nothing is written.
const TLS_S: u32 = 3_600;

/// A portal as far as it could be read.
#[derive(Debug)]
pub(super) struct PortalDraft<'t> {
    pub(super) id: Option<Written<'t, PortalId>>,
    pub(super) parent: Option<Written<'t, PortalId>>,
    pub(super) predecessors: Vec<PredecessorDraft<'t>>,
    /// Maintenance with its places.
    pub(super) maintenance: Vec<Written<'t, Maintenance>>,
    /// Where the address is written, or the portal itself.
    pub(super) url_at: Item<'t>,
    /// Where the cadence is written, or the portal itself.
    pub(super) cadence_at: Item<'t>,
    /// The portal, if nothing that it needs is missing.
    pub(super) portal: Option<Portal>,
}

/// Reads one portal; `None` when the entry is no mapping at all.
pub(super) fn read<'t>(item: &Item<'t>, defaults: &Defaults<'t>) -> Option<PortalDraft<'t>> {
    let mut map = item.map()?;
    let id: Option<Written<'t, PortalId>> = map.required("id", written_id);
    let name = map.required("name", Item::text);
    let url = map.required("url", |at| web_address(at, None));
    let name_en = map.optional("name_en", Item::text);
    let english_url = map.optional("english_url", |at| web_address(at, url.as_ref()));
    let sections = map.optional("sections", |at| sections(at, url.as_ref()));
    let maintenance = map.optional("maintenance", |at| Some(at.list_of(|m| written_maintenance(&m))));
    let old_domains = map.optional("old_domains", |at| Some(at.list_of(|d| old_domain(&d))));
    let predecessors = map.optional("predecessors", |at| Some(at.list_of(|p| predecessor(&p))));
    let resolve = map.optional("resolve", |at| Some(at.list_of(|a| address(&a))));
    let allow = map.optional("allow_addresses", |at| Some(at.list_of(|n| network(&n))));
    let critical = map.optional("critical", Item::boolean).unwrap_or(false);
    let render = map.optional("render", Item::boolean).unwrap_or(false);
    let life = Life::read(&mut map);

    let own = Defaults::keys(&mut map);
    let own_cadence = own.reach_interval_s;
    let mut all = own.over(defaults);
    // A file's default parent is itself in the file: it is not its own component.
    if map.get("parent").is_none() {
        let itself = |parent: &Written<'t, PortalId>| id.as_ref().is_some_and(|id| id.value == parent.value);
        all.parent = all.parent.filter(|parent| !itself(parent));
    }
    all.missing().for_each(|key| map.missing(key));
    let level = all.level;
    let former_levels = map.optional("former_levels", |at| {
        Some(former_levels(at, level, (life.from, life.to)))
    });
    let ipv4 = all.ipv4.unwrap_or(Expectation::Required);
    let ipv6 = all.ipv6.unwrap_or(Expectation::Required);
    let resolve = resolve.unwrap_or_default();
    check_families(&mut map, ipv4, ipv6, &resolve);
    let url_at = map.get("url").unwrap_or_else(|| item.clone());
    let cadence_at = map.get("reach_interval_s").unwrap_or_else(|| item.clone());
    map.finish();

    let parent = all.parent.clone();
    let assemble = || {
        Some(Portal {
            id: id.as_ref()?.value.clone(),
            name: name?,
            name_en,
            owner: all.owner?,
            level: all.level?,
            parent: all.parent.map(|parent| parent.value),
            url: url?,
            english_url,
            regulations: all.regulations.unwrap_or_default(),
            status: life.status,
            note: life.note,
            valid_from: life.from,
            valid_to: life.to,
            ipv4,
            ipv6,
            critical,
            reach_interval_s: match (own_cadence, critical) {
                (None, true) => CRITICAL_REACH_S,
                _ => all.reach_interval_s.unwrap_or(REACH_S),
            },
            dns_interval_s: all.dns_interval_s.unwrap_or(DNS_S),
            tls_interval_s: all.tls_interval_s.unwrap_or(TLS_S),
            page_interval_s: all.page_interval_s,
            links_interval_s: all.links_interval_s,
            render,
            sections: sections.unwrap_or_default(),
            maintenance: maintenance
                .iter()
                .flatten()
                .map(|written| written.value.clone())
                .collect(),
            old_domains: old_domains.unwrap_or_default(),
            predecessors: predecessors
                .iter()
                .flatten()
                .map(PredecessorDraft::value)
                .collect(),
            former_levels: former_levels.unwrap_or_default(),
            hosting: all.hosting,
            contact: all.contact,
            on_call: all.on_call,
            resolve,
            allow: allow.unwrap_or_default(),
        })
    };
    let portal = assemble();
    Some(PortalDraft {
        id,
        parent,
        predecessors: predecessors.unwrap_or_default(),
        maintenance: maintenance.unwrap_or_default(),
        url_at,
        cadence_at,
        portal,
    })
}

/// From when to when a portal counts, and why no longer.
struct Life {
    status: Status,
    note: Option<String>,
    from: Option<UnixTime>,
    to: Option<UnixTime>,
}

impl Life {
    fn read(map: &mut Map<'_>) -> Self {
        let life = Self {
            status: map
                .optional("status", |at| at.choice(Status::ALL, Status::as_str))
                .unwrap_or(Status::Active),
            note: map.optional("note", Item::text),
            from: map.optional("valid_from", |at| moment(at, DateMeans::Beginning)),
            to: map.optional("valid_to", |at| moment(at, DateMeans::End)),
        };
        if let (Some(from), Some(to), Some(at)) = (life.from, life.to, map.get("valid_to"))
            && to <= from
        {
            let message = Message::new("inventory.validity.order").with("from", civil_text(from));
            at.error(message.with("to", civil_text(to)));
        }
        if life.status != Status::Active {
            for key in ["valid_to", "note"] {
                if map.get(key).is_none()
                    && let Some(at) = map.get("status")
                {
                    let message = Message::new("inventory.status.unexplained").with("status", life.status);
                    at.warn(message.with("key", key), None);
                }
            }
        }
        life
    }
}

/// A portal is measured over at least one family, and literal addresses match what is expected of each.
fn check_families(map: &mut Map<'_>, ipv4: Expectation, ipv6: Expectation, resolve: &[IpAddr]) {
    if ipv4 == Expectation::None && ipv6 == Expectation::None {
        map.item().error(Message::new("inventory.family.none"));
    }
    let Some(at) = map.get("resolve") else {
        return;
    };
    for (family, expectation) in [(Family::V4, ipv4), (Family::V6, ipv6)] {
        let key = if family == Family::V4 { "ipv4" } else { "ipv6" };
        let there = resolve.iter().any(|address| Family::of(*address) == family);
        let message = match (expectation, there) {
            (Expectation::None, true) => "inventory.resolve.unwanted",
            (Expectation::Required, false) if !resolve.is_empty() => "inventory.resolve.lacking",
            _ => continue,
        };
        at.error(Message::new(message).with("family", family).with("key", key));
    }
}

/// The addresses a portal is known to be reached at without DNS, for the load on each.
pub(super) fn literal_addresses(portal: &Portal) -> Vec<IpAddr> {
    let host = portal.url.host().and_then(|host| match host {
        url::Host::Ipv4(address) => Some(IpAddr::V4(address)),
        url::Host::Ipv6(address) => Some(IpAddr::V6(address)),
        url::Host::Domain(_) => None,
    });
    if portal.resolve.is_empty() {
        host.into_iter().collect()
    } else {
        portal.resolve.clone()
    }
}

/// Host and port: what two portals share when they are one site written twice.
pub(super) fn site(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}
