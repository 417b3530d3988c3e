//! The exposition over the seeded province.

use std::collections::BTreeSet;
use std::sync::Arc;

use ems_collector::context::Context;
use ems_collector::ledger::{SpanCause, State};
use ems_collector::metrics::{Counters, Metrics, catalogue};
use ems_collector::report::{Period, build, json, load};
use ems_collector::sections;
use ems_collector::timeline::Timelines;
use ems_contract::cause::DegradedCause;
use ems_contract::clock::{Clock, FixedClock};
use ems_contract::inventory::{Inventory, Level};
use ems_contract::observation::Observation;
use ems_contract::probe::ProbeKind;
use ems_contract::record::{GapWhy, Record};
use ems_contract::time::UnixTime;

use crate::console::{context, rules};
use crate::fixture::{
    REFUSED, Seed, agent_id, at, down, inventory, line, now, portal, portal_id, seeded, state,
};

/// Metrics of a process that started at `start`.
fn metrics(context: &Context, start: UnixTime) -> Metrics {
    let counters = Arc::new(Counters::new(start, &context.store.agents().unwrap()));
    let timelines = Arc::new(Timelines::watched(context.store.clone(), counters.clone()));
    Metrics::new(context.clone(), timelines, counters)
}

fn value(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find(|line| {
        line.strip_prefix(series)
            .is_some_and(|rest| rest.starts_with(' '))
    })?;
    line.rsplit(' ').next()?.parse().ok()
}

/// A gauge of whole seconds.
fn whole(text: &str, series: &str) -> Option<i64> {
    let rest = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok();
    text.lines().find_map(rest)
}

#[test]
fn the_exposition_stays_what_it_is() {
    let (seed, mut inventory) = seeded();
    inventory
        .portals
        .retain(|portal| ["sokhcn", "soyt", "longxuyen"].contains(&portal.id.as_str()));
    let context = context(&seed, inventory);
    let own = prometheus::IntCounter::new("ems_example_total", "Another room's counter").unwrap();
    context.registry.register(Box::new(own)).unwrap();
    let text = metrics(&context, at("2026-11-22T13:00:00Z")).render().unwrap();
    // The disk is the machine's, not the fixture's.
    let steady = |line: &str| match line.strip_prefix("ems_data_free_ratio ") {
        Some(share) => {
            assert!((0.0..=1.0).contains(&share.parse::<f64>().unwrap()));
            "ems_data_free_ratio [share]".to_owned()
        }
        None => line.to_owned(),
    };
    let text: Vec<String> = text.lines().map(steady).collect();
    insta::assert_snapshot!("metrics", text.join("\n"));
}

#[test]
fn every_metric_is_in_the_catalogue_and_every_line_has_its_labels() {
    let (seed, inventory) = seeded();
    let text = metrics(&context(&seed, inventory), now()).render().unwrap();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        let metric = catalogue::CATALOGUE.iter().find(|metric| metric.name == name);
        let metric = metric.unwrap_or_else(|| panic!("{name} is not in the catalogue"));
        for label in metric.labels {
            assert!(line.contains(&format!("{label}=\"")), "{line} lacks {label}");
        }
    }
    for metric in catalogue::CATALOGUE {
        assert!(
            text.contains(&format!("# TYPE {} {}", metric.name, metric.kind.as_str())),
            "{}",
            metric.name
        );
    }
}

#[test]
fn a_name_stands_once_whatever_other_rooms_register() {
    let (seed, inventory) = seeded();
    let context = context(&seed, inventory);
    let twin = prometheus::IntGauge::new("ems_inventory_last_reload_success", "Another room's").unwrap();
    context.registry.register(Box::new(twin)).unwrap();
    let text = metrics(&context, now()).render().unwrap();
    assert_eq!(
        text.matches("# TYPE ems_inventory_last_reload_success ").count(),
        1
    );
    assert!(!text.contains("Another room's"));
}

#[test]
fn report_and_metrics_tell_the_same() {
    let (seed, inventory) = seeded();
    let text = metrics(&context(&seed, inventory.clone()), now())
        .render()
        .unwrap();
    let (period, window) = Period::parse("2026-Q4").unwrap();
    let report = build(
        &load(&*seed.store, &inventory, window).unwrap(),
        period,
        window,
        now() - 105,
    );
    let data: serde_json::Value = serde_json::from_str(&json(&report)).unwrap();
    let percent = |portal: &str, track: &str| {
        let portals = data["portals"].as_array().unwrap();
        let portal = portals.iter().find(|one| one["id"] == portal).unwrap();
        let tracks = portal["tracks"].as_array().unwrap();
        let track = tracks.iter().find(|one| one["track"] == track).unwrap();
        let percent = &track["statutory"]["availability"]["percent"];
        percent.as_str().map(str::to_owned)
    };
    for portal in &report.portals {
        for track in &portal.tracks {
            let labels = format!(
                "portal=\"{}\",track=\"{}\",window=\"quarter\"",
                portal.id, track.track
            );
            let seconds = track.statutory.0;
            let gauge = |name: &str| format!("{name}{{{labels}}}");
            let down = whole(&text, &gauge("ems_portal_down_seconds")).unwrap();
            let observed = whole(&text, &gauge("ems_portal_observed_seconds")).unwrap();
            assert_eq!((down, observed), (seconds.down, seconds.observed()), "{labels}");
            let coverage = seconds.coverage();
            let wanted =
                (coverage.denominator > 0).then(|| coverage.numerator as f64 / coverage.denominator as f64);
            let told = value(&text, &gauge("ems_portal_coverage_ratio"));
            assert_eq!(told, wanted, "{labels}");
            // What every form of the report says in words, from the gauges alone.
            let floored = ((observed - down) * 1_000_000).checked_div(observed);
            let floored = floored.map(|share| format!("{}.{:04}", share / 10_000, share % 10_000));
            assert_eq!(
                percent(portal.id.as_str(), track.track.as_str()),
                floored,
                "{labels}"
            );
            for (account, seconds) in [("statutory", track.statutory.0), ("adjusted", track.adjusted.0)] {
                let told = value(
                    &text,
                    &format!("ems_portal_availability_ratio{{{labels},account=\"{account}\"}}"),
                );
                let ratio = seconds.availability();
                let wanted =
                    (ratio.denominator > 0).then(|| ratio.numerator as f64 / ratio.denominator as f64);
                assert_eq!(told, wanted, "{labels}");
            }
        }
    }
}

#[test]
fn a_removed_portal_vanishes() {
    let (seed, before) = seeded();
    let context = context(&seed, before.clone());
    let metrics = metrics(&context, now());
    assert!(metrics.render().unwrap().contains("portal=\"sokhcn\""));
    let portals = before
        .portals
        .into_iter()
        .filter(|portal| portal.id != portal_id("sokhcn"))
        .collect();
    context.inventory.replace(inventory(portals), now());
    assert!(!metrics.render().unwrap().contains("portal=\"sokhcn\""));
}

/// A clock that a test moves.
struct Moved(std::sync::atomic::AtomicI64);

impl Clock for Moved {
    fn timestamp(&self) -> jiff::Timestamp {
        UnixTime::from_secs(self.0.load(std::sync::atomic::Ordering::SeqCst)).timestamp()
    }

    fn monotonic(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

#[test]
fn counters_advance_to_the_horizon_and_late_data_are_corrections() {
    let seed = Seed::new();
    let one = inventory(vec![portal("angiang", "Tỉnh", Level::Province)]);
    let start = at("2026-11-22T10:00:00Z");
    seed.inventory(&one, start - 86_400);
    let clock = Arc::new(Moved(std::sync::atomic::AtomicI64::new(start.secs())));
    let context = Context {
        clock: clock.clone(),
        ..context(&seed, one)
    };
    let metrics = metrics(&context, start);
    let calm = |to: UnixTime| line(start, to, State::Up, &[]);
    let to = |seconds: i64| {
        clock
            .0
            .store((start + seconds).secs(), std::sync::atomic::Ordering::SeqCst);
        metrics.render().unwrap()
    };
    let series = |name: &str, more: &str| format!("{name}{{portal=\"angiang\",track=\"v4\",state=\"{more}}}");
    seed.spans(
        &portal_id("angiang"),
        [calm(start + 1_000), calm(start + 1_000), calm(start + 1_000)],
    );
    let text = to(1_000);
    assert_eq!(
        value(&text, &series("ems_portal_state_seconds_total", "up\"")),
        Some(895.0)
    );
    // Late data: the portal was down for 200 s, 100 of them behind the horizon.
    let late = [down("2026-11-22T10:13:15Z", "2026-11-22T10:16:35Z", REFUSED)];
    let troubled = || line(start, start + 1_100, State::Up, &late);
    seed.spans(&portal_id("angiang"), [troubled(), troubled(), troubled()]);
    let text = to(1_100);
    let seconds = |text: &str, state: &str| {
        value(
            text,
            &series("ems_portal_state_seconds_total", &format!("{state}\"")),
        )
    };
    let correction = |text: &str, state: &str, direction: &str| {
        value(
            text,
            &series(
                "ems_portal_state_correction_seconds_total",
                &format!("{state}\",direction=\"{direction}\""),
            ),
        )
    };
    assert_eq!(
        (seconds(&text, "up"), seconds(&text, "down")),
        (Some(895.0), Some(100.0))
    );
    assert_eq!(correction(&text, "down", "added"), Some(100.0));
    assert_eq!(correction(&text, "up", "removed"), Some(100.0));
    assert_eq!(correction(&text, "up", "added"), None);
    // The truth is what was counted with its corrections: 795 s up, 200 s down of 995 s.
    let text = to(1_100);
    assert_eq!(
        (seconds(&text, "up"), seconds(&text, "down")),
        (Some(895.0), Some(100.0))
    );
}

#[test]
fn the_first_minutes_of_an_outage_seen_from_one_network_are_no_correction() {
    let seed = Seed::new();
    let one = inventory(vec![portal("angiang", "Tỉnh", Level::Province)]);
    let start = at("2026-11-22T10:00:00Z");
    seed.inventory(&one, start - 86_400);
    let clock = Arc::new(Moved(std::sync::atomic::AtomicI64::new(start.secs())));
    let context = Context {
        clock: clock.clone(),
        ..context(&seed, one)
    };
    let metrics = metrics(&context, start);
    let at_second = |seconds: i64, confirmed: bool| {
        let unconfirmed = SpanCause::Defect {
            cause: DegradedCause::Unconfirmed,
        };
        let mut trouble = down("2026-11-22T10:05:00Z", "2026-11-22T10:05:01Z", REFUSED);
        trouble.to = start + seconds;
        if !confirmed {
            (trouble.state, trouble.cause) = (State::Degraded, Some(unconfirmed));
        }
        let spans = || line(start, start + seconds, State::Up, &[trouble.clone()]);
        seed.spans(&portal_id("angiang"), [spans(), spans(), spans()]);
        clock
            .0
            .store((start + seconds).secs(), std::sync::atomic::Ordering::SeqCst);
        let text = metrics.render().unwrap();
        let told = |state: &str| {
            value(
                &text,
                &format!(
                    "ems_portal_state_seconds_total{{portal=\"angiang\",track=\"v4\",state=\"{state}\"}}"
                ),
            )
            .unwrap()
        };
        assert!(
            !text.contains("ems_portal_state_correction_seconds_total{"),
            "{seconds}"
        );
        (told("up"), told("degraded"), told("down"))
    };
    // The failure begins at 300 s; the horizon lies 105 s behind the present.
    assert_eq!(at_second(360, false), (255.0, 0.0, 0.0));
    assert_eq!(at_second(450, false), (300.0, 0.0, 0.0));
    assert_eq!(at_second(479, false), (300.0, 0.0, 0.0));
    // Confirmed, but by what is itself provisional; then by what is settled.
    assert_eq!(at_second(500, true), (300.0, 0.0, 0.0));
    assert_eq!(at_second(600, true), (300.0, 0.0, 195.0));
}

#[test]
fn a_silent_agent_leaves_no_success_behind() {
    let (seed, inventory) = seeded();
    let mut context = context(&seed, inventory);
    let series = "probe_success{agent=\"vnpt\",portal=\"angiang\",family=\"v4\"}";
    assert_eq!(
        value(&metrics(&context, now()).render().unwrap(), series),
        Some(1.0)
    );
    // An agent that cannot say reports neither success nor failure.
    let text = metrics(&context, now()).render().unwrap();
    assert_eq!(
        value(
            &text,
            "probe_success{agent=\"vnpt\",portal=\"sokhcn\",family=\"v6\"}"
        ),
        None
    );
    assert!(text.contains("family=\"v6\",outcome=\"unknown\",cause=\"agent_blind\"} 1"));
    context.clock = Arc::new(FixedClock(now() + 139));
    let text = metrics(&context, now()).render().unwrap();
    assert_eq!(value(&text, series), None);
    assert!(value(&text, "ems_tls_not_after_timestamp_seconds{portal=\"angiang\"}").is_some());
}

#[test]
fn a_new_process_goes_on_where_the_data_of_the_old_one_end() {
    let seed = Seed::new();
    let one = inventory(vec![portal("angiang", "Tỉnh", Level::Province)]);
    let stop = at("2026-11-22T10:00:00Z");
    seed.inventory(&one, stop - 86_400);
    seed.batch(&agent_id("vnpt"), stop, 0, Vec::new());
    let start = stop + 600;
    let off = [state(
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:10:00Z",
        State::Unknown,
        None,
    )];
    let spans = || line(stop - 86_400, start + 200, State::Up, &off);
    seed.spans(&portal_id("angiang"), [spans(), spans(), spans()]);
    let context = Context {
        clock: Arc::new(FixedClock(start + 200)),
        ..context(&seed, one)
    };
    let text = metrics(&context, start).render().unwrap();
    let seconds = |state: &str| {
        value(
            &text,
            &format!("ems_portal_state_seconds_total{{portal=\"angiang\",track=\"v4\",state=\"{state}\"}}"),
        )
    };
    // 105 s before the old process's last batch, 600 s without it, 95 s up to the horizon.
    assert_eq!((seconds("up"), seconds("unknown")), (Some(200.0), Some(600.0)));
}

fn big_province() -> (Seed, Inventory) {
    let seed = Seed::new();
    let portals: Vec<_> = (0..600)
        .map(|n| portal(&format!("xa-{n}"), &format!("Xã số {n}"), Level::Commune))
        .collect();
    let big = inventory(portals);
    let start = at("2026-01-01T00:00:00Z");
    seed.inventory(&big, start);
    (seed, big)
}

#[test]
fn six_hundred_portals_fit_into_a_scrape() {
    let (seed, big) = big_province();
    for portal in &big.portals {
        let calm = || line(at("2026-11-22T00:00:00Z"), now(), State::Up, &[]);
        seed.spans(&portal.id, [calm(), calm(), calm()]);
    }
    let text = metrics(&context(&seed, big), now()).render().unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#')).count();
    assert!(lines < 600 * (3 * 27 + 10), "{lines} lines");
}

/// The newest record of each kind as agents send it, by the lines that only it brings: a file a kind.
#[test]
fn each_kind_of_probe_brings_its_own_lines() {
    let golden = [
        include_str!("../../../contract/tests/golden/batch-v1.ndjson"),
        include_str!("../../../contract/tests/golden/page-v1.ndjson"),
    ];
    let sent: Vec<Observation> = golden
        .iter()
        .flat_map(|file| file.lines())
        .filter(|line| line.contains("\"probe\"") && !line.contains("\"type\":\"gap\""))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let exposed = |records: Vec<Record>| {
        let seed = Seed::new();
        let inventory = inventory(vec![portal("soyt", "Sở Y tế", Level::Department)]);
        seed.inventory(&inventory, at("2026-11-01T00:00:00Z"));
        seed.batch(&agent_id("vnpt"), now() - 17, 0, records);
        let context = context(&seed, inventory);
        let sections = sections::Metrics::register(&context.registry).unwrap();
        let portals = [portal_id("soyt")];
        sections
            .look(&*context.store, &rules(), portals.iter(), now())
            .unwrap();
        metrics(&context, now()).render().unwrap()
    };
    let gap = crate::fixture::gap("2026-11-22T14:00:00Z", "2026-11-22T14:01:00Z", GapWhy::AgentOff);
    let without = exposed(vec![gap]);
    let without: BTreeSet<&str> = without.lines().collect();
    for kind in ProbeKind::ALL {
        // What `tls` looks at, `reach` brings as well.
        let source = if *kind == ProbeKind::Tls {
            ProbeKind::Reach
        } else {
            *kind
        };
        let mut record = sent.iter().find(|record| record.probe == source).unwrap().clone();
        record.agent = agent_id("vnpt");
        record.portal = portal_id("soyt");
        record.slot = now() - 42;
        record.probe = *kind;
        record.family = record.family.filter(|_| kind.per_family());
        if *kind == ProbeKind::Dns {
            let dns = serde_json::json!({"status": {"a": "ok", "ns": "ok"}, "zone": "gov.vn",
                "ns_ok": "all", "ns_ipv6": "some", "dnssec": "secure"});
            record.facts.dns = Some(serde_json::from_value(dns).unwrap());
        }
        let text = exposed(vec![Record::Observation(Box::new(record))]);
        let own: Vec<&str> = text
            .lines()
            .filter(|line| !without.contains(line) && !line.starts_with("ems_data_free_ratio "))
            .collect();
        insta::assert_snapshot!(format!("metrics_of_{kind}"), own.join("\n"));
    }
}
