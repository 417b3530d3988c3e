//! `ems-collector ledger`: the time account of portals from a file of observations; a store only for the register of maintenance.
//!
//! The same evaluation as the running collector's, so that a figure can be checked by hand or by somebody else.
//! The format of the file and of the answer is described in `docs/LEDGER.md`.

mod answer;
mod input;
mod text;

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::PathBuf;

use ems_contract::id::PortalId;
use ems_contract::inventory::{self, Inventory};
use ems_contract::text::Lang;
use ems_contract::time::{TimeError, UnixTime, Window};

use super::trouble::told;
use super::{EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, EXIT_USAGE, parse_id, parse_lang, write_findings};
use crate::locale::io_told;
use crate::register::Plans;
use crate::report::History;
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;
use crate::store::{RegisterStore, Store, StoreError};
use answer::Answer;

/// Account the time of portals from a file of observations.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Observations and gaps, one JSON record a line.
    #[arg(long, value_name = "FILE")]
    pub observations: PathBuf,
    /// Main file of the inventory.
    #[arg(long, value_name = "FILE", default_value = "targets.yaml")]
    pub targets: PathBuf,
    /// Folder of a database: the maintenance in its register is left out of the adjusted account as well.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// First second of the window, such as 2026-11-22T00:00:00+07:00.
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub from: UnixTime,
    /// First second after the window.
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub to: UnixTime,
    /// The instant at which the account is drawn up: nothing at or after it is looked at. The window's end by
    /// default.
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub now: Option<UnixTime>,
    /// This portal only.
    #[arg(long, value_name = "ID", value_parser = parse_id::<PortalId>)]
    pub portal: Option<PortalId>,
    /// Write one JSON document, in English.
    #[arg(long)]
    pub json: bool,
    /// Language of the text: vi or en.
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    pub lang: Lang,
}

fn parse_instant(text: &str) -> Result<UnixTime, TimeError> {
    text.parse()
}

/// Runs the command: spans and sums to `out`, what is wrong with the files to `err`. Lines that cannot be read
/// are reported and counted; the others are used.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Args, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    let loaded = inventory::load(&args.targets);
    write_findings(err, &loaded.diagnostics, args.lang)?;
    let Some(mut inventory) = loaded.inventory else {
        return Ok(EXIT_BAD_FILE);
    };
    if let Some(complaint) = complaint(args, &inventory) {
        writeln!(err, "{complaint}")?;
        return Ok(EXIT_USAGE);
    }
    let (history, plans) = match known(args) {
        Ok(known) => known,
        Err(error) => {
            writeln!(err, "{}", told(&error, args.lang))?;
            return Ok(EXIT_FAILED);
        }
    };
    inventory
        .portals
        .iter_mut()
        .for_each(|portal| history.narrow(portal));
    let inventory = plans.laid_over(&inventory);
    let file = args.observations.display().to_string();
    let read = File::open(&args.observations)
        .and_then(|opened| input::read(&mut BufReader::new(opened), &inventory, args.portal.as_ref()));
    let input = match read {
        Ok(input) => input,
        Err(error) => {
            let values = [("file", file.as_str()), ("error", &io_told(&error, args.lang))];
            writeln!(
                err,
                "{}",
                ems_contract::text::fill(args.lang, "ledger.cli.unreadable", &values)
            )?;
            return Ok(EXIT_USAGE);
        }
    };
    for bad in &input.counts.bad_lines {
        let line = bad.line.to_string();
        let values = [("file", file.as_str()), ("line", &line), ("why", &bad.why)];
        writeln!(
            err,
            "{}",
            ems_contract::text::fill(args.lang, "ledger.cli.bad_line", &values)
        )?;
    }
    let window = Window::new(args.from, args.to);
    let answer = Answer::draw_up(
        &inventory,
        input,
        args.portal.as_ref(),
        window,
        args.now.unwrap_or(args.to),
    );
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &answer)?;
        writeln!(out)?;
    } else {
        text::write(out, &answer, args.lang)?;
    }
    Ok(EXIT_OK)
}

/// The inventories in force and the maintenance in the register of the database, if one is named.
fn known(args: &Args) -> Result<(History, Plans), StoreError> {
    let Some(folder) = &args.data else {
        return Ok(Default::default());
    };
    let store = SqliteStore::open_for_reading(&folder.join(DATABASE))?;
    let window = Window::new(args.from, args.to);
    Ok((History::of(&store.inventories(window)?), store.plans(window)?))
}

/// What cannot be done as asked.
fn complaint(args: &Args, inventory: &Inventory) -> Option<String> {
    let fill = |key, values: &[(&str, &str)]| Some(ems_contract::text::fill(args.lang, key, values));
    if args.from >= args.to {
        let (from, to) = (args.from.to_string(), args.to.to_string());
        return fill("ledger.cli.empty_window", &[("from", &from), ("to", &to)]);
    }
    let unknown = args
        .portal
        .as_ref()
        .filter(|portal| inventory.portal(portal).is_none())?;
    fill("ledger.cli.unknown_portal", &[("portal", unknown.as_str())])
}

#[cfg(test)]
mod tests;
