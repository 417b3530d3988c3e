//! From stored items to the lists the judge reads.

use std::collections::BTreeSet;

use ems_contract::facts::page::DocumentKind;
use ems_contract::inventory::slug;
use ems_contract::time::UnixTime;

use super::{REINDEX_HOLD_S, merged};
use crate::judge::facts::{DocumentType, Item, ItemList, When};
use crate::store::{LookRow, StoredItem};

/// The class of items of a section, as `docs/FACTS.md` names them; `None` for sections that hold no items with clocks.
#[must_use]
pub fn class_of(section: &str) -> Option<&'static str> {
    const CLASSES: &[&str] = &[
        "van-ban",
        "van-ban-hanh-chinh",
        "tin-tuc",
        "chi-dao-dieu-hanh",
        "pho-bien-phap-luat",
        "quy-hoach",
        "dau-tu-mua-sam-cong",
        "dat-dai",
        "de-tai-khoa-hoc",
        "thong-ke",
        "hoi-dap",
        "cong-bao",
        "bao-cao-tai-chinh",
        "bao-cao-danh-gia-cong",
        "gioi-thieu",
        "lien-he-can-bo",
    ];
    CLASSES.iter().find(|class| **class == section).copied()
}

/// The list of one section as it was known at `at`. `looks` are the looks at it, `owner` the body that the portal belongs to.
///
/// An item that came with a re-index, or that was there at the first look of all, has no clock: `first_seen` without
/// `last_absent` says "some time before".
#[must_use]
pub fn item_list(items: Vec<StoredItem>, looks: &[LookRow], owner: &str, at: UnixTime) -> ItemList {
    let held = |look: &&LookRow| look.reindexed && look.at <= at && at - look.at <= REINDEX_HOLD_S;
    let known = items.into_iter().filter(|item| item.first_seen <= at).collect();
    ItemList {
        reindexed: looks.iter().any(|look| held(&look)),
        changed: None,
        list: merged(known)
            .into_iter()
            .map(|item| judged(item, owner))
            .collect(),
    }
}

fn judged(item: StoredItem, owner: &str) -> Item {
    let facts = item.facts;
    let year = year_of(&facts.title);
    let by_owner = facts.issuer.as_deref().map(|issuer| slug(issuer) == slug(owner));
    Item {
        id: facts
            .symbol
            .clone()
            .or_else(|| facts.url.clone())
            .unwrap_or_else(|| facts.title.clone()),
        title: Some(facts.title),
        symbol: facts.symbol,
        // Another spelling of the owner's name is no proof that somebody else issued it.
        by_owner: by_owner.filter(|is| *is),
        document_type: facts.kind.map(|kind| match kind {
            DocumentKind::Qppl => DocumentType::Qppl,
            DocumentKind::Administrative => DocumentType::Administrative,
        }),
        urgent: facts.urgent,
        issued: facts.issued,
        approved: facts.approved,
        accepted: facts.accepted,
        event_ended: facts.event.map(|day| When::day(day).to),
        asked: facts.asked,
        answered: facts.answered.map(When::day),
        year,
        shown: item.shown.or(facts.shown).map(When::day),
        first_seen: (!item.reindexed).then_some(item.first_seen),
        last_absent: item.last_absent.filter(|_| !item.reindexed),
        ..Item::default()
    }
}

/// The year that a title names (`quyết toán ngân sách năm 2025`); none where it names several.
fn year_of(title: &str) -> Option<i16> {
    let words: Vec<&str> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let named = words
        .windows(2)
        .filter(|pair| slug(pair[0]) == "nam" && pair[1].len() == 4);
    let years: BTreeSet<i16> = named.filter_map(|pair| pair[1].parse().ok()).collect();
    years.first().copied().filter(|_| years.len() == 1)
}

#[cfg(test)]
mod tests {
    use ems_contract::facts::page::ItemFacts;

    use super::*;

    fn stored(reindexed: bool) -> StoredItem {
        StoredItem {
            key: [1; 16],
            first_seen: UnixTime::from_secs(1_000),
            last_seen: UnixTime::from_secs(2_000),
            last_absent: Some(UnixTime::from_secs(900)),
            shown: Some(jiff::civil::date(2026, 11, 20)),
            reindexed,
            facts: ItemFacts {
                title: "Quyết định".to_owned(),
                symbol: Some("45/QĐ-STP".to_owned()),
                issuer: Some("SỞ TƯ PHÁP".to_owned()),
                ..ItemFacts::default()
            },
        }
    }

    fn look(at: i64, reindexed: bool) -> LookRow {
        LookRow {
            at: UnixTime::from_secs(at),
            whole: true,
            reindexed,
            newest: None,
        }
    }

    #[test]
    fn a_list_has_its_clocks_unless_it_was_re_indexed() {
        let at = UnixTime::from_secs(3_000);
        let list = item_list(vec![stored(false)], &[look(1_000, false)], "Sở Tư pháp", at);
        assert!(!list.reindexed);
        assert_eq!(list.list[0].by_owner, Some(true));
        assert_eq!(list.list[0].last_absent.map(UnixTime::secs), Some(900));
        let held = item_list(vec![stored(true)], &[look(1_000, true)], "Sở Tài chính", at);
        assert!(held.reindexed && held.list[0].first_seen.is_none() && held.list[0].by_owner.is_none());
        let later = UnixTime::from_secs(1_001 + REINDEX_HOLD_S);
        assert!(!item_list(vec![stored(true)], &[look(1_000, true)], "x", later).reindexed);
        // What was not known yet is not in it.
        let before = item_list(vec![stored(false)], &[], "x", UnixTime::from_secs(999));
        assert!(before.list.is_empty());
    }

    #[test]
    fn the_year_of_a_report_is_the_one_that_its_title_names() {
        assert_eq!(year_of("Công khai quyết toán ngân sách năm 2025"), Some(2025));
        assert_eq!(year_of("BÁO CÁO TÀI CHÍNH NĂM 2024 (mẫu B02)"), Some(2024));
        assert_eq!(year_of("Dự toán năm 2026 và quyết toán năm 2024"), None);
        assert_eq!(year_of("Thông báo số 2025 về việc nghỉ lễ"), None);
    }
}
