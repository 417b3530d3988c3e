//! Items that are one under two identities: a document whose day of issue became known later, an article that moved.

use std::collections::BTreeMap;

use ems_contract::facts::page::ItemFacts;

use super::{Key, alike};
use crate::store::StoredItem;

/// Joins items of one section that took each other's place: the same symbol or title, dates that do not contradict, and one
/// never seen again once the other had come. The joined item has the earlier one's clocks and the later one's facts.
///
/// The order of the rows says nothing; the result is sorted by first sight.
#[must_use]
pub fn merged(mut items: Vec<StoredItem>) -> Vec<StoredItem> {
    items.sort_by_key(|item| (item.first_seen, item.key));
    let mut last_of: BTreeMap<Key, usize> = BTreeMap::new();
    let mut all: Vec<StoredItem> = Vec::with_capacity(items.len());
    for item in items {
        let Some(alike) = alike(&item.facts) else {
            all.push(item);
            continue;
        };
        match last_of.get(&alike).map(|&at| &mut all[at]) {
            Some(before) if replaces(&item, before) => {
                before.key = item.key;
                before.last_seen = item.last_seen;
                before.shown = before.shown.or(item.shown);
                before.facts = item.facts;
            }
            _ => {
                last_of.insert(alike, all.len());
                all.push(item);
            }
        }
    }
    all
}

fn replaces(later: &StoredItem, before: &StoredItem) -> bool {
    let agrees = |a: Option<_>, b: Option<_>| a.is_none() || b.is_none() || a == b;
    let dates = |item: &ItemFacts| (item.issued, item.shown);
    let ((issued, _), (was_issued, _)) = (dates(&later.facts), dates(&before.facts));
    before.last_seen < later.first_seen && agrees(issued, was_issued) && agrees(later.shown, before.shown)
}

#[cfg(test)]
mod tests {
    use ems_contract::time::UnixTime;
    use jiff::civil::date;

    use super::*;

    fn item(n: u8, seen: (i64, i64), issued: Option<i8>) -> StoredItem {
        StoredItem {
            key: [n; 16],
            first_seen: UnixTime::from_secs(seen.0),
            last_seen: UnixTime::from_secs(seen.1),
            last_absent: Some(UnixTime::from_secs(seen.0 - 60)),
            shown: None,
            reindexed: false,
            facts: ItemFacts {
                title: "Quyết định về giá đất".to_owned(),
                symbol: Some("45/QĐ-UBND".to_owned()),
                issued: issued.map(|day| date(2026, 11, day)),
                ..ItemFacts::default()
            },
        }
    }

    #[test]
    fn a_day_of_issue_that_became_known_makes_no_new_document() {
        let rows = vec![item(2, (500, 900), Some(3)), item(1, (100, 400), None)];
        let joined = merged(rows);
        assert_eq!(joined.len(), 1);
        assert_eq!(joined[0].first_seen.secs(), 100);
        assert_eq!(joined[0].last_absent.map(UnixTime::secs), Some(40));
        assert_eq!(
            (joined[0].last_seen.secs(), joined[0].facts.issued),
            (900, Some(date(2026, 11, 3)))
        );
    }

    #[test]
    fn documents_of_one_symbol_seen_together_or_of_other_days_stay_apart() {
        assert_eq!(
            merged(vec![item(1, (100, 600), None), item(2, (500, 900), Some(3))]).len(),
            2
        );
        assert_eq!(
            merged(vec![item(1, (100, 400), Some(2)), item(2, (500, 900), Some(3))]).len(),
            2
        );
    }
}
