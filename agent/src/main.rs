//! The agent's program: reads what was typed, and does it.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ems_agent::cli::probe;
use ems_contract::clock::SystemClock;

/// Measures government portals from one vantage point
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure portals by hand. Exit code: 0 all available, 1 not all, 2 wrong usage
    Probe(Box<probe::ProbeArgs>),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Probe(args) = Cli::parse().command;
    let mut out = std::io::stdout();
    let no_spool = |_: &std::path::Path| anyhow::bail!("this build keeps no spool");
    match probe::run(*args, SystemClock::shared(), &mut out, no_spool).await {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let told = writeln!(std::io::stderr(), "ems-agent: {error:#}");
            drop(told);
            ExitCode::from(2)
        }
    }
}
