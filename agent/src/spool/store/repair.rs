//! What is done when records cannot go the ordinary way: another epoch, a refused record, a damaged block.

use ems_contract::id::Epoch;
use ems_contract::record::{GapWhy, Record};
use ems_contract::time::{UnixTime, Window};
use rusqlite::{Transaction, params};

use super::{Draft, Meta, SpoolError, Store, add_epoch, insert_block};
use crate::spool::block;
use crate::spool::entry::gap;

/// Refused records kept for a person to look at.
const REFUSED_ROWS: i64 = 1_000;

impl Store {
    /// Starts a new epoch and moves everything that waits into it, numbered from 1: the collector holds other
    /// content under the old numbers.
    pub(crate) fn new_epoch(&mut self, epoch: Epoch, now: UnixTime) -> Result<(), SpoolError> {
        let waiting: Vec<(i64, Meta)> = self.waiting().collect();
        let mut moved = Vec::new();
        for &(id, meta) in &waiting {
            let acked = self.epoch_row(meta.epoch).acked_through;
            let lines = block::decode(&self.data(id)?);
            moved.push((id, meta, acked, lines));
        }
        let agent = self.agent.clone();
        let transaction = self.connection.transaction()?;
        let mut row = add_epoch(&transaction, epoch, now)?;
        let mut blocks = Vec::new();
        for (id, meta, acked, lines) in moved {
            let mut draft = Draft::new(&agent, row);
            match lines {
                Ok(lines) => {
                    for line in lines.into_iter().filter(|line| line.seq > acked) {
                        match serde_json::from_slice::<Record>(&line.json) {
                            Ok(record) => drop(draft.push(record)?),
                            Err(why) => keep_refused(
                                &transaction,
                                now,
                                meta.epoch,
                                line.seq,
                                &why.to_string(),
                                &line.json,
                            )?,
                        }
                    }
                }
                Err(_) => {
                    if let Some(window) = meta.span {
                        draft.add_gap(&gap(&agent, window, GapWhy::SpoolFailure))?;
                    }
                }
            }
            transaction.execute("DELETE FROM block WHERE id = ?1", [id])?;
            transaction.execute(
                "DELETE FROM chain WHERE epoch = ?1 AND seq BETWEEN ?2 AND ?3",
                params![meta.epoch, meta.first, meta.last],
            )?;
            blocks.extend(draft.insert(&transaction)?);
            row.next_seq = draft.next_seq;
        }
        transaction.commit()?;
        for (id, _) in &waiting {
            self.blocks.remove(id);
        }
        self.epochs.push(row);
        self.blocks.extend(blocks);
        self.reload_chains()
    }

    /// Takes one record out of the way that the collector refuses for good. It is kept for a person to look at, and
    /// its slot becomes a gap. Returns whether it was there.
    pub(crate) fn refuse(
        &mut self,
        epoch: Epoch,
        seq: u64,
        why: &str,
        now: UnixTime,
    ) -> Result<bool, SpoolError> {
        let Some(row) = self
            .epochs
            .iter()
            .find(|row| row.epoch == epoch)
            .map(|row| row.id)
        else {
            return Ok(false);
        };
        let holder = self
            .waiting()
            .find(|(_, m)| m.epoch == row && (m.first..=m.last).contains(&seq));
        let Some((id, meta)) = holder else {
            return Ok(false);
        };
        let mut lines = block::decode(&self.data(id)?)?;
        let Some(place) = lines.iter().position(|line| line.seq == seq) else {
            return Ok(false);
        };
        let line = lines.remove(place);
        let mut draft = Draft::new(&self.agent, *self.current());
        if let Some(record) = gap_for(&line.json, meta.span, self) {
            draft.push(record)?;
        }
        let transaction = self.connection.transaction()?;
        keep_refused(&transaction, now, row, seq, why, &line.json)?;
        let kept = replace_block(&transaction, id, &meta, &lines)?;
        let block = draft.insert(&transaction)?;
        transaction.commit()?;
        match kept {
            Some(meta) => drop(self.blocks.insert(id, meta)),
            None => drop(self.blocks.remove(&id)),
        }
        self.note(&draft, block);
        Ok(true)
    }

    /// Takes a block out of the way that cannot be read back; its slots become a gap.
    pub(super) fn give_up_damaged(&mut self, id: i64, now: UnixTime) -> Result<(), SpoolError> {
        let Some(meta) = self.blocks.get(&id).copied() else {
            return Ok(());
        };
        tracing::error!(
            first = meta.first,
            last = meta.last,
            "a block of the spool is damaged: its slots become a gap"
        );
        let data = self.data(id)?;
        let mut draft = Draft::new(&self.agent, *self.current());
        if let Some(window) = meta.span {
            draft.add_gap(&gap(&self.agent, window, GapWhy::SpoolFailure))?;
        }
        let transaction = self.connection.transaction()?;
        keep_refused(&transaction, now, meta.epoch, meta.first, "damaged block", &data)?;
        transaction.execute("DELETE FROM block WHERE id = ?1", [id])?;
        let block = draft.insert(&transaction)?;
        transaction.commit()?;
        self.blocks.remove(&id);
        self.note(&draft, block);
        Ok(())
    }

    /// How many refused records are kept.
    pub(crate) fn refused(&self) -> Result<u64, SpoolError> {
        Ok(self
            .connection
            .query_row("SELECT count(*) FROM refused", [], |row| row.get(0))?)
    }
}

/// The gap that stands for a refused record: as narrow as the record can be read, otherwise as wide as its block.
/// A chain has no slot and leaves none; a refused gap leaves none, or the collector would refuse it for ever.
fn gap_for(json: &[u8], span: Option<Window>, store: &Store) -> Option<Record> {
    let narrow = match serde_json::from_slice::<Record>(json) {
        Ok(Record::Chain(_) | Record::Gap(_)) => return None,
        Ok(Record::Observation(o)) => {
            let mut narrow = gap(
                &store.agent,
                Window::new(o.slot, o.slot + 1),
                GapWhy::SpoolFailure,
            );
            narrow.portal = Some(o.portal);
            narrow.probe = Some(o.probe);
            narrow.family = o.family;
            narrow
        }
        Err(_) => gap(&store.agent, span?, GapWhy::SpoolFailure),
    };
    Some(Record::Gap(narrow))
}

/// Rewrites a block that has lost a line, or removes it when none is left.
fn replace_block(
    transaction: &Transaction<'_>,
    id: i64,
    meta: &Meta,
    lines: &[block::Line],
) -> Result<Option<Meta>, SpoolError> {
    transaction.execute("DELETE FROM block WHERE id = ?1", [id])?;
    let Some((fresh, kept)) = insert_block(transaction, meta.epoch, lines, meta.span)? else {
        return Ok(None);
    };
    // The block keeps its place in the queue.
    transaction.execute("UPDATE block SET id = ?1 WHERE id = ?2", params![id, fresh])?;
    Ok(Some(kept))
}

fn keep_refused(
    transaction: &Transaction<'_>,
    now: UnixTime,
    epoch: i64,
    seq: u64,
    why: &str,
    data: &[u8],
) -> Result<(), SpoolError> {
    transaction.execute(
        "INSERT INTO refused (at, epoch, seq, why, data) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![now.secs(), epoch, seq, why, data],
    )?;
    transaction.execute(
        "DELETE FROM refused WHERE rowid <= (SELECT max(rowid) FROM refused) - ?1",
        [REFUSED_ROWS],
    )?;
    Ok(())
}
