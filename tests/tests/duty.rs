//! Those on duty, end to end: nginx portals, a collector with three agents, Debian's Prometheus and Alertmanager, a mail and a
//! webhook receiver. An outage, a fault of the hosting, a vantage point that is gone, and a certificate that ends soon.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ems_contract::clock::{Clock as _, SystemClock};
use ems_contract::digest::Sha256;
use ems_tests::nginx::free_port;
use ems_tests::process::{Process, installed};
use ems_tests::sink::Sink;
use ems_tests::wait::until;
use ems_tests::world::{Cast, Role, World};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(150);
/// Portals of the hosting group.
const HOSTED: usize = 5;

/// The notices that the webhook receiver has, decoded.
fn notices(hook: &Sink) -> Vec<Value> {
    let bodies = hook.all();
    let json = bodies
        .iter()
        .filter_map(|kept| serde_json::from_str::<Value>(kept.split_once('\n')?.1).ok());
    json.flat_map(|mut body| {
        body["notices"]
            .as_array_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    })
    .collect()
}

/// Waits for a notice, and returns it with how long that took.
fn wait_for(hook: &Sink, what: &str, wanted: impl Fn(&Value) -> bool) -> (Value, Duration) {
    let clock = SystemClock::new();
    let begun = clock.monotonic();
    let found = until(what, PATIENCE, || {
        Ok(notices(hook).into_iter().find(|notice| wanted(notice)))
    });
    let found = found.unwrap_or_else(|error| panic!("{error:#}\n{:#?}", notices(hook)));
    (found, clock.monotonic().saturating_sub(begun))
}

fn is(notice: &Value, field: &str, value: &str) -> bool {
    notice[field] == value
}

fn about(notice: &Value, subject: &str) -> bool {
    notice["subjects"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one["id"] == subject))
}

/// What an Alertmanager presents to the collector's bridge.
const BRIDGE_TOKEN: &str = "alertmanager-of-the-duty-play";

/// Prometheus with our rules, but for their waiting times (which promtool tests), and an Alertmanager that hands everything on
/// to `hook`, by our templates to `mail`, and the certificate to the collector's bridge.
fn prometheus(folder: &Path, collector: &str, hook: &Sink, mail: &Sink) -> [Process; 2] {
    let port = || free_port(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
    let (prometheus_at, alertmanager_at) = (port(), port());
    let rules = fs::read_to_string(ems_tests::tree::root().join("alerts/ems.rules.yml")).unwrap();
    let at_once: Vec<&str> = rules
        .lines()
        .filter(|line| !line.trim_start().starts_with("for: "))
        .collect();
    fs::write(folder.join("rules.yml"), at_once.join("\n")).unwrap();
    let target = collector.trim_start_matches("http://");
    let settings = format!(
        "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\n  evaluation_interval: 1s\n\
         \x20 external_labels: {{grafana: \"https://bieu-do.example\", console: \"{collector}\"}}\nrule_files: [{}]\n\
         alerting:\n  alert_relabel_configs: [{{action: labeldrop, regex: grafana|console}}]\n\
         \x20 alertmanagers: [{{static_configs: [{{targets: [\"127.0.0.1:{alertmanager_at}\"]}}]}}]\n\
         scrape_configs:\n  - job_name: ems-collector\n    static_configs: [{{targets: [\"{target}\"]}}]\n",
        folder.join("rules.yml").display(),
    );
    fs::write(folder.join("prometheus.yml"), settings).unwrap();
    let settings = format!(
        "global: {{smtp_smarthost: \"{mail}\", smtp_from: ems@example.gov.vn, smtp_require_tls: false}}\n\
         templates: [\"{templates}/*.tmpl\"]\n\
         route:\n  receiver: hook\n  group_by: [alertname]\n  group_wait: 1s\n  routes:\n\
         \x20   - {{matchers: [\"alertname = CertificateExpires7d\"], receiver: bridge, continue: true}}\n\
         \x20   - {{receiver: hook}}\n\
         receivers:\n  - name: bridge\n    webhook_configs:\n      - url: {collector}/api/v1/alertmanager\n\
         \x20       http_config: {{authorization: {{credentials: {BRIDGE_TOKEN}}}}}\n\
         \x20 - name: hook\n    webhook_configs: [{{url: \"http://{hook}/alertmanager\"}}]\n    email_configs:\n\
         \x20     - to: truc@example.gov.vn\n        headers: {{Subject: '{{{{ template \"ems.subject\" . }}}}'}}\n\
         \x20       html: '{{{{ template \"ems.html\" . }}}}'\n        text: '{{{{ template \"ems.text\" . }}}}'\n",
        mail = mail.address,
        hook = hook.address,
        templates = ems_tests::tree::root().join("alerts/templates").display(),
    );
    fs::write(folder.join("alertmanager.yml"), settings).unwrap();
    let alertmanager = Process::start(
        "prometheus-alertmanager",
        Command::new(installed("prometheus-alertmanager").unwrap())
            .arg(format!(
                "--config.file={}",
                folder.join("alertmanager.yml").display()
            ))
            .arg(format!(
                "--storage.path={}",
                folder.join("alertmanager").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{alertmanager_at}"))
            .arg("--cluster.listen-address="),
        &folder.join("alertmanager.log"),
    );
    let prometheus = Process::start(
        "prometheus",
        Command::new(installed("prometheus").unwrap())
            .arg(format!(
                "--config.file={}",
                folder.join("prometheus.yml").display()
            ))
            .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{prometheus_at}")),
        &folder.join("prometheus.log"),
    );
    [prometheus.unwrap(), alertmanager.unwrap()]
}

fn cast(hook: &Sink, mail: &Sink) -> Cast {
    let hosted = (0..HOSTED).map(|number| Role {
        hosting: Some("trung-tam".into()),
        ..Role::of(&format!("xa-{number}"))
    });
    let ending = Role {
        days: Some(5),
        ..Role::of("so-ket-thuc")
    };
    let settings = format!(
        "notify:\n  console_url: https://ems.example.gov.vn/\n  alertmanager_tokens: [{{sha256: \"{}\"}}]\n  group_wait_s: 5\n  agent_silent_s: 60\n  channels:\n\
         \x20   - {{name: hook, kind: webhook, url: \"http://{}/\"}}\n\
         \x20   - {{name: mail, kind: email, host: 127.0.0.1, port: {}, tls: none, from: ems@example.gov.vn, to: [truc@example.gov.vn]}}\n\
         \x20   - {{name: lead, kind: email, host: 127.0.0.1, port: {}, tls: none, from: ems@example.gov.vn, to: [lanh-dao@example.gov.vn]}}\n\
         \x20 routes:\n    - {{channels: [hook]}}\n    - {{channels: [mail]}}\n\
         \x20 on_call:\n    lead: lanh.dao\n    people:\n      - {{login: lanh.dao, name: Lãnh đạo trực, channels: [lead]}}\n",
        Sha256::of(BRIDGE_TOKEN.as_bytes()),
        hook.address,
        mail.address.port(),
        mail.address.port(),
    );
    Cast {
        portals: std::iter::once(Role::of("so-y-te"))
            .chain(hosted)
            .chain([ending])
            .collect(),
        third: true,
        settings,
        second: String::new(),
    }
}

#[test]
fn an_outage_a_hosting_fault_a_lost_vantage_point_and_an_ending_certificate_are_told() {
    let (hook, alerts) = (Sink::http().unwrap(), Sink::http().unwrap());
    let (mail, letters) = (Sink::smtp().unwrap(), Sink::smtp().unwrap());
    let mut world = World::play(&cast(&hook, &mail), 10).unwrap();
    let _watchers = prometheus(world.folder(), &world.url, &alerts, &letters);
    for portal in ["so-y-te", "xa-0", "xa-4", "so-ket-thuc"] {
        world.wait_for(portal, "overall", "up").unwrap();
    }

    // One outage: one notice, a call to the lead as nobody is on duty, and an end.
    world.stop_portal(0).unwrap();
    let (opened, took) = wait_for(&hook, "the outage to be told", |notice| {
        is(notice, "stage", "opened") && about(notice, "so-y-te")
    });
    println!("outage told after {took:?}");
    assert_eq!(opened["kind"], "outage", "{opened}");
    assert!(took < Duration::from_secs(60), "{took:?}");
    until("the lead to be called by mail", PATIENCE, || {
        let called = |text: &String| {
            let text = text.replace("=\r\n", "");
            text.contains("lanh-dao@example.gov.vn") && text.contains("https://ems.example.gov.vn/act/")
        };
        Ok(mail.all().iter().any(called).then_some(()))
    })
    .unwrap_or_else(|error| panic!("{error:#}\n{:#?}", mail.all()));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::write(folder.join("duty-mail.txt"), mail.all().join("\n-----\n")).unwrap();
    world.start_portal().unwrap();
    let (_, took) = wait_for(&hook, "the end to be told", |notice| {
        is(notice, "stage", "recovered") && about(notice, "so-y-te")
    });
    println!("recovery told after {took:?}");
    assert!(took < Duration::from_secs(90), "{took:?}");

    // The hosting fails: one notice about all.
    let before = notices(&hook).len();
    let hosted: Vec<usize> = (1..=HOSTED).collect();
    world.stop_portals(&hosted).unwrap();
    let (fault, took) = wait_for(&hook, "the hosting's fault to be told", |notice| {
        notice["scope"]["hosting"] == "trung-tam"
    });
    println!("hosting told after {took:?}");
    assert!(fault["total"].as_u64().unwrap() >= 3, "{fault}");
    until("all to belong to it", PATIENCE, || {
        let down = world.get("/metrics")?.body;
        let open = down
            .lines()
            .filter(|line| line.starts_with("ems_incident_open{portal=\"xa-") && line.contains("overall"));
        Ok((open.count() == HOSTED).then_some(()))
    })
    .unwrap();
    world.start_portal().unwrap();
    wait_for(&hook, "its end to be told", |notice| {
        is(notice, "stage", "recovered") && notice["scope"]["hosting"] == "trung-tam"
    });
    let opened: Vec<Value> = notices(&hook)
        .split_off(before)
        .into_iter()
        .filter(|notice| is(notice, "stage", "opened") && !is(notice, "kind", "external"))
        .collect();
    assert_eq!(opened.len(), 1, "one for all of them: {opened:#?}");

    // A vantage point goes: one notice about it, none about portals.
    let before = notices(&hook).len();
    world.third.take().unwrap().kill().unwrap();
    let (_, took) = wait_for(&hook, "the lost vantage point to be told", |notice| {
        is(notice, "kind", "agent") && about(notice, "third")
    });
    println!("lost vantage point told after {took:?}");
    let others: Vec<Value> = notices(&hook)
        .split_off(before)
        .into_iter()
        .filter(|notice| !is(notice, "kind", "agent") && !is(notice, "kind", "external"))
        .collect();
    assert!(others.is_empty(), "{others:#?}");

    // The certificate, by Prometheus' rules and Alertmanager.
    let ends = until("Alertmanager to hand on the certificate", PATIENCE, || {
        Ok(alerts
            .all()
            .into_iter()
            .find(|body| body.contains("CertificateExpires7d") && body.contains("so-ket-thuc")))
    })
    .unwrap();
    assert!(ends.starts_with("/alertmanager"), "{ends}");
    // … and by the collector's bridge, as urgent as the rule says.
    let (bridged, _) = wait_for(&hook, "the bridge to hand on the certificate", |notice| {
        is(notice, "kind", "external")
    });
    assert!(about(&bridged, "so-ket-thuc"), "{bridged}");
    assert_eq!(bridged["severity"], "high", "{bridged}");

    // The outage: who saw it, since when, and where to go on from there.
    let down = alert(&alerts, "PortalDown", "so-y-te").unwrap();
    let told = |name: &str| down["annotations"][name].as_str().unwrap_or_default();
    assert_eq!(told("seen_from"), "local, second, third", "{down}");
    assert!(told("since").ends_with(&format!("/{}", year())), "{down}");
    assert!(!told("portal_name").is_empty(), "{down}");
    assert_eq!(
        told("dashboard"),
        "https://bieu-do.example/d/ems-cong?var-portal=so-y-te"
    );
    let runbook = told("runbook").strip_prefix(&world.url).unwrap();
    let page = world.get(runbook).unwrap();
    assert!(
        page.body.contains("<h1>PortalDown: Cổng gián đoạn</h1>"),
        "{page:?}"
    );
    let letter = until("Alertmanager's letter about it", PATIENCE, || {
        let all = letters.all();
        Ok(all
            .into_iter()
            .map(|mail| mail.replace("=\r\n", ""))
            .find(|mail| mail.contains("runbooks/PortalDown")))
    })
    .unwrap();
    fs::write(folder.join("alertmanager-mail.txt"), &letter).unwrap();
    assert!(letter.contains("local, second, third"), "{letter}");
}

/// The alert of that name about that portal, as Alertmanager handed it on.
fn alert(hook: &Sink, name: &str, portal: &str) -> Option<Value> {
    let bodies = hook.all().into_iter();
    let mut alerts = bodies
        .filter_map(|kept| serde_json::from_str::<Value>(kept.split_once('\n')?.1).ok())
        .flat_map(|mut body| {
            body["alerts"]
                .as_array_mut()
                .map(std::mem::take)
                .unwrap_or_default()
        });
    alerts.find(|alert| alert["labels"]["alertname"] == name && alert["labels"]["portal"] == portal)
}

/// The year of now.
fn year() -> i16 {
    let now = SystemClock::new().now();
    jiff::Timestamp::from_second(now.secs())
        .unwrap()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .year()
}
