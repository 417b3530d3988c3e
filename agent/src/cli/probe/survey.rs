//! One target looked at from all sides: each family by the agent's own probe, then every address that it left out.

use std::net::IpAddr;
use std::sync::Arc;

use ems_contract::cause::Cause;
use ems_contract::clock::SharedClock;
use ems_contract::destination::Destinations;
use ems_contract::family::Family;
use ems_contract::observation::Attempt;
use ems_contract::outcome::Outcome;
use ems_contract::plan::PlanPortal;
use jiff::Timestamp;

use super::job;
use crate::probe::{NetProber, Reached};

/// Addresses tried one by one, at most.
const MAX_ADDRESSES: usize = 16;

/// What was seen of one target.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) portal: Arc<PlanPortal>,
    pub(super) started_at: Timestamp,
    pub(super) families: Vec<FamilySurvey>,
}

/// What was seen over one family.
#[derive(Debug)]
pub(super) struct FamilySurvey {
    pub(super) family: Family,
    pub(super) reached: Reached,
    /// Every address of the name, sorted, and a visit to it; none where it was not visited.
    pub(super) addresses: Vec<(IpAddr, Option<Attempt>)>,
}

/// The five states of a family (STANDARDS §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FamilyState {
    Ok,
    Partial,
    Fail,
    None,
    Unknown,
}

impl FamilyState {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Fail => "fail",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }
}

impl FamilySurvey {
    pub(super) fn state(&self) -> FamilyState {
        match self.reached.outcome {
            Outcome::Down {
                cause: Cause::DnsNodata,
                ..
            } => FamilyState::None,
            Outcome::Unknown { .. } => FamilyState::Unknown,
            outcome => {
                let outcomes = || {
                    let visited = self.addresses.iter().filter_map(|(_, attempt)| attempt.as_ref());
                    visited.map(|attempt| attempt.outcome)
                };
                match (
                    outcome.is_success() || outcomes().any(Outcome::is_success),
                    outcomes().any(Outcome::is_failure),
                ) {
                    (true, true) => FamilyState::Partial,
                    (true, false) => FamilyState::Ok,
                    (false, _) => FamilyState::Fail,
                }
            }
        }
    }
}

/// Looks at one target, over all families at once.
pub(super) async fn survey(
    prober: &NetProber,
    portal: &Arc<PlanPortal>,
    families: &[Family],
    clock: &SharedClock,
) -> Survey {
    let mut seen = Survey {
        portal: Arc::clone(portal),
        started_at: clock.timestamp(),
        families: Vec::new(),
    };
    let look = |family: Family| async move {
        let reached = prober.reach(&job(portal, family, clock.now())).await;
        let addresses = each_address(prober, portal, family, &reached, clock).await;
        FamilySurvey {
            family,
            reached,
            addresses,
        }
    };
    match families {
        [one] => seen.families.push(look(*one).await),
        _ => {
            let (four, six) = tokio::join!(look(Family::V4), look(Family::V6));
            seen.families.extend([four, six]);
        }
    }
    seen
}

async fn each_address(
    prober: &NetProber,
    portal: &Arc<PlanPortal>,
    family: Family,
    reached: &Reached,
    clock: &SharedClock,
) -> Vec<(IpAddr, Option<Attempt>)> {
    let said = Destinations {
        allow: &portal.allow,
        resolve: &portal.resolve,
        literal: None,
    };
    let found = reached.visits.iter().find_map(|visit| visit.steps.first());
    let found = found.map_or(&[][..], |step| &step.addresses);
    let mut all = Vec::with_capacity(found.len());
    for address in found {
        let visited = reached
            .visits
            .iter()
            .zip(&reached.attempts)
            .filter(|(visit, _)| visit.steps.first().and_then(|step| step.address) == Some(*address))
            .map(|(_, attempt)| attempt)
            .max_by_key(|attempt| attempt.outcome.is_success());
        let attempt = match visited {
            Some(attempt) => Some(attempt.clone()),
            None if said.permit(*address) && all.len() < MAX_ADDRESSES => {
                let mut pinned = PlanPortal::clone(portal);
                pinned.resolve = vec![*address];
                let reached = prober.reach(&job(&Arc::new(pinned), family, clock.now())).await;
                let whole = reached.outcome;
                let last = reached.attempts.into_iter().next_back();
                last.map(|attempt| Attempt {
                    outcome: whole,
                    ..attempt
                })
            }
            None => None,
        };
        all.push((*address, attempt));
    }
    all
}
