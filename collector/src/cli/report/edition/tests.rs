//! The life of a report as officials lead it, on a small demonstration.

use std::path::Path;

use clap::Parser;
use ems_contract::clock::FixedClock;

use super::super::{Args, run};
use super::*;
use crate::cli::{EXIT_FAILED, EXIT_USAGE};
use crate::demo::{Plan, seed};

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
