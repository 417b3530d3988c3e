use clap::{Parser, Subcommand, ValueEnum};
use proptest::prelude::*;

use super::*;
use crate::id::PortalId;
use crate::time::UnixTime;

/// A program as ours are.
#[derive(Debug, PartialEq, Parser)]
#[command(name = "ems-trial", version = "1.2.3")]
struct Trial {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, PartialEq, Subcommand)]
enum Command {
    Show {
        portal: Option<PortalId>,
        /// Another sentence than the catalogue's.
        #[arg(long)]
        now: Option<UnixTime>,
        /// Main file of the inventory.
        #[arg(long)]
        targets: Option<String>,
        #[arg(long, value_name = "DAY")]
        day: Option<jiff::civil::Date>,
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<std::net::SocketAddr>,
        #[arg(long)]
        resolve: Option<std::net::IpAddr>,
        #[arg(long, value_parser = unfit)]
        allow: Option<String>,
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        hours: Option<u16>,
        #[arg(long, conflicts_with = "days")]
        all: bool,
        #[arg(long, visible_alias = "shape")]
        kind: Option<Kind>,
        #[arg(long, num_args = 2)]
        pair: Vec<String>,
        #[arg(long, num_args = 2..)]
        many: Vec<String>,
        #[arg(long, require_equals = true)]
        level: Option<String>,
        #[arg(long, default_value = "vi")]
        lang: String,
    },
    Work {
        #[arg(long)]
        from: String,
        #[arg(long)]
        to: String,
    },
    #[command(subcommand)]
    Deep(Deep),
}

#[derive(Debug, PartialEq, Subcommand)]
enum Deep {
    Down {
        #[arg(long, default_value = "vi", global = true)]
        lang: String,
    },
}

#[derive(Debug, Clone, PartialEq, ValueEnum)]
enum Kind {
    /// Round.
    Round,
    Square,
}

fn unfit(_text: &str) -> Result<String, Unfit> {
    Err(Unfit("help.want.network"))
}

fn run(line: &str, environment: Option<&str>) -> Result<Trial, Ended> {
    let words = std::iter::once("ems-trial").chain(line.split_whitespace());
    read(words.map(OsString::from), environment.map(OsStr::new))
}

fn refused(line: &str) -> String {
    let ended = run(line, None).expect_err(line);
    assert_eq!(ended.code(), 2, "{line}");
    ended.text()
}

fn language_of(line: &str, environment: Option<&str>) -> String {
    match run(line, environment).expect(line).command {
        Command::Show { lang, .. } | Command::Deep(Deep::Down { lang }) => lang,
        Command::Work { .. } => unreachable!("has no language"),
    }
}

#[test]
fn the_language_may_stand_anywhere_and_holds_everywhere() {
    assert_eq!(language_of("show", None), "vi");
    assert_eq!(language_of("show", Some("en")), "en");
    assert_eq!(language_of("show", Some("fr")), "vi");
    assert_eq!(language_of("--lang en show", Some("vi")), "en");
    assert_eq!(language_of("deep --lang=en down", None), "en");
    assert_eq!(language_of("deep down --lang en --lang vi", Some("en")), "vi");
    for line in [
        "--lang en help show",
        "help show --lang=en",
        "show --help --lang en",
        "show -h --lang en",
    ] {
        assert!(run(line, None).unwrap_err().text().contains("Usage:"), "{line}");
    }
    assert!(
        run("work --help", Some("en"))
            .unwrap_err()
            .text()
            .contains("Usage:")
    );
    assert!(
        run("work --help", Some("fr"))
            .unwrap_err()
            .text()
            .contains("Cách dùng:")
    );
    // What stands after `--` is a value.
    assert_eq!(
        run("show -- --lang", None).unwrap_err().text().lines().next(),
        Some(
            "lỗi: giá trị '--lang' không dùng được cho '[CỔNG]': mã chỉ gồm chữ thường a-z, chữ số và dấu nối ở giữa"
        )
    );
}

#[test]
fn help_and_version_are_no_errors() {
    for (line, code) in [
        ("--help", 0),
        ("help deep", 0),
        ("--version", 0),
        ("", 2),
        ("deep", 2),
    ] {
        assert_eq!(run(line, None).unwrap_err().code(), code, "{line}");
    }
    assert_eq!(run("--version", None).unwrap_err().text(), "ems-trial 1.2.3\n");
}

#[test]
fn every_kind_of_wrong_usage_is_told_in_both_languages() {
    let lines = [
        "show --dya 2026-11-22",
        "show --reason x",
        "shwo",
        "deep up",
        "deep",
        "show a b",
        "-- show",
        "show --all --days 4",
        "show --days 3 --days 4",
        "show --days 0",
        "show --hours 0",
        "show --days two",
        "show --days 99999999999999999999999",
        "show --now yesterday",
        "show --day 32/13/2026",
        "show --listen here",
        "show --resolve here",
        "show --allow all",
        "show An_Giang",
        "show --kind roundd",
        "show --kind triangle",
        "show --kind",
        "show --pair one",
        "show --many one",
        "show --level high",
        "show --all=yes",
        "work",
        "work --from 1",
        "--lang fr show",
        "show --lang",
        "show --shape --now",
    ];
    let mut all = String::new();
    for line in lines {
        all.push_str(&format!("$ ems-trial {line}\n{}\n", refused(line)));
        // The last word wins, so the wrong one must not come after.
        if !line.contains("--lang") {
            let english = refused(&format!("--lang en {line}"));
            all.push_str(&format!("{english}\n"));
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn an_argument_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStringExt as _;
    let words = [
        b"ems-trial".to_vec(),
        b"work".to_vec(),
        b"--from".to_vec(),
        vec![0xff],
    ];
    let ended = read::<Trial>(words.map(OsString::from_vec), None).unwrap_err();
    assert!(
        ended
            .text()
            .starts_with("lỗi: có tham số không phải văn bản UTF-8\n")
    );
}

#[test]
fn what_has_no_text_or_another_one_is_found() {
    let found = lacking(&<Trial as CommandFactory>::command());
    for line in [
        r#"help.trial: {vi: "…", en: "A program as ours are"}"#,
        "help.trial.work: there is no doc comment",
        "help.trial.work.from: there is no doc comment",
        r#"help.trial.show.now: {vi: "…", en: "Another sentence than the catalogue's"}"#,
        r#"help.trial.show.kind.round: {vi: "…", en: "Round"}"#,
    ] {
        assert!(found.iter().any(|one| one == line), "{line} is not in {found:#?}");
    }
    // The same sentence as everywhere.
    assert!(
        !found.iter().any(|one| one.starts_with("help.trial.show.targets")),
        "{found:#?}"
    );
}

proptest! {
    /// Whatever is typed, it is either understood or told in words, with the code that belongs to it.
    #[test]
    fn no_arguments_end_in_a_panic(
        words in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "show", "work", "deep", "down", "help", "--", "-", "--lang", "--lang=en", "vi", "--help", "-h", "-V",
                    "--now", "--day", "--days", "--hours", "--all", "--kind", "--pair", "--many", "--level", "--from",
                    "--to", "--shape=round", "0", "--listen=", "''",
                ]).prop_map(str::to_owned),
                "\\PC{0,12}",
                "--\\PC{0,6}=\\PC{0,6}",
            ],
            0..6,
        ),
        environment in prop::option::of("[a-z]{0,3}"),
    ) {
        let words = std::iter::once("ems-trial".to_owned()).chain(words).map(OsString::from);
        let environment = environment.map(OsString::from);
        if let Err(ended) = read::<Trial>(words, environment.as_deref()) {
            prop_assert!(matches!(ended.code(), 0 | 2));
            prop_assert!(ended.text().ends_with('\n'));
            prop_assert!(!ended.text().contains("help."), "{}", ended.text());
        }
    }
}
