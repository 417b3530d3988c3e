//! `on-call`: who is on duty, the rota ahead with its gaps, the hand-over sheet.

use std::io::Write;

use ems_contract::clock::Clock;
use ems_contract::text::{fill, get};
use ems_contract::time::{UnixTime, Window};
use serde_json::json;

use super::RulesArgs;
use super::people::{Place, Stop, printed};
use crate::handover::{Reach, duty_text, rota_rows, sheet};
use crate::locale;
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;
use crate::store::{RegisterStore, Store};

/// What can be asked about those on call.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Who is on duty now, and where the rota has gaps.
    Now(Asked),
    /// The rota of the days ahead.
    Rota {
        /// Days.
        #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
        /// What every question has.
        #[command(flatten)]
        asked: Asked,
    },
    /// The hand-over sheet of the shift that is on.
    Handover {
        /// The shift that ended last.
        #[arg(long, conflicts_with = "hours")]
        before: bool,
        /// The last so many hours instead of the shift.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=744))]
        hours: Option<u16>,
        /// Main file of the inventory.
        #[arg(long, value_name = "FILE", default_value = "targets.yaml")]
        targets: std::path::PathBuf,
        /// What every question has.
        #[command(flatten)]
        asked: Asked,
    },
}

/// The form of the answer, the instant, the rules and the database.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// The instant that is taken for now.
    #[arg(long, value_name = "TIME")]
    now: Option<UnixTime>,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    place: Place,
}

/// Does what it says.
///
/// # Errors
/// When the output cannot be written.
pub fn run(
    command: &Command,
    clock: &dyn Clock,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    printed(told(command, clock), out, err)
}

fn told(command: &Command, clock: &dyn Clock) -> Result<Vec<String>, Stop> {
    let (Command::Now(asked) | Command::Rota { asked, .. } | Command::Handover { asked, .. }) = command;
    let (place, lang) = (&asked.place, asked.place.lang);
    let now = asked.now.unwrap_or_else(|| clock.now());
    let rules = asked.rules.load().map_err(|found| place.bad_rules(&found))?;
    let calendar = &rules.calendar;
    let store =
        SqliteStore::open_for_reading(&place.data.join(DATABASE)).map_err(|error| place.trouble(&error))?;
    let rota = store.rota(now).map_err(|error| place.trouble(&error))?;
    match command {
        Command::Now(_) => {
            let duty = rota.at(calendar, now);
            let gaps = rota.gaps(calendar, Window::new(now, now + crate::oncall::AHEAD_S));
            if asked.json {
                return Ok(vec![format!(
                    "{:#}",
                    json!({ "at": now, "duty": duty, "gaps": gaps })
                )]);
            }
            let who = duty.map_or_else(
                || get(lang, "oncall.duty.nobody").to_owned(),
                |duty| duty_text(None, &duty, lang),
            );
            let length = locale::duration(gaps.iter().map(|gap| gap.secs()).sum(), lang);
            let tail = if gaps.is_empty() {
                get(lang, "oncall.cli.no_gaps").to_owned()
            } else {
                fill(lang, "oncall.cli.gaps", &[("length", &length)])
            };
            Ok(vec![format!("{}: {who}", get(lang, "oncall.duty.now")), tail])
        }
        Command::Rota { days, .. } => {
            let within = Window::new(now, now + i64::from(*days) * 86_400);
            if asked.json {
                let rows = rota.through(calendar, within).into_iter();
                let rows =
                    rows.map(|(window, duty)| json!({ "from": window.from, "to": window.to, "duty": duty }));
                return Ok(vec![format!("{:#}", json!(rows.collect::<Vec<_>>()))]);
            }
            let rows = rota_rows(None, &rota, calendar, within, lang)
                .into_iter()
                .map(|row| {
                    let who = row.who.unwrap_or_else(|| get(lang, "oncall.rota.gap").to_owned());
                    format!("{} – {}  {who}", row.from, row.to)
                });
            Ok(rows.collect())
        }
        Command::Handover {
            before,
            hours,
            targets,
            ..
        } => {
            let reach = match hours {
                Some(hours) => Reach::Hours(*hours),
                None if *before => Reach::Before,
                None => Reach::Shift,
            };
            let inventory = place.inventory(targets)?;
            let store: &dyn Store = &store;
            let sheet = sheet(store, &inventory, None, &rota, calendar, reach, (now, lang));
            let sheet = sheet.map_err(|error| place.trouble(&error))?;
            if asked.json {
                return Ok(vec![format!("{:#}", json!(sheet))]);
            }
            Ok(sheet.lines(lang))
        }
    }
}
