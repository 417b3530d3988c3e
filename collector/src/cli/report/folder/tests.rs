//! Folders made from a small demonstration, read back as their receivers would.

use std::path::Path;

use clap::Parser;
use ems_contract::clock::FixedClock;

use super::*;
use crate::cli::report::run;
use crate::cli::{EXIT_FAILED, EXIT_OK, EXIT_USAGE};
use crate::demo::{Plan, seed};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn ran(data: &Path, line: &str) -> (u8, String) {
    let data = data.to_str().unwrap();
    let words = ["report"].into_iter().chain(line.split_whitespace());
    let words = words.map(|word| word.replace("DATA", data));
    let args = Line::try_parse_from(words).unwrap().args;
    let clock = FixedClock("2026-12-14T14:57:00Z".parse().unwrap());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(&args, &clock, &mut out, &mut err).unwrap();
    out.extend(err);
    (code, String::from_utf8(out).unwrap())
}

fn database(portals: u32, days: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let now = "2026-12-14T14:57:00Z".parse().unwrap();
    let plan = Plan {
        portals,
        days,
        now,
        open: 0,
    };
    seed(plan, &dir.path().join("data"), &mut |_, _| {}).unwrap();
    dir
}

fn text(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).unwrap()
}

#[test]
fn every_form_tells_the_same_and_twice_the_same_bytes() {
    let dir = database(6, 4);
    for name in ["one", "two"] {
        let line = format!("--duty ag-q --period 2026-Q4 --data DATA/data --out DATA/{name}");
        let (code, said) = ran(dir.path(), &line);
        assert_eq!(code, EXIT_OK, "{said}");
    }
    for file in [
        "bao-cao.html",
        "bao-cao.json",
        "bao-cao-1.csv",
        "bao-cao-2.csv",
        "manifest.json",
    ] {
        assert_eq!(
            text(&dir.path().join("one"), file),
            text(&dir.path().join("two"), file),
            "{file}"
        );
    }
    let (html, csv) = (
        text(&dir.path().join("one"), "bao-cao.html"),
        text(&dir.path().join("one"), "bao-cao-1.csv"),
    );
    let json: serde_json::Value =
        serde_json::from_str(&text(&dir.path().join("one"), "bao-cao.json")).unwrap();
    // The window and the cut are the duty's, not the calendar's.
    assert_eq!(json["window"]["from"], "2026-09-14T17:00:00Z");
    assert_eq!(json["data_to"], "2026-12-14T05:00:00Z");
    assert!(html.contains("Quý IV/2026") && html.contains("DỰ THẢO · ") && html.contains("DỮ LIỆU MẪU"));
    assert!(csv.contains(",DỰ THẢO · "));
    assert!(html.contains("(đơn vị bổ sung)"));
    for portal in json["portals"].as_array().unwrap() {
        let overall = &portal["tracks"][2]["statutory"]["availability"];
        let percent = overall["percent"].as_str().unwrap();
        // Two places in print, four as data: both floored.
        let printed = &percent[..percent.len() - 2];
        assert!(
            html.contains(&format!("{}%", printed.replace('.', ","))),
            "{printed}"
        );
        let id = portal["id"].as_str().unwrap();
        let row = csv
            .lines()
            .find(|line| line.starts_with(&format!("{id},")))
            .unwrap();
        assert!(row.contains(printed), "{row}");
    }
    let (code, said) = ran(dir.path(), "verify DATA/one --data DATA/data");
    assert_eq!(code, EXIT_OK, "{said}");
    let (code, said) = ran(dir.path(), "diff DATA/one DATA/two");
    assert_eq!(
        (code, said.as_str()),
        (EXIT_OK, "hai báo cáo không khác nhau ở số liệu nào\n")
    );
    let changed = text(&dir.path().join("one"), "bao-cao.json").replacen("\"up_s\": ", "\"up_s\": 1", 1);
    std::fs::write(dir.path().join("two/bao-cao.json"), changed).unwrap();
    let (code, said) = ran(dir.path(), "diff DATA/one DATA/two");
    assert_eq!(code, EXIT_FAILED);
    assert!(
        said.contains("up_s: ") && said.ends_with("1 số liệu khác nhau\n"),
        "{said}"
    );
    std::fs::write(dir.path().join("one/bao-cao.html"), "another").unwrap();
    let (code, said) = ran(dir.path(), "verify DATA/one --data DATA/data");
    assert_eq!(code, EXIT_FAILED);
    assert!(said.contains("bao-cao.html: khác với lúc xuất bản"), "{said}");
}

#[test]
fn every_kind_of_text_can_be_made_of_much_and_of_nothing() {
    let dir = database(3, 3);
    for kind in ["consolidated", "unit", "leader", "slip"] {
        let line =
            format!("--kind {kind} --period 2026-Q4 --unit angiang --data DATA/data --out DATA/{kind}");
        let (code, said) = ran(dir.path(), &line);
        assert_eq!(code, EXIT_OK, "{said}");
        let html = text(&dir.path().join(kind), "bao-cao.html");
        // The leader's page names portals only where something happened.
        let named = if kind == "leader" {
            "Tóm tắt tình hình"
        } else {
            "An Giang"
        };
        assert!(html.contains(named), "{kind}: {html}");
        // A report on no unit in particular is none.
        if kind == "unit" {
            continue;
        }
        // A year with no data at all, and a duty that binds no portal here.
        let line = format!("--kind {kind} --period 2020 --data DATA/data --out DATA/{kind}-2020");
        assert_eq!(ran(dir.path(), &line).0, EXIT_OK);
        let line =
            format!("--duty tq-so --kind {kind} --period 2026-H1 --data DATA/data --out DATA/{kind}-none");
        let (code, said) = ran(dir.path(), &line);
        // The draft has no validity: whether it is owed is for the calendar to say.
        assert!(code == EXIT_OK || said.contains("tq-so"), "{said}");
    }
}

#[test]
fn what_people_wrote_is_taken_over_and_a_bad_layout_is_told_by_line() {
    let dir = database(2, 2);
    let passages = dir.path().join("passages.yaml");
    std::fs::write(&passages, "danh-gia: \"Đã đánh giá <xong> & đủ.\"\n").unwrap();
    let line =
        "--kind consolidated --period 2026-Q4 --passages DATA/passages.yaml --data DATA/data --out DATA/a";
    assert_eq!(ran(dir.path(), line).0, EXIT_OK);
    let html = text(&dir.path().join("a"), "bao-cao.html");
    assert!(html.contains("Đã đánh giá &lt;xong&gt; &amp; đủ."));
    std::fs::write(dir.path().join("layout.html"), "<p>\n{{ document.titel }}\n").unwrap();
    let line = "--kind leader --period 2026-Q4 --template DATA/layout.html --data DATA/data --out DATA/b";
    let (code, said) = ran(dir.path(), line);
    assert_eq!(code, EXIT_USAGE);
    assert!(
        said.contains(
            "layout.html:2: mẫu hỏi biến `document.titel` không có trong báo cáo\n  gợi ý: có phải `title`?"
        ),
        "{said}"
    );
    assert!(!dir.path().join("b").exists() && !dir.path().join("b.part").exists());
}

#[test]
fn wrong_questions_are_answered_with_what_there_is() {
    let dir = database(2, 1);
    std::fs::write(dir.path().join("lost.yaml"), "danh-gai: mất\n").unwrap();
    std::fs::create_dir(dir.path().join("odd")).unwrap();
    std::fs::write(dir.path().join("odd/manifest.json"), "{").unwrap();
    std::fs::write(dir.path().join("odd/bao-cao.json"), "[").unwrap();
    for (line, wanted) in [
        ("--duty ag-q --period 2026-Q4 --data DATA/data", "--out"),
        (
            "--duty ag-z --period 2026-Q4 --data DATA/data --out DATA/x",
            "ag-qc",
        ),
        (
            "--duty ag-q --period 2026-H1 --data DATA/data --out DATA/x",
            "2026-Q4",
        ),
        (
            "--duty ag-q --period 2027-Q4 --data DATA/data --out DATA/x",
            "chưa bắt đầu",
        ),
        ("--duty ag-q --data DATA/data --out DATA/x", "thiếu kỳ"),
        (
            "--kind leader --period 2026 --data DATA/data --out DATA/data",
            "đã có",
        ),
        (
            "--kind unit --period 2026 --data DATA/data --out DATA/x",
            "không phải 2 cổng",
        ),
        (
            "--kind leader --period 2026 --template DATA/none --data DATA/data --out DATA/x",
            "none: không có tệp hay thư mục này",
        ),
        (
            "verify DATA/none --data DATA/data",
            "không có tệp hay thư mục này",
        ),
        (
            "verify DATA/odd --data DATA/data",
            "không phải danh mục tệp của một báo cáo",
        ),
        ("diff DATA/odd DATA/odd", "không phải báo cáo dạng JSON"),
    ] {
        let (code, said) = ran(dir.path(), line);
        assert_eq!(code, EXIT_USAGE, "{line}: {said}");
        assert!(said.contains(wanted), "{line}: {said}");
    }
    let line = "--kind leader --passages DATA/lost.yaml --period 2026 --data DATA/data --out DATA/x";
    let (code, said) = ran(dir.path(), line);
    assert_eq!(code, crate::cli::EXIT_BAD_FILE);
    assert!(
        said.contains("lost.yaml:1") && said.contains("`danh-gia`"),
        "{said}"
    );
    let line = "--formats pdf --renderer DATA/none --period 2026-Q4 --data DATA/data --out DATA/pdf";
    let (code, said) = ran(dir.path(), line);
    assert_eq!(code, EXIT_FAILED);
    assert!(said.contains("cargo build --release -p ems-render"), "{said}");
    assert!(!dir.path().join("pdf").exists());
}
