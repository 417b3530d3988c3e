//! The life of a report as officials lead it, on a small demonstration.

use std::path::Path;

use clap::Parser;
use ems_contract::clock::FixedClock;

use super::super::{Args, run};
use super::*;
use crate::cli::{EXIT_FAILED, EXIT_USAGE};
use crate::demo::{Plan, seed};
use crate::store::PublicationStore as _;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

/// Some hours after the cut of the fourth quarter in An Giang, on the day that it is due.
const NOW: &str = "2026-12-14T14:57:00Z";

fn ran(dir: &Path, line: &str) -> (u8, String) {
    let words = ["report".to_owned()].into_iter().chain(
        line.split_whitespace()
            .map(|word| word.replace("DIR", dir.to_str().unwrap())),
    );
    let args = Line::try_parse_from(words).unwrap().args;
    let clock = FixedClock(NOW.parse().unwrap());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(&args, &clock, &mut out, &mut err).unwrap();
    out.extend(err);
    (code, String::from_utf8(out).unwrap())
}

fn database() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan {
        portals: 4,
        days: 10,
        now: NOW.parse().unwrap(),
        open: 0,
    };
    seed(plan, &dir.path().join("data"), &mut |_, _| {}).unwrap();
    dir
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_report_is_drafted_frozen_signed_sent_and_corrected_only_with_a_reason() {
    let dir = database();
    let at = "--data DIR/data --by an.nguyen";
    let forms = "--formats csv,html";
    let good = |line: &str| {
        let (code, said) = ran(dir.path(), line);
        assert_eq!(code, EXIT_OK, "{line}: {said}");
        said
    };
    let bad = |line: &str, wanted: u8, words: &str| {
        let (code, said) = ran(dir.path(), line);
        assert_eq!(code, wanted, "{line}: {said}");
        assert!(said.contains(words), "{line}: {said}");
    };
    assert!(good(&format!("editions {at}")).contains("chưa có ấn bản nào"));
    bad(&format!("sign ag-q/2026-Q4 {at}"), EXIT_USAGE, "không có ấn bản");
    bad(
        &format!("draft ag-q/2026-H1 {at} {forms}"),
        EXIT_USAGE,
        "lịch báo cáo không có kỳ",
    );
    good(&format!(
        "draft ag-q/2026-Q4 {at} {forms} --now 2026-12-10T02:00:00Z"
    ));
    bad(
        &format!("sign ag-q/2026-Q4 {at}"),
        EXIT_USAGE,
        "chưa thể chuyển sang",
    );
    bad(
        &format!("freeze ag-q/2026-Q4 {at} {forms} --now 2026-12-13T02:00:00Z"),
        EXIT_FAILED,
        "mới ổn định đến",
    );
    // What people wrote before freezing is taken over.
    let written = dir.path().join("passages.yaml");
    std::fs::write(&written, "danh-gia: Các đơn vị vận hành ổn định.\n").unwrap();
    good(&format!(
        "draft ag-q/2026-Q4 {at} {forms} --passages {}",
        written.display()
    ));
    let said = good(&format!("freeze ag-q/2026-Q4 {at} {forms}"));
    assert!(said.contains("ag-q/2026-Q4#1"), "{said}");
    good(&format!("save ag-q/2026-Q4 {at} --out DIR/one"));
    assert!(text(&dir.path().join("one/bao-cao.html")).contains("Các đơn vị vận hành ổn định."));
    assert!(!text(&dir.path().join("one/bao-cao.html")).contains("DỰ THẢO"));
    good("verify DIR/one --data DIR/data");
    let paper = dir.path().join("paper.pdf");
    std::fs::write(&paper, b"%PDF-1.7 signed").unwrap();
    good(&format!(
        "sign ag-q/2026-Q4 {at} --number 12/BC-SKHCN --on 2026-12-14 --file {}",
        paper.display()
    ));
    good(&format!("send ag-q/2026-Q4 {at} --who UBND"));
    bad(
        &format!("draft ag-q/2026-Q4 {at} {forms}"),
        EXIT_USAGE,
        "phải nêu lý do",
    );
    // A correction is a new edition that tells what changed; the one before stays as it was.
    let said = good(&format!(
        "freeze ag-q/2026-Q4 {at} {forms} --as-of 2026-12-13T00:00:00Z --reason sửa"
    ));
    assert!(
        said.contains("ag-q/2026-Q4#2") && !said.contains("ấn bản trước: 0"),
        "{said}"
    );
    good(&format!("save ag-q/2026-Q4 {at} --out DIR/two"));
    let two = text(&dir.path().join("two/bao-cao.html"));
    assert!(
        two.contains("thay thế ấn bản số 1") && two.contains("data_to"),
        "{two}"
    );
    good(&format!("save ag-q/2026-Q4 {at} --edition 1 --out DIR/again"));
    for name in ["bao-cao.html", "bao-cao.json", "manifest.json"] {
        let (one, again) = (
            dir.path().join("one").join(name),
            dir.path().join("again").join(name),
        );
        assert_eq!(text(&one), text(&again), "{name}");
    }
    let listed = good(&format!("editions {at} --json"));
    let editions: Vec<serde_json::Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(editions[0]["state"], "sent");
    assert_eq!(editions[0]["steps"][1]["number"], "12/BC-SKHCN");
    assert_eq!(editions[1]["state"], "frozen");
    assert_eq!(editions[1]["reason"], "sửa");
    let store = SqliteStore::open_for_people(&dir.path().join("data").join(DATABASE)).unwrap();
    let audit: Vec<String> = store
        .audit(None, 100)
        .unwrap()
        .into_iter()
        .rev()
        .map(|entry| format!("{} {} {}", entry.actor, entry.action, entry.subject))
        .collect();
    let by = "command line an.nguyen";
    assert_eq!(
        audit,
        [
            format!("{by} report.draft ag-q/2026-Q4#1"),
            format!("{by} report.passages ag-q/2026-Q4"),
            format!("{by} report.draft ag-q/2026-Q4#1"),
            format!("{by} report.freeze ag-q/2026-Q4#1"),
            format!("{by} report.sign ag-q/2026-Q4#1"),
            format!("{by} report.send ag-q/2026-Q4#1"),
            format!("{by} report.freeze ag-q/2026-Q4#2"),
        ]
    );
}

/// Data that are read once for all units say of each what they say when they are read for it alone.
#[test]
fn drafts_of_all_units_are_those_that_each_would_have_made() {
    let dir = database();
    let at = "--data DIR/data --by an.nguyen --now 2026-12-10T02:00:00Z";
    let good = |line: &str| {
        let (code, said) = ran(dir.path(), line);
        assert_eq!(code, EXIT_OK, "{line}: {said}");
        said
    };
    let seals = || {
        let listed = good("editions --json --data DIR/data");
        let seal = |line: &str| {
            let one: serde_json::Value = serde_json::from_str(line).unwrap();
            (one["key"].to_string(), one["seal"].to_string())
        };
        listed
            .lines()
            .map(seal)
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    good(&format!(
        "draft ag-q/2026-Q4 --units --renderer /nowhere/ems-render {at}"
    ));
    let together = seals();
    assert!(together.len() > 1, "{together:?}");
    for key in together.keys() {
        let key = key.trim_matches('"');
        assert!(key.starts_with("ag-q/2026-Q4/"), "{key}");
        good(&format!("draft {key} --formats csv,json,html {at}"));
    }
    assert_eq!(seals(), together);
    let (code, said) = ran(dir.path(), &format!("draft ag-qc/2026-Q4 --units {at}"));
    assert_eq!(code, EXIT_USAGE);
    assert!(said.contains("không có đơn vị nào"), "{said}");
}

#[test]
fn a_form_that_cannot_be_made_keeps_nothing() {
    let dir = database();
    let line = "draft ag-q/2026-Q4 --data DIR/data --renderer /nowhere/ems-render";
    let (code, said) = ran(dir.path(), line);
    assert_eq!(code, EXIT_FAILED, "{said}");
    assert!(said.contains("ems-render"), "{said}");
    let (_, said) = ran(dir.path(), "editions --data DIR/data");
    assert!(said.contains("chưa có ấn bản nào"), "{said}");
    assert_eq!(
        std::fs::read_dir(dir.path().join("data/drawing"))
            .unwrap()
            .count(),
        0
    );
}

/// A folder with an empty file in place of a lost one would be a forgery that `verify` calls good.
#[test]
fn an_edition_that_lacks_a_file_is_not_written() {
    let dir = database();
    let at = "--data DIR/data --by an.nguyen";
    let line = format!("draft ag-q/2026-Q4 {at} --formats html");
    assert_eq!(ran(dir.path(), &line).0, EXIT_OK);
    let store = SqliteStore::open_for_people(&dir.path().join("data").join(DATABASE)).unwrap();
    let made = store.editions(None).unwrap().remove(0);
    let author = Author::system();
    let lossy = crate::edition::NewEdition {
        key: made.key,
        number: made.number,
        made_at: made.made_at,
        manifest: made.manifest,
        reason: made.reason,
        changes: made.changes,
        files: Vec::new(),
        frozen: false,
    };
    let note = author.note(made.made_at, "report.draft", "x", "");
    store.keep_edition(lossy, &author, note).unwrap();
    let (code, said) = ran(dir.path(), &format!("save ag-q/2026-Q4 {at} --out DIR/one"));
    assert_eq!(code, EXIT_FAILED, "{said}");
    assert!(said.contains("bao-cao.html"), "{said}");
    assert!(!dir.path().join("one").exists());
}

/// A unit contests what a draft says, an official decides once, and the edition prints both.
#[test]
fn a_unit_contests_a_draft_and_an_official_decides() {
    let dir = database();
    let at = "--data DIR/data --by an.nguyen";
    let report = format!("ag-q/2026-Q4 {at} --formats html");
    let good = |line: &str| {
        let (code, said) = ran(dir.path(), line);
        assert_eq!(code, EXIT_OK, "{line}: {said}");
        said
    };
    let bad = |line: &str, wanted: u8, words: &str| {
        let (code, said) = ran(dir.path(), line);
        assert_eq!(code, wanted, "{line}: {said}");
        assert!(said.contains(words), "{line}: {said}");
    };
    let store = SqliteStore::open_for_reading(&dir.path().join("data").join(DATABASE)).unwrap();
    let inventory = last_in_force(&store, NOW.parse().unwrap()).unwrap().unwrap();
    let portal = inventory.portals[0].id.clone();
    let contests = format!("object ag-q/2026-Q4 {at} --figure gián-đoạn --claim mất-điện --portal {portal}");
    bad(&contests, EXIT_USAGE, "không có ấn bản");
    good(&format!("draft {report} --now 2026-12-07T02:00:00Z"));
    good(&format!("save ag-q/2026-Q4 {at} --out DIR/draft"));
    let page = text(&dir.path().join("draft/bao-cao.html"));
    assert!(
        page.contains("gửi giải trình chậm nhất 09/12/2026 23:59:59"),
        "{page}"
    );
    bad(
        &format!(
            "object ag-q/2026-Q4 {at} --now 2026-12-08T02:00:00Z --figure a --claim b --portal {portal}x"
        ),
        EXIT_USAGE,
        "x",
    );
    let proof = dir.path().join("bien-ban.pdf");
    std::fs::write(&proof, b"%PDF-1.7").unwrap();
    // The term ends before the day on which an unsigned report is warned of: Thursday 10 December.
    let said = good(&format!(
        "{contests} --file {} --now 2026-12-08T02:00:00Z",
        proof.display()
    ));
    assert!(said.contains("số 1 ") && said.contains("09/12/2026"), "{said}");
    bad(
        &format!("{contests} --now 2026-12-09T17:00:00Z"),
        EXIT_FAILED,
        "đã hết thời hạn giải trình (09/12/2026 23:59:59)",
    );
    let said = good(&format!("{contests} --now 2026-12-09T16:59:59Z"));
    assert!(said.contains("số 2 "), "{said}");
    bad(
        &format!("freeze {report}"),
        EXIT_FAILED,
        "2 giải trình chưa giải quyết",
    );
    // Whoever wrote it down leaves it to another.
    let own = format!("decide 1 accepted --reason x {at}");
    bad(&own, EXIT_USAGE, "cán bộ khác quyết định");
    let decide = |rest: &str| format!("decide {rest} --data DIR/data --by binh.tran");
    bad(
        &decide("1 accepted --reason= --correction="),
        EXIT_USAGE,
        "--reason: chưa ghi\n--correction: chưa ghi",
    );
    bad(
        &contests.replace("mất-điện", &"ă".repeat(5_001)),
        EXIT_USAGE,
        "--claim: dài quá 5.000 ký tự",
    );
    for (rest, code, words) in [
        ("9 accepted --reason x", EXIT_USAGE, "không có giải trình số 9"),
        (
            "2 rejected --reason x --correction 0",
            EXIT_USAGE,
            "không được chấp nhận",
        ),
        (
            "1 accepted --reason x --exclude-from 2026-12-13T02:00:00Z --exclude-to 2026-12-13T02:00:00Z",
            EXIT_USAGE,
            "--exclude-from phải trước",
        ),
    ] {
        bad(&decide(rest), code, words);
    }
    good(&decide(
        "1 accepted --reason có-biên-bản --exclude-from 2026-12-13T00:00:00Z --exclude-to 2026-12-13T02:00:00Z",
    ));
    good(&decide("2 rejected --reason quá-hạn"));
    bad(
        &decide("2 accepted --reason y"),
        EXIT_FAILED,
        "đã được quyết định",
    );
    let listed = good(&format!("objections ag-q/2026-Q4 {at} --json"));
    let listed: Vec<serde_json::Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        listed.iter().map(|one| &one["outcome"]).collect::<Vec<_>>(),
        ["accepted", "rejected"]
    );
    assert!(listed[0]["file"].is_string() && listed[0]["by"] == "an.nguyen");
    good(&format!("freeze {report}"));
    bad(&contests, EXIT_FAILED, "đã chốt");
    good(&format!("save ag-q/2026-Q4 {at} --out DIR/one"));
    let page = text(&dir.path().join("one/bao-cao.html"));
    assert!(!page.contains("gửi giải trình"), "{page}");
    for words in ["mất-điện", "chấp nhận: có-biên-bản", "không chấp nhận: quá-hạn"] {
        assert!(page.contains(words), "{words}");
    }
    let manifest: serde_json::Value =
        serde_json::from_str(&text(&dir.path().join("one/manifest.json"))).unwrap();
    assert_eq!(manifest["excluded"][0]["portal"], portal.as_str());
    let audit = audited(dir.path());
    assert_eq!(
        audit[1..5],
        [
            format!("report.object ag-q/2026-Q4 {portal}"),
            format!("report.object ag-q/2026-Q4 {portal}"),
            format!("report.decide ag-q/2026-Q4 {portal} #1"),
            format!("report.decide ag-q/2026-Q4 {portal} #2"),
        ]
    );
}

/// A frozen edition goes to the province portal as a folder that proves itself, and somebody states where it stands.
#[test]
fn a_frozen_edition_is_published_whole_and_its_address_is_stated() {
    let dir = database();
    let at = "--data DIR/data --by an.nguyen";
    let good = |line: &str| {
        let (code, said) = ran(dir.path(), line);
        assert_eq!(code, EXIT_OK, "{line}: {said}");
        said
    };
    let bad = |line: &str, words: &str| {
        let (code, said) = ran(dir.path(), line);
        assert_ne!(code, EXIT_OK, "{line}: {said}");
        assert!(said.contains(words), "{line}: {said}");
    };
    let publish = |out: &str| format!("publish ag-q/2026-Q4 --data DIR/data --out DIR/{out}");
    bad(&publish("one"), "không có ấn bản");
    good(&format!("draft ag-q/2026-Q4 {at} --formats csv,html"));
    bad(&publish("one"), "còn là dự thảo");
    bad(
        &format!("published ag-q/2026-Q4 {at} --at https://a.vn/"),
        "còn là dự thảo",
    );
    good(&format!("freeze ag-q/2026-Q4 {at} --formats csv,html"));
    good(&format!(
        "sign ag-q/2026-Q4 {at} --number 12/BC-<SKHCN> --on 2026-12-14"
    ));
    let said = good(&publish("one"));
    assert!(said.contains("report published ag-q/2026-Q4 --at"), "{said}");
    bad(&publish("one"), "không ghi đè");
    good(&publish("two"));
    let folder = dir.path().join("one");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let sums = text(&folder.join("SHA256SUMS"));
    let mut listed: Vec<&str> = sums
        .lines()
        .map(|line| line.split_once("  ").unwrap().1)
        .collect();
    listed.push("SHA256SUMS");
    listed.sort_unstable();
    assert_eq!(names, listed);
    for line in sums.lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        let bytes = std::fs::read(folder.join(name)).unwrap();
        assert_eq!(
            ems_contract::digest::Sha256::of(&bytes).to_string(),
            digest,
            "{name}"
        );
        assert_eq!(
            bytes,
            std::fs::read(dir.path().join("two").join(name)).unwrap(),
            "{name}"
        );
    }
    let page = text(&folder.join("index.html"));
    for wanted in [
        "Báo cáo Quý IV/2026",
        "DỮ LIỆU MẪU",
        "href=\"bao-cao.html\"",
        "số 12/BC-&lt;SKHCN&gt;, ngày 14/12/2026",
        "sha256sum -c SHA256SUMS",
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let store = SqliteStore::open_for_reading(&dir.path().join("data").join(DATABASE)).unwrap();
    let inventory = last_in_force(&store, NOW.parse().unwrap()).unwrap().unwrap();
    let province = inventory.portals.iter().find(|portal| {
        portal.level == ems_contract::inventory::Level::Province
            && portal.regulations.iter().any(|pack| pack == "an-giang-2023")
    });
    let url = province.unwrap().url.join("bao-cao/q4").unwrap();
    let state = |url: &str| format!("published ag-q/2026-Q4 {at} --at {url}");
    bad(&state("bao-cao"), "địa chỉ phải đầy đủ");
    bad(
        &state("https://elsewhere.vn/"),
        "không nằm trên cổng thông tin điện tử tỉnh",
    );
    assert!(good(&format!("published ag-q/2026-Q4 {at}")).contains("chưa ghi nhận"));
    good(&state(url.as_str()));
    assert!(good(&format!("published ag-q/2026-Q4 {at}")).contains(url.as_str()));
    let kept = store.publications(None).unwrap();
    assert_eq!((kept.len(), &kept[0].portal), (1, &province.unwrap().id));
    // The whole report in each form, and no table that may be the same in every report.
    assert_eq!(kept[0].files.len(), 2);
    let audit = audited(dir.path());
    assert_eq!(audit.last().unwrap(), "report.published ag-q/2026-Q4#1");
}

fn audited(dir: &Path) -> Vec<String> {
    let store = SqliteStore::open_for_people(&dir.join("data").join(DATABASE)).unwrap();
    let entries = store.audit(None, 100).unwrap();
    let told = entries.into_iter().rev();
    told.map(|entry| format!("{} {}", entry.action, entry.subject))
        .collect()
}
