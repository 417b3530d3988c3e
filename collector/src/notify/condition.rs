//! What is wrong, as far as anybody might have to be told.

use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::severity::Severity;

/// What kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A portal is down.
    Outage,
    /// A portal is down over one family only.
    Family,
    /// One network does not reach a portal.
    Path,
    /// A portal goes down and up again and again.
    Flapping,
    /// The certificate of a portal ends soon, or has ended.
    CertificateTerm,
    /// The registration of a domain ends soon, or is over.
    DomainTerm,
    /// The zone above knows a domain no more.
    DomainLost,
    /// An agent is silent or blind: ours, never a portal's.
    Agent,
    /// Something that another program found.
    External,
}

impl Kind {
    /// The name in texts and payloads.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Family => "family",
            Self::Path => "path",
            Self::Flapping => "flapping",
            Self::CertificateTerm => "certificate_term",
            Self::DomainTerm => "domain_term",
            Self::DomainLost => "domain_lost",
            Self::Agent => "agent",
            Self::External => "external",
        }
    }

    /// How urgent it is, unless it says otherwise itself.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Outage | Self::DomainLost | Self::External => Severity::Urgent,
            Self::Family | Self::Flapping | Self::Agent => Severity::High,
            Self::Path | Self::CertificateTerm | Self::DomainTerm => Severity::Low,
        }
    }
}

/// What it is about: a portal, an agent, or what another program names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its id.
    pub id: String,
    /// Its name as written by people; never trusted to be free of markup.
    pub name: String,
}

/// Why somebody is not told now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Announced maintenance.
    Maintenance,
    /// Only agents at fault saw it.
    AgentFault,
    /// It changes too often; that is told instead.
    Flapping,
}

/// One thing that is wrong, as it stands at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Its name for ever: the same trouble has the same key however often it is looked at.
    pub key: String,
    /// What kind.
    pub kind: Kind,
    /// How urgent.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// First second of trouble.
    pub since: UnixTime,
    /// First second after; absent while it lasts.
    pub over_at: Option<UnixTime>,
    /// It turned out that there was nothing.
    pub withdrawn: bool,
    /// Key of the cause in the text catalogue, or what another program says.
    pub cause: Option<String>,
    /// Who saw it.
    pub seen_from: Vec<String>,
    /// The hosting group of the portal, and how many portals are in it.
    pub hosting: Option<(String, usize)>,
    /// Told sooner than others.
    pub critical: bool,
    /// Why nobody is told now.
    pub hold: Option<Hold>,
    /// Where to look, as an address; empty for the console's page of the subject.
    pub link: Option<String>,
}

impl Condition {
    /// Something that lasts since then, of the kind's usual urgency, of which nothing more is known.
    pub(super) const fn lasting(kind: Kind, key: String, subject: Subject, since: UnixTime) -> Self {
        Self {
            key,
            kind,
            severity: kind.severity(),
            subject,
            since,
            over_at: None,
            withdrawn: false,
            cause: None,
            seen_from: Vec::new(),
            hosting: None,
            critical: false,
            hold: None,
            link: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::text::{Lang, lookup};

    use super::*;

    #[test]
    fn every_kind_has_words_for_one_and_for_many() {
        for kind in [
            Kind::Outage,
            Kind::Family,
            Kind::Path,
            Kind::Flapping,
            Kind::CertificateTerm,
            Kind::DomainTerm,
            Kind::DomainLost,
            Kind::Agent,
            Kind::External,
        ] {
            for scope in ["what", "many"] {
                let key = format!("notify.{scope}.{}", kind.as_str());
                assert!(lookup(Lang::Vi, &key).is_some(), "{key}");
            }
        }
    }
}
