//! `report publish|published`: a frozen edition as a folder for the province portal, and where it was published.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::inventory::Inventory;
use ems_contract::text::{Lang, get};
use ems_contract::time::UnixTime;

use super::edition::{Signer, inventory, key, newest};
use crate::account::Action;
use crate::cli::people::{Place, Stop, ended};
use crate::cli::validate::filled;
use crate::cli::{EXIT_BAD_FILE, EXIT_OK, RulesArgs, write_findings};
use crate::edition::{
    Edition, EditionKey, EditionState, NewPublication, Publication, PublicationFault, for_portal, title,
};
use crate::locale;
use crate::regulation::Regulations;
use crate::report::{Export, ExportError, FormError, MANIFEST};
use crate::serve::DATABASE;
use crate::store::PeopleStore;
use crate::store::sqlite::SqliteStore;

/// A folder for the province portal.
#[derive(Debug, clap::Args)]
pub struct PublishArgs {
    /// The report: duty/period or duty/period/unit, such as ag-qc/2026-Q4.
    #[arg(value_parser = key)]
    key: EditionKey,
    /// Number of the edition [default: the newest].
    #[arg(long, value_name = "N")]
    edition: Option<u32>,
    /// Folder to make.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    place: Place,
}

/// Where an edition was published.
#[derive(Debug, clap::Args)]
pub struct PublishedArgs {
    /// The report: duty/period or duty/period/unit, such as ag-qc/2026-Q4.
    #[arg(value_parser = key)]
    key: EditionKey,
    /// Number of the edition [default: the newest].
    #[arg(long, value_name = "N")]
    edition: Option<u32>,
    /// The address, on a province portal of the inventory; without it what was stated before is printed.
    #[arg(long, value_name = "URL")]
    at: Option<String>,
    /// The instant of the note [default: the present].
    #[arg(long, value_name = "INSTANT")]
    now: Option<UnixTime>,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    signer: Signer,
}

fn with_rules(
    rules: &RulesArgs,
    lang: Lang,
    work: impl FnOnce(&Regulations) -> Result<String, Stop>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    match rules.load() {
        Err(found) => {
            write_findings(err, &found, lang)?;
            Ok(EXIT_BAD_FILE)
        }
        Ok(rules) => match work(&rules) {
            Ok(words) => {
                writeln!(out, "{words}")?;
                Ok(EXIT_OK)
            }
            Err(stop) => ended(Err(stop), err),
        },
    }
}

pub(super) fn publish(
    args: &PublishArgs,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let work = |rules: &Regulations| exported(args, rules, now);
    with_rules(&args.rules, args.place.lang, work, out, err)
}

fn exported(args: &PublishArgs, rules: &Regulations, now: UnixTime) -> Result<String, Stop> {
    let (place, lang) = (&args.place, args.place.lang);
    let store = place.open()?;
    let edition = newest(&*store, &args.key, args.edition, place)?;
    if edition.state() == EditionState::Drafted {
        return Err(refused(&PublicationFault::Draft, &edition, lang));
    }
    let listed = edition.manifest.files.iter().map(|entry| entry.name.as_str());
    let mut files = Vec::new();
    for name in listed.chain([MANIFEST]) {
        let file = store
            .edition_file(edition.id, name)
            .map_err(|error| place.trouble(&error))?;
        files.push(file.ok_or_else(|| {
            let values = [("name", edition.name()), ("file", name.to_owned())];
            Stop::failed(filled(lang, "edition.cli.lacks", &values))
        })?);
    }
    let unit = match &edition.key.unit {
        None => None,
        Some(unit) => {
            let known = known_inventory(place, now)?;
            let named = known.portal(unit).map(|portal| portal.name.clone());
            Some(named.unwrap_or_else(|| unit.to_string()))
        }
    };
    let called = title(rules, &edition.key, unit.as_deref(), Lang::Vi);
    let more = for_portal(&edition, &called, &files).map_err(|error| Stop::failed(format!("{error:#}")))?;
    let failed = |error: ExportError| Stop::failed(FormError::Export(error).render(lang));
    let export = Export::begin(&args.out).map_err(failed)?;
    let own = files.iter().map(|file| (file.name.as_str(), &file.bytes));
    for (name, bytes) in own.chain(more.iter().map(|(name, bytes)| (*name, bytes))) {
        export.write(name, bytes).map_err(failed)?;
    }
    export.place().map_err(failed)?;
    let values = [
        ("name", edition.name()),
        ("path", args.out.display().to_string()),
        ("count", (files.len() + more.len()).to_string()),
        ("key", edition.key.to_string()),
    ];
    Ok(filled(lang, "edition.publish.done", &values))
}

fn known_inventory(place: &Place, now: UnixTime) -> Result<Inventory, Stop> {
    let data = SqliteStore::open_for_reading(&place.data.join(DATABASE));
    inventory(&data.map_err(|error| place.trouble(&error))?, place, now)
}

pub(super) fn published(
    args: &PublishedArgs,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let now = args.now.unwrap_or(now);
    let work = |rules: &Regulations| stated(args, rules, now);
    with_rules(&args.rules, args.signer.place.lang, work, out, err)
}

fn stated(args: &PublishedArgs, rules: &Regulations, now: UnixTime) -> Result<String, Stop> {
    let (place, lang) = (&args.signer.place, args.signer.place.lang);
    let store = place.open()?;
    let edition = newest(&*store, &args.key, args.edition, place)?;
    let Some(address) = &args.at else {
        return list(&*store, &edition, place);
    };
    let known = known_inventory(place, now)?;
    let new = NewPublication::of(&edition, address, (rules, &known), now)
        .map_err(|fault| refused(&fault, &edition, lang))?;
    let author = args.signer.author(&*store, Action::EditReport, None, now)?;
    let (note, portal, url) = (
        new.note(&edition, &author),
        new.portal.to_string(),
        new.url.to_string(),
    );
    store
        .state_published(new, &author, note)
        .map_err(|error| place.trouble(&error))?;
    let values = [("name", edition.name()), ("portal", portal), ("url", url)];
    Ok(filled(lang, "edition.published.kept", &values))
}

/// What was stated of an edition, a line each.
fn list(store: &dyn PeopleStore, edition: &Edition, place: &Place) -> Result<String, Stop> {
    let all = store.publications(None).map_err(|error| place.trouble(&error))?;
    let line = |one: &Publication| {
        let (at, by) = (locale::instant(one.at, place.lang), &one.shown);
        format!("{} · {at} · {by} · {}", edition.name(), one.url)
    };
    let lines: Vec<String> = all
        .iter()
        .filter(|one| one.edition == edition.id)
        .map(line)
        .collect();
    Ok(if lines.is_empty() {
        get(place.lang, "edition.published.none").to_owned()
    } else {
        lines.join("\n")
    })
}

fn refused(fault: &PublicationFault, edition: &Edition, lang: Lang) -> Stop {
    Stop::usage(fault.render(edition, lang))
}
