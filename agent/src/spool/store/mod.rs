//! The spool's rooms on disk and what memory knows of them. Lives on the writer thread alone.

mod bounds;
mod outgoing;
mod repair;
mod visits;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, Epoch};
use ems_contract::record::{ChainRecord, Gap, Record};
use ems_contract::time::{UnixTime, Window};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::block::{self, Line, Meta, hull};
use super::entry::{Entry, Mark, Visit};
use super::{Limits, SpoolError, schema};

pub use outgoing::Outgoing;

/// One epoch of the spool.
#[derive(Debug, Clone, Copy)]
struct EpochRow {
    id: i64,
    epoch: Epoch,
    /// The number of the next record.
    next_seq: u64,
    /// Everything up to this number is with the collector.
    acked_through: u64,
}

/// Sums over what is on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) waiting_records: u64,
    pub(super) waiting_bytes: u64,
    pub(super) kept_bytes: u64,
    pub(super) oldest: Option<UnixTime>,
}

/// The open spool.
pub(super) struct Store {
    connection: Connection,
    agent: AgentId,
    limits: Limits,
    /// All epochs, the current one last.
    epochs: Vec<EpochRow>,
    /// All blocks by row, oldest first.
    blocks: BTreeMap<i64, Meta>,
    /// Chains that the collector has or will get from here.
    chains: HashSet<Sha256>,
    mark: Option<Mark>,
}

impl Store {
    /// Opens the spool or makes it; `epoch` is the random identity of a new one.
    pub(super) fn open(
        path: &Path,
        agent: AgentId,
        limits: Limits,
        epoch: Epoch,
        now: UnixTime,
    ) -> Result<Self, SpoolError> {
        let connection = schema::open(path, &agent)?;
        let mut store = Self {
            connection,
            agent,
            limits,
            epochs: Vec::new(),
            blocks: BTreeMap::new(),
            chains: HashSet::new(),
            mark: None,
        };
        store.load().map_err(|error| match error {
            SpoolError::Database(error) => SpoolError::at_open(path, error),
            other => other,
        })?;
        if store.epochs.is_empty() {
            let transaction = store.connection.transaction()?;
            let row = add_epoch(&transaction, epoch, now)?;
            transaction.commit()?;
            store.epochs.push(row);
        }
        Ok(store)
    }

    fn load(&mut self) -> Result<(), SpoolError> {
        let Self {
            connection,
            epochs,
            blocks,
            chains,
            mark,
            ..
        } = self;
        let mut query =
            connection.prepare("SELECT id, bytes, next_seq, acked_through FROM epoch ORDER BY id")?;
        let rows = query.query_map([], |row| {
            Ok(EpochRow {
                id: row.get(0)?,
                epoch: Epoch::from_random(row.get(1)?),
                next_seq: row.get(2)?,
                acked_through: row.get(3)?,
            })
        })?;
        *epochs = rows.collect::<Result<_, _>>()?;

        let mut query = connection.prepare(
            "SELECT id, epoch, first_seq, last_seq, records, length(data), slot_from, slot_to
             FROM block ORDER BY id",
        )?;
        let rows = query.query_map([], |row| {
            let at = |seconds: Option<i64>| seconds.map(UnixTime::from_secs);
            let meta = Meta {
                epoch: row.get(1)?,
                first: row.get(2)?,
                last: row.get(3)?,
                records: row.get(4)?,
                bytes: row.get(5)?,
                span: at(row.get(6)?)
                    .zip(at(row.get(7)?))
                    .map(|(from, to)| Window::new(from, to)),
                acked_at: None,
            };
            Ok((row.get::<_, i64>(0)?, meta))
        })?;
        *blocks = rows.collect::<Result<_, _>>()?;
        for epoch in epochs.iter() {
            let mut query =
                connection.prepare("SELECT minute, through FROM ack WHERE epoch = ?1 ORDER BY minute")?;
            let rows = query.query_map([epoch.id], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, u64>(1)?))
            })?;
            let acks: Vec<(i64, u64)> = rows.collect::<Result<_, _>>()?;
            for meta in blocks
                .values_mut()
                .filter(|m| m.epoch == epoch.id && m.last <= epoch.acked_through)
            {
                let ack = acks.partition_point(|(_, through)| *through < meta.last);
                let minute = acks.get(ack).map_or(0, |(minute, _)| *minute);
                meta.acked_at = Some(UnixTime::from_secs(minute * 60));
            }
        }

        let mut query = connection.prepare("SELECT digest FROM chain")?;
        let rows = query.query_map([], |row| Ok(Sha256::from_bytes(row.get(0)?)))?;
        *chains = rows.collect::<Result<_, _>>()?;

        let row = connection
            .query_row("SELECT alive, swept FROM mark", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        *mark = row.map(|(alive, swept)| Mark {
            alive: UnixTime::from_secs(alive),
            swept: serde_json::from_str(&swept).unwrap_or_default(),
            visits: Vec::new(),
        });
        if let Some(mark) = mark {
            mark.visits = visits::read(connection)?;
        }
        Ok(())
    }

    /// The last mark that was committed.
    pub(super) const fn mark(&self) -> Option<&Mark> {
        self.mark.as_ref()
    }

    fn current(&self) -> &EpochRow {
        // `open` makes the first epoch and nothing removes one.
        &self.epochs[self.epochs.len() - 1]
    }

    /// Writes entries and, if given, a mark, in one synced commit. Nothing is numbered when it fails.
    pub(super) fn commit(&mut self, entries: &[Entry], mark: Option<&Mark>) -> Result<(), SpoolError> {
        let epoch = *self.current();
        let mut draft = Draft::new(&self.agent, epoch);
        for entry in entries {
            draft.add(entry, &self.chains)?;
        }
        let transaction = self.connection.transaction()?;
        let block = draft.insert(&transaction)?;
        if let Some(mark) = mark {
            transaction.execute(
                "INSERT INTO mark (id, alive, swept) VALUES (1, ?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET alive = ?1, swept = ?2",
                params![
                    mark.alive.secs(),
                    serde_json::to_string(&mark.swept).unwrap_or_default()
                ],
            )?;
            if self.mark.as_ref().is_none_or(|last| last.visits != mark.visits) {
                visits::replace(&transaction, &mark.visits)?;
            }
        }
        // What the last mark left open and a commit without a mark brings.
        let brought: Vec<Visit> = match mark {
            Some(_) => Vec::new(),
            None => entries.iter().filter_map(Entry::visit).collect(),
        };
        visits::remove(&transaction, &brought)?;
        transaction.commit()?;
        self.note(&draft, block);
        match (mark, &mut self.mark) {
            (Some(mark), last) => *last = Some(mark.clone()),
            (None, Some(last)) => last.visits.retain(|open| !brought.contains(open)),
            (None, None) => {}
        }
        Ok(())
    }

    /// Sums over what is on disk.
    pub(super) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for meta in self.blocks.values() {
            if meta.acked_at.is_some() {
                totals.kept_bytes += meta.bytes;
                continue;
            }
            totals.waiting_bytes += meta.bytes;
            totals.waiting_records += meta.records;
            let from = meta.span.map(|span| span.from);
            totals.oldest = [totals.oldest, from].into_iter().flatten().min();
        }
        totals
    }

    #[cfg(test)]
    pub(super) fn execute(&self, sql: &str) {
        self.connection.execute_batch(sql).unwrap();
    }

    /// Brings memory up to date with a committed draft.
    fn note(&mut self, draft: &Draft, block: Option<(i64, Meta)>) {
        self.blocks.extend(block);
        self.chains.extend(draft.chains.iter().map(|(digest, _)| *digest));
        if let Some(row) = self.epochs.iter_mut().find(|row| row.id == draft.epoch.id) {
            row.next_seq = draft.next_seq;
        }
    }
}

fn add_epoch(transaction: &Transaction<'_>, epoch: Epoch, now: UnixTime) -> Result<EpochRow, SpoolError> {
    transaction.execute(
        "INSERT INTO epoch (bytes, born_at, next_seq, acked_through) VALUES (?1, ?2, 1, 0)",
        params![epoch.to_bytes(), now.secs()],
    )?;
    Ok(EpochRow {
        id: transaction.last_insert_rowid(),
        epoch,
        next_seq: 1,
        acked_through: 0,
    })
}

/// Records being numbered for one block; becomes true only with the transaction.
struct Draft {
    agent: AgentId,
    epoch: EpochRow,
    next_seq: u64,
    lines: Vec<Line>,
    span: Option<Window>,
    chains: Vec<(Sha256, u64)>,
}

impl Draft {
    fn new(agent: &AgentId, epoch: EpochRow) -> Self {
        Self {
            agent: agent.clone(),
            epoch,
            next_seq: epoch.next_seq,
            lines: Vec::new(),
            span: None,
            chains: Vec::new(),
        }
    }

    fn push(&mut self, mut record: Record) -> Result<u64, SpoolError> {
        let seq = self.next_seq;
        let line = block::write_line(&mut record, &self.agent, self.epoch.epoch, seq)?;
        self.span = hull(self.span, block::span(&record));
        self.lines.push(line);
        self.next_seq += 1;
        Ok(seq)
    }

    /// Numbers an entry; a chain that nobody has seen yet goes before the observation that names it.
    fn add(&mut self, entry: &Entry, known: &HashSet<Sha256>) -> Result<(), SpoolError> {
        if let Some((digest, chain)) = &entry.chain {
            let drafted = self.chains.iter().any(|(drafted, _)| drafted == digest);
            if !drafted && !known.contains(digest) {
                let seq = self.push(Record::Chain(ChainRecord {
                    schema: ems_contract::observation::SCHEMA,
                    agent: self.agent.clone(),
                    epoch: self.epoch.epoch,
                    seq: 0,
                    chain: chain.clone(),
                }))?;
                self.chains.push((*digest, seq));
            }
        }
        self.push(entry.record.clone())?;
        Ok(())
    }

    fn add_gap(&mut self, gap: &Gap) -> Result<(), SpoolError> {
        self.push(Record::Gap(gap.clone()))?;
        Ok(())
    }

    fn insert(&self, transaction: &Transaction<'_>) -> Result<Option<(i64, Meta)>, SpoolError> {
        let inserted = insert_block(transaction, self.epoch.id, &self.lines, self.span)?;
        if inserted.is_some() {
            transaction.execute(
                "UPDATE epoch SET next_seq = ?2 WHERE id = ?1",
                params![self.epoch.id, self.next_seq],
            )?;
        }
        for (digest, seq) in &self.chains {
            transaction.execute(
                "INSERT OR REPLACE INTO chain (digest, epoch, seq) VALUES (?1, ?2, ?3)",
                params![digest.as_bytes(), self.epoch.id, seq],
            )?;
        }
        Ok(inserted)
    }
}

fn insert_block(
    transaction: &Transaction<'_>,
    epoch: i64,
    lines: &[Line],
    span: Option<Window>,
) -> Result<Option<(i64, Meta)>, SpoolError> {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return Ok(None);
    };
    let data = block::encode(lines)?;
    let meta = Meta {
        epoch,
        first: first.seq,
        last: last.seq,
        records: lines.len() as u64,
        bytes: data.len() as u64,
        span,
        acked_at: None,
    };
    transaction
        .prepare_cached(
            "INSERT INTO block (epoch, first_seq, last_seq, records, slot_from, slot_to, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            epoch,
            meta.first,
            meta.last,
            meta.records,
            span.map(|w| w.from.secs()),
            span.map(|w| w.to.secs()),
            data
        ])?;
    Ok(Some((transaction.last_insert_rowid(), meta)))
}

#[cfg(test)]
mod tests;
