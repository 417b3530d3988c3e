//! `tls`: the certificate and the session of the portal's https side.

use std::net::{IpAddr, SocketAddr};

use ems_contract::cause::{Cause, Stage};
use ems_contract::certificate::Chain;
use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::observation::{Attempt, Timings};
use ems_contract::outcome::Outcome;
use tokio::time::{Instant, timeout};

use super::attempts::{calls_for_another, together};
use super::handshake::shake;
use super::prober::NetProber;
use super::visit::{millis, of_family};
use super::{Job, Measurement, inspect, timing};
use crate::net::connect::connect;
use crate::net::fault::Fault;
use crate::net::policy::{Destinations, literal, written};

/// Shakes hands with the portal; a second time where the first failed.
pub(super) async fn tls(prober: &NetProber, job: &Job) -> Measurement {
    let mut attempts = Vec::with_capacity(2);
    let mut facts = Facts::default();
    let mut chain = None;
    for turn in 0..job.attempts() {
        let mut tried = Tried::default();
        let started_at = prober.clock.timestamp();
        let result = look(prober, job, turn, &mut tried).await;
        let outcome = result.map_or_else(Outcome::from, |()| Outcome::Up);
        attempts.push(Attempt {
            started_at,
            address: tried.address,
            timings: tried.timings,
            body_bytes: None,
            shared: tried.shared,
            outcome,
        });
        if tried.facts.tls.is_some() || facts.tls.is_none() {
            facts = tried.facts;
            chain = tried.chain;
        }
        if !calls_for_another(outcome) {
            break;
        }
    }
    if let Some(address) = attempts.iter().rev().find_map(|attempt| attempt.address) {
        // What is learnt besides has the time of one attempt, and no say in the outcome.
        let asked = [(Family::of(address), address)];
        let audit = inspect::audit(prober, &job.portal, &asked);
        let audit = timeout(millis(job.limits.total_ms), audit).await;
        facts.tls_audit = audit.ok().flatten().map(|audit| audit.facts);
    }
    Measurement {
        outcome: together(&attempts),
        attempts,
        facts,
        chain,
    }
}

#[derive(Default)]
struct Tried {
    address: Option<IpAddr>,
    timings: Timings,
    shared: bool,
    facts: Facts,
    chain: Option<Chain>,
}

async fn look(prober: &NetProber, job: &Job, turn: usize, tried: &mut Tried) -> Result<(), Fault> {
    let (portal, limits) = (&job.portal, job.limits);
    let host = portal.url.host_str().unwrap_or_default();
    let start = Instant::now();
    let mut found = Err(Fault::portal(Stage::Dns, Cause::DnsNodata));
    // The certificate is the same over both families in all but broken set-ups, which `reach` sees.
    for family in job.family.map_or(Family::ALL.to_vec(), |family| vec![family]) {
        found = match written(&portal.url, portal.url.host_str(), &portal.resolve) {
            Some(list) => of_family(list, family),
            None => {
                let limit = millis(limits.dns_ms);
                let found = prober.resolver.lookup(host, family, limit, turn).await;
                tried.timings.dns_us = Some(timing::micros(start.elapsed()));
                found.map(|found| found.list)
            }
        };
        if found.is_ok() {
            break;
        }
    }
    let found = found?;
    let destinations = Destinations {
        allow: &portal.allow,
        resolve: &portal.resolve,
        literal: literal(&portal.url),
    };
    let allowed: Vec<IpAddr> = found
        .iter()
        .copied()
        .filter(|a| destinations.permit(*a))
        .collect();
    tried.facts.addresses = found;
    if allowed.is_empty() {
        return Err(Fault::portal(Stage::Connect, Cause::TcpUnreachable));
    }
    let address = allowed[turn % allowed.len()];
    tried.address = Some(address);
    let _permit = prober.budget.crawl(address).await;

    let port = match portal.url.scheme() {
        "https" => portal.url.port_or_known_default().unwrap_or(443),
        _ => 443,
    };
    let limit = millis(limits.connect_ms);
    let address = SocketAddr::new(address, port);
    let connected = prober
        .budget
        .connect(address, limit, || connect(address, limit))
        .await;
    tried.timings.connect_us = Some(timing::micros(connected.took));
    tried.shared = connected.shared;
    let start = Instant::now();
    let limit = millis(limits.tls_ms);
    let shaken = shake(prober, connected.result?, address, host, limit, &limits).await;
    tried.timings.tls_us = Some(timing::micros(start.elapsed()));
    tried.facts.tls = shaken.facts;
    tried.chain = shaken.chain;
    shaken.result.map(|_stream| ())
}
