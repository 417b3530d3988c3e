//! `ems-collector explain <portal> <obligation>`: one verdict in plain words.

use std::io::{self, Write};

use ems_contract::id::PortalId;
use ems_contract::text::{Lang, fill};
use ems_contract::time::UnixTime;

use super::RulesArgs;
use crate::judge::facts::TargetFacts;
use crate::judge::{Units, explain, judge};
use crate::regulation::Regulations;

/// Explains a verdict: the words of the text, the rule, the facts, the arithmetic.
#[derive(Debug, Clone, clap::Args)]
pub struct ExplainArgs {
    /// The portal.
    pub portal: PortalId,
    /// The obligation, such as QN-9.1.c1.
    pub obligation: String,
    /// The instant to judge for; now when absent.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<UnixTime>,
    /// Rule data.
    #[command(flatten)]
    pub rules: RulesArgs,
}

/// Explains; `Ok(false)` when there is nothing to explain, which is told.
///
/// # Errors
/// A broken pipe.
pub fn run(
    args: &ExplainArgs,
    rules: &Regulations,
    units: &Units,
    targets: &[TargetFacts],
    now: UnixTime,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let refuse = |out: &mut dyn Write, key: &str, words: &[(&str, &str)]| {
        writeln!(out, "{}", fill(lang, key, words)).map(|()| false)
    };
    let id = args.obligation.as_str();
    let Some((pack, row)) = rules.obligation(id) else {
        return refuse(out, "judge.cli.no_obligation", &[("id", id)]);
    };
    let portal = args.portal.as_str();
    let Some(unit) = units.get(&args.portal) else {
        return refuse(out, "judge.cli.no_portal", &[("portal", portal)]);
    };
    if !unit.packs.iter().any(|bound| **bound == *pack.id) {
        let words = [
            ("portal", portal),
            ("pack", &*pack.id),
            ("packs", &unit.packs.join(", ")),
        ];
        return refuse(out, "judge.cli.not_bound", &words);
    }
    // A portal of which nothing is known is judged as such: every check then says what is missing.
    let unknown = TargetFacts::empty(args.portal.clone());
    let facts = targets
        .iter()
        .find(|target| target.portal == args.portal)
        .unwrap_or(&unknown);
    let verdicts = judge(rules, units, facts, Some(&pack.id), now);
    let Some(verdict) = verdicts.iter().find(|verdict| verdict.obligation == row.id) else {
        return Ok(false);
    };
    out.write_all(explain(rules, unit, verdict, lang).as_bytes())?;
    Ok(true)
}
