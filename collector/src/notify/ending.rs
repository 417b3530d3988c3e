//! Certificates that end: what agents were last shown. Pure.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::inventory::Portal;
use ems_contract::text::Lang;
use ems_contract::time::UnixTime;

use super::book::Book;
use super::condition::{Condition, Kind, Subject};
use super::gather::Facts;
use crate::locale;
use crate::severity::Severity;
use crate::store::Latest;
use crate::term::{NOTICE_DAYS, Term, term};

/// The chains of the newest records that end before the first notice: of the others nobody asks when they began.
pub(super) fn near_chains(latest: &[Latest], now: UnixTime) -> BTreeSet<Sha256> {
    let tls = latest.iter().filter_map(|record| record.facts.tls.as_ref());
    tls.filter(|tls| tls.not_after.is_some_and(|ends_at| term(ends_at, now).is_some()))
        .filter_map(|tls| tls.chain)
        .collect()
}

/// Certificates of portals that end soon or have ended. One that lives short and is renewed by a machine is told once
/// less than a third of its life is left, as the rules for Prometheus have it.
pub(super) fn endings(
    facts: &Facts<'_>,
    portals: &BTreeMap<&PortalId, &Portal>,
    faulty: &BTreeSet<&str>,
    book: &Book,
    now: UnixTime,
) -> Vec<Condition> {
    // The newest certificate that was shown, as the metrics tell it.
    let mut newest: BTreeMap<&PortalId, &Latest> = BTreeMap::new();
    for record in facts.latest {
        let shown = record
            .facts
            .tls
            .as_ref()
            .is_some_and(|tls| tls.not_after.is_some());
        if !shown || faulty.contains(record.agent.as_str()) {
            continue;
        }
        let kept = newest.entry(&record.portal).or_insert(record);
        if (record.slot, &record.agent) > (kept.slot, &kept.agent) {
            *kept = record;
        }
    }
    // What nobody can look at any more was not renewed by that: it lasts until somebody sees another certificate.
    let unseen = book.lasting(Kind::CertificateTerm).filter(|standing| {
        let same = |id: &&PortalId| id.as_str() == standing.subject.id;
        portals.keys().any(same) && !newest.keys().any(same)
    });
    let unseen: Vec<Condition> = unseen.cloned().collect();
    newest
        .into_iter()
        .filter_map(|(id, record)| condition(portals.get(id)?, record, facts.begins, now))
        .chain(unseen)
        .collect()
}

fn condition(
    portal: &Portal,
    record: &Latest,
    begins: &BTreeMap<Sha256, UnixTime>,
    now: UnixTime,
) -> Option<Condition> {
    let tls = record.facts.tls.as_ref()?;
    let ends_at = tls.not_after?;
    let near = term(ends_at, now)?;
    let early = |began_at: UnixTime| ends_at - now >= (ends_at - began_at) / 3;
    let began_at = tls.chain.as_ref().and_then(|chain| begins.get(chain));
    if near != Term::Over && began_at.copied().is_some_and(early) {
        return None;
    }
    let (severity, cause) = match near {
        Term::Within(days) if days <= 1 => (Severity::Urgent, "notify.certificate.within_1"),
        Term::Within(days) if days <= 7 => (Severity::High, "notify.certificate.within_7"),
        Term::Within(days) if days <= 14 => (Severity::Low, "notify.certificate.within_14"),
        Term::Within(_) => (Severity::Low, "notify.certificate.within_30"),
        Term::Over => (Severity::Urgent, "notify.certificate.over"),
    };
    let key = format!("certificate/{}/{}", portal.id, ends_at.secs());
    let subject = Subject {
        id: portal.id.to_string(),
        name: format!("{} ({})", portal.name, locale::date(ends_at, Lang::Vi)),
    };
    let since = ends_at - i64::from(NOTICE_DAYS[0]) * 86_400;
    Some(Condition {
        severity,
        cause: Some(cause.to_owned()),
        seen_from: vec![record.agent.as_str().to_owned()],
        ..Condition::lasting(Kind::CertificateTerm, key, subject, since)
    })
}

#[cfg(test)]
mod tests {
    use ems_contract::facts::TlsFacts;
    use ems_contract::probe::ProbeKind;

    use super::*;
    use crate::testing::{at, inventory};

    const DAY: i64 = 86_400;

    /// The digest of a chain whose leaf began on that day.
    fn chain(began: i64) -> Sha256 {
        Sha256::of(&began.to_be_bytes())
    }

    fn shown(agent: &str, slot: i64, life: (i64, i64)) -> Latest {
        let tls: TlsFacts = serde_json::from_value(serde_json::json!({
            "chain": chain(life.0),
            "not_after": at(life.1 * DAY),
        }))
        .unwrap();
        Latest {
            portal: "p1".parse().unwrap(),
            probe: ProbeKind::Tls,
            family: None,
            agent: agent.parse().unwrap(),
            slot: at(slot),
            interval_s: 3_600,
            outcome: ems_contract::outcome::Outcome::Up,
            address: None,
            timings: ems_contract::observation::Timings::default(),
            facts: ems_contract::facts::Facts {
                tls: Some(tls),
                ..ems_contract::facts::Facts::default()
            },
        }
    }

    fn told(latest: &[Latest], faulty: &[&str], day: i64) -> Vec<(Severity, Option<String>)> {
        let inventory = inventory(&["p1"]);
        let begins = [-300, 0, 30].map(|began| (chain(began), at(began * DAY))).into();
        let facts = Facts {
            begins: &begins,
            inventory: &inventory,
            incidents: &[],
            agents: &[],
            latest,
            listening_since: at(0),
        };
        let portals = inventory
            .portals
            .iter()
            .map(|portal| (&portal.id, portal))
            .collect();
        let faulty = faulty.iter().copied().collect();
        endings(&facts, &portals, &faulty, &Book::default(), at(day * DAY))
            .into_iter()
            .map(|condition| (condition.severity, condition.cause))
            .collect()
    }

    #[test]
    fn a_certificate_is_told_graver_the_nearer_its_end() {
        let year = [shown("a1", 0, (-300, 65))];
        let of = |day| told(&year, &[], day);
        assert_eq!(of(35), []);
        let words = |severity, key: &str| vec![(severity, Some(format!("notify.certificate.{key}")))];
        assert_eq!(of(36), words(Severity::Low, "within_30"));
        assert_eq!(of(52), words(Severity::Low, "within_14"));
        assert_eq!(of(59), words(Severity::High, "within_7"));
        assert_eq!(of(65), words(Severity::Urgent, "over"));
    }

    #[test]
    fn a_short_life_is_told_in_its_last_third_and_a_renewed_certificate_no_more() {
        let short = shown("a1", 0, (0, 48));
        assert_eq!(told(std::slice::from_ref(&short), &[], 20), []);
        assert_eq!(told(std::slice::from_ref(&short), &[], 33).len(), 1);
        let renewed = [short, shown("a2", 60, (30, 78))];
        assert_eq!(told(&renewed, &[], 40), []);
        // What an agent at fault was shown says nothing.
        assert_eq!(told(&renewed, &["a2"], 40).len(), 1);
    }
}
