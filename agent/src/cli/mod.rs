//! What a person types. Exit codes: 0 all is well, 2 wrong usage, 78 unusable configuration, 70 a fault of ours.

mod file;
mod keys;
mod logs;
mod network;
pub mod page;
pub mod probe;
mod refusal;
mod run;
mod settings;
pub mod site;
mod spooled;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use ems_contract::clock::SystemClock;
use ems_contract::command_line::{self, LANGUAGE};
use ems_contract::text::Lang;

pub use run::RunArgs;

use page::PageArgs;
use probe::ProbeArgs;
use site::SiteArgs;

/// Everything is well.
const OK: u8 = 0;
/// Something in the arguments has to be put right.
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
    Probe(Box<ProbeArgs>),
    /// Read one page (a file, standard input or an address) and print every fact of it.
    Page(Box<PageArgs>),
    /// Visit a whole portal: sections, English side, functions, links.
    Site(Box<SiteArgs>),
    /// Check the settings and say everything that is wrong with them.
    Validate(Box<RunArgs>),
}

/// Parses the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    // Wrong usage ends here with 2, `--help` and `--version` with 0.
    let cli: Cli = match command_line::read(std::env::args_os(), std::env::var_os(LANGUAGE).as_deref()) {
        Ok(cli) => cli,
        Err(ended) => return ended.tell(),
    };
    let code = match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Probe(args) => probe_by_hand(*args),
        Command::Page(args) => page_by_hand(&args),
        Command::Site(args) => site_by_hand(&args),
        Command::Validate(args) => run::validate(&args),
    };
    ExitCode::from(code)
}

fn probe_by_hand(args: ProbeArgs) -> u8 {
    let lang = args.lang.into();
    let clock = SystemClock::shared();
    let open = |folder: &Path| spooled::open(folder, &clock, lang);
    let done = runtime().and_then(|runtime| {
        runtime.block_on(probe::run(args, Arc::clone(&clock), &mut std::io::stdout(), open))
    });
    told(done, lang)
}

fn page_by_hand(args: &PageArgs) -> u8 {
    let clock = SystemClock::shared();
    let done = runtime().and_then(|runtime| {
        let mut input = std::io::stdin();
        runtime.block_on(page::run(args, &clock, &mut input, &mut std::io::stdout()))
    });
    told(done, args.lang.into())
}

fn site_by_hand(args: &SiteArgs) -> u8 {
    let clock = SystemClock::shared();
    let done = runtime().and_then(|runtime| {
        let steps: Option<Box<dyn Write + Send>> = std::io::stderr()
            .is_terminal()
            .then(|| Box::new(std::io::stderr()) as _);
        runtime.block_on(site::run(args, &clock, steps, &mut std::io::stdout()))
    });
    told(done, args.lang.into())
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

/// The code of a command, or what the person has to put right.
fn told(done: anyhow::Result<u8>, lang: Lang) -> u8 {
    done.unwrap_or_else(|error| {
        tell(&refusal::line(&error, lang));
        USAGE
    })
}

/// Tells a person something, on stderr: stdout is for data.
fn tell(text: &str) {
    // Nobody can be told that nobody can be told.
    drop(writeln!(std::io::stderr(), "{text}"));
}

#[cfg(test)]
mod tests;
