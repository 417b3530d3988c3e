//! From stored items to the lists the judge reads.

use std::collections::BTreeSet;

use ems_contract::facts::page::{DocumentKind, ItemFacts};
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
        "su-kien",
        "hoi-dap",
        "cong-bao",
        "bao-cao-tai-chinh",
        "bao-cao-danh-gia-cong",
        "gioi-thieu",
        "lien-he-can-bo",
    ];
    /// Sections of documents and notices for which no text has a term of their own: "thông tin khác".
    const OTHER: &[&str] = &[
        "chuong-trinh-ke-hoach",
        "khen-thuong-xu-phat",
        "nguon-von",
        "tuyen-dung",
        "thong-tin-giao-dich",
        "tiep-can-thong-tin",
    ];
    CLASSES
        .iter()
        .find(|class| **class == section)
        .copied()
        .or_else(|| OTHER.contains(&section).then_some("other"))
}

/// Puts the list of one section to those of its class.
pub fn join(class: &mut ItemList, list: ItemList) {
    class.reindexed |= list.reindexed;
    class.list.extend(list.list);
}

/// The list of one section as it was known at `at`. `looks` are the looks at it, `class` the class of its items, `owner`
/// the body that the portal belongs to.
///
/// An item that came with a re-index, or that was there at the first look of all, has no clock: `first_seen` without
/// `last_absent` says "some time before".
#[must_use]
pub fn item_list(
    items: Vec<StoredItem>,
    looks: &[LookRow],
    class: &str,
    owner: &str,
    at: UnixTime,
) -> ItemList {
    let held = |look: &&LookRow| look.reindexed && look.at <= at && at - look.at <= REINDEX_HOLD_S;
    let known = items.into_iter().filter(|item| item.first_seen <= at).collect();
    ItemList {
        reindexed: looks.iter().any(|look| held(&look)),
        changed: None,
        list: merged(known)
            .into_iter()
            .map(|item| judged(item, class, owner))
            .collect(),
    }
}

fn judged(item: StoredItem, class: &str, owner: &str) -> Item {
    let facts = item.facts;
    // In the section that spreads the law a symbol and its day are those of the instrument that an article is about.
    let spread = class == "pho-bien-phap-luat";
    let cites = facts.symbol.clone().filter(|_| spread);
    let cited_issued = facts.issued.filter(|_| cites.is_some());
    let decided = facts
        .issued
        .filter(|_| class == "thong-ke" && decides_publication(&facts));
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
        cites,
        cited_issued,
        decided,
        year,
        shown: item.shown.or(facts.shown).map(When::day),
        first_seen: (!item.reindexed).then_some(item.first_seen),
        last_absent: item.last_absent.filter(|_| !item.reindexed),
        ..Item::default()
    }
}

/// Whether a document of statistics is the decision to publish them (`Quyết định số 12/QĐ-CTK về việc công bố …`): the day
/// of its issue is that of the decision. Nothing else in a list tells that day.
fn decides_publication(facts: &ItemFacts) -> bool {
    let title = slug(&facts.title);
    let decision = title.starts_with("quyetdinh")
        || facts
            .symbol
            .as_deref()
            .is_some_and(|symbol| symbol.contains("/QĐ"));
    decision && title.contains("congbo")
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
        let list = item_list(
            vec![stored(false)],
            &[look(1_000, false)],
            "van-ban",
            "Sở Tư pháp",
            at,
        );
        assert!(!list.reindexed);
        assert_eq!(list.list[0].by_owner, Some(true));
        assert_eq!(list.list[0].last_absent.map(UnixTime::secs), Some(900));
        let held = item_list(
            vec![stored(true)],
            &[look(1_000, true)],
            "van-ban",
            "Sở Tài chính",
            at,
        );
        assert!(held.reindexed && held.list[0].first_seen.is_none() && held.list[0].by_owner.is_none());
        let later = UnixTime::from_secs(1_001 + REINDEX_HOLD_S);
        assert!(!item_list(vec![stored(true)], &[look(1_000, true)], "van-ban", "x", later).reindexed);
        // What was not known yet is not in it.
        let before = item_list(vec![stored(false)], &[], "van-ban", "x", UnixTime::from_secs(999));
        assert!(before.list.is_empty());
    }

    #[test]
    fn an_article_that_spreads_the_law_tells_its_instrument_and_nothing_else_does() {
        let of = |class: &str| {
            let mut item = stored(false);
            item.facts.symbol = Some("31/2024/QH15".to_owned());
            item.facts.issued = Some(jiff::civil::date(2024, 1, 18));
            item_list(vec![item], &[], class, "x", UnixTime::from_secs(3_000))
                .list
                .remove(0)
        };
        let article = of("pho-bien-phap-luat");
        assert_eq!(article.cites.as_deref(), Some("31/2024/QH15"));
        assert_eq!(article.cited_issued, Some(jiff::civil::date(2024, 1, 18)));
        let document = of("van-ban");
        assert_eq!((document.cites, document.cited_issued), (None, None));
    }

    #[test]
    fn only_a_decision_to_publish_tells_the_day_of_the_decision() {
        let decided = |title: &str, symbol: Option<&str>| {
            let mut item = stored(false);
            item.facts.title = title.to_owned();
            item.facts.symbol = symbol.map(str::to_owned);
            item.facts.issued = Some(jiff::civil::date(2026, 11, 2));
            item_list(vec![item], &[], "thong-ke", "x", UnixTime::from_secs(3_000)).list[0].decided
        };
        let day = Some(jiff::civil::date(2026, 11, 2));
        assert_eq!(
            decided("Quyết định về việc công bố số liệu thống kê năm 2025", None),
            day
        );
        assert_eq!(decided("Công bố Niên giám thống kê 2025", Some("12/QĐ-CTK")), day);
        // A report that announces figures, or a decision on something else, is not that decision.
        assert_eq!(
            decided("Công bố tình hình kinh tế - xã hội quý III", Some("45/BC-CTK")),
            None
        );
        assert_eq!(
            decided("Quyết định giao kế hoạch điều tra", Some("13/QĐ-CTK")),
            None
        );
    }

    #[test]
    fn lists_without_a_class_of_their_own_are_one() {
        assert_eq!(class_of("tuyen-dung"), Some("other"));
        assert_eq!((class_of("van-ban"), class_of("ban-do")), (Some("van-ban"), None));
        let one = || item_list(vec![stored(false)], &[], "other", "x", UnixTime::from_secs(3_000));
        let mut both = one();
        join(
            &mut both,
            ItemList {
                reindexed: true,
                ..one()
            },
        );
        assert!(both.reindexed && both.list.len() == 2);
    }

    #[test]
    fn the_year_of_a_report_is_the_one_that_its_title_names() {
        assert_eq!(year_of("Công khai quyết toán ngân sách năm 2025"), Some(2025));
        assert_eq!(year_of("BÁO CÁO TÀI CHÍNH NĂM 2024 (mẫu B02)"), Some(2024));
        assert_eq!(year_of("Dự toán năm 2026 và quyết toán năm 2024"), None);
        assert_eq!(year_of("Thông báo số 2025 về việc nghỉ lễ"), None);
    }
}
