//! Bodies of pages that prove facts, by their digest.

use std::collections::BTreeSet;

use ems_contract::digest::Sha256;
use ems_contract::facts::page::EvidenceKind;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::time::UnixTime;

use super::StoreError;

/// One body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// SHA-256 of `body`.
    pub digest: Sha256,
    /// Whose page.
    pub portal: PortalId,
    /// Who sent it.
    pub agent: AgentId,
    /// When it was read.
    pub at: UnixTime,
    /// What it is.
    pub kind: EvidenceKind,
    /// Its address.
    pub url: String,
    /// The `Content-Type` it came with.
    pub content_type: Option<String>,
    /// The bytes as they were read.
    pub body: Vec<u8>,
}

/// What became of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is new.
    New,
    /// It was there already.
    Known,
}

/// What there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EvidenceStatistics {
    /// Bodies.
    pub bodies: u64,
    /// Bytes they take, compressed.
    pub bytes: u64,
}

/// Evidence, once by content, within a budget per portal.
pub trait EvidenceStore {
    /// Keeps a body, or notes that it was read again; the oldest of the portal's go while they take more than `budget` bytes, compressed. Durable on
    /// return. `None` when the portal was never in an inventory.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn keep_evidence(&self, evidence: Evidence, budget: u64) -> Result<Option<Kept>, StoreError>;

    /// The body of this digest.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn evidence(&self, digest: &Sha256) -> Result<Option<Evidence>, StoreError>;

    /// Those of the digests whose body is here.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn kept_evidence(&self, digests: &BTreeSet<Sha256>) -> Result<BTreeSet<Sha256>, StoreError>;

    /// Sizes and counts.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn evidence_statistics(&self) -> Result<EvidenceStatistics, StoreError>;
}
