//! What the https side offers beyond the one session of a visit.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cause::named_enum;

named_enum! {
    /// What the issuer says about a certificate now.
    Revocation {
        /// It stands.
        Good = "good",
        /// It is revoked.
        Revoked = "revoked",
        /// The issuer names a responder or list, and neither gave an answer that can be trusted.
        Unknown = "unknown",
        /// The certificate names neither responder nor list: short-lived ones need none.
        Absent = "absent",
    }
}

named_enum! {
    /// Who said so.
    RevocationSource {
        /// An OCSP answer in the handshake (RFC 6066 §8).
        Staple = "staple",
        /// An OCSP answer by query (RFC 6960).
        Ocsp = "ocsp",
        /// A revocation list (RFC 5280 §5).
        Crl = "crl",
    }
}

/// The audit group of facts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TlsAudit {
    /// Versions spoken, oldest first: `TLSv1.0` to `TLSv1.3`.
    #[serde(default)]
    pub versions: Vec<String>,
    /// The suites chosen by the server, one a version, by IANA name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ciphers: Vec<String>,
    /// Whether every chosen suite has an ephemeral key exchange.
    #[serde(default)]
    pub forward_secrecy: Option<bool>,
    /// Whether every chosen suite of TLS 1.2 and 1.3 is authenticated encryption.
    #[serde(default)]
    pub aead: Option<bool>,
    /// The key exchange of the best version: `ECDHE`, `DHE`, `RSA`, `(EC)DHE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_exchange: Option<String>,
    /// The protocol chosen when `h2` and `http/1.1` are offered.
    #[serde(default)]
    pub alpn: Option<String>,
    /// What the issuer says about the leaf.
    #[serde(default)]
    pub ocsp: Option<Revocation>,
    /// Who said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_source: Option<RevocationSource>,
}
