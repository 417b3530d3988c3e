//! `users`: accounts of people.

use std::io::{IsTerminal, Write};

use ems_contract::clock::Clock;
use ems_contract::id::PortalId;
use ems_contract::text::{fill, get};
use ems_contract::time::UnixTime;
use serde_json::json;

use super::people::{Place, Stop, ended, password};
use super::{EXIT_OK, parse_id, parse_word};
use crate::account::password::{faults, hash};
use crate::account::{LoginName, Person, PersonChange, Role, locked_until};
use crate::locale;
use crate::store::AccountStore;

/// What can be done with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make an account; the password is asked for, or read from standard input.
    Add {
        /// Name to log in with.
        login: String,
        /// Full name.
        #[arg(long)]
        name: String,
        /// Which role.
        #[command(flatten)]
        right: Right,
        /// Where.
        #[command(flatten)]
        place: Place,
    },
    /// List accounts.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Where.
        #[command(flatten)]
        place: Place,
    },
    /// Bar an account from logging in; its sessions end.
    Disable {
        /// Whose.
        login: String,
        /// Where.
        #[command(flatten)]
        place: Place,
    },
    /// Let an account log in again.
    Enable {
        /// Whose.
        login: String,
        /// Where.
        #[command(flatten)]
        place: Place,
    },
    /// Set another password, to be changed at the next log-in; all sessions end.
    Password {
        /// Whose.
        login: String,
        /// Where.
        #[command(flatten)]
        place: Place,
    },
    /// Give another role.
    Role {
        /// Whose.
        login: String,
        /// Which role.
        #[command(flatten)]
        right: Right,
        /// Where.
        #[command(flatten)]
        place: Place,
    },
    /// Forget wrong passwords: the account can log in at once.
    Unlock {
        /// Whose.
        login: String,
        /// Where.
        #[command(flatten)]
        place: Place,
    },
}

/// A role, and for whom an editor speaks.
#[derive(Debug, clap::Args)]
pub struct Right {
    /// operator, on-call, official, editor or leader.
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// A portal that an editor speaks for; repeat for several.
    #[arg(long = "portal", value_name = "ID", value_parser = parse_id::<PortalId>)]
    portals: Vec<PortalId>,
}

fn parse_role(text: &str) -> Result<Role, String> {
    parse_word(Role::ALL, Role::named, text)
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
    let now = clock.now();
    let done = match command {
        Command::List { json, place } => return list(*json, place, now, out, err),
        Command::Add {
            login,
            name,
            right,
            place,
        } => add(login, name, right, place, now),
        Command::Disable { login, place } => change(
            login,
            place,
            PersonChange::Disabled(true),
            "user.disable",
            "",
            now,
        ),
        Command::Enable { login, place } => change(
            login,
            place,
            PersonChange::Disabled(false),
            "user.enable",
            "",
            now,
        ),
        Command::Unlock { login, place } => {
            change(login, place, PersonChange::Unlock, "user.unlock", "", now)
        }
        Command::Role { login, right, place } => checked(right, place).and_then(|()| {
            let role = PersonChange::Role {
                role: right.role,
                portals: right.portals.clone(),
            };
            change(login, place, role, "user.role", &said(right), now)
        }),
        Command::Password { login, place } => new_password(login, place).and_then(|hash| {
            let password = PersonChange::Password {
                hash,
                must_change: true,
            };
            change(login, place, password, "user.password", "", now)
        }),
    };
    match done {
        Ok(words) => {
            writeln!(out, "{words}")?;
            Ok(EXIT_OK)
        }
        Err(stop) => ended(Err(stop), err),
    }
}

fn said(right: &Right) -> String {
    let portals: Vec<&str> = right.portals.iter().map(PortalId::as_str).collect();
    format!("{} {}", right.role, portals.join(" "))
        .trim_end()
        .to_owned()
}

/// An editor speaks for at least one portal; the others' rights do not depend on portals.
fn checked(right: &Right, place: &Place) -> Result<(), Stop> {
    let editor = right.role == Role::Editor;
    if editor == right.portals.is_empty() {
        return Err(Stop::usage(get(place.lang, "account.cli.editor")));
    }
    Ok(())
}

fn name(login: &str, place: &Place) -> Result<LoginName, Stop> {
    let wrong = |_why| Stop::usage(fill(place.lang, "account.cli.login", &[("login", login)]));
    login.parse().map_err(wrong)
}

fn new_password(login: &str, place: &Place) -> Result<String, Stop> {
    let lang = place.lang;
    let first = password(lang, "account.change.new")?;
    let wrong = faults(&first, login);
    if !wrong.is_empty() {
        let words: Vec<String> = wrong.iter().map(|fault| fault.render(lang)).collect();
        return Err(Stop::failed(words.join("\n")));
    }
    // A person may have mistyped what nobody sees; a program has not.
    if std::io::stdin().is_terminal() && password(lang, "account.change.again")? != first {
        return Err(Stop::failed(get(lang, "account.password.differ")));
    }
    hash(&first).map_err(|error| Stop::failed(error.to_string()))
}

fn add(login: &str, full_name: &str, right: &Right, place: &Place, now: UnixTime) -> Result<String, Stop> {
    checked(right, place)?;
    let login = name(login, place)?;
    if full_name.trim().is_empty() {
        return Err(Stop::usage(get(place.lang, "account.cli.no_name")));
    }
    let person = Person {
        password: new_password(login.as_str(), place)?,
        full_name: full_name.trim().to_owned(),
        role: right.role,
        portals: right.portals.clone(),
        must_change: false,
        disabled: false,
        failures: 0,
        failed_at: None,
        created_at: now,
        login,
    };
    let login = person.login.to_string();
    let note = place.machine().note(now, "user.add", login.clone(), said(right));
    let added = place.make()?.add_person(person, note);
    match added.map_err(|error| place.trouble(&error))? {
        true => Ok(fill(place.lang, "account.cli.added", &[("login", &login)])),
        false => Err(Stop::failed(fill(
            place.lang,
            "account.cli.exists",
            &[("login", &login)],
        ))),
    }
}

fn change(
    login: &str,
    place: &Place,
    what: PersonChange,
    action: &'static str,
    detail: &str,
    now: UnixTime,
) -> Result<String, Stop> {
    let login = name(login, place)?;
    let note = place.machine().note(now, action, login.to_string(), detail);
    let changed = place.open()?.change_person(&login, what, note);
    let values = [("login", login.as_str())];
    match changed.map_err(|error| place.trouble(&error))? {
        true => Ok(fill(place.lang, "account.cli.changed", &values)),
        false => Err(Stop::failed(fill(place.lang, "account.cli.nobody", &values))),
    }
}

fn list(
    json: bool,
    place: &Place,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let people = place
        .read()
        .and_then(|store| store.people().map_err(|error| place.trouble(&error)));
    let people = match people {
        Ok(people) => people,
        Err(stop) => return ended(Err(stop), err),
    };
    if json {
        let rows: Vec<_> = people
            .iter()
            .map(|person| {
                json!({
                    "login": person.login.as_str(), "name": person.full_name, "role": person.role.as_str(),
                    "portals": person.portals, "disabled": person.disabled, "must_change": person.must_change,
                    "locked_until": locked_until(person.failures, person.failed_at, now),
                    "created_at": person.created_at,
                })
            })
            .collect();
        writeln!(out, "{:#}", json!(rows))?;
        return Ok(EXIT_OK);
    }
    for person in &people {
        let state = if person.disabled {
            get(place.lang, "account.cli.disabled").to_owned()
        } else if let Some(until) = locked_until(person.failures, person.failed_at, now) {
            let at = locale::instant(until, place.lang);
            fill(place.lang, "account.cli.locked", &[("until", &at)])
        } else {
            String::new()
        };
        let portals: Vec<&str> = person.portals.iter().map(PortalId::as_str).collect();
        let line = format!(
            "{:<20} {:<10} {} {} {state}",
            person.login,
            person.role,
            person.full_name,
            portals.join(" ")
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(EXIT_OK)
}
