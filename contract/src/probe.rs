//! The kinds of probe.

use std::fmt;

use crate::cause::named_enum;
use serde::{Deserialize, Serialize};

named_enum! {
    /// What a slot measures.
    ProbeKind {
        /// The home page over one family: the probe that the time ledger is made of.
        Reach = "reach",
        /// The name: records, name servers, DNSSEC.
        Dns = "dns",
        /// Certificate chain, versions, revocation.
        Tls = "tls",
        /// Sections, dates, language, functions.
        Page = "page",
        /// Dead links.
        Links = "links",
    }
}

impl ProbeKind {
    /// Whether the probe is made once per address family.
    #[must_use]
    pub const fn per_family(self) -> bool {
        matches!(self, Self::Reach)
    }

    /// Whether the probe visits many pages: minutes, not seconds.
    #[must_use]
    pub const fn is_visit(self) -> bool {
        matches!(self, Self::Page | Self::Links)
    }
}
