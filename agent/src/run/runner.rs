//! The loop between schedule and spool: starts what is due, judges what comes back, accounts for every slot.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use ems_contract::cause::UnknownWhy;
use ems_contract::clock::SharedClock;
use ems_contract::id::AgentId;
use ems_contract::outcome::Outcome;
use ems_contract::record::{GapWhy, Record};
use ems_contract::time::{UnixTime, Window};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::jumps::Jumps;
use super::measure::{Measured, Started, Tools, measure};
use super::record::{self, Slot};
use super::waiting::Waiting;
use crate::admin::{Health, Metrics};
use crate::plan::Versioned;
use crate::probe::Measurement;
use crate::schedule::{Due, Polled, Reading, Schedule, Series, SeriesKey, SkippedWhy, Swept};
use crate::selfcheck::{ClockTrust, judge, missing_references, needs_proof};
use crate::spool::{Entry, Mark, Spool, Visit};

/// Between two looks at the clocks when nothing is due: steps are noticed within it.
const TICK: Duration = Duration::from_secs(1);
/// Between two marks: successes wait no longer than this for their commit.
const MARK_PERIOD: Duration = Duration::from_secs(2);

/// What the loop is made of.
pub(super) struct Runner {
    pub(super) agent: AgentId,
    pub(super) clock: SharedClock,
    pub(super) tools: Tools,
    pub(super) spool: Spool,
    pub(super) trust: Arc<ClockTrust>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health: Arc<Health>,
    pub(super) plan: watch::Receiver<Option<Arc<Versioned>>>,
    /// The mark of the last run.
    pub(super) last_mark: Option<Mark>,
}

/// What came back from a task.
enum Done {
    Measured(Box<Measured>),
    Judged(Started, Box<Measurement>, Outcome),
}

/// The loop's state.
struct State {
    schedule: Schedule,
    plan: Arc<Versioned>,
    waiting: Waiting,
    jumps: Jumps,
    tasks: JoinSet<Done>,
    /// Slots handed out and not accounted for yet, by instant and name. Visits are not among them: the mark would wait
    /// minutes for each, and after a crash the gap would cover what `reach` had measured meanwhile.
    open: BTreeSet<(UnixTime, String)>,
    /// Visits handed out and not accounted for yet: after a crash each is a gap of its own.
    visits: BTreeSet<Visit>,
    next_mark: Duration,
}

impl Runner {
    /// Runs until cancelled, then waits for running probes until `patience` is over. Returns what was still running.
    pub(super) async fn run(mut self, cancel: CancellationToken, patience: Duration) -> Vec<String> {
        let Some(mut state) = self.begin(&cancel).await else {
            return Vec::new();
        };
        loop {
            self.round(&mut state, &cancel);
            let pause = self.pause(&state);
            tokio::select! {
                biased;
                () = cancel.cancelled() => break,
                Some(done) = state.tasks.join_next() => {
                    self.take(&mut state, done);
                    // Whatever else is ready shares the round.
                    while let Some(done) = state.tasks.try_join_next() {
                        self.take(&mut state, done);
                    }
                }
                changed = self.plan.changed() => {
                    if changed.is_err() {
                        cancel.cancelled().await;
                        break;
                    }
                    self.replan(&mut state);
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.finish(state, patience).await
    }

    /// Waits for the first plan; what was missed since the last run is a gap up to that moment.
    async fn begin(&mut self, cancel: &CancellationToken) -> Option<State> {
        let plan = loop {
            self.health.beat(micros(self.clock.monotonic()));
            if let Some(plan) = self.plan.borrow_and_update().clone() {
                break plan;
            }
            tokio::select! {
                () = cancel.cancelled() => return None,
                _changed = self.plan.changed() => {}
                () = tokio::time::sleep(TICK) => {}
            }
        };
        let swept = self
            .last_mark
            .as_ref()
            .map(|mark| Swept::new(mark.swept.iter().copied()));
        let schedule = Schedule::new(
            self.agent.clone(),
            swept.unwrap_or_default(),
            Reading::take(self.clock.as_ref()),
        );
        if let Some(mark) = self.last_mark.take() {
            self.gap(Window::new(mark.alive, schedule.since()), GapWhy::AgentOff);
            // Later ones lie in that gap.
            for visit in mark.visits.iter().filter(|visit| visit.slot < mark.alive) {
                self.missed(visit);
            }
        }
        let mut state = State {
            schedule,
            plan,
            waiting: Waiting::default(),
            jumps: Jumps::default(),
            tasks: JoinSet::new(),
            open: BTreeSet::new(),
            visits: BTreeSet::new(),
            next_mark: self.clock.monotonic(),
        };
        self.replan(&mut state);
        Some(state)
    }

    /// Takes the plan in force into the schedule.
    fn replan(&self, state: &mut State) {
        let Some(plan) = self.plan.borrow().clone() else {
            return;
        };
        state.plan = plan;
        let plan = &state.plan.plan;
        self.tools.watch.set_plan(plan);
        self.tools.prober.take_plan(plan);
        let missing = missing_references(plan);
        for missing in &missing {
            tracing::error!(
                channel = missing.channel.as_str(),
                portals = missing.portals,
                "no reference proves this channel: failures of these portals cannot be told from blindness and count as unknown"
            );
        }
        self.health.planned(missing.is_empty());
        let series = Series::of_plan(plan, self.tools.prober.kinds());
        let planned: HashSet<SeriesKey> = series.iter().map(|series| series.key.clone()).collect();
        self.metrics.portals.retain(&planned);
        let polled = state.schedule.replace(series, Reading::take(self.clock.as_ref()));
        self.metrics
            .series
            .set(i64::try_from(state.schedule.len()).unwrap_or(i64::MAX));
        self.handle(state, polled);
    }

    /// One look at the clocks: what is due starts, what came too late is given up, a mark is made.
    fn round(&self, state: &mut State, stop: &CancellationToken) {
        let reading = Reading::take(self.clock.as_ref());
        self.health.beat(reading.mono_us);
        let polled = state.schedule.poll(reading);
        self.handle(state, polled);
        if self.trust.is_good() {
            for jump in state.jumps.release() {
                self.gap(jump, GapWhy::ClockWrong);
            }
        }
        let now_us = state.schedule.timeline_us(reading);
        for due in state.waiting.expire(now_us) {
            let started = self.started(state, due);
            self.account(
                state,
                &started,
                Measurement::unknown(UnknownWhy::Overload),
                judged_overload(&self.trust),
            );
        }
        let room = usize::try_from(state.plan.plan.limits.concurrency).unwrap_or(usize::MAX);
        while let Some(due) = state.waiting.start(room) {
            self.metrics.late(now_us - due.at_us);
            let (tools, started) = (self.tools.clone(), self.started(state, due));
            let stop = stop.clone();
            state
                .tasks
                .spawn(async move { Done::Measured(Box::new(measure(tools, started, stop).await)) });
        }
        self.metrics
            .running
            .set(i64::try_from(state.waiting.running()).unwrap_or(i64::MAX));
        self.metrics
            .waiting
            .set(i64::try_from(state.waiting.len()).unwrap_or(i64::MAX));
        let now = self.clock.monotonic();
        if now >= state.next_mark {
            state.next_mark = now + MARK_PERIOD;
            self.mark(state);
        }
    }

    fn pause(&self, state: &State) -> Duration {
        let now = self.clock.monotonic();
        let until =
            |mono_us: i64| Duration::from_micros(u64::try_from(mono_us).unwrap_or(0)).saturating_sub(now);
        let due = state.schedule.next_due_us().map_or(TICK, until);
        due.min(TICK)
            .min(state.next_mark.saturating_sub(now).max(Duration::from_millis(1)))
    }

    /// Notes what a look at the schedule brought.
    fn handle(&self, state: &mut State, polled: Polled) {
        if let Some(by_us) = polled.stepped_us {
            tracing::warn!(by_us, "the wall clock stepped");
            self.trust.stepped(by_us);
            state.waiting.stepped(by_us);
            if by_us < 0 {
                state.jumps.back_to(state.schedule.since());
            }
        }
        for skipped in polled.skipped {
            match skipped.why {
                SkippedWhy::ClockStep => state.jumps.over(skipped.window),
                SkippedWhy::Stall => self.gap(skipped.window, GapWhy::Overload),
            }
        }
        for due in polled.due {
            let key = &due.series.key;
            if key.probe.is_visit() {
                state.visits.insert(visit(key, due.slot));
            } else {
                state.open.insert((due.slot, name(key)));
            }
            state.waiting.push(due);
        }
    }

    fn started(&self, state: &State, due: Due) -> Started {
        Started {
            due,
            plan: Arc::clone(&state.plan),
        }
    }

    /// Takes what a task brought.
    fn take(&self, state: &mut State, done: Result<Done, tokio::task::JoinError>) {
        let done = match done {
            Ok(done) => done,
            // Probes' panics are caught inside; this is a fault of the runner's own code. The slot stays open, so the
            // mark does not pass it.
            Err(error) => return tracing::error!(%error, "a job of the runner failed"),
        };
        match done {
            Done::Measured(measured) => {
                state.waiting.finished(&measured.started.due);
                if measured.panicked {
                    self.metrics.panics.inc();
                }
                let Measured {
                    started,
                    measurement,
                    sight,
                    from,
                    to,
                    ..
                } = *measured;
                if needs_proof(measurement.outcome) {
                    let trust = Arc::clone(&self.trust);
                    state.tasks.spawn(async move {
                        let proven = sight.proven(from, to).await;
                        let outcome = judge(measurement.outcome, proven, trust.is_suspect());
                        Done::Judged(started, Box::new(measurement), outcome)
                    });
                } else {
                    let outcome = judge(measurement.outcome, false, self.trust.is_suspect());
                    self.account(state, &started, measurement, outcome);
                }
            }
            Done::Judged(started, measurement, outcome) => {
                self.account(state, &started, *measurement, outcome);
            }
        }
    }

    /// Puts a slot's record into the spool: the slot is accounted for.
    fn account(&self, state: &mut State, started: &Started, measurement: Measurement, outcome: Outcome) {
        let key = &started.due.series.key;
        let slot = Slot {
            portal: &started.due.series.portal,
            probe: key.probe,
            family: key.family,
            slot: started.due.slot,
            interval_s: started.due.series.interval_s,
            plan_version: started.plan.version,
        };
        let entry = record::entry(&self.agent, &slot, measurement, outcome);
        self.metrics.slot(key.probe, key.family, outcome);
        if let Record::Observation(observation) = &entry.record {
            self.metrics.portals.note(key, observation);
        }
        self.spool.put(entry);
        if key.probe.is_visit() {
            state.visits.remove(&visit(key, started.due.slot));
        } else {
            state.open.remove(&(started.due.slot, name(key)));
        }
    }

    fn gap(&self, window: Window, why: GapWhy) {
        if !window.is_empty() {
            tracing::warn!(from = %window.from, to = %window.to, why = why.as_str(), "slots without a record");
            self.metrics.gap(why);
            self.spool.put(Entry::gap(&self.agent, window, why));
        }
    }

    fn missed(&self, visit: &Visit) {
        tracing::warn!(portal = %visit.portal, probe = %visit.probe, slot = %visit.slot, "a visit was cut short");
        self.metrics.gap(GapWhy::AgentOff);
        self.spool
            .put(Entry::missed(&self.agent, visit, GapWhy::AgentOff));
    }

    fn mark(&self, state: &State) {
        let swept_through = state.schedule.swept_through();
        let alive = state
            .open
            .first()
            .map_or(swept_through, |(open, _)| swept_through.min(*open));
        let mark = Mark {
            alive,
            swept: state.schedule.swept().windows().to_vec(),
            visits: state.visits.iter().cloned().collect(),
        };
        self.spool.mark(mark, self.clock.now());
    }

    /// No new slots; running probes get until the end of `patience`. What is not accounted for then lies behind the
    /// last mark and becomes part of the next start's gap.
    async fn finish(&self, mut state: State, patience: Duration) -> Vec<String> {
        let wait = async {
            while let Some(done) = state.tasks.join_next().await {
                self.take(&mut state, done);
            }
        };
        let waited = tokio::time::timeout(patience, wait).await;
        self.mark(&state);
        match waited {
            Ok(()) => Vec::new(),
            Err(_elapsed) => state
                .open
                .iter()
                .map(|(slot, name)| format!("{name} of {slot}"))
                .collect(),
        }
    }
}

fn judged_overload(trust: &ClockTrust) -> Outcome {
    let overload = Outcome::Unknown {
        why: UnknownWhy::Overload,
    };
    judge(overload, false, trust.is_suspect())
}

fn name(key: &SeriesKey) -> String {
    let family = key.family.map_or("", |family| family.as_str());
    format!("{} {} {family}", key.probe, key.portal)
}

fn visit(key: &SeriesKey, slot: UnixTime) -> Visit {
    Visit {
        portal: key.portal.clone(),
        probe: key.probe,
        slot,
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
