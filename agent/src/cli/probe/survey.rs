//! One target looked at from all sides: each family by the agent's own probe, then every address that it left out.

use std::net::IpAddr;
use std::sync::Arc;

use ems_contract::cause::Cause;
use ems_contract::clock::SharedClock;
use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use ems_contract::plan::PlanPortal;
use jiff::Timestamp;

use super::job;
use crate::net::policy::Destinations;
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
    /// Every address of the name, sorted, and what a visit to it came to; none where it was not visited.
    pub(super) addresses: Vec<(IpAddr, Option<Outcome>)>,
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
                let alive = |outcome: &Option<Outcome>| outcome.is_some_and(Outcome::is_success);
                let dead = |outcome: &Option<Outcome>| outcome.is_some_and(Outcome::is_failure);
                let outcomes = || self.addresses.iter().map(|(_, outcome)| outcome);
                match (
                    outcome.is_success() || outcomes().any(alive),
                    outcomes().any(dead),
                ) {
                    (true, true) => FamilyState::Partial,
                    (true, false) => FamilyState::Ok,
                    (false, _) => FamilyState::Fail,
                }
            }
        }
    }
}

impl Survey {
    /// Whether an ordinary browser gets the page now, over at least one family; none where that cannot be said.
    pub(super) fn available(&self) -> Option<bool> {
        let states = || self.families.iter().map(FamilySurvey::state);
        if states().any(|state| matches!(state, FamilyState::Ok | FamilyState::Partial)) {
            Some(true)
        } else {
            let nowhere = states().all(|state| state == FamilyState::None);
            let fails = states().any(|state| state == FamilyState::Fail);
            (fails || nowhere).then_some(false)
        }
    }

    /// Why it is not available: the cause of the first family that fails, else of the first that cannot say.
    pub(super) fn cause(&self) -> Option<&'static str> {
        if self.available() == Some(true) {
            return None;
        }
        let of = |wanted| {
            let mut families = self.families.iter();
            families.find(|family| family.state() == wanted)
        };
        of(FamilyState::Fail)
            .or_else(|| of(FamilyState::Unknown))
            .or_else(|| of(FamilyState::None))
            .and_then(|family| family.reached.outcome.cause_name())
    }
}

/// Looks at one target; families one after the other, so that their timings do not disturb each other.
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
    for family in families {
        let reached = prober.reach(&job(portal, *family, clock.now())).await;
        let addresses = each_address(prober, portal, *family, &reached, clock).await;
        seen.families.push(FamilySurvey {
            family: *family,
            reached,
            addresses,
        });
    }
    seen
}

async fn each_address(
    prober: &NetProber,
    portal: &Arc<PlanPortal>,
    family: Family,
    reached: &Reached,
    clock: &SharedClock,
) -> Vec<(IpAddr, Option<Outcome>)> {
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
            .map(|(_, attempt)| attempt.outcome)
            .max_by_key(|outcome| outcome.is_success());
        let outcome = match visited {
            Some(outcome) => Some(outcome),
            None if said.permit(*address) && all.len() < MAX_ADDRESSES => {
                let mut pinned = PlanPortal::clone(portal);
                pinned.resolve = vec![*address];
                Some(
                    prober
                        .reach(&job(&Arc::new(pinned), family, clock.now()))
                        .await
                        .outcome,
                )
            }
            None => None,
        };
        all.push((*address, outcome));
    }
    all
}
