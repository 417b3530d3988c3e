//! From what the agents' probes report to what the judge reads.

mod name;
mod site;
#[cfg(test)]
mod tests;

use ems_contract::cause::{Cause, UnknownWhy};
use ems_contract::facts::PageKind;
use ems_contract::id::NetworkId;
use ems_contract::observation::Observation;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;

use super::seen::{Measure, Observed, PageSeen, ReachSeen};

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
        let reach = reach(observation);
        if is_our_own_trouble(observation.outcome) {
            // A blind agent, or one with a wrong clock, has nothing to say about anybody.
            seen.reach = reach;
            return seen;
        }
        let facts = &observation.facts;
        let kind = facts.http.as_ref().and_then(|http| http.page_kind);
        let final_url = final_url(observation);
        seen.dns = name::dns(observation);
        seen.reach = reach;
        if kind.is_some() || final_url.is_some() {
            let mut page = PageSeen {
                kind,
                blocked: kind == Some(PageKind::Blocked),
                scripts_only: kind == Some(PageKind::EmptyShell),
                final_url,
                ..PageSeen::default()
            };
            page.foreign = matches!(
                observation.outcome,
                Outcome::Down {
                    cause: Cause::ContentMismatch,
                    ..
                }
            );
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
        if let Some(links) = &facts.links {
            seen.note_links(links);
        }
        if let Some(site) = &facts.site {
            site::note(site, seen.page.get_or_insert_default());
            if let Some(sent) = site::security(site) {
                seen.checks.insert("hsts-headers".to_owned(), sent);
            }
        }
        seen.tls.clone_from(&facts.tls);
        seen.audit.clone_from(&facts.tls_audit);
        seen.https = site::https(observation);
        seen
    }
}

/// Whether the agent could not see, had no room or a wrong clock. A refusal is the site's doing and says so.
const fn is_our_own_trouble(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Unknown { why } => !matches!(why, UnknownWhy::Refused),
        _ => false,
    }
}

fn final_url(observation: &Observation) -> Option<url::Url> {
    let hops = &observation.facts.http.as_ref()?.hops;
    hops.last()?.url.parse().ok()
}

/// The slot of a reach probe.
fn reach(observation: &Observation) -> Option<ReachSeen> {
    let (ProbeKind::Reach, Some(family)) = (observation.probe, observation.family) else {
        return None;
    };
    let attempt = observation.attempts.last();
    let http = observation.facts.http.as_ref();
    Some(ReachSeen {
        family,
        outcome: observation.outcome,
        status: http.and_then(|http| http.hops.last()).map(|hop| hop.status),
        body_bytes: attempt.and_then(|attempt| attempt.body_bytes),
        first_byte_ms: attempt
            .and_then(|attempt| attempt.timings.first_byte_us)
            .map(|us| us / 1_000),
        final_url: final_url(observation),
        page_kind: http.and_then(|http| http.page_kind),
        title: None,
    })
}
