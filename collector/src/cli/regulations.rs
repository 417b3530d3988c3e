//! `ems-collector regulations list|show|check|coverage|checks`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;

use ems_contract::diagnostic::Diagnostic;
use ems_contract::text::{Lang, fill, get};
use jiff::civil::Date;
use serde_json::json;

use super::RulesArgs;
use crate::regulation::{Ceiling, MarkedAutomatic, Obligation, Pack, Regulations, Way, checks_markdown};

/// The law as data.
#[derive(Debug, Clone, clap::Args)]
pub struct RegulationsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RegulationsCommand,
    /// Rule data.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do with the rule data.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum RegulationsCommand {
    /// The packs, with their standing.
    List,
    /// One pack, row by row: article, words, checks, who is bound.
    Show {
        /// Pack id, such as an-giang-2023.
        pack: String,
    },
    /// Reads a folder of rule data and tells everything that is wrong with it.
    Check {
        /// The folder.
        dir: PathBuf,
    },
    /// Which obligations are judged from facts, and what is missing for the rest.
    Coverage,
    /// The catalogue of checks as a document (docs/CHECKS.md).
    Checks,
}

/// Runs the command; `Ok(false)` when `check` found errors or `show` found no such pack.
///
/// # Errors
/// A broken pipe.
pub fn run(
    args: &RegulationsArgs,
    rules: &Regulations,
    today: Date,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<bool> {
    match &args.command {
        RegulationsCommand::List => list(rules, args.json, lang, out)?,
        RegulationsCommand::Show { pack } => {
            let Some(pack) = rules.packs.get(pack.as_str()) else {
                let names: Vec<&str> = rules.packs.keys().map(|id| &**id).collect();
                let words = [("pack", pack.as_str()), ("names", &names.join(", "))];
                writeln!(out, "{}", fill(lang, "law.cli.no_pack", &words))?;
                return Ok(false);
            };
            show(rules, pack, today, args.json, lang, out)?;
        }
        RegulationsCommand::Check { dir } => {
            let result = super::rules::load_over(dir);
            return check(
                result.as_ref().map_err(Vec::as_slice),
                today,
                args.json,
                lang,
                out,
            );
        }
        RegulationsCommand::Coverage => coverage(rules, args.json, lang, out)?,
        RegulationsCommand::Checks => out.write_all(checks_markdown(rules).as_bytes())?,
    }
    Ok(true)
}

fn list(rules: &Regulations, json: bool, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    if json {
        let packs: Vec<_> = rules.packs.values().map(|pack| summary(pack)).collect();
        return writeln!(out, "{:#}", json!({"version": rules.version, "packs": packs}));
    }
    for pack in rules.packs.values() {
        let status = get(lang, status_key(pack));
        writeln!(
            out,
            "{:<24} {:>3}  {:<22} {status}",
            pack.id,
            pack.obligations.len(),
            pack.citation()
        )?;
        writeln!(out, "    {}", pack.title_vi)?;
    }
    Ok(())
}

fn summary(pack: &Pack) -> serde_json::Value {
    json!({
        "id": &*pack.id, "number": pack.number, "title": pack.title_vi, "status": pack.status.as_str(),
        "effective_from": pack.validity.from.map(|day| day.to_string()),
        "effective_to": pack.validity.to.map(|day| day.to_string()),
        "enforceable": pack.enforceable, "version": pack.version, "obligations": pack.obligations.len(),
        "missing_sources": pack.missing_sources.iter().map(|source| &*source.id).collect::<Vec<_>>(),
    })
}

fn status_key(pack: &Pack) -> &'static str {
    use crate::regulation::PackStatus;
    match pack.status {
        PackStatus::InForce => "law.status.in-force",
        PackStatus::Historical => "law.status.historical",
        PackStatus::Draft => "law.status.draft",
    }
}

fn show(
    rules: &Regulations,
    pack: &Pack,
    today: Date,
    json: bool,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<()> {
    if json {
        let rows: Vec<_> = pack
            .obligations
            .iter()
            .map(|row| row_json(rules, row, today))
            .collect();
        return writeln!(out, "{:#}", json!({"pack": summary(pack), "obligations": rows}));
    }
    writeln!(out, "{} — {}", pack.citation(), pack.title_vi)?;
    writeln!(out, "{}", get(lang, status_key(pack)))?;
    for missing in &pack.missing_sources {
        writeln!(
            out,
            "{}",
            fill(lang, "law.cli.missing_text", &[("title", &missing.title_vi)])
        )?;
    }
    for row in &pack.obligations {
        let levels: Vec<&str> = row.who.levels.iter().map(|level| level.as_str()).collect();
        let who: Vec<&str> = levels
            .into_iter()
            .chain(row.who.roles.iter().map(|role| &**role))
            .collect();
        writeln!(out, "\n{}  {}  [{}]", row.id, row.article, who.join(", "))?;
        writeln!(out, "    “{}”", row.wording.text())?;
        let checks: Vec<&str> = row.checks.iter().map(|id| &**id).collect();
        let by = row
            .no_check
            .map_or_else(|| checks.join(", "), |why| why.as_str().to_owned());
        writeln!(
            out,
            "    {} · {} · {by}",
            row.kind,
            get(lang, ceiling_key(row.ceiling_on(today)))
        )?;
    }
    Ok(())
}

fn ceiling_key(ceiling: Ceiling) -> &'static str {
    match ceiling {
        Ceiling::Info => "law.ceiling.info",
        Ceiling::Unknown => "law.ceiling.unknown",
        Ceiling::Warn => "law.ceiling.warn",
        Ceiling::Fail => "law.ceiling.fail",
    }
}

fn row_json(rules: &Regulations, row: &Obligation, today: Date) -> serde_json::Value {
    json!({
        "id": &*row.id, "aliases": row.aliases, "article": row.article.to_string(), "words": row.wording.text(),
        "levels": row.who.levels, "roles": row.who.roles, "subject": row.subject.as_str(), "mode": row.mode.as_str(),
        "kind": row.kind.as_str(), "checks": row.checks, "no_check": row.no_check.map(|why| why.as_str()),
        "aggregates": row.aggregates, "severity": row.severity.as_str(),
        "ceiling_today": row.ceiling_on(today).as_str(), "way": rules.way(row).as_str(),
        "valid_from": row.validity.from.map(|day| day.to_string()),
        "valid_to": row.validity.to.map(|day| day.to_string()),
    })
}

fn check(
    result: Result<&Regulations, &[Diagnostic]>,
    today: Date,
    json: bool,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<bool> {
    match result {
        Err(found) if json => writeln!(out, "{:#}", json!({"ok": false, "findings": found}))?,
        Err(found) => {
            for finding in found {
                writeln!(out, "{}", finding.render(lang))?;
            }
            writeln!(
                out,
                "{}",
                fill(lang, "law.cli.errors", &[("count", &found.len().to_string())])
            )?;
        }
        Ok(rules) => {
            // A pack dated into the future is lawful and worth a word: nothing is judged by it yet.
            let future: Vec<&str> = rules
                .packs
                .values()
                .filter(|pack| pack.validity.from.is_some_and(|from| from > today))
                .map(|pack| &*pack.id)
                .collect();
            if json {
                writeln!(
                    out,
                    "{:#}",
                    json!({"ok": true, "version": rules.version, "not_yet_in_force": future})
                )?;
            } else {
                let rows: usize = rules.packs.values().map(|pack| pack.obligations.len()).sum();
                let words = [
                    ("packs", &*rules.packs.len().to_string()),
                    ("rows", &*rows.to_string()),
                ];
                writeln!(out, "{}", fill(lang, "law.cli.right", &words))?;
                for pack in future {
                    writeln!(out, "{}", fill(lang, "law.cli.future", &[("pack", pack)]))?;
                }
            }
        }
    }
    Ok(result.is_ok())
}

fn coverage(rules: &Regulations, json: bool, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let all = rules.coverage();
    let sum = all
        .values()
        .map(|coverage| coverage.automatic)
        .fold(MarkedAutomatic::default(), MarkedAutomatic::plus);
    let marked =
        |rows: MarkedAutomatic| json!({"rows": rows.rows, "judged": rows.judged, "wholly": rows.wholly});
    let told = |rows: MarkedAutomatic| {
        let words = [
            ("rows", &*rows.rows.to_string()),
            ("judged", &*rows.judged.to_string()),
            ("wholly", &*rows.wholly.to_string()),
        ];
        fill(lang, "law.cli.marked_automatic", &words)
    };
    if json {
        let packs: serde_json::Map<String, serde_json::Value> = all
            .iter()
            .map(|(pack, coverage)| {
                let ways: serde_json::Map<_, _> = Way::ALL
                    .iter()
                    .map(|way| {
                        (
                            way.as_str().to_owned(),
                            json!(coverage.ways.get(way).unwrap_or(&0)),
                        )
                    })
                    .collect();
                let of = json!({
                    "ways": ways,
                    "marked_automatic": marked(coverage.automatic),
                    "waiting": coverage.waiting,
                    "by_people": coverage.by_people,
                    "unseen": unseen(rules, &coverage.unseen, lang).collect::<BTreeMap<_, _>>(),
                });
                (pack.clone(), of)
            })
            .collect();
        return writeln!(
            out,
            "{:#}",
            json!({"packs": packs, "marked_automatic": marked(sum)})
        );
    }
    for (pack, coverage) in &all {
        let ways: Vec<String> = Way::ALL
            .iter()
            .map(|way| {
                let count = coverage.ways.get(way).copied().unwrap_or_default();
                let key = match way {
                    Way::Automatic => "law.way.automatic",
                    Way::SemiAutomatic => "law.way.semi_automatic",
                    Way::Attested => "law.way.attested",
                    Way::NotYetMeasured => "law.way.not_yet_measured",
                    Way::NotJudged => "law.way.not_judged",
                };
                format!("{} {count}", get(lang, key))
            })
            .collect();
        writeln!(out, "{pack}: {}", ways.join(" · "))?;
        if coverage.automatic.rows > 0 {
            writeln!(out, "    {}", told(coverage.automatic))?;
        }
        let lists = [
            ("law.cli.waiting", &coverage.waiting),
            ("law.cli.by_people", &coverage.by_people),
        ];
        for (key, list) in lists {
            for (check, rows) in list {
                writeln!(out, "    {} {check}: {}", get(lang, key), rows.join(", "))?;
            }
        }
        for (check, what) in unseen(rules, &coverage.unseen, lang) {
            writeln!(out, "    {} {check}: {what}", get(lang, "law.cli.unseen"))?;
        }
    }
    writeln!(out, "{}", told(sum))
}

/// What no machine sees of these checks.
fn unseen<'r>(
    rules: &'r Regulations,
    checks: &'r BTreeSet<String>,
    lang: Lang,
) -> impl Iterator<Item = (&'r str, &'r str)> {
    checks
        .iter()
        .filter_map(move |id| Some((id.as_str(), rules.check(id)?.unseen.as_ref()?.text(lang))))
}
