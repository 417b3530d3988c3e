//! Records that wait in memory for the next commit. While the disk refuses, they pile up to a bound; what goes over
//! it is lost and becomes a gap as soon as the disk takes writes again.

use std::collections::VecDeque;

use ems_contract::id::AgentId;
use ems_contract::record::{GapWhy, Record};

use super::block::span;
use super::entry::Entry;
use super::stretches::Stretches;

/// The records of one commit at most.
const COMMIT: usize = 5_000;
/// The weight of one commit, about; it bounds the block.
const COMMIT_WEIGHT: usize = 4 * 1024 * 1024;
/// Gaps kept when everything else has to go.
const GAPS: usize = 1_000;

/// What was lost for want of room.
#[derive(Debug, Default)]
pub(super) struct Lost {
    slots: Stretches,
    /// Gaps are not lost with the rest: they say what is missing.
    gaps: Vec<Entry>,
    records: u64,
}

impl Lost {
    /// Gives up an entry.
    pub(super) fn add(&mut self, entry: Entry) {
        if matches!(entry.record, Record::Gap(_)) && self.gaps.len() < GAPS {
            self.gaps.push(entry);
            return;
        }
        self.records += 1;
        self.slots.extend(span(&entry.record));
    }

    fn merge(&mut self, other: Self) {
        self.slots.extend(other.slots.iter());
        self.gaps.extend(other.gaps);
        self.records += other.records;
    }
}

/// The records in memory.
#[derive(Debug)]
pub(super) struct Backlog {
    entries: VecDeque<Entry>,
    weight: usize,
    bound: usize,
    lost: Lost,
    lost_records: u64,
}

impl Backlog {
    /// An empty backlog that holds about `bound` bytes.
    pub(super) fn new(bound: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            weight: 0,
            bound,
            lost: Lost::default(),
            lost_records: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.lost.slots.is_empty() && self.lost.gaps.is_empty()
    }

    /// Records lost so far for want of room.
    pub(super) const fn lost_records(&self) -> u64 {
        self.lost_records
    }

    /// Adds an entry; the oldest make room.
    pub(super) fn push(&mut self, entry: Entry) {
        self.weight += entry.weight();
        self.entries.push_back(entry);
        while self.weight > self.bound {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.weight -= oldest.weight();
            let before = self.lost.records;
            self.lost.add(oldest);
            self.lost_records += self.lost.records - before;
        }
    }

    /// Notes what was lost on the way here.
    pub(super) fn lose(&mut self, lost: Lost) {
        self.lost_records += lost.records;
        self.lost.merge(lost);
    }

    /// The entries of the next commit, oldest first, and how many of them are taken off what waits: the gaps of what
    /// was lost come before.
    pub(super) fn front(&self, agent: &AgentId) -> (Vec<Entry>, usize) {
        let lost = self
            .lost
            .slots
            .iter()
            .map(|window| Entry::gap(agent, window, GapWhy::SpoolFailure));
        let mut front: Vec<Entry> = lost.chain(self.lost.gaps.iter().cloned()).collect();
        let (mut weight, mut taken) = (0, 0);
        for entry in self.entries.iter().take(COMMIT) {
            weight += entry.weight();
            if weight > COMMIT_WEIGHT && taken > 0 {
                break;
            }
            taken += 1;
            front.push(entry.clone());
        }
        (front, taken)
    }

    /// What [`Self::front`] gave is committed.
    pub(super) fn committed(&mut self, taken: usize) {
        self.lost = Lost::default();
        for entry in self.entries.drain(..taken) {
            self.weight -= entry.weight();
        }
    }
}
