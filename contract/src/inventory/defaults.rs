//! What portals take over unless they write it themselves: the keys that make sense for many at once.

use super::model::{Contact, Expectation, Level};
use super::parts::{contact, names_of, written_id};
use super::vocabulary::PACKS;
use crate::id::PortalId;
use crate::yaml::{Item, Map};

/// Seconds between `reach` slots that may be written.
pub(super) const REACH_S: std::ops::RangeInclusive<u32> = 10..=3_600;
/// Seconds between `dns` slots that may be written.
const DNS_S: std::ops::RangeInclusive<u32> = 30..=86_400;
/// Seconds between `tls` slots that may be written.
const TLS_S: std::ops::RangeInclusive<u32> = 300..=604_800;
/// Seconds between visits of the pages that may be written.
const PAGE_S: std::ops::RangeInclusive<u32> = 60..=86_400;
/// Seconds between checks of the links that may be written: they lead to other people's servers.
const LINKS_S: std::ops::RangeInclusive<u32> = 3_600..=86_400;

/// A value with the place it was written at, for findings that come later.
#[derive(Debug, Clone)]
pub(super) struct Written<'t, T> {
    pub(super) value: T,
    pub(super) at: Item<'t>,
}

/// The shareable keys, each as far as it is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Defaults<'t> {
    pub(super) owner: Option<String>,
    pub(super) level: Option<Level>,
    pub(super) parent: Option<Written<'t, PortalId>>,
    pub(super) regulations: Option<Vec<String>>,
    pub(super) ipv4: Option<Expectation>,
    pub(super) ipv6: Option<Expectation>,
    pub(super) hosting: Option<String>,
    pub(super) contact: Option<Contact>,
    pub(super) on_call: Option<String>,
    pub(super) reach_interval_s: Option<u32>,
    pub(super) dns_interval_s: Option<u32>,
    pub(super) tls_interval_s: Option<u32>,
    pub(super) page_interval_s: Option<u32>,
    pub(super) links_interval_s: Option<u32>,
    /// Of the keys that every portal needs, those that are written, be it wrongly.
    written: Vec<&'static str>,
}

/// The shareable keys that every portal needs.
const NEEDED: [&str; 2] = ["owner", "level"];

impl<'t> Defaults<'t> {
    /// A `defaults:` block.
    pub(super) fn block(item: &Item<'t>) -> Option<Self> {
        let mut map = item.map()?;
        let written = Self::keys(&mut map);
        map.finish();
        Some(written)
    }

    /// The shareable keys of a mapping that may have others.
    pub(super) fn keys(map: &mut Map<'t>) -> Self {
        let expectation = |item: &Item<'t>| item.choice(Expectation::ALL, Expectation::as_str);
        Self {
            owner: map.optional("owner", Item::text),
            level: map.optional("level", |item| item.choice(Level::ALL, Level::as_str)),
            parent: map.optional("parent", written_id),
            regulations: map.optional("regulations", |item| names_of(item, PACKS)),
            ipv4: map.optional("ipv4", expectation),
            ipv6: map.optional("ipv6", expectation),
            hosting: map.optional("hosting", Item::text),
            contact: map.optional("contact", contact),
            on_call: map.optional("on_call", Item::text),
            reach_interval_s: map.optional("reach_interval_s", |item| item.integer(REACH_S)),
            dns_interval_s: map.optional("dns_interval_s", |item| item.integer(DNS_S)),
            tls_interval_s: map.optional("tls_interval_s", |item| item.integer(TLS_S)),
            page_interval_s: map.optional("page_interval_s", |item| item.integer(PAGE_S)),
            links_interval_s: map.optional("links_interval_s", |item| item.integer(LINKS_S)),
            written: NEEDED.into_iter().filter(|key| map.get(key).is_some()).collect(),
        }
    }

    /// These keys, and behind them those of `base`.
    pub(super) fn over(self, base: &Self) -> Self {
        Self {
            owner: self.owner.or_else(|| base.owner.clone()),
            level: self.level.or(base.level),
            parent: self.parent.or_else(|| base.parent.clone()),
            regulations: self.regulations.or_else(|| base.regulations.clone()),
            ipv4: self.ipv4.or(base.ipv4),
            ipv6: self.ipv6.or(base.ipv6),
            hosting: self.hosting.or_else(|| base.hosting.clone()),
            contact: self.contact.or_else(|| base.contact.clone()),
            on_call: self.on_call.or_else(|| base.on_call.clone()),
            reach_interval_s: self.reach_interval_s.or(base.reach_interval_s),
            dns_interval_s: self.dns_interval_s.or(base.dns_interval_s),
            tls_interval_s: self.tls_interval_s.or(base.tls_interval_s),
            page_interval_s: self.page_interval_s.or(base.page_interval_s),
            links_interval_s: self.links_interval_s.or(base.links_interval_s),
            written: [self.written, base.written.clone()].concat(),
        }
    }

    /// The keys that a portal needs and nobody wrote.
    pub(super) fn missing(&self) -> impl Iterator<Item = &'static str> {
        NEEDED.into_iter().filter(|key| !self.written.contains(key))
    }
}
