//! `incident`: the papers of TT 20/2017/TT-BTTTT Đ9.2, from the register or begun from an outage of the ledger.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::clock::Clock;
use ems_contract::text::{fill, get};
use ems_contract::time::UnixTime;

use super::people::{Place, Stop, printed};
use crate::oncall::begun;
use crate::register::{Entry, IncidentForm, IncidentPaper, RegisterKind, taken_back};
use crate::serve::DATABASE;
use crate::store::RegisterStore;
use crate::store::sqlite::SqliteStore;

/// Which paper of what.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// The notice (within 5 days of the detection) or closing report of an entry of the register.
    Notice {
        /// Number of the entry.
        entry: i64,
        /// The closing report (within 5 days of the end of the response).
        #[arg(long)]
        closing: bool,
        /// Form and place.
        #[command(flatten)]
        asked: Asked,
    },
    /// A notice begun from what the ledger knows of an outage.
    Draft {
        /// Number of the outage, as the hand-over sheet and the API tell it.
        outage: i64,
        /// Main file of the inventory.
        #[arg(long, value_name = "FILE", default_value = "targets.yaml")]
        targets: PathBuf,
        /// Form and place.
        #[command(flatten)]
        asked: Asked,
    },
}

/// The form of the answer and the database.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// Print the record as JSON.
    #[arg(long)]
    json: bool,
    /// The instant that is taken for now.
    #[arg(long, value_name = "TIME")]
    now: Option<UnixTime>,
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
    let (Command::Notice { asked, .. } | Command::Draft { asked, .. }) = command;
    let (place, lang) = (&asked.place, asked.place.lang);
    let store =
        SqliteStore::open_for_reading(&place.data.join(DATABASE)).map_err(|error| place.trouble(&error))?;
    let (form, paper) = match command {
        Command::Notice { entry, closing, .. } => {
            let all = store
                .entries(Some(RegisterKind::Incident), None)
                .map_err(|error| place.trouble(&error))?;
            let form = all
                .iter()
                .find(|kept| kept.id == *entry && !taken_back(&all, kept))
                .and_then(|kept| match &kept.entry {
                    Entry::Incident(form) => Some((**form).clone()),
                    _ => None,
                });
            let paper = if *closing {
                IncidentPaper::Closing
            } else {
                IncidentPaper::Notice
            };
            (
                form.ok_or_else(|| Stop::failed(get(lang, "register.none")))?,
                paper,
            )
        }
        Command::Draft { outage, targets, .. } => {
            let now = asked.now.unwrap_or_else(|| clock.now());
            (
                drafted(&store, *outage, targets, now, place)?,
                IncidentPaper::Notice,
            )
        }
    };
    if asked.json {
        let text = serde_json::to_string_pretty(&form).map_err(|error| Stop::failed(error.to_string()))?;
        return Ok(vec![text]);
    }
    Ok(paper.lines(&form, lang))
}

fn drafted(
    store: &SqliteStore,
    outage: i64,
    targets: &std::path::Path,
    now: UnixTime,
    place: &Place,
) -> Result<IncidentForm, Stop> {
    let inventory = place.inventory(targets)?;
    let known = begun(store, &inventory, outage, (now, place.lang));
    let known = known.map_err(|error| place.trouble(&error))?;
    known.map(|(_, form)| form).ok_or_else(|| {
        let id = outage.to_string();
        Stop::failed(fill(place.lang, "incident.paper.no_outage", &[("id", &id)]))
    })
}
