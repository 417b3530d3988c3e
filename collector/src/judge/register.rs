//! What people attest, and how it meets what machines see.

use ems_contract::diagnostic::Message;

use super::case::Case;
use super::grade::{Grade, Graded, Raw};
use super::reason::Reason;
use super::verdict::{EvidenceRef, Finding};
use crate::attest::{Attestation, Standing, Statement};
use crate::calendar::civil;
use crate::regulation::{Evidence, Mode};

/// Judges a check that only people answer.
pub(super) fn judge(case: &Case<'_>) -> Raw {
    match &*case.check.id {
        "training-register" | "budget-plan" | "inspection-register" | "annual-review-plan" => yearly(case),
        "backup-attested" => backup(case),
        "contact-officer" => {
            let raw = newest(case).unwrap_or_else(|| Raw::unclear(Reason::AttestationMissing));
            // The inventory names nobody: the attestation cannot hold.
            if raw.graded.grade == Grade::Good && !case.unit.has_contact {
                return Raw {
                    graded: Graded {
                        reason: Reason::Partly,
                        ..Graded::policy()
                    },
                    ..raw
                };
            }
            raw
        }
        _ => newest(case).unwrap_or_else(|| Raw::unclear(Reason::AttestationMissing)),
    }
}

/// Attestations that speak to this check, signed by now.
fn speaking<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c Attestation> {
    case.facts
        .attestations
        .iter()
        .filter(|said| {
            *said.obligation == *case.row.id || case.row.aliases.iter().any(|id| *said.obligation == **id)
        })
        .filter(|said| said.check.as_deref().is_none_or(|check| *check == *case.check.id))
        .filter(|said| said.signed_on <= case.day)
}

/// The one that counts: the last signed; of several on one day the gravest.
fn last<'c>(case: &'c Case<'_>) -> Option<&'c Attestation> {
    let gravity = |said: &Attestation| match said.statement {
        Statement::Yes => 0,
        Statement::Partial => 1,
        Statement::No => 2,
    };
    speaking(case).max_by_key(|said| (said.signed_on, gravity(said), said.by_name.clone()))
}

/// What the last attestation says. `None` when nobody has said anything.
fn newest(case: &Case<'_>) -> Option<Raw> {
    let said = last(case)?;
    let graded = match (
        said.standing(case.day, case.row.attestation_months(case.check)),
        said.statement,
    ) {
        (Standing::Future, _) => return None,
        (Standing::Expired, _) => Graded::unclear(Reason::AttestationExpired),
        (_, Statement::No) => Graded::new(Grade::Bad, Reason::AttestedNo),
        (_, Statement::Partial) => Graded {
            reason: Reason::Partly,
            ..Graded::policy()
        },
        (Standing::Expiring, Statement::Yes) => Graded {
            reason: Reason::AttestationExpiring,
            ..Graded::policy()
        },
        (Standing::Valid, Statement::Yes) => Graded::new(Grade::Good, Reason::AttestedYes),
    };
    let measured = Message::new("judge.m.attested")
        .with("name", &said.by_name)
        .with("role", &said.by_role);
    let mut raw = Raw::new(graded.measured(measured.with("day", said.signed_on)));
    raw.evidence.push(EvidenceRef {
        kind: Evidence::Attestation,
        at: civil::start_of(said.signed_on),
        agent: None,
        what: said
            .file_sha256
            .map_or_else(|| said.by_name.clone(), |hash| hash.short()),
        key: said.file_sha256.map(|hash| hash.to_string().into()),
    });
    Some(raw)
}

/// One entry a calendar year. This year's is not owed before its end; an unused register proves nothing.
fn yearly(case: &Case<'_>) -> Raw {
    let Some(said) = last(case) else {
        return Raw::unclear(Reason::AttestationMissing);
    };
    if said.statement == Statement::No {
        return newest(case).unwrap_or_else(|| Raw::unclear(Reason::AttestationMissing));
    }
    let (year, this) = (said.signed_on.year(), case.day.year());
    let graded = if year == this {
        Graded::new(Grade::Good, Reason::AttestedYes)
    } else if year == this - 1 {
        Graded::unclear(Reason::NotDueYet)
    } else if &*case.check.id == "annual-review-plan" {
        Graded::policy()
    } else {
        Graded::unclear(Reason::AttestationExpired)
    };
    let measured = Message::new("judge.m.attested")
        .with("name", &said.by_name)
        .with("role", &said.by_role);
    Raw::new(graded.measured(measured.with("day", said.signed_on)))
}

/// Heartbeat or a fresh attestation, and a tried restore. All numbers are the operator's.
fn backup(case: &Case<'_>) -> Raw {
    let signed = last(case).filter(|said| said.standing(case.day, None) != Standing::Expired);
    if signed.is_some_and(|said| said.statement == Statement::No) {
        return Raw::new(Graded::new(Grade::Bad, Reason::AttestedNo));
    }
    let backup = case.facts.backup.unwrap_or_default();
    if backup.heartbeat.is_none() && signed.is_none() {
        return Raw::unclear(Reason::AttestationMissing);
    }
    #[expect(clippy::cast_precision_loss, reason = "hours and days")]
    let alive = backup
        .heartbeat
        .is_some_and(|at| ((case.now - at) as f64) <= case.number("heartbeat_max_age", 24.0) * 3_600.0);
    #[expect(clippy::cast_precision_loss, reason = "hours and days")]
    let said = signed.is_some_and(|said| {
        (civil::days_between(said.signed_on, case.day) as f64) <= case.number("attestation_max_age", 31.0)
    });
    let months = case.number("restore_test_max_age", 6.0);
    let tested = backup.restore_tested.is_some_and(|day| {
        #[expect(clippy::cast_precision_loss, reason = "days")]
        let days = civil::days_between(day, case.day) as f64;
        days <= months * 31.0
    });
    Raw::new(if (alive || said) && tested {
        Graded::good()
    } else {
        Graded::policy()
    })
}

/// Lays what a person says over what machines see, in rows where a person may decide.
///
/// "Yes" lifts what is unclear, poor or missing; it cannot lift a certain failure. "No" stands, unless machines
/// certainly see the opposite: then an official has to look.
pub(super) fn overlay(case: &Case<'_>, raw: Raw) -> Raw {
    if case.row.mode == Mode::Auto {
        return raw;
    }
    let Some(said) = newest(case) else { return raw };
    let decided = |mut said: Raw| {
        said.statistics = raw.statistics;
        said.computations.clone_from(&raw.computations);
        said.evidence.extend(raw.evidence.iter().cloned());
        said
    };
    match (said.graded.reason, raw.graded.grade) {
        (
            Reason::AttestedYes | Reason::AttestationExpiring | Reason::Partly,
            Grade::Unclear | Grade::Poor,
        ) => decided(said),
        (Reason::AttestedNo, Grade::Good) => {
            let mut raw = raw;
            raw.graded = Graded {
                measured: raw.graded.measured,
                ..Graded::unclear(Reason::Contradicted)
            };
            raw.finding = Finding::None;
            raw
        }
        (Reason::AttestedNo, Grade::Unclear | Grade::Poor) => decided(said),
        _ => raw,
    }
}
