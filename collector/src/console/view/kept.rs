//! Pages kept whole as they were read: the proof behind a fact.

use std::collections::BTreeSet;

use ems_contract::digest::Sha256;
use serde::Serialize;

use super::super::evidence::href;

/// A page as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptPage {
    /// Where it can be had; nowhere while it has not arrived, and once it gave way to newer ones.
    pub href: Option<String>,
    /// The first digits of its SHA-256.
    pub digest: String,
}

/// The page of `digest`, where `kept` are those that are here.
pub(super) fn kept_page(digest: &Sha256, kept: &BTreeSet<Sha256>) -> KeptPage {
    KeptPage {
        href: kept.contains(digest).then(|| href(digest)),
        digest: digest.short(),
    }
}
