//! `ems-collector export`: raw records as NDJSON, one a line, as agents send them ([`ems_contract::record::Record`]).
//!
//! Epoch and number are 0: where a record was spooled is not kept with it. Records come portal by portal, in each by
//! instant and agent. The start of an attempt in a packed window is exact to the millisecond, all else as it came.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::id::PortalId;
use ems_contract::text::Lang;
use ems_contract::time::{UnixTime, Window};

use super::trouble::told;
use super::{EXIT_FAILED, EXIT_OK, EXIT_USAGE, parse_id, parse_lang};
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError};

/// Write raw records as NDJSON to the standard output, also while the collector runs.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// First instant, such as 2026-11-01T00:00:00+07:00.
    #[arg(long, value_name = "INSTANT")]
    pub from: UnixTime,
    /// First instant after.
    #[arg(long, value_name = "INSTANT")]
    pub to: UnixTime,
    /// Portal; may be given several times [default: all].
    #[arg(long = "portal", value_name = "ID", value_parser = parse_id::<PortalId>)]
    pub portals: Vec<PortalId>,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Language of the messages: vi or en.
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    pub lang: Lang,
}

/// What is read at once, in seconds: a day of one portal.
const STEP_S: i64 = 86_400;

/// Runs the command.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Args, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    if args.from >= args.to {
        writeln!(
            err,
            "{}",
            ems_contract::text::get(args.lang, "service.export.window")
        )?;
        return Ok(EXIT_USAGE);
    }
    let store = SqliteStore::open_for_reading(&args.data.join(DATABASE));
    let written = store
        .map_err(Stop::Store)
        .and_then(|store| write(&store, args, out));
    match written {
        Ok(()) => Ok(EXIT_OK),
        Err(Stop::Io(error)) => Err(error),
        Err(Stop::Store(error)) => {
            writeln!(err, "{}", told(&error, args.lang))?;
            Ok(EXIT_FAILED)
        }
    }
}

enum Stop {
    Store(StoreError),
    Io(std::io::Error),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

fn write(store: &dyn Store, args: &Args, out: &mut dyn Write) -> Result<(), Stop> {
    let all = if args.portals.is_empty() {
        store.portals().map_err(Stop::Store)?
    } else {
        args.portals.clone()
    };
    for portal in all {
        let mut from = args.from;
        while from < args.to {
            let to = (from + STEP_S).min(args.to);
            for record in store
                .records(&portal, Window::new(from, to))
                .map_err(Stop::Store)?
            {
                serde_json::to_writer(&mut *out, &record).map_err(std::io::Error::from)?;
                out.write_all(b"\n")?;
            }
            from = to;
        }
    }
    Ok(())
}
