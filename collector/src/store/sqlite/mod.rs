//! The store in one SQLite file: WAL, one writing thread, readers apart.

mod accounts;
mod arrival;
mod audit;
mod backup;
mod bulk;
mod chains;
mod changes;
mod chunk;
mod commit;
mod delivery;
mod demo;
mod dirty;
mod editions;
mod evidence;
mod fail;
mod gaps;
mod incidents;
mod looks;
mod names;
mod oncall;
mod open;
mod outbox;
mod pack;
mod page_store;
mod pages;
mod publications;
mod reading;
mod records;
mod registers;
mod restore;
mod results;
mod rows;
mod spans;
mod upkeep;
mod verdicts;
mod writer;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ems_contract::certificate::Chain;
use ems_contract::digest::Sha256;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::observation::Observation;
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;

use super::{
    AgentStatus, AlarmRecord, Asked, Checkpoint, Dirty, IngestBatch, InventoryRecord, Judged, Judging,
    KeptVerdict, Latest, Letter, LookStore, NewLetter, Newest, NotedGap, OpenCheck, OutboxLine, PeopleStore,
    Receipt, Sample, Settled, SpanChanges, SpanUpdate, Statistics, Store, StoreError, VerdictCount,
    VerdictLine, VerdictStore,
};
use crate::incident::Incident;
use crate::ledger::{AgentGap, SlotRecord, Span, Track};
use crate::sight::Glance;
use arrival::Arrival;
use changes::Changes;
use commit::Prepared;
use dirty::Generations;
use reading::Readers;
pub use restore::{Restored, restore};
use writer::Writer;

/// Windows packed in one transaction: some ten milliseconds.
const PACK_AT_ONCE: usize = 16;

/// The store in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    readers: Readers,
    writer: Writer,
    /// What this process rewrote; another process's rewrites are not told.
    changes: Option<Changes>,
    generations: Arc<Generations>,
    /// Held as long as the store is open for writing.
    _lock: Option<File>,
}

impl SqliteStore {
    /// Opens or makes the database file.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process has it open, [`StoreError::Unusable`] when the file is not ours,
    /// damaged or of a newer schema (it is left as it is).
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let lock = open::lock(path)?;
        let conn = open::writer(path)?;
        let generations = Arc::<Generations>::default();
        Ok(Self {
            path: path.to_owned(),
            readers: Readers::new(path.to_owned()),
            changes: Some(Changes::default()),
            writer: Writer::start(conn, path.to_owned(), generations.clone())?,
            generations,
            _lock: Some(lock),
        })
    }

    /// Opens a database for reading beside the collector that writes it; every write is refused.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none, [`StoreError::Older`] or [`StoreError::Unusable`] when it is not one of this
    /// schema.
    pub fn open_for_reading(path: &Path) -> Result<Self, StoreError> {
        open::readable(path)?;
        Ok(Self {
            path: path.to_owned(),
            readers: Readers::new(path.to_owned()),
            writer: Writer::absent(path.to_owned()),
            changes: None,
            generations: Arc::default(),
            _lock: None,
        })
    }

    /// Opens what people write, beside a collector that may be running: SQLite lets several programs write in turn, and
    /// nothing behind this trait is remembered by the collector's writing thread. Without a collector the database is
    /// made or brought up first.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the file is not ours, damaged, or a running collector is of another schema.
    pub fn open_for_people(path: &Path) -> Result<Box<dyn PeopleStore>, StoreError> {
        match Self::open(path) {
            Err(StoreError::Locked { .. }) => {}
            opened => return opened.map(|store| Box::new(store) as Box<dyn PeopleStore>),
        }
        open::readable(path)?;
        let conn = open::writer(path)?;
        let generations = Arc::<Generations>::default();
        Ok(Box::new(Self {
            path: path.to_owned(),
            readers: Readers::new(path.to_owned()),
            changes: None,
            writer: Writer::start(conn, path.to_owned(), generations.clone())?,
            generations,
            _lock: None,
        }))
    }
}

/// Copies the database of a collector, running or not, to `target`, which must not exist.
///
/// # Errors
/// [`StoreError::Unusable`] when `database` is not ours; see [`Store::backup`].
pub fn backup(database: &Path, target: &Path) -> Result<(), StoreError> {
    if !database.exists() {
        return Err(StoreError::Failed {
            action: "make a backup",
            detail: format!("there is no database at {}", database.display()),
        });
    }
    open::identify(database)?;
    backup::make(database, target)
}

impl LookStore for SqliteStore {
    fn newest_results(
        &self,
        portal: &PortalId,
        window: Window,
        newest: &Newest,
    ) -> Result<Vec<Observation>, StoreError> {
        self.readers.read("read the newest results", |conn, lookup| {
            looks::newest(conn, lookup, portal, window, newest)
        })
    }

    fn glances(&self) -> Result<Vec<Glance>, StoreError> {
        self.readers.read("read the newest looks", |conn, lookup| {
            looks::glances(conn, lookup)
        })
    }

    fn first_bytes(&self, portal: &PortalId, window: Window) -> Result<Vec<u32>, StoreError> {
        self.readers.read("read response times", |conn, _| {
            looks::first_bytes(conn, portal, window)
        })
    }
}

impl VerdictStore for SqliteStore {
    fn write_verdicts(&self, judged: Vec<Judged>) -> Result<(), StoreError> {
        self.writer.call("keep verdicts", move |session| {
            judged
                .iter()
                .try_for_each(|judged| verdicts::write(session, judged))
        })
    }

    fn verdicts(&self, asked: &Asked) -> Result<Vec<KeptVerdict>, StoreError> {
        self.readers
            .read("read verdicts", |conn, _| verdicts::read(conn, asked))
    }

    fn verdict_lines(&self, asked: &Asked) -> Result<Vec<VerdictLine>, StoreError> {
        self.readers
            .read("read verdicts", |conn, _| verdicts::lines(conn, asked))
    }

    fn verdict_history(&self, portal: &PortalId, obligation: &str) -> Result<Vec<KeptVerdict>, StoreError> {
        self.readers.read("read verdicts", |conn, _| {
            verdicts::history(conn, portal.as_str(), obligation)
        })
    }

    fn judgings(&self, from: Date, to: Date) -> Result<Vec<Judging>, StoreError> {
        self.readers
            .read("read judgings", |conn, _| verdicts::judgings(conn, from, to))
    }

    fn newest_judgings(&self, portal: Option<&PortalId>, from: Date) -> Result<Vec<Judging>, StoreError> {
        self.readers.read("read judgings", |conn, _| {
            verdicts::newest_judgings(conn, portal, from)
        })
    }

    fn open_checks(&self, from: Date) -> Result<Vec<OpenCheck>, StoreError> {
        self.readers
            .read("read verdicts", |conn, _| verdicts::open_checks(conn, from))
    }

    fn decided_portals(&self, from: Date) -> Result<BTreeSet<PortalId>, StoreError> {
        self.readers
            .read("read verdicts", |conn, _| verdicts::decided_portals(conn, from))
    }

    fn last_closed_day(&self) -> Result<Option<Date>, StoreError> {
        self.readers
            .read("read judgings", |conn, _| verdicts::last_closed(conn))
    }

    fn verdict_counts(&self, day: Date) -> Result<Vec<VerdictCount>, StoreError> {
        self.readers
            .read("count verdicts", |conn, _| verdicts::counts(conn, day))
    }
}

impl Store for SqliteStore {
    fn commit(&self, batch: IngestBatch) -> Result<Receipt, StoreError> {
        let arrivals: Result<Vec<Arrival>, _> = batch.lines.into_iter().map(Arrival::new).collect();
        let prepared = Prepared {
            agent: batch.agent,
            epoch: batch.epoch,
            after: batch.after,
            received_at: batch.received_at.secs(),
            skew_ms: batch.skew_ms,
            arrivals: arrivals.map_err(|fail| fail.into_error("prepare a batch", &self.path))?,
        };
        self.writer
            .call("keep a batch", move |session| commit::commit(session, &prepared))
    }

    fn through(&self, agent: &AgentId, epoch: Epoch) -> Result<u64, StoreError> {
        self.readers.read("read a spool's state", |conn, _| {
            upkeep::through(conn, agent, epoch)
        })
    }

    fn dirty(&self) -> Result<Vec<Dirty>, StoreError> {
        self.readers.read("read what changed", |conn, _| {
            dirty::list(conn, &self.generations)
        })
    }

    fn slot_records(
        &self,
        portal: &PortalId,
        family: Family,
        window: Window,
    ) -> Result<Vec<SlotRecord>, StoreError> {
        self.readers.read("read slots", |conn, lookup| {
            results::slot_records(conn, lookup, portal, family, window)
        })
    }

    fn gaps(&self, portal: &PortalId, family: Family, window: Window) -> Result<Vec<AgentGap>, StoreError> {
        self.readers.read("read gaps", |conn, lookup| {
            results::gaps(conn, lookup, portal, family, window)
        })
    }

    fn write_all_spans(&self, updates: Vec<SpanUpdate>) -> Result<(), StoreError> {
        let changed: Vec<(PortalId, UnixTime)> = updates
            .iter()
            .map(|update| (update.portal.clone(), update.from))
            .collect();
        self.writer.call("write spans", move |session| {
            updates
                .iter()
                .try_for_each(|update| spans::write(session, update))
        })?;
        // After the commit: who looks now reads the new spans.
        for (portal, from) in changed {
            if let Some(changes) = &self.changes {
                changes.note(portal, from);
            }
        }
        Ok(())
    }

    fn note_gaps(&self, gaps: Vec<NotedGap>) -> Result<(), StoreError> {
        self.writer
            .call("note gaps", move |session| gaps::note(session, &gaps))
    }

    fn spans(&self, portal: &PortalId, track: Track, window: Window) -> Result<Vec<Span>, StoreError> {
        self.readers
            .read("read spans", |conn, _| spans::read(conn, portal, track, window))
    }

    fn checkpoint(&self, portal: &PortalId, at: UnixTime) -> Result<Option<Checkpoint>, StoreError> {
        self.readers
            .read("read a checkpoint", |conn, _| spans::checkpoint(conn, portal, at))
    }

    fn write_incidents(&self, incidents: Vec<Incident>) -> Result<Vec<Incident>, StoreError> {
        self.writer.call("write incidents", move |session| {
            incidents::write(session, incidents.clone())
        })
    }

    fn incidents(&self, portal: Option<&PortalId>, window: Window) -> Result<Vec<Incident>, StoreError> {
        self.readers
            .read("read incidents", |conn, _| incidents::read(conn, portal, window))
    }

    fn latest(&self, portal: Option<&PortalId>) -> Result<Vec<Latest>, StoreError> {
        self.readers.read("read the newest results", |conn, lookup| {
            results::latest(conn, lookup, portal)
        })
    }

    fn samples(&self, portal: &PortalId, family: Family, window: Window) -> Result<Vec<Sample>, StoreError> {
        self.readers.read("read samples", |conn, lookup| {
            results::samples(conn, lookup, portal, family, window)
        })
    }

    fn records(&self, portal: &PortalId, window: Window) -> Result<Vec<Record>, StoreError> {
        self.readers.read("read records", |conn, lookup| {
            records::read(conn, lookup, portal, window)
        })
    }

    fn chain(&self, digest: &Sha256) -> Result<Option<Chain>, StoreError> {
        self.readers
            .read("read a certificate chain", |conn, _| chains::find(conn, digest))
    }

    fn agents(&self) -> Result<Vec<AgentStatus>, StoreError> {
        self.readers.read("read agents", |conn, _| upkeep::agents(conn))
    }

    fn portals(&self) -> Result<Vec<PortalId>, StoreError> {
        self.readers.read("read portals", |conn, _| upkeep::portals(conn))
    }

    fn record_inventory(&self, inventory: &InventoryRecord) -> Result<(), StoreError> {
        let inventory = inventory.clone();
        self.writer.call("note an inventory", move |session| {
            upkeep::record_inventory(session, &inventory)
        })
    }

    fn knows_portal(&self, portal: &PortalId) -> Result<bool, StoreError> {
        self.readers
            .read("look up a portal", |conn, _| upkeep::knows_portal(conn, portal))
    }

    fn pack(&self, horizon: UnixTime) -> Result<u64, StoreError> {
        let horizon = horizon.secs();
        let mut packed = 0;
        // A series that was down for days has several closed windows; each round takes its oldest.
        loop {
            let closed = self
                .readers
                .read("look for closed windows", |conn, _| pack::closed(conn, horizon))?;
            let before = packed;
            for some in closed.chunks(PACK_AT_ONCE) {
                let some = some.to_vec();
                packed += self.writer.call::<u64, _>("pack", move |session| {
                    some.iter().map(|closed| pack::pack(session, *closed)).sum()
                })?;
            }
            if packed == before {
                break;
            }
        }
        self.writer.call("forget digests", move |session| {
            delivery::forget(session.conn, horizon - delivery::KEPT_S)
        })?;
        Ok(packed)
    }

    fn expire(&self, raw_before: UnixTime) -> Result<u64, StoreError> {
        let before = raw_before.secs();
        let mut deleted = 0;
        loop {
            let (chunks, results) = self
                .writer
                .call("expire", move |session| pack::expire_chunks(session.conn, before))?;
            deleted += results;
            if chunks == 0 {
                break;
            }
        }
        deleted += self.writer.call("expire", move |session| {
            let rows = pack::expire_rows(session.conn, before)?;
            pack::expire_rest(session.conn, before)?;
            Ok(rows)
        })?;
        Ok(deleted)
    }

    fn backup(&self, target: &Path) -> Result<(), StoreError> {
        backup::make(&self.path, target)
    }

    fn statistics(&self) -> Result<Statistics, StoreError> {
        self.readers
            .read("read statistics", |conn, _| upkeep::statistics(conn, &self.path))
    }

    fn free_ratio(&self) -> Option<f64> {
        upkeep::free_ratio(&self.path)
    }

    fn all_spans(
        &self,
        portals: &[PortalId],
        track: Track,
        window: Window,
    ) -> Result<Vec<(PortalId, Vec<Span>)>, StoreError> {
        self.readers.read("read spans", |conn, _| {
            bulk::all_spans(conn, portals, track, window)
        })
    }

    fn span_changes(&self, version: u64) -> Result<SpanChanges, StoreError> {
        Ok(self.changes.as_ref().map_or(
            SpanChanges {
                version,
                portals: None,
            },
            |changes| changes.since(version),
        ))
    }

    fn inventories(&self, window: Window) -> Result<Vec<InventoryRecord>, StoreError> {
        self.readers
            .read("read inventories", |conn, _| bulk::inventories(conn, window))
    }

    fn agent_gaps(&self, window: Window) -> Result<Vec<AgentGap>, StoreError> {
        self.readers
            .read("read gaps", |conn, _| bulk::agent_gaps(conn, window))
    }

    fn alarms(&self, closed_since: UnixTime) -> Result<Vec<AlarmRecord>, StoreError> {
        self.readers
            .read("read alarms", |conn, _| outbox::alarms(conn, closed_since))
    }

    fn post(&self, alarms: Vec<AlarmRecord>, letters: Vec<NewLetter>) -> Result<usize, StoreError> {
        self.writer.call("post letters", move |session| {
            outbox::post(session, &alarms, &letters)
        })
    }

    fn waiting_letters(&self, limit: u32) -> Result<Vec<Letter>, StoreError> {
        self.readers
            .read("read letters", |conn, _| outbox::waiting(conn, limit))
    }

    fn letter(&self, id: i64) -> Result<Option<Letter>, StoreError> {
        self.readers
            .read("read a letter", |conn, _| outbox::letter(conn, id))
    }

    fn settle_letters(&self, settled: Vec<(i64, Settled)>, now: UnixTime) -> Result<(), StoreError> {
        self.writer.call("settle letters", move |session| {
            outbox::settle(session, &settled, now)
        })
    }

    fn forget_letters(&self, before: UnixTime) -> Result<u64, StoreError> {
        self.writer
            .call("forget letters", move |session| outbox::forget(session, before))
    }

    fn outbox_statistics(&self) -> Result<Vec<OutboxLine>, StoreError> {
        self.readers
            .read("count letters", |conn, _| outbox::statistics(conn))
    }
}
