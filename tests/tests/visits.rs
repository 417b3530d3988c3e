//! The agent killed with SIGKILL around its visits of portals, end to end: while a page is read, between a page that was kept as
//! evidence and the record that names it, and while both travel. The collector is silent meanwhile: dead, or deaf (stopped).
//!
//! What was spooled arrives once and as it was, every page that any record names is in the store byte for byte, every visit
//! that was due has its record or a gap, and both databases are whole.
//!
//! `EMS_KILLS=30` sets the number of kills, `EMS_SEED=7` their moments; the suite makes a few at moments of its own.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ems_contract::clock::{Clock as _, SystemClock};
use ems_contract::digest::Sha256;
use ems_contract::observation::Observation;
use ems_contract::probe::ProbeKind;
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};
use ems_tests::chance::Chance;
use ems_tests::nginx::{Nginx, Site, free_port};
use ems_tests::pair::{AGENT, Key, Pair, results, unaccounted};
use ems_tests::portal::day;
use ems_tests::process::Process;
use ems_tests::wait::until;
use ems_tests::world::PATIENCE;
use serde_json::Value;

/// Portals, each at an address of its own: their visits share no pace.
const PORTALS: u8 = 6;
/// Seconds between visits of a portal: the shortest that may be written.
const INTERVAL_S: i64 = 60;
/// A visit comes within its interval and has half of it.
const VISIT: Duration = Duration::from_secs(180);
/// The kills that the suite makes: three a round.
const KILLS: u64 = 9;

#[test]
fn killed_around_its_visits_it_loses_no_record_and_no_page_that_a_record_names() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SystemClock::new();
    let begun = clock.now();
    let seed = wanted("EMS_SEED").unwrap_or(begun.secs().unsigned_abs());
    let rounds = wanted("EMS_KILLS").unwrap_or(KILLS).div_ceil(3);
    tell(&format!("EMS_SEED={seed}"));
    let mut chance = Chance::seeded(seed);
    let mut province = Province::new(folder.path(), begun);
    let pair = &province.pair;
    let mut collector = pair.start_collector().unwrap();
    let mut agent = pair.start_agent().unwrap();
    for number in 0..PORTALS {
        province.until_told(number, 0);
    }

    for round in 1..=rounds {
        let silence = Silence::begin(&mut collector, round % 2 == 0);
        let before = province.waiting();
        province.publish(round);
        let pair = &province.pair;
        until("a page to be kept", VISIT, || {
            Ok((!province.waiting().is_subset(&before)).then_some(()))
        })
        .unwrap_or_else(|error| panic!("{error:#}\n{}", pair.logs()));
        // Before the visit's memory is written, before its record is committed (two seconds at most), or after both.
        let (least, most) = [(0, 50), (0, 1_000), (2_500, 1_000)][usize::try_from(round % 3).unwrap()];
        wait(least + chance.below(most));
        agent.kill().unwrap();
        // Anywhere in the visits that come next.
        agent = pair.start_agent().unwrap();
        wait(chance.below(12_000));
        agent.kill().unwrap();
        // It comes back and sends at once what waits.
        silence.end(pair, &mut collector);
        agent = pair.start_agent().unwrap();
        wait(chance.below(1_500));
        agent.kill().unwrap();
        agent = pair.start_agent().unwrap();
        wait(chance.below(3_000));
    }

    province.publish(rounds + 1);
    let pair = &province.pair;
    for number in 0..PORTALS {
        province.until_told(number, rounds + 1);
    }
    assert!(agent.terminate(PATIENCE).unwrap().success(), "{}", pair.logs());
    let mut agent = pair.start_agent().unwrap();
    pair.wait_until_delivered(1).unwrap();
    until("every page to be sent", PATIENCE, || {
        Ok(province.waiting().is_empty().then_some(()))
    })
    .unwrap_or_else(|error| panic!("{error:#}\n{}", pair.logs()));
    assert!(agent.terminate(PATIENCE).unwrap().success(), "{}", pair.logs());

    let kept = pair.kept(Window::new(begun - 60, clock.now() + 60)).unwrap();
    let named = province.every_page_that_is_named_is_there(&kept);
    assert!(
        collector.terminate(PATIENCE).unwrap().success(),
        "{}",
        pair.logs()
    );
    let visits = nothing_is_lost_or_counted_twice(pair, &kept);
    tell(&format!(
        "{} kills in {} s: {visits} visits told of, {named} pages named",
        rounds * 3,
        clock.now() - begun
    ));
    for (probe, interval_s) in [(ProbeKind::Page, INTERVAL_S), (ProbeKind::Reach, INTERVAL_S)] {
        let missing = unaccounted(&kept, probe, interval_s);
        assert!(missing.is_empty(), "neither result nor gap: {missing:?}");
    }
    for file in [
        pair.collector_data().join("ems.db"),
        pair.agent_data().join("spool.db"),
    ] {
        let connection = rusqlite::Connection::open(&file).unwrap();
        let told: String = connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(told, "ok", "{}", file.display());
    }
}

/// What the spool still keeps against what the collector exports; how many visits brought facts.
fn nothing_is_lost_or_counted_twice(pair: &Pair, kept: &[Record]) -> usize {
    let (spooled, waiting) = pair.spooled().unwrap();
    let (kept_slots, spooled_slots) = (results(kept), results(&spooled));
    let left: Vec<Key> = results(&waiting).into_keys().collect();
    assert!(left.is_empty(), "spooled and not delivered: {left:?}");
    let lost: Vec<&Key> = spooled_slots
        .keys()
        .filter(|key| !kept_slots.contains_key(*key))
        .collect();
    assert!(lost.is_empty(), "spooled and not kept: {lost:?}");
    for (key, outcomes) in &kept_slots {
        assert_eq!(outcomes.len(), 1, "counted twice: {key:?}");
        let told = spooled_slots.get(key).and_then(|all| all.first());
        assert_eq!(
            told,
            outcomes.first(),
            "kept otherwise than it was spooled: {key:?}"
        );
    }
    let (kept, spooled) = (visits(kept), visits(&spooled));
    for (key, facts) in &kept {
        assert_eq!(
            spooled.get(key),
            Some(facts),
            "kept otherwise than it was spooled: {key:?}"
        );
    }
    kept.len()
}

/// The facts of the visits that brought any, by portal and slot.
fn visits(records: &[Record]) -> BTreeMap<(String, UnixTime), Value> {
    let with_page = |record: &Record| -> Option<((String, UnixTime), Value)> {
        let Record::Observation(one) = record else {
            return None;
        };
        let Observation {
            portal, slot, facts, ..
        } = &**one;
        let page = facts.page.as_ref()?;
        Some(((portal.to_string(), *slot), serde_json::to_value(page).unwrap()))
    };
    records.iter().filter_map(with_page).collect()
}

/// The portals and who watches them.
struct Province {
    pair: Pair,
    web: PathBuf,
    /// Every page that was ever served.
    served: BTreeSet<String>,
    begun: UnixTime,
}

impl Province {
    fn new(folder: &Path, begun: UnixTime) -> Self {
        let web = folder.join("nginx");
        let sites: Vec<Site> = (0..PORTALS)
            .map(|number| {
                let ip = IpAddr::V4(Ipv4Addr::new(127, 0, 15, number + 1));
                Site {
                    name: format!("{}.gov.vn", id(number)),
                    addresses: vec![SocketAddr::new(ip, free_port(ip).unwrap())],
                    tls: None,
                    home: home(number),
                    pages: vec![
                        ("/tin-tuc/".to_owned(), news(number, 0, begun)),
                        ("/rss/".to_owned(), feed(number)),
                    ],
                }
            })
            .collect();
        let nginx = Nginx::start(&web, &sites).unwrap();
        let served = sites
            .iter()
            .flat_map(|site| {
                let pages = site.pages.iter().map(|(_, page)| page.clone());
                pages.chain([site.home.clone()])
            })
            .collect();
        Self {
            pair: Pair::around(folder, nginx, &inventory(&sites)).unwrap(),
            web,
            served,
            begun,
        }
    }

    /// Puts another edition of every list of news in place, whole at any moment.
    fn publish(&mut self, edition: u64) {
        for number in 0..PORTALS {
            let page = news(number, edition, self.begun);
            let folder = self.web.join(format!("{}.gov.vn/tin-tuc", id(number)));
            fs::write(folder.join("new"), &page).unwrap();
            fs::rename(folder.join("new"), folder.join("index.html")).unwrap();
            self.served.insert(page);
        }
    }

    /// Waits until the collector tells of this edition.
    fn until_told(&self, number: u8, edition: u64) {
        let page = Sha256::of(news(number, edition, self.begun).as_bytes()).to_string();
        until("an edition to be told of", VISIT, || {
            let path = format!("/api/v1/portals/{}/sections", id(number));
            let told = self.pair.ask(&path)?.json()?;
            let sections = told["sections"].as_array().cloned().unwrap_or_default();
            let is_it =
                |section: &Value| section["id"] == "tin-tuc" && section["evidence"]["sha256"] == *page;
            Ok(sections.iter().any(is_it).then_some(()))
        })
        .unwrap_or_else(|error| panic!("{error:#}\n{}", self.pair.logs()));
    }

    /// The files of pages that wait at the agent.
    fn waiting(&self) -> BTreeSet<PathBuf> {
        let entries = fs::read_dir(self.pair.agent_data().join("evidence"));
        let paths = entries.into_iter().flatten().map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.extension().is_some_and(|end| end == "page"))
            .collect()
    }

    /// Returns how many different pages are named.
    fn every_page_that_is_named_is_there(&self, kept: &[Record]) -> usize {
        let mut named = BTreeSet::new();
        for facts in visits(kept).values() {
            digests(facts, &mut named);
        }
        let served: BTreeMap<String, &String> = self
            .served
            .iter()
            .map(|page| (Sha256::of(page.as_bytes()).to_string(), page))
            .collect();
        for digest in &named {
            let answer = self.pair.ask(&format!("/evidence/{digest}")).unwrap();
            assert_eq!(answer.status, 200, "a record names {digest}, and it is not there");
            assert_eq!(
                Some(&&answer.body),
                served.get(digest),
                "{digest} was never served"
            );
        }
        assert!(
            named.len() > usize::from(PORTALS),
            "too little happened: {named:?}"
        );
        for number in 0..PORTALS {
            let feed = Sha256::of(feed(number).as_bytes()).to_string();
            assert!(
                named.contains(&feed),
                "no record names the feed of {}",
                id(number)
            );
        }
        named.len()
    }
}

/// The digests of pages that facts name.
fn digests(facts: &Value, into: &mut BTreeSet<String>) {
    match facts {
        Value::Object(map) => {
            into.extend(map.get("sha256").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| digests(value, into));
        }
        Value::Array(list) => list.iter().for_each(|value| digests(value, into)),
        _ => {}
    }
}

/// A collector that does not answer.
#[derive(Clone, Copy)]
enum Silence {
    /// It was killed.
    Dead,
    /// It takes connections and says nothing.
    Deaf,
}

impl Silence {
    fn begin(collector: &mut Process, deaf: bool) -> Self {
        if deaf {
            collector.signal("STOP").unwrap();
            return Self::Deaf;
        }
        collector.kill().unwrap();
        Self::Dead
    }

    fn end(self, pair: &Pair, collector: &mut Process) {
        match self {
            Self::Dead => *collector = pair.start_collector().unwrap(),
            Self::Deaf => collector.signal("CONT").unwrap(),
        }
        until("the collector to answer", PATIENCE, || {
            Ok(pair.ask("/healthz").ok())
        })
        .unwrap_or_else(|error| panic!("{error:#}\n{}", pair.logs()));
    }
}

fn id(number: u8) -> String {
    format!("xa-{number}")
}

fn page(number: u8, content: &str) -> String {
    format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><title>Cổng thông tin điện tử xã {number}</title>\
         <link rel=alternate type=application/rss+xml href=/rss/></head><body>\
         <header><b>Cổng thông tin điện tử xã {number}</b></header>\
         <nav><ul class=menu><li><a href=/>Trang chủ</a></li><li><a href=/tin-tuc/>Tin tức - Sự kiện</a></li></ul></nav>\
         <main>{content}</main><footer>Cơ quan chủ quản: Ủy ban nhân dân xã {number}</footer></body></html>"
    )
}

fn home(number: u8) -> String {
    let prose = "<p>Ủy ban nhân dân xã thông tin tới nhân dân các hoạt động chỉ đạo, điều hành và các thủ tục hành chính.</p>";
    page(number, &prose.repeat(4))
}

fn feed(number: u8) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>Cổng thông tin điện tử xã {number}</title>\
         <item><title>Xã {number} họp bàn công tác phòng chống thiên tai</title><link>/tin-tuc/bai-0/</link>\
         <pubDate>Thu, 05 Nov 2026 09:00:00 +0700</pubDate></item></channel></rss>"
    )
}

/// An edition of the list of news. Each is longer than the one before: a server tells pages apart by second and length.
fn news(number: u8, edition: u64, begun: UnixTime) -> String {
    let items: String = (0..=edition + 2)
        .rev()
        .map(|n| {
            let day = day(begun, 40 - i64::try_from(n).unwrap_or(40));
            format!(
                "<div class=asset-abstract><h3 class=asset-title><a href=/tin-tuc/bai-{n}/>Xã {number} họp bàn công tác phòng chống thiên tai đợt {n}</a></h3>\
                 <div class=metadata-publish-date>{:02}/{:02}/{}</div></div>",
                day.day(),
                day.month(),
                day.year()
            )
        })
        .collect();
    page(number, &format!("<h1>Tin tức - Sự kiện</h1>{items}"))
}

fn inventory(sites: &[Site]) -> String {
    let mut text = format!(
        "contact: ems@example.org\nagents: [{{id: {AGENT}, network: net-1, families: [v4]}}]\n\
         defaults: {{reach_interval_s: {INTERVAL_S}, page_interval_s: {INTERVAL_S}, level: commune, owner: UBND xã, ipv6: none}}\nreferences:\n"
    );
    let addresses = || sites.iter().flat_map(|site| &site.addresses);
    for address in addresses().take(2) {
        text.push_str(&format!(
            "  - {{host: \"{}\", port: {}}}\n",
            address.ip(),
            address.port()
        ));
    }
    text.push_str("portals:\n");
    for (site, address) in sites.iter().zip(addresses()) {
        text.push_str(&format!(
            "  - {{id: {}, name: {}, url: \"http://{}:{}/\", resolve: [\"{}\"]}}\n",
            site.name.trim_end_matches(".gov.vn"),
            site.name,
            site.name,
            address.port(),
            address.ip()
        ));
    }
    text
}

#[expect(clippy::print_stdout, reason = "the figure is what a bench is run for")]
fn tell(text: &str) {
    println!("{text}");
}

fn wanted(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "the switches of this test itself")]
    let wanted = std::env::var(name).ok();
    wanted.map(|text| text.parse().unwrap())
}

#[expect(
    clippy::disallowed_methods,
    reason = "kills come at random moments of real time"
)]
fn wait(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}
