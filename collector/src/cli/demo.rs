//! `ems-collector demo seed`: a database of made-up history, for demonstrations and measurements.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::clock::Clock;
use ems_contract::text::Lang;
use ems_contract::time::UnixTime;

use super::trouble::told;
use super::validate::filled;
use super::{EXIT_FAILED, EXIT_INTERNAL, EXIT_OK, EXIT_USAGE, parse_lang};
use crate::demo::{MOST_PORTALS, Plan, SeedError, seed};
use crate::locale::io_told;

/// Work on demonstrations.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a database of made-up history, marked as such everywhere it is shown.
    Seed(Args),
}

/// What to make.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many portals.
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_PORTALS)))]
    pub portals: u32,
    /// How many days of history.
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=1_200))]
    pub days: u32,
    /// Folder for `ems.db` and `targets.yaml`; neither may be there.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Where the history ends [default: the present].
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<UnixTime>,
    /// How many portals have trouble that lasts: open incidents of several kinds.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub open: u32,
    /// Language of the messages: vi or en.
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    pub lang: Lang,
}

/// Runs the command; progress goes to `err`.
///
/// # Errors
/// When an output cannot be written.
pub fn run(
    command: &Command,
    clock: &dyn Clock,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let Command::Seed(args) = command;
    let plan = Plan {
        portals: args.portals,
        days: args.days,
        now: args.now.unwrap_or_else(|| clock.now()),
        open: args.open,
    };
    let mut tenth = 0;
    let made = seed(plan, &args.data, &mut |done, all| {
        let now = done * 10 / all.max(1);
        if now > tenth {
            tenth = now;
            let values = [("done", done.to_string()), ("all", all.to_string())];
            // Progress that cannot be shown is no reason to stop.
            drop(writeln!(
                err,
                "{}",
                filled(args.lang, "service.demo.progress", &values)
            ));
        }
    });
    match made {
        Ok(made) => {
            let values = [
                ("data", args.data.display().to_string()),
                ("portals", made.portals.to_string()),
                ("spans", made.spans.to_string()),
                ("incidents", made.incidents.to_string()),
                ("results", made.results.to_string()),
                ("bytes", made.bytes.to_string()),
            ];
            writeln!(out, "{}", filled(args.lang, "service.demo.done", &values))?;
            Ok(EXIT_OK)
        }
        Err(SeedError::Occupied(path)) => {
            let values = [("path", path.display().to_string())];
            writeln!(err, "{}", filled(args.lang, "service.demo.occupied", &values))?;
            Ok(EXIT_USAGE)
        }
        Err(SeedError::Store(error)) => {
            writeln!(err, "{}", told(&error, args.lang))?;
            Ok(EXIT_FAILED)
        }
        Err(SeedError::Written { path, error }) => {
            let values = [
                ("path", path.display().to_string()),
                ("detail", io_told(&error, args.lang)),
            ];
            writeln!(err, "{}", filled(args.lang, "service.unwritable", &values))?;
            Ok(EXIT_FAILED)
        }
        Err(error @ SeedError::Inventory(_)) => {
            writeln!(err, "{error}")?;
            Ok(EXIT_INTERNAL)
        }
    }
}
