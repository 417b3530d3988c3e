//! The shell: checks a channel as long as somebody leans on it, and tells those who wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ems_contract::clock::SharedClock;
use ems_contract::plan::{Plan, Reference};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    CHECK_PERIOD, CHECK_TIMEOUT, Channel, Check, FRESH, History, ReferenceChecker, proven, references_of,
};

/// References tried in one check; the next check begins with the next one.
const TRIED_AT_ONCE: usize = 3;

/// All channels of one agent.
pub struct Watch {
    clock: SharedClock,
    checker: Arc<dyn ReferenceChecker>,
    channels: [State; 3],
}

struct State {
    references: watch::Sender<Arc<[Reference]>>,
    history: watch::Sender<History>,
    leaning: AtomicUsize,
    wanted: Notify,
}

impl Watch {
    /// A watch without references: everything counts as blind until [`Self::set_plan`].
    #[must_use]
    pub fn new(clock: SharedClock, checker: Arc<dyn ReferenceChecker>) -> Arc<Self> {
        let channels = std::array::from_fn(|_| State {
            references: watch::Sender::new(Arc::from([])),
            history: watch::Sender::new(History::default()),
            leaning: AtomicUsize::new(0),
            wanted: Notify::new(),
        });
        Arc::new(Self {
            clock,
            checker,
            channels,
        })
    }

    /// Takes the references of a plan.
    pub fn set_plan(&self, plan: &Plan) {
        for channel in Channel::ALL {
            let references: Arc<[Reference]> = references_of(plan, channel).into();
            self.state(channel).references.send_replace(references);
        }
    }

    /// Whether the last check of a channel found a reference; `None` before the first one.
    #[must_use]
    pub fn sees(&self, channel: Channel) -> Option<bool> {
        self.state(channel).history.borrow().last().map(|check| check.ok)
    }

    /// Checks one channel whenever somebody leans on it, at most once in [`CHECK_PERIOD`], until cancelled.
    pub async fn run(self: Arc<Self>, channel: Channel, cancel: CancellationToken) {
        let work = async {
            for turn in 0_usize.. {
                self.wait_until_wanted(channel).await;
                let check = self.check(channel, turn).await;
                self.state(channel)
                    .history
                    .send_modify(|history| history.push(check));
                if !check.ok {
                    tracing::debug!(
                        channel = channel.as_str(),
                        "no reference answered: the agent is blind here"
                    );
                }
                let rest = CHECK_PERIOD.saturating_sub(check.ended.saturating_sub(check.started));
                tokio::time::sleep(rest).await;
            }
        };
        tokio::select! {
            () = cancel.cancelled() => {}
            () = work => {}
        }
    }

    /// Begins to lean on channels, and waits until each has a fresh check, good or bad: the one before the attempt.
    /// Returns at once for channels without references; those can prove nothing anyway.
    pub async fn lean(self: &Arc<Self>, channels: Vec<Channel>) -> Sight {
        for channel in &channels {
            let state = self.state(*channel);
            state.leaning.fetch_add(1, Ordering::AcqRel);
            state.wanted.notify_one();
        }
        let sight = Sight {
            watch: Arc::clone(self),
            channels,
        };
        let asked = self.clock.monotonic();
        for &channel in &sight.channels {
            let fresh = |history: &History| history.last().is_some_and(|check| check.ended + FRESH >= asked);
            // A check that does not come leaves the attempt without proof; it begins all the same.
            let _came = self.wait_for(channel, fresh).await;
        }
        sight
    }

    fn state(&self, channel: Channel) -> &State {
        &self.channels[channel.index()]
    }

    async fn wait_until_wanted(&self, channel: Channel) {
        let state = self.state(channel);
        let mut references = state.references.subscribe();
        loop {
            let wanted = state.wanted.notified();
            if state.leaning.load(Ordering::Acquire) > 0 && !references.borrow_and_update().is_empty() {
                return;
            }
            tokio::select! {
                () = wanted => {}
                // The sender lives in `self`, so this cannot end for good.
                _changed = references.changed() => {}
            }
        }
    }

    /// Tries a few references one after the other until one answers, all within [`CHECK_TIMEOUT`].
    async fn check(&self, channel: Channel, turn: usize) -> Check {
        let references = Arc::clone(&self.state(channel).references.borrow());
        let started = self.clock.monotonic();
        let tries = references.len().min(TRIED_AT_ONCE);
        let each = CHECK_TIMEOUT / u32::try_from(tries.max(1)).unwrap_or(1);
        let mut ok = false;
        for n in 0..tries {
            let reference = &references[(turn + n) % references.len()];
            ok = timeout(each, self.checker.check(reference))
                .await
                .unwrap_or(false);
            if ok {
                break;
            }
        }
        Check {
            started,
            ended: self.clock.monotonic(),
            ok,
        }
    }

    /// Waits until a channel's history satisfies `enough`; false when no reference is there or no check comes.
    async fn wait_for(&self, channel: Channel, enough: impl FnMut(&History) -> bool) -> bool {
        let state = self.state(channel);
        if state.references.borrow().is_empty() {
            return false;
        }
        let patience: Duration = CHECK_PERIOD + 2 * CHECK_TIMEOUT;
        let mut history = state.history.subscribe();
        matches!(timeout(patience, history.wait_for(enough)).await, Ok(Ok(_)))
    }
}

/// Somebody leans on channels; dropped, they are checked no longer on its behalf.
pub struct Sight {
    watch: Arc<Watch>,
    channels: Vec<Channel>,
}

impl Sight {
    /// Whether the agent could see on all of the channels over `[started, ended]` of the monotonic clock. Waits for
    /// the check that begins after `ended`.
    pub async fn proven(self, started: Duration, ended: Duration) -> bool {
        for &channel in &self.channels {
            if !self
                .watch
                .wait_for(channel, |history| history.has_after(ended))
                .await
            {
                return false;
            }
            if !proven(&self.watch.state(channel).history.borrow(), started, ended) {
                return false;
            }
        }
        !self.channels.is_empty()
    }
}

impl Drop for Sight {
    fn drop(&mut self) {
        for channel in &self.channels {
            self.watch.state(*channel).leaning.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests;
