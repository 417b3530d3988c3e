//! What the hourly look found against a portal and the minute's probe cannot afford to look for: certificates that
//! their issuer took back, and pages that are not the portal's own. Where something was found, every visit looks again.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;

/// Chains remembered at most; past it the memory starts anew.
const MAX_CHAINS: usize = 32_768;

/// The memory of one prober.
#[derive(Debug, Default)]
pub(super) struct Standing(RwLock<Found>);

#[derive(Debug, Default)]
struct Found {
    revoked: HashSet<Sha256>,
    doubted: HashSet<PortalId>,
}

impl Standing {
    /// The issuer of the chain with this digest was asked.
    pub(super) fn note_chain(&self, chain: Sha256, revoked: bool) {
        if revoked == self.is_revoked(chain) {
            return;
        }
        let mut found = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !revoked {
            found.revoked.remove(&chain);
            return;
        }
        if found.revoked.len() >= MAX_CHAINS {
            found.revoked.clear();
        }
        found.revoked.insert(chain);
    }

    /// Whether the issuer took the leaf of this chain back.
    pub(super) fn is_revoked(&self, chain: Sha256) -> bool {
        let found = self.0.read().unwrap_or_else(PoisonError::into_inner);
        found.revoked.contains(&chain)
    }

    /// The portal's page was looked at closely.
    pub(super) fn note_page(&self, portal: &PortalId, doubted: bool) {
        if doubted == self.is_doubted(portal) {
            return;
        }
        let mut found = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if doubted {
            found.doubted.insert(portal.clone());
        } else {
            found.doubted.remove(portal);
        }
    }

    /// Whether the page may not be the portal's own.
    pub(super) fn is_doubted(&self, portal: &PortalId) -> bool {
        let found = self.0.read().unwrap_or_else(PoisonError::into_inner);
        found.doubted.contains(portal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_stands_until_a_look_finds_otherwise() {
        let standing = Standing::default();
        let (chain, other) = (Sha256::of(b"a"), Sha256::of(b"b"));
        let portal: PortalId = "cong".parse().unwrap();
        assert!(!standing.is_revoked(chain) && !standing.is_doubted(&portal));
        standing.note_chain(chain, true);
        standing.note_page(&portal, true);
        assert!(standing.is_revoked(chain) && !standing.is_revoked(other) && standing.is_doubted(&portal));
        standing.note_chain(chain, false);
        standing.note_page(&portal, false);
        assert!(!standing.is_revoked(chain) && !standing.is_doubted(&portal));
    }
}
