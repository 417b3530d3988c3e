//! The quarterly report over the seeded province.

use ems_collector::ledger::Track;
use ems_collector::report::{Period, Report, build, has_begun, html, json, load};
use ems_collector::store::Store;
use ems_contract::inventory::Inventory;
use ems_contract::record::GapWhy;
use ems_contract::text::Lang;
use ems_contract::time::{UnixTime, Window};

use crate::fixture::{Seed, agent_id, at, gap, inventory, line, now, portal, portal_id, seeded, state};

fn quarter(store: &dyn Store, inventory: &Inventory, now: UnixTime) -> Report {
    let (period, window) = Period::parse("2026-Q4").unwrap();
    has_begun(window, now).unwrap();
    let inputs = load(store, inventory, window).unwrap();
    build(&inputs, period, window, now - 105)
}

#[test]
fn every_second_of_every_portal_is_accounted_for() {
    let (seed, inventory) = seeded();
    let report = quarter(&*seed.store, &inventory, now());
    assert!(report.provisional);
    assert_eq!(report.data_to, now() - 105);
    assert_eq!(report.total.portals, 8);
    for portal in &report.portals {
        for track in &portal.tracks {
            for figures in [&track.statutory, &track.adjusted] {
                assert_eq!(
                    figures.0.total(),
                    portal.counted.secs(),
                    "{} {}",
                    portal.id,
                    track.track
                );
            }
            assert_eq!(track.outages.seconds, track.statutory.0.down);
        }
    }
}

#[test]
fn outages_have_cause_witnesses_and_exact_seconds() {
    let (seed, inventory) = seeded();
    let report = quarter(&*seed.store, &inventory, now());
    let portal = report
        .portals
        .iter()
        .find(|p| p.id == portal_id("sokhcn"))
        .unwrap();
    let overall: Vec<_> = portal
        .outages
        .iter()
        .filter(|o| o.track == Track::Overall)
        .collect();
    assert_eq!(overall.len(), 2);
    assert_eq!(overall[0].seconds, 3 * 3_600 + 24 * 60 + 5);
    assert_eq!(overall[0].cause, Some("tcp_timeout"));
    assert_eq!(overall[0].agents.len(), 2);
    assert!(overall[1].continues);
    let track = portal.track(Track::Overall).unwrap();
    assert_eq!(track.mttr_s, Some(12_245));
    // An outage that began before the quarter counts from the first second of the quarter.
    let portal = report
        .portals
        .iter()
        .find(|p| p.id == portal_id("chaudoc"))
        .unwrap();
    assert_eq!(portal.outages[0].seconds, 3_600);
    assert_eq!(portal.outages[0].began_before, Some(at("2026-09-30T16:00:00Z")));
    assert_eq!(portal.track(Track::Overall).unwrap().mttr_s, Some(7_200));
}

#[test]
fn maintenance_is_excluded_only_from_the_adjusted_account() {
    let (seed, inventory) = seeded();
    let report = quarter(&*seed.store, &inventory, now());
    let portal = report.portals.iter().find(|p| p.id == portal_id("soyt")).unwrap();
    let v4 = portal.track(Track::V4).unwrap();
    assert_eq!(v4.statutory.0.down, 5_400);
    assert_eq!((v4.adjusted.0.down, v4.adjusted.0.excluded), (0, 7_200));
    assert_eq!(portal.excluded[0].author, "Trần Thị Bình");
    assert!(!portal.excluded[0].announced_late);
}

#[test]
fn too_little_data_is_said_and_not_ranked() {
    let (seed, inventory) = seeded();
    let report = quarter(&*seed.store, &inventory, now());
    let rank = |id: &str| {
        report
            .portals
            .iter()
            .find(|p| p.id == portal_id(id))
            .unwrap()
            .rank
    };
    let sotc = report.portals.iter().find(|p| p.id == portal_id("sotc")).unwrap();
    assert!(!sotc.sufficient);
    assert_eq!(
        (rank("sotc"), rank("soyt"), rank("sokhcn")),
        (None, Some(1), Some(2))
    );
    assert_eq!(
        (
            rank("longxuyen"),
            rank("thoaison"),
            rank("phuquoc"),
            rank("chaudoc")
        ),
        (Some(1), Some(1), Some(1), Some(4))
    );
    assert_eq!(report.total.insufficient, 1);
}

#[test]
fn a_portal_added_within_the_period_counts_from_then_on() {
    let (seed, inventory) = seeded();
    let report = quarter(&*seed.store, &inventory, now());
    let portal = report
        .portals
        .iter()
        .find(|p| p.id == portal_id("phuquoc"))
        .unwrap();
    assert_eq!(portal.counted.from, at("2026-11-01T17:00:00Z"));
    assert!(portal.sufficient);
    assert_eq!(report.added.len(), 1);
    assert_eq!(report.added[0].id, portal_id("phuquoc"));
    assert_eq!(report.not_counted[0].why, "historical");
}

#[test]
fn a_portal_dropped_from_the_inventory_keeps_its_past() {
    let (seed, before) = seeded();
    let mut portals = before.portals;
    portals.retain(|portal| portal.id != portal_id("thoaison"));
    portals.push(portal("moi", "Xã Mới", ems_contract::inventory::Level::Commune));
    let after = inventory(portals);
    let changed = at("2026-11-15T00:00:00Z");
    seed.inventory(&after, changed);
    let report = quarter(&*seed.store, &after, now());
    let dropped = report
        .portals
        .iter()
        .find(|p| p.id == portal_id("thoaison"))
        .unwrap();
    assert_eq!(dropped.counted.to, changed);
    assert_eq!(report.removed[0].id, portal_id("thoaison"));
    let new = report.portals.iter().find(|p| p.id == portal_id("moi")).unwrap();
    assert_eq!(new.counted.from, changed);
    assert_eq!(
        new.track(Track::Overall).unwrap().statutory.0.unknown,
        new.counted.secs()
    );
}

#[test]
fn inventories_of_later_days_do_not_rewrite_a_finished_quarter() {
    let (seed, before) = seeded();
    let later = at("2027-01-10T00:00:00Z");
    let one = quarter(&*seed.store, &before, later);
    let mut portals = before.portals;
    portals.retain(|portal| portal.id != portal_id("thoaison"));
    portals.push(portal("moi", "Xã Mới", ems_contract::inventory::Level::Commune));
    let after = inventory(portals);
    seed.inventory(&after, at("2027-01-05T00:00:00Z"));
    let other = quarter(&*seed.store, &after, later);
    assert_eq!(other.data_digest, one.data_digest);
    assert_eq!(other.total, one.total);
    assert!(
        other
            .portals
            .iter()
            .any(|portal| portal.id == portal_id("thoaison"))
    );
    assert!(
        other
            .not_counted
            .iter()
            .any(|portal| portal.id == portal_id("moi") && portal.why == "outside_validity")
    );
}

#[test]
fn overlapping_gaps_of_an_agent_are_counted_once() {
    let (seed, inventory) = seeded();
    let report = quarter(&*seed.store, &inventory, now());
    let agent = report
        .agents
        .iter()
        .find(|agent| agent.id.as_str() == "vnpt")
        .unwrap();
    assert_eq!(agent.gaps.len(), 2);
    assert_eq!(agent.gap_s, 600);
}

/// A vantage point that was away for weeks, and another that went on: nothing is unknown. All of them away: weeks are
/// unknown, neither up nor down, and the portal is not ranked.
#[test]
fn weeks_without_vantage_points_are_unknown_and_no_outage() {
    let (seed, inventory) = seeded();
    let weeks = ("2026-10-10T00:00:00Z", "2026-11-05T00:00:00Z");
    let away = gap(weeks.0, weeks.1, GapWhy::AgentOff);
    seed.batch(&agent_id("vnpt"), now() - 10, 0, vec![away]);
    let before = quarter(&*seed.store, &inventory, now());
    let of = |report: &Report, id: &str| {
        let portal = report.portals.iter().find(|p| p.id == portal_id(id)).unwrap();
        let overall = portal.track(Track::Overall).unwrap();
        (
            portal.rank,
            portal.sufficient,
            overall.statutory.0,
            overall.outages.count,
        )
    };
    let long = before
        .agents
        .iter()
        .find(|agent| agent.id.as_str() == "vnpt")
        .unwrap();
    assert!(long.gap_s >= 26 * 86_400, "{long:?}");
    assert!(of(&before, "thoaison").1, "others went on looking");
    let blind = || {
        let nobody = state(weeks.0, weeks.1, ems_collector::ledger::State::Unknown, None);
        line(
            at("2026-08-20T00:00:00Z"),
            now(),
            ems_collector::ledger::State::Up,
            &[nobody],
        )
    };
    seed.spans(&portal_id("thoaison"), [blind(), blind(), blind()]);
    let after = quarter(&*seed.store, &inventory, now());
    let (rank, sufficient, seconds, outages) = of(&after, "thoaison");
    assert_eq!((rank, sufficient, outages), (None, false, 0));
    assert_eq!((seconds.unknown, seconds.down), (26 * 86_400, 0));
    let share = seconds.availability();
    assert_eq!(share.numerator, share.denominator, "what was seen was up");
    let page = html(&after, Lang::Vi).unwrap();
    assert!(page.contains("chưa đủ dữ liệu"));
}

#[test]
fn a_settled_report_has_the_same_bytes_whenever_it_is_made() {
    let (seed, inventory) = seeded();
    let later = at("2027-01-02T00:00:00Z");
    let one = quarter(&*seed.store, &inventory, later);
    let other = quarter(&*seed.store, &inventory, later + 86_400 * 30);
    assert!(!one.provisional);
    assert_eq!(json(&one), json(&other));
    assert_eq!(html(&one, Lang::Vi).unwrap(), html(&other, Lang::Vi).unwrap());
}

#[test]
fn late_data_change_the_digest() {
    let (seed, inventory) = seeded();
    let later = at("2027-01-02T00:00:00Z");
    let before = quarter(&*seed.store, &inventory, later).data_digest;
    let spans = || {
        let trouble = state(
            "2026-10-07T00:00:00Z",
            "2026-10-07T00:00:01Z",
            ems_collector::ledger::State::Unknown,
            None,
        );
        line(
            at("2026-08-20T00:00:00Z"),
            now(),
            ems_collector::ledger::State::Up,
            &[trouble],
        )
    };
    seed.spans(&portal_id("thoaison"), [spans(), spans(), spans()]);
    assert_ne!(quarter(&*seed.store, &inventory, later).data_digest, before);
}

#[test]
fn nothing_at_all_is_still_a_report() {
    let seed = Seed::new();
    let empty = inventory(Vec::new());
    let report = quarter(&*seed.store, &empty, now());
    assert_eq!(report.total.portals, 0);
    let page = html(&report, Lang::Vi).unwrap();
    assert!(page.contains("Không có cổng nào"));

    let one = inventory(vec![portal(
        "angiang",
        "Tỉnh",
        ems_contract::inventory::Level::Province,
    )]);
    let report = quarter(&*seed.store, &one, now());
    assert_eq!(report.portals[0].rank, None);
    assert!(!report.portals[0].sufficient);
    let page = html(&report, Lang::Vi).unwrap();
    assert!(page.contains("Không có số liệu đo nào") && page.contains("chưa đủ dữ liệu"));
}

#[test]
fn names_are_escaped_in_html() {
    let seed = Seed::new();
    let hostile = inventory(vec![portal(
        "x",
        "<script>alert(1)</script>",
        ems_contract::inventory::Level::Other,
    )]);
    let page = html(&quarter(&*seed.store, &hostile, now()), Lang::En).unwrap();
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"));
}

#[test]
fn the_formats_stay_what_they_are() {
    let (seed, inventory) = seeded();
    let report = quarter(&*seed.store, &inventory, now());
    insta::assert_snapshot!("report_json", json(&report));
    insta::assert_snapshot!("report_html_vi", html(&report, Lang::Vi).unwrap());
}

#[test]
fn a_window_of_an_hour_is_exact() {
    let (seed, inventory) = seeded();
    let (period, window) = Period::range("2026-10-05T09:00:00", "2026-10-05T10:00:00").unwrap();
    let inputs = load(&*seed.store, &inventory, window).unwrap();
    let report = build(&inputs, period, window, now());
    assert_eq!(
        window,
        Window::new(at("2026-10-05T02:00:00Z"), at("2026-10-05T03:00:00Z"))
    );
    let portal = report
        .portals
        .iter()
        .find(|p| p.id == portal_id("sokhcn"))
        .unwrap();
    let track = portal.track(Track::Overall).unwrap();
    assert_eq!((track.statutory.0.down, track.statutory.0.up), (3_600, 0));
    assert!(portal.outages[0].continues);
}

/// Every key in a JSON value.
fn keys(value: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, inner) in map {
                found.insert(key.clone());
                keys(inner, found);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn every_field_is_described() {
    let (seed, inventory) = seeded();
    let report = quarter(&*seed.store, &inventory, now());
    let mut found = std::collections::BTreeSet::new();
    keys(&serde_json::from_str(&json(&report)).unwrap(), &mut found);
    let described = include_str!("../../../docs/REPORT.md");
    for key in found {
        let words = described.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        assert!(
            words.into_iter().any(|word| word == key),
            "docs/REPORT.md says nothing of `{key}`"
        );
    }
}
