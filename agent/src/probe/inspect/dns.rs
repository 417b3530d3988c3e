//! The name system of a portal: every question, every authoritative server, what DNSSEC proves.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use ems_contract::cause::Cause;
use ems_contract::destination::{is_global, literal};
use ems_contract::facts::{DnsFacts, Dnssec, QueryStatus, Share};
use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use ems_contract::plan::PlanPortal;
use hickory_proto::rr::{Name, RData, RecordType};

use super::{destinations, permits};
use crate::net::resolve::authority::shares;
use crate::net::resolve::dnssec::{signature_days, validate};
use crate::net::resolve::question::Answered;
use crate::probe::NetProber;

/// How long one question may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Gathers the group; none for a literal address, which has no name to ask about.
pub async fn dns(prober: &NetProber, portal: &PlanPortal) -> Option<DnsFacts> {
    let host = portal.url.host_str()?;
    if literal(&portal.url).is_some() {
        return None;
    }
    let mut name = Name::from_ascii(host).ok()?;
    name.set_fqdn(true);
    let ask = |kind| prober.resolver.question(&name, kind, LIMIT);
    let tlsa = Name::from_ascii(format!("_443._tcp.{name}")).unwrap_or_else(|_long| name.clone());
    let ((a, aaaa, ns, soa), (caa_status, caa), tlsa, servers, proven) = tokio::join!(
        async {
            tokio::join!(
                ask(RecordType::A),
                ask(RecordType::AAAA),
                ask(RecordType::NS),
                ask(RecordType::SOA)
            )
        },
        caa(prober, &name),
        prober.resolver.question(&tlsa, RecordType::TLSA, LIMIT),
        servers(prober, portal, host),
        proof(prober, &name),
    );
    let status: BTreeMap<String, QueryStatus> = [
        ("a", a.status),
        ("aaaa", aaaa.status),
        ("ns", ns.status),
        ("soa", soa.status),
        ("caa", caa_status),
        ("tlsa", tlsa.status),
    ]
    .into_iter()
    .map(|(kind, status)| (kind.to_owned(), status))
    .collect();
    let (zone, servers) = servers;
    let (ns_ok, ns_ipv6) = match zone {
        Some(_) => shares(&servers),
        None => (Share::Unknown, Share::Unknown),
    };
    let not_global = [&a, &aaaa]
        .into_iter()
        .flat_map(addresses)
        .filter(|address| !is_global(*address) && !permits(portal, *address))
        .collect();
    Some(DnsFacts {
        status,
        aliases: aliases(&a),
        zone,
        servers,
        ns_ok,
        ns_ipv6,
        dnssec: proven.0,
        rrsig_days: proven.1,
        caa,
        not_global,
    })
}

/// Whether an outcome says only that resolving failed, so that the portal's own servers should be heard.
#[must_use]
pub const fn is_vague(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Down {
            cause: Cause::DnsServfail | Cause::DnsTimeout | Cause::DnsRefused,
            ..
        }
    )
}

/// Why the addresses of a family cannot be had, as the portal's own name servers tell.
pub async fn why(prober: &NetProber, portal: &PlanPortal, family: Family) -> Option<Cause> {
    let host = portal.url.host_str()?;
    let authority = prober
        .resolver
        .authority(host, &destinations(portal), LIMIT)
        .await?;
    authority.why(host, family).await
}

async fn servers(
    prober: &NetProber,
    portal: &PlanPortal,
    host: &str,
) -> (Option<String>, Vec<ems_contract::facts::NameServer>) {
    match prober
        .resolver
        .authority(host, &destinations(portal), LIMIT)
        .await
    {
        Some(authority) => (Some(authority.zone()), authority.survey().await),
        None => (None, Vec::new()),
    }
}

/// The CAA records that hold for `name` (RFC 8659 §3: its own, else those of the nearest ancestor that has some),
/// and the status of the name's own question.
async fn caa(prober: &NetProber, name: &Name) -> (QueryStatus, Vec<String>) {
    let mut status = None;
    let mut asked = name.clone();
    while asked.num_labels() >= 2 {
        let answered = prober.resolver.question(&asked, RecordType::CAA, LIMIT).await;
        status.get_or_insert(answered.status);
        if answered.status == QueryStatus::Ok {
            let records = answered.message.iter().flat_map(|message| &message.answers);
            let texts = records.filter_map(|record| match &record.data {
                RData::CAA(record) => Some(record.to_string()),
                _ => None,
            });
            return (status.unwrap_or(QueryStatus::Ok), texts.collect());
        }
        if !matches!(answered.status, QueryStatus::Nodata | QueryStatus::Nxdomain) {
            break;
        }
        asked = asked.base_name();
    }
    (status.unwrap_or(QueryStatus::Unknown), Vec::new())
}

/// What DNSSEC proves of the addresses, or of the zone's SOA where the name has none; and the days left.
async fn proof(prober: &NetProber, name: &Name) -> (Dnssec, Option<i64>) {
    let now = prober.clock.now();
    for kind in [RecordType::A, RecordType::AAAA] {
        let answered = prober.resolver.question(name, kind, LIMIT).await;
        match answered.status {
            QueryStatus::Ok => {
                let (proven, days) = tokio::join!(
                    validate(&prober.resolver, &prober.anchors, name, kind, LIMIT * 2),
                    signature_days(&prober.resolver, name, kind, now, LIMIT)
                );
                return (proven, days);
            }
            QueryStatus::Servfail if prober.resolver.is_bogus(name, kind, LIMIT).await => {
                return (Dnssec::Bogus, None);
            }
            _ => {}
        }
    }
    (Dnssec::Unknown, None)
}

fn addresses(answered: &Answered) -> Vec<IpAddr> {
    let records = answered.message.iter().flat_map(|message| &message.answers);
    records
        .filter_map(|record| match &record.data {
            RData::A(address) => Some(address.0.into()),
            RData::AAAA(address) => Some(address.0.into()),
            _ => None,
        })
        .collect()
}

fn aliases(answered: &Answered) -> Vec<String> {
    let records = answered.message.iter().flat_map(|message| &message.answers);
    records
        .filter_map(|record| match &record.data {
            RData::CNAME(target) => Some(target.0.to_ascii().trim_end_matches('.').to_owned()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use ems_contract::cause::Stage;

    use super::*;

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
