//! Own words and layouts as officials try them out.

use clap::Parser;
use ems_contract::clock::FixedClock;

use super::super::{Args, run};
use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

/// The day after the cut of the fourth quarter in An Giang.
const NOW: &str = "2026-12-15T02:00:00Z";

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

fn templates(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join("mau").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// What is in the folder beside the templates.
fn left(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "mau").collect();
    names.sort();
    names
}

#[test]
fn own_words_stand_in_the_page_and_the_figures_stay() {
    let dir = templates(&[
        (
            "consolidated/summary.txt",
            "# ĐIỂM CHÍNH\r\n\u{20}\r\nTrong {{ period }}, {{ report.total.portals|count }} cổng sẵn sàng {{ overall.statutory.availability|percent }}.\n\n- Một\n- Hai\n",
        ),
        (
            "consolidated/subject.txt",
            "Hoạt động cổng {{ period }} <của tỉnh>\n",
        ),
        (".summary.txt.swp", "rác"),
    ]);
    let line = "preview --duty ag-qc --sample --templates DIR/mau --out DIR/thu";
    let (code, said) = ran(dir.path(), line);
    assert_eq!(code, EXIT_OK, "{said}");
    assert_eq!(left(dir.path()), ["thu.html"]);
    let html = std::fs::read_to_string(dir.path().join("thu.html")).unwrap();
    for wanted in [
        "I. ĐIỂM CHÍNH",
        "Trong Quý IV/2026, 8 cổng sẵn sàng 99,",
        "<li>Hai</li>",
        "Hoạt động cổng Quý IV/2026 &lt;của tỉnh&gt;",
        "BẢN XEM TRƯỚC",
        "DỮ LIỆU MẪU",
        "Số cổng được tính",
        "II. CĂN CỨ",
    ] {
        assert!(html.contains(wanted), "{wanted} in {html}");
    }
    assert!(
        !html.contains("hệ thống theo dõi 8 cổng"),
        "the built-in words are gone"
    );
    // Without a folder they are back; what was there is replaced.
    let line = "preview --duty ag-qc --sample --out DIR/thu";
    assert_eq!(ran(dir.path(), line).0, EXIT_OK);
    let html = std::fs::read_to_string(dir.path().join("thu.html")).unwrap();
    assert!(html.contains("hệ thống theo dõi 8 cổng") && !html.contains("ĐIỂM CHÍNH"));
}

#[test]
fn every_fault_of_every_file_is_told_at_once() {
    let dir = templates(&[
        (
            "unit/summary.txt",
            "Kỳ {{ perod }}\n{{ report.totl.portals }} cổng, {{ khongco }}.\n",
        ),
        ("unit/scope.txt", "{% if demo %}mẫu\n"),
        ("unit/sumary.txt", "tên sai"),
        ("leader/text.txt", "{{ 1 +"),
        ("document.html", "<p>\n{{ document.titel }}\n"),
    ]);
    std::fs::write(dir.path().join("mau/unit/fresh.txt"), b"\xff\xfe\x00").unwrap();
    let line = "preview --duty ag-q --kind unit --sample --templates DIR/mau --out DIR/thu";
    let (code, said) = ran(dir.path(), line);
    assert_eq!(code, EXIT_USAGE, "{said}");
    for wanted in [
        "unit/summary.txt:1: mẫu hỏi biến `perod` không có trong báo cáo\n  gợi ý: có phải `period`?",
        "unit/summary.txt:2: mẫu hỏi biến `report.totl.portals`",
        "`total`?",
        "unit/summary.txt:2: mẫu hỏi biến `khongco`",
        "unit/scope.txt:",
        "unit/sumary.txt: không báo cáo nào dùng tệp tên này (danh sách: docs/REPORT.md)\n  gợi ý: có phải `unit/summary.txt`?",
        "unit/fresh.txt: không phải văn bản UTF-8",
        "leader/text.txt:1: mẫu viết sai cú pháp",
        "document.html:2: mẫu hỏi biến `document.titel`",
        "`title`?",
    ] {
        assert!(said.contains(wanted), "{wanted} in {said}");
    }
    assert_eq!(left(dir.path()), [""; 0], "nothing is written");
    let (code, said) = ran(dir.path(), "preview --sample --templates DIR/khong --out DIR/thu");
    assert_eq!(code, EXIT_USAGE, "{said}");
    assert!(said.contains("khong: không đọc được"), "{said}");
    // A renderer that is not there is told with the command that builds it, beside the faults.
    let line = "preview --duty ag-q --kind unit --sample --templates DIR/mau --formats pdf --renderer /nowhere/ems-render --out DIR/thu";
    let (_, said) = ran(dir.path(), line);
    assert!(
        said.contains("cargo build --release -p ems-render") && said.contains("`perod`"),
        "{said}"
    );
}

/// The same words are in the text of an edition, whose list names their digest; a fault keeps it from being made.
#[test]
fn an_edition_rests_on_the_templates_that_it_was_made_with() {
    let dir = templates(&[("leader/text.txt", "Lời riêng của đơn vị.\n")]);
    let plan = Plan {
        portals: 2,
        days: 3,
        open: 0,
        now: NOW.parse().unwrap(),
    };
    seed(plan, &dir.path().join("data"), &mut |_, _| {}).unwrap();
    let line =
        "--kind leader --period 2026-Q4 --templates DIR/mau --data DIR/data --out DIR/mot --formats html";
    assert_eq!(ran(dir.path(), line).0, EXIT_OK);
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    assert!(read("mot/bao-cao.html").contains("Lời riêng của đơn vị."));
    let manifest: serde_json::Value = serde_json::from_str(&read("mot/manifest.json")).unwrap();
    assert_eq!(manifest["templates"].as_str().unwrap().len(), 64);
    std::fs::write(dir.path().join("mau/consolidated.txt"), "x").unwrap();
    let line = "draft ag-qc/2026-Q4 --templates DIR/mau --data DIR/data --formats html";
    let (code, said) = ran(dir.path(), line);
    assert_eq!(code, EXIT_USAGE, "{said}");
    assert!(said.contains("consolidated.txt: không báo cáo nào"), "{said}");
    std::fs::remove_file(dir.path().join("mau/consolidated.txt")).unwrap();
    assert_eq!(ran(dir.path(), line).0, EXIT_OK);
}
