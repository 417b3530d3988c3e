//! `ems-collector restore`: a backup in the place of the database. What was there is kept beside.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::clock::Clock;
use ems_contract::text::Lang;

use super::trouble::told;
use super::validate::filled;
use super::{EXIT_FAILED, EXIT_OK, parse_lang};
use crate::locale::io_told;
use crate::serve::DATABASE;
use crate::store::sqlite;

/// Put a backup in the place of the database; the collector must not run.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Backup to restore.
    #[arg(value_name = "FILE")]
    pub from: PathBuf,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Replace the database that is there; it is kept beside under another name.
    #[arg(long)]
    pub replace: bool,
    /// Language of the messages: vi or en.
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    pub lang: Lang,
}

/// Runs the command; the clock names the database that is kept beside.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Args, clock: &dyn Clock, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    let stamp = clock.now().zoned().strftime("%Y%m%dT%H%M%S").to_string();
    let database = args.data.join(DATABASE);
    if let Err(error) = std::fs::create_dir_all(&args.data) {
        let values = [
            ("path", args.data.display().to_string()),
            ("detail", io_told(&error, args.lang)),
        ];
        writeln!(err, "{}", filled(args.lang, "service.folder", &values))?;
        return Ok(EXIT_FAILED);
    }
    match sqlite::restore(&args.from, &database, args.replace, &stamp) {
        Err(error) => {
            writeln!(err, "{}", told(&error, args.lang))?;
            Ok(EXIT_FAILED)
        }
        Ok(restored) => {
            let values = [("file", database.display().to_string())];
            writeln!(out, "{}", filled(args.lang, "service.restore.done", &values))?;
            if let Some(aside) = restored.kept_aside {
                let values = [("file", aside.display().to_string())];
                writeln!(out, "{}", filled(args.lang, "service.restore.aside", &values))?;
            }
            Ok(EXIT_OK)
        }
    }
}
