//! Web addresses, host names, networks and mail addresses as the inventory takes them.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::diagnostic::Message;
use crate::yaml::Item;

/// A web address that can be measured. With `base`, a path (`/en`) is taken as a page of it.
pub(super) fn web_address(item: &Item<'_>, base: Option<&Url>) -> Option<Url> {
    let text = item.text()?;
    let parsed = match base {
        Some(base) if text.starts_with('/') && !text.starts_with("//") => base.join(&text),
        _ => Url::parse(&text),
    };
    let bare_host = || text.contains('.') && !text.contains(['/', ' ']);
    let url = match parsed {
        Ok(url) => url,
        Err(url::ParseError::InvalidPort) => {
            item.error(Message::new("inventory.url.port"));
            return None;
        }
        Err(_) => {
            let hint = bare_host().then(|| Message::new("inventory.url.hint_scheme").with("host", &text));
            item.error_with(Message::new("inventory.url.bad").with("value", &text), hint);
            return None;
        }
    };
    let refusal = if !matches!(url.scheme(), "http" | "https") {
        let hint = bare_host().then(|| Message::new("inventory.url.hint_scheme").with("host", &text));
        item.error_with(
            Message::new("inventory.url.scheme").with("value", url.scheme()),
            hint,
        );
        return None;
    } else if !url.username().is_empty() || url.password().is_some() {
        Some("inventory.url.user")
    } else if url.port() == Some(0) {
        Some("inventory.url.port")
    } else if url.fragment().is_some() {
        Some("inventory.url.fragment")
    } else {
        None
    };
    if let Some(key) = refusal {
        item.error(Message::new(key));
        return None;
    }
    if let Some(Host::Domain(host)) = url.host()
        && !in_vietnam(host)
    {
        item.warn(Message::new("inventory.url.not_vn").with("host", host), None);
    }
    Some(url)
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
pub(super) fn network(item: &Item<'_>) -> Option<IpNet> {
    item.parse_with("inventory.want.network", |text| {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        address.ok().or_else(|| text.parse().ok())
    })
}

/// A mail address: something on both sides of one `@`.
pub(super) fn email(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    let good = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && is_host_name(host) && !text.contains(char::is_whitespace)
    });
    if !good {
        item.error(Message::new("inventory.email").with("value", &text));
    }
    good.then_some(text)
}

/// A telephone number: digits with the usual marks between them.
pub(super) fn phone(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let usual = text.chars().all(|c| c.is_ascii_digit() || " +-.()".contains(c));
    let good = usual && (3..=15).contains(&digits);
    if !good {
        item.error(Message::new("inventory.phone").with("value", &text));
    }
    good.then_some(text)
}
