//! `tls`: the certificate and the session of the portal's https side.

use std::net::{IpAddr, SocketAddr};

use ems_contract::cause::{Cause, Stage};
use ems_contract::certificate::Chain;
use ems_contract::destination::{Destinations, literal, written};
use ems_contract::facts::{Facts, Revocation};
use ems_contract::family::Family;
use ems_contract::observation::{Attempt, Timings};
use ems_contract::outcome::Outcome;
use tokio::time::{Instant, timeout_at};

use super::attempts::{calls_for_another, together};
use super::handshake::shake;
use super::prober::NetProber;
use super::visit::{millis, of_family};
use super::{Job, Measurement, inspect, timing};
use crate::net::connect::connect;
use crate::net::fault::Fault;

/// Shakes hands with the portal; a second time where the first failed. Then everything that changes too seldom to be
/// asked every minute: what the https side offers, whether the certificate stands, how the site behaves.
pub(super) async fn tls(prober: &NetProber, job: &Job) -> Measurement {
    let end = job.end();
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
    // What is learnt besides has the time that the attempts left over.
    let reached = attempts.iter().rev().find_map(|attempt| attempt.address);
    let audit = async {
        let asked = both_families(prober, job, reached?).await;
        inspect::audit(prober, &job.portal, &asked).await
    };
    let (audit, site) = tokio::join!(
        timeout_at(end, audit),
        timeout_at(end, inspect::look(prober, job))
    );
    if let Some(looked) = site.ok().flatten() {
        prober.standing.note_page(&job.portal.id, looked.doubted);
        facts.site = Some(looked.facts);
    }
    if let Some(audit) = audit.ok().flatten() {
        for (chain, said) in &audit.said {
            prober.standing.note_chain(*chain, *said == Revocation::Revoked);
        }
        if !audit.revoked.is_empty() {
            revoke(&mut attempts, &mut facts);
        }
        facts.tls_audit = Some(audit.facts);
    }
    Measurement {
        outcome: together(&attempts),
        attempts,
        facts,
        chain,
    }
}

/// A certificate that its issuer took back is no better than one that does not verify.
fn revoke(attempts: &mut [Attempt], facts: &mut Facts) {
    if let Some(tls) = &mut facts.tls {
        tls.faults.push(Cause::TlsRevoked);
    }
    for attempt in attempts.iter_mut().filter(|attempt| attempt.outcome.is_success()) {
        attempt.outcome = Outcome::Down {
            stage: Stage::Tls,
            cause: Cause::TlsRevoked,
        };
    }
}

/// The address that was reached, and one of the other family where the name has one and the plan measures it: their
/// certificates may differ.
async fn both_families(prober: &NetProber, job: &Job, reached: IpAddr) -> Vec<(Family, IpAddr)> {
    let portal = &job.portal;
    let mut asked = vec![(Family::of(reached), reached)];
    let mut others = portal.families.iter().filter(|family| **family != asked[0].0);
    if let Some(family) = others.next() {
        let found = addresses(prober, job, *family, 0).await.unwrap_or_default();
        let mut found = found.into_iter();
        let other = found.find(|address| destinations(job).permit(*address));
        asked.extend(other.map(|address| (*family, address)));
    }
    asked
}

fn destinations(job: &Job) -> Destinations<'_> {
    Destinations {
        allow: &job.portal.allow,
        resolve: &job.portal.resolve,
        literal: literal(&job.portal.url),
    }
}

/// The addresses of the portal's name in `family`.
async fn addresses(prober: &NetProber, job: &Job, family: Family, turn: usize) -> Result<Vec<IpAddr>, Fault> {
    let portal = &job.portal;
    let host = portal.url.host_str().unwrap_or_default();
    match written(&portal.url, portal.url.host_str(), &portal.resolve) {
        Some(list) => of_family(list, family),
        None => {
            let limit = millis(job.limits.dns_ms);
            let found = prober.resolver.lookup(host, family, limit, turn).await;
            found.map(|found| found.list)
        }
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
    let end = start + millis(limits.total_ms);
    let mut found = Err(Fault::portal(Stage::Dns, Cause::DnsNodata));
    // The certificate is the same over both families in all but broken set-ups, which `reach` sees.
    for family in job.family.map_or(Family::ALL.to_vec(), |family| vec![family]) {
        found = addresses(prober, job, family, turn).await;
        if found.is_ok() {
            break;
        }
    }
    if literal(&portal.url).is_none() && portal.resolve.is_empty() {
        tried.timings.dns_us = Some(timing::micros(start.elapsed()));
    }
    let found = found?;
    let destinations = destinations(job);
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
    let asked = Instant::now();
    let _permit = prober.budget.crawl(address).await;
    // Waiting for our own turn is not the portal's time.
    let end = end + asked.elapsed();
    let left = |ms: u32| millis(ms).min(end.saturating_duration_since(Instant::now()));

    let port = match portal.url.scheme() {
        "https" => portal.url.port_or_known_default().unwrap_or(443),
        _ => 443,
    };
    let limit = left(limits.connect_ms);
    let address = SocketAddr::new(address, port);
    let connected = prober
        .budget
        .connect(address, limit, || connect(address, limit))
        .await;
    tried.timings.connect_us = Some(timing::micros(connected.took));
    tried.shared = connected.shared;
    let start = Instant::now();
    let limit = left(limits.tls_ms);
    let shaken = shake(prober, connected.result?, address, host, limit, &limits).await;
    tried.timings.tls_us = Some(timing::micros(start.elapsed()));
    tried.facts.tls = shaken.facts;
    tried.chain = shaken.chain;
    shaken.result.map(|_stream| ())
}
