//! `ems-collector backup`: a consistent copy of the database, also while the collector runs.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::text::Lang;

use super::trouble::told;
use super::validate::filled;
use super::{EXIT_FAILED, EXIT_OK, parse_lang};
use crate::serve::DATABASE;
use crate::store::sqlite;

/// Copy the database to a file, also while the collector runs.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// File to write; it must not exist.
    #[arg(value_name = "FILE")]
    pub to: PathBuf,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Language of the messages: vi or en.
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    pub lang: Lang,
}

/// Runs the command.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Args, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    if let Err(error) = sqlite::backup(&args.data.join(DATABASE), &args.to) {
        writeln!(err, "{}", told(&error, args.lang))?;
        return Ok(EXIT_FAILED);
    }
    let bytes = std::fs::metadata(&args.to)?.len();
    let values = [
        ("file", args.to.display().to_string()),
        ("bytes", bytes.to_string()),
    ];
    writeln!(out, "{}", filled(args.lang, "service.backup.done", &values))?;
    Ok(EXIT_OK)
}
