//! What leaves for the collector, and what its answers change.

use ems_contract::id::Epoch;
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};
use rusqlite::params;

use super::{Draft, Line, Meta, SpoolError, Store};
use crate::spool::block;
use crate::spool::entry::gap;
use crate::spool::stretches::Stretches;

/// The next records to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Their epoch.
    pub epoch: Epoch,
    /// Every number above this and below the first line was given up and is accounted for by a gap.
    pub after: u64,
    /// The records, rising.
    pub lines: Vec<Line>,
}

impl Outgoing {
    /// The last number, or `after` when there is no line.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.lines.last().map_or(self.after, |line| line.seq)
    }
}

impl Store {
    /// The oldest records that are not acknowledged, all of one epoch: at most `records`, and no more than `bytes` of
    /// JSON unless the first alone is larger. `None` when everything is acknowledged.
    pub(crate) fn next(
        &mut self,
        records: usize,
        bytes: usize,
        now: UnixTime,
    ) -> Result<Option<Outgoing>, SpoolError> {
        loop {
            let Some((_, first)) = self.waiting().next() else {
                return Ok(None);
            };
            let epoch = *self.epoch_row(first.epoch);
            let mut outgoing = Outgoing {
                epoch: epoch.epoch,
                after: epoch.acked_through,
                lines: Vec::new(),
            };
            let mut room = bytes;
            let ids: Vec<i64> = self
                .waiting()
                .take_while(|(_, m)| m.epoch == epoch.id)
                .map(|(id, _)| id)
                .take(records)
                .collect();
            let mut damaged = None;
            'blocks: for id in ids {
                let data = self.data(id)?;
                let Ok(lines) = block::decode(&data) else {
                    damaged = Some(id);
                    break;
                };
                for line in lines.into_iter().filter(|line| line.seq > epoch.acked_through) {
                    let full = outgoing.lines.len() >= records || line.json.len() > room;
                    if full && !outgoing.lines.is_empty() {
                        break 'blocks;
                    }
                    room = room.saturating_sub(line.json.len());
                    outgoing.lines.push(line);
                }
            }
            if !outgoing.lines.is_empty() {
                return Ok(Some(outgoing));
            }
            match damaged {
                Some(id) => self.give_up_damaged(id, now)?,
                // A block whose lines were all acknowledged is not waiting; one without lines is never written.
                None => return Ok(None),
            }
        }
    }

    /// Blocks with records that the collector lacks, oldest first.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (i64, Meta)> {
        self.blocks
            .iter()
            .filter(|(_, meta)| meta.acked_at.is_none())
            .map(|(id, meta)| (*id, *meta))
    }

    pub(super) fn epoch_row(&self, id: i64) -> &super::EpochRow {
        // Blocks refer to epochs by a foreign key; the current one stands in for the impossible.
        self.epochs
            .iter()
            .find(|row| row.id == id)
            .unwrap_or_else(|| self.current())
    }

    pub(super) fn data(&self, id: i64) -> Result<Vec<u8>, SpoolError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT data FROM block WHERE id = ?1")?;
        Ok(query.query_row([id], |row| row.get(0))?)
    }

    /// The collector has committed everything of `epoch` up to `through`.
    pub(crate) fn ack(&mut self, epoch: Epoch, through: u64, now: UnixTime) -> Result<(), SpoolError> {
        let Some(row) = self.epochs.iter_mut().find(|row| row.epoch == epoch) else {
            return Ok(());
        };
        // Numbers that were never given cannot be acknowledged, whatever the answer says.
        let through = through.min(row.next_seq - 1);
        if through <= row.acked_through {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "UPDATE epoch SET acked_through = ?2 WHERE id = ?1",
            params![row.id, through],
        )?;
        transaction.execute(
            "INSERT OR REPLACE INTO ack (epoch, minute, through) VALUES (?1, ?2, ?3)",
            params![row.id, now.secs().div_euclid(60), through],
        )?;
        transaction.commit()?;
        row.acked_through = through;
        let id = row.id;
        // Blocks rise with their numbers, so the acknowledged ones are the oldest waiting ones of the epoch.
        for meta in self.blocks.values_mut() {
            if meta.epoch == id && meta.last <= through && meta.acked_at.is_none() {
                meta.acked_at = Some(now);
            }
        }
        Ok(())
    }

    /// The collector lacks records of `epoch` after `after`: those still kept are sent again, the others become a
    /// gap. A collector that has nothing at all of the present epoch gets the kept records of older ones, too.
    pub(crate) fn resend(&mut self, epoch: Epoch, after: u64) -> Result<(), SpoolError> {
        let Some(row) = self.epochs.iter().find(|row| row.epoch == epoch).copied() else {
            return Ok(());
        };
        if after >= row.acked_through {
            return Ok(());
        }
        let current = *self.current();
        let mut rewound = vec![(row.id, after)];
        if row.id == current.id && after == 0 {
            for older in self.epochs.iter().filter(|older| older.id != row.id) {
                let kept = self
                    .blocks
                    .values()
                    .filter(|meta| meta.epoch == older.id)
                    .map(|meta| meta.first)
                    .min();
                rewound.extend(kept.map(|first| (older.id, older.acked_through.min(first - 1))));
            }
        }
        let lost = self.lost_after(row.id, after, row.acked_through)?;

        let mut draft = Draft::new(&self.agent, current);
        for window in lost.iter() {
            draft.add_gap(&gap(&self.agent, window, GapWhy::CollectorLoss))?;
        }
        let transaction = self.connection.transaction()?;
        for (id, through) in &rewound {
            transaction.execute(
                "UPDATE epoch SET acked_through = ?2 WHERE id = ?1",
                params![id, through],
            )?;
            transaction.execute(
                "DELETE FROM ack WHERE epoch = ?1 AND through > ?2",
                params![id, through],
            )?;
        }
        // Observations to come name chains that the collector may lack now.
        transaction.execute("DELETE FROM chain", [])?;
        let block = draft.insert(&transaction)?;
        transaction.commit()?;
        self.chains.clear();
        for (id, through) in rewound {
            for row in self.epochs.iter_mut().filter(|row| row.id == id) {
                row.acked_through = through;
            }
            for meta in self
                .blocks
                .values_mut()
                .filter(|meta| meta.epoch == id && meta.last > through)
            {
                meta.acked_at = None;
            }
        }
        self.note(&draft, block);
        Ok(())
    }

    /// The stretches of the slots in numbers `(after, through]` of an epoch that are kept no longer.
    fn lost_after(&self, epoch: i64, after: u64, through: u64) -> Result<Stretches, SpoolError> {
        let kept = self
            .blocks
            .values()
            .filter(|m| m.epoch == epoch && m.last > after && m.first <= through);
        let mut lost = Stretches::default();
        if kept
            .map(|meta| meta.first)
            .min()
            .is_some_and(|first| first <= after + 1)
        {
            return Ok(lost);
        }
        let mut query = self.connection.prepare_cached(
            "SELECT slot_from, slot_to FROM pruned WHERE epoch = ?1 AND last_seq > ?2 AND first_seq <= ?3",
        )?;
        let rows = query.query_map(params![epoch, after, through], |row| {
            let from = UnixTime::from_secs(row.get(0)?);
            Ok(Window::new(from, UnixTime::from_secs(row.get(1)?)))
        })?;
        for window in rows {
            lost.add(window?);
        }
        Ok(lost)
    }
}
