//! `docs/CAUSES.md`: every cause, what it means, what to do, which host of the lab proves it. Generated from the
//! catalogue and the lab; `EMS_WRITE_DOCS=1` writes it anew.

use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Context as _, ensure};
use ems_contract::cause::Cause;
use ems_contract::text::{Lang, get};
use ems_tests::tree;
use serde_json::Value;

fn generated() -> anyhow::Result<String> {
    let script = tree::root().join("tests/lab/lab");
    let done = Command::new(&script).arg("truth").output()?;
    let text = String::from_utf8(done.stdout)?;
    let hosts: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let mut out = String::from(
        "# Causes\n\nGenerated from the text catalogue and the hosts of `tests/lab`; a test compares it. Names are the binding \
         vocabulary of results, metrics, alerts and reports.\n\n\
         | cause | nghĩa · meaning | việc cần làm · what to do | proven by |\n|---|---|---|---|\n",
    );
    for cause in Cause::ALL {
        let proofs: Vec<String> = hosts
            .iter()
            .filter(|host| {
                let truth = host["truth"].as_object();
                truth.is_some_and(|truth| truth.values().any(|value| value == cause.as_str()))
            })
            .filter_map(|host| {
                let name = host["host"].as_str()?.split('.').next()?;
                Some(format!("{name} ({})", host["condition"].as_str()?))
            })
            .collect();
        ensure!(!proofs.is_empty(), "no host of the lab proves {cause}");
        let both = |key: &str| format!("{} · {}", get(Lang::Vi, key), get(Lang::En, key));
        let (meaning, advice) = (both(&cause.text_key()), both(&cause.advice_key()));
        writeln!(
            out,
            "| `{cause}` | {meaning} | {advice} | {} |",
            proofs.join("; ")
        )?;
    }
    out.push_str("\nHarmless twins, on which none of this may be said:\n\n");
    for host in &hosts {
        let id = host["host"]
            .as_str()
            .and_then(|name| name.split('.').next())
            .unwrap_or_default();
        if id.starts_with('a') {
            writeln!(out, "- {id}: {}", host["condition"].as_str().unwrap_or_default())?;
        }
    }
    Ok(out)
}

#[test]
fn the_table_of_causes_is_up_to_date() -> anyhow::Result<()> {
    let path = tree::root().join("docs/CAUSES.md");
    let wanted = generated()?;
    #[expect(clippy::disallowed_methods, reason = "the one switch of the generator")]
    if std::env::var("EMS_WRITE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &wanted)?;
    }
    let written = std::fs::read_to_string(&path).context("docs/CAUSES.md")?;
    ensure!(
        written == wanted,
        "docs/CAUSES.md is out of date: run EMS_WRITE_DOCS=1 cargo nextest run -E 'binary(causes)'"
    );
    Ok(())
}
