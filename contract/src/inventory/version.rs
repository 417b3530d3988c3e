//! The inventory's version: a digest of what it says, not of how it is written.

use super::model::{Agent, Domain, Inventory, Portal};
use crate::digest::Sha256;
use crate::plan::{Limits, Reference};

impl Inventory {
    /// An inventory of these parts. Its version is the SHA-256 of the canonical JSON of all of them, so that
    /// comments, order of keys and the cut into files do not change it.
    #[must_use]
    pub fn new(
        portals: Vec<Portal>,
        agents: Vec<Agent>,
        references: Vec<Reference>,
        limits: Limits,
        contact: String,
    ) -> Self {
        // Serialising cannot fail: no maps with non-text keys, no foreign types.
        let json =
            serde_json::to_vec(&(&portals, &agents, &references, &limits, &contact)).unwrap_or_default();
        Self {
            version: Sha256::of(&json),
            portals,
            agents,
            references,
            limits,
            contact,
            domains: Vec::new(),
        }
    }

    /// The same with registered domains. Without any, the version is that of an inventory that knows none.
    #[must_use]
    pub fn with_domains(self, domains: Vec<Domain>) -> Self {
        if domains.is_empty() {
            return self;
        }
        let json = serde_json::to_vec(&(&self.version, &domains)).unwrap_or_default();
        Self {
            version: Sha256::of(&json),
            domains,
            ..self
        }
    }

    /// The inventory as JSON, as it is kept with its version for recomputing past days.
    #[must_use]
    pub fn canonical_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
