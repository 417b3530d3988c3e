//! The command lines of the programs as a person meets them: help, version and wrong usage, Vietnamese first.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::process::{Command, Output};

use ems_tests::process::binary;

fn run(program: &str, arguments: &[&str], language: Option<&str>) -> Output {
    let mut command = Command::new(binary(program).unwrap());
    command
        .args(arguments)
        .env_remove("EMS_LANG")
        .envs(language.map(|language| ("EMS_LANG", language)));
    command.output().unwrap()
}

/// What came out on the standard output and the standard error, and the exit code.
fn told(program: &str, arguments: &[&str], language: Option<&str>) -> (String, String, Option<i32>) {
    let output = run(program, arguments, language);
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code(),
    )
}

#[test]
fn every_program_helps_and_refuses_in_vietnamese_and_in_english() {
    for program in ["ems-collector", "ems-agent", "ems-render"] {
        for (arguments, language, heading) in [
            (&["--help"][..], None, "\nCách dùng: "),
            (&["--help"], Some("vi"), "\nCách dùng: "),
            (&["--help"], Some("en"), "\nUsage: "),
            (&["--lang", "en", "--help"], None, "\nUsage: "),
            (&["--help", "--lang=vi"], Some("en"), "\nCách dùng: "),
        ] {
            let (out, err, code) = told(program, arguments, language);
            assert!(out.contains(heading), "{program} {arguments:?}: {out}");
            // A pipe gets no colours.
            assert!(!out.contains('\u{1b}'), "{program} {arguments:?}: {out}");
            assert_eq!((err.as_str(), code), ("", Some(0)), "{program} {arguments:?}");
        }
        for (language, words) in [(None, "lỗi: "), (Some("en"), "error: ")] {
            let (out, err, code) = told(program, &["--no-such-thing"], language);
            assert!(err.starts_with(words), "{program}: {err}");
            assert!(err.contains("'--no-such-thing'"), "{program}: {err}");
            assert_eq!((out.as_str(), code), ("", Some(2)), "{program}");
        }
        let (out, err, code) = told(program, &["--version"], None);
        assert!(out.starts_with(&format!("{program} ")), "{out}");
        assert_eq!((err.as_str(), code), ("", Some(0)), "{program}");
    }
}

#[test]
fn the_language_of_the_arguments_is_that_of_the_answer() {
    // Before the command, after it, and by the environment for a command that had no such variable once.
    for (arguments, language) in [
        (
            &["--lang", "en", "validate", "--targets", "no-such.yaml"][..],
            Some("vi"),
        ),
        (&["validate", "--targets", "no-such.yaml", "--lang=en"], None),
        (&["validate", "--targets", "no-such.yaml"], Some("en")),
    ] {
        let (out, _, code) = told("ems-collector", arguments, language);
        let (vietnamese, _, _) = told("ems-collector", &["validate", "--targets", "no-such.yaml"], None);
        assert_ne!(out, vietnamese, "{arguments:?}");
        assert_eq!(code, Some(78), "{arguments:?}");
    }
    let (_, err, code) = told("ems-collector", &["validate"], Some("fr"));
    assert!(
        err.starts_with("lỗi: giá trị 'fr' không dùng được cho '--lang"),
        "{err}"
    );
    assert_eq!(code, Some(2));
}

#[test]
fn what_stands_against_a_command_is_told_in_the_language_asked_for() {
    let page = ["page", "no-such.html", "--url", "https://angiang.gov.vn/"];
    let site = ["site", "ftp://angiang.gov.vn"];
    for (arguments, language, words) in [
        (&page[..], None, "lỗi: không đọc được no-such.html: "),
        (&page, Some("en"), "error: cannot read no-such.html: "),
        (
            &site,
            None,
            "lỗi: `ftp://angiang.gov.vn`: trang chủ phải có giao thức http",
        ),
        (
            &site,
            Some("en"),
            "error: `ftp://angiang.gov.vn`: a home page has the scheme",
        ),
    ] {
        let (out, err, code) = told("ems-agent", arguments, language);
        assert!(err.starts_with(words) && out.is_empty(), "{err}");
        assert_eq!(code, Some(2), "{err}");
    }
}
