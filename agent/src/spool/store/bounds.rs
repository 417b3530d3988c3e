//! Keeping to the bounds: the oldest waiting records are given up for a gap, acknowledged ones are forgotten.

use ems_contract::record::{Gap, GapWhy};
use ems_contract::time::{UnixTime, Window};
use rusqlite::params;

use super::{Draft, Meta, SpoolError, Store, hull};
use crate::spool::block;
use crate::spool::entry::gap;
use crate::spool::stretches::Stretches;

/// Rows kept of what was forgotten, the oldest go first: a year at one an hour.
const PRUNED_ROWS: i64 = 10_000;
/// Pages given back to the disk after each round.
const VACUUM_PAGES: u32 = 256;

/// What a round of keeping to the bounds did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bounded {
    /// Records given up although the collector lacks them; a gap says so.
    pub(crate) overflowed: u64,
    /// Acknowledged records forgotten.
    pub(crate) forgotten: u64,
}

impl Store {
    /// Gives up and forgets what the limits do not allow.
    pub(crate) fn keep_bounds(&mut self, now: UnixTime) -> Result<Bounded, SpoolError> {
        let bounded = Bounded {
            overflowed: self.give_up(now)?,
            forgotten: self.forget(now)?,
        };
        if bounded != Bounded::default() {
            self.connection
                .execute_batch(&format!("PRAGMA incremental_vacuum({VACUUM_PAGES});"))?;
        }
        Ok(bounded)
    }

    /// Drops the oldest waiting blocks beyond the bounds of bytes and age, down to 95 % so that a full spool does
    /// not write a gap with every commit.
    fn give_up(&mut self, now: UnixTime) -> Result<u64, SpoolError> {
        let waiting: u64 = self.waiting().map(|(_, meta)| meta.bytes).sum();
        let oldest = now - self.limits.max_age_s;
        let too_old = |meta: &Meta| meta.span.is_some_and(|span| span.to < oldest);
        let mut surplus = if waiting > self.limits.max_bytes {
            waiting - self.limits.max_bytes / 20 * 19
        } else {
            0
        };
        let mut dropped: Vec<(i64, Meta)> = Vec::new();
        let newest = self.waiting().last().map(|(id, _)| id);
        for (id, meta) in self.waiting() {
            // The newest block stays: it may hold the gap of the last round.
            if (surplus == 0 && !too_old(&meta)) || Some(id) == newest {
                break;
            }
            surplus = surplus.saturating_sub(meta.bytes);
            dropped.push((id, meta));
        }
        if dropped.is_empty() {
            return Ok(0);
        }
        let mut draft = Draft::new(&self.agent, *self.current());
        let mut lost = Stretches::default();
        for (id, meta) in &dropped {
            lost.extend(meta.span);
            // Gaps among what goes stay: they say what else is missing.
            for gap in self.gaps_of(*id)? {
                if gap.why == GapWhy::SpoolOverflow {
                    lost.add(Window::new(gap.from, gap.to));
                } else {
                    draft.add_gap(&gap)?;
                }
            }
        }
        for window in lost.iter() {
            draft.add_gap(&gap(&self.agent, window, GapWhy::SpoolOverflow))?;
        }
        let transaction = self.connection.transaction()?;
        for (id, meta) in &dropped {
            transaction.execute("DELETE FROM block WHERE id = ?1", [id])?;
            transaction.execute(
                "DELETE FROM chain WHERE epoch = ?1 AND seq BETWEEN ?2 AND ?3",
                params![meta.epoch, meta.first, meta.last],
            )?;
        }
        let block = draft.insert(&transaction)?;
        transaction.commit()?;
        for (id, _) in &dropped {
            self.blocks.remove(id);
        }
        self.reload_chains()?;
        self.note(&draft, block);
        Ok(dropped.iter().map(|(_, meta)| meta.records).sum())
    }

    /// Drops acknowledged blocks beyond the bounds of age and bytes; remembers which slots they spoke for.
    fn forget(&mut self, now: UnixTime) -> Result<u64, SpoolError> {
        let acked = || {
            self.blocks
                .iter()
                .filter_map(|(id, meta)| Some((*id, *meta, meta.acked_at?)))
        };
        let kept: u64 = acked().map(|(_, meta, _)| meta.bytes).sum();
        let mut surplus = if kept > self.limits.keep_acked_bytes {
            kept - self.limits.keep_acked_bytes / 20 * 19
        } else {
            0
        };
        // By the hour, so that few rows tell what was forgotten.
        let since = now - self.limits.keep_acked_s;
        let due = acked()
            .next()
            .is_some_and(|(_, _, acked_at)| acked_at < since - 3_600);
        let mut dropped: Vec<(i64, Meta)> = Vec::new();
        for (id, meta, acked_at) in acked() {
            if surplus == 0 && (!due || acked_at >= since) {
                break;
            }
            surplus = surplus.saturating_sub(meta.bytes);
            dropped.push((id, meta));
        }
        if dropped.is_empty() {
            return Ok(0);
        }
        // What a restored collector would lack: the slots by the epoch, and each gap by itself.
        let mut rows: Vec<(i64, u64, u64, Window)> = Vec::new();
        for epoch in &self.epochs {
            let of_epoch = dropped.iter().filter(|(_, meta)| meta.epoch == epoch.id);
            let span = of_epoch.clone().fold(None, |all, (_, meta)| hull(all, meta.span));
            let numbers = of_epoch
                .clone()
                .map(|(_, m)| m.first)
                .min()
                .zip(of_epoch.map(|(_, m)| m.last).max());
            if let (Some((first, last)), Some(span)) = (numbers, span) {
                rows.push((epoch.id, first, last, span));
            }
        }
        for (id, meta) in &dropped {
            let gaps = self.gaps_of(*id)?;
            rows.extend(
                gaps.iter()
                    .map(|gap| (meta.epoch, gap.seq, gap.seq, Window::new(gap.from, gap.to))),
            );
        }
        let transaction = self.connection.transaction()?;
        for (epoch, first, last, window) in rows {
            transaction.execute(
                "INSERT INTO pruned (epoch, first_seq, last_seq, slot_from, slot_to) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![epoch, first, last, window.from.secs(), window.to.secs()],
            )?;
        }
        for (id, _) in &dropped {
            transaction.execute("DELETE FROM block WHERE id = ?1", [id])?;
        }
        transaction.execute(
            "DELETE FROM ack WHERE minute < ?1 AND (epoch, minute) NOT IN
               (SELECT epoch, max(minute) FROM ack GROUP BY epoch)",
            [since.secs().div_euclid(60)],
        )?;
        transaction.execute(
            "DELETE FROM pruned WHERE rowid <= (SELECT max(rowid) FROM pruned) - ?1",
            [PRUNED_ROWS],
        )?;
        transaction.commit()?;
        for (id, _) in &dropped {
            self.blocks.remove(id);
        }
        Ok(dropped.iter().map(|(_, meta)| meta.records).sum())
    }

    /// The gaps in a block; none when it cannot be read.
    fn gaps_of(&self, id: i64) -> Result<Vec<Gap>, SpoolError> {
        let lines = block::decode(&self.data(id)?).unwrap_or_default();
        Ok(block::gaps(&lines).collect())
    }

    pub(super) fn reload_chains(&mut self) -> Result<(), SpoolError> {
        let mut query = self.connection.prepare_cached("SELECT digest FROM chain")?;
        let rows = query.query_map([], |row| row.get(0))?;
        let chains = rows.map(|bytes| bytes.map(ems_contract::digest::Sha256::from_bytes));
        self.chains = chains.collect::<Result<_, _>>()?;
        Ok(())
    }
}
