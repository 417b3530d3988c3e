//! `report verify`: a report held against the database, figure by figure.

use std::io::Write;
use std::path::PathBuf;

use ems_contract::text::{Lang, get};
use ems_contract::time::{UnixTime, Window};
use serde_json::json;

use super::later::{not_json, unreadable};
use crate::cli::validate::filled;
use crate::cli::{EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, EXIT_USAGE, RulesArgs, told, write_findings};
use crate::locale;
use crate::report::VerifyError;
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;
use crate::verify::{Beyond, NotVerified, Verified, verify};

/// Compare a folder with its list of digests, and its figures, verdicts and registers with the database.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// Folder of the report.
    folder: PathBuf,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// The instant up to which later judgings are taken into account [default: the present].
    #[arg(long, value_name = "INSTANT")]
    now: Option<UnixTime>,
    #[command(flatten)]
    rules: RulesArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(
    args: &VerifyArgs,
    lang: Lang,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let rules = match args.rules.load() {
        Ok(rules) => rules,
        Err(found) => {
            write_findings(err, &found, lang)?;
            return Ok(EXIT_BAD_FILE);
        }
    };
    let verified = SqliteStore::open_for_reading(&args.data.join(DATABASE))
        .map_err(NotVerified::from)
        .and_then(|store| verify(&args.folder, &store, &rules, args.now.unwrap_or(now)));
    let verified = match verified {
        Ok(verified) => verified,
        Err(NotVerified::Store(error)) => {
            writeln!(err, "{}", told(&error, lang))?;
            return Ok(EXIT_FAILED);
        }
        Err(NotVerified::Folder(error)) => {
            writeln!(err, "{}", not_compared(&error, lang))?;
            return Ok(EXIT_USAGE);
        }
    };
    if args.json {
        writeln!(out, "{:#}", as_json(&verified))?;
    } else {
        print(args, &verified, lang, out)?;
    }
    Ok(if verified.is_good() { EXIT_OK } else { EXIT_FAILED })
}

fn print(args: &VerifyArgs, verified: &Verified, lang: Lang, out: &mut dyn Write) -> std::io::Result<()> {
    let mut say = |key: &str, values: &[(&str, String)]| writeln!(out, "{}", filled(lang, key, values));
    for file in &verified.files {
        say("edition.verify.file", &[("file", file.clone())])?;
    }
    let manifest = &verified.manifest;
    if let Some(now) = &verified.data {
        let now = now.map_or_else(|| "–".to_owned(), |now| now.to_string());
        let then = manifest.data_digest.to_string();
        say("edition.verify.data", &[("then", then), ("now", now)])?;
    }
    for (window, then, now) in &verified.compared {
        let values = [
            ("stretch", stretch(*window, lang)),
            ("then", then.to_string()),
            ("now", now.to_string()),
        ];
        say("edition.verify.compared", &values)?;
    }
    for (figure, then, now) in &verified.figures {
        let values = [
            ("figure", figure.clone()),
            ("then", then.clone()),
            ("now", now.clone()),
        ];
        say("edition.verify.figure", &values)?;
    }
    for one in &verified.rejudged {
        let now = one.now.map_or("–", crate::judge::Value::as_str);
        let values = [
            ("portal", one.portal.to_string()),
            ("obligation", one.obligation.clone()),
            ("day", one.day.to_string()),
            ("kept", one.kept.to_string()),
            ("now", now.to_owned()),
        ];
        say("edition.verify.rejudged", &values)?;
    }
    if let (Some(now), Some(then)) = (verified.findings, manifest.findings_digest) {
        let values = [("then", then.to_string()), ("now", now.to_string())];
        say("edition.verify.findings", &values)?;
    }
    for beyond in &verified.beyond {
        let (key, count) = said(beyond);
        say(key, &[("count", count.to_string())])?;
    }
    if verified.is_good() {
        let (path, count) = (
            args.folder.display().to_string(),
            manifest.files.len().to_string(),
        );
        say("edition.verify.fine", &[("path", path), ("count", count)])
    } else {
        let count = locale::count(verified.figures.len() as u64, lang);
        say("edition.verify.differ", &[("count", count)])
    }
}

/// The text of what was not made anew, and the number in it.
const fn said(beyond: &Beyond) -> (&'static str, usize) {
    match beyond {
        Beyond::Inventory => ("edition.beyond.inventory", 0),
        Beyond::NoFigures => ("edition.beyond.no_figures", 0),
        Beyond::Method => ("edition.beyond.method", 0),
        Beyond::Registers => ("edition.beyond.registers", 0),
        Beyond::Details(count) => ("edition.beyond.details", *count),
        Beyond::Newest => ("edition.beyond.newest", 0),
    }
}

fn stretch(window: Window, lang: Lang) -> String {
    let (from, to) = (
        locale::instant(window.from, lang),
        locale::instant(window.to, lang),
    );
    format!("{from} – {to}")
}

fn as_json(verified: &Verified) -> serde_json::Value {
    let figures = verified
        .figures
        .iter()
        .map(|(figure, then, now)| json!({"figure": figure, "then": then, "now": now}));
    let rejudged = verified.rejudged.iter().map(|one| {
        json!({
            "portal": one.portal, "obligation": one.obligation, "day": one.day.to_string(),
            "kept": one.kept, "now": one.now,
        })
    });
    let compared = verified
        .compared
        .iter()
        .map(|(window, then, now)| json!({"window": window, "then": then, "now": now}));
    let beyond = verified.beyond.iter().map(|beyond| {
        let (key, count) = said(beyond);
        json!({"what": key.trim_start_matches("edition.beyond."), "count": count, "said": get(Lang::En, key)})
    });
    json!({
        "good": verified.is_good(),
        "files": verified.files,
        "data": verified.data.map(|now| json!({"then": verified.manifest.data_digest, "now": now})),
        "findings": verified.findings.map(|now| json!({"then": verified.manifest.findings_digest, "now": now})),
        "compared": compared.collect::<Vec<_>>(),
        "figures": figures.collect::<Vec<_>>(),
        "rejudged": rejudged.collect::<Vec<_>>(),
        "not_recomputed": beyond.collect::<Vec<_>>(),
    })
}

fn not_compared(error: &VerifyError, lang: Lang) -> String {
    match error {
        VerifyError::Io { path, error } => unreadable(path, error, lang),
        VerifyError::List { path, error } => not_json("edition.manifest.broken", path, error, lang),
    }
}

#[cfg(test)]
mod tests;
