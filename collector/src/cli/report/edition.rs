//! `report editions|draft|freeze|sign|send|save`: the life of a report that the administration gets.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::command_line::Unfit;
use ems_contract::id::PortalId;
use ems_contract::inventory::Inventory;
use ems_contract::text::{fill, get};
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde_json::json;

use super::{last_in_force, passages};
use crate::account::audit::Via;
use crate::account::{Action, Author};
use crate::cli::people::{Place, Stop, ended, handed};
use crate::cli::signer::logged_in;
use crate::cli::validate::filled;
use crate::cli::{EXIT_BAD_FILE, EXIT_OK, RulesArgs, write_findings};
use crate::edition::{Edition, EditionKey, EditionState, MakeError, Maker, NewStep, Office, Wish, state_key};
use crate::locale;
use crate::regulation::Regulations;
use crate::report::contents::Issuer;
use crate::report::{DrawError, Form, MANIFEST, Source};
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;
use crate::store::{EditionKept, EditionStore, PeopleStore};

/// The largest file that is handed in, in MiB.
pub(super) const MAX_MIB: u64 = 64;

pub(super) fn key(text: &str) -> Result<EditionKey, Unfit> {
    text.parse()
        .map_err(|_why: crate::edition::EditionKeyError| Unfit("help.want.edition"))
}

/// Who does it.
#[derive(Debug, clap::Args)]
pub(super) struct Signer {
    /// Log in as this official; the password is asked for, or read from standard input. Without it whoever is at the
    /// machine (--by) is the author.
    #[arg(long = "as", value_name = "LOGIN")]
    person: Option<String>,
    #[command(flatten)]
    pub(super) place: Place,
}

/// Print the editions.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Those of this report only: duty/period or duty/period/unit, such as ag-q/2026-Q4.
    #[arg(value_parser = key)]
    key: Option<EditionKey>,
    /// Print JSON, one edition a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// An edition that is made.
#[derive(Debug, clap::Args)]
pub struct MakeArgs {
    /// The report: duty/period or duty/period/unit, such as ag-q/2026-Q4.
    #[arg(value_parser = key)]
    pub(super) key: EditionKey,
    /// Forms to keep; json is always among them.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORM,…", default_values_t = Form::ALL)]
    formats: Vec<Form>,
    /// Data up to here only [default: the duty's cut].
    #[arg(long, value_name = "INSTANT")]
    as_of: Option<UnixTime>,
    /// Why a frozen edition is corrected.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(super) reason: String,
    /// Passages written by people, kept with the report: YAML of name and text (docs/REPORT.md).
    #[arg(long, value_name = "FILE")]
    passages: Option<PathBuf>,
    /// Freeze although units wait for decisions on what they contest.
    #[arg(long)]
    with_open_objections: bool,
    /// Issuing body.
    #[arg(long, value_name = "NAME")]
    issuer: Option<String>,
    /// Body above the issuer.
    #[arg(long, value_name = "NAME")]
    superior: Option<String>,
    /// Short form of the issuer in the symbol, such as SKHCN.
    #[arg(long, value_name = "SHORT")]
    symbol: Option<String>,
    /// Place of issue.
    #[arg(long, value_name = "PLACE")]
    place_of_issue: Option<String>,
    /// To whom; may be given several times.
    #[arg(long, value_name = "NAME")]
    to_whom: Vec<String>,
    /// The renderer [default: ems-render beside this program].
    #[arg(long, env = "EMS_RENDER", value_name = "FILE")]
    renderer: Option<PathBuf>,
    /// Folder of own words and layouts (docs/REPORT.md).
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// The instant at which it is made [default: the present].
    #[arg(long, value_name = "INSTANT")]
    pub(super) now: Option<UnixTime>,
    #[command(flatten)]
    pub(super) rules: RulesArgs,
    #[command(flatten)]
    pub(super) signer: Signer,
}

/// A step of a frozen edition.
#[derive(Debug, clap::Args)]
pub struct StepArgs {
    /// The report: duty/period or duty/period/unit; its newest edition is meant.
    #[arg(value_parser = key)]
    key: EditionKey,
    /// Number and symbol of the paper, such as 12/BC-SKHCN; signing wants it.
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// The day [default: today].
    #[arg(long, value_name = "DAY")]
    on: Option<Date>,
    /// Who signed it, or to whom it was sent; sending wants it.
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// The signed paper, or what proves the sending; it is kept with its SHA-256.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The instant of the note [default: the present].
    #[arg(long, value_name = "INSTANT")]
    now: Option<UnixTime>,
    #[command(flatten)]
    signer: Signer,
}

/// Write the files of an edition to a folder.
#[derive(Debug, clap::Args)]
pub struct SaveArgs {
    /// The report: duty/period or duty/period/unit.
    #[arg(value_parser = key)]
    key: EditionKey,
    /// Number of the edition [default: the newest].
    #[arg(long, value_name = "N")]
    edition: Option<u32>,
    /// Folder to make.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl Signer {
    /// The author, if these may do `action` about the portal (the province as a whole when `None`).
    pub(super) fn author(
        &self,
        store: &dyn PeopleStore,
        action: Action,
        portal: Option<&PortalId>,
        now: UnixTime,
    ) -> Result<Author, Stop> {
        let place = &self.place;
        let Some(name) = &self.person else {
            return Ok(place.machine());
        };
        let person = logged_in(store, name, place, now)?;
        if !person.may(action, portal) {
            return Err(Stop::failed(get(place.lang, "edition.cli.may_not")));
        }
        Ok(Author::of_person(&person, Via::CommandLine))
    }
}

pub(super) fn list(args: &ListArgs, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    let place = &args.place;
    let all = place.read().and_then(|store| {
        store
            .editions(args.key.as_ref())
            .map_err(|error| place.trouble(&error))
    });
    let all = match all {
        Ok(all) => all,
        Err(stop) => return ended(Err(stop), err),
    };
    for edition in &all {
        if args.json {
            writeln!(out, "{}", as_json(edition))?;
        } else {
            let state = get(place.lang, state_key(edition.state()));
            let at = edition.steps.last().map_or(edition.made_at, |step| step.at);
            let at = locale::instant(at, place.lang);
            let (name, digest) = (edition.name(), edition.manifest.data_digest.short());
            writeln!(out, "{name} · {state} · {at} · {digest}")?;
        }
    }
    if all.is_empty() && !args.json {
        writeln!(out, "{}", get(place.lang, "edition.cli.no_editions"))?;
    }
    Ok(EXIT_OK)
}

fn as_json(edition: &Edition) -> serde_json::Value {
    json!({
        "name": edition.name(), "key": edition.key.to_string(), "number": edition.number,
        "state": edition.state(), "made_at": edition.made_at, "made_by": edition.made_by,
        "seal": edition.seal, "reason": edition.reason, "changes": edition.changes,
        "steps": edition.steps, "manifest": edition.manifest,
    })
}

pub(super) fn make(
    args: &MakeArgs,
    freeze: bool,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let lang = args.signer.place.lang;
    let rules = match args.rules.load() {
        Ok(rules) => rules,
        Err(found) => {
            write_findings(err, &found, lang)?;
            return Ok(EXIT_BAD_FILE);
        }
    };
    let written = match &args.passages {
        None => Vec::new(),
        Some(path) => match passages::read(path, lang, err) {
            Ok(written) => written.into_iter().collect(),
            Err(super::Stop::Output(error)) => return Err(error),
            Err(super::Stop::Usage(words) | super::Stop::Failed(words)) => {
                return ended(Err(Stop::usage(words)), err);
            }
            Err(super::Stop::BadFile) => return Ok(EXIT_BAD_FILE),
        },
    };
    let now = args.now.unwrap_or(now);
    match made(args, freeze, &rules, written, now) {
        Ok(words) => {
            writeln!(out, "{words}")?;
            Ok(EXIT_OK)
        }
        Err(stop) => ended(Err(stop), err),
    }
}

/// What editions are made with: the stores, who makes them, how they look.
pub(super) struct Workshop {
    people: Box<dyn PeopleStore>,
    pub(super) data: SqliteStore,
    pub(super) inventory: Inventory,
    pub(super) author: Author,
    office: Office,
}

impl Workshop {
    pub(super) fn open(args: &MakeArgs, action: Action, now: UnixTime) -> Result<Self, Stop> {
        let place = &args.signer.place;
        let people = place.open()?;
        let data = SqliteStore::open_for_reading(&place.data.join(DATABASE));
        let data = data.map_err(|error| place.trouble(&error))?;
        Ok(Self {
            inventory: inventory(&data, place, now)?,
            author: args.signer.author(&*people, action, None, now)?,
            office: Office {
                issuer: Issuer {
                    superior: args.superior.clone(),
                    name: args.issuer.clone(),
                    short: args.symbol.clone(),
                    place: args.place_of_issue.clone(),
                    to: args.to_whom.clone(),
                },
                renderer: args.renderer.clone(),
                templates: args.templates.clone(),
            },
            people,
            data,
        })
    }

    pub(super) fn maker<'a>(&'a self, args: &'a MakeArgs, rules: &'a Regulations) -> Maker<'a> {
        Maker {
            source: Source {
                store: &self.data,
                inventory: &self.inventory,
                rules,
            },
            editions: &*self.people,
            folder: &args.signer.place.data,
            office: &self.office,
        }
    }
}

fn made(
    args: &MakeArgs,
    freeze: bool,
    rules: &Regulations,
    written: Vec<(String, String)>,
    now: UnixTime,
) -> Result<String, Stop> {
    let (place, lang) = (&args.signer.place, args.signer.place.lang);
    let action = if freeze {
        Action::SignReport
    } else {
        Action::EditReport
    };
    let workshop = Workshop::open(args, action, now)?;
    let (people, author) = (&workshop.people, &workshop.author);
    if !written.is_empty() {
        let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
        let note = author.note(now, "report.passages", args.key.to_string(), names.join(", "));
        people
            .write_passages(&args.key, written, author, note)
            .map_err(|error| place.trouble(&error))?;
    }
    let maker = workshop.maker(args, rules);
    let wish = Wish {
        key: args.key.clone(),
        forms: args.formats.clone(),
        as_of: args.as_of,
        reason: args.reason.clone(),
        freeze,
        with_open: args.with_open_objections,
    };
    let made = maker
        .make(&wish, author, now)
        .map_err(|error| not_made(&error, place))?;
    let key = if freeze {
        "edition.cli.frozen"
    } else {
        "edition.cli.drafted"
    };
    let values = [
        ("name", format!("{}#{}", args.key, made.number)),
        ("files", made.files.to_string()),
        ("changes", made.changes.to_string()),
    ];
    Ok(filled(lang, key, &values))
}

pub(super) fn inventory(store: &SqliteStore, place: &Place, now: UnixTime) -> Result<Inventory, Stop> {
    let found = last_in_force(store, now).map_err(|error| place.trouble(&error))?;
    found.ok_or_else(|| {
        let data = place.data.display().to_string();
        Stop::usage(fill(place.lang, "report.cli.no_inventory", &[("data", &data)]))
    })
}

/// Why there is no edition, in words.
pub(super) fn not_made(error: &MakeError, place: &Place) -> Stop {
    let lang = place.lang;
    let at = |instant: &UnixTime| locale::instant(*instant, lang);
    match error {
        MakeError::NoSuchReport(key) => {
            Stop::usage(filled(lang, "edition.make.no_such", &[("key", key.to_string())]))
        }
        MakeError::Period(error) => Stop::usage(error.render(lang)),
        MakeError::NoReason { key, number } => Stop::usage(filled(
            lang,
            "edition.make.no_reason",
            &[("key", key.to_string()), ("number", number.to_string())],
        )),
        MakeError::NotSettled { key, settled, cut } => Stop::failed(filled(
            lang,
            "edition.make.not_settled",
            &[
                ("key", key.to_string()),
                ("settled", at(settled)),
                ("cut", at(cut)),
            ],
        )),
        MakeError::OpenObjections { key, count } => Stop::failed(filled(
            lang,
            "edition.make.open_objections",
            &[("key", key.to_string()), ("count", count.to_string())],
        )),
        MakeError::Outdated(key) => {
            Stop::failed(filled(lang, "edition.make.outdated", &[("key", key.to_string())]))
        }
        MakeError::Draw(DrawError::Store(error)) | MakeError::Store(error) => place.trouble(error),
        MakeError::Draw(DrawError::UnknownPortal { wanted, .. }) => Stop::usage(filled(
            lang,
            "edition.make.unknown_unit",
            &[("unit", wanted.to_string())],
        )),
        MakeError::Draw(DrawError::NotOneUnit(count)) => Stop::usage(filled(
            lang,
            "edition.cli.one_unit",
            &[("count", count.to_string())],
        )),
        MakeError::Templates(faults) | MakeError::Draw(DrawError::Templates(faults)) => {
            Stop::usage(faults.render(lang))
        }
        MakeError::Form(error) => Stop::failed(error.render(lang)),
    }
}

pub(super) fn step(
    args: &StepArgs,
    to: EditionState,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    match stepped(args, to, args.now.unwrap_or(now)) {
        Ok(words) => {
            writeln!(out, "{words}")?;
            Ok(EXIT_OK)
        }
        Err(stop) => ended(Err(stop), err),
    }
}

fn stepped(args: &StepArgs, to: EditionState, now: UnixTime) -> Result<String, Stop> {
    let (place, lang) = (&args.signer.place, args.signer.place.lang);
    let file = args.file.as_deref();
    let file = file.map(|path| handed(path, MAX_MIB, lang)).transpose()?;
    let store = place.open()?;
    let all = store
        .editions(Some(&args.key))
        .map_err(|error| place.trouble(&error))?;
    // The draft of a correction does not hide the edition that was signed.
    let frozen = all
        .iter()
        .rev()
        .find(|edition| edition.state() != EditionState::Drafted);
    let edition = frozen
        .or(all.last())
        .ok_or_else(|| no_edition(&args.key, None, place))?;
    let author = args.signer.author(&*store, Action::SignReport, None, now)?;
    let new = NewStep {
        to,
        number: args.number.clone(),
        on: args.on,
        who: args.who.clone(),
        file: file
            .as_ref()
            .map(|file| ems_contract::digest::Sha256::of(&file.bytes)),
    };
    let taken = new.step(edition, &all, &author, now).map_err(|faults| {
        let name = edition.name();
        let told: Vec<String> = faults.iter().map(|fault| fault.render(&name, lang)).collect();
        Stop::usage(told.join("\n"))
    })?;
    let note = taken.note(edition, &author);
    let kept = store
        .step_edition(edition.id, edition.state(), taken, file, note)
        .map_err(|error| place.trouble(&error))?;
    match kept {
        EditionKept::Done(_) => Ok(filled(
            lang,
            "edition.cli.stepped",
            &[
                ("name", edition.name()),
                ("state", get(lang, state_key(to)).to_owned()),
            ],
        )),
        EditionKept::Outdated => Err(Stop::failed(filled(
            lang,
            "edition.make.outdated",
            &[("key", args.key.to_string())],
        ))),
    }
}

/// An edition of a report: that of a number, or the newest.
pub(super) fn newest(
    store: &dyn PeopleStore,
    key: &EditionKey,
    number: Option<u32>,
    place: &Place,
) -> Result<Edition, Stop> {
    let all = store.editions(Some(key)).map_err(|error| place.trouble(&error))?;
    let wanted = |edition: &Edition| number.is_none_or(|number| edition.number == number);
    let found = all.into_iter().rev().find(wanted);
    found.ok_or_else(|| no_edition(key, number, place))
}

fn no_edition(key: &EditionKey, number: Option<u32>, place: &Place) -> Stop {
    let name = number.map_or_else(|| key.to_string(), |number| format!("{key}#{number}"));
    Stop::usage(filled(place.lang, "edition.cli.no_edition", &[("name", name)]))
}

pub(super) fn save(args: &SaveArgs, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    match saved(args) {
        Ok(words) => {
            writeln!(out, "{words}")?;
            Ok(EXIT_OK)
        }
        Err(stop) => ended(Err(stop), err),
    }
}

fn saved(args: &SaveArgs) -> Result<String, Stop> {
    let (place, lang) = (&args.place, args.place.lang);
    let failed = |error: crate::report::ExportError| {
        Stop::failed(crate::report::FormError::Export(error).render(lang))
    };
    let store = place.open()?;
    let edition = newest(&*store, &args.key, args.edition, place)?;
    let export = crate::report::Export::begin(&args.out).map_err(failed)?;
    let listed = edition.manifest.files.iter().map(|entry| entry.name.as_str());
    for name in listed.chain([MANIFEST]) {
        let file = store
            .edition_file(edition.id, name)
            .map_err(|error| place.trouble(&error))?;
        let Some(file) = file else {
            let values = [("name", edition.name()), ("file", name.to_owned())];
            return Err(Stop::failed(filled(lang, "edition.cli.lacks", &values)));
        };
        export.write(name, &file.bytes).map_err(failed)?;
    }
    export.place().map_err(failed)?;
    let values = [
        ("name", edition.name()),
        ("path", args.out.display().to_string()),
        ("seal", edition.seal.to_string()),
        ("list", MANIFEST.to_owned()),
    ];
    Ok(filled(lang, "edition.cli.saved", &values))
}

#[cfg(test)]
mod tests;
