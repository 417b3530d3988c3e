//! The answer for machines: one object a target. Fields are added, never renamed or removed, within a `schema`.
//!
//! `target`, `started_at`, `available` (null: cannot be said), `cause` (null when available), `families.v4/v6` with
//! `state` (`ok partial fail none unknown`), `outcome`, `stage`, `cause`, `addresses`, `attempts`; `tls` and `http` as
//! seen over the first family that got so far. Names of causes, stages and kinds are the project's vocabulary.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::IpAddr;

use ems_contract::facts::TlsFacts;
use ems_contract::observation::{Attempt, Timings};
use ems_contract::outcome::Outcome;
use serde::Serialize;

use super::survey::{FamilySurvey, Survey};
use crate::net::tls::{Summary, summary};
use crate::probe::Step;

const SCHEMA: u16 = 1;

#[derive(Serialize)]
struct Answer<'a> {
    schema: u16,
    target: &'a str,
    started_at: String,
    available: Option<bool>,
    cause: Option<&'static str>,
    families: BTreeMap<&'static str, FamilyAnswer<'a>>,
    tls: Option<TlsAnswer<'a>>,
    http: Option<HttpAnswer<'a>>,
}

#[derive(Serialize)]
struct FamilyAnswer<'a> {
    state: &'static str,
    outcome: &'static str,
    stage: Option<&'static str>,
    cause: Option<&'static str>,
    aliases: &'a [String],
    addresses: Vec<AddressAnswer>,
    attempts: Vec<AttemptAnswer>,
}

#[derive(Serialize)]
struct AddressAnswer {
    address: IpAddr,
    /// Null where it was not visited: the policy forbids it, or there are too many.
    outcome: Option<&'static str>,
    cause: Option<&'static str>,
}

#[derive(Serialize)]
struct AttemptAnswer {
    started_at: String,
    address: Option<IpAddr>,
    outcome: &'static str,
    stage: Option<&'static str>,
    cause: Option<&'static str>,
    #[serde(flatten)]
    timings: Timings,
    total_us: u64,
}

#[derive(Serialize)]
struct TlsAnswer<'a> {
    #[serde(flatten)]
    facts: &'a TlsFacts,
    /// Leaf first.
    certificates: Vec<Summary>,
}

#[derive(Serialize)]
struct HttpAnswer<'a> {
    version: Option<String>,
    status: Option<u16>,
    final_url: &'a str,
    hops: Vec<HopAnswer<'a>>,
    page_kind: Option<&'static str>,
    body_bytes: Option<u32>,
}

#[derive(Serialize)]
struct HopAnswer<'a> {
    url: &'a str,
    status: u16,
    address: Option<IpAddr>,
}

/// Prints one target as one line.
pub(super) fn print(seen: &Survey, out: &mut dyn Write) -> io::Result<()> {
    let answer = Answer {
        schema: SCHEMA,
        target: seen.portal.url.as_str(),
        started_at: seen.started_at.to_string(),
        available: seen.available(),
        cause: seen.cause(),
        families: seen
            .families
            .iter()
            .map(|family| (family.family.as_str(), family_answer(family)))
            .collect(),
        tls: seen.families.iter().find_map(tls_answer),
        http: seen.families.iter().find_map(http_answer),
    };
    serde_json::to_writer(&mut *out, &answer)?;
    writeln!(out)
}

fn stage_of(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Down { stage, .. } => Some(stage.as_str()),
        _ => None,
    }
}

fn family_answer(family: &FamilySurvey) -> FamilyAnswer<'_> {
    let outcome = family.reached.outcome;
    let first = family
        .reached
        .visits
        .first()
        .and_then(|visit| visit.steps.first());
    FamilyAnswer {
        state: family.state().as_str(),
        outcome: outcome.state_name(),
        stage: stage_of(outcome),
        cause: outcome.cause_name(),
        aliases: first.map_or(&[], |step| &step.aliases),
        addresses: family
            .addresses
            .iter()
            .map(|(address, outcome)| AddressAnswer {
                address: *address,
                outcome: outcome.map(Outcome::state_name),
                cause: outcome.and_then(Outcome::cause_name),
            })
            .collect(),
        attempts: family.reached.attempts.iter().map(attempt_answer).collect(),
    }
}

fn attempt_answer(attempt: &Attempt) -> AttemptAnswer {
    AttemptAnswer {
        started_at: attempt.started_at.to_string(),
        address: attempt.address,
        outcome: attempt.outcome.state_name(),
        stage: stage_of(attempt.outcome),
        cause: attempt.outcome.cause_name(),
        timings: attempt.timings,
        total_us: attempt.timings.total_us(),
    }
}

fn tls_answer(family: &FamilySurvey) -> Option<TlsAnswer<'_>> {
    let steps = family
        .reached
        .visits
        .iter()
        .rev()
        .flat_map(|visit| visit.steps.iter().rev());
    let step: &Step = steps.into_iter().find(|step| step.tls.is_some())?;
    let certificates = step.chain.iter().flat_map(|chain| chain.certificates());
    Some(TlsAnswer {
        facts: step.tls.as_ref()?,
        certificates: certificates.filter_map(|der| summary(der)).collect(),
    })
}

fn http_answer(family: &FamilySurvey) -> Option<HttpAnswer<'_>> {
    let visit = family
        .reached
        .visits
        .iter()
        .rev()
        .find(|visit| visit.steps.iter().any(|step| step.status.is_some()))?;
    let last = visit.steps.last()?;
    Some(HttpAnswer {
        version: last.version.map(|version| format!("{version:?}")),
        status: last.status,
        final_url: last.url.as_str(),
        hops: visit
            .steps
            .iter()
            .filter_map(|step| {
                Some(HopAnswer {
                    url: step.url.as_str(),
                    status: step.status?,
                    address: step.address,
                })
            })
            .collect(),
        page_kind: visit.page.map(|kind| kind.as_str()),
        body_bytes: visit.body_bytes,
    })
}
