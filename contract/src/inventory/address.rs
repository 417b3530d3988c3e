//! Web addresses, host names, networks and mail addresses as the inventory takes them.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::diagnostic::Message;
use crate::yaml::Item;

/// Why a text is not taken, and what to do.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) message: Message,
    pub(super) hint: Option<Message>,
}

impl From<Message> for Refusal {
    fn from(message: Message) -> Self {
        Self { message, hint: None }
    }
}

/// A web address that can be measured. With `base`, a path (`/en`) is taken as a page of it.
pub(super) fn web_address(item: &Item<'_>, base: Option<&Url>) -> Option<Url> {
    match measurable(&item.text()?, base) {
        Ok(url) => {
            if let Some(doubt) = doubt(&url) {
                item.warn(doubt, None);
            }
            Some(url)
        }
        Err(refusal) => {
            item.error_with(refusal.message, refusal.hint);
            None
        }
    }
}

/// The web address that a text is, if it can be measured.
pub(super) fn measurable(text: &str, base: Option<&Url>) -> Result<Url, Refusal> {
    let parsed = match base {
        Some(base) if text.starts_with('/') && !text.starts_with("//") => base.join(text),
        _ => Url::parse(text),
    };
    let bare_host = text.contains('.') && !text.contains(['/', ' ']);
    let hint = bare_host.then(|| Message::new("inventory.url.hint_scheme").with("host", text));
    let refuse = |message| Refusal { message, hint };
    let url = match parsed {
        Ok(url) => url,
        Err(url::ParseError::InvalidPort) => return Err(Message::new("inventory.url.port").into()),
        Err(_) => return Err(refuse(Message::new("inventory.url.bad").with("value", text))),
    };
    if !matches!(url.scheme(), "http" | "https") {
        let message = Message::new("inventory.url.scheme").with("value", url.scheme());
        return Err(refuse(message));
    }
    let refusal = if !url.username().is_empty() || url.password().is_some() {
        "inventory.url.user"
    } else if url.port() == Some(0) {
        "inventory.url.port"
    } else if url.fragment().is_some() {
        "inventory.url.fragment"
    } else {
        return Ok(url);
    };
    Err(Message::new(refusal).into())
}

/// What makes an address doubtful, though it can be measured.
pub(super) fn doubt(url: &Url) -> Option<Message> {
    match url.host() {
        Some(Host::Domain(host)) if !in_vietnam(host) => {
            Some(Message::new("inventory.url.not_vn").with("host", host))
        }
        _ => None,
    }
}

/// Whether a host name lies under the national domain.
fn in_vietnam(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "vn" || host.ends_with(".vn") || host == "localhost" || host.ends_with(".test")
}

/// A host name or a literal address.
pub(super) fn host(item: &Item<'_>) -> Option<String> {
    let text = item.text()?.to_lowercase();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let good = bare.parse::<IpAddr>().is_ok() || is_host_name(&text);
    if !good {
        let hint = text.contains("://").then(|| Message::new("inventory.host.hint"));
        item.error_with(Message::new("inventory.host.bad").with("value", &text), hint);
        return None;
    }
    Some(bare.to_owned())
}

fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        let inner = label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        inner && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    name.len() <= 253 && name.split('.').all(label)
}

/// A literal address.
pub(super) fn address(item: &Item<'_>) -> Option<IpAddr> {
    item.parse("inventory.want.address")
}

/// A network, or one address as the smallest network.
pub fn network(item: &Item<'_>) -> Option<IpNet> {
    item.parse_with("inventory.want.network", |text| {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        address.ok().or_else(|| text.parse().ok())
    })
}

/// A mail address: something on both sides of one `@`.
pub(super) fn email(item: &Item<'_>) -> Option<String> {
    checked(item, "inventory.email", is_email)
}

/// A telephone number: digits with the usual marks between them.
pub(super) fn phone(item: &Item<'_>) -> Option<String> {
    checked(item, "inventory.phone", is_phone)
}

fn checked(item: &Item<'_>, key: &'static str, good: impl FnOnce(&str) -> bool) -> Option<String> {
    let text = item.text()?;
    if good(&text) {
        return Some(text);
    }
    item.error(Message::new(key).with("value", text));
    None
}

pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        let spaced = text.contains(char::is_whitespace);
        !name.is_empty() && !spaced && host.contains('.') && is_host_name(host)
    })
}

pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let usual = text.chars().all(|c| c.is_ascii_digit() || " +-.()/".contains(c));
    usual && (3..=30).contains(&digits)
}
