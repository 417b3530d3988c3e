//! `reach`: is the portal's own page there over one family? The probe that the time ledger is made of.

use ems_contract::cause::{DegradedCause, Stage};
use ems_contract::facts::{Facts, Hop, HttpFacts};
use ems_contract::family::Family;
use ems_contract::observation::Attempt;
use ems_contract::outcome::Outcome;
use http::Version;

use super::attempts::{calls_for_another, together};
use super::prober::NetProber;
use super::visit::{Visit, visit};
use super::{Job, Measurement, inspect};
use crate::net::fault::Fault;

/// One slot measured, told visit by visit.
#[derive(Debug)]
pub struct Reached {
    /// One or two visits.
    pub visits: Vec<Visit>,
    /// The attempts that they were.
    pub attempts: Vec<Attempt>,
    /// What they came to together.
    pub outcome: Outcome,
}

/// Measures one slot: one attempt, and a second one at once where the first failed and two fit the interval.
pub(super) async fn reach(prober: &NetProber, job: &Job) -> Reached {
    let family = job.family.unwrap_or(Family::V4);
    let mut visits = vec![visit_closely(prober, job, family, 0).await];
    let mut attempts = vec![attempt(&visits[0], job)];
    if job.attempts() > 1 && calls_for_another(attempts[0].outcome) {
        let again = visit_closely(prober, job, family, 1).await;
        attempts.push(attempt(&again, job));
        visits.push(again);
    }
    Reached {
        outcome: together(&attempts),
        visits,
        attempts,
    }
}

/// A visit; where the hourly look doubted that the page is the portal's own, the page is looked at again.
async fn visit_closely(prober: &NetProber, job: &Job, family: Family, attempt: usize) -> Visit {
    let mut visit = visit(prober, job, family, attempt).await;
    if visit.result.is_ok()
        && prober.standing.is_doubted(&job.portal.id)
        && let Some(cause) = inspect::second_look(prober, job, family, &visit).await
    {
        visit.result = Err(Fault::portal(Stage::Content, cause));
    }
    visit
}

impl From<Reached> for Measurement {
    /// The facts are those of the last visit that found an address.
    fn from(mut reached: Reached) -> Self {
        let telling = reached.visits.iter().rposition(|visit| visit.address().is_some());
        let (facts, chain) = facts(reached.visits.swap_remove(telling.unwrap_or(0)));
        Self {
            attempts: reached.attempts,
            outcome: reached.outcome,
            facts,
            chain,
        }
    }
}

/// The attempt that a visit was.
fn attempt(visit: &Visit, job: &Job) -> Attempt {
    let timings = visit.timings();
    let slow = timings.first_byte_us.unwrap_or(0) / 1_000 > job.limits.slow_first_byte_ms;
    Attempt {
        started_at: visit.started_at,
        address: visit.address(),
        timings,
        body_bytes: visit.body_bytes,
        shared: visit.shared(),
        outcome: match visit.result {
            Err(fault) => fault.into(),
            Ok(()) if slow => Outcome::Degraded {
                cause: DegradedCause::SlowFirstByte,
            },
            Ok(()) => Outcome::Up,
        },
    }
}

fn facts(visit: Visit) -> (Facts, Option<ems_contract::certificate::Chain>) {
    let mut facts = Facts::default();
    let mut chain = None;
    let mut http = HttpFacts {
        page_kind: visit.page,
        ..HttpFacts::default()
    };
    for (index, step) in visit.steps.into_iter().enumerate() {
        if index == 0 {
            facts.addresses = step.addresses;
        }
        // The last certificate is that of the page itself.
        if step.tls.is_some() {
            facts.tls = step.tls;
            chain = step.chain;
        }
        if let Some(status) = step.status {
            http.hops.push(Hop {
                url: step.url.into(),
                status,
            });
            http.version = step.version.map(version_name);
        }
    }
    if !http.hops.is_empty() {
        facts.http = Some(http);
    }
    (facts, chain)
}

fn version_name(version: Version) -> String {
    format!("{version:?}")
}
