//! What people enter in registers, and the files they hand in.

use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};

use super::StoreError;
use crate::account::{Author, Note};
use crate::register::{Entry, Kept, Plans, RegisterFacts, RegisterKind, Rota, facts_of};
use crate::regulation::Regulations;

/// An entry to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// The portal, `None` for the province as a whole.
    pub portal: Option<PortalId>,
    /// The entry that it corrects.
    pub replaces: Option<i64>,
    /// It takes back what it replaces.
    pub withdrawn: bool,
    /// What it says.
    pub entry: Entry,
    /// The file handed in with it.
    pub file: Option<HandedFile>,
}

/// A file that somebody handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedFile {
    /// Its name as the person had it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What came of keeping entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// Their numbers, in order.
    All(Vec<i64>),
    /// The entry of this number was corrected meanwhile, or does not exist in this register: nothing was kept.
    Outdated(i64),
}

/// Durable registers: append-only. Every entry comes with the entry of the audit log, kept in the same transaction.
pub trait RegisterStore: Send + Sync + 'static {
    /// Every entry of a register (of all, when `None`) of a portal (of all and of the province, when `None`), in the
    /// order in which they were made; replaced and withdrawn ones included.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn entries(
        &self,
        register: Option<RegisterKind>,
        portal: Option<&PortalId>,
    ) -> Result<Vec<Kept>, StoreError>;

    /// Numbers and portals of the entries after this number, lowest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn entered_after(&self, id: i64) -> Result<Vec<(i64, Option<PortalId>)>, StoreError>;

    /// Keeps entries and their files: all or, on error, none.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn enter(&self, entries: Vec<NewEntry>, author: &Author, note: Note) -> Result<Entered, StoreError>;

    /// A file by its digest.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn handed_file(&self, digest: &Sha256) -> Result<Option<HandedFile>, StoreError>;

    /// Notes that a backup of a portal was finished at `at`. The day's last one is kept.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn note_backup(&self, portal: &PortalId, at: UnixTime, author: &Author) -> Result<(), StoreError>;

    /// The last finished backup of every portal (of one, when named) as known at `at`.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn backups(
        &self,
        portal: Option<&PortalId>,
        at: UnixTime,
    ) -> Result<BTreeMap<PortalId, UnixTime>, StoreError>;

    /// The maintenance that the register leaves out of the adjusted account within `within`.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn plans(&self, within: Window) -> Result<Plans, StoreError> {
        Ok(Plans::of(
            &self.entries(Some(RegisterKind::Maintenance), None)?,
            within,
        ))
    }

    /// The rota as it stands at `at`.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn rota(&self, at: UnixTime) -> Result<Rota, StoreError> {
        Ok(Rota::of(&self.entries(Some(RegisterKind::Shift), None)?, at))
    }

    /// What the registers say of every portal that stands in one (of one, when named), as known at `at`: the judge's
    /// facts. Entries about the province as a whole are no portal's.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn register_facts(
        &self,
        rules: &Regulations,
        portal: Option<&PortalId>,
        at: UnixTime,
    ) -> Result<BTreeMap<PortalId, RegisterFacts>, StoreError> {
        let mut by_portal: BTreeMap<PortalId, Vec<Kept>> = BTreeMap::new();
        for kept in self.entries(None, portal)? {
            if let Some(portal) = kept.portal.clone() {
                by_portal.entry(portal).or_default().push(kept);
            }
        }
        let backups = self.backups(portal, at)?;
        for portal in backups.keys() {
            by_portal.entry(portal.clone()).or_default();
        }
        let facts = by_portal.into_iter().map(|(portal, kept)| {
            let heartbeat = backups.get(&portal).copied();
            let facts = facts_of(rules, &kept, heartbeat, at);
            (portal, facts)
        });
        Ok(facts.collect())
    }
}
