//! Holds what the catalogue calls measured to what the judge makes of everything that agents send: all fact groups of all
//! probes, as two agents on two networks sent them for days, of a portal with one component, read whole.

use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::facts::page::{ItemFacts, MEASURED};
use ems_contract::inventory::Level;
use ems_contract::observation::Observation;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::date;
use serde_json::{Value as Json, json};

use super::case::Case;
use super::evaluate;
use super::facts::{
    Availability, Measure, Observed, OldDomainSeen, PublishedReport, ResponseTimes, TargetFacts,
};
use super::grade::{Grade, Raw};
use super::reason::Reason;
use super::unit::Unit;
use crate::calendar::civil;
use crate::items;
use crate::regulation::{Check, Measured, Pack, Regulations, ReportKind};
use crate::store::{LookRow, StoredItem};

const HOME: &str = "https://www.tinh.gov.vn/";
/// Where reports were said to be published.
const REPORT: &str = "https://www.tinh.gov.vn/bao-cao.pdf";

fn now() -> UnixTime {
    "2026-11-22T10:00:00+07:00".parse().unwrap()
}

/// Every group of facts that a probe sends.
fn groups(rules: &Regulations) -> Vec<(&'static str, Option<&'static str>, Json)> {
    let http = json!({"hops": [{"url": HOME, "status": 200}], "page_kind": "portal"});
    let tls = json!({"version": "TLSv1.3", "not_after": now() + 90 * 86_400, "chain_not_after": now() + 90 * 86_400});
    let measure = json!({"found": true, "good": 5, "of": 5, "value": 1.0});
    let checks: BTreeMap<&str, Json> = MEASURED.iter().map(|id| (*id, measure.clone())).collect();
    let sections: Vec<Json> = rules
        .sections
        .iter()
        .map(|section| json!({"id": &*section.id, "found": true, "filled": true, "state": "listed"}))
        .collect();
    let page = json!({
        "final_url": HOME, "status": 200, "kind": "portal", "title": "Cổng", "language": "vi",
        "language_confidence": 0.99, "html_lang": "vi", "identity": "ok",
        "charset": {"used": "utf-8", "declared": "utf-8"}, "sections": sections, "checks": checks,
        "english": {
            "verdict": "pass", "entry": "https://www.tinh.gov.vn/en", "language": "en", "confidence": 0.99,
            "organisation_words": 400, "officials": 3, "newest": "2026-11-20",
        },
        "linked": ["so.tinh.gov.vn"],
        "published": [{"url": REPORT, "status": 200, "sha256": [Sha256::of(b"report")], "whole": true}],
    });
    let dns = json!({
        "status": {"a": "ok", "aaaa": "ok", "caa": "nodata"}, "ns_ok": "all", "ns_ipv6": "all", "dnssec": "secure",
    });
    let site =
        json!({"https_redirect": true, "hsts": "ok", "www": "ok", "v4_v6_same": true, "identity": "ok"});
    let links = json!({"pages": 9, "found": 90, "checked": 60, "outside": 30});
    vec![
        (
            "reach",
            Some("v4"),
            json!({"addresses": ["203.162.0.1"], "http": http, "tls": tls}),
        ),
        (
            "reach",
            Some("v6"),
            json!({"addresses": ["2405:4800::1"], "http": http, "tls": tls}),
        ),
        (
            "dns",
            None,
            json!({"addresses": ["203.162.0.1", "2405:4800::1"], "dns": dns}),
        ),
        ("tls", None, json!({"tls": tls, "site": site})),
        ("page", None, json!({"page": page})),
        ("links", None, json!({"links": links})),
    ]
}

/// What two agents saw today and on the days before.
fn observations(rules: &Regulations) -> Vec<Observed> {
    let mut all = Vec::new();
    for (agent, network) in [("a1", "viettel"), ("a2", "vnpt")] {
        for (probe, family, facts) in groups(rules) {
            for back in [0, 700, 2 * 86_400, 4 * 86_400] {
                let at = now() - 60 - back;
                let observation: Observation = serde_json::from_value(json!({
                    "schema": 1, "agent": agent, "epoch": "00000000000000000000000000000001", "seq": 1,
                    "portal": "tinh", "target_hash": Sha256::of(b""),
                    "plan_version": Sha256::of(b""), "probe": probe, "family": family,
                    "slot": at, "interval_s": 60, "attempts": [], "outcome": ems_contract::outcome::Outcome::Up,
                    "facts": facts,
                }))
                .unwrap();
                let mut seen = Observed::from_observation(&observation, network.parse().unwrap());
                if observation.facts.page.is_some() {
                    // What two portals together tell: `dossier::kin`.
                    let one = Measure {
                        found: Some(true),
                        good: Some(1),
                        of: Some(1),
                        ..Measure::default()
                    };
                    for check in ["portal-links-components", "portal-aggregates-components"] {
                        seen.checks.insert(check.to_owned(), one.clone());
                    }
                }
                all.push(seen);
            }
        }
    }
    all
}

/// Items with all that agents read of them, by the classes of the sections that have any.
fn lists(rules: &Regulations, facts: &mut TargetFacts) {
    let whole = LookRow {
        at: now() - 60,
        whole: true,
        reindexed: false,
        newest: None,
    };
    for class in rules
        .sections
        .iter()
        .filter_map(|section| items::class_of(&section.id))
    {
        // An emergency document is out on the day of its issue.
        let item = |n: u8, symbol: &str, issuer: &str, urgent: bool| StoredItem {
            key: [n; 16],
            first_seen: now() - 10 * 86_400 + 3_600,
            last_seen: now(),
            last_absent: Some(now() - 10 * 86_400),
            shown: Some(date(2026, 11, 12)),
            reindexed: false,
            facts: ItemFacts {
                title: format!("Quyết định {n} công bố báo cáo năm 2025"),
                symbol: Some(symbol.to_owned()),
                issuer: Some(issuer.to_owned()),
                urgent,
                shown: Some(date(2026, 11, 12)),
                issued: Some(date(2026, 11, if urgent { 12 } else { 11 })),
                effective: Some(date(2026, 11, 11)),
                approved: Some(date(2026, 11, 11)),
                accepted: Some(date(2026, 11, 11)),
                event: Some(date(2026, 11, 11)),
                asked: Some(date(2026, 11, 10)),
                answered: Some(date(2026, 11, 11)),
                ..ItemFacts::default()
            },
        };
        let stored = vec![
            item(1, "12/2026/QĐ-UBND", "Ủy ban nhân dân tỉnh", false),
            item(2, "345/UBND-KGVX", "Ủy ban nhân dân tỉnh", false),
            item(3, "346/UBND-KGVX", "Bộ Nội vụ", true),
        ];
        let list = items::item_list(
            stored,
            std::slice::from_ref(&whole),
            class,
            "Ủy ban nhân dân tỉnh",
            now(),
        );
        items::join(facts.items.entry(class.to_owned()).or_default(), list);
    }
}

/// Every consolidated report of the year was published at one address.
fn publications(rules: &Regulations) -> Vec<PublishedReport> {
    let year = rules.reports_of_year(2026).into_iter();
    let consolidated = year.filter(|report| report.duty.kind == ReportKind::Consolidated);
    consolidated
        .map(|report| PublishedReport {
            report: report.duty.id.to_string(),
            period: report.window.label.clone(),
            year: 2026,
            url: REPORT.to_owned(),
            stated_at: now() - 86_400,
            files: vec![Sha256::of(b"report")],
        })
        .collect()
}

fn facts(rules: &Regulations) -> TargetFacts {
    let mut facts = TargetFacts::empty("tinh".parse().unwrap());
    facts.monitored_since = Some(now() - 60 * 86_400);
    facts.observations = observations(rules);
    let window = Window::new(now() - 30 * 86_400, now());
    facts.availability = Some(Availability {
        window,
        up_s: window.secs(),
        degraded_s: 0,
        down_s: 0,
        outages: Vec::new(),
    });
    facts.response = Some(ResponseTimes {
        window,
        samples: 1_440,
        p95_ms: 300,
    });
    lists(rules, &mut facts);
    // What agents see of old names, with the inventory's day of the switch: `dossier::former`.
    facts.old_domains = ["viettel", "vnpt"]
        .map(|network| OldDomainSeen {
            host: "cu.tinh.gov.vn".to_owned(),
            switched_on: date(2026, 10, 1),
            at: now() - 60,
            network: network.parse().unwrap(),
            serves_portal: true,
            foreign: false,
        })
        .to_vec();
    facts.publications = publications(rules);
    facts
}

fn unit() -> Unit {
    serde_json::from_value(json!({
        "owner": "Ủy ban nhân dân tỉnh", "level": Level::Province, "url": HOME,
        "packs": [], "has_old_domains": true,
    }))
    .unwrap()
}

/// What comes out for a check under the first row that names it; a check that no row names is judged under any.
fn judged(rules: &Regulations, facts: &TargetFacts, check: &Check, pack: &Pack, row: usize) -> Raw {
    let unit = unit();
    evaluate(&Case {
        rules,
        unit: &unit,
        facts,
        pack,
        row: &pack.obligations[row],
        check,
        now: now(),
        day: civil::day_of(now()),
    })
}

/// The best that comes out of a check under any of its rows: a row may ask for more than its check.
fn best(rules: &Regulations, facts: &TargetFacts, check: &Check) -> (Grade, Reason) {
    let rows = rules.packs.values().flat_map(|pack| {
        let all = pack.obligations.iter().enumerate();
        all.filter(|(_, row)| check.used_by.is_empty() || row.checks.contains(&check.id))
            .map(|(n, _)| (&**pack, n))
    });
    rows.map(|(pack, row)| judged(rules, facts, check, pack, row).graded)
        .map(|graded| (graded.grade, graded.reason))
        .min_by_key(|(grade, _)| *grade == Grade::Unclear)
        .unwrap()
}

#[test]
fn what_is_called_measured_is() {
    let rules = Regulations::embedded().unwrap();
    let facts = facts(&rules);
    let mut wrong = Vec::new();
    for check in &rules.checks {
        let (grade, reason) = best(&rules, &facts, check);
        let decided = grade != Grade::Unclear;
        let waits = matches!(
            reason,
            Reason::NotMeasured | Reason::PublicationUnobservable | Reason::StartUnobservable
        );
        let right = match check.measured() {
            Measured::Automatic => decided,
            Measured::Pending => !decided && waits || reason == Reason::InfoOnly,
            Measured::Attested => !waits,
        };
        if !right {
            wrong.push(format!(
                "{}: {:?}, and the judge says {grade:?} ({reason})",
                check.id,
                check.measured()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn without_facts_nothing_is_judged_but_by_people() {
    let rules = Regulations::embedded().unwrap();
    let nothing = TargetFacts::empty("tinh".parse().unwrap());
    for check in rules
        .checks
        .iter()
        .filter(|check| check.measured() != Measured::Attested)
    {
        let (grade, reason) = best(&rules, &nothing, check);
        assert_eq!(
            (grade, reason),
            (Grade::Unclear, Reason::NotMeasured),
            "{}",
            check.id
        );
    }
}
