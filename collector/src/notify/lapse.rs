//! Domains that lapse: what the inventory tells of their end, and what the agents see. Pure.

use std::collections::BTreeSet;

use ems_contract::text::Lang;
use ems_contract::time::UnixTime;

use super::book::Book;
use super::condition::{Condition, Kind, Subject};
use super::gather::Facts;
use crate::domains;
use crate::locale;
use crate::severity::Severity;
use crate::term::{NOTICE_DAYS, Term, term};

/// Domains whose registration ends soon or is over, and domains that the zone above knows no more.
pub(super) fn lapses(
    facts: &Facts<'_>,
    faulty: &BTreeSet<&str>,
    book: &Book,
    now: UnixTime,
) -> Vec<Condition> {
    let blank = |kind: Kind, key: String, name: String, since: UnixTime, cause: &str| Condition {
        cause: Some(cause.to_owned()),
        ..Condition::lasting(
            kind,
            key,
            Subject {
                id: name.clone(),
                name,
            },
            since,
        )
    };
    let first = i64::from(NOTICE_DAYS[0]) * 86_400;
    let terms = facts.inventory.domains.iter().filter_map(|domain| {
        let (severity, cause) = match term(domain.ends_at, now)? {
            Term::Within(days) if days <= 1 => (Severity::Urgent, "notify.domain.within_1"),
            Term::Within(days) if days <= 7 => (Severity::High, "notify.domain.within_7"),
            Term::Within(days) if days <= 14 => (Severity::Low, "notify.domain.within_14"),
            Term::Within(_) => (Severity::Low, "notify.domain.within_30"),
            Term::Over => (Severity::Urgent, "notify.domain.over"),
        };
        let key = format!("domain/{}/{}", domain.name, domain.ends_at.secs());
        // The last day that is paid for, as people say it.
        let name = format!("{} ({})", domain.name, locale::date(domain.ends_at - 1, Lang::Vi));
        let condition = blank(Kind::DomainTerm, key, name, domain.ends_at - first, cause);
        Some(Condition {
            severity,
            ..condition
        })
    });
    let seeing = domains::seeing(facts.inventory, facts.latest, now);
    let lost = domains::delegations(facts.inventory, facts.latest, now).into_iter();
    let lost = lost.filter_map(|(name, mut said)| {
        said.retain(|agent, _| !faulty.contains(agent.as_str()));
        let standing = book.standing(Kind::DomainLost, name);
        match domains::is_lost(&said, facts.inventory, &seeing) {
            Some(true) => {}
            Some(false) => return None,
            // What nobody can say any more has not come back by that.
            None => return standing.cloned(),
        }
        let since = standing.map_or(now, |standing| standing.since);
        let key = format!("domain-lost/{name}/{}", since.secs());
        let condition = blank(
            Kind::DomainLost,
            key,
            name.to_owned(),
            since,
            "notify.domain.lost",
        );
        let denying = said.into_iter().filter(|(_, delegated)| !delegated);
        Some(Condition {
            seen_from: denying.map(|(agent, _)| agent.as_str().to_owned()).collect(),
            ..condition
        })
    });
    terms.chain(lost).collect()
}
