//! Which items are the same, whatever their addresses: a document is its symbol, day of issue and issuer; an article its
//! title and address.

use std::collections::BTreeSet;

use ems_contract::digest::Sha256;
use ems_contract::facts::page::ItemFacts;
use ems_contract::inventory::slug;
use url::Url;

/// Identity of an item within its section: half a SHA-256.
pub type Key = [u8; 16];

/// Letters of a title below which it names nothing in particular ("Thông báo").
const TELLING_TITLE: usize = 12;
/// Items that must have moved before a section counts as re-indexed: two coincidences are none.
const FEWEST_MOVED: usize = 3;
/// Parameters of addresses that say nothing about the page.
const NOISE: &[&str] = &[
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "fbclid",
    "sid",
    "phpsessid",
    "jsessionid",
    "_t",
    "v",
];

/// The item's identity.
///
/// A document: symbol, day of issue, issuer. An article: its address where that is one of its own, so that a corrected title
/// is no new article; elsewhere title and address.
#[must_use]
pub fn key(item: &ItemFacts) -> Key {
    if let Some(symbol) = symbol(item) {
        let issued = item.issued.map(|day| day.to_string()).unwrap_or_default();
        let issuer = item.issuer.as_deref().map(slug).unwrap_or_default();
        return digest(&["document", &symbol, &issued, &issuer]);
    }
    match item.url.as_deref().and_then(address) {
        Some(address) if is_own(&address) => digest(&["address", &address]),
        address => digest(&["article", &slug(&item.title), &address.unwrap_or_default()]),
    }
}

/// What two items have in common that may be one under two identities: the symbol, or a telling title. `None` where nothing
/// can be compared.
#[must_use]
pub fn alike(item: &ItemFacts) -> Option<Key> {
    if let Some(symbol) = symbol(item) {
        return Some(digest(&["document", &symbol]));
    }
    let title = slug(&item.title);
    (title.len() >= TELLING_TITLE).then(|| digest(&["title", &title]))
}

/// Whether more than a fifth of the items of a look stand in the next one under new addresses: the site was rebuilt, and the
/// clocks of its items say nothing.
#[must_use]
pub fn moved(before: &[ItemFacts], now: &[ItemFacts]) -> bool {
    let address_of = |item: &ItemFacts| item.url.as_deref().and_then(address);
    let addresses: BTreeSet<String> = before.iter().filter_map(address_of).collect();
    let known: BTreeSet<Key> = before.iter().filter_map(alike).collect();
    let moved = now
        .iter()
        .filter(|item| address_of(item).is_some_and(|address| !addresses.contains(&address)))
        .filter(|item| alike(item).is_some_and(|alike| known.contains(&alike)))
        .count();
    moved >= FEWEST_MOVED && moved * 5 > before.len()
}

fn digest(parts: &[&str]) -> Key {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    let mut key = [0; 16];
    key.copy_from_slice(&Sha256::of_list(&parts).as_bytes()[..16]);
    key
}

/// The symbol without blanks, in capitals.
fn symbol(item: &ItemFacts) -> Option<String> {
    let symbol: String = item.symbol.as_deref()?.split_whitespace().collect();
    (!symbol.is_empty()).then(|| symbol.to_uppercase())
}

/// Host without `www.`, path and query without noise.
fn address(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let mut address = host.strip_prefix("www.").unwrap_or(host).to_owned();
    address.push_str(url.path().trim_end_matches('/'));
    let telling = url
        .query_pairs()
        .filter(|(name, _)| !NOISE.contains(&name.to_ascii_lowercase().as_str()));
    for (name, value) in telling {
        address.push('&');
        address.push_str(&name);
        address.push('=');
        address.push_str(&value);
    }
    Some(address)
}

/// Whether an address belongs to one item: it has a number of three digits or more, or a last part of many words.
fn is_own(address: &str) -> bool {
    let mut digits = 0;
    let numbered = address.bytes().any(|byte| {
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        digits >= 3
    });
    let last = address.rsplit('/').next().unwrap_or_default();
    numbered || last.matches('-').count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(title: &str, url: &str) -> ItemFacts {
        ItemFacts {
            title: title.to_owned(),
            url: Some(url.to_owned()),
            ..ItemFacts::default()
        }
    }

    #[test]
    fn an_article_is_its_address_whatever_becomes_of_its_title() {
        let first = article("Hop bao quy IV", "https://www.xa.example/tin/1234-hop-bao/");
        let corrected = article(
            "Họp báo quý IV năm 2026",
            "https://xa.example/tin/1234-hop-bao?utm_source=x",
        );
        assert_eq!(key(&first), key(&corrected));
        assert_ne!(
            key(&first),
            key(&article("Hop bao quy IV", "https://xa.example/tin/1235-hop-bao"))
        );
        // One address for all of them: the titles tell.
        let list = "https://xa.example/chi-tiet";
        assert_ne!(
            key(&article("Thông báo một", list)),
            key(&article("Thông báo hai", list))
        );
    }

    #[test]
    fn a_document_is_its_symbol_day_and_issuer_wherever_it_lies() {
        let document = |symbol: &str, day: i8, url: &str| ItemFacts {
            symbol: Some(symbol.to_owned()),
            issued: Some(jiff::civil::date(2026, 11, day)),
            issuer: Some("UBND tỉnh".to_owned()),
            ..article("Quyết định", url)
        };
        let one = document("45/QĐ-UBND", 3, "https://a.example/vb/1");
        assert_eq!(
            key(&one),
            key(&document("45/ qđ-ubnd", 3, "https://a.example/khac/9"))
        );
        assert_ne!(
            key(&one),
            key(&document("45/QĐ-UBND", 4, "https://a.example/vb/1"))
        );
        assert_eq!(
            alike(&one),
            alike(&document("45/QĐ-UBND", 4, "https://a.example/vb/1"))
        );
        assert_eq!(alike(&article("Thông báo", "https://a.example/1")), None);
    }

    #[test]
    fn a_rebuilt_site_is_known_by_its_titles() {
        let list = |base: &str, from: u32| -> Vec<ItemFacts> {
            (from..from + 10)
                .map(|n| {
                    article(
                        &format!("Bài viết thứ {n} trong năm"),
                        &format!("https://xa.example/{base}/{n}000"),
                    )
                })
                .collect()
        };
        let old = list("tin", 0);
        assert!(moved(&old, &list("news", 0)));
        assert!(!moved(&old, &old));
        assert!(
            !moved(&old, &list("tin", 4)),
            "four new ones are an ordinary week"
        );
        assert!(!moved(&[], &old));
        let mut two = old.clone();
        two[0].url = Some("https://xa.example/moi/9000".to_owned());
        two[1].url = Some("https://xa.example/moi/9001".to_owned());
        assert!(!moved(&old, &two));
    }
}
