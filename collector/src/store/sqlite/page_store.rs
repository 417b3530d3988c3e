//! Pages and evidence of the store in one SQLite file.

use std::collections::BTreeSet;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};

use super::{SqliteStore, evidence, pages};
use crate::store::{
    Evidence, EvidenceStatistics, EvidenceStore, Kept, LinksLook, LookRow, PageLook, PageStore, SectionLook,
    StoreError, StoredItem,
};

impl PageStore for SqliteStore {
    fn page_looks(&self, portal: &PortalId, window: Window) -> Result<Vec<PageLook>, StoreError> {
        self.readers.read("read visits", |conn, lookup| {
            pages::looks(conn, lookup, portal, window)
        })
    }

    fn page_at(&self, portal: &PortalId, at: UnixTime) -> Result<Option<PageLook>, StoreError> {
        self.readers.read("read a visit", |conn, lookup| {
            pages::newest(conn, lookup, portal, at)
        })
    }

    fn sections_at(&self, portal: &PortalId, at: UnixTime) -> Result<Vec<SectionLook>, StoreError> {
        self.readers.read("read sections", |conn, lookup| {
            pages::sections_at(conn, lookup, portal, at)
        })
    }

    fn section_history(
        &self,
        portal: &PortalId,
        section: &str,
        window: Window,
    ) -> Result<Vec<LookRow>, StoreError> {
        self.readers.read("read a section", |conn, _| {
            pages::history(conn, portal, section, window)
        })
    }

    fn items(&self, portal: &PortalId, section: &str) -> Result<Vec<StoredItem>, StoreError> {
        self.readers
            .read("read items", |conn, _| pages::items(conn, portal, section))
    }

    fn link_looks(&self, portal: &PortalId, window: Window) -> Result<Vec<LinksLook>, StoreError> {
        self.readers.read("read links", |conn, lookup| {
            pages::link_looks(conn, lookup, portal, window)
        })
    }
}

impl EvidenceStore for SqliteStore {
    fn keep_evidence(&self, evidence: Evidence, budget: u64) -> Result<Option<Kept>, StoreError> {
        let packed = evidence::Packed::new(evidence)
            .map_err(|fail| fail.into_error("prepare evidence", &self.path))?;
        self.writer.call("keep evidence", move |session| {
            evidence::keep(session, &packed, budget)
        })
    }

    fn evidence(&self, digest: &Sha256) -> Result<Option<Evidence>, StoreError> {
        self.readers
            .read("read evidence", |conn, _| evidence::find(conn, digest))
    }

    fn kept_evidence(&self, digests: &BTreeSet<Sha256>) -> Result<BTreeSet<Sha256>, StoreError> {
        self.readers
            .read("look for evidence", |conn, _| evidence::kept(conn, digests))
    }

    fn evidence_statistics(&self) -> Result<EvidenceStatistics, StoreError> {
        self.readers
            .read("count evidence", |conn, _| evidence::statistics(conn))
    }
}
