//! A report on its way to the public, end to end: frozen, signed, sent, put into the web root of the province portal (nginx),
//! told by its address, fetched by the agent on its visits, and held by the check `report-published` against its bytes.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ems_collector::calendar::civil::day_of;
use ems_collector::judge::Value;
use ems_collector::regulation::Regulations;
use ems_collector::serve::DATABASE;
use ems_collector::store::sqlite::SqliteStore;
use ems_collector::store::{Asked, VerdictStore as _};
use ems_contract::clock::{Clock as _, SystemClock};
use ems_contract::time::UnixTime;
use ems_tests::nginx::{Nginx, Site, free_port};
use ems_tests::portal;
use ems_tests::process::{Process, binary};
use ems_tests::wait::until;
use ems_tests::world::PATIENCE;

/// The address joins the plan within a minute, a visit comes within its interval of one and has half of it, and the judge
/// looks some seconds later.
const VISIT: Duration = Duration::from_secs(300);

#[test]
fn a_report_that_was_put_on_the_portal_is_found_there_until_a_byte_of_it_is_another() {
    let folder = tempfile::TempDir::new().unwrap();
    let now = SystemClock::new().now();
    let ip = IpAddr::V4(Ipv4Addr::new(127, 0, 14, 1));
    let address = SocketAddr::new(ip, free_port(ip).unwrap());
    let web = folder.path().join("nginx");
    let _nginx = serve(&web, address, now);
    fs::write(folder.path().join("targets.yaml"), inventory(address)).unwrap();
    let mut collector = start(folder.path());
    collector.line_after("Open in a browser: ", PATIENCE).unwrap();
    let data = folder.path().join("data");

    let key = wanted(now);
    let report = |words: &[&str]| reported(&data, words);
    report(&["freeze", &key, "--formats", "html", "--by", "can.bo"]);
    report(&["sign", &key, "--number", "12/BC-SKHCN", "--by", "can.bo"]);
    report(&["send", &key, "--who", "UBND tỉnh", "--by", "can.bo"]);
    let out = web.join("portal/bao-cao");
    report(&["publish", &key, "--out", out.to_str().unwrap()]);
    let at = format!("http://cong.mau.gov.vn:{}/bao-cao/", address.port());
    report(&["published", &key, "--at", &at, "--by", "can.bo"]);
    // What went out still follows from the store, beside the collector that writes to it.
    let saved = folder.path().join("saved");
    report(&["save", &key, "--out", saved.to_str().unwrap()]);
    report(&["verify", saved.to_str().unwrap()]);

    let store = SqliteStore::open_for_reading(&data.join(DATABASE)).unwrap();
    let told = || collector.output().unwrap_or_default();
    until("the report to be found", VISIT, || {
        Ok((verdict(&store)? == Some(Value::Pass)).then_some(()))
    })
    .unwrap_or_else(|error| panic!("{error:#}\n{}", told()));

    for name in ["bao-cao.html", "bao-cao.json"] {
        let path = out.join(name);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.last_mut().unwrap();
        *last ^= 1;
        fs::write(path, bytes).unwrap();
    }
    let value = until("another byte to be noticed", VISIT, || {
        Ok(verdict(&store)?.filter(|value| *value != Value::Pass))
    })
    .unwrap_or_else(|error| panic!("{error:#}\n{}", told()));
    // The text gives no day: what is not there is no breach.
    assert!(matches!(value, Value::Unknown | Value::Warn), "{value}");
}

/// The report of which the evaluation was last due before today.
fn wanted(now: UnixTime) -> String {
    let rules = Regulations::embedded().unwrap();
    let (duty, today) = (rules.report("ag-pub").unwrap(), day_of(now));
    let years = today.year() - 1..=today.year();
    let all = years.flat_map(|year| rules.reports_of_duty(duty, year));
    let due = all.filter(|report| report.due.is_some_and(|due| due.day() < today));
    let last = due.max_by_key(|report| report.due.map(|due| due.day())).unwrap();
    let of = if last.window.label.starts_with('Q') {
        "ag-qc"
    } else {
        "ag-yc"
    };
    format!("{of}/{}", last.period())
}

/// What is kept of the check for today.
fn verdict(store: &SqliteStore) -> anyhow::Result<Option<Value>> {
    let asked = Asked {
        portal: Some("tinh-mau".parse()?),
        pack: Some("an-giang-2023".to_owned()),
        ..Asked::on(day_of(SystemClock::new().now()))
    };
    let kept = store.verdicts(&asked)?;
    let row = kept.iter().find(|kept| &*kept.verdict.obligation == "AG-24.1");
    let checks = row.map(|kept| kept.verdict.checks.iter());
    let check = checks
        .into_iter()
        .flatten()
        .find(|check| &*check.check == "report-published");
    Ok(check.map(|check| check.value))
}

fn reported(data: &Path, words: &[&str]) {
    let output = Command::new(binary("ems-collector").unwrap())
        .arg("report")
        .args(words)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{words:?}: {}{}",
        said(&output.stdout),
        said(&output.stderr)
    );
}

fn serve(folder: &Path, address: SocketAddr, now: UnixTime) -> Nginx {
    let mut pages = portal::pages(now);
    let (_, home) = pages.remove(0);
    let site = Site {
        name: "portal".to_owned(),
        addresses: vec![address],
        tls: None,
        home,
        pages,
    };
    Nginx::start(folder, &[site]).unwrap()
}

fn inventory(address: SocketAddr) -> String {
    let (ip, port) = (address.ip(), address.port());
    format!(
        "contact: ems@example.org\nagents: [{{id: local, network: carrier-a, families: [v4]}}]\n\
         references: [{{host: \"{ip}\", port: {port}}}, {{host: \"127.0.0.1\", port: {port}}}]\n\
         portals:\n  - id: tinh-mau\n    name: Cổng thông tin điện tử tỉnh Mẫu\n    owner: UBND tỉnh Mẫu\n    level: province\n    \
         url: http://cong.mau.gov.vn:{port}/\n    resolve: [\"{ip}\"]\n    ipv6: none\n    page_interval_s: 60\n    \
         regulations: [an-giang-2023]\n"
    )
}

fn start(folder: &Path) -> Process {
    let mut command = Command::new(binary("ems-collector").unwrap());
    command
        .args(["up", "--lang", "en", "--listen", "127.0.0.1:0", "--targets"])
        .arg(folder.join("targets.yaml"))
        .arg("--data")
        .arg(folder.join("data"));
    Process::start("ems-collector", &mut command, &folder.join("collector.log")).unwrap()
}
