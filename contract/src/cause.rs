//! The closed vocabulary of causes: binding names in results, metrics, alerts and reports.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The binding name (lower snake case).
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The value of this name, if it is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use named_enum;

named_enum! {
    /// Where in the exchange a failure happened.
    Stage {
        /// Name resolution.
        Dns = "dns",
        /// TCP connection.
        Connect = "connect",
        /// TLS handshake and certificate.
        Tls = "tls",
        /// Sending the request, following redirects.
        Request = "request",
        /// Waiting for the first byte of the answer.
        FirstByte = "first_byte",
        /// Reading the answer.
        Body = "body",
        /// What the answer turned out to be.
        Content = "content",
    }
}

named_enum! {
    /// Why a portal is down.
    Cause {
        /// The name does not exist (RCODE 3).
        DnsNxdomain = "dns_nxdomain",
        /// The name exists but has no address of the family.
        DnsNodata = "dns_nodata",
        /// Resolvers and authoritative servers answer with failure (RCODE 2).
        DnsServfail = "dns_servfail",
        /// Nobody answered the question in time.
        DnsTimeout = "dns_timeout",
        /// The servers refuse to answer (RCODE 5).
        DnsRefused = "dns_refused",
        /// The delegated servers do not serve the zone.
        DnsLame = "dns_lame",
        /// The chain of CNAMEs comes back to itself.
        DnsCnameLoop = "dns_cname_loop",
        /// The chain of CNAMEs ends at a name that does not exist.
        DnsCnameDangling = "dns_cname_dangling",
        /// The DNSSEC signatures do not validate.
        DnsDnssecBogus = "dns_dnssec_bogus",
        /// The port is closed (RST to SYN).
        TcpRefused = "tcp_refused",
        /// No answer to SYN in time.
        TcpTimeout = "tcp_timeout",
        /// The network says that there is no way there.
        TcpUnreachable = "tcp_unreachable",
        /// The connection was reset while it was set up.
        TcpReset = "tcp_reset",
        /// A certificate of the chain has expired.
        TlsExpired = "tls_expired",
        /// A certificate of the chain is not valid yet.
        TlsNotYetValid = "tls_not_yet_valid",
        /// The certificate is signed by itself.
        TlsSelfSigned = "tls_self_signed",
        /// The certificate is for other names.
        TlsHostname = "tls_hostname",
        /// An intermediate certificate is missing from the chain the server sends.
        TlsIncompleteChain = "tls_incomplete_chain",
        /// The issuer is not trusted.
        TlsUntrusted = "tls_untrusted",
        /// The certificate is revoked.
        TlsRevoked = "tls_revoked",
        /// The key is too short.
        TlsWeakKey = "tls_weak_key",
        /// The signature uses a broken hash.
        TlsWeakSignature = "tls_weak_signature",
        /// The server speaks only TLS 1.1 or older.
        TlsLegacyOnly = "tls_legacy_only",
        /// The handshake failed otherwise.
        TlsHandshake = "tls_handshake",
        /// The handshake did not end in time.
        TlsTimeout = "tls_timeout",
        /// A final status that is not 2xx.
        HttpStatus = "http_status",
        /// No first byte, or no whole answer, in time.
        HttpTimeout = "http_timeout",
        /// The body came too slowly to be of use.
        HttpSlowBody = "http_slow_body",
        /// Redirects without end.
        HttpRedirectLoop = "http_redirect_loop",
        /// A redirect to a host outside the organisation.
        HttpRedirectOffsite = "http_redirect_offsite",
        /// The site has moved to another government name.
        HttpMoved = "http_moved",
        /// An answer without a body.
        HttpEmpty = "http_empty",
        /// Fewer bytes than announced.
        HttpTruncated = "http_truncated",
        /// The connection was reset during the answer.
        HttpReset = "http_reset",
        /// Not HTTP, or broken HTTP.
        HttpMalformed = "http_malformed",
        /// More bytes than any home page has.
        HttpBodyLimit = "http_body_limit",
        /// A redirect from https to http.
        HttpsDowngrade = "https_downgrade",
        /// An error text behind a good status.
        ContentError = "content_error",
        /// A maintenance page.
        ContentMaintenance = "content_maintenance",
        /// The web server's own default page or a directory listing.
        ContentDefaultPage = "content_default_page",
        /// A captcha or a firewall's block page.
        ContentBlocked = "content_blocked",
        /// A parked domain.
        ContentParked = "content_parked",
        /// Injected or replaced content.
        ContentHijacked = "content_hijacked",
        /// Somebody else's page.
        ContentMismatch = "content_mismatch",
        /// A page without content.
        ContentEmpty = "content_empty",
    }
}

named_enum! {
    /// Why a portal is degraded: a closed list (findings never degrade).
    DegradedCause {
        /// A minority of the agents that see fails, or a tie.
        Minority = "minority",
        /// Agents of one network only fail, and not for long enough yet.
        Unconfirmed = "unconfirmed",
        /// The first attempt failed, the second succeeded.
        Flaky = "flaky",
        /// The first byte took longer than the limit.
        SlowFirstByte = "slow_first_byte",
        /// Some addresses of the name are dead, others answer.
        SomeAddressesDead = "some_addresses_dead",
    }
}

named_enum! {
    /// Why an agent cannot say. Never the portal's fault.
    UnknownWhy {
        /// The agent cannot see its own reference points on that family or resolver.
        AgentBlind = "agent_blind",
        /// The site refuses the agent (captcha, firewall).
        Refused = "refused",
        /// The agent had no room to run the slot.
        Overload = "overload",
        /// The probe panicked: our fault, counted.
        Panic = "panic",
        /// The agent's clock is wrong.
        ClockSuspect = "clock_suspect",
    }
}

impl Stage {
    /// Key of the Vietnamese and English name in the text catalogue.
    #[must_use]
    pub fn text_key(self) -> String {
        format!("stage.{}", self.as_str())
    }
}

impl Cause {
    /// Key of what the operator should do, in Vietnamese and English.
    #[must_use]
    pub fn advice_key(self) -> String {
        format!("advice.{}", self.as_str())
    }

    /// Key of the Vietnamese and English sentence in the text catalogue.
    #[must_use]
    pub fn text_key(self) -> String {
        format!("cause.{}", self.as_str())
    }
}

impl DegradedCause {
    /// Key of the Vietnamese and English sentence in the text catalogue.
    #[must_use]
    pub fn text_key(self) -> String {
        format!("cause.{}", self.as_str())
    }
}

impl UnknownWhy {
    /// Key of the Vietnamese and English sentence in the text catalogue.
    #[must_use]
    pub fn text_key(self) -> String {
        format!("unknown.{}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Lang, lookup};

    #[test]
    fn serde_names_are_the_binding_names() {
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
            assert_eq!(Cause::from_name(cause.as_str()), Some(*cause));
        }
    }

    #[test]
    fn every_cause_has_both_texts() {
        let keys = Cause::ALL
            .iter()
            .flat_map(|c| [c.text_key(), c.advice_key()])
            .chain(DegradedCause::ALL.iter().map(|c| c.text_key()))
            .chain(UnknownWhy::ALL.iter().map(|c| c.text_key()))
            .chain(Stage::ALL.iter().map(|c| c.text_key()));
        for key in keys {
            for lang in [Lang::Vi, Lang::En] {
                assert!(lookup(lang, &key).is_some(), "{key} has no text");
            }
        }
    }
}
