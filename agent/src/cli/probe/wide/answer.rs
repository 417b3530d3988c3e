//! The JSON object of one target. Fields are added, never renamed or removed, within a `schema`; `docs/PROBE.md`
//! describes each.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ems_contract::cause::{Cause, Stage};
use ems_contract::facts::{DnsFacts, Finding, TlsAudit};
use ems_contract::observation::Attempt;
use ems_contract::outcome::Outcome;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::survey::{FamilyState, FamilySurvey};
use super::verdict::FamilyVerdict;
use super::{Examination, telling};
use crate::net::tls::{Summary, summary};
use crate::probe::{Step, Visit};

const SCHEMA: u16 = 1;

/// The object.
#[derive(Debug, Serialize)]
pub(in super::super) struct Answer {
    schema: u16,
    target: String,
    started_at: String,
    available: Option<bool>,
    cause: Option<&'static str>,
    families: BTreeMap<&'static str, Family>,
    v4_v6_same: Option<bool>,
    v6_slow: Option<bool>,
    dns: Value,
    tls: Value,
    http: Value,
    domain_ok: bool,
    findings: Vec<Finding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability: Option<Availability>,
}

#[derive(Debug, Serialize)]
struct Family {
    state: &'static str,
    cause: Option<&'static str>,
    outcome: &'static str,
    stage: Option<&'static str>,
    /// `ok`, `fail`, `none` (no handshake was reached).
    tls: &'static str,
    /// Everything wrong with the certificate.
    tls_faults: Vec<Cause>,
    addresses: Vec<Address>,
    attempts: usize,
}

#[derive(Debug, Serialize)]
struct Address {
    address: IpAddr,
    /// Null where it was not visited.
    outcome: Option<&'static str>,
    cause: Option<&'static str>,
    dns_us: Option<u32>,
    connect_us: Option<u32>,
    tls_us: Option<u32>,
    first_byte_us: Option<u32>,
    body_us: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Tls {
    state: &'static str,
    version: Option<String>,
    cipher: Option<String>,
    cert_days: Option<i64>,
    cert_life_days: Option<i64>,
    chain: Vec<Summary>,
    faults: Vec<Cause>,
    stapled: bool,
    #[serde(flatten)]
    audit: TlsAudit,
}

/// Rounds of `--repeat`.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Availability {
    rounds: usize,
    up: usize,
    down: usize,
    unknown: usize,
    /// Hundredths of a percent of the rounds that could be judged, floored; null where none could.
    basis_points: Option<usize>,
}

impl Answer {
    pub(super) fn of(seen: &Examination, history: Option<&[Option<bool>]>) -> Self {
        let survey = &seen.survey;
        Self {
            schema: SCHEMA,
            target: survey.portal.url.to_string(),
            started_at: survey.started_at.to_string(),
            available: seen.overall.available,
            cause: seen.overall.cause,
            families: survey
                .families
                .iter()
                .zip(&seen.verdicts)
                .map(|(family, verdict)| (family.family.as_str(), self::family(family, verdict)))
                .collect(),
            v4_v6_same: seen.site.facts.v4_v6_same,
            v6_slow: seen.site.facts.v6_slow,
            dns: dns(seen.dns.as_ref()),
            tls: whole(&tls(seen), &["ciphers"], &["key_exchange", "revocation_source"]),
            http: http(seen),
            domain_ok: seen.domain.ok,
            findings: seen.findings.clone(),
            availability: history.map(availability),
        }
    }

    pub(super) const fn available(&self) -> Option<bool> {
        self.available
    }
}

fn family(seen: &FamilySurvey, verdict: &FamilyVerdict) -> Family {
    let handshake = telling(seen).and_then(last_tls);
    let faults = handshake
        .and_then(|step| step.tls.as_ref())
        .map(|tls| tls.faults.clone());
    let tls_failed = matches!(
        verdict.outcome,
        Outcome::Down {
            stage: Stage::Tls,
            ..
        }
    );
    Family {
        state: verdict.state.as_str(),
        cause: verdict.cause,
        outcome: verdict.outcome.state_name(),
        stage: match verdict.outcome {
            Outcome::Down { stage, .. } if verdict.state == FamilyState::Fail => Some(stage.as_str()),
            _ => None,
        },
        tls: match handshake {
            _ if tls_failed => "fail",
            Some(_) => "ok",
            None => "none",
        },
        tls_faults: faults.unwrap_or_default(),
        addresses: seen
            .addresses
            .iter()
            .map(|(address, attempt)| self::address(*address, attempt.as_ref()))
            .collect(),
        attempts: seen.reached.attempts.len(),
    }
}

/// A part of the answer with every field that the schema names, also those that its facts leave out when empty.
fn whole(part: &impl Serialize, lists: &[&str], values: &[&str]) -> Value {
    let mut part = serde_json::to_value(part).unwrap_or_default();
    if let Some(fields) = part.as_object_mut() {
        for list in lists {
            fields.entry(*list).or_insert_with(|| json!([]));
        }
        for value in values {
            fields.entry(*value).or_insert(Value::Null);
        }
    }
    part
}

/// Null for a literal address, which has no name to ask about.
fn dns(facts: Option<&DnsFacts>) -> Value {
    let mut dns = whole(
        &facts,
        &["aliases", "servers", "not_global"],
        &["zone", "rrsig_days"],
    );
    let servers = dns.get_mut("servers").and_then(Value::as_array_mut);
    for server in servers.into_iter().flatten() {
        *server = whole(server, &[], &["address"]);
    }
    dns
}

fn address(address: IpAddr, attempt: Option<&Attempt>) -> Address {
    let timings = attempt.map(|attempt| attempt.timings).unwrap_or_default();
    Address {
        address,
        outcome: attempt.map(|attempt| attempt.outcome.state_name()),
        cause: attempt.and_then(|attempt| attempt.outcome.cause_name()),
        dns_us: timings.dns_us,
        connect_us: timings.connect_us,
        tls_us: timings.tls_us,
        first_byte_us: timings.first_byte_us,
        body_us: timings.body_us,
    }
}

/// The last step of a visit that shook hands.
fn last_tls(visit: &Visit) -> Option<&Step> {
    visit.steps.iter().rev().find(|step| step.tls.is_some())
}

fn tls(seen: &Examination) -> Tls {
    let steps = seen.survey.families.iter().filter_map(telling);
    let step = steps.filter_map(last_tls).next();
    let facts = step.and_then(|step| step.tls.as_ref());
    let chain: Vec<Summary> = step
        .and_then(|step| step.chain.as_ref())
        .into_iter()
        .flat_map(|chain| chain.certificates())
        .filter_map(|der| summary(der))
        .collect();
    let now = ems_contract::time::UnixTime::floor(seen.survey.started_at);
    let days = |seconds: i64| seconds.div_euclid(86_400);
    let leaf = chain.first();
    let failed = |verdict: &FamilyVerdict| {
        matches!(
            verdict.outcome,
            Outcome::Down {
                stage: Stage::Tls,
                ..
            }
        )
    };
    Tls {
        state: if seen.verdicts.iter().any(failed) {
            "fail"
        } else if facts.is_some() {
            "ok"
        } else {
            "none"
        },
        version: facts.and_then(|facts| facts.version.clone()),
        cipher: facts.and_then(|facts| facts.cipher.clone()),
        cert_days: leaf.map(|leaf| days(leaf.not_after - now)),
        cert_life_days: leaf.map(|leaf| days(leaf.not_after - leaf.not_before)),
        faults: facts.map(|facts| facts.faults.clone()).unwrap_or_default(),
        stapled: facts.is_some_and(|facts| facts.stapled),
        chain,
        audit: seen
            .audit
            .as_ref()
            .map(|audit| audit.facts.clone())
            .unwrap_or_default(),
    }
}

fn http(seen: &Examination) -> Value {
    let visits = || seen.survey.families.iter().filter_map(telling);
    let with_status = |visit: &&Visit| visit.steps.iter().any(|step| step.status.is_some());
    let visit = visits()
        .find(|visit| visit.result.is_ok())
        .or_else(|| visits().find(with_status))
        .or_else(|| visits().next());
    let Ok(Value::Object(mut http)) = serde_json::to_value(&seen.site.facts) else {
        return Value::Null;
    };
    http.remove("v4_v6_same");
    http.remove("v6_slow");
    let ms = |us: Option<u32>| us.map(|us| f64::from(us) / 1_000.0);
    let mut more = Map::new();
    if let Some(visit) = visit {
        let last = visit.steps.last();
        let timings = visit.timings();
        more.insert("status".into(), json!(last.and_then(|step| step.status)));
        more.insert(
            "final_host".into(),
            json!(last.and_then(|step| step.url.host_str())),
        );
        more.insert("final_url".into(), json!(last.map(|step| step.url.as_str())));
        let version = last
            .and_then(|step| step.version)
            .map(|version| format!("{version:?}"));
        more.insert("version".into(), json!(version));
        let hops: Vec<Value> = visit
            .steps
            .iter()
            .map(|step| json!({"url": step.url.as_str(), "status": step.status}))
            .collect();
        more.insert("hops".into(), json!(hops));
        more.insert("ttfb_ms".into(), json!(ms(timings.first_byte_us)));
        more.insert("connect_ms".into(), json!(ms(timings.connect_us)));
        more.insert("page_kind".into(), json!(visit.page));
        more.insert("body_bytes".into(), json!(visit.body_bytes));
    }
    more.append(&mut http);
    Value::Object(more)
}

fn availability(history: &[Option<bool>]) -> Availability {
    let count = |what| history.iter().filter(|round| **round == what).count();
    let (up, down) = (count(Some(true)), count(Some(false)));
    Availability {
        rounds: history.len(),
        up,
        down,
        unknown: count(None),
        basis_points: (up * 10_000).checked_div(up + down),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_rounds_do_not_count() {
        let of = |history: &[Option<bool>]| availability(history).basis_points;
        assert_eq!(of(&[Some(true), Some(true), Some(false), None]), Some(6_666));
        assert_eq!(of(&[None]), None);
        assert_eq!(of(&[Some(true)]), Some(10_000));
    }
}
