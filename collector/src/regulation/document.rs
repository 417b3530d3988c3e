//! `docs/CHECKS.md`, written from the catalogue.

use std::fmt::Write;

use super::catalogue::{Check, Value};
use super::library::Regulations;
use super::names::Probe;

/// The document. Writing to a `String` cannot fail, hence the ignored results.
#[must_use]
pub fn checks_markdown(rules: &Regulations) -> String {
    let mut text = String::from(
        "# Danh mục phép kiểm · Catalogue of checks\n\n\
         Written by `ems-collector regulations checks` from `regulations/checks.yaml`; do not edit. Every number below \
         is a default of the operator (policy) and warns at most: a number that can make a verdict `fail` stands in an \
         obligation, with its quotation.\n\n\
         *Measured by*: the probe that gives the facts (`reach`, `dns`, `tls`, `page`, `links`), the collector itself, \
         or a person's attestation (`xác nhận`). *Today*: `automatic` where this build measures it, `attested` where \
         a person enters it, `pending` where the judge takes the fact and nothing gives it yet (the verdict is then \
         `unknown (not_measured)`).\n",
    );
    let mut group = None;
    for check in &rules.checks {
        if group != Some(check.group) {
            group = Some(check.group);
            write!(text, "\n## {}\n", check.group).unwrap_or_default();
        }
        one(&mut text, rules, check);
    }
    text
}

fn one(text: &mut String, rules: &Regulations, check: &Check) {
    let evidence: Vec<&str> = check.evidence.iter().map(|code| code.as_str()).collect();
    let facts = if check.facts.is_empty() {
        "xác nhận · attestation".to_owned()
    } else {
        check
            .facts
            .iter()
            .map(|fact| format!("`{fact}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let probe = match check.probe {
        Probe::Attestation => "a person",
        other => other.as_str(),
    };
    write!(
        text,
        "\n### `{}` — {} · {}\n\n- **Severity** {} · **worst verdict** {} · **evidence** {}\n- **Measured by** {} ({}); \
         today: {}\n- **Judged** {}\n",
        check.id,
        check.title_vi,
        check.title_en,
        check.severity,
        check.ceiling,
        evidence.join(", "),
        probe,
        facts,
        check.measured().as_str(),
        check.verdict,
    )
    .unwrap_or_default();
    if !check.params.is_empty() {
        let params: Vec<String> = check
            .params
            .iter()
            .map(|param| match &param.value {
                Value::Flag(flag) => format!("`{}` = {flag}", param.name),
                value => format!("`{}` = {value} {}", param.name, param.unit),
            })
            .collect();
        writeln!(text, "- **Defaults (policy)** {}", params.join(" · ")).unwrap_or_default();
    }
    if let Some(unseen) = &check.unseen {
        writeln!(text, "- **Not seen by machine** {} · {}", unseen.vi, unseen.en).unwrap_or_default();
    }
    let users: Vec<String> = check.used_by.iter().map(|id| citation(rules, id)).collect();
    let users = if users.is_empty() {
        "technical pre-condition; no article names it".to_owned()
    } else {
        users.join(", ")
    };
    writeln!(text, "- **Used by** {users}").unwrap_or_default();
}

/// `AG-5.4.a (khoản 4 Điều 5)`.
fn citation(rules: &Regulations, id: &str) -> String {
    rules
        .obligation(id)
        .map_or_else(|| id.to_owned(), |(_, row)| format!("{id} ({})", row.article))
}
