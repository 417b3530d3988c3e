//! `on-call`: who is on duty, the rota ahead with its gaps, the hand-over sheet.

use std::io::Write;
use std::path::PathBuf;

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
        targets: PathBuf,
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
    /// Settings: who can be called, and by which name; ems.yaml where it is there.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
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
    let on_call = place.on_call(asked.settings.as_deref())?;
    let on_call = on_call.as_ref();
    let store =
        SqliteStore::open_for_reading(&place.data.join(DATABASE)).map_err(|error| place.trouble(&error))?;
    let rota = store.rota(now).map_err(|error| place.trouble(&error))?;
    match command {
        Command::Now(_) => {
            let duty = rota.at(calendar, now);
            let ahead = Window::new(now, now + crate::oncall::AHEAD_S);
            let gaps = on_call.map_or_else(
                || rota.gaps(calendar, ahead),
                |on_call| on_call.gaps(&rota, calendar, ahead),
            );
            let unreachable = on_call.map_or_else(Vec::new, |on_call| on_call.unreachable(duty.as_ref()));
            if asked.json {
                return Ok(vec![format!(
                    "{:#}",
                    json!({ "at": now, "duty": duty, "unreachable": unreachable, "gaps": gaps })
                )]);
            }
            let mut who = duty.as_ref().map_or_else(
                || get(lang, "oncall.duty.nobody").to_owned(),
                |duty| duty_text(on_call, duty, lang),
            );
            if !unreachable.is_empty() {
                let names = unreachable.join(", ");
                who = format!(
                    "{who} – {}",
                    fill(lang, "oncall.rota.unreachable", &[("names", &names)])
                );
            }
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
                let rows = rows.map(|(window, duty)| {
                    let unreachable =
                        on_call.map_or_else(Vec::new, |on_call| on_call.unreachable(duty.as_ref()));
                    json!({ "from": window.from, "to": window.to, "duty": duty, "unreachable": unreachable })
                });
                return Ok(vec![format!("{:#}", json!(rows.collect::<Vec<_>>()))]);
            }
            let rows = rota_rows(on_call, &rota, calendar, within, lang)
                .into_iter()
                .map(|row| {
                    let who = row.who.unwrap_or_else(|| get(lang, "oncall.rota.gap").to_owned());
                    let doubt = row
                        .unreachable
                        .map_or_else(String::new, |doubt| format!(" – {doubt}"));
                    format!("{} – {}  {who}{doubt}", row.from, row.to)
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
            let sheet = sheet(store, &inventory, on_call, &rota, calendar, reach, (now, lang));
            let sheet = sheet.map_err(|error| place.trouble(&error))?;
            if asked.json {
                return Ok(vec![format!("{:#}", json!(sheet))]);
            }
            Ok(sheet.lines(lang))
        }
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::clock::FixedClock;
    use ems_contract::text::Lang;

    use super::*;
    use crate::account::Author;
    use crate::register::{Entry, RegisterKind, Values, read};
    use crate::store::NewEntry;
    use crate::testing::{at, portal, store};

    #[test]
    fn whoever_cannot_be_called_is_told_and_leaves_a_gap() {
        let dir = tempfile::tempdir().unwrap();
        let now: UnixTime = "2026-12-01T03:00:00Z".parse().unwrap();
        let values = [
            ("person", "khong.goi"),
            ("from", "2026-12-01 07:00"),
            ("to", "2026-12-09 07:00"),
            ("repeats", "once"),
        ];
        let values: Values = values
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into();
        let author = Author::of_machine("test");
        let entry: Entry = read(RegisterKind::Shift, &values).unwrap();
        let entry = NewEntry {
            portal: Some(portal("p1")),
            replaces: None,
            withdrawn: false,
            entry,
            file: None,
        };
        let note = author.note(at(0), "register.enter", "shift", "");
        let store = store(dir.path());
        store.enter(vec![entry], &author, note).unwrap();
        drop(store);
        let settings = dir.path().join("ems.yaml");
        let text = "notify:\n  channels: [{name: a, kind: stdout}]\n  on_call:\n    lead: an\n    people: [{login: an, channels: [a]}]\n";
        std::fs::write(&settings, text).unwrap();
        let asked = |settings: Option<&PathBuf>, json| Asked {
            json,
            now: Some(now),
            settings: settings.cloned(),
            rules: RulesArgs::default(),
            place: Place {
                data: dir.path().to_owned(),
                lang: Lang::Vi,
                by: "root".into(),
            },
        };
        let say = |command: &Command| {
            let words = told(command, &FixedClock(now)).ok().unwrap();
            words.join("\n")
        };
        let without = say(&Command::Now(asked(None, false)));
        assert!(
            without.contains("khong.goi") && without.contains("Lịch trực kín"),
            "{without}"
        );
        let with = say(&Command::Now(asked(Some(&settings), false)));
        assert!(
            with.contains("chưa khai báo cách liên lạc") && with.contains("Lịch trực trống 7 ngày"),
            "{with}"
        );
        let json: serde_json::Value =
            serde_json::from_str(&say(&Command::Now(asked(Some(&settings), true)))).unwrap();
        assert_eq!(json["unreachable"], json!(["khong.goi"]));
        assert_eq!(json["gaps"].as_array().unwrap().len(), 1, "{json}");
        let rota = say(&Command::Rota {
            days: 3,
            asked: asked(Some(&settings), false),
        });
        assert!(rota.contains("chưa khai báo cách liên lạc"), "{rota}");
    }
}
