//! The command line as a whole: what a person types, and which exit code it ends with.

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ems_contract::clock::SystemClock;
use ems_contract::command_line::{self, LANGUAGE};

use super::calendar::CalendarArgs;
use super::explain::ExplainArgs;
use super::judge::JudgeArgs;
use super::law::{self, AboutPortals, Spoken};
use super::regulations::RegulationsArgs;
use super::rejudge::RejudgeArgs;
use super::{
    EXIT_INTERNAL, EXIT_OK, attest, audit, backup, demo, export, incident, ledger, maintenance, notify,
    oncall, report, restore, serve, targets, tokens, users, validate,
};

/// Keeps the facts that agents measure, accounts the time, shows, alerts and reports.
#[derive(Debug, Parser)]
#[command(name = "ems-collector", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All in one: the collector and one local agent, from targets.yaml alone.
    Up(serve::UpArgs),
    /// The collector alone; agents deliver from other machines.
    Serve(serve::ServeArgs),
    Validate(validate::Args),
    /// Work on the inventory.
    #[command(subcommand)]
    Targets(targets::Command),
    Ledger(ledger::Args),
    Report(Box<report::Args>),
    /// Working days, terms, report dates.
    Calendar(Spoken<CalendarArgs>),
    /// The law as data: packs, rows, what is measured.
    Regulations(Spoken<RegulationsArgs>),
    /// Verdicts from the store, or from a file of facts.
    Judge(AboutPortals<JudgeArgs>),
    /// One verdict in plain words.
    Explain(AboutPortals<ExplainArgs>),
    /// Past days judged once more, and what comes out otherwise.
    Rejudge(Spoken<RejudgeArgs>),
    /// Work on the channels by which people are told.
    #[command(subcommand)]
    Notify(notify::Command),
    /// Work on demonstrations.
    #[command(subcommand)]
    Demo(demo::Command),
    /// Accounts of people.
    #[command(subcommand)]
    Users(users::Command),
    /// Tokens of programs.
    #[command(subcommand)]
    Tokens(tokens::Command),
    Audit(audit::Args),
    /// Attestations and other entries of registers.
    #[command(subcommand)]
    Attest(attest::Command),
    /// Planned maintenance: what is left out of the adjusted account.
    #[command(subcommand)]
    Maintenance(maintenance::Command),
    /// Notices and closing reports of incidents.
    #[command(subcommand)]
    Incident(incident::Command),
    /// Who is on duty, and the hand-over sheet.
    #[command(subcommand)]
    OnCall(oncall::Command),
    Backup(backup::Args),
    Restore(restore::Args),
    Export(export::Args),
}

/// Parses the command line and does what it says.
///
/// Exit codes: 0 all is well, 1 it could not be done, 2 wrong usage, 70 a fault of ours, 78 an unusable file.
#[must_use]
pub fn main() -> ExitCode {
    // Wrong usage ends here with 2, `--help` and `--version` with 0.
    let cli: Cli = match command_line::read(std::env::args_os(), std::env::var_os(LANGUAGE).as_deref()) {
        Ok(cli) => cli,
        Err(ended) => return ended.tell(),
    };
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr());
    let clock = SystemClock::new();
    let done = match &cli.command {
        Command::Up(args) => serve::up(args, &mut out, &mut err),
        Command::Serve(args) => serve::serve(args, &mut out, &mut err),
        Command::Validate(args) => validate::run(args, &clock, &mut out, &mut err),
        Command::Targets(command) => targets::run(command, &mut out, &mut err),
        Command::Ledger(args) => ledger::run(args, &mut out, &mut err),
        Command::Report(args) => report::run(args, &clock, &mut out, &mut err),
        Command::Calendar(args) => law::calendar(args, &mut out, &mut err),
        Command::Regulations(args) => law::regulations(args, &clock, &mut out, &mut err),
        Command::Judge(args) => law::judge(args, &clock, &mut out, &mut err),
        Command::Explain(args) => law::explain(args, &clock, &mut out, &mut err),
        Command::Rejudge(args) => law::rejudge(args, &clock, &mut out, &mut err),
        Command::Notify(command) => notify::run(command, &clock, &mut out, &mut err),
        Command::Demo(command) => demo::run(command, &clock, &mut out, &mut err),
        Command::Users(command) => users::run(command, &clock, &mut out, &mut err),
        Command::Tokens(command) => tokens::run(command, &clock, &mut out, &mut err),
        Command::Audit(args) => audit::run(args, &mut out, &mut err),
        Command::Attest(command) => attest::run(command, &clock, &mut out, &mut err),
        Command::Maintenance(command) => maintenance::run(command, &clock, &mut out, &mut err),
        Command::Incident(command) => incident::run(command, &clock, &mut out, &mut err),
        Command::OnCall(command) => oncall::run(command, &clock, &mut out, &mut err),
        Command::Backup(args) => backup::run(args, &mut out, &mut err),
        Command::Restore(args) => restore::run(args, &clock, &mut out, &mut err),
        Command::Export(args) => export::run(args, &mut out, &mut err),
    };
    let code = match done {
        Ok(code) => code,
        // Whoever read our output has had enough of it (`ems-collector … | head`).
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => EXIT_OK,
        Err(error) => {
            // Nobody can be told that nobody can be told.
            drop(writeln!(err, "ems-collector: {error}"));
            EXIT_INTERNAL
        }
    };
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_argument_has_its_text_and_the_english_one_is_the_doc_comment() {
        assert_eq!(command_line::lacking(&Cli::command()), Vec::<String>::new());
    }

    /// What is printed for the words of a command line, without the name of the program.
    fn printed(line: &str) -> String {
        let words = std::iter::once("ems-collector").chain(line.split(' '));
        let read: Result<Cli, _> = command_line::read(words.map(OsString::from), None);
        read.expect_err(line).text()
    }

    #[test]
    fn help_is_vietnamese_first_and_english_where_it_is_asked_for() {
        for line in [
            "--help",
            "validate -h",
            "report -h",
            "report --help",
            "report due --help",
            "help maintenance add",
            "calendar due --help",
        ] {
            let both = [line, &format!("--lang en {line}")].map(printed);
            insta::assert_snapshot!(line.replace([' ', '-'], "_"), both.join("\n========\n\n"));
        }
    }

    #[test]
    fn no_page_of_help_mixes_the_languages_or_shows_a_key() {
        fn paths(command: &clap::Command, path: &str, all: &mut Vec<String>) {
            all.push(path.to_owned());
            for below in command.get_subcommands() {
                paths(below, &format!("{path} {}", below.get_name()), all);
            }
        }
        let mut all = Vec::new();
        paths(&Cli::command(), "help", &mut all);
        assert!(all.len() > 60, "{}", all.len());
        for path in all {
            let (vi, en) = (printed(&path), printed(&format!("{path} --lang=en")));
            for (page, own, foreign) in [(&vi, "Cách dùng:", "Usage:"), (&en, "Usage:", "Cách dùng:")] {
                assert!(page.contains(own) && !page.contains(foreign), "{path}: {page}");
                assert!(!page.contains("help."), "{path}: {page}");
            }
            for word in [
                "[OPTIONS]",
                "<COMMAND>",
                "Options:",
                "Print ",
                "[default",
                "[env",
                "[possible",
                "[alias",
            ] {
                assert!(!vi.contains(word), "{path}: {vi}");
            }
            let widest = vi
                .lines()
                .filter(|line| !line.contains("ems-collector "))
                .map(|line| line.chars().count());
            assert!(widest.max() <= Some(80), "{path}: {vi}");
        }
    }

    #[test]
    fn wrong_usage_of_our_own_arguments_is_told_in_both_languages() {
        let lines = [
            "report draft ag-q",
            "calendar due --from 2026-08-20 --in 2weeks",
            "calendar report-dates 1990",
            "users add x --name X --role boss",
            "report --duty ag-q --format pdf",
            "report preview --kind leaders",
            "attest add angiang",
            "up --resolver one",
            "report due --now today",
        ];
        let told = lines.map(|line| {
            let (vi, en) = (printed(line), printed(&format!("--lang en {line}")));
            format!("$ ems-collector {line}\n{vi}\n{en}")
        });
        insta::assert_snapshot!(told.join("\n"));
    }
}
