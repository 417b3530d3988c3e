//! Broken rule data: what the person who wrote it is told, word for word.

use ems_collector::regulation::{Regulations, embedded};

/// The findings after `from` is replaced by `to` (once) in `file`.
fn findings(file: &str, from: &str, to: &str) -> String {
    let mut files: Vec<(&str, String)> = embedded::FILES
        .iter()
        .map(|(path, text)| (*path, (*text).to_owned()))
        .collect();
    let broken = files
        .iter_mut()
        .find(|(path, _)| *path == file)
        .expect("a shipped file");
    assert!(broken.1.contains(from), "{file} holds no `{from}`");
    broken.1 = broken.1.replacen(from, to, 1);
    read(&files)
}

fn read(files: &[(&str, String)]) -> String {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let found = Regulations::read(&files, embedded::SOURCES).expect_err("broken data");
    found
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

const AG: &str = "packs/an-giang-2023.yaml";
const QN: &str = "packs/quang-ngai-2017.yaml";
const TQ: &str = "packs/tuyen-quang-2026-draft.yaml";

#[test]
fn keys_and_values() {
    let cases = [
        (AG, "  subject: portal", "  subjekt: portal"),
        (AG, "  mode: semi", "  mode: halb"),
        (AG, "  ceiling: warn", "  ceiling: deadly"),
        (AG, "issued: \"2023-01-17\"", "issued: \"17/01/2023\""),
        (AG, "  severity: minor", "  weight: 3"),
        (AG, "id: an-giang-2023", "id: an-giang-2024"),
        (TQ, "enforceable: false", "enforceable: true"),
        ("checks.yaml", "severity: critical", "severity: \"\""),
        ("reports.yaml", "from: \"12-15\"", "from: \"12-32\""),
        ("sections.yaml", "accept_score: 0.6", "accept_score: 6"),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(file, from, to)| findings(file, from, to))
        .collect();
    insta::assert_snapshot!(told.join("\n--\n"));
}

#[test]
fn rows_against_their_own_rules() {
    let cases = [
        // A number of the operator's that fails.
        (AG, "  kind: policy\n", "  kind: policy\n  ceiling: fail\n"),
        (
            AG,
            "  ceiling: warn\n  defects: [DEF-8]",
            "  ceiling: fail\n  defects: [DEF-8]",
        ),
        // Impossible and unbounded expressions.
        (
            AG,
            "\"^angiang\\\\.gov\\\\.vn$\"",
            "\"^(angiang\\\\.gov\\\\.vn$\"",
        ),
        (AG, "\"^angiang\\\\.gov\\\\.vn$\"", "\"angiang\""),
        // Validity that runs backwards.
        (
            AG,
            "  valid_from: \"2023-02-01\"\n  valid_to: null",
            "  valid_from: \"2030-02-01\"\n  valid_to: \"2025-06-30\"",
        ),
        // A clock without its number.
        (QN, "n: 15, unit: wd", "n: null, unit: wd"),
        (
            QN,
            "rule: within, n: 2, unit: wd",
            "rule: same-day, n: 2, unit: wd",
        ),
        // Nothing to judge by, and no reason why.
        (AG, "  checks: [portal-links-components]", "  checks: []"),
        (
            AG,
            "  who: {levels: [province], roles: []}",
            "  who: {levels: [], roles: []}",
        ),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(file, from, to)| findings(file, from, to))
        .collect();
    insta::assert_snapshot!(told.join("\n--\n"));
}

#[test]
fn files_against_each_other_and_against_the_texts() {
    let cases = [
        // A quotation that the text does not hold, and a number that the quotation does not hold.
        (
            AG,
            "phải được cập nhật kịp thời sau khi",
            "phải được cập nhật ngay sau khi",
        ),
        (QN, "n: 2, unit: wd", "n: 3, unit: wd"),
        (
            QN,
            "n: 10, unit: wd, start: approval",
            "n: 10, unit: cd, start: approval",
        ),
        // Ids.
        (AG, "- id: AG-4.2", "- id: AG-4.1"),
        (AG, "checks: [link-chinhphu]", "checks: [link-chinhpu]"),
        (AG, "conflicts: [E-20]", "conflicts: [E-99]"),
        (AG, "reports: [ag-q]", "reports: [ag-z]"),
        (AG, "missing: [qd-2590-qd-ubnd-2022]", "missing: [qd-1]"),
        (AG, "roles: [technical-lead]", "roles: [chairman]"),
        (TQ, "chain: TQ-6.2.b", "chain: TQ-6.2.z"),
        ("checks.yaml", "used_by: [AG-6.1.c", "used_by: [AG-6.1.b"),
        (
            "reports.yaml",
            "{label: Q2, from: \"03-15\"",
            "{label: Q2, from: \"03-16\"",
        ),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(file, from, to)| findings(file, from, to))
        .collect();
    insta::assert_snapshot!(told.join("\n--\n"));
}

#[test]
fn calendars() {
    let cases = [
        ("calendar/2026.yaml", "tet: \"2026-02-17\"", "tet: \"2026-02-18\""),
        (
            "calendar/2026.yaml",
            "{date: \"2026-01-02\", kind: swap-off",
            "{date: \"2026-01-03\", kind: swap-off",
        ),
        (
            "calendar/2026.yaml",
            "date: \"2026-09-02\"",
            "date: \"2025-09-02\"",
        ),
        (
            "calendar/2026.yaml",
            "zone: Asia/Ho_Chi_Minh",
            "zone: Asia/Shanghai",
        ),
        (
            "calendar/2026.yaml",
            "weekly_rest: [saturday, sunday]",
            "weekly_rest: [sunday]",
        ),
    ];
    let mut told: Vec<String> = cases
        .iter()
        .map(|(file, from, to)| findings(file, from, to))
        .collect();
    let without: Vec<(&str, String)> = embedded::FILES
        .iter()
        .filter(|(path, _)| *path != "calendar/2025.yaml")
        .map(|(path, text)| (*path, (*text).to_owned()))
        .collect();
    told.push(read(&without));
    insta::assert_snapshot!(told.join("\n--\n"));
}

#[test]
fn one_broken_row_hides_no_other() {
    let told = findings(
        AG,
        "- id: AG-4.2\n  origin: table",
        "- id: AG-X\n  origin: [table\n- id: AG-4.2\n  origin: tabel",
    );
    assert!(told.contains("AG-4.2.origin: `tabel`"), "{told}");
    assert!(told.lines().count() >= 2, "{told}");
}

#[test]
fn a_missing_and_an_unknown_file_are_told() {
    let some: Vec<(&str, String)> = embedded::FILES
        .iter()
        .filter(|(path, _)| *path != "sections.yaml")
        .map(|(path, text)| (*path, (*text).to_owned()))
        .chain([("notes.yaml", "a: 1".to_owned())])
        .collect();
    let told = read(&some);
    assert!(
        told.contains("sections.yaml") && told.contains("notes.yaml"),
        "{told}"
    );
}
