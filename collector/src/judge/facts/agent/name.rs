//! What a look says about the portal's name.

use ems_contract::cause::{Cause, Stage};
use ems_contract::facts::{DnsFacts, Dnssec as Proven, QueryStatus, Share};
use ems_contract::family::Family;
use ems_contract::observation::Observation;
use ems_contract::outcome::Outcome;

use crate::judge::facts::{DnsSeen, DnsStatus, Dnssec};

/// The name as far as the observation tells: by the questions of the dns probe, else by how a reach slot ended.
pub(super) fn dns(observation: &Observation) -> Option<DnsSeen> {
    let mut seen = match &observation.facts.dns {
        Some(facts) => asked(facts, observation),
        None => DnsSeen {
            status: ended(observation.outcome)
                .or_else(|| (!observation.facts.addresses.is_empty()).then_some(DnsStatus::Ok)),
            ..DnsSeen::default()
        },
    };
    // A slot over IPv6 has asked for AAAA records, whatever became of its dns probe.
    if observation.family == Some(Family::V6) && seen.status == Some(DnsStatus::Ok) {
        seen.aaaa.clone_from(&Some(observation.facts.addresses.clone()));
    }
    (seen != DnsSeen::default()).then_some(seen)
}

/// The state of the name when resolving it ended a slot.
const fn ended(outcome: Outcome) -> Option<DnsStatus> {
    let Outcome::Down {
        stage: Stage::Dns,
        cause,
    } = outcome
    else {
        return None;
    };
    Some(match cause {
        // The name is there and has no address of the family: an honest answer.
        Cause::DnsNodata => DnsStatus::Ok,
        Cause::DnsNxdomain | Cause::DnsCnameDangling => DnsStatus::Nxdomain,
        Cause::DnsTimeout => DnsStatus::Timeout,
        // Failing, refusing, lame, looping, bogus: the servers are there and give no usable answer.
        _ => DnsStatus::Servfail,
    })
}

/// The questions of the dns probe, each with its answer.
fn asked(facts: &DnsFacts, observation: &Observation) -> DnsSeen {
    let of = |kind: &str| facts.status.get(kind).copied();
    let (a, aaaa) = (of("a"), of("aaaa"));
    let found = [a, aaaa].contains(&Some(QueryStatus::Ok));
    // A family that is answered neither with an address nor honestly with none (RFC 4074).
    let is_honest = |status| matches!(status, Some(QueryStatus::Ok | QueryStatus::Nodata));
    let half = !is_honest(a) || !is_honest(aaaa) || facts.ns_ok == Share::Some;
    let status = match (found, half) {
        (true, false) => Some(DnsStatus::Ok),
        (true, true) => Some(DnsStatus::Split),
        (false, _) => ended(observation.outcome),
    };
    let addresses = observation.facts.addresses.iter().copied();
    DnsSeen {
        status,
        aaaa: match aaaa {
            Some(QueryStatus::Ok) => Some(addresses.filter(|address| address.is_ipv6()).collect()),
            Some(QueryStatus::Nodata) => Some(Vec::new()),
            _ => None,
        },
        dnssec: match facts.dnssec {
            Proven::Secure => Some(Dnssec::Valid),
            Proven::Insecure => Some(Dnssec::Unsigned),
            Proven::Bogus => Some(Dnssec::Bogus),
            Proven::Unknown => None,
        },
        ns_ipv6: match facts.ns_ipv6 {
            Share::All | Share::Some => Some(true),
            Share::None | Share::Unreachable => Some(false),
            Share::Unknown => None,
        },
        caa: match of("caa") {
            _ if !facts.caa.is_empty() => Some(true),
            Some(QueryStatus::Nodata | QueryStatus::Nxdomain) => Some(false),
            _ => None,
        },
    }
}
