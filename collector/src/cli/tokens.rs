//! `tokens`: tokens of programs, by scope.

use std::io::Write;

use ems_contract::clock::Clock;
use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::text::{fill, get};
use ems_contract::time::UnixTime;
use serde_json::json;

use super::people::{Place, Stop, ended};
use super::{EXIT_OK, parse_id, parse_word};
use crate::account::{ApiToken, Scope, fresh_secret};
use crate::store::AccountStore;

/// What can be done with tokens.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a token and print it, this once.
    Add(AddArgs),
    /// List tokens; never the tokens themselves.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Where.
        #[command(flatten)]
        place: Place,
    },
    /// Revoke a token for good.
    Revoke {
        /// Its name.
        name: String,
        /// Where.
        #[command(flatten)]
        place: Place,
    },
}

/// A new token.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// Its name, which stands as author beside what it writes.
    name: String,
    /// attest, registers, heartbeat or webhook; repeat for several.
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = parse_scope)]
    scopes: Vec<Scope>,
    /// A portal that it may speak about; repeat for several; all when absent.
    #[arg(long = "portal", value_name = "ID", value_parser = parse_id::<PortalId>)]
    portals: Vec<PortalId>,
    /// Days until it ends; it does not end by itself when absent.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    days: Option<u16>,
    #[command(flatten)]
    place: Place,
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    parse_word(Scope::ALL, Scope::named, text)
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
        Command::List { json, place } => return list(*json, place, out, err),
        Command::Add(args) => {
            add(args, now).map(|token| (get(args.place.lang, "account.cli.token").to_owned(), token))
        }
        Command::Revoke { name, place } => revoke(name, place, now).map(|words| (words, String::new())),
    };
    match done {
        // The words go to the error output, so that `… > file` holds the token alone.
        Ok((words, token)) => {
            writeln!(err, "{words}")?;
            if !token.is_empty() {
                writeln!(out, "{token}")?;
            }
            Ok(EXIT_OK)
        }
        Err(stop) => ended(Err(stop), err),
    }
}

fn add(args: &AddArgs, now: UnixTime) -> Result<String, Stop> {
    let place = &args.place;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if args.name.is_empty() || args.name.len() > 64 || !args.name.chars().all(good) {
        return Err(Stop::usage(fill(
            place.lang,
            "account.cli.token_name",
            &[("name", &args.name)],
        )));
    }
    let secret = fresh_secret().map_err(|error| Stop::failed(error.to_string()))?;
    let author = place.machine();
    let token = ApiToken {
        name: args.name.clone(),
        digest: Sha256::of(secret.as_bytes()),
        scopes: args.scopes.clone(),
        portals: args.portals.clone(),
        made_by: author.name.clone(),
        made_at: now,
        expires_at: args.days.map(|days| now + i64::from(days) * 86_400),
        revoked_at: None,
    };
    let scopes: Vec<&str> = args.scopes.iter().map(|scope| scope.as_str()).collect();
    let note = author.note(now, "token.add", args.name.clone(), scopes.join(" "));
    let added = place.make()?.add_api_token(token, note);
    match added.map_err(|error| place.trouble(&error))? {
        true => Ok(secret),
        false => Err(Stop::failed(fill(
            place.lang,
            "account.cli.token_exists",
            &[("name", &args.name)],
        ))),
    }
}

fn revoke(name: &str, place: &Place, now: UnixTime) -> Result<String, Stop> {
    let note = place.machine().note(now, "token.revoke", name, "");
    let revoked = place.open()?.revoke_api_token(name, note);
    match revoked.map_err(|error| place.trouble(&error))? {
        true => Ok(fill(place.lang, "account.cli.revoked", &[("name", name)])),
        false => Err(Stop::failed(fill(
            place.lang,
            "account.cli.no_token",
            &[("name", name)],
        ))),
    }
}

fn list(json: bool, place: &Place, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    let tokens = place
        .read()
        .and_then(|store| store.api_tokens().map_err(|error| place.trouble(&error)));
    let tokens = match tokens {
        Ok(tokens) => tokens,
        Err(stop) => return ended(Err(stop), err),
    };
    let names = |scopes: &[Scope]| -> Vec<&str> { scopes.iter().map(|scope| scope.as_str()).collect() };
    if json {
        let rows: Vec<_> = tokens
            .iter()
            .map(|token| {
                json!({
                    "name": token.name, "scopes": names(&token.scopes), "portals": token.portals,
                    "made_by": token.made_by, "made_at": token.made_at, "expires_at": token.expires_at,
                    "revoked_at": token.revoked_at,
                })
            })
            .collect();
        writeln!(out, "{:#}", json!(rows))?;
        return Ok(EXIT_OK);
    }
    for token in &tokens {
        let portals: Vec<&str> = token.portals.iter().map(PortalId::as_str).collect();
        let ended = token.revoked_at.or(token.expires_at);
        let end = ended.map_or_else(String::new, |at| crate::locale::instant(at, place.lang));
        let scopes = names(&token.scopes).join(" ");
        let line = format!("{:<20} {scopes:<24} {} {end}", token.name, portals.join(" "));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(EXIT_OK)
}
