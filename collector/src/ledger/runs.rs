//! Rule 2: runs of failures of one agent that nobody contradicts.

use ems_contract::time::UnixTime;

/// A run qualifies when it overlaps this many slots of its agent …
pub(super) const SLOTS: u32 = 3;
/// … and lasts this many seconds.
pub(super) const SECONDS: i64 = 180;

/// A maximal stretch in which one agent fails without a hole and nobody succeeds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) agent: usize,
    pub(super) from: UnixTime,
    pub(super) to: UnixTime,
    /// From this end on it qualifies; never, while it overlaps too few slots.
    qualifies_at: Option<UnixTime>,
}

impl Run {
    /// Whether the part of the run before `at` qualifies by itself.
    pub(super) fn qualifies_by(&self, at: UnixTime) -> bool {
        self.qualifies_at
            .is_some_and(|instant| instant <= self.to.min(at))
    }

    /// Whether the run is going on at the end of the second before `at`.
    pub(super) fn reaches(&self, at: UnixTime) -> bool {
        self.from < at && at <= self.to
    }
}

/// Follows the runs of all agents of a family through time.
#[derive(Debug)]
pub(super) struct Tracker {
    open: Vec<Option<OpenRun>>,
    pub(super) runs: Vec<Run>,
}

#[derive(Debug, Clone, Copy)]
struct OpenRun {
    from: UnixTime,
    slots: u32,
    slot: Option<UnixTime>,
    qualifies_at: Option<UnixTime>,
}

impl Tracker {
    /// `in_run`: by agent, whether a run that qualifies reaches `from`.
    pub(super) fn new(from: UnixTime, in_run: impl Iterator<Item = bool>) -> Self {
        let open = in_run.map(|yes| {
            yes.then_some(OpenRun {
                from,
                slots: SLOTS,
                slot: None,
                qualifies_at: Some(from),
            })
        });
        Self {
            open: open.collect(),
            runs: Vec::new(),
        }
    }

    /// From `at` on the agents of `failing` (with the slots of their records) fail and nobody succeeds; all
    /// other runs end here.
    pub(super) fn step(&mut self, at: UnixTime, failing: impl Iterator<Item = (usize, UnixTime)>) {
        let mut failing = failing.peekable();
        for agent in 0..self.open.len() {
            match failing.next_if(|(failing, _)| *failing == agent) {
                Some((_, slot)) => self.extend(agent, at, slot),
                None => self.close(agent, at),
            }
        }
    }

    /// Ends every run at `at`.
    pub(super) fn close_all(&mut self, at: UnixTime) {
        for agent in 0..self.open.len() {
            self.close(agent, at);
        }
    }

    fn extend(&mut self, agent: usize, at: UnixTime, slot: UnixTime) {
        let run = self.open[agent].get_or_insert(OpenRun {
            from: at,
            slots: 0,
            slot: None,
            qualifies_at: None,
        });
        if run.slot == Some(slot) {
            return;
        }
        run.slot = Some(slot);
        run.slots = run.slots.saturating_add(1);
        if run.slots == SLOTS && run.qualifies_at.is_none() {
            run.qualifies_at = Some((run.from + SECONDS).max(at + 1));
        }
    }

    fn close(&mut self, agent: usize, at: UnixTime) {
        if let Some(run) = self.open[agent].take()
            && run.from < at
        {
            self.runs.push(Run {
                agent,
                from: run.from,
                to: at,
                qualifies_at: run.qualifies_at,
            });
        }
    }
}

/// The union of the qualifying runs, sorted and disjoint.
pub(super) fn qualifying(runs: &[Run]) -> Vec<(UnixTime, UnixTime)> {
    let mut windows: Vec<(UnixTime, UnixTime)> = runs
        .iter()
        .filter(|run| run.qualifies_by(run.to))
        .map(|run| (run.from, run.to))
        .collect();
    windows.sort_unstable();
    let mut joined: Vec<(UnixTime, UnixTime)> = Vec::with_capacity(windows.len());
    for (from, to) in windows {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}
