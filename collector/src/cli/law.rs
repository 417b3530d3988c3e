//! The commands about the law, wired: rule data and facts are read here, everything decided is decided in the pure rooms.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use ems_contract::clock::Clock;
use ems_contract::id::PortalId;
use ems_contract::inventory::{self, Portal};
use ems_contract::text::{self, Lang};
use ems_contract::time::UnixTime;

use super::calendar::{self, CalendarArgs};
use super::explain::{self, ExplainArgs};
use super::judge::{self, JudgeArgs, read_facts, with_inline_units};
use super::regulations::{self, RegulationsArgs};
use super::rejudge::{self, RejudgeArgs};
use super::rules::RulesArgs;
use super::{EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, EXIT_USAGE, parse_lang, told, write_findings};
use crate::dossier::Chronicle;
use crate::judge::Units;
use crate::judge::facts::TargetFacts;
use crate::judging::Bench;
use crate::regulation::Regulations;
use crate::serve::DATABASE;
use crate::store::StoreError;
use crate::store::sqlite::SqliteStore;

/// A command and the language it answers in.
#[derive(Debug, clap::Args)]
pub(super) struct Spoken<T: Args> {
    #[command(flatten)]
    asked: T,
    /// Language of the answer: vi or en.
    #[arg(long, env = "EMS_LANG", default_value = "vi", value_parser = parse_lang)]
    lang: Lang,
}

/// A command about portals of the inventory.
#[derive(Debug, clap::Args)]
pub(super) struct AboutPortals<T: Args> {
    #[command(flatten)]
    spoken: Spoken<T>,
    /// File of facts (docs/FACTS.md) in place of the store.
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// Main file of the inventory, for a file of facts that names no units of its own.
    #[arg(long, value_name = "FILE", default_value = "targets.yaml")]
    targets: PathBuf,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

/// `calendar`.
pub(super) fn calendar(
    args: &Spoken<CalendarArgs>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let Some(rules) = rules(&args.asked.rules, args.lang, err)? else {
        return Ok(EXIT_BAD_FILE);
    };
    match calendar::run(&args.asked, &rules, args.lang, out) {
        Ok(()) => Ok(EXIT_OK),
        Err(error) => {
            writeln!(err, "{error:#}")?;
            Ok(EXIT_USAGE)
        }
    }
}

/// `regulations`.
pub(super) fn regulations(
    args: &Spoken<RegulationsArgs>,
    clock: &dyn Clock,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let Some(rules) = rules(&args.asked.rules, args.lang, err)? else {
        return Ok(EXIT_BAD_FILE);
    };
    let today = clock.now().zoned().date();
    let fine = regulations::run(&args.asked, &rules, today, args.lang, out)?;
    Ok(if fine { EXIT_OK } else { EXIT_BAD_FILE })
}

/// `judge`.
pub(super) fn judge(
    args: &AboutPortals<JudgeArgs>,
    clock: &dyn Clock,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let (asked, lang) = (&args.spoken.asked, args.spoken.lang);
    let brought = match args.bring(&asked.rules, asked.portal.as_ref(), asked.now, clock, err)? {
        Ok(brought) => brought,
        Err(code) => return Ok(code),
    };
    judge::run(
        asked,
        &brought.rules,
        &brought.units,
        &brought.targets,
        brought.at,
        lang,
        out,
    )?;
    Ok(EXIT_OK)
}

/// `explain`.
pub(super) fn explain(
    args: &AboutPortals<ExplainArgs>,
    clock: &dyn Clock,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let (asked, lang) = (&args.spoken.asked, args.spoken.lang);
    let brought = match args.bring(&asked.rules, Some(&asked.portal), asked.now, clock, err)? {
        Ok(brought) => brought,
        Err(code) => return Ok(code),
    };
    let told = explain::run(
        asked,
        &brought.rules,
        &brought.units,
        &brought.targets,
        brought.at,
        lang,
        out,
    )?;
    Ok(if told { EXIT_OK } else { EXIT_FAILED })
}

/// `rejudge`.
pub(super) fn rejudge(
    args: &Spoken<RejudgeArgs>,
    clock: &dyn Clock,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let (asked, lang) = (&args.asked, args.lang);
    let Some(rules) = rules(&asked.rules, lang, err)? else {
        return Ok(EXIT_BAD_FILE);
    };
    rejudge::run(asked, &rules, clock.now(), lang, out, err)
}

/// What a command about portals works with.
struct Brought {
    rules: Regulations,
    units: Units,
    targets: Vec<TargetFacts>,
    /// The instant judged.
    at: UnixTime,
}

impl<T: Args> AboutPortals<T> {
    /// Reads rules and facts: from the file named, else from the store. What is wrong is told, and the exit code given.
    fn bring(
        &self,
        rules_args: &RulesArgs,
        portal: Option<&PortalId>,
        asked: Option<UnixTime>,
        clock: &dyn Clock,
        err: &mut dyn Write,
    ) -> std::io::Result<Result<Brought, u8>> {
        let lang = self.spoken.lang;
        let Some(rules) = rules(rules_args, lang, err)? else {
            return Ok(Err(EXIT_BAD_FILE));
        };
        let now = clock.now();
        let at = asked.unwrap_or(now);
        let found = match &self.facts {
            Some(file) => match read_facts(file) {
                Ok(file) => {
                    let units = with_inline_units(units(&self.targets), &file.targets);
                    Ok((units, file.targets))
                }
                Err(error) => Err((EXIT_BAD_FILE, format!("{error:#}"))),
            },
            None => from_store(&self.data, &rules, portal, at, now.max(at), lang),
        };
        Ok(match found {
            Ok((units, targets)) => Ok(Brought {
                rules,
                units,
                targets,
                at,
            }),
            Err((code, message)) => {
                writeln!(err, "{message}")?;
                Err(code)
            }
        })
    }
}

/// Units of the day and dossiers of their portals, from the database of a collector that may be running.
fn from_store(
    data: &Path,
    rules: &Regulations,
    portal: Option<&PortalId>,
    at: UnixTime,
    now: UnixTime,
    lang: Lang,
) -> Result<(Units, Vec<TargetFacts>), (u8, String)> {
    let failed = |error: StoreError| (EXIT_FAILED, told(&error, lang));
    let store = SqliteStore::open_for_reading(&data.join(DATABASE)).map_err(failed)?;
    let chronicle = Chronicle::load(&store, at).map_err(failed)?;
    let Some(era) = chronicle.at(at) else {
        let (data, at) = (data.display().to_string(), at.to_string());
        let words = [("data", &*data), ("at", &*at)];
        return Err((EXIT_USAGE, text::fill(lang, "judge.cli.no_inventory", &words)));
    };
    let bench = Bench {
        store: &store,
        rules,
        chronicle: &chronicle,
        now,
    };
    let wanted = |known: &&Portal| portal.is_none_or(|portal| known.id == *portal);
    let targets: Result<Vec<TargetFacts>, StoreError> = era
        .inventory
        .portals
        .iter()
        .filter(wanted)
        .map(|portal| bench.facts(era, portal, at))
        .collect();
    let targets = targets.map_err(failed)?;
    if let Some(portal) = portal.filter(|_| targets.is_empty()) {
        let words = [("portal", portal.as_str())];
        return Err((EXIT_USAGE, text::fill(lang, "judge.cli.no_portal", &words)));
    }
    Ok((era.units.clone(), targets))
}

fn rules(args: &RulesArgs, lang: Lang, err: &mut dyn Write) -> std::io::Result<Option<Regulations>> {
    match args.load() {
        Ok(rules) => Ok(Some(rules)),
        Err(found) => {
            write_findings(err, &found, lang)?;
            Ok(None)
        }
    }
}

/// The units of the inventory; none when it cannot be read, because a file of facts may bring its own.
fn units(targets: &Path) -> Units {
    inventory::load(targets)
        .inventory
        .as_ref()
        .map(Units::of)
        .unwrap_or_default()
}
