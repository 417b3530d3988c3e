//! Records that wait in memory for the next commit. While the disk refuses, they pile up to a bound; what goes over
//! it is lost and becomes a gap as soon as the disk takes writes again.

use std::collections::VecDeque;

use ems_contract::id::AgentId;
use ems_contract::record::GapWhy;
use ems_contract::time::Window;

use super::block::{hull, span};
use super::entry::Entry;

/// The records of one commit at most.
const COMMIT: usize = 5_000;

#[derive(Debug)]
pub(super) struct Backlog {
    entries: VecDeque<Entry>,
    weight: usize,
    bound: usize,
    lost: Option<Window>,
    lost_records: u64,
}

impl Backlog {
    /// An empty backlog that holds about `bound` bytes.
    pub(super) const fn new(bound: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            weight: 0,
            bound,
            lost: None,
            lost_records: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.lost.is_none()
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
            self.lose(span(&oldest.record), 1);
        }
    }

    /// Notes that records of these slots were lost on the way.
    pub(super) fn lose(&mut self, window: Option<Window>, records: u64) {
        self.lost = hull(self.lost, window);
        self.lost_records += records;
    }

    /// The entries of the next commit, oldest first: the gap of what was lost, then what waits.
    pub(super) fn front(&self, agent: &AgentId) -> Vec<Entry> {
        let gap = self
            .lost
            .map(|window| Entry::gap(agent, window, GapWhy::SpoolFailure));
        gap.into_iter()
            .chain(self.entries.iter().take(COMMIT).cloned())
            .collect()
    }

    /// The entries of [`Self::front`] are committed.
    pub(super) fn committed(&mut self) {
        self.lost = None;
        for entry in self.entries.drain(..self.entries.len().min(COMMIT)) {
            self.weight -= entry.weight();
        }
    }
}
