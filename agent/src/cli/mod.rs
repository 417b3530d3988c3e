//! What a person types. Exit codes: 0 all is well, 2 wrong usage, 78 unusable configuration, 70 a fault of ours.

mod by_hand;
mod file;
mod keys;
mod logs;
pub mod probe;
mod run;
mod settings;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ems_contract::text::Lang;

pub use run::RunArgs;

/// Everything is well.
const OK: u8 = 0;
/// What was asked cannot be done that way.
const USAGE: u8 = 2;
/// A fault of ours (`EX_SOFTWARE` of sysexits.h).
const INTERNAL: u8 = 70;
/// The configuration is unusable (`EX_CONFIG` of sysexits.h).
const BAD_CONFIG: u8 = 78;

/// Measures government portals from one vantage point and sends the facts to the collector.
#[derive(Debug, Parser)]
#[command(name = "ems-agent", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure by the collector's plan until SIGTERM or SIGINT.
    Run(Box<RunArgs>),
    /// Check the settings and say everything that is wrong with them.
    Validate(Box<RunArgs>),
    Probe(Box<probe::ProbeArgs>),
}

fn lang(text: &str) -> Result<Lang, String> {
    match text {
        "vi" => Ok(Lang::Vi),
        "en" => Ok(Lang::En),
        _ => Err("`vi` or `en`".to_owned()),
    }
}

/// Parses the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    // Wrong usage ends here with 2, `--help` and `--version` with 0.
    let cli = Cli::parse();
    let code = match cli.command {
        Command::Run(args) => run::run(&args, args.lang),
        Command::Validate(args) => run::validate(&args, args.lang),
        Command::Probe(args) => by_hand::probe(*args),
    };
    ExitCode::from(code)
}

/// Tells a person something, on stderr: stdout is for data.
fn tell(text: &str) {
    // Nobody can be told that nobody can be told.
    drop(writeln!(std::io::stderr(), "{text}"));
}

#[cfg(test)]
mod tests;
