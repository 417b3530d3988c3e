//! `ems-collector report`: what a period came to, as one file of HTML or JSON or as a folder with every form, from the
//! database of a collector that may be running.

mod due;
mod edition;
mod folder;
mod later;
mod objection;
mod passages;
mod preview;
mod publish;
mod units;
mod verify;

use std::io::Write;
use std::path::{Path, PathBuf};

use ems_contract::clock::Clock;
use ems_contract::id::PortalId;
use ems_contract::inventory::{self, Inventory};
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};

use super::{EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, EXIT_USAGE, parse_id, parse_lang, told, write_findings};
use crate::locale::io_told;
use crate::report::{Inputs, Period, PeriodError, build, has_begun, html, json, load, settled};
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError};

/// Report on a quarter, half-year, year or any stretch.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Work on reports that were made.
    #[command(subcommand)]
    pub later: Option<later::Command>,
    /// What makes it a folder.
    #[command(flatten)]
    pub folder: folder::FolderArgs,
    /// Quarter 2026-Q4, half-year 2026-H1 or year 2026, in civil time of Viet Nam.
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["from", "to"])]
    pub period: Option<String>,
    /// First day or instant: 2026-10-01, 01/10/2026, 2026-10-01T07:00:00 (Viet Nam) or 2026-10-01T00:00:00Z.
    #[arg(long, value_name = "DAY", requires = "to")]
    pub from: Option<String>,
    /// Last day (the whole of it), or the first instant after.
    #[arg(long, value_name = "DAY", requires = "from")]
    pub to: Option<String>,
    /// Form of the report.
    #[arg(long, value_enum, default_value_t = Format::Html)]
    pub format: Format,
    /// File to write [default: the standard output]; with --duty, --kind or --formats the folder to make.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The instant at which the report is drawn up [default: the present].
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<UnixTime>,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Main file of the inventory [default: the inventory that was last in force].
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// This portal only; may be given several times.
    #[arg(long = "portal", alias = "unit", value_name = "ID", value_parser = parse_id::<PortalId>)]
    pub portals: Vec<PortalId>,
    /// Language of messages and of the HTML: vi or en.
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    pub lang: Lang,
}

/// Form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One self-contained page that prints on A4.
    Html,
    /// The same as data, described in docs/REPORT.md.
    Json,
}

/// Why there is no report.
enum Stop {
    Usage(String),
    BadFile,
    Failed(String),
    Output(std::io::Error),
}

/// Runs the command: the report to `--out` or `out`, messages to `err`.
///
/// # Errors
/// When `out` or `err` cannot be written.
pub fn run(args: &Args, clock: &dyn Clock, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    let done = match &args.later {
        Some(command) => {
            return later::run(
                command,
                args.lang,
                args.now.unwrap_or_else(|| clock.now()),
                out,
                err,
            );
        }
        None if args.folder.is_asked() => {
            folder::make(args, args.now.unwrap_or_else(|| clock.now()), out, err)
        }
        None => make(args, clock, err).and_then(|report| write(args, &report, out)),
    };
    match done {
        Ok(()) => Ok(EXIT_OK),
        Err(Stop::Usage(message)) => {
            writeln!(err, "{message}")?;
            Ok(EXIT_USAGE)
        }
        Err(Stop::BadFile) => Ok(EXIT_BAD_FILE),
        Err(Stop::Failed(message)) => {
            writeln!(err, "{message}")?;
            Ok(EXIT_FAILED)
        }
        Err(Stop::Output(error)) => Err(error),
    }
}

fn make(args: &Args, clock: &dyn Clock, err: &mut dyn Write) -> Result<String, Stop> {
    let now = args.now.unwrap_or_else(|| clock.now());
    let (period, window) = asked(args, now)?;
    let (store, inventory) = opened(args, now, err)?;
    let mut inputs = load(&store, &inventory, window).map_err(|error| failed(&error, args.lang))?;
    narrow(&mut inputs, args)?;
    let horizon = settled(&store, &inventory, now).map_err(|error| failed(&error, args.lang))?;
    let report = build(&inputs, period, window, horizon);
    match args.format {
        Format::Json => Ok(json(&report)),
        Format::Html => html(&report, args.lang).map_err(|error| Stop::Failed(format!("{error:#}"))),
    }
}

fn failed(error: &StoreError, lang: Lang) -> Stop {
    Stop::Failed(told(error, lang))
}

/// The database and the inventory that gives the portals.
fn opened(args: &Args, now: UnixTime, err: &mut dyn Write) -> Result<(SqliteStore, Inventory), Stop> {
    let failed = |error: &StoreError| failed(error, args.lang);
    // The file first: its mistakes are told even where there is no database.
    let written = args
        .targets
        .as_deref()
        .map(|targets| from_file(targets, args.lang, err))
        .transpose()?;
    let store = SqliteStore::open_for_reading(&args.data.join(DATABASE)).map_err(|error| failed(&error))?;
    let inventory = match written {
        Some(inventory) => inventory,
        None => last_in_force(&store, now)
            .map_err(|error| failed(&error))?
            .ok_or_else(|| {
                let data = args.data.display().to_string();
                Stop::Usage(fill(args.lang, "report.cli.no_inventory", &[("data", &data)]))
            })?,
    };
    Ok((store, inventory))
}

/// Leaves the portals that were asked for.
fn narrow(inputs: &mut Inputs, args: &Args) -> Result<(), Stop> {
    for wanted in &args.portals {
        if inputs.portals.iter().all(|input| input.portal.id != *wanted) {
            return Err(unknown_portal(
                wanted,
                inputs.portals.iter().map(|input| &input.portal.id),
                args.lang,
            ));
        }
    }
    if !args.portals.is_empty() {
        inputs
            .portals
            .retain(|input| args.portals.contains(&input.portal.id));
    }
    Ok(())
}

fn asked(args: &Args, now: UnixTime) -> Result<(Period, Window), Stop> {
    let refuse = |error: PeriodError| Stop::Usage(error.render(args.lang));
    let asked = match (&args.period, &args.from, &args.to) {
        (Some(period), ..) => Period::parse(period),
        (None, Some(from), Some(to)) => Period::range(from, to),
        _ => return Err(Stop::Usage(get(args.lang, "report.cli.no_period").to_owned())),
    };
    let (period, window) = asked.map_err(refuse)?;
    has_begun(window, now).map_err(refuse)?;
    Ok((period, window))
}

fn from_file(targets: &Path, lang: Lang, err: &mut dyn Write) -> Result<Inventory, Stop> {
    let loaded = inventory::load(targets);
    write_findings(err, &loaded.diagnostics, lang).map_err(Stop::Output)?;
    loaded.inventory.ok_or(Stop::BadFile)
}

/// The newest inventory of the database that this program can read.
pub(crate) fn last_in_force(store: &dyn Store, now: UnixTime) -> Result<Option<Inventory>, StoreError> {
    let records = store.inventories(Window::new(now, now + 1))?;
    Ok(records
        .iter()
        .rev()
        .find_map(|record| serde_json::from_str(&record.json).ok()))
}

fn unknown_portal<'a>(wanted: &PortalId, known: impl Iterator<Item = &'a PortalId>, lang: Lang) -> Stop {
    Stop::Usage(no_such_portal(wanted, known, lang))
}

fn no_such_portal<'a>(wanted: &PortalId, known: impl Iterator<Item = &'a PortalId>, lang: Lang) -> String {
    let near = known
        .map(|id| (strsim::jaro_winkler(id.as_str(), wanted.as_str()), id))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, id)| fill(lang, "report.cli.near", &[("near", id.as_str())]))
        .unwrap_or_default();
    fill(
        lang,
        "report.cli.unknown_portal",
        &[("portal", wanted.as_str()), ("near", &near)],
    )
}

/// Writes to the standard output, or to a file that is there whole or not at all.
fn write(args: &Args, report: &str, out: &mut dyn Write) -> Result<(), Stop> {
    let Some(file) = &args.out else {
        return out
            .write_all(report.as_bytes())
            .and_then(|()| out.flush())
            .map_err(Stop::Output);
    };
    let mut beside = file.clone().into_os_string();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    std::fs::write(&beside, report)
        .and_then(|()| std::fs::rename(&beside, file))
        .map_err(|error| {
            // What was begun is taken away again; that it could not be written is told.
            drop(std::fs::remove_file(&beside));
            let (file, error) = (file.display().to_string(), io_told(&error, args.lang));
            Stop::Failed(fill(
                args.lang,
                "report.cli.not_written",
                &[("file", &file), ("error", &error)],
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::InventoryRecord;
    use clap::Parser;
    use ems_contract::clock::FixedClock;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    struct Ran {
        code: u8,
        out: String,
        err: String,
    }

    fn ran(data: &Path, line: &str) -> Ran {
        let words = ["report", "--data", data.to_str().unwrap()]
            .into_iter()
            .chain(line.split_whitespace());
        let args = Line::try_parse_from(words).unwrap().args;
        let clock = FixedClock("2026-11-22T14:57:00Z".parse().unwrap());
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(&args, &clock, &mut out, &mut err).unwrap();
        Ran {
            code,
            out: String::from_utf8(out).unwrap(),
            err: String::from_utf8(err).unwrap(),
        }
    }

    fn database() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&dir.path().join(DATABASE)).unwrap();
        let inventory = crate::testing::inventory(&["angiang", "so-khcn"]);
        store
            .record_inventory(&InventoryRecord {
                version: inventory.version,
                loaded_at: "2026-11-01T00:00:00Z".parse().unwrap(),
                json: inventory.canonical_json(),
                portals: inventory.portals.iter().map(|portal| portal.id.clone()).collect(),
            })
            .unwrap();
        dir
    }

    #[test]
    fn the_arguments_are_sound() {
        use clap::CommandFactory;
        Line::command().debug_assert();
    }

    #[test]
    fn a_report_goes_to_the_output_or_to_a_file() {
        let dir = database();
        let ran_json = ran(dir.path(), "--period 2026-Q4 --format json");
        assert_eq!((ran_json.code, ran_json.err.as_str()), (EXIT_OK, ""));
        let value: serde_json::Value = serde_json::from_str(&ran_json.out).unwrap();
        assert_eq!(value["portals"].as_array().unwrap().len(), 2);
        let file = dir.path().join("q4.html");
        let line = format!("--from 2026-11-01 --to 2026-11-20 --out {}", file.display());
        let to_file = ran(dir.path(), &line);
        assert_eq!((to_file.code, to_file.out.as_str()), (EXIT_OK, ""));
        assert!(
            std::fs::read_to_string(&file)
                .unwrap()
                .starts_with("<!DOCTYPE html>")
        );
        assert!(!dir.path().join("q4.html.part").exists());
        let nowhere = ran(dir.path(), "--period 2026-Q4 --out /nowhere/at/all.html");
        assert_eq!(nowhere.code, EXIT_FAILED);
        assert!(nowhere.err.contains("/nowhere/at/all.html"));
    }

    #[test]
    fn what_cannot_be_reported_on_is_told_with_a_hint() {
        let dir = database();
        for (line, wanted) in [
            ("--period 2026-Q5", "gợi ý: ghi quý"),
            ("--period 2027", "chưa bắt đầu"),
            ("", "thiếu kỳ báo cáo"),
            ("--from 2026-11-20 --to 2026-11-01", "không sau lúc bắt đầu"),
            ("--period 2026 --portal an-giang", "có phải `angiang`?"),
        ] {
            let refused = ran(dir.path(), line);
            assert_eq!(refused.code, EXIT_USAGE, "{line}");
            assert!(refused.err.contains(wanted), "{line}: {}", refused.err);
            assert!(refused.out.is_empty());
        }
        assert!(Line::try_parse_from(["report", "--from", "2026-11-01"]).is_err());
        assert!(Line::try_parse_from(["report", "--period", "2026", "--from", "1", "--to", "2"]).is_err());
    }

    #[test]
    fn a_missing_database_or_inventory_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(ran(dir.path(), "--period 2026-Q4").code, EXIT_FAILED);
        drop(SqliteStore::open(&dir.path().join(DATABASE)).unwrap());
        let empty = ran(dir.path(), "--period 2026-Q4");
        assert_eq!(empty.code, EXIT_USAGE);
        assert!(empty.err.contains("--targets"));
        let bad = dir.path().join("targets.yaml");
        std::fs::write(&bad, "portals: 7\n").unwrap();
        let refused = ran(
            dir.path(),
            &format!("--period 2026-Q4 --targets {}", bad.display()),
        );
        assert_eq!(refused.code, EXIT_BAD_FILE);
        assert!(refused.err.contains("targets.yaml:1"));
    }
}
