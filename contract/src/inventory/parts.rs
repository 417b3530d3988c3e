//! The smaller things a portal is written with: ids, contacts, maintenance, old names, section pages.

use std::collections::BTreeMap;
use std::str::FromStr;

use url::Url;

use super::address::{email, host, phone, web_address};
use super::defaults::Written;
use super::model::{Contact, Maintenance, OldDomain};
use super::moment::{DateMeans, civil_text, moment};
use super::slug::slug_words;
use super::vocabulary::SECTIONS;
use crate::diagnostic::Message;
use crate::id::IdError;
use crate::yaml::Item;

/// The longest maintenance that is taken without a question, in seconds.
const LONG_MAINTENANCE_S: i64 = 90 * 86_400;

/// An id; a text that could be turned into one gets it as hint.
pub(super) fn id<T: FromStr<Err = IdError>>(item: &Item<'_>) -> Option<T> {
    let text = item.text()?;
    let why = match text.parse() {
        Ok(id) => return Some(id),
        Err(why) => why,
    };
    let key = match why {
        IdError::Empty | IdError::Alphabet => "inventory.id.alphabet",
        IdError::TooLong => "inventory.id.long",
    };
    let likely = slug_words(&text);
    let hint = (!likely.is_empty()).then(|| Message::new("inventory.id.hint").with("id", likely));
    let message = Message::new(key)
        .with("value", text)
        .with("limit", crate::id::MAX_LEN);
    item.error_with(message, hint);
    None
}

/// An id with its place.
pub(super) fn written_id<'t, T: FromStr<Err = IdError>>(item: &Item<'t>) -> Option<Written<'t, T>> {
    Some(Written {
        value: id(item)?,
        at: item.clone(),
    })
}

/// A list of names out of a closed list, each once.
pub(super) fn names_of(item: &Item<'_>, known: &[&'static str]) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for item in item.list()? {
        let Some(name) = item.choice(known, |name| name) else {
            continue;
        };
        if names.iter().any(|seen| seen == name) {
            item.error(Message::new("inventory.twice").with("value", name));
        } else {
            names.push(name.to_owned());
        }
    }
    Some(names)
}

/// A contact officer: a name with a mail address or a telephone number.
pub(super) fn contact(item: &Item<'_>) -> Option<Contact> {
    let mut map = item.map()?;
    let name = map.required("name", Item::text);
    let contact = (map.optional("email", email), map.optional("phone", phone));
    if map.get("email").is_none() && map.get("phone").is_none() {
        item.warn(Message::new("inventory.contact.unreachable"), None);
    }
    map.finish();
    Some(Contact {
        name: name?,
        email: contact.0,
        phone: contact.1,
    })
}

/// One announced maintenance with its place.
pub(super) fn written_maintenance<'t>(item: &Item<'t>) -> Option<Written<'t, Maintenance>> {
    Some(Written {
        value: maintenance(item)?,
        at: item.clone(),
    })
}

fn maintenance(item: &Item<'_>) -> Option<Maintenance> {
    let mut map = item.map()?;
    let instant = |item: &Item<'_>| moment(item, DateMeans::Beginning);
    let from = map.required("from", instant);
    let to = map.required("to", instant);
    let author = map.required("author", Item::text);
    let reason = map.required("reason", Item::text);
    let announced_at = map.required("announced_at", instant);
    if let (Some(from), Some(to), Some(at)) = (from, to, map.get("to")) {
        if to <= from {
            let message = Message::new("inventory.maintenance.order").with("from", civil_text(from));
            at.error(message.with("to", civil_text(to)));
        } else if to - from > LONG_MAINTENANCE_S {
            let days = (to - from) / 86_400;
            at.warn(
                Message::new("inventory.maintenance.long").with("days", days),
                None,
            );
        }
    }
    if let (Some(from), Some(announced), Some(at)) = (from, announced_at, map.get("announced_at"))
        && announced > from
    {
        at.warn(Message::new("inventory.maintenance.late"), None);
    }
    map.finish();
    Some(Maintenance {
        from: from?,
        to: to?,
        author: author?,
        reason: reason?,
        announced_at: announced_at?,
        excluded_at: None,
    })
}

/// A name the portal had before.
pub(super) fn old_domain(item: &Item<'_>) -> Option<OldDomain> {
    let mut map = item.map()?;
    let host = map.required("host", host);
    let switched_at = map.required("switched_at", |at| moment(at, DateMeans::Beginning));
    map.finish();
    Some(OldDomain {
        host: host?,
        switched_at: switched_at?,
    })
}

/// Section id → page; a page may be written as a path of the portal (`/tin-tuc`).
pub(super) fn sections(item: &Item<'_>, base: Option<&Url>) -> Option<BTreeMap<String, Url>> {
    let mut pages = BTreeMap::new();
    for (id, page) in item.entries()? {
        if !SECTIONS.contains(&id.as_str()) {
            page.unknown_name(&id, SECTIONS);
        } else if let Some(url) = web_address(&page, base) {
            pages.insert(id, url);
        }
    }
    Some(pages)
}
