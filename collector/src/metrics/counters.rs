//! State-seconds as counters: they advance to the settled horizon and never fall.
//!
//! What late data change behind it goes into corrections of their own. A counter starts at nothing with the process,
//! as Prometheus expects, and goes on counting where the data of the process before it end.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};

use crate::ledger::{Seconds, Track, account};
use crate::store::AgentStatus;
use crate::timeline::{Member, Rewrite, Snapshot, Tracks, Watcher};

/// States that are counted, in the order of their labels.
pub(super) const STATES: [&str; 4] = ["up", "degraded", "down", "unknown"];

const fn by_state(seconds: &Seconds) -> [i64; 4] {
    [seconds.up, seconds.degraded, seconds.down, seconds.unknown]
}

/// What is counted of one track of one portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// Everything before this instant is counted.
    upto: UnixTime,
    /// Where counting began.
    from: UnixTime,
    /// Seconds per state as they were first counted.
    pub(super) counted: [i64; 4],
    /// Seconds that late data added.
    pub(super) added: [i64; 4],
    /// Seconds that late data took away.
    pub(super) removed: [i64; 4],
}

/// The counters of all portals.
pub struct Counters {
    resume: Resume,
    lines: Mutex<BTreeMap<(PortalId, Track), Line>>,
}

/// Where a new process begins to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resume {
    /// Nothing was ever received: at the start of the process.
    Start(UnixTime),
    /// At the horizon of the last batch before the start.
    After(UnixTime),
}

impl Counters {
    /// Counters of a process that starts `now` over what these agents delivered before.
    #[must_use]
    pub fn new(now: UnixTime, agents: &[AgentStatus]) -> Self {
        let last = agents.iter().map(|agent| agent.last_batch_at).max();
        let resume = last.map_or(Resume::Start(now), |last| Resume::After(last.min(now)));
        Self {
            resume,
            lines: Mutex::default(),
        }
    }

    fn begin(&self, member: &Member) -> UnixTime {
        let from = match self.resume {
            Resume::Start(at) => at,
            Resume::After(last) => member.horizon(last),
        };
        member.counts_from.map_or(from, |counts| counts.max(from))
    }

    /// Counts up to the horizon at `now` and returns the lines of all members.
    pub(super) fn advance(
        &self,
        members: &[Member],
        snapshot: &Snapshot,
        now: UnixTime,
    ) -> BTreeMap<(PortalId, Track), Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = BTreeMap::new();
        for member in members {
            let horizon = snapshot.settled(member, now);
            for track in Track::ALL {
                let key = (member.portal.id.clone(), track);
                let mut line = lines.get(&key).copied().unwrap_or_else(|| {
                    let from = self.begin(member);
                    Line {
                        upto: from,
                        from,
                        counted: [0; 4],
                        added: [0; 4],
                        removed: [0; 4],
                    }
                });
                let step = member.counted(Window::new(line.upto, horizon));
                if !step.is_empty() {
                    let spans = snapshot.within(&key.0, track, step);
                    let seconds = by_state(&account(spans, step, &[], step.to).statutory);
                    for (sum, part) in line.counted.iter_mut().zip(seconds) {
                        *sum += part;
                    }
                }
                line.upto = line.upto.max(horizon);
                next.insert(key, line);
            }
        }
        lines.clone_from(&next);
        next
    }
}

impl Watcher for Counters {
    fn rewritten(&self, rewrite: &Rewrite, after: &Tracks) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for track in Track::ALL {
            let Some(line) = lines.get_mut(&(rewrite.portal.clone(), track)) else {
                continue;
            };
            let window = Window::new(rewrite.from.max(line.from), line.upto);
            if window.is_empty() {
                continue;
            }
            let sum = |tracks: &Tracks| {
                by_state(&account(tracks.within(track, window), window, &[], window.to).statutory)
            };
            let (old, new) = (sum(&rewrite.before), sum(after));
            for state in 0..STATES.len() {
                let change = new[state] - old[state];
                line.added[state] += change.max(0);
                line.removed[state] += (-change).max(0);
            }
        }
    }
}
