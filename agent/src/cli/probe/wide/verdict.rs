//! From what was seen to a verdict: pure.

use ems_contract::cause::{Cause, Stage, UnknownWhy};
use ems_contract::domain::has_national_form;
use ems_contract::facts::Identity;
use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use ems_contract::plan::PlanPortal;

use super::super::survey::{FamilyState, FamilySurvey, Survey};
use super::telling;
use crate::net::policy::Destinations;
use crate::page::identity::identity;

/// What is known besides the visits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The families whose certificate is revoked.
    pub(super) revoked: &'a [Family],
    /// Why a name could not be resolved, where its own servers told.
    pub(super) whys: &'a [(Family, Cause)],
    /// The families whose page is a shell that nothing fills.
    pub(super) empty: &'a [Family],
    /// The families over which this machine sees.
    pub(super) seeing: &'a [Family],
    /// The name of the body, where the inventory has it.
    pub(super) name: Option<&'a str>,
}

/// The verdict over one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct FamilyVerdict {
    pub(in super::super) family: Family,
    pub(in super::super) state: FamilyState,
    pub(in super::super) outcome: Outcome,
    /// Why, where the state is not good; null for an address that is nobody's.
    pub(in super::super) cause: Option<&'static str>,
}

/// The verdict over all families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Overall {
    /// Whether an ordinary browser gets the portal's own page; none where that cannot be said.
    pub(in super::super) available: Option<bool>,
    pub(in super::super) cause: Option<&'static str>,
}

/// Whether an outcome says only that resolving failed, so that the portal's own servers should be heard.
pub(super) const fn is_vague(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Down {
            cause: Cause::DnsServfail | Cause::DnsTimeout | Cause::DnsRefused,
            ..
        }
    )
}

/// Judges one family.
pub(super) fn of_family(seen: &FamilySurvey, portal: &PlanPortal, known: &Known<'_>) -> FamilyVerdict {
    let family = seen.family;
    let verdict = |state, outcome: Outcome, cause| FamilyVerdict {
        family,
        state,
        outcome,
        cause,
    };
    let mut outcome = seen.reached.outcome;
    let mut state = seen.state();
    if outcome.is_failure() && !known.seeing.contains(&family) {
        let why = UnknownWhy::AgentBlind;
        return verdict(FamilyState::Unknown, Outcome::Unknown { why }, Some(why.as_str()));
    }
    if let Outcome::Unknown { why } = outcome {
        let cause = match why {
            UnknownWhy::Refused => Cause::ContentBlocked.as_str(),
            other => other.as_str(),
        };
        return verdict(FamilyState::Unknown, outcome, Some(cause));
    }
    if has_no_usable_address(seen, portal) {
        return verdict(FamilyState::None, outcome, None);
    }
    let worse = if outcome.is_success() {
        worse_than_it_looks(seen, known)
    } else {
        let told = known.whys.iter().find(|(of, _)| *of == family);
        told.map(|(_, cause)| (Stage::Dns, *cause))
    };
    if let Some((stage, cause)) = worse {
        outcome = Outcome::Down { stage, cause };
        state = FamilyState::Fail;
    }
    let cause = match state {
        FamilyState::Ok | FamilyState::Partial => None,
        _ => outcome.cause_name(),
    };
    verdict(state, outcome, cause)
}

/// What turns a page that came into one that a browser's user does not get: a revoked certificate, or somebody
/// else's site.
fn worse_than_it_looks(seen: &FamilySurvey, known: &Known<'_>) -> Option<(Stage, Cause)> {
    if known.revoked.contains(&seen.family) {
        return Some((Stage::Tls, Cause::TlsRevoked));
    }
    if known.empty.contains(&seen.family) {
        return Some((Stage::Content, Cause::ContentEmpty));
    }
    let page = telling(seen)?.answer.as_ref()?;
    let foreign = identity(&page.body, known.name) == Identity::Foreign;
    foreign.then_some((Stage::Content, Cause::ContentMismatch))
}

/// Whether the name has addresses, none of which leads anywhere from the Internet.
fn has_no_usable_address(seen: &FamilySurvey, portal: &PlanPortal) -> bool {
    let said = Destinations {
        allow: &portal.allow,
        resolve: &portal.resolve,
        literal: crate::net::policy::literal(&portal.url),
    };
    !seen.addresses.is_empty() && seen.addresses.iter().all(|(address, _)| !said.permit(*address))
}

/// Joins the families: one that serves suffices; otherwise one that fails settles it, whatever is unknown.
pub(super) fn overall(families: &[FamilyVerdict]) -> Overall {
    let first = |wanted: &[FamilyState]| families.iter().find(|family| wanted.contains(&family.state));
    if first(&[FamilyState::Ok, FamilyState::Partial]).is_some() {
        return Overall {
            available: Some(true),
            cause: None,
        };
    }
    if let Some(failed) = first(&[FamilyState::Fail]) {
        return Overall {
            available: Some(false),
            cause: failed.cause,
        };
    }
    if let Some(unknown) = first(&[FamilyState::Unknown]) {
        return Overall {
            available: None,
            cause: unknown.cause,
        };
    }
    let nowhere = families.first().and_then(|family| family.outcome.cause_name());
    Overall {
        available: Some(false),
        cause: nowhere,
    }
}

/// Whether the name has the form that the law asks for, judged on the host where the visitor ends (OBLIGATIONS A6).
pub(super) fn domain_ok(portal: &PlanPortal, survey: &Survey) -> bool {
    let last = survey.families.iter().filter_map(telling).find_map(|visit| {
        let step = visit.steps.last()?;
        step.status.and(step.url.host_str())
    });
    let asked = portal.url.host_str().unwrap_or_default();
    has_national_form(asked) && has_national_form(last.unwrap_or(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(state: FamilyState, cause: Option<&'static str>) -> FamilyVerdict {
        FamilyVerdict {
            family: Family::V4,
            state,
            outcome: Outcome::Up,
            cause,
        }
    }

    #[test]
    fn one_family_suffices_and_unknown_accuses_nobody() {
        use FamilyState::{Fail, None as Nowhere, Ok as Good, Partial, Unknown};
        let fail = of(Fail, Some("tcp_refused"));
        let blind = of(Unknown, Some("agent_blind"));
        for (families, available, cause) in [
            ([of(Good, None), fail], Some(true), None),
            ([fail, of(Partial, None)], Some(true), None),
            ([fail, fail], Some(false), Some("tcp_refused")),
            ([blind, fail], Some(false), Some("tcp_refused")),
            ([fail, of(Nowhere, None)], Some(false), Some("tcp_refused")),
            ([of(Nowhere, None), blind], None, Some("agent_blind")),
        ] {
            assert_eq!(overall(&families), Overall { available, cause }, "{families:?}");
        }
    }

    #[test]
    fn only_what_the_resolver_could_not_tell_is_asked_again() {
        let down = |cause| Outcome::Down {
            stage: Stage::Dns,
            cause,
        };
        assert!(is_vague(down(Cause::DnsServfail)) && is_vague(down(Cause::DnsTimeout)));
        assert!(!is_vague(down(Cause::DnsNxdomain)) && !is_vague(down(Cause::DnsDnssecBogus)));
        assert!(!is_vague(Outcome::Up));
    }
}
