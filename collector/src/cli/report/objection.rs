//! `report object|decide|objections`: what units contest in drafts (giải trình), and what officials decide.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::id::PortalId;
use ems_contract::text::{Lang, get};
use ems_contract::time::UnixTime;
use serde_json::json;

use super::edition::{MAX_MIB, Signer, inventory, key, newest};
use super::no_such_portal;
use crate::account::Action;
use crate::cli::people::{Place, Stop, ended, handed};
use crate::cli::validate::filled;
use crate::cli::{EXIT_BAD_FILE, EXIT_OK, RulesArgs, parse_id, write_findings};
use crate::edition::{
    Closed, EditionKey, NewObjection, Objection, Ruling, RulingFault, WordsFault, contestable, outcome_key,
};
use crate::locale;
use crate::regulation::Regulations;
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;
use crate::store::{EditionKept, EditionStore};

/// What a unit contests.
#[derive(Debug, clap::Args)]
pub struct ObjectArgs {
    /// The report: duty/period or duty/period/unit, such as ag-q/2026-Q4.
    #[arg(value_parser = key)]
    key: EditionKey,
    /// Whose figure.
    #[arg(long, value_name = "ID", value_parser = parse_id::<PortalId>)]
    portal: PortalId,
    /// Which figure, in the unit's words.
    #[arg(long, value_name = "TEXT")]
    figure: String,
    /// What the unit says.
    #[arg(long, value_name = "TEXT")]
    claim: String,
    /// Its evidence; it is kept with its SHA-256.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The instant of the note [default: the present].
    #[arg(long, value_name = "INSTANT")]
    now: Option<UnixTime>,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    signer: Signer,
}

/// What an official decides.
#[derive(Debug, clap::Args)]
pub struct DecideArgs {
    /// Number of the objection.
    number: i64,
    /// Whether the unit is right.
    #[arg(value_enum)]
    outcome: Outcome,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// First instant of time that is left out of the portal's adjusted figures; the statutory ones keep it.
    #[arg(long, value_name = "INSTANT", requires = "exclude_to")]
    exclude_from: Option<UnixTime>,
    /// The first instant after it.
    #[arg(long, value_name = "INSTANT", requires = "exclude_from")]
    exclude_to: Option<UnixTime>,
    /// What the figure should say: printed beside what was measured.
    #[arg(long, value_name = "TEXT")]
    correction: Option<String>,
    /// The instant of the note [default: the present].
    #[arg(long, value_name = "INSTANT")]
    now: Option<UnixTime>,
    #[command(flatten)]
    signer: Signer,
}

/// Print the objections.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Those to this report only: duty/period or duty/period/unit.
    #[arg(value_parser = key)]
    key: Option<EditionKey>,
    /// Print JSON, one objection a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Whether a unit is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Outcome {
    /// It is.
    Accepted,
    /// It is not.
    Rejected,
}

/// Refuses words (option, text) that are none or too many, every one at once.
fn well_worded(words: &[(&str, &str)], lang: Lang) -> Result<(), Stop> {
    let faults: Vec<String> = words
        .iter()
        .filter_map(|(option, text)| Some(WordsFault::of(text, true)?.render(option, lang)))
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(Stop::usage(faults.join("\n")))
}

fn answer(done: Result<String, Stop>, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    match done {
        Ok(words) => {
            writeln!(out, "{words}")?;
            Ok(EXIT_OK)
        }
        Err(stop) => ended(Err(stop), err),
    }
}

pub(super) fn object(
    args: &ObjectArgs,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    match args.rules.load() {
        Ok(rules) => answer(contested(args, &rules, args.now.unwrap_or(now)), out, err),
        Err(found) => {
            write_findings(err, &found, args.signer.place.lang)?;
            Ok(EXIT_BAD_FILE)
        }
    }
}

fn contested(args: &ObjectArgs, rules: &Regulations, now: UnixTime) -> Result<String, Stop> {
    let (place, lang) = (&args.signer.place, args.signer.place.lang);
    well_worded(&[("--figure", &args.figure), ("--claim", &args.claim)], lang)?;
    let file = args.file.as_deref();
    let file = file.map(|path| handed(path, MAX_MIB, lang)).transpose()?;
    let store = place.open()?;
    let edition = newest(&*store, &args.key, None, place)?;
    let until = contestable(rules, &edition, now).map_err(|closed| {
        let name = ("name", edition.name());
        Stop::failed(match closed {
            Closed::Frozen => filled(lang, "edition.object.frozen", &[name]),
            Closed::Late(until) => {
                let until = ("until", locale::instant(until, lang));
                filled(lang, "edition.object.late", &[name, until])
            }
        })
    })?;
    let data = SqliteStore::open_for_reading(&place.data.join(DATABASE));
    let inventory = inventory(&data.map_err(|error| place.trouble(&error))?, place, now)?;
    let known = inventory.portals.iter().map(|portal| &portal.id);
    let mut known = known.filter(|id| args.key.unit.as_ref().is_none_or(|unit| *id == unit));
    if known.clone().all(|id| *id != args.portal) {
        return Err(Stop::usage(no_such_portal(&args.portal, &mut known, lang)));
    }
    let author = args
        .signer
        .author(&*store, Action::Object, Some(&args.portal), now)?;
    let new = NewObjection {
        key: args.key.clone(),
        portal: args.portal.clone(),
        figure: args.figure.trim().to_owned(),
        claim: args.claim.trim().to_owned(),
        at: now,
    };
    let note = new.note(&author);
    let number = store
        .object(new, file, &author, note)
        .map_err(|error| place.trouble(&error))?;
    let values = [
        ("number", number.to_string()),
        ("name", edition.name()),
        ("portal", args.portal.to_string()),
        ("until", locale::instant(until, lang)),
    ];
    Ok(filled(lang, "edition.object.kept", &values))
}

pub(super) fn decide(
    args: &DecideArgs,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    answer(decided(args, args.now.unwrap_or(now)), out, err)
}

fn decided(args: &DecideArgs, now: UnixTime) -> Result<String, Stop> {
    let (place, lang) = (&args.signer.place, args.signer.place.lang);
    let number = || ("number", args.number.to_string());
    let mut words = vec![("--reason", &*args.reason)];
    words.extend(args.correction.as_deref().map(|text| ("--correction", text)));
    well_worded(&words, lang)?;
    let store = place.open()?;
    let all = store.objections(None).map_err(|error| place.trouble(&error))?;
    let Some(objection) = all.into_iter().find(|one| one.id == args.number) else {
        return Err(Stop::usage(filled(lang, "edition.object.no_such", &[number()])));
    };
    let author = args.signer.author(&*store, Action::DecideObjection, None, now)?;
    let ruling = Ruling {
        accepted: args.outcome == Outcome::Accepted,
        from: args.exclude_from,
        to: args.exclude_to,
        correction: args.correction.as_deref().map(|text| text.trim().to_owned()),
        reason: args.reason.trim().to_owned(),
    };
    let decision = ruling.decision(&objection, &author, now).map_err(|fault| {
        Stop::usage(get(
            lang,
            match fault {
                RulingFault::NoTime => "edition.object.no_time",
                RulingFault::RejectedChanges => "edition.object.rejected_changes",
                RulingFault::Own => "edition.object.own",
            },
        ))
    })?;
    let outcome = decision.outcome();
    let note = decision.note(&objection, &author);
    let kept = store.decide(objection.id, decision, note);
    match kept.map_err(|error| place.trouble(&error))? {
        EditionKept::Done(_) => {
            let outcome = get(lang, outcome_key(outcome)).to_owned();
            let values = [number(), ("outcome", outcome)];
            Ok(filled(lang, "edition.object.decided", &values))
        }
        EditionKept::Outdated => Err(Stop::failed(filled(
            lang,
            "edition.object.decided_before",
            &[number()],
        ))),
    }
}

pub(super) fn list(args: &ListArgs, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    let (place, lang) = (&args.place, args.place.lang);
    let all = place.read().and_then(|store| {
        let all = store.objections(args.key.as_ref());
        all.map_err(|error| place.trouble(&error))
    });
    let all = match all {
        Ok(all) => all,
        Err(stop) => return ended(Err(stop), err),
    };
    for one in &all {
        if args.json {
            writeln!(out, "{}", as_json(one))?;
        } else {
            writeln!(out, "{}", line(one, lang))?;
        }
    }
    if all.is_empty() && !args.json {
        writeln!(out, "{}", get(lang, "edition.object.none"))?;
    }
    Ok(EXIT_OK)
}

fn as_json(one: &Objection) -> serde_json::Value {
    json!({
        "number": one.id, "key": one.key.to_string(), "portal": one.portal, "figure": one.figure,
        "claim": one.claim, "file": one.file, "at": one.at, "by": one.shown, "outcome": one.outcome(),
        "decision": one.decision,
    })
}

fn line(one: &Objection, lang: Lang) -> String {
    let outcome = get(lang, outcome_key(one.outcome()));
    let reason = one.decision.as_ref().map(|decision| &*decision.reason);
    let outcome = reason.map_or_else(|| outcome.to_owned(), |reason| format!("{outcome}: {reason}"));
    let (number, at) = (one.id, locale::instant(one.at, lang));
    let Objection {
        key,
        portal,
        figure,
        claim,
        ..
    } = one;
    format!("{number} · {key} · {portal} · {at} · {figure}: {claim} · {outcome}")
}
