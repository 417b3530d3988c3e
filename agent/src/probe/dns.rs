//! `dns`: does the name resolve, in both families?

use ems_contract::cause::{Cause, Stage};
use ems_contract::destination::literal;
use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::observation::{Attempt, Timings};
use ems_contract::outcome::Outcome;
use tokio::time::{Instant, timeout};

use super::attempts::{calls_for_another, together};
use super::prober::NetProber;
use super::visit::millis;
use super::{Job, Measurement, inspect, timing};
use crate::net::fault::Fault;
use crate::net::resolve::Addresses;

type Found = Result<Addresses, Fault>;

/// Asks for both families at once; a second time where a question failed.
pub(super) async fn dns(prober: &NetProber, job: &Job) -> Measurement {
    let mut attempts = Vec::with_capacity(2);
    let mut facts = Facts::default();
    // What is learnt besides has the time of one attempt, and no say in the outcome.
    let besides = timeout(millis(job.limits.total_ms), inspect::dns(prober, &job.portal));
    for turn in 0..job.attempts() {
        let started_at = prober.clock.timestamp();
        let start = Instant::now();
        let (v4, v6) = tokio::join!(
            ask(prober, job, Family::V4, turn),
            ask(prober, job, Family::V6, turn)
        );
        let outcome = judge(&v4, &v6);
        facts.addresses = [v4, v6]
            .into_iter()
            .flatten()
            .flat_map(|found| found.list)
            .collect();
        attempts.push(Attempt {
            started_at,
            address: None,
            timings: Timings {
                dns_us: Some(timing::micros(start.elapsed())),
                ..Timings::default()
            },
            body_bytes: None,
            shared: false,
            outcome,
        });
        if !calls_for_another(outcome) {
            break;
        }
    }
    facts.dns = besides.await.ok().flatten();
    Measurement {
        outcome: together(&attempts),
        attempts,
        facts,
        chain: None,
    }
}

async fn ask(prober: &NetProber, job: &Job, family: Family, turn: usize) -> Found {
    let url = &job.portal.url;
    if let Some(address) = literal(url) {
        let list = super::visit::of_family(vec![address], family)?;
        return Ok(Addresses {
            list,
            ..Addresses::default()
        });
    }
    let host = url.host_str().unwrap_or_default();
    let limit = millis(job.limits.dns_ms);
    prober.resolver.lookup(host, family, limit, turn).await
}

/// A name is up when one family has addresses and the other is answered well: an address, or honestly none.
/// A family that times out, or denies the whole name, hurts visitors of the other too (RFC 4074).
fn judge(v4: &Found, v6: &Found) -> Outcome {
    let none = Fault::portal(Stage::Dns, Cause::DnsNodata);
    match (v4, v6) {
        (Ok(_), Ok(_)) => Outcome::Up,
        (Ok(_), Err(fault)) | (Err(fault), Ok(_)) if *fault == none => Outcome::Up,
        (Err(fault), Err(other)) if *fault == none => Outcome::from(*other),
        (Err(fault), _) | (Ok(_), Err(fault)) => Outcome::from(*fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_family_suffices_when_the_other_is_answered_well() {
        let found = || Ok(Addresses::default());
        let fault = |cause| Err(Fault::portal(Stage::Dns, cause));
        let down = |cause| Outcome::Down {
            stage: Stage::Dns,
            cause,
        };
        for (v4, v6, want) in [
            (found(), found(), Outcome::Up),
            (found(), fault(Cause::DnsNodata), Outcome::Up),
            (fault(Cause::DnsNodata), found(), Outcome::Up),
            (
                fault(Cause::DnsNodata),
                fault(Cause::DnsNodata),
                down(Cause::DnsNodata),
            ),
            (found(), fault(Cause::DnsTimeout), down(Cause::DnsTimeout)),
            (fault(Cause::DnsServfail), found(), down(Cause::DnsServfail)),
            (
                fault(Cause::DnsNodata),
                fault(Cause::DnsTimeout),
                down(Cause::DnsTimeout),
            ),
            (
                fault(Cause::DnsNxdomain),
                fault(Cause::DnsNxdomain),
                down(Cause::DnsNxdomain),
            ),
        ] {
            assert_eq!(judge(&v4, &v6), want, "{v4:?} {v6:?}");
        }
    }
}
