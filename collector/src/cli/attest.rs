//! `attest`: entries of registers at the command line. The author is a person with their password, or a token's name.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use ems_contract::clock::Clock;
use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::inventory;
use ems_contract::text::{fill, get};
use ems_contract::time::UnixTime;

use super::people::{Place, Stop, ended, handed};
use super::signer::Signer;
use super::{EXIT_FAILED, EXIT_OK, RulesArgs, parse_id, write_findings};
use crate::intake;
use crate::register::import::import;
use crate::register::{RegisterKind, Values, faults, read};
use crate::store::{AccountStore, Entered, NewEntry};

/// What can be entered.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Enter one attestation.
    Add(Box<AddArgs>),
    /// Enter the rows of a spreadsheet (XLSX or CSV): all, or with `--accept-good-rows` those in order.
    Import(Box<ImportArgs>),
}

/// One attestation.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The portal.
    #[arg(value_parser = parse_id::<PortalId>)]
    portal: PortalId,
    /// The obligation, such as AG-12.
    obligation: String,
    /// The check, where the obligation has several and one is meant.
    #[arg(long)]
    check: Option<String>,
    /// yes, partial or no.
    #[arg(long)]
    statement: String,
    /// Who attests.
    #[arg(long)]
    by_name: String,
    /// In which capacity.
    #[arg(long)]
    by_role: String,
    /// The day it was signed.
    #[arg(long, value_name = "DAY")]
    signed_on: String,
    /// The last day it holds [default: 12 months].
    #[arg(long, value_name = "DAY")]
    valid_until: Option<String>,
    /// The signed file; it is kept with its SHA-256.
    #[arg(long)]
    file: Option<PathBuf>,
    /// A remark.
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    place: Place,
}

/// A spreadsheet.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The file.
    file: PathBuf,
    /// Register: attestation, editorial-board, training, restore-test, incident, report, suspension.
    #[arg(long, default_value = "attestation")]
    register: String,
    /// Main file of the inventory: rows name portals by id or name.
    #[arg(long, value_name = "FILE", default_value = "targets.yaml")]
    targets: PathBuf,
    /// Settings, for shifts: who can be called; ems.yaml where it is there.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Enter the rows in order although others are not.
    #[arg(long)]
    accept_good_rows: bool,
    /// Only look: nothing is entered.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    place: Place,
}

/// The largest file kept, in bytes.
const MAX_MIB: u64 = 10;

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
    match command {
        Command::Add(args) => match add(args, now) {
            Ok((words, warnings)) => {
                for warning in warnings {
                    writeln!(err, "{warning}")?;
                }
                writeln!(out, "{words}")?;
                Ok(EXIT_OK)
            }
            Err(stop) => ended(Err(stop), err),
        },
        Command::Import(args) => import_file(args, now, out, err),
    }
}

fn add(args: &AddArgs, now: UnixTime) -> Result<(String, Vec<String>), Stop> {
    let (place, lang) = (&args.place, args.place.lang);
    let file = args.file.as_deref();
    let file = file.map(|path| handed(path, MAX_MIB, lang)).transpose()?;
    let mut values = Values::new();
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            values.insert(name.to_owned(), value.to_owned());
        }
    };
    put("obligation", Some(&args.obligation));
    put("check", args.check.as_deref());
    put("statement", Some(&args.statement));
    put("by_name", Some(&args.by_name));
    put("by_role", Some(&args.by_role));
    put("signed_on", Some(&args.signed_on));
    put("valid_until", args.valid_until.as_deref());
    put("note", args.note.as_deref());
    let digest = file.as_ref().map(|file| Sha256::of(&file.bytes).to_string());
    put("file_sha256", digest.as_deref());
    let entry = read(RegisterKind::Attestation, &values).map_err(|all| {
        let words: Vec<String> = all
            .iter()
            .map(|(field, fault)| format!("--{}: {}", field.replace('_', "-"), fault.render(lang)))
            .collect();
        Stop::usage(words.join("\n"))
    })?;
    let rules = args.rules.load().map_err(|found| place.bad_rules(&found))?;
    let bytes = file.as_ref().map(|file| &*file.bytes);
    let doubts = faults(&rules, &entry, bytes, now);
    let told = |all: &[ems_contract::diagnostic::Message]| -> Vec<String> {
        all.iter().map(|message| message.render(lang)).collect()
    };
    if !doubts.errors.is_empty() {
        return Err(Stop::failed(told(&doubts.errors).join("\n")));
    }
    let store = place.open()?;
    let signed = args.signer.sign(&*store, place, now)?;
    let author = signed.author(
        RegisterKind::Attestation,
        RegisterKind::Attestation.action(),
        Some(&args.portal),
        place,
    )?;
    let subject = format!("attestation {}", args.portal);
    let note = author.note(now, "register.enter", subject, args.obligation.clone());
    let new = NewEntry {
        portal: Some(args.portal.clone()),
        replaces: None,
        withdrawn: false,
        entry,
        file,
    };
    let id = match store
        .enter(vec![new], &author, note)
        .map_err(|error| place.trouble(&error))?
    {
        Entered::All(ids) => ids.first().copied().unwrap_or_default(),
        Entered::Outdated(id) => id,
    };
    let words = fill(lang, "register.cli.entered", &[("id", &id.to_string())]);
    Ok((words, told(&doubts.warnings)))
}

fn import_file(
    args: &ImportArgs,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let (place, lang) = (&args.place, args.place.lang);
    let Some(kind) = RegisterKind::named(&args.register) else {
        return ended(Err(Stop::usage(get(lang, "register.none"))), err);
    };
    let loaded = inventory::load(&args.targets);
    let Some(inventory) = loaded.inventory else {
        write_findings(err, &loaded.diagnostics, lang)?;
        return Ok(super::EXIT_BAD_FILE);
    };
    let rules = match args.rules.load() {
        Ok(rules) => rules,
        Err(found) => return ended(Err(place.bad_rules(&found)), err),
    };
    let file = match handed(&args.file, MAX_MIB, lang) {
        Ok(file) => file,
        Err(stop) => return ended(Err(stop), err),
    };
    let portals: BTreeMap<PortalId, String> = intake::portals(&inventory);
    let mut imported = import(&rules, kind, &portals, &file.bytes, now);
    if kind == RegisterKind::Shift {
        let people = place
            .read()
            .and_then(|store| store.people().map_err(|error| place.trouble(&error)))
            .and_then(|people| Ok((people, place.on_call(args.settings.as_deref())?)));
        match people {
            Ok((people, on_call)) => intake::doubt_shifts(&mut imported, &people, on_call.as_ref()),
            Err(stop) => return ended(Err(stop), err),
        }
    }
    for fault in &imported.faults {
        writeln!(err, "{}: {}", fault.place, fault.message.render(lang))?;
    }
    let numbers = [
        ("good", imported.good.len().to_string()),
        ("bad", imported.bad.to_string()),
    ];
    let numbers = numbers.each_ref().map(|(name, value)| (*name, value.as_str()));
    writeln!(out, "{}", fill(lang, "register.import.seen", &numbers))?;
    let faulty = imported.faults.iter().any(|fault| !fault.warning);
    if args.dry_run || imported.good.is_empty() || (faulty && !args.accept_good_rows) {
        let refused = faulty || imported.good.is_empty();
        if refused && !args.dry_run {
            writeln!(err, "{}", get(lang, "register.cli.nothing"))?;
        }
        return Ok(if refused { EXIT_FAILED } else { EXIT_OK });
    }
    let done = place.open().and_then(|store| {
        let signed = args.signer.sign(&*store, place, now)?;
        let mut author = None;
        for row in &imported.good {
            author = Some(signed.author(kind, row.entry.action(), Some(&row.portal), place)?);
        }
        let Some(author) = author else { return Ok(0) };
        intake::enter_rows(&*store, &author, kind, imported.good, &file, now)
            .map_err(|error| place.trouble(&error))
    });
    match done {
        Ok(count) => {
            let count = count.to_string();
            writeln!(out, "{}", fill(lang, "register.cli.rows", &[("count", &count)]))?;
            Ok(EXIT_OK)
        }
        Err(stop) => ended(Err(stop), err),
    }
}
