//! `report draft --units`: the drafts of all units that owe a report, from data that are read once.

use std::io::Write;

use ems_contract::time::UnixTime;

use super::edition::{MakeArgs, Workshop, not_made};
use crate::account::Action;
use crate::cli::people::{Stop, ended};
use crate::cli::validate::filled;
use crate::cli::{EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, write_findings};
use crate::edition::{DueLine, EditionKey, due_now};
use crate::regulation::Regulations;

/// The draft of a report.
#[derive(Debug, clap::Args)]
pub struct DraftArgs {
    #[command(flatten)]
    pub(super) make: MakeArgs,
    /// One draft of each unit that owes it and of which nothing is noted as sent, instead of one of the whole.
    #[arg(long, conflicts_with_all = ["as_of", "passages", "formats"])]
    pub(super) units: bool,
}

pub(super) fn draft(
    args: &MakeArgs,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let (place, lang) = (&args.signer.place, args.signer.place.lang);
    let rules = match args.rules.load() {
        Ok(rules) => rules,
        Err(found) => {
            write_findings(err, &found, lang)?;
            return Ok(EXIT_BAD_FILE);
        }
    };
    let now = args.now.unwrap_or(now);
    let opened = Workshop::open(args, Action::EditReport, now)
        .and_then(|workshop| Ok((keys(args, &workshop, &rules, now)?, workshop)));
    let (keys, workshop) = match opened {
        Ok(opened) => opened,
        Err(stop) => return ended(Err(stop), err),
    };
    let mut drafts = workshop.maker(args, &rules).drafts(now);
    let (all, mut failed) = (keys.len(), 0);
    for (done, key) in keys.iter().enumerate() {
        match drafts.draft(key, &args.reason, &workshop.author) {
            Ok(made) => {
                let values = [
                    ("name", format!("{key}#{}", made.number)),
                    ("files", made.files.to_string()),
                    ("changes", made.changes.to_string()),
                ];
                let words = filled(lang, "edition.cli.drafted", &values);
                writeln!(out, "{}/{all} {words}", done + 1)?;
            }
            // The others are drafted all the same.
            Err(error) => {
                failed += 1;
                writeln!(err, "{}/{all} {key}: ", done + 1)?;
                ended(Err(not_made(&error, place)), err)?;
            }
        }
    }
    Ok(if failed == 0 { EXIT_OK } else { EXIT_FAILED })
}

/// The reports of the units that owe it.
fn keys(
    args: &MakeArgs,
    workshop: &Workshop,
    rules: &Regulations,
    now: UnixTime,
) -> Result<Vec<EditionKey>, Stop> {
    let (place, name) = (&args.signer.place, args.key.to_string());
    let lines =
        due_now(&workshop.data, &workshop.inventory, rules, now).map_err(|error| place.trouble(&error))?;
    let keys = lines
        .iter()
        .find(|line| line.key == name)
        .map(DueLine::reports)
        .unwrap_or_default();
    if keys.iter().any(|key| key.unit.is_some()) {
        return Ok(keys);
    }
    let words = filled(place.lang, "edition.cli.no_units", &[("key", name)]);
    Err(Stop::usage(words))
}
