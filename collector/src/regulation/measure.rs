//! Who measures what in this build, so that gaps are visible. The judge's test `what_is_called_measured_is` holds these
//! lists to what comes out of everything that agents send.

use ems_contract::facts::page::MEASURED;

use super::catalogue::Check;
use super::names::{Group, Probe};

/// Where the facts of a check come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measured {
    /// The agents or the collector measure it.
    Automatic,
    /// A person enters it.
    Attested,
    /// The judge would take the fact, and nothing gives it yet.
    Pending,
}

impl Measured {
    /// `automatic`, `attested` or `pending`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Attested => "attested",
            Self::Pending => "pending",
        }
    }
}

/// What is measured besides sections and what a visit measures by id: from records, spans, names, certificates, the
/// home page, the links, the lists of items, and from several portals together.
const MEASURED_HERE: &[&str] = &[
    "uptime-24x7",
    "home-reachable",
    "home-identity",
    "canonical-host",
    "response-time",
    "dns-resolves",
    "ns-ipv6",
    "dnssec",
    "domain-vn-tld",
    "domain-level-pattern",
    "domain-old-parallel-run",
    "ipv6-aaaa",
    "ipv6-reachable",
    "ipv6-parity",
    "https-enabled",
    "tls-cert-valid",
    "tls-protocol",
    "hsts-headers",
    "unicode-tcvn6909",
    "html-lang-vi",
    "english-version",
    "english-section-contacts",
    "english-freshness",
    "links-agencies",
    "portal-links-components",
    "portal-aggregates-components",
    "qa-answer-deadline",
    "report-published",
    "fresh-van-ban-issuer",
    "fresh-van-ban-scope",
    "fresh-van-ban-qppl",
    "fresh-van-ban-hanh-chinh",
    "fresh-van-ban-khan",
    "fresh-pho-bien-phap-luat",
    "fresh-quy-hoach",
    "fresh-dau-tu-mua-sam-cong",
    "fresh-dat-dai",
    "fresh-de-tai-khoa-hoc",
    "fresh-thong-ke",
    "fresh-other",
    "fresh-su-kien-24h",
    "fresh-tin-tuc",
    "fresh-chi-dao-dieu-hanh",
    "fresh-gioi-thieu",
    "fresh-lien-he",
    "fresh-cong-bao",
    "fresh-bao-cao-tai-chinh",
    "fresh-hoi-dap",
    "fresh-any-update",
];

/// Judged from registers that people keep, whoever the catalogue says measures them.
const REGISTERS: &[&str] = &["incident-notify-immediate"];

/// Nothing in this build measures them: an attestation decides where there is one.
const ATTESTABLE: &[&str] = &[
    "a11y-contrast",
    "document-missing",
    "ems-connection",
    "hosting-change-attested",
    "remote-admin-encrypted",
    "repealed-content-takedown",
];

impl Check {
    /// Where its facts come from in this build.
    #[must_use]
    pub fn measured(&self) -> Measured {
        let id = &*self.id;
        if self.is_attested() || self.is_attestable() || REGISTERS.contains(&id) {
            Measured::Attested
        } else if self.section().is_some() || MEASURED.contains(&id) || MEASURED_HERE.contains(&id) {
            Measured::Automatic
        } else {
            Measured::Pending
        }
    }

    /// Whether only people answer it.
    #[must_use]
    pub fn is_attested(&self) -> bool {
        (self.probe == Probe::Attestation || self.group == Group::Governance) && !self.is_attestable()
    }

    /// Whether people answer it as long as nothing measures it.
    #[must_use]
    pub fn is_attestable(&self) -> bool {
        ATTESTABLE.contains(&&*self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regulation::Regulations;

    #[test]
    fn every_check_named_here_is_in_the_catalogue() {
        let rules = Regulations::embedded().unwrap();
        for id in [MEASURED_HERE, REGISTERS, ATTESTABLE, MEASURED].concat() {
            assert!(rules.check(id).is_some(), "{id}");
        }
    }
}
