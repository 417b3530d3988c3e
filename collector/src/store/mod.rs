//! The one door to durable data. Everything above speaks of portals, slots and spans, never of SQL.
//!
//! Methods block: callers on async threads go through `spawn_blocking`. A write returns only when it is durable
//! (`synchronous=FULL`). The trait is kept narrow so that a second database can stand behind it.

mod accounts;
mod demo;
mod editions;
mod evidence;
mod looks;
mod oncall;
mod outbox;
mod pages;
mod publications;
mod registers;
pub mod sqlite;
mod types;
mod verdicts;

use ems_contract::certificate::Chain;
use ems_contract::digest::Sha256;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};

use crate::incident::Incident;
use crate::ledger::{AgentGap, SlotRecord, Span, Track};
pub use accounts::{AccountStore, LoginOutcome, Sessions};
pub use demo::*;
pub use editions::{EditionKept, EditionStore};
pub use evidence::*;
pub use looks::*;
pub use oncall::{Acted, Alerted, OnCallStore};
pub use outbox::*;
pub use pages::*;
pub use publications::PublicationStore;
pub use registers::{Entered, HandedFile, NewEntry, RegisterStore};
pub use types::*;
pub use verdicts::*;

/// What people write: it can be reached beside a running collector, too.
pub trait PeopleStore: AccountStore + RegisterStore + EditionStore + PublicationStore {}

impl<T: AccountStore + RegisterStore + EditionStore + PublicationStore> PeopleStore for T {}

/// Durable data.
pub trait Store:
    DemoStore
    + LookStore
    + PageStore
    + EvidenceStore
    + PeopleStore
    + VerdictStore
    + OnCallStore
    + Send
    + Sync
    + 'static
{
    // --- ingest -------------------------------------------------------------------------------------------

    /// Keeps a batch: all of it or, on error, nothing. Durable on return.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a number of this epoch is already kept with other content.
    fn commit(&self, batch: IngestBatch) -> Result<Receipt, StoreError>;

    /// The number up to which an agent's spool is wholly kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn through(&self, agent: &AgentId, epoch: Epoch) -> Result<u64, StoreError>;

    // --- ledger -------------------------------------------------------------------------------------------

    /// Portals whose records changed since their spans were last written, with the earliest changed instant
    /// and a generation to hand back to [`Store::write_spans`].
    ///
    /// # Errors
    /// When the database cannot be read.
    fn dirty(&self) -> Result<Vec<Dirty>, StoreError>;

    /// The `reach` records of a portal and family whose slot lies in `window`, by (slot, agent).
    ///
    /// # Errors
    /// When the database cannot be read.
    fn slot_records(
        &self,
        portal: &PortalId,
        family: Family,
        window: Window,
    ) -> Result<Vec<SlotRecord>, StoreError>;

    /// The gaps that touch `window` and concern this portal, family and the `reach` probe.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn gaps(&self, portal: &PortalId, family: Family, window: Window) -> Result<Vec<AgentGap>, StoreError>;

    /// Replaces everything the ledger knows of a portal from `update.from` on, and clears its dirt up to
    /// `update.generation`, in one transaction.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn write_spans(&self, update: SpanUpdate) -> Result<(), StoreError> {
        self.write_all_spans(vec![update])
    }

    /// [`Store::write_spans`] for several portals in one transaction: all of them or, on error, none.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn write_all_spans(&self, updates: Vec<SpanUpdate>) -> Result<(), StoreError>;

    /// Keeps gaps that the collector found itself; every portal of these agents is dirty from there on.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn note_gaps(&self, gaps: Vec<NotedGap>) -> Result<(), StoreError>;

    /// The spans of a track that touch `window`, in order, not clipped.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn spans(&self, portal: &PortalId, track: Track, window: Window) -> Result<Vec<Span>, StoreError>;

    /// The last ledger checkpoint of a portal at or before `at`.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn checkpoint(&self, portal: &PortalId, at: UnixTime) -> Result<Option<Checkpoint>, StoreError>;

    // --- incidents ----------------------------------------------------------------------------------------

    /// Inserts (id 0) or updates incidents in one transaction; returns them with their ids.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn write_incidents(&self, incidents: Vec<Incident>) -> Result<Vec<Incident>, StoreError>;

    /// Incidents that touch `window`, of one portal or of all, by `opened_at`; withdrawn ones included.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn incidents(&self, portal: Option<&PortalId>, window: Window) -> Result<Vec<Incident>, StoreError>;

    // --- what people look at ------------------------------------------------------------------------------

    /// The newest record of every (portal, probe, family, agent), of one portal or of all.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn latest(&self, portal: Option<&PortalId>) -> Result<Vec<Latest>, StoreError>;

    /// Every `reach` record of a portal and family in `window` with its timings, by (slot, agent).
    ///
    /// # Errors
    /// When the database cannot be read.
    fn samples(&self, portal: &PortalId, family: Family, window: Window) -> Result<Vec<Sample>, StoreError>;

    /// Everything known of a portal in the form in which agents send it: results whose slot lies in `window` and gaps
    /// that begin in it, by instant and agent. Where they were spooled is not kept: epoch and number are 0.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn records(&self, portal: &PortalId, window: Window) -> Result<Vec<Record>, StoreError>;

    /// A certificate chain by its digest.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn chain(&self, digest: &Sha256) -> Result<Option<Chain>, StoreError>;

    /// What is known of every agent that ever sent a batch.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn agents(&self) -> Result<Vec<AgentStatus>, StoreError>;

    // --- inventories --------------------------------------------------------------------------------------

    /// Notes that an inventory came into force.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn record_inventory(&self, inventory: &InventoryRecord) -> Result<(), StoreError>;

    /// Every portal that was in any inventory ever in force, sorted.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn portals(&self) -> Result<Vec<PortalId>, StoreError>;

    /// Whether a portal was in any inventory ever in force.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn knows_portal(&self, portal: &PortalId) -> Result<bool, StoreError>;

    // --- upkeep -------------------------------------------------------------------------------------------

    /// Packs closed hours before `horizon`; returns how many rows were packed.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn pack(&self, horizon: UnixTime) -> Result<u64, StoreError>;

    /// Deletes raw results older than `raw_before`; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn expire(&self, raw_before: UnixTime) -> Result<u64, StoreError>;

    /// Writes a consistent copy to `target`, which must not exist.
    ///
    /// # Errors
    /// When the copy cannot be made; no half file is left.
    fn backup(&self, target: &std::path::Path) -> Result<(), StoreError>;

    /// Sizes and counts for metrics.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn statistics(&self) -> Result<Statistics, StoreError>;

    /// Free share of the file system that holds the data; none where the system does not say.
    fn free_ratio(&self) -> Option<f64>;

    // --- readers in bulk ----------------------------------------------------------------------------------

    /// The spans of a track that touch `window`, in order, not clipped, of all these portals at once; a portal
    /// without spans may be missing.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn all_spans(
        &self,
        portals: &[PortalId],
        track: Track,
        window: Window,
    ) -> Result<Vec<(PortalId, Vec<Span>)>, StoreError> {
        portals
            .iter()
            .map(|portal| Ok((portal.clone(), self.spans(portal, track, window)?)))
            .collect()
    }

    /// Which portals' spans were rewritten after `version`, an earlier answer's [`SpanChanges::version`] (0 for
    /// none), so that a reader need not read what it has. A store that keeps no track of it answers that
    /// everything may have changed.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn span_changes(&self, version: u64) -> Result<SpanChanges, StoreError> {
        Ok(SpanChanges {
            version,
            portals: None,
        })
    }

    /// The inventories that were in force at any instant of `window`, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn inventories(&self, window: Window) -> Result<Vec<InventoryRecord>, StoreError>;

    /// The gaps that touch `window` and concern everything their agent measures, by (agent, beginning).
    ///
    /// # Errors
    /// When the database cannot be read.
    fn agent_gaps(&self, window: Window) -> Result<Vec<AgentGap>, StoreError>;

    // --- outbox -------------------------------------------------------------------------------------------

    /// Alarms that are open, and closed ones that changed at or after `closed_since`, by key.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn alarms(&self, closed_since: UnixTime) -> Result<Vec<AlarmRecord>, StoreError>;

    /// Keeps alarms (by key, the new one instead of the old) and letters (once a key and route) in one transaction;
    /// returns how many letters are new.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn post(&self, alarms: Vec<AlarmRecord>, letters: Vec<NewLetter>) -> Result<usize, StoreError>;

    /// The oldest letters that wait at each channel, at most `limit` of each, in the order in which they were posted. A letter
    /// is not among them unless every earlier one of its thread on its route is.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn waiting_letters(&self, limit: u32) -> Result<Vec<Letter>, StoreError>;

    /// One letter, whether it waits or is settled; `None` where it was never posted or is forgotten.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn letter(&self, id: i64) -> Result<Option<Letter>, StoreError>;

    /// Notes what became of letters, by row number, in one transaction.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn settle_letters(&self, settled: Vec<(i64, Settled)>, now: UnixTime) -> Result<(), StoreError>;

    /// Forgets settled letters and closed alarms from before `before`; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn forget_letters(&self, before: UnixTime) -> Result<u64, StoreError>;

    /// Letters that wait and that were given up, by channel.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn outbox_statistics(&self) -> Result<Vec<OutboxLine>, StoreError>;
}
