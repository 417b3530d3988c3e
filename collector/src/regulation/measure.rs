//! Who measures what today: the state of the agents, so that gaps are visible.

use super::catalogue::Check;
use super::names::{Group, Probe};

/// Where the facts of a check come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measured {
    /// The agent or the collector measures it.
    Automatic,
    /// A page fact that the judge takes and that no probe of this build ships yet.
    Pending,
    /// A person enters it.
    Attested,
}

impl Measured {
    /// `automatic`, `pending` or `attested`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Pending => "pending",
            Self::Attested => "attested",
        }
    }
}

/// Checks whose facts the reach, dns and tls probes and the ledger give today.
const AUTOMATIC: &[&str] = &[
    "uptime-24x7",
    "home-reachable",
    "response-time",
    "dns-resolves",
    "domain-vn-tld",
    "domain-level-pattern",
    "ipv6-aaaa",
    "ipv6-reachable",
    "ipv6-parity",
    "https-enabled",
    "tls-cert-valid",
    "tls-protocol",
];

impl Check {
    /// Where its facts come from in this build.
    #[must_use]
    pub fn measured(&self) -> Measured {
        if AUTOMATIC.contains(&&*self.id) {
            return Measured::Automatic;
        }
        match (self.probe, self.group) {
            (Probe::Attestation, _) => Measured::Attested,
            (_, Group::Governance) => Measured::Attested,
            _ => Measured::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regulation::Regulations;

    #[test]
    fn every_check_named_here_is_in_the_catalogue() {
        let rules = Regulations::embedded().unwrap();
        for id in AUTOMATIC {
            assert!(rules.check(id).is_some(), "{id}");
        }
    }
}
