//! Which items are the same: by document or by article, whatever their addresses (OBLIGATIONS 0.8 (17)).

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Item;
use crate::page::plain::fold_words;

/// The identity of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKey {
    /// A document: number and symbol, date of issue, issuer.
    Document {
        /// Số ký hiệu, without blanks, in capitals.
        symbol: String,
        /// Ngày ban hành.
        issued: Option<Date>,
        /// Cơ quan ban hành, folded.
        issuer: Option<String>,
    },
    /// An article: normalised title, first shown date, path of the address.
    Article {
        /// The title, folded.
        title: String,
        /// Ngày đăng.
        shown: Option<Date>,
        /// The path.
        path: Option<String>,
    },
}

impl Item {
    /// The item's identity.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        if let Some(symbol) = &self.symbol {
            return ItemKey::Document {
                symbol: symbol.split_whitespace().collect::<String>().to_uppercase(),
                issued: self.issued,
                issuer: self.issuer.as_deref().map(fold_words),
            };
        }
        ItemKey::Article {
            title: fold_words(&self.title),
            shown: self.shown,
            path: self
                .url
                .as_deref()
                .and_then(|u| Url::parse(u).ok())
                .map(|u| u.path().to_owned()),
        }
    }
}

/// Whether more than a fifth of a section's known items stand in the new list under new addresses: the site was rebuilt, and
/// their clocks are unknown (`reindexed`), not late.
#[must_use]
pub fn is_reindexed(known: &[Item], now: &[Item]) -> bool {
    let addresses: BTreeSet<&str> = known.iter().filter_map(|i| i.url.as_deref()).collect();
    let same = |a: &Item, b: &Item| match (a.key(), b.key()) {
        (ItemKey::Article { title: a, .. }, ItemKey::Article { title: b, .. }) => a == b && a.len() >= 12,
        (a, b) => a == b,
    };
    let moved = now
        .iter()
        .filter(|item| item.url.as_deref().is_some_and(|u| !addresses.contains(u)))
        .filter(|item| known.iter().take(super::MAX_ITEMS).any(|old| same(old, item)))
        .count();
    !known.is_empty() && moved * 5 > known.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(n: u32, base: &str) -> Item {
        Item {
            url: Some(format!("https://xa.example/{base}/{n}")),
            title: format!("Bài viết thứ {n} trong năm"),
            ..Item::default()
        }
    }

    #[test]
    fn a_rebuilt_site_is_known_by_its_titles() {
        let old: Vec<Item> = (0..10).map(|n| item(n, "tin")).collect();
        let moved: Vec<Item> = (0..10).map(|n| item(n, "news")).collect();
        assert!(is_reindexed(&old, &moved));
        assert!(!is_reindexed(&old, &old));
        let mut usual = old.clone();
        usual.insert(0, item(99, "tin"));
        assert!(!is_reindexed(&old, &usual));
        assert!(!is_reindexed(&[], &moved));
    }

    #[test]
    fn a_document_is_its_symbol_and_issue() {
        let mut a = item(1, "vb");
        a.symbol = Some("12/2026/QĐ-UBND".to_owned());
        let mut b = item(2, "khac");
        b.symbol = Some("12/2026/qđ-ubnd".to_owned());
        assert_eq!(a.key(), b.key());
    }
}
