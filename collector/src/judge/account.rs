//! Availability, old names, suspensions and incidents.

use ems_contract::diagnostic::Message;

use super::case::Case;
use super::facts::IncidentRecord;
use super::grade::{Gap, Grade, Graded, Look, Raw, settle};
use super::reason::Reason;
use super::verdict::EvidenceRef;
use crate::calendar::{Roll, Term, Unit, civil};
use crate::regulation::{Evidence, Kind};

/// Judges a check of time accounts and registers of events; `None` when it is none.
pub(super) fn judge(case: &Case<'_>) -> Option<Raw> {
    Some(match &*case.check.id {
        "uptime-24x7" => uptime(case),
        "domain-old-parallel-run" => old_domain(case),
        "maintenance-notice" => suspension(case),
        "incident-notify-immediate" => each(case, notified),
        "incident-record-complete" => each(case, complete),
        "incident-report-deadline" => each(case, reported),
        _ => return None,
    })
}

/// An open outage fails; outages of a finished period are recorded; the number is the operator's (0.8 (14)).
fn uptime(case: &Case<'_>) -> Raw {
    let Some(account) = &case.facts.availability else {
        return Raw::unclear(Reason::NotMeasured);
    };
    let window = account.window.secs();
    let seen = account.up_s + account.degraded_s + account.down_s;
    if window <= 0 || seen <= 0 {
        return Raw::unclear(Reason::LowCoverage);
    }
    let percent = |part: i64, whole: i64| floored(part, whole);
    let (available, coverage) = (
        percent(account.up_s + account.degraded_s, seen),
        percent(seen, window),
    );
    let measured = Message::new("judge.m.availability")
        .with("percent", available)
        .with("coverage", coverage)
        .with("outages", account.outages.len());
    let open = account
        .outages
        .iter()
        .find(|outage| outage.to.is_none() && outage.from <= case.now);
    let graded = if open.is_some() {
        Graded::new(Grade::Bad, Reason::OutageOpen)
    } else if coverage < case.number("min_coverage_percent", 90.0) {
        Graded::unclear(Reason::LowCoverage)
    } else if !account.outages.is_empty() {
        Graded::new(Grade::Poor, Reason::OutagesRecorded)
    } else if available < case.number("slo_percent", 99.5) {
        Graded::policy()
    } else {
        Graded::good()
    };
    let mut raw = Raw::new(graded.measured(measured));
    raw.coverage = Some(coverage);
    raw.threshold_kind = Kind::Policy;
    raw.threshold = Some(Message::new("judge.t.slo").with("percent", case.number("slo_percent", 99.5)));
    raw.evidence = account
        .outages
        .iter()
        .rev()
        .take(4)
        .map(|outage| EvidenceRef {
            kind: Evidence::Vantage,
            at: outage.from,
            agent: outage.agents.first().cloned(),
            what: outage.cause.clone().unwrap_or_default(),
            key: None,
        })
        .collect();
    raw
}

/// A percentage with three decimals, floored: 99.9999 is not 100.
#[expect(clippy::cast_precision_loss, reason = "at most 100000")]
fn floored(part: i64, whole: i64) -> f64 {
    let thousandths = i128::from(part) * 100_000 / i128::from(whole.max(1));
    i64::try_from(thousandths).unwrap_or(100_000) as f64 / 1_000.0
}

/// Inside the window the old name must answer; after it, nothing but silence or a redirect.
fn old_domain(case: &Case<'_>) -> Raw {
    let months = case
        .row
        .params
        .deadlines
        .iter()
        .find_map(|clock| clock.term)
        .unwrap_or(Term {
            n: 3,
            unit: Unit::Month,
        });
    let looks: Vec<Look> = case
        .facts
        .old_domains
        .iter()
        .filter(|seen| seen.at <= case.now)
        .filter_map(|seen| {
            let end = case.rules.calendar.due_day(seen.switched_on, months, Roll::None);
            let inside = end.is_met_at(seen.at) && civil::day_of(seen.at) >= seen.switched_on;
            let ok = if inside {
                seen.serves_portal && !seen.foreign
            } else {
                !seen.foreign
            };
            let measured = Message::new("judge.m.old_domain")
                .with("host", &seen.host)
                .with("day", end.day());
            let graded = if ok { Graded::good() } else { Graded::bad() };
            Some(Look {
                at: seen.at,
                agent: seen.network.as_str().parse().ok()?,
                network: seen.network.clone(),
                kept: None,
                graded: graded.measured(measured),
                gap: Gap::Seconds(600),
            })
        })
        .collect();
    settle(looks, Evidence::Http).unwrap_or_else(|| {
        if case.unit.has_old_domains {
            Raw::unclear(Reason::NotMeasured)
        } else {
            Raw::moot(Reason::NothingToJudge)
        }
    })
}

/// Planned suspensions, the worst of them.
fn suspension(case: &Case<'_>) -> Raw {
    let Some(all) = &case.facts.suspensions else {
        return Raw::unclear(Reason::NotRegistered);
    };
    let clock = case
        .row
        .params
        .deadlines
        .iter()
        .find_map(|clock| clock.term.map(|term| (term, clock.kind)));
    let (term, kind) = clock.unwrap_or((
        Term {
            n: 7,
            unit: Unit::WorkingDay,
        },
        Kind::Policy,
    ));
    let worst = all
        .iter()
        .map(|stop| {
            if stop.force_majeure {
                return Graded::new(Grade::Moot, Reason::ForceMajeure);
            }
            let due = case.rules.calendar.latest_before(stop.begins, term);
            let measured = Message::new("judge.m.suspension")
                .with("begins", stop.begins)
                .with("due", due.day());
            match stop.announced {
                Some(announced) if due.is_met_at(announced.to) => match stop.tells_recovery {
                    Some(true) => Graded::good(),
                    Some(false) => Graded {
                        reason: Reason::Partly,
                        ..Graded::bad()
                    },
                    None => Graded::unclear(Reason::OfficialDecides),
                },
                Some(announced) if !due.is_met_at(announced.from) => Graded::new(Grade::Bad, Reason::Late),
                Some(_) => Graded::unclear(Reason::PublicationUnobservable),
                None if stop.confirmed_unannounced => Graded::new(Grade::Bad, Reason::AttestedNo),
                None => Graded::unclear(Reason::NotRegistered),
            }
            .measured(measured)
        })
        .max_by_key(|graded| graded.grade);
    let mut raw = worst.map_or_else(|| Raw::moot(Reason::NothingToJudge), Raw::new);
    raw.threshold_kind = kind;
    raw.threshold = Some(Message::new("judge.t.before").with_text("term", super::fresh::term_text(term)));
    raw.graded.kind = kind;
    raw
}

/// Every incident of the register, the worst of them. An empty register of incidents says there were none.
fn each(case: &Case<'_>, judge: fn(&Case<'_>, &IncidentRecord) -> Graded) -> Raw {
    let Some(all) = &case.facts.incidents else {
        return Raw::unclear(Reason::NotRegistered);
    };
    let worst = all
        .iter()
        .filter(|incident| incident.detected <= case.now)
        .map(|incident| {
            judge(case, incident).measured(Message::new("judge.m.outcome").with("outcome", &incident.id))
        })
        .max_by_key(|graded| graded.grade);
    worst.map_or_else(|| Raw::moot(Reason::NothingToJudge), Raw::new)
}

/// "ngay" has no number: both minutes are the operator's.
fn notified(case: &Case<'_>, incident: &IncidentRecord) -> Graded {
    let Some(alerted) = incident.alerted else {
        return Graded::unclear(Reason::NotRegistered);
    };
    let minutes = |name: &str, otherwise: f64| case.number(name, otherwise) * 60.0;
    #[expect(clippy::cast_precision_loss, reason = "seconds of an incident")]
    let after = |at: ems_contract::time::UnixTime, from: ems_contract::time::UnixTime| (at - from) as f64;
    let sent = after(alerted, incident.confirmed.unwrap_or(incident.detected)) <= minutes("alert_max", 2.0);
    let answered = incident
        .acknowledged
        .map(|at| after(at, alerted) <= minutes("ack_max", 15.0));
    match (sent, answered) {
        (true, Some(true)) => Graded::good(),
        (true, None) if after(case.now, alerted) <= minutes("ack_max", 15.0) => {
            Graded::unclear(Reason::NotDueYet)
        }
        _ => Graded::policy(),
    }
}

/// The fields that the row or TT 20/2017 Đ9.3 ask for.
fn complete(case: &Case<'_>, incident: &IncidentRecord) -> Graded {
    const FIELDS: &[&str] = &[
        "reporter",
        "system",
        "operator",
        "description",
        "detected",
        "cause",
        "scope",
        "level",
        "result",
    ];
    let row = &case.row.params.fields;
    let lacking: Vec<&str> = if row.is_empty() {
        FIELDS
            .iter()
            .copied()
            .filter(|field| !incident.fields.iter().any(|there| there == field))
            .collect()
    } else {
        row.iter()
            .map(String::as_str)
            .filter(|field| !incident.fields.iter().any(|there| there == field))
            .collect()
    };
    match (lacking.is_empty(), incident.closed) {
        (true, _) => Graded::good(),
        (false, false) => Graded::unclear(Reason::NotDueYet),
        (false, true) => Graded {
            reason: Reason::Partly,
            ..Graded::bad()
        },
    }
}

/// Notice and closing report by the clocks of the row; nothing registered proves nothing.
fn reported(case: &Case<'_>, incident: &IncidentRecord) -> Graded {
    let mut worst = Graded::new(Grade::Moot, Reason::NothingToJudge);
    for clock in &case.row.params.deadlines {
        let Some(term) = clock.term else { continue };
        let (start, done) = match clock.label.as_str() {
            "notice" => (Some(incident.detected), incident.noticed),
            "closing-report" => (incident.response_ended, incident.closing_report),
            _ => continue,
        };
        let Some(start) = start else { continue };
        let due = case.rules.calendar.due(start, term, clock.roll);
        let missing = incident.confirmed_missing.contains(&clock.label);
        let graded = match done {
            Some(done) if due.is_met_at(done.to) => Graded::good(),
            Some(done) if !due.is_met_at(done.from) => Graded::new(Grade::Bad, Reason::Late),
            Some(_) => Graded::unclear(Reason::PublicationUnobservable),
            None if due.is_met_at(case.now) => Graded::unclear(Reason::NotDueYet),
            None if missing => Graded::new(Grade::Bad, Reason::AttestedNo),
            None => Graded::unclear(Reason::NotRegistered),
        };
        if graded.grade > worst.grade {
            worst = graded;
        }
    }
    worst
}
