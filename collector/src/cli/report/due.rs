//! `report due`: what is due, drafted, signed, sent and late.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;

use super::last_in_force;
use crate::cli::{
    EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, EXIT_USAGE, RulesArgs, parse_lang, told, write_findings,
};
use crate::edition::{DueLine, due_now, standing_key, state_key};
use crate::locale;
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;

/// What is due, drafted, signed, sent and late, by the calendar of duties.
#[derive(Debug, clap::Args)]
pub struct DueArgs {
    /// Print JSON, one report a line.
    #[arg(long)]
    json: bool,
    /// The instant that it is asked of [default: the present].
    #[arg(long, value_name = "INSTANT")]
    now: Option<UnixTime>,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Language of the messages: vi or en.
    #[arg(long, env = "EMS_LANG", default_value = "vi", value_parser = parse_lang)]
    lang: Lang,
    #[command(flatten)]
    rules: RulesArgs,
}

pub(super) fn run(
    args: &DueArgs,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let (lang, now) = (args.lang, args.now.unwrap_or(now));
    let rules = match args.rules.load() {
        Ok(rules) => rules,
        Err(found) => {
            write_findings(err, &found, lang)?;
            return Ok(EXIT_BAD_FILE);
        }
    };
    let lines = SqliteStore::open_for_reading(&args.data.join(DATABASE)).and_then(|store| {
        let inventory = last_in_force(&store, now)?;
        inventory
            .map(|inventory| due_now(&store, &inventory, &rules, now))
            .transpose()
    });
    let lines = match lines {
        Ok(Some(lines)) => lines,
        Ok(None) => {
            let data = args.data.display().to_string();
            writeln!(
                err,
                "{}",
                fill(lang, "report.cli.no_inventory", &[("data", &data)])
            )?;
            return Ok(EXIT_USAGE);
        }
        Err(error) => {
            writeln!(err, "{}", told(&error, lang))?;
            return Ok(EXIT_FAILED);
        }
    };
    for line in &lines {
        if args.json {
            // Texts, numbers and lists of them can always be written.
            writeln!(out, "{}", serde_json::to_string(line).unwrap_or_default())?;
        } else {
            writeln!(out, "{}", words(line, lang))?;
        }
    }
    if lines.is_empty() && !args.json {
        writeln!(out, "{}", get(lang, "edition.due.none"))?;
    }
    Ok(EXIT_OK)
}

fn words(line: &DueLine, lang: Lang) -> String {
    let due = line
        .due
        .map_or_else(|| "–".to_owned(), |due| locale::date(due, lang));
    let edition = line.edition.map_or_else(
        || get(lang, "edition.due.no_edition").to_owned(),
        |(number, state)| format!("#{number} {}", get(lang, state_key(state))),
    );
    let values = [
        ("due", due.as_str()),
        ("key", line.key.as_str()),
        ("standing", get(lang, standing_key(line.standing))),
        ("edition", edition.as_str()),
        ("sent", &line.sent.to_string()),
        ("owed", &line.owed.to_string()),
    ];
    fill(lang, "edition.due.line", &values)
}
