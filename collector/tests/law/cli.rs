//! What the commands print.

use clap::Parser;
use ems_collector::cli::calendar::{self, CalendarArgs};
use ems_collector::cli::regulations::{self, RegulationsArgs};
use ems_contract::text::Lang;

use crate::fixture::RULES;

#[derive(Parser)]
struct Calendar {
    #[command(flatten)]
    args: CalendarArgs,
}

#[derive(Parser)]
struct Regulations {
    #[command(flatten)]
    args: RegulationsArgs,
}

fn calendar(line: &str) -> String {
    let args = Calendar::try_parse_from(line.split(' ')).expect("arguments").args;
    let mut out = Vec::new();
    calendar::run(&args, &RULES, Lang::Vi, &mut out).expect("an answer");
    String::from_utf8(out).expect("UTF-8")
}

fn regulations(line: &str) -> (bool, String) {
    let args = Regulations::try_parse_from(line.split(' '))
        .expect("arguments")
        .args;
    let mut out = Vec::new();
    let ok = regulations::run(
        &args,
        &RULES,
        "2026-11-22".parse().expect("a day"),
        Lang::Vi,
        &mut out,
    );
    (ok.expect("an answer"), String::from_utf8(out).expect("UTF-8"))
}

#[test]
fn due_days_with_their_reasons() {
    let told: Vec<String> = [
        "calendar due --from 2026-08-20 --in 2wd",
        "calendar due --from 2026-08-20 --in 2wd --no-swap",
        "calendar due --from 2026-02-05 --in 15cd",
        "calendar due --from 2026-02-15T17:30 --in 24h",
        "calendar due --from 2026-12-31 --in 2wd",
        "calendar due --from 2026-08-28 --in 2wd --json",
        "calendar is-working 2026-11-24",
        "calendar is-working 2026-08-22",
        "calendar is-working 2026-11-24 --json",
    ]
    .into_iter()
    .map(|line| format!("$ {line}\n{}", calendar(line)))
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_start_that_is_no_day_is_told() {
    let args = Calendar::try_parse_from(["calendar", "due", "--from", "20/8/2026", "--in", "2wd"])
        .unwrap()
        .args;
    let error = calendar::run(&args, &RULES, Lang::Vi, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("20/8/2026"));
    assert!(Calendar::try_parse_from(["calendar", "due", "--from", "2026-08-20", "--in", "2weeks"]).is_err());
}

#[test]
fn report_dates_of_a_year() {
    insta::assert_snapshot!(calendar("calendar report-dates 2026"));
    let json: serde_json::Value =
        serde_json::from_str(&calendar("calendar report-dates 2026 --json")).unwrap();
    let reports = json["reports"].as_array().unwrap();
    let annual = reports.iter().find(|report| report["report"] == "ag-y").unwrap();
    assert_eq!(
        (annual["due"].as_str(), annual["kind"].as_str()),
        (Some("2026-11-19T23:59:59"), Some("statutory"))
    );
}

#[test]
fn the_packs_and_their_rows() {
    insta::assert_snapshot!(regulations("regulations list").1);
    let (ok, shown) = regulations("regulations show quang-ngai-2017");
    assert!(
        ok && shown.contains("QN-9.1.c1") && shown.contains("02 (hai) ngày làm việc"),
        "{shown}"
    );
    let (ok, told) = regulations("regulations show an-giang");
    assert!(!ok && told.contains("an-giang-2023"), "{told}");
}

#[test]
fn coverage_counts_every_row_once() {
    let json: serde_json::Value =
        serde_json::from_str(&regulations("regulations coverage --json").1).unwrap();
    for (pack, coverage) in json["packs"].as_object().unwrap() {
        let ways = coverage["ways"].as_object().unwrap();
        let sum: u64 = ways.values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(sum, RULES.packs[pack.as_str()].obligations.len() as u64, "{pack}");
    }
    // The number to reach: nine of ten rows that are marked automatic, judged from facts.
    let marked = |what: &str| json["marked_automatic"][what].as_u64().unwrap();
    assert!(
        marked("judged") * 10 >= marked("rows") * 9,
        "{}",
        json["marked_automatic"]
    );
    // What each pack waits for, so that a probe that comes or goes is seen here.
    let table = regulations("regulations coverage").1;
    let sums: Vec<&str> = table.lines().filter(|line| !line.starts_with(' ')).collect();
    insta::assert_snapshot!(sums.join("\n"));
}

#[test]
fn a_folder_is_checked_with_every_finding() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("regulations check {}", folder.path().display());
    assert!(regulations(&line).0);
    std::fs::create_dir(folder.path().join("packs")).unwrap();
    std::fs::write(
        folder.path().join("packs/can-tho-2027.yaml"),
        "schema: 1\npack: {id: can-tho}\n",
    )
    .unwrap();
    let (ok, told) = regulations(&line);
    assert!(!ok && told.contains("packs/can-tho-2027.yaml:2:"), "{told}");
}
