//! `ems-collector judge`: verdicts from the store, or from a file of facts without one.

use std::io::{self, Write};
use std::path::Path;

use ems_contract::id::PortalId;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde_json::{Value as Json, json};

use super::RulesArgs;
use crate::calendar::civil;
use crate::judge::facts::{FactsFile, SCHEMA, TargetFacts};
use crate::judge::{CheckVerdict, Computation, Tally, Units, Value, Verdict, judge};
use crate::regulation::Regulations;

/// Judges portals under the rules of a day.
#[derive(Debug, Clone, clap::Args)]
pub struct JudgeArgs {
    /// Judge this portal only.
    #[arg(long)]
    pub portal: Option<PortalId>,
    /// Judge under this pack only.
    #[arg(long)]
    pub pack: Option<String>,
    /// The instant to judge for; now when absent.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<UnixTime>,
    /// Show what passes and what does not apply, too.
    #[arg(long)]
    pub all: bool,
    /// Rule data.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The largest file of facts, in bytes.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// Reads a file of facts.
///
/// # Errors
/// A file that cannot be read, is too large, is not JSON of the documented form (with line and column), or is of
/// another schema.
pub fn read_facts(path: &Path) -> anyhow::Result<FactsFile> {
    use anyhow::Context;
    let size = std::fs::metadata(path)
        .with_context(|| path.display().to_string())?
        .len();
    anyhow::ensure!(
        size <= MAX_BYTES,
        "{}: {size} bytes, more than {MAX_BYTES}",
        path.display()
    );
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let file: FactsFile = serde_json::from_slice(&bytes).map_err(|error| {
        anyhow::anyhow!("{}:{}:{}: {error}", path.display(), error.line(), error.column())
    })?;
    anyhow::ensure!(
        file.schema == SCHEMA,
        "{}: schema {}, this build reads {SCHEMA}",
        path.display(),
        file.schema
    );
    Ok(file)
}

/// Units of the inventory with those that a file of facts brings along.
#[must_use]
pub fn with_inline_units(mut units: Units, targets: &[TargetFacts]) -> Units {
    for target in targets {
        if let Some(unit) = &target.unit {
            units.insert(target.portal.clone(), unit.clone());
        }
    }
    units
}

/// Judges and prints.
///
/// # Errors
/// A broken pipe.
pub fn run(
    args: &JudgeArgs,
    rules: &Regulations,
    units: &Units,
    targets: &[TargetFacts],
    now: UnixTime,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<Tally> {
    let mut all = Vec::new();
    for target in targets
        .iter()
        .filter(|target| args.portal.as_ref().is_none_or(|portal| *portal == target.portal))
    {
        all.extend(judge(rules, units, target, args.pack.as_deref(), now));
    }
    let tally = Tally::of(&all);
    let shown = |verdict: &&Verdict| args.all || !matches!(verdict.value, Value::Pass | Value::NotApplicable);
    if args.json {
        let rows: Vec<Json> = all
            .iter()
            .filter(shown)
            .map(|verdict| verdict_json(rules, verdict))
            .collect();
        let sums = json!({
            "pass": tally.pass, "warn": tally.warn, "fail": tally.fail, "unknown": tally.unknown,
            "not-applicable": tally.not_applicable,
        });
        writeln!(
            out,
            "{:#}",
            json!({"at": now, "rules": rules.version, "sums": sums, "verdicts": rows})
        )?;
        return Ok(tally);
    }
    for verdict in all.iter().filter(shown) {
        let value = get(lang, value_key(verdict.value));
        let article = rules
            .obligation(&verdict.obligation)
            .map(|(_, row)| row.article.to_string())
            .unwrap_or_default();
        writeln!(
            out,
            "{:<24} {:<22} {value:<24} {article}",
            verdict.portal, verdict.obligation
        )?;
        for check in verdict
            .checks
            .iter()
            .filter(|check| !matches!(check.value, Value::Pass | Value::NotApplicable))
        {
            let measured = check
                .measured
                .as_ref()
                .map(|measured| measured.render(lang))
                .unwrap_or_default();
            let reason = get(lang, &format!("judge.reason.{}", check.reason)).to_owned();
            writeln!(out, "    {}: {reason} {measured}", check.check)?;
        }
    }
    let number = |n: u32| n.to_string();
    let words = [
        ("pass", &*number(tally.pass)),
        ("warn", &*number(tally.warn)),
        ("fail", &*number(tally.fail)),
        ("unknown", &*number(tally.unknown)),
        ("na", &*number(tally.not_applicable)),
    ];
    writeln!(out, "{}", fill(lang, "judge.cli.sums", &words))?;
    Ok(tally)
}

const fn value_key(value: Value) -> &'static str {
    match value {
        Value::Pass => "judge.value.pass",
        Value::Warn => "judge.value.warn",
        Value::Fail => "judge.value.fail",
        Value::Unknown => "judge.value.unknown",
        Value::NotApplicable => "judge.value.not-applicable",
    }
}

/// A verdict for machines.
#[must_use]
pub fn verdict_json(rules: &Regulations, verdict: &Verdict) -> Json {
    let row = rules.obligation(&verdict.obligation);
    json!({
        "portal": verdict.portal, "pack": &*verdict.pack, "pack_version": verdict.pack_version,
        "obligation": &*verdict.obligation,
        "article": row.map(|(_, row)| row.article.to_string()),
        "instrument": row.map(|(pack, _)| pack.citation()),
        "quote": row.map(|(_, row)| row.wording.text()),
        "value": verdict.value.as_str(), "reason": verdict.reason.as_str(), "severity": verdict.severity.as_str(),
        "body": verdict.body, "trial": verdict.trial, "ranked": verdict.ranked, "repealed_base": verdict.banner,
        "at": verdict.at,
        "checks": verdict.checks.iter().map(check_json).collect::<Vec<_>>(),
    })
}

fn check_json(check: &CheckVerdict) -> Json {
    let text = |message: &ems_contract::diagnostic::Message| message.render(Lang::En);
    json!({
        "check": &*check.check, "value": check.value.as_str(), "reason": check.reason.as_str(),
        "kind": check.kind.as_str(), "measured": check.measured.as_ref().map(text),
        "threshold": check.threshold.as_ref().map(text), "finding": check.finding.as_str(),
        "coverage": check.coverage, "provisional": check.provisional, "chain": check.chain.as_deref(),
        "evidence": check.evidence.iter().map(|seen| json!({
            "kind": seen.kind.as_str(), "at": seen.at, "agent": seen.agent, "what": seen.what,
        })).collect::<Vec<_>>(),
        "statistics": check.statistics.map(|counts| json!({
            "evaluated": counts.evaluated, "on_time": counts.on_time, "late": counts.late,
            "undecidable": counts.undecidable, "worst_late_wd": counts.worst_late_wd,
            "median_lag_wd": counts.median_lag_wd,
        })),
        "computations": check.computations.iter().map(computation_json).collect::<Vec<_>>(),
    })
}

fn computation_json(one: &Computation) -> Json {
    let civil = |at: Option<UnixTime>| at.map(|at| civil::local(at).to_string());
    json!({
        "item": one.item, "clock": one.label, "term": one.term,
        "start_from": one.start_from.map(|day| day.to_string()), "start_to": one.start_to.map(|day| day.to_string()),
        "due_min": civil(one.due_min), "due_max": civil(one.due_max),
        "done_from": civil(one.published_from), "done_to": civil(one.published_to),
        "outcome": one.outcome.as_str(), "reason": one.reason.as_str(), "late_wd": one.late_wd,
        "calendar": one.calendar, "provisional": one.provisional,
    })
}
