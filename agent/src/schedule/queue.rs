//! The due-queue: every slot of every series exactly once, or a recorded stretch that was skipped.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::sync::Arc;

use ems_contract::id::AgentId;
use ems_contract::time::{UnixTime, Window};

use super::phase::{Phase, phase};
use super::timeline::second;
use super::{Reading, Series, SeriesKey, Swept, Timeline};

/// Slots overdue by no more than this after a forward step are still run; those before are skipped, seconds.
const STEP_GRACE_S: i64 = 5;

/// A slot to be measured now.
#[derive(Debug, Clone)]
pub struct Due {
    /// Of which series.
    pub series: Arc<Series>,
    /// The slot.
    pub slot: UnixTime,
    /// When its job ought to begin, timeline microseconds: the slot plus the sub-second offset.
    pub at_us: i64,
}

impl Due {
    /// The latest timeline time at which the job may still begin, microseconds.
    #[must_use]
    pub fn start_by_us(&self) -> i64 {
        self.at_us + i64::from(self.series.start_within_s) * 1_000_000
    }
}

/// Why slots were skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkippedWhy {
    /// The wall clock jumped over them.
    ClockStep,
    /// The agent did not get to run while they were due.
    Stall,
}

/// Slots that are never handed out: every one of them lies in the window. After a stall slots of series with longer
/// intervals may lie there too that are handed out late; the agent did not run then, so the window is right for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// From the first skipped slot to one second after the last.
    pub window: Window,
    /// Why.
    pub why: SkippedWhy,
}

/// What one look at the clocks brought.
#[derive(Debug, Default)]
pub struct Polled {
    /// Slots to be measured.
    pub due: Vec<Due>,
    /// Stretches to be recorded as gaps.
    pub skipped: Vec<Skipped>,
    /// By how much the wall clock has stepped since the last look, microseconds; positive for forward.
    pub stepped_us: Option<i64>,
}

#[derive(Debug)]
struct Entry {
    series: Arc<Series>,
    phase: Phase,
    next: UnixTime,
}

impl Entry {
    fn due_us(&self) -> i64 {
        self.next.secs() * 1_000_000 + self.phase.offset_us
    }

    fn due(&self) -> Due {
        Due {
            series: Arc::clone(&self.series),
            slot: self.next,
            at_us: self.due_us(),
        }
    }

    /// Moves on to the first free slot at or after `from` within the portal's validity.
    fn seek(&mut self, from: UnixTime, taken: &Swept) {
        let from = from.max(self.series.validity().from);
        self.next = taken.first_free(from, i64::from(self.series.interval_s), self.phase.seconds);
    }

    fn ended(&self) -> bool {
        self.next >= self.series.validity().to
    }
}

/// The grids of all series and which slot of each comes next.
#[derive(Debug)]
pub struct Schedule {
    agent: AgentId,
    timeline: Timeline,
    /// Labelled time that earlier stretches of the timeline have swept.
    past: Swept,
    /// Where the present stretch began.
    since: UnixTime,
    /// Timeline time of the last look, microseconds.
    now_us: i64,
    entries: Vec<Entry>,
    heap: BinaryHeap<Reverse<(i64, usize)>>,
}

impl Schedule {
    /// An empty schedule that begins with the next whole second that no earlier run has swept. `taken` is what earlier runs have swept.
    #[must_use]
    pub fn new(agent: AgentId, taken: Swept, reading: Reading) -> Self {
        Self {
            agent,
            timeline: Timeline::new(reading),
            since: taken.first_free(second(reading.wall_us) + 1, 1, 0),
            past: taken,
            now_us: reading.wall_us,
            entries: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    /// The first second of the present stretch: no slot before it is handed out in this stretch.
    #[must_use]
    pub const fn since(&self) -> UnixTime {
        self.since
    }

    /// Every slot before this instant has been handed out or reported as skipped.
    #[must_use]
    pub fn swept_through(&self) -> UnixTime {
        second(self.now_us).max(self.since)
    }

    /// All labelled time handed out so far, to be kept across restarts.
    #[must_use]
    pub fn swept(&self) -> Swept {
        let mut swept = self.past.clone();
        swept.add(Window::new(self.since, second(self.now_us) + 1));
        swept
    }

    /// Timeline time of a reading, microseconds.
    #[must_use]
    pub const fn timeline_us(&self, reading: Reading) -> i64 {
        self.timeline.at(reading.mono_us)
    }

    /// Monotonic time of the next slot, microseconds.
    #[must_use]
    pub fn next_due_us(&self) -> Option<i64> {
        self.heap
            .peek()
            .map(|Reverse((due_us, _))| self.timeline.mono_of(*due_us))
    }

    /// Number of series that still have slots.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether no series has a slot to come.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Replaces the series by those of a new plan. A series that stays on its interval stays on its grid; a new one
    /// begins with the next whole second. Returns the slots of the current second that were still to come.
    pub fn replace(&mut self, series: Vec<Series>, reading: Reading) -> Polled {
        let mut polled = self.poll(reading);
        let known: HashSet<&SeriesKey> = series.iter().map(|series| &series.key).collect();
        self.finish_second(&mut polled);
        polled.due.retain(|due| known.contains(&due.series.key));
        drop(known);

        let start = second(self.now_us).max(self.since - 1) + 1;
        let mut seen = HashSet::new();
        self.entries.clear();
        for series in series {
            if !seen.insert(series.key.clone()) {
                continue;
            }
            let place = phase(&self.agent, &series.key, series.interval_s);
            let mut entry = Entry {
                series: Arc::new(series),
                phase: place,
                next: start,
            };
            entry.seek(start, &self.past);
            self.entries.push(entry);
        }
        self.rebuild();
        polled
    }

    /// Hands out what is due. Also notices steps of the wall clock, so it wants to be called once a second at least.
    pub fn poll(&mut self, reading: Reading) -> Polled {
        let mut polled = Polled::default();
        if let Some(by) = self.timeline.step(reading) {
            polled.stepped_us = Some(by);
            self.now_us = self.timeline.at(reading.mono_us);
            self.finish_second(&mut polled);
            self.step(reading, &mut polled);
        }
        self.now_us = self.timeline.at(reading.mono_us);
        self.hand_out(self.now_us, &mut polled);
        polled
    }

    /// Ends the present stretch of labelled time and begins another where the wall clock stands now.
    fn step(&mut self, reading: Reading, polled: &mut Polled) {
        let end = second(self.now_us) + 1;
        self.past.add(Window::new(self.since, end));
        self.timeline.follow(reading);
        let now = second(reading.wall_us);
        self.since = now;
        if now >= end {
            self.since = end.max(now - STEP_GRACE_S);
            let jumped = self.past.free_parts(Window::new(end, self.since));
            polled.skipped.extend(jumped.into_iter().map(|window| Skipped {
                window,
                why: SkippedWhy::ClockStep,
            }));
        }
        for entry in &mut self.entries {
            entry.seek(self.since, &self.past);
        }
        self.rebuild();
    }

    /// Hands out all slots of the current second, also those whose sub-second offset is still to come: after this
    /// the second is swept as a whole.
    fn finish_second(&mut self, polled: &mut Polled) {
        let end_us = (second(self.now_us).secs() + 1) * 1_000_000;
        self.hand_out(end_us - 1, polled);
    }

    fn hand_out(&mut self, until_us: i64, polled: &mut Polled) {
        let mut stalled: Option<Window> = None;
        while let Some(&Reverse((due_us, index))) = self.heap.peek() {
            if due_us > until_us {
                break;
            }
            self.heap.pop();
            let entry = &mut self.entries[index];
            let due = entry.due();
            let mut from = due.slot + 1;
            if due.start_by_us() >= self.now_us {
                polled.due.push(due);
            } else {
                // The agent slept through this slot and perhaps through more of the same series.
                from = from.max(second(self.now_us) - i64::from(entry.series.start_within_s));
                let missed = Window::new(due.slot, from.max(due.slot + 1));
                stalled = Some(stalled.map_or(missed, |all| {
                    Window::new(all.from.min(missed.from), all.to.max(missed.to))
                }));
            }
            entry.seek(from, &self.past);
            if !entry.ended() {
                self.heap.push(Reverse((entry.due_us(), index)));
            }
        }
        polled.skipped.extend(stalled.map(|window| Skipped {
            window,
            why: SkippedWhy::Stall,
        }));
    }

    fn rebuild(&mut self) {
        let live = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.ended());
        self.heap = live
            .map(|(index, entry)| Reverse((entry.due_us(), index)))
            .collect();
    }
}

#[cfg(test)]
mod tests;
