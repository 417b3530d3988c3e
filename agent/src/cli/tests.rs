use clap::CommandFactory;
use ems_contract::text::Lang;
use tempfile::TempDir;

use super::*;

fn args(dir: &TempDir, yaml: &str) -> Box<RunArgs> {
    let path = dir.path().join("agent.yaml");
    std::fs::write(&path, yaml).unwrap();
    let path = path.display().to_string();
    let Command::Run(args) = Cli::try_parse_from(["ems-agent", "run", "--config", &path])
        .unwrap()
        .command
    else {
        panic!("run")
    };
    args
}

fn wrong(yaml: &str, lang: Lang) -> Vec<String> {
    let dir = TempDir::new().unwrap();
    let folder = format!("{}/", dir.path().display());
    let wrong = args(&dir, yaml).settings().unwrap_err();
    wrong
        .iter()
        .map(|diagnostic| diagnostic.render(lang).replace(&folder, ""))
        .collect()
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn the_sample_is_valid_and_names_every_key() {
    let sample = include_str!("../../../deploy/agent.yaml");
    let dir = TempDir::new().unwrap();
    let config = args(&dir, sample).settings().unwrap();
    assert_eq!(config.agent.as_str(), "tram-vnpt");
    assert_eq!(config.admin_listen, Some("127.0.0.1:9190".parse().unwrap()));
    for key in keys::KEYS.iter().filter(|key| **key != "token") {
        assert!(sample.contains(&format!("{key}:")), "{key} is not in the sample");
    }
}

#[test]
fn everything_wrong_is_told_at_once_with_its_place_and_a_hint() {
    let yaml = "\
agent: Trạm A
colectors: [https://x.gov.vn]
token: a b
admin_listen: 0.0.0.0:9190
resolvers: [1.1.1.1, dns.google]
spool_max_mib: 3
allow_plain_http: maybe
data_dir: {a: b}
";
    let expected = [
        "error: collectors: the key `collectors` is missing\n  hint: for example: collectors: [https://giamsat.angiang.gov.vn]",
        "error: agent.yaml:1:8: agent: `Trạm A` is not an agent id (lower-case letters a-z, digits, inner hyphens, at most 64 characters)",
        "error: agent.yaml:2:1: colectors: there is no key `colectors`\n  hint: did you mean `collectors`?",
        "error: agent.yaml:3:8: token: `…` is not a token (ASCII characters without blanks)",
        "error: agent.yaml:4:15: admin_listen: `0.0.0.0:9190` is open to other machines\n  hint: use 127.0.0.1 or [::1], or allow it with admin_allow_remote: true",
        "error: agent.yaml:5:12: resolvers: `dns.google` is not an IP address, with a port if it is not 53",
        "error: agent.yaml:6:16: spool_max_mib: `3` is not a whole number from 16 to 1048576",
        "error: agent.yaml:7:19: allow_plain_http: `maybe` is not `true` or `false`",
        "error: agent.yaml:8:11: data_dir: is a mapping; a text is wanted",
    ];
    assert_eq!(wrong(yaml, Lang::En), expected);
    assert_eq!(wrong(yaml, Lang::Vi).len(), expected.len());
    assert!(wrong(yaml, Lang::Vi)[2].contains("không có khóa nào tên `colectors`"));
}

#[test]
fn a_token_is_not_sent_unencrypted_to_another_machine() {
    let with = |url: &str, more: &str| format!("agent: a\ntoken: t\ncollectors: ['{url}']\n{more}");
    assert_eq!(wrong(&with("http://192.0.2.1", ""), Lang::En).len(), 1);
    assert_eq!(wrong(&with("https://u:p@x.gov.vn", ""), Lang::En).len(), 1);
    let dir = TempDir::new().unwrap();
    for (url, more) in [
        ("https://192.0.2.1", ""),
        ("http://127.0.0.1:8080", ""),
        ("http://[::1]:8080", ""),
        ("http://192.0.2.1", "allow_plain_http: true"),
    ] {
        assert!(args(&dir, &with(url, more)).settings().is_ok(), "{url}");
    }
}

#[test]
fn an_alarm_that_would_reach_nobody_is_refused() {
    let with = |more: &str| format!("agent: a\ntoken: t\ncollectors: ['https://x.gov.vn']\n{more}");
    assert_eq!(
        wrong(&with("fallback_webhook: ftp://hooks.example.vn/ems"), Lang::En),
        [
            "error: agent.yaml:4:19: fallback_webhook: `ftp://hooks.example.vn/ems` is not an http or https address"
        ]
    );
    assert_eq!(
        wrong(&with("fallback_after_minutes: 5"), Lang::En),
        [
            "error: fallback_webhook: the key `fallback_webhook` is missing\n  hint: add a line `fallback_webhook: \
             https://hooks.example.vn/ems`: without an address nobody is told"
        ]
    );
    let dir = TempDir::new().unwrap();
    let good = with("fallback_webhook: https://hooks.example.vn/ems\nfallback_after_minutes: 5");
    assert!(args(&dir, &good).settings().unwrap().alarm.is_some());
}

#[test]
fn files_that_are_no_settings_are_told_as_such() {
    assert!(
        wrong("agent: [", Lang::En)
            .iter()
            .any(|error| error.contains("a bracket is not closed"))
    );
    assert!(
        wrong("agent: a\nagent: b", Lang::En)
            .iter()
            .any(|error| error.contains("agent.yaml:2:1"))
    );
    assert_eq!(
        wrong("", Lang::En).len(),
        4,
        "the file is empty; agent, collectors and token are missing"
    );
    let Command::Run(missing) = Cli::try_parse_from(["ems-agent", "run"]).unwrap().command else {
        panic!("run")
    };
    assert_eq!(missing.settings().unwrap_err().len(), 3);
}

#[test]
fn flags_win_over_the_file() {
    let dir = TempDir::new().unwrap();
    std::fs::write(
        dir.path().join("agent.yaml"),
        "agent: a\ntoken: t\ncollectors: https://a.gov.vn",
    )
    .unwrap();
    let path = dir.path().join("agent.yaml").display().to_string();
    let words = [
        "ems-agent",
        "run",
        "--config",
        &path,
        "--agent",
        "b",
        "--collector",
        "https://b.gov.vn",
    ];
    let Command::Run(args) = Cli::try_parse_from(words).unwrap().command else {
        panic!("run")
    };
    let config = args.settings().unwrap();
    assert_eq!(config.agent.as_str(), "b");
    assert_eq!(config.collectors[0].as_str(), "https://b.gov.vn/");
}

#[test]
fn every_command_and_argument_has_its_text_and_the_english_one_is_the_doc_comment() {
    let lacking = command_line::lacking(&Cli::command());
    assert_eq!(lacking, Vec::<String>::new());
}

#[test]
fn help_and_wrong_usage_are_vietnamese_first_and_english_where_it_is_asked_for() {
    let printed = |line: &str| {
        let words = std::iter::once("ems-agent").chain(line.split(' '));
        let read: Result<Cli, _> = command_line::read(words.map(std::ffi::OsString::from), None);
        read.expect_err(line).text()
    };
    for (name, lines) in [
        ("help", &["--help"][..]),
        ("run", &["run -h"]),
        ("probe", &["probe --help"]),
        (
            "usage",
            &[
                "prob",
                "probe",
                "probe a.vn -4 -6",
                "probe a.vn --resolver dns",
                "probe a.vn --reference x:y",
                "page - --header none",
                "page - --fetched-at noon",
                "site a.vn --map none --max-pages 0",
                "site a.vn --max-pages 0",
                "site a.vn --allow 10/8",
            ],
        ),
    ] {
        let told = lines.iter().map(|line| {
            let (vi, en) = (printed(line), printed(&format!("--lang en {line}")));
            format!("$ ems-agent {line}\n{vi}\n{en}")
        });
        insta::assert_snapshot!(name, told.collect::<Vec<_>>().join("\n"));
    }
}
