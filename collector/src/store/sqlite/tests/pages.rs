//! Visits, sections, items and evidence: whatever the order in which they arrive, the same is known.

use ems_contract::digest::Sha256;
use ems_contract::facts::page::{
    EvidenceKind, EvidenceRef, ItemFacts, NewestDate, PageFacts, SectionFacts, SectionState,
};
use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::Line;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::store::sqlite::SqliteStore;
use crate::store::{Evidence, EvidenceStore, IngestBatch, Kept, PageStore, Store};
use crate::testing::*;

const HOUR: i64 = 3_600;

fn day(n: u32) -> Date {
    date(2026, 11, 1) + jiff::Span::new().days(i64::from(n))
}

fn article(n: u32, base: &str) -> ItemFacts {
    ItemFacts {
        url: Some(format!("https://p1.example/{base}/{}", 1_000 + n)),
        title: format!("Bài viết thứ {n} trong năm nay"),
        shown: Some(day(n)),
        ..ItemFacts::default()
    }
}

/// The newest first, as lists are.
fn news(items: impl IntoIterator<Item = ItemFacts>) -> SectionFacts {
    let mut section = SectionFacts::new("tin-tuc", SectionState::Listed);
    section.found = true;
    section.items = items.into_iter().collect();
    section.newest = section
        .items
        .first()
        .and_then(|item| item.shown)
        .map(|day| NewestDate {
            day,
            rule: "plain".to_owned(),
            title: None,
            evidence: EvidenceRef::default(),
        });
    section
}

fn visit(seq: u64, slot: i64, section: SectionFacts) -> Line {
    let mut observation = observation(seq, slot, Outcome::Up);
    observation.probe = ProbeKind::Page;
    observation.family = None;
    observation.interval_s = 7_200;
    observation.facts.page = Some(Box::new(PageFacts {
        title: Some("Cổng p1".to_owned()),
        sections: vec![section],
        ..PageFacts::default()
    }));
    line(Record::Observation(Box::new(observation)))
}

fn always() -> Window {
    Window::new(UnixTime::from_secs(0), UnixTime::from_secs(i64::MAX / 2))
}

fn known(store: &SqliteStore) -> impl PartialEq + std::fmt::Debug + use<> {
    let p1 = portal("p1");
    (
        store.items(&p1, "tin-tuc").unwrap(),
        store.section_history(&p1, "tin-tuc", always()).unwrap(),
        store.sections_at(&p1, at(1_000_000)).unwrap(),
    )
}

#[test]
fn a_visit_comes_back_as_it_was_sent_and_a_section_is_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let section = news([article(2, "tin"), article(1, "tin")]);
    let lines = vec![visit(1, 0, section.clone()), visit(2, 2 * HOUR, section.clone())];
    store.commit(batch(0, lines)).unwrap();
    let records = store.records(&portal("p1"), always()).unwrap();
    let Record::Observation(first) = &records[0] else {
        panic!("{records:?}")
    };
    let page = first.facts.page.as_ref().unwrap();
    assert_eq!(page.sections, std::slice::from_ref(&section));
    assert_eq!(
        first.facts.addresses.len(),
        1,
        "the other groups are where they were"
    );
    let newest = store.sections_at(&portal("p1"), at(HOUR)).unwrap();
    assert_eq!((newest[0].at, &newest[0].facts), (at(0), &section));
    assert!(store.sections_at(&portal("p1"), at(-1)).unwrap().is_empty());
    let looks = store.page_looks(&portal("p1"), always()).unwrap();
    assert_eq!(looks.len(), 2);
    assert!(looks[1].facts.sections[0].items.is_empty() && looks[1].facts.sections[0].newest.is_some());
    assert_eq!(
        store.page_at(&portal("p1"), at(9 * HOUR)).unwrap().unwrap().at,
        at(2 * HOUR)
    );
}

#[test]
fn an_item_appeared_between_the_last_look_without_and_the_first_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let old = [article(2, "tin"), article(1, "tin")];
    let lines = vec![
        visit(1, 0, news(old.clone())),
        visit(2, 2 * HOUR, news(old)),
        visit(3, 4 * HOUR, news([article(3, "tin"), article(2, "tin")])),
        // An old one comes back to the list: that it was not in it proves nothing.
        visit(
            4,
            6 * HOUR,
            news([article(3, "tin"), article(2, "tin"), article(0, "tin")]),
        ),
    ];
    store.commit(batch(0, lines)).unwrap();
    let items = store.items(&portal("p1"), "tin-tuc").unwrap();
    let clock = |n: u32| {
        let item = items.iter().find(|item| item.shown == Some(day(n))).unwrap();
        (item.first_seen, item.last_absent)
    };
    assert_eq!(clock(1), (at(0), None));
    assert_eq!(clock(3), (at(4 * HOUR), Some(at(2 * HOUR))));
    assert_eq!(clock(0), (at(6 * HOUR), None));
    let dates: Vec<_> = store
        .section_history(&portal("p1"), "tin-tuc", always())
        .unwrap()
        .into_iter()
        .map(|look| look.newest)
        .collect();
    assert_eq!(dates, [Some(day(2)), Some(day(2)), Some(day(3)), Some(day(3))]);
}

#[test]
fn a_look_that_was_not_whole_proves_no_absence() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut capped = news([article(2, "tin")]);
    capped.capped = true;
    let blocked = SectionFacts::new("tin-tuc", SectionState::Blocked);
    let empty = SectionFacts::new("tin-tuc", SectionState::Empty);
    let lines = vec![
        visit(1, 0, empty),
        visit(2, HOUR, capped),
        visit(3, 2 * HOUR, blocked),
        visit(4, 3 * HOUR, news([article(3, "tin")])),
    ];
    store.commit(batch(0, lines)).unwrap();
    let items = store.items(&portal("p1"), "tin-tuc").unwrap();
    assert_eq!(
        items[1].last_absent,
        Some(at(0)),
        "only the empty list was read wholly"
    );
}

#[test]
fn items_under_new_addresses_all_at_once_are_a_re_index() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let list = |base: &'static str| news((0..10).rev().map(move |n| article(n, base)));
    let lines = vec![visit(1, 0, list("tin")), visit(2, HOUR, list("moi"))];
    store.commit(batch(0, lines)).unwrap();
    let looks = store.section_history(&portal("p1"), "tin-tuc", always()).unwrap();
    assert_eq!(
        looks.iter().map(|look| look.reindexed).collect::<Vec<_>>(),
        [false, true]
    );
    let items = store.items(&portal("p1"), "tin-tuc").unwrap();
    assert_eq!(items.iter().filter(|item| item.reindexed).count(), 10);
    // Judged, each is one article with the clock of its first address.
    let list = crate::items::item_list(items, &looks, "van-ban", "Sở KH&CN", at(HOUR));
    assert!(list.reindexed && list.list.len() == 10);
    assert!(list.list.iter().all(|item| item.first_seen == Some(at(0))));
}

fn evidence(portal_name: &str, n: u8, length: usize) -> Evidence {
    // Bytes that no compressor shortens.
    let mut body = Vec::new();
    while body.len() < length {
        let count = u32::try_from(body.len()).unwrap();
        body.extend_from_slice(Sha256::of(&[&[n], &count.to_be_bytes()[..]].concat()).as_bytes());
    }
    Evidence {
        digest: Sha256::of(&body),
        portal: portal(portal_name),
        agent: agent("a"),
        at: at(i64::from(n)),
        kind: EvidenceKind::Page,
        url: format!("https://{portal_name}.example/{n}"),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        body,
    }
}

#[test]
fn evidence_is_kept_once_and_the_oldest_goes_when_a_portal_is_over_its_budget() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let budget = 3_500;
    let keep = |evidence: &Evidence| store.keep_evidence(evidence.clone(), budget).unwrap();
    let one = evidence("p1", 1, 1_000);
    assert_eq!(keep(&one), Some(Kept::New));
    assert_eq!(keep(&one), Some(Kept::Known));
    let shared = Evidence {
        portal: portal("p2"),
        ..one.clone()
    };
    assert_eq!(keep(&shared), Some(Kept::New));
    assert_eq!(keep(&evidence("nobody", 1, 10)), None);
    for n in 2..=4 {
        assert_eq!(keep(&evidence("p1", n, 1_000)), Some(Kept::New));
    }
    // The first went from p1's budget and is still p2's.
    assert_eq!(store.evidence(&one.digest).unwrap().unwrap(), shared);
    assert_eq!(store.evidence_statistics().unwrap().bodies, 4);
    for n in 5..=8 {
        keep(&evidence("p2", n, 1_000));
    }
    assert_eq!(store.evidence(&one.digest).unwrap(), None);
    let last = evidence("p2", 8, 1_000).digest;
    let kept = store.kept_evidence(&[one.digest, last].into()).unwrap();
    assert_eq!(kept, [last].into());
    let copy = dir.path().join("copy.db");
    store.backup(&copy).unwrap();
    let newest = evidence("p2", 8, 1_000);
    let copied = SqliteStore::open_for_reading(&copy).unwrap();
    assert_eq!(copied.evidence(&newest.digest).unwrap(), Some(newest));
}

#[test]
fn a_page_that_was_read_again_is_not_among_the_oldest() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let keep = |evidence: Evidence| store.keep_evidence(evidence, 3_500).unwrap();
    for n in 1..=3 {
        keep(evidence("p1", n, 1_000));
    }
    let first = evidence("p1", 1, 1_000);
    let again = Evidence {
        at: at(9),
        ..first.clone()
    };
    assert_eq!(keep(again.clone()), Some(Kept::Known));
    // Told late: it is not older for it.
    assert_eq!(keep(first.clone()), Some(Kept::Known));
    keep(evidence("p1", 4, 1_000));
    assert_eq!(store.evidence(&first.digest).unwrap(), Some(again));
    assert_eq!(store.evidence(&evidence("p1", 2, 1_000).digest).unwrap(), None);
}

/// A portal whose news change a little from look to look, with other agents, capped lists and a rebuilt site.
fn looks() -> impl Strategy<Value = Vec<(i64, SectionFacts)>> {
    let look = (0..40_u32, 1..8_u32, 0..12_u8);
    prop::collection::btree_map(0..60_i64, look, 1..14).prop_map(|looks| {
        let section = |(newest, count, kind): (u32, u32, u8)| {
            let base = if kind == 1 { "moi" } else { "tin" };
            let mut section = news((newest..newest + count).rev().map(|n| {
                let mut item = article(n, base);
                item.shown = item.shown.filter(|_| kind != 2);
                item.title.push_str(if kind == 3 { " (sửa)" } else { "" });
                item
            }));
            section.capped = kind == 4;
            if kind == 5 {
                section = SectionFacts::new("tin-tuc", SectionState::Empty);
            }
            section
        };
        looks
            .into_iter()
            .map(|(hour, look)| (hour * HOUR, section(look)))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_order_of_arrival_says_nothing(looks in looks(), seed in any::<u64>()) {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (in_order, shuffled) = (store(a.path()), store(b.path()));
        let lines: Vec<Line> = (1..)
            .zip(&looks)
            .map(|(seq, (slot, section))| visit(seq, *slot, section.clone()))
            .collect();
        in_order.commit(batch(0, lines.clone())).unwrap();
        let mut order: Vec<usize> = (0..lines.len()).chain(0..lines.len() / 2).collect();
        order.sort_by_key(|n| Sha256::of(&[seed.to_be_bytes(), (*n as u64).to_be_bytes()].concat()));
        for n in order {
            let one = IngestBatch { received_at: at(100 * HOUR), ..batch(n as u64, vec![lines[n].clone()]) };
            shuffled.commit(one).unwrap();
        }
        prop_assert!(known(&in_order) == known(&shuffled), "{:?}\n{:?}", known(&in_order), known(&shuffled));
        prop_assert_eq!(shuffled.samples(&portal("p1"), Family::V4, always()).unwrap().len(), 0);
    }
}
