//! The command as a person or a script meets it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use clap::Parser;
use ems_contract::clock::SystemClock;
use ems_contract::outcome::Outcome;
use hickory_proto::op::ResponseCode;
use serde_json::Value;

use super::*;
use crate::net::resolve::fake::{always, reply, serve};
use crate::probe::hostile::{Authority, PORTAL, Site, ok, params, status};

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: ProbeArgs,
}

fn args(words: &[&str]) -> Result<ProbeArgs, String> {
    let words = std::iter::once("probe").chain(words.iter().copied());
    Cli::try_parse_from(words)
        .map(|cli| cli.args)
        .map_err(|error| error.to_string())
}

async fn run_with(words: &[&str]) -> (u8, String) {
    let mut out = Vec::new();
    let no_spool = |_: &Path| anyhow::bail!("no spool here");
    let code = run(args(words).unwrap(), SystemClock::shared(), &mut out, no_spool)
        .await
        .unwrap();
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn the_arguments_are_consistent() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
    assert!(args(&[]).is_err());
    assert!(args(&["a.vn", "--json", "--explain"]).is_err());
    assert!(args(&["a.vn", "-4", "-6"]).is_err());
    assert!(args(&["a.vn", "--spool", "d"]).is_err());
    let wrong = args(&["a.vn", "--resolver", "dns.vn"]).unwrap_err();
    assert!(wrong.contains("203.162.4.190, [::1]:5353"), "{wrong}");
    let wrong = args(&["a.vn", "--allow", "10.0.0.0/99"]).unwrap_err();
    assert!(wrong.contains("10.0.0.0/8"), "{wrong}");
    let right = args(&["a.vn", "--resolver", "::1", "--allow", "127.0.0.1"]).unwrap();
    assert_eq!(right.resolver, ["[::1]:53".parse().unwrap()]);
    assert_eq!(right.allow, ["127.0.0.1/32".parse().unwrap()]);
}

#[test]
fn urls_and_ids() {
    assert_eq!(
        home_page("angiang.gov.vn").unwrap().as_str(),
        "https://angiang.gov.vn/"
    );
    assert!(
        home_page("ftp://angiang.gov.vn")
            .unwrap_err()
            .to_string()
            .contains("not `ftp`")
    );
    assert!(
        home_page("https://")
            .unwrap_err()
            .to_string()
            .contains("is not a URL such as")
    );
    for (url, id) in [
        ("https://angiang.gov.vn/", "p3-angiang-gov-vn"),
        ("http://[::1]:80/", "p3----1"),
        (
            &*format!("https://{}.vn/", "a".repeat(60)),
            &*format!("p3-{}", "a".repeat(48)),
        ),
    ] {
        assert_eq!(id_of(&url.parse().unwrap(), 3).as_str(), id);
    }
}

#[tokio::test]
async fn json_says_everything_a_machine_needs() {
    let authority = Authority::new("EMS");
    let site = Site::encrypted(authority.server(&params("leaf", &["angiang.gov.vn"]))).await;
    let dns = serve(vec![Arc::new(|question, _| {
        use hickory_proto::rr::{RData, RecordType, rdata::A};
        let data = match question.queries[0].query_type() {
            RecordType::A => vec![RData::A(A::new(127, 0, 0, 1)), RData::A(A::new(127, 0, 0, 9))],
            _ => vec![],
        };
        Some(reply(&question, ResponseCode::NoError, &data))
    })])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, authority.root.pem()).unwrap();
    let url = format!("https://angiang.gov.vn:{}/", site.address.port());
    let (code, out) = run_with(&[
        &url,
        "--json",
        "--ca",
        ca.to_str().unwrap(),
        "--allow",
        "127.0.0.0/8",
        "--resolver",
        &dns.addresses[0].to_string(),
    ])
    .await;
    assert_eq!(code, AVAILABLE, "{out}");
    assert_eq!(out.lines().count(), 1);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["schema"], 1);
    assert_eq!(answer["target"], *url);
    assert_eq!(answer["available"], true);
    assert_eq!(answer["cause"], Value::Null);
    let v4 = &answer["families"]["v4"];
    assert_eq!(v4["state"], "partial", "{out}");
    let outcomes: Vec<_> = v4["addresses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["outcome"])
        .collect();
    assert_eq!(outcomes, ["up", "down"]);
    assert_eq!(v4["addresses"][1]["cause"], "tcp_refused");
    assert_eq!(answer["families"]["v6"]["state"], "none");
    assert_eq!(answer["families"]["v6"]["cause"], "dns_nodata");
    assert_eq!(answer["tls"]["version"], "TLSv1.3");
    assert_eq!(answer["tls"]["chain"][0]["key"], "EC P-256");
    assert_eq!(answer["tls"]["chain"][0]["names"][0], "angiang.gov.vn");
    assert_eq!(
        answer["tls"]["versions"],
        serde_json::json!(["TLSv1.2", "TLSv1.3"]),
        "{out}"
    );
    assert_eq!(answer["tls"]["ocsp"], "absent");
    assert_eq!(answer["domain_ok"], true);
    assert_eq!(answer["http"]["hsts"], "absent");
    assert_eq!(answer["http"]["status"], 200);
    assert_eq!(answer["http"]["page_kind"], "portal");
}

/// The fields of an answer, as `docs/PROBE.md` writes them.
fn fields(answer: &Value, path: &str, found: &mut BTreeSet<String>) {
    match answer {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                fields(value, &path.replace("families.v6", "families.v4"), found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for item in items {
                fields(item, &format!("{path}[]"), found);
            }
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

#[tokio::test]
async fn every_answer_has_exactly_the_documented_fields() {
    let document = include_str!("../../../../docs/PROBE.md");
    let rows = document
        .lines()
        .filter(|line| line.starts_with("| `") && !line.starts_with("| `-"));
    let documented: BTreeSet<String> = rows
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    assert!(documented.len() > 60, "{documented:?}");

    let authority = Authority::new("EMS");
    let site = Site::encrypted(authority.server(&params("leaf", &["angiang.gov.vn"]))).await;
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, authority.root.pem()).unwrap();
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let v4_only = serve(vec![Arc::new(|question, _| {
        use hickory_proto::rr::{RData, RecordType, rdata::A};
        let four = [RData::A(A::new(127, 0, 0, 1))];
        let asks_four = question.queries[0].query_type() == RecordType::A;
        let data = if asks_four { &four[..] } else { &[] };
        Some(reply(&question, ResponseCode::NoError, data))
    })])
    .await;
    let nowhere = serve(vec![always(ResponseCode::NXDomain, vec![])]).await;
    for (what, port, resolver, available) in [
        ("good, IPv4 only", site.address.port(), v4_only.addresses[0], true),
        ("dead", closed, v4_only.addresses[0], false),
        ("no such name", closed, nowhere.addresses[0], false),
    ] {
        let url = format!("https://angiang.gov.vn:{port}/");
        let resolver = resolver.to_string();
        let words = [
            &*url,
            "--json",
            "--allow",
            "127.0.0.0/8",
            "--resolver",
            &*resolver,
            "--repeat",
            "2",
            "--ca",
        ];
        let (code, out) = run_with(&[&words[..], &[ca.to_str().unwrap()]].concat()).await;
        let answer: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            (code == AVAILABLE, answer["available"] == true),
            (available, available),
            "{what}: {out}"
        );
        let mut found = BTreeSet::new();
        fields(&answer, "", &mut found);
        // Lists of objects show their fields only where they are not empty.
        let is_empty_list = |field: &&String| {
            documented
                .iter()
                .any(|known| known.starts_with(&format!("{field}[]")))
        };
        let unknown = found
            .difference(&documented)
            .filter(|field| !is_empty_list(field));
        let unknown: Vec<&String> = unknown.collect();
        assert!(unknown.is_empty(), "{what}: not in docs/PROBE.md: {unknown:?}");
        let hidden = |field: &str| {
            field
                .split_once("[]")
                .is_some_and(|(list, _)| found.contains(list))
        };
        let missing: Vec<&String> = documented
            .difference(&found)
            .filter(|field| !hidden(field))
            .collect();
        assert!(missing.is_empty(), "{what}: missing in the answer: {missing:?}");
        assert_eq!(answer["availability"]["rounds"], 2, "{what}");
    }
}

#[tokio::test]
async fn a_failure_is_explained_in_both_languages() {
    let site = Site::answering(status(500, PORTAL)).await;
    let (code, vi) = run_with(&[&site.url(), "-4"]).await;
    assert_eq!(code, NOT_AVAILABLE);
    for expected in [
        "IPv4: không truy cập được",
        "Lần thử 2",
        "→ 500",
        "[http_status]",
        "Kết luận: không truy cập được",
    ] {
        assert!(vi.contains(expected), "{expected} is missing in\n{vi}");
    }
    let (_, en) = run_with(&[&site.url(), "-4", "--lang", "en"]).await;
    for expected in ["Attempt 2", "Verdict: not available", "[http_status]"] {
        assert!(en.contains(expected), "{expected} is missing in\n{en}");
    }
    assert!(
        !vi.contains("probe.") && !en.contains("probe."),
        "a text is missing:\n{vi}{en}"
    );
}

#[tokio::test]
async fn a_certificate_is_described_although_it_does_not_verify() {
    let authority = Authority::new("EMS");
    let site = Site::encrypted(authority.server(&params("leaf", &["khac.gov.vn"]))).await;
    let url = format!("https://angiang.gov.vn:{}/", site.address.port());
    let (code, out) = run_with(&[&url, "-4", "--resolve", "127.0.0.1", "--lang", "en"]).await;
    assert_eq!(code, NOT_AVAILABLE);
    for expected in [
        "Names: khac.gov.vn",
        "Key: EC P-256; signature: ecdsa-with-SHA256",
        "Valid: 2020-01-01 07:00:00 (UTC+07:00) to 2045-01-01 07:00:00 (UTC+07:00)",
        "SHA-256 ",
        "[tls_untrusted]",
        "[tls_hostname]",
    ] {
        assert!(out.contains(expected), "{expected} is missing in\n{out}");
    }
}

#[tokio::test]
async fn repeating_hands_every_measurement_to_the_spool_and_sums_up() {
    let site = Site::answering(ok(PORTAL)).await;
    let kept = Arc::new(Mutex::new(Vec::new()));
    let spool = Arc::clone(&kept);
    let open = move |_: &Path| -> anyhow::Result<Sink> {
        Ok(Box::new(move |job, measurement| {
            spool.lock().unwrap().push((job, measurement));
        }))
    };
    let words = [
        &*site.url(),
        "-4",
        "--repeat",
        "25",
        "--concurrency",
        "4",
        "--spool",
        "d",
        "--lang",
        "en",
    ];
    let mut out = Vec::new();
    let code = run(args(&words).unwrap(), SystemClock::shared(), &mut out, open)
        .await
        .unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(code, AVAILABLE, "{out}");
    assert!(out.starts_with("25 measurements in "), "{out}");
    assert!(out.contains("      25  Up"), "{out}");
    assert_eq!(site.connections(), 25);
    let kept = kept.lock().unwrap();
    let mut slots: Vec<_> = kept.iter().map(|(job, _)| job.slot).collect();
    slots.sort_unstable();
    slots.dedup();
    assert_eq!(slots.len(), 25, "every measurement has its own slot");
    assert!(kept.iter().all(|(_, m)| m.outcome == Outcome::Up));
}

#[test]
fn percentiles_are_those_of_the_nearest_rank() {
    let summary = repeat::Summary {
        lengths_us: (1..=100).collect(),
        ..repeat::Summary::default()
    };
    assert_eq!(
        [50, 95, 99, 100].map(|p| summary.percentile_us(p)),
        [50, 95, 99, 100]
    );
    assert_eq!(repeat::Summary::default().percentile_us(50), 0);
}
