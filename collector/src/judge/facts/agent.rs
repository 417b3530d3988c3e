//! From what the agents' probes report to what the judge reads.

use ems_contract::cause::{Cause, Stage};
use ems_contract::facts::PageKind;
use ems_contract::family::Family;
use ems_contract::id::NetworkId;
use ems_contract::observation::Observation;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;

use super::seen::{DnsSeen, DnsStatus, HttpsSeen, Measure, Observed, PageSeen, ReachSeen};

impl Observed {
    /// What the judge can use of one observation. Nothing is guessed: a group that the probe did not measure stays
    /// absent.
    #[must_use]
    pub fn from_observation(observation: &Observation, network: NetworkId) -> Self {
        let mut seen = Self::new(observation.slot, observation.agent.clone(), network);
        seen.kept = Some(match observation.family {
            Some(family) => format!("{}/{}", observation.probe, family.as_str()).into(),
            None => observation.probe.as_str().into(),
        });
        let facts = &observation.facts;
        let last = facts.http.as_ref().and_then(|http| http.hops.last());
        let final_url = last.and_then(|hop| hop.url.parse::<url::Url>().ok());
        let kind = facts.http.as_ref().and_then(|http| http.page_kind);
        if let (ProbeKind::Reach, Some(family)) = (observation.probe, observation.family) {
            let attempt = observation.attempts.last();
            seen.reach = Some(ReachSeen {
                family,
                outcome: observation.outcome,
                status: last.map(|hop| hop.status),
                body_bytes: attempt.and_then(|attempt| attempt.body_bytes),
                first_byte_ms: attempt
                    .and_then(|attempt| attempt.timings.first_byte_us)
                    .map(|us| us / 1_000),
                final_url: final_url.clone(),
                page_kind: kind,
                title: None,
            });
            seen.dns = dns(observation, family);
        }
        if kind.is_some() || final_url.is_some() {
            let mut page = PageSeen {
                kind,
                blocked: kind == Some(PageKind::Blocked),
                scripts_only: kind == Some(PageKind::EmptyShell),
                final_url,
                ..PageSeen::default()
            };
            // Where a firewall answered, the address it redirected to says nothing of the portal's.
            if page.blocked {
                page.final_url = None;
            }
            seen.page = Some(page);
        }
        // A home page without such marks proves nothing about the rest of the portal: only the finding is passed on.
        if kind == Some(PageKind::Hijacked) {
            let found = Measure {
                found: Some(true),
                ..Measure::default()
            };
            seen.checks.insert("malicious-content".to_owned(), found);
        }
        if let Some(page) = &facts.page {
            seen.note_page(page);
        }
        seen.tls.clone_from(&facts.tls);
        seen.https = facts.tls.as_ref().map(|tls| HttpsSeen {
            works: tls.version.is_some(),
            redirects: redirects(observation),
        });
        seen
    }
}

/// `http://` leads to `https://`; absent when the probe did not begin with `http://`.
fn redirects(observation: &Observation) -> Option<bool> {
    let hops = &observation.facts.http.as_ref()?.hops;
    let begins = hops.first()?.url.starts_with("http://");
    begins.then(|| hops.last().is_some_and(|hop| hop.url.starts_with("https://")))
}

/// The name, as far as a reach slot of one family tells.
fn dns(observation: &Observation, family: Family) -> Option<DnsSeen> {
    let addresses = &observation.facts.addresses;
    let status = match observation.outcome {
        Outcome::Down {
            stage: Stage::Dns,
            cause: Cause::DnsNxdomain,
        } => DnsStatus::Nxdomain,
        Outcome::Down {
            stage: Stage::Dns,
            cause: Cause::DnsServfail,
        } => DnsStatus::Servfail,
        Outcome::Down {
            stage: Stage::Dns,
            cause: Cause::DnsNodata,
        } => DnsStatus::Ok,
        _ if !addresses.is_empty() => DnsStatus::Ok,
        _ => return None,
    };
    let aaaa = (family == Family::V6 && status == DnsStatus::Ok).then(|| addresses.clone());
    Some(DnsSeen {
        status: Some(status),
        aaaa,
        ..DnsSeen::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::digest::Sha256;
    use ems_contract::facts::{Facts, Hop, HttpFacts};

    fn slot(family: Family, outcome: Outcome, facts: Facts) -> Observed {
        let observation = Observation {
            schema: 1,
            agent: "a1".parse().unwrap(),
            epoch: serde_json::from_str("\"00000000000000000000000000000001\"")
                .unwrap_or_else(|_| panic!("epoch")),
            seq: 1,
            portal: "p".parse().unwrap(),
            target_hash: Sha256::of(b""),
            plan_version: Sha256::of(b""),
            probe: ProbeKind::Reach,
            family: Some(family),
            slot: "2026-11-22T00:00:00Z".parse().unwrap(),
            interval_s: 60,
            attempts: Vec::new(),
            outcome,
            facts,
        };
        Observed::from_observation(&observation, "viettel".parse().unwrap())
    }

    #[test]
    fn no_data_for_ipv6_says_that_there_is_no_aaaa() {
        let nodata = Outcome::Down {
            stage: Stage::Dns,
            cause: Cause::DnsNodata,
        };
        let seen = slot(Family::V6, nodata, Facts::default());
        assert_eq!(seen.dns.unwrap().aaaa, Some(Vec::new()));
        // Over IPv4 the same answer says nothing about AAAA.
        assert_eq!(slot(Family::V4, nodata, Facts::default()).dns.unwrap().aaaa, None);
    }

    #[test]
    fn a_timeout_of_the_name_servers_says_nothing_about_records() {
        let timeout = Outcome::Down {
            stage: Stage::Dns,
            cause: Cause::DnsTimeout,
        };
        assert_eq!(slot(Family::V6, timeout, Facts::default()).dns, None);
    }

    #[test]
    fn a_firewall_hides_the_page() {
        let http = HttpFacts {
            hops: vec![Hop {
                url: "https://waf.example.com/".to_owned(),
                status: 403,
            }],
            version: None,
            page_kind: Some(PageKind::Blocked),
        };
        let facts = Facts {
            http: Some(http),
            ..Facts::default()
        };
        let page = slot(Family::V4, Outcome::Up, facts).page.unwrap();
        assert!(page.blocked && page.final_url.is_none());
    }
}
