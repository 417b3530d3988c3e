//! Page truth, end to end: a portal of twelve sections with an English side is read by an agent on its schedule, and the
//! collector shows of every section whether it is there, its newest posting with what proves it, its age and the verdicts.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ems_collector::regulation::Regulations;
use ems_contract::clock::{Clock as _, SystemClock};
use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use ems_tests::http::get;
use ems_tests::nginx::{Nginx, Site, free_port};
use ems_tests::portal;
use ems_tests::process::{Process, binary};
use ems_tests::wait::until;
use ems_tests::world::PATIENCE;
use serde_json::{Value, json};

/// A visit comes within its interval of 90 s and has half of it; the judge looks some seconds later.
const VISIT: Duration = Duration::from_secs(300);

#[test]
fn twelve_sections_and_the_english_side_are_shown_with_date_age_and_evidence() {
    let folder = tempfile::TempDir::new().unwrap();
    let now = SystemClock::new().now();
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 13, 1)), 0);
    let address = SocketAddr::new(address.ip(), free_port(address.ip()).unwrap());
    let _nginx = serve(&folder.path().join("nginx"), address, now);
    fs::write(folder.path().join("targets.yaml"), inventory(address)).unwrap();
    let mut collector = start(folder.path());
    let url = collector.line_after("Open in a browser: ", PATIENCE).unwrap();
    let url = url.trim_end_matches('/');

    let told = until("the sections with verdicts", VISIT, || {
        let answer = get(&format!("{url}/api/v1/portals/tinh-mau/sections"))?.json()?;
        // The rounds of the judge before the visit know of no section.
        let passes = |section: &Value| {
            let verdicts = section["verdicts"].as_array();
            verdicts.is_some_and(|list| list.iter().any(|verdict| verdict["value"] == "pass"))
        };
        let sections = answer["sections"].as_array().cloned().unwrap_or_default();
        Ok(sections.iter().any(passes).then_some(answer))
    })
    .unwrap_or_else(|error| panic!("{error:#}\n{}", collector.output().unwrap_or_default()));

    let rules = Regulations::embedded().unwrap();
    let of = |id: &str| {
        let sections = told["sections"].as_array().unwrap();
        sections
            .iter()
            .find(|section| section["id"] == id)
            .unwrap_or_else(|| panic!("{id}: {told}"))
    };
    for (id, back) in [
        ("tin-tuc", 1),
        ("chi-dao-dieu-hanh", 2),
        ("pho-bien-phap-luat", 200),
        ("dau-tu-mua-sam-cong", 12),
        ("hoi-dap", 5),
        ("de-tai-khoa-hoc", 40),
        ("thong-ke", 8),
        ("cong-bao", 10),
    ] {
        let (section, newest) = (of(id), portal::day(now, back));
        assert_eq!(section["state"], "listed", "{section}");
        assert_eq!(section["newest"]["day"], json!(newest.to_string()), "{section}");
        let age = rules.calendar.working_between(newest, portal::day(now, 0));
        assert_eq!(section["age_working_days"], age, "{section}");
        assert_eq!(section["where"], "main_menu", "{section}");
        let evidence = &section["newest"]["evidence"];
        let year = newest.year().to_string();
        assert!(
            evidence["text"].as_str().is_some_and(|text| text.contains(&year)),
            "{section}"
        );
        assert!(evidence["selector"].is_string(), "{section}");
    }
    for (id, state, because) in [
        ("van-ban", "undated", Some("only_issue_dates")),
        ("quy-hoach", "empty", None),
        ("dat-dai", "not_read", Some("unreachable")),
        ("gioi-thieu", "undated", Some("no_list")),
    ] {
        let section = of(id);
        assert_eq!(
            (&section["state"], section["found"].as_bool()),
            (&json!(state), Some(true)),
            "{section}"
        );
        assert_eq!(section["because"].as_str(), because, "{section}");
        assert_eq!(section["age_working_days"], Value::Null, "{section}");
    }
    assert_eq!(of("lich-cong-tac")["state"], "missing");
    assert_eq!(told["english"]["verdict"], "missing_items", "{}", told["english"]);
    assert_eq!(told["english"]["missing"], json!(["fax"]), "{}", told["english"]);
    // The clock in the head is no news.
    assert_eq!(told["english"]["newest"], Value::Null, "{}", told["english"]);

    // A section that is there passes; one that could not be read is unknown, never failed.
    let verdict = |id: &str| {
        let verdicts = of(id)["verdicts"].as_array().unwrap();
        let check = format!("section-{id}");
        let found = verdicts.iter().find(|verdict| verdict["check"] == *check);
        found.map(|verdict| verdict["value"].as_str().unwrap().to_owned())
    };
    assert_eq!(verdict("tin-tuc").as_deref(), Some("pass"), "{}", of("tin-tuc"));
    assert_ne!(verdict("dat-dai").as_deref(), Some("fail"), "{}", of("dat-dai"));

    let age = &of("tin-tuc")["age_working_days"];
    let wanted = [
        format!(r#"ems_section_age_working_days{{portal="tinh-mau",section="tin-tuc"}} {age}"#),
        r#"ems_section_state{portal="tinh-mau",section="van-ban",state="undated"} 1"#.to_owned(),
        r#"ems_english_state{portal="tinh-mau",state="missing_items"} 1"#.to_owned(),
    ];
    let metrics = until("the sections among the metrics", PATIENCE, || {
        let metrics = get(&format!("{url}/metrics"))?.body;
        Ok(wanted
            .iter()
            .all(|line| metrics.contains(line))
            .then_some(metrics))
    })
    .unwrap();
    // What has no date has no age, and what is missing no series.
    assert!(
        !metrics.contains(r#"ems_section_age_working_days{portal="tinh-mau",section="van-ban"}"#),
        "{metrics}"
    );
    assert!(
        !metrics.contains(r#"ems_section_state{portal="tinh-mau",section="lich-cong-tac""#),
        "{metrics}"
    );

    the_page_that_proves_it_can_be_had(url, of("tin-tuc"), now);
    let page = get(&format!("{url}/portals/tinh-mau")).unwrap().body;
    keep(&page);
    let newest = portal::day(now, 1);
    let shown = format!("{:02}/{:02}/{}", newest.day(), newest.month(), newest.year());
    for wanted in [
        &*shown,
        "chưa đo được, vì danh sách chỉ ghi ngày ban hành",
        "chưa đo được, vì liên kết của chuyên mục không dẫn tới trang nào",
        "có, còn thiếu mục",
        "Còn thiếu: fax",
        "trình đơn chính: “Tin tức - Sự kiện”",
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
}

/// The page that a date was read on, whole: what nginx serves, what the facts name, what the console hands over.
fn the_page_that_proves_it_can_be_had(url: &str, section: &Value, now: UnixTime) {
    let named = &section["newest"]["evidence"]["sha256"];
    assert_eq!(named, &section["evidence"]["sha256"], "{section}");
    let digest = named.as_str().unwrap_or_else(|| panic!("{section}"));
    let served = portal::pages(now);
    let (_, served) = served.iter().find(|(path, _)| path == "/tin-tuc/").unwrap();
    assert_eq!(digest, Sha256::of(served.as_bytes()).to_string());
    // It travels behind the facts.
    let kept = until("the page that proves the date", PATIENCE, || {
        let answer = get(&format!("{url}/evidence/{digest}"))?;
        Ok((answer.status == 200).then_some(answer))
    })
    .unwrap();
    assert_eq!(kept.body, *served);
    assert_eq!(kept.header("content-type"), Some("text/plain"));
    assert_eq!(kept.header("x-content-type-options"), Some("nosniff"));
    assert!(
        kept.header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    assert!(
        kept.header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );
    // Beside the date, and beside each verdict that rests on it.
    for place in ["/portals/tinh-mau", "/portals/tinh-mau/compliance"] {
        let shown = get(&format!("{url}{place}")).unwrap().body;
        assert!(
            shown.contains(&format!("href=\"/evidence/{digest}\"")),
            "{place}: {shown}"
        );
    }
    assert_eq!(
        get(&format!("{url}/evidence/{}", Sha256::of(b"no page")))
            .unwrap()
            .status,
        404
    );
}

/// Keeps the page beside the build, to be looked at.
fn keep(page: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("sections.html"), page).unwrap();
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
         url: http://cong.mau.gov.vn:{port}/\n    resolve: [\"{ip}\"]\n    ipv6: none\n    page_interval_s: 90\n    \
         regulations: [quang-ngai-2017]\n"
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
