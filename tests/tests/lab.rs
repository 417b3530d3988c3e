//! The agent's `probe --json` against the test network of `tests/lab`: every host named with its right cause.
//!
//! Needs root and Debian's nginx, nsd, unbound, openssl, nftables. Where it cannot run, it says why and fails unless
//! `EMS_ALLOW_SKIP=1`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use ems_contract::clock::{Clock as _, SystemClock};
use ems_tests::process::{binary, installed};
use ems_tests::tree;
use ems_tests::vantage::{Vantage, cut_far, mend_far};
use ems_tests::wait::until;
use ems_tests::world::PATIENCE;
use serde_json::Value;

/// Programs of Debian that the lab starts.
const NEEDED: [&str; 9] = [
    "nginx",
    "nsd",
    "unbound",
    "openssl",
    "nft",
    "ip",
    "dig",
    "ldns-signzone",
    "python3",
];
/// How long a blind agent may stay untold, and one that sees again: three slots and the waits of the policy are less.
const BLIND_LIMIT: Duration = Duration::from_secs(150);
/// How long each bad condition of a line lasts: four slots and more.
const SPOILT: Duration = Duration::from_secs(70);
/// Hosts that only a build with the feature `legacy-tls` reaches.
const LEGACY: [&str; 2] = ["a13.lab.gov.vn", "a14.lab.gov.vn"];

#[expect(clippy::print_stdout, reason = "a test that skips says why")]
fn tell(text: &str) {
    println!("{text}");
}

/// A lab that stands while this value lives. Its namespaces have fixed names: one at a time.
struct Lab {
    folder: PathBuf,
}

impl Lab {
    /// Builds it; the reason when it cannot be built here.
    fn up() -> anyhow::Result<Result<Self, String>> {
        let user = Command::new("id").arg("-u").output()?;
        if user.stdout.trim_ascii() != b"0" {
            return Ok(Err("network namespaces need root".to_owned()));
        }
        for program in NEEDED {
            if let Err(error) = installed(program) {
                return Ok(Err(error.to_string()));
            }
        }
        let probe = Command::new("ip").args(["netns", "add", "emslab-try"]).output()?;
        if !probe.status.success() {
            let why = String::from_utf8_lossy(&probe.stderr).trim().to_owned();
            return Ok(Err(format!("this kernel gives no network namespaces: {why}")));
        }
        Command::new("ip").args(["netns", "del", "emslab-try"]).output()?;
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "emslab-{}-{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let lab = Self {
            folder: std::env::temp_dir().join(name),
        };
        lab.command("up")?;
        Ok(Ok(lab))
    }

    fn command(&self, what: &str) -> anyhow::Result<String> {
        let script = tree::root().join("tests/lab/lab");
        let done = Command::new(script).arg(what).arg(&self.folder).output()?;
        ensure!(
            done.status.success(),
            "lab {what}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        Ok(String::from_utf8(done.stdout)?)
    }

    /// What a perfect tester says, by host.
    fn truth(&self) -> anyhow::Result<BTreeMap<String, Value>> {
        let text = self.command("truth")?;
        let lines = text.lines().map(serde_json::from_str::<Value>);
        lines
            .map(|line| {
                let line = line?;
                let host = line["host"].as_str().context("a host without name")?.to_owned();
                Ok((host, line))
            })
            .collect()
    }

    /// Probes `hosts` from inside `namespace`; answers by host.
    fn probe(
        &self,
        namespace: &str,
        hosts: &[&str],
        more: &[&str],
    ) -> anyhow::Result<BTreeMap<String, Value>> {
        let agent = binary("ems-agent")?;
        let path = |name: &str| self.folder.join(name).display().to_string();
        let output = Command::new("ip")
            .args(["netns", "exec", namespace])
            .arg(agent)
            .arg("probe")
            .args(hosts.iter().map(|host| format!("https://{host}/")))
            .args([
                "--json",
                "--concurrency",
                "100",
                "--allow-documentation-addresses",
            ])
            .args(["--resolver", "198.51.100.1", "--resolver", "198.51.100.2"])
            .args(["--reference", "198.51.100.11", "--reference", "2001:db8:53::11"])
            .args(["--ca", &path("ca.pem"), "--trust-anchor", &path("dns/anchor.key")])
            .args(more)
            .output()?;
        let code = output.status.code();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(
            matches!(code, Some(0 | 1)),
            "the agent ended with {code:?}: {told}"
        );
        let text = String::from_utf8(output.stdout)?;
        let mut answers = BTreeMap::new();
        for line in text.lines() {
            let answer: Value = serde_json::from_str(line)?;
            let target = answer["target"].as_str().context("an answer without target")?;
            let host = target
                .trim_start_matches("https://")
                .trim_end_matches('/')
                .to_owned();
            answers.insert(host, answer);
        }
        ensure!(
            answers.len() == hosts.len(),
            "{} answers to {} questions: {told}",
            answers.len(),
            hosts.len()
        );
        Ok(answers)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Err(error) = self.command("down") {
            tell(&format!("{error:#}"));
        }
    }
}

/// Builds the lab or skips; a skip is a failure unless it was allowed.
fn lab() -> anyhow::Result<Option<Lab>> {
    match Lab::up()? {
        Ok(lab) => Ok(Some(lab)),
        Err(why) => {
            tell(&format!("SKIPPED: {why}"));
            #[expect(clippy::disallowed_methods, reason = "the one switch of the test run itself")]
            let allowed = std::env::var("EMS_ALLOW_SKIP").is_ok_and(|value| value == "1");
            ensure!(allowed, "{why} (EMS_ALLOW_SKIP=1 allows the skip)");
            Ok(None)
        }
    }
}

/// The value at a dotted path.
fn at<'a>(answer: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(answer, |value, key| &value[key])
}

/// Every way in which an answer is not the truth.
fn differences(host: &str, truth: &Value, answer: &Value) -> Vec<String> {
    let condition = truth["condition"].as_str().unwrap_or_default();
    let wanted = truth["truth"].as_object().into_iter().flatten();
    wanted
        .filter_map(|(path, want)| {
            let (holds, got) = if path == "finding" {
                let findings = answer["findings"].as_array().cloned().unwrap_or_default();
                let causes: Vec<Value> = findings.iter().map(|finding| finding["cause"].clone()).collect();
                (causes.contains(want), Value::Array(causes))
            } else {
                let got = at(answer, path).clone();
                (got == *want, got)
            };
            (!holds).then(|| format!("{host} ({condition}): {path} is {got}, should be {want}"))
        })
        .collect()
}

fn known(truth: &BTreeMap<String, Value>) -> Vec<&str> {
    let hosts = truth.keys().map(String::as_str);
    let legacy = cfg!(feature = "legacy-tls");
    if !legacy {
        tell(&format!("without the feature legacy-tls {LEGACY:?} are left out"));
    }
    hosts.filter(|host| legacy || !LEGACY.contains(host)).collect()
}

#[test]
fn the_lab_is_named_rightly_and_a_bad_line_accuses_nobody() -> anyhow::Result<()> {
    let Some(lab) = lab()? else { return Ok(()) };
    every_host_is_named_with_its_cause(&lab)?;
    an_agent_without_ipv6_says_nothing_about_ipv6(&lab)?;
    a_bad_line_is_no_portals_outage(&lab)?;
    a_dead_line_accuses_nobody(&lab)?;
    scheduled_agents_agree_and_a_flapping_line_is_nobodys_outage(&lab)?;
    a_blind_vantage_point_is_one_notice_and_no_portals(&lab)?;
    Ok(())
}

/// Hosts that are sound over both families.
const SOUND: [&str; 4] = [
    "a01.lab.gov.vn",
    "a03.lab.gov.vn",
    "a09.lab.gov.vn",
    "a31.lab.gov.vn",
];

fn line(lab: &Lab, settings: &str) -> anyhow::Result<()> {
    std::fs::write(lab.folder.join("line.json"), settings)?;
    // The relay reads its settings every fifth of a second: the line has changed once a probe shows it.
    Ok(())
}

/// A fifth of all packets lost and 300 ms there and back: never down over both families, round after round, and at a
/// quorum of this and a good vantage point never down at all.
fn a_bad_line_is_no_portals_outage(lab: &Lab) -> anyhow::Result<()> {
    line(lab, r#"{"loss": 0.2, "delay_ms": 150}"#)?;
    let bad = lab.probe("emslab-l", &SOUND, &["--repeat", "3"])?;
    let good = lab.probe("emslab-a", &SOUND, &["--repeat", "3"])?;
    for host in SOUND {
        let (bad, good) = (&bad[host]["availability"], &good[host]["availability"]);
        // Three slots in a row make an outage where one vantage point is alone (DESIGN §5.2).
        ensure!(
            bad["down"].as_u64().is_some_and(|down| down < 3),
            "{host} alone: {bad}"
        );
        ensure!(
            good["down"] == 0 && good["up"] == 3,
            "{host} at the quorum: {good}"
        );
    }
    Ok(())
}

/// With the line dead every failure is the agent's own.
fn a_dead_line_accuses_nobody(lab: &Lab) -> anyhow::Result<()> {
    line(lab, r#"{"down": true}"#)?;
    let answers = lab.probe("emslab-l", &SOUND, &[])?;
    for host in SOUND {
        let answer = &answers[host];
        ensure!(answer["available"].is_null(), "{host}: {answer}");
        ensure!(answer["cause"] == "agent_blind", "{host}: {answer}");
    }
    line(lab, r#"{"loss": 0, "delay_ms": 0}"#)
}

/// The same through schedule, spool, delivery and ledger: outages carry the precise cause, and neither loss and delay
/// nor a line that comes and goes makes an outage of a sound portal while another network sees it.
#[expect(clippy::disallowed_methods, reason = "a real line is spoilt in real time")]
fn scheduled_agents_agree_and_a_flapping_line_is_nobodys_outage(lab: &Lab) -> anyhow::Result<()> {
    const BROKEN: [(&str, &str); 5] = [
        ("d01.lab.gov.vn", "tcp_refused"),
        ("c03.lab.gov.vn", "dns_servfail"),
        ("c05.lab.gov.vn", "dns_refused"),
        ("c06.lab.gov.vn", "dns_lame"),
        // The zone above knows no such domain; `c01` would be a name that is missing in one that it knows.
        ("www.gone.gov.vn", "dns_nxdomain"),
    ];
    let hosts: Vec<&str> = SOUND.into_iter().chain(BROKEN.map(|(host, _)| host)).collect();
    let vantage = Vantage::start(&lab.folder, &hosts, 15)?;
    for host in SOUND {
        vantage.wait_for(host, "overall", "up")?;
    }
    for (host, cause) in BROKEN {
        let span = vantage.wait_for(host, "v4", "down")?;
        ensure!(span["cause"]["cause"] == cause, "{host}: {span}");
    }
    only_the_domain_that_is_gone_is_told(&vantage)?;
    for (what, lines) in [
        ("loss and delay", &[r#"{"loss": 0.2, "delay_ms": 150}"#][..]),
        (
            "flapping",
            &[r#"{"down": true}"#, r#"{"loss": 0, "delay_ms": 0}"#],
        ),
    ] {
        let begun = Instant::now();
        let mut turn = 0;
        until(what, PATIENCE, || {
            // Each state of the line lasts four seconds: several changes within one slot and its attempts.
            let now = usize::try_from(begun.elapsed().as_secs() / 4)? % lines.len();
            if turn == 0 || now != turn - 1 {
                line(lab, lines[now])?;
                turn = now + 1;
            }
            Ok((begun.elapsed() >= SPOILT).then_some(()))
        })?;
        for host in SOUND {
            for track in ["v4", "v6", "overall"] {
                let spans = vantage.spans(host, track)?;
                let down: Vec<&Value> = spans.iter().filter(|span| span["state"] == "down").collect();
                ensure!(down.is_empty(), "{what}: {host} {track}: {down:?}");
            }
        }
    }
    line(lab, r#"{"loss": 0, "delay_ms": 0}"#)
}

/// Two domains of the inventory, one of which the zone above does not know: as a metric, and as a notice.
fn only_the_domain_that_is_gone_is_told(vantage: &Vantage) -> anyhow::Result<()> {
    for (domain, lost) in [("gone.gov.vn", 1.0), ("lab.gov.vn", 0.0)] {
        let name = format!("ems_domain_lost{{domain=\"{domain}\"}}");
        until(&name, PATIENCE, || {
            let value = vantage.metric(&name)?;
            Ok(value.filter(|value| *value == lost))
        })?;
    }
    let of_domains = || {
        let all = vantage.notices()?.into_iter();
        let told: Vec<Value> = all.filter(|notice| notice["kind"] == "domain_lost").collect();
        anyhow::Ok(told)
    };
    until("the lost domain to be told", PATIENCE, || {
        Ok((!of_domains()?.is_empty()).then_some(()))
    })?;
    let told = of_domains()?;
    ensure!(
        told.len() == 1 && told[0]["subjects"][0]["id"] == "gone.gov.vn",
        "{told:#?}"
    );
    ensure!(
        told[0]["seen_from"] == serde_json::json!(["far", "near"]),
        "{told:#?}"
    );
    Ok(())
}

/// An agent that reaches the collector and nothing else: exactly one notice, about itself, and one when it sees again.
fn a_blind_vantage_point_is_one_notice_and_no_portals(lab: &Lab) -> anyhow::Result<()> {
    const INTERVAL_S: u32 = 15;
    let vantage = Vantage::start(&lab.folder, &SOUND, INTERVAL_S)?;
    for host in SOUND {
        vantage.wait_for(host, "overall", "up")?;
    }
    let last = |what: &str| {
        let name = format!("ems_agent_last_{what}_timestamp_seconds{{agent=\"far\"}}");
        vantage.metric(&name)?.with_context(|| name)
    };
    until("both vantage points to see every portal", PATIENCE, || {
        let name = |host: &str| {
            let id = host.split('.').next().unwrap_or(host);
            format!("probe_success{{agent=\"far\",portal=\"{id}\",family=\"v6\"}}")
        };
        let seen = SOUND.iter().map(|host| vantage.metric(&name(host)));
        let seen = seen.collect::<anyhow::Result<Vec<_>>>()?;
        Ok(seen.iter().all(|value| *value == Some(1.0)).then_some(()))
    })?;
    ensure!(vantage.notices()?.is_empty(), "{:?}", vantage.notices()?);

    let clock = SystemClock::new();
    let cut = clock.monotonic();
    cut_far(&lab.folder)?;
    let blind = until("the blind vantage point to be told", BLIND_LIMIT, || {
        Ok(vantage.notices()?.into_iter().next())
    })?;
    let took = clock.monotonic().saturating_sub(cut);
    tell(&format!("blind vantage point told after {took:?}"));
    ensure!(
        blind["kind"] == "agent" && blind["stage"] == "opened" && blind["subjects"][0]["id"] == "far",
        "{blind}"
    );
    ensure!(blind["cause"] == "notify.agent.blind", "{blind}");
    // Four slots more: it goes on delivering, and nobody is told anything else.
    let seen = last("slot")?;
    until("four slots more of the blind vantage point", PATIENCE, || {
        Ok((last("slot")? >= seen + 4.0 * f64::from(INTERVAL_S)).then_some(()))
    })?;
    ensure!(last("batch")? > seen, "it is silent, not blind");
    ensure!(vantage.notices()?.len() == 1, "{:#?}", vantage.notices()?);

    mend_far()?;
    until("its sight to be told", BLIND_LIMIT, || {
        Ok((vantage.notices()?.len() > 1).then_some(()))
    })?;
    let told = vantage.notices()?;
    ensure!(told.len() == 2 && told[1]["stage"] == "recovered", "{told:#?}");
    for host in SOUND {
        for track in ["v4", "v6", "overall"] {
            let spans = vantage.spans(host, track)?;
            let down: Vec<&Value> = spans.iter().filter(|span| span["state"] == "down").collect();
            ensure!(down.is_empty(), "{host} {track}: {down:?}");
        }
    }
    Ok(())
}

fn every_host_is_named_with_its_cause(lab: &Lab) -> anyhow::Result<()> {
    let truth = lab.truth()?;
    let hosts = known(&truth);
    let answers = lab.probe("emslab-a", &hosts, &[])?;
    let wrong: Vec<String> = hosts
        .iter()
        .flat_map(|host| differences(host, &truth[*host], &answers[*host]))
        .collect();
    ensure!(
        wrong.is_empty(),
        "{} differences on {} hosts:\n{}",
        wrong.len(),
        hosts.len(),
        wrong.join("\n")
    );
    Ok(())
}

fn an_agent_without_ipv6_says_nothing_about_ipv6(lab: &Lab) -> anyhow::Result<()> {
    let hosts = [
        "a01.lab.gov.vn",
        "b02.lab.gov.vn",
        "a06.lab.gov.vn",
        "d01.lab.gov.vn",
    ];
    let answers = lab.probe("emslab-4", &hosts, &[])?;
    for host in hosts {
        let answer = &answers[host];
        ensure!(answer["families"]["v6"]["state"] == "unknown", "{host}: {answer}");
    }
    ensure!(answers["a01.lab.gov.vn"]["available"] == true);
    ensure!(
        answers["a06.lab.gov.vn"]["available"].is_null(),
        "IPv6 only, and no IPv6 here"
    );
    ensure!(answers["d01.lab.gov.vn"]["available"] == false);
    Ok(())
}

#[test]
fn the_lab_covers_every_cause() -> anyhow::Result<()> {
    let script: &Path = &tree::root().join("tests/lab/lab");
    let done = Command::new(script).arg("truth").output()?;
    let text = String::from_utf8(done.stdout)?;
    let missing: Vec<&str> = ems_contract::cause::Cause::ALL
        .iter()
        .map(|cause| cause.as_str())
        .filter(|cause| !text.contains(&format!("\"{cause}\"")))
        .collect();
    ensure!(missing.is_empty(), "no host of the lab proves {missing:?}");
    Ok(())
}
