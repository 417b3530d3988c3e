//! The commands about the law, wired: rule data and facts are read here, everything decided is decided in the pure rooms.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use ems_contract::clock::Clock;
use ems_contract::inventory;
use ems_contract::text::{self, Lang};

use super::calendar::{self, CalendarArgs};
use super::explain::{self, ExplainArgs};
use super::judge::{self, JudgeArgs, read_facts, with_inline_units};
use super::regulations::{self, RegulationsArgs};
use super::rules::RulesArgs;
use super::{EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, EXIT_USAGE, parse_lang, write_findings};
use crate::judge::Units;
use crate::judge::facts::FactsFile;
use crate::regulation::Regulations;

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
    /// Main file of the inventory.
    #[arg(long, value_name = "FILE", default_value = "targets.yaml")]
    targets: PathBuf,
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
    let (rules, facts) = (
        rules(&asked.rules, lang, err)?,
        facts(asked.facts.as_deref(), lang, err)?,
    );
    let (Some(rules), Ok(facts)) = (rules, facts) else {
        return Ok(EXIT_BAD_FILE);
    };
    let Some(facts) = facts else { return Ok(EXIT_USAGE) };
    let units = with_inline_units(units(&args.targets), &facts.targets);
    let now = asked.now.unwrap_or_else(|| clock.now());
    judge::run(asked, &rules, &units, &facts.targets, now, lang, out)?;
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
    let (rules, facts) = (
        rules(&asked.rules, lang, err)?,
        facts(asked.facts.as_deref(), lang, err)?,
    );
    let (Some(rules), Ok(facts)) = (rules, facts) else {
        return Ok(EXIT_BAD_FILE);
    };
    let Some(facts) = facts else { return Ok(EXIT_USAGE) };
    let units = with_inline_units(units(&args.targets), &facts.targets);
    let now = asked.now.unwrap_or_else(|| clock.now());
    let told = explain::run(asked, &rules, &units, &facts.targets, now, lang, out)?;
    Ok(if told { EXIT_OK } else { EXIT_FAILED })
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

/// The file of facts; `Ok(None)` when none was named, `Err` when it cannot be used. Both are told.
fn facts(
    path: Option<&Path>,
    lang: Lang,
    err: &mut dyn Write,
) -> std::io::Result<Result<Option<FactsFile>, ()>> {
    let Some(path) = path else {
        writeln!(err, "{}", text::get(lang, "judge.needs_facts"))?;
        return Ok(Ok(None));
    };
    match read_facts(path) {
        Ok(file) => Ok(Ok(Some(file))),
        Err(error) => {
            writeln!(err, "{error:#}")?;
            Ok(Err(()))
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
