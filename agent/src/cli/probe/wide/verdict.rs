//! From what was seen to a verdict: pure.

use ems_contract::cause::{Cause, Stage, UnknownWhy};
use ems_contract::destination::Destinations;
use ems_contract::domain::{Form, has_national_form, unit_forms};
use ems_contract::facts::Identity;
use ems_contract::family::Family;
use ems_contract::inventory::Portal;
use ems_contract::outcome::Outcome;
use ems_contract::plan::PlanPortal;
use jiff::civil::Date;
use url::Url;

use super::super::survey::{FamilyState, FamilySurvey, Survey};
use super::telling;
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
        literal: ems_contract::destination::literal(&portal.url),
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

/// What is to be said of the portal's name, judged on the host where the visitor ends (OBLIGATIONS A6).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in super::super) struct DomainVerdict {
    /// Whether it has the form that is asked for.
    pub(in super::super) ok: bool,
    /// Why not, or what is doubtful although it has.
    pub(in super::super) remarks: Vec<String>,
}

/// A unit of the inventory and the portal of its province.
pub(super) type UnitOf<'a> = (&'a Portal, Option<&'a Portal>);

/// Judges the name: by the forms that the unit's own regulations set on `day`, else by the national form.
pub(super) fn domain(
    portal: &PlanPortal,
    survey: &Survey,
    unit: Option<UnitOf<'_>>,
    day: Date,
) -> DomainVerdict {
    let last = survey.families.iter().filter_map(telling).find_map(|visit| {
        let step = visit.steps.last()?;
        step.status.map(|_| &step.url)
    });
    of_domain(&portal.url, last.unwrap_or(&portal.url), unit, day)
}

fn of_domain(asked: &Url, end: &Url, unit: Option<UnitOf<'_>>, day: Date) -> DomainVerdict {
    let forms = |url| unit.map_or_else(Vec::new, |(unit, province)| unit_forms(unit, province, url, day));
    let own = forms(end);
    let host = end.host_str().unwrap_or_default();
    let mut seen = DomainVerdict::default();
    if own.is_empty() {
        seen.ok = has_national_form(host);
        if !seen.ok {
            seen.remarks
                .push(format!("{host} is not a .gov.vn name of lawful form"));
        }
    } else {
        seen.ok = own.iter().all(|(_, form)| form.holds());
        for (pack, form) in own {
            let remark = match form {
                Form::Right => continue,
                Form::Wrong => "has not the form",
                Form::WrongAddress => "has the form, but not the scheme",
                Form::UnknownLabel => "has the form; its label is none of the unit's names",
                Form::Disambiguated => "bears a slug agreed on for units of one name",
                Form::Hyphenated => "has the form but for a hyphen",
            };
            seen.remarks.push(format!("{host} {remark} ({pack})"));
        }
    }
    // The reverse, a good name that leads to a bad one, has failed above.
    let written = asked.host_str().unwrap_or_default();
    let started_well = match &forms(asked)[..] {
        [] => has_national_form(written),
        forms => forms.iter().all(|(_, form)| form.holds()),
    };
    if seen.ok && !started_well {
        seen.remarks
            .push(format!("{written} has not the form and leads to {host}"));
    }
    seen
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
    fn a_name_is_judged_by_the_rules_of_its_unit_on_the_day() {
        let inventory = ems_contract::inventory::load(
            &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets.yaml"),
        );
        let inventory = inventory.inventory.unwrap();
        let angiang = inventory.portal(&"angiang".parse().unwrap()).unwrap();
        let commune = Portal {
            owner: "Ủy ban nhân dân phường Mỹ Thới".to_owned(),
            level: ems_contract::inventory::Level::Commune,
            ..angiang.clone()
        };
        let url = |host: &str| Url::parse(&format!("https://{host}/")).unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        let (before, after) = (day("2025-01-01"), day("2026-11-22"));
        for (what, unit, asked, end, on, ok, remarks) in [
            (
                "home",
                angiang,
                "angiang.gov.vn",
                "angiang.gov.vn",
                after,
                true,
                0,
            ),
            (
                "www",
                angiang,
                "www.angiang.gov.vn",
                "www.angiang.gov.vn",
                after,
                true,
                0,
            ),
            (
                "another province",
                angiang,
                "cantho.gov.vn",
                "cantho.gov.vn",
                after,
                false,
                2,
            ),
            (
                "the final host counts",
                angiang,
                "angiang.gov.vn",
                "angiang.com.vn",
                after,
                false,
                2,
            ),
            (
                "it may begin badly",
                angiang,
                "angiang.com.vn",
                "angiang.gov.vn",
                after,
                true,
                1,
            ),
            (
                "a commune",
                &commune,
                "mythoi.angiang.gov.vn",
                "mythoi.angiang.gov.vn",
                after,
                true,
                0,
            ),
            (
                "not its name",
                &commune,
                "mykhanh.angiang.gov.vn",
                "mykhanh.angiang.gov.vn",
                after,
                true,
                1,
            ),
            (
                "a level less",
                &commune,
                "mythoi.angiang.gov.vn",
                "mythoi.angiang.gov.vn",
                before,
                false,
                1,
            ),
        ] {
            let seen = of_domain(&url(asked), &url(end), Some((unit, Some(angiang))), on);
            assert_eq!((seen.ok, seen.remarks.len()), (ok, remarks), "{what}: {seen:?}");
        }
        let alone = of_domain(&url("x.angiang.gov.vn"), &url("x.angiang.gov.vn"), None, after);
        assert_eq!(
            alone,
            DomainVerdict {
                ok: true,
                remarks: Vec::new()
            }
        );
    }
}
