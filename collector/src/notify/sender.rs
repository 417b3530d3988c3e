//! Decides, and delivers what waits in the outbox: each channel at its own pace, each in order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use ems_contract::time::UnixTime;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::channel::Channel;
use super::fallback::{hurries, is_kept_waiting, next_channel};
use super::line::{Done, LONGEST_REST_S, Line, blocking};
use super::metrics::Metrics;
use super::parcel::{Allowance, Parcel, parcels};
use super::round::Desk;
use super::settings::NotifySettings;
use crate::context::Context;
use crate::store::{Letter, NewLetter, Settled, Store, StoreError};

/// Time between two rounds.
const TICK: Duration = Duration::from_secs(2);
/// Waiting letters of each channel looked at in one go.
const AT_ONCE: u32 = 2_000;
/// A channel whose receiver hung is not tried with what is urgent and has another way for so long.
const SHUNNED: Duration = Duration::from_secs(60);
/// Settled letters are kept for so long, in seconds.
const KEPT_S: i64 = 30 * 86_400;

/// Decides and delivers until it is stopped.
pub struct Notifier {
    context: Context,
    settings: Arc<NotifySettings>,
    desk: Arc<Desk>,
    channels: Arc<BTreeMap<String, Channel>>,
    metrics: Metrics,
    lanes: BTreeMap<String, Lane>,
    /// When it was made.
    begun: UnixTime,
}

/// What one channel is at; times are monotonic.
#[derive(Default)]
struct Lane {
    /// When it delivered in the last minute.
    spent: VecDeque<Duration>,
    /// Its receiver wants to be left alone until then.
    rests_until: Duration,
    /// Its receiver hung: until then urgent letters that have another way do without it.
    shunned_until: Duration,
    /// One task at most: the deliveries in hand, cut off when they are dropped.
    in_hand: JoinSet<Done>,
    /// The letters of these deliveries, by row number.
    letters: BTreeSet<i64>,
}

impl Lane {
    /// Notes how the deliveries in hand ended.
    fn end(&mut self, done: Result<Done, JoinError>, now: Duration) -> Result<(), StoreError> {
        self.letters.clear();
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, "a channel panicked");
                return Ok(());
            }
        };
        self.spent.extend(done.spent);
        self.shunned_until = if done.hung { now + SHUNNED } else { Duration::ZERO };
        if let Some(rest_s) = done.rest_s {
            self.rests_until = now + Duration::from_secs(rest_s);
        }
        done.kept
    }

    /// How many deliveries it takes now, if it is free for any.
    fn allowance(&mut self, per_minute: usize, now: Duration) -> Option<Allowance> {
        let old = |at: &Duration| now.saturating_sub(*at) >= Duration::from_secs(60);
        while self.spent.front().is_some_and(old) {
            self.spent.pop_front();
        }
        let free = self.in_hand.is_empty() && self.rests_until <= now;
        free.then_some(Allowance {
            per_minute,
            spent: self.spent.len(),
        })
    }
}

impl Notifier {
    /// A notifier over these channels.
    ///
    /// # Errors
    /// When another room registered metrics of the same name.
    pub fn new(
        context: Context,
        settings: Arc<NotifySettings>,
        desk: Arc<Desk>,
        channels: Vec<Channel>,
    ) -> prometheus::Result<Self> {
        let metrics = Metrics::register(&context.registry)?;
        for channel in &channels {
            // There from the start, so that the first refusal is seen as a rise.
            metrics.refused.with_label_values(&[&channel.name]).inc_by(0);
        }
        let lanes = channels
            .iter()
            .map(|channel| (channel.name.clone(), Lane::default()));
        let lanes = lanes.collect();
        let channels = channels
            .into_iter()
            .map(|channel| (channel.name.clone(), channel));
        Ok(Self {
            begun: context.clock.now(),
            context,
            settings,
            desk,
            channels: Arc::new(channels.collect()),
            metrics,
            lanes,
        })
    }

    /// Runs until `stop`. A delivery in hand is cut off; its letter waits for the next start. What it began that would be lost
    /// is waited for.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                done = self.round() => if let Err(error) = done {
                    self.metrics.trouble.inc();
                    tracing::warn!(%error, "notices could not be decided or delivered");
                },
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(TICK) => {}
            }
        }
        for lane in self.lanes.values_mut() {
            lane.in_hand.shutdown().await;
        }
        for channel in self.channels.values() {
            channel.settle().await;
        }
    }

    /// Decides once, and begins to deliver what is due.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn round(&mut self) -> Result<(), StoreError> {
        let desk = Arc::clone(&self.desk);
        self.blocking(move |_| desk.round()).await?;
        self.metrics.uncovered.set(self.desk.uncovered_s());
        self.deliver().await?;
        let now = self.context.clock.now();
        self.blocking(move |store| store.forget_letters(now - KEPT_S))
            .await?;
        Ok(())
    }

    /// Begins to deliver what is due by the channels that are free; nobody waits for one that has deliveries in hand.
    ///
    /// # Errors
    /// When the store cannot be read or written, or could not be when deliveries ended.
    pub async fn deliver(&mut self) -> Result<(), StoreError> {
        // Before the letters are read: what a free channel has settled is not read as waiting.
        let mut kept = Ok(());
        let began = self.context.clock.monotonic();
        for lane in self.lanes.values_mut() {
            while let Some(done) = lane.in_hand.try_join_next() {
                kept = kept.and(lane.end(done, began));
            }
        }
        let now = self.context.clock.now();
        let mut waiting = self.blocking(|store| store.waiting_letters(AT_ONCE)).await?;
        self.divert(&mut waiting).await?;
        let mut by_channel: BTreeMap<String, Vec<Parcel>> = BTreeMap::new();
        for parcel in parcels(&waiting, &self.allowances(), now) {
            by_channel.entry(parcel.channel.clone()).or_default().push(parcel);
        }
        for (channel, parcels) in by_channel {
            let line = Line {
                channels: Arc::clone(&self.channels),
                context: self.context.clone(),
                settings: Arc::clone(&self.settings),
                watch: self.desk.watch().cloned(),
                metrics: self.metrics.clone(),
                begun: self.begun,
            };
            let name = channel.clone();
            let lane = self.lanes.entry(channel).or_default();
            let letters = parcels.iter().flat_map(|parcel| &parcel.letters);
            lane.letters = letters.map(|letter| letter.id).collect();
            lane.in_hand
                .spawn(async move { line.deliver(&name, parcels).await });
        }
        kept
    }

    /// Where it counts.
    #[cfg(test)]
    pub(super) const fn registry(&self) -> &prometheus::Registry {
        &self.context.registry
    }

    /// Until nothing is in hand.
    #[cfg(test)]
    pub(super) async fn settle(&mut self) -> Result<(), StoreError> {
        let mut kept = Ok(());
        for lane in self.lanes.values_mut() {
            while let Some(done) = lane.in_hand.join_next().await {
                kept = kept.and(lane.end(done, self.context.clock.monotonic()));
            }
        }
        kept
    }

    /// Letters that are due go to the next channel of their route where theirs is not there any more or rests for long;
    /// without a next channel those are given up, and these wait. What is urgent goes there too where its channel hangs or
    /// keeps it waiting, due or not, and takes the earlier letters of its thread along: it does not overtake them.
    async fn divert(&self, waiting: &mut [Letter]) -> Result<(), StoreError> {
        let now = self.context.clock.now();
        let line = |letter: &Letter| {
            let NewLetter {
                channel,
                route,
                thread,
                ..
            } = &letter.letter;
            (channel.clone(), route.clone(), thread.clone())
        };
        let hasty: BTreeSet<_> = waiting
            .iter()
            .filter(|letter| self.has_no_time(letter, now))
            .map(line)
            .collect();
        let mut settled = Vec::new();
        for letter in waiting {
            let hasty = hasty.contains(&line(letter));
            let Some((next, error)) = self.diversion(letter, hasty, now) else {
                continue;
            };
            let Some(next) = next else {
                settled.push((letter.id, Settled::GivenUp { error }));
                continue;
            };
            letter.letter.channel.clone_from(&next);
            (letter.not_before, letter.attempts) = (now, 0);
            let again = Settled::Again {
                channel: next,
                not_before: now,
                attempts: 0,
                error,
            };
            settled.push((letter.id, again));
        }
        if settled.is_empty() {
            return Ok(());
        }
        tracing::warn!(
            letters = settled.len(),
            "letters waited for channels that are gone, rest or hang"
        );
        self.blocking(move |store| store.settle_letters(settled, now))
            .await
    }

    /// Whether a letter is urgent, or calls a person, and its channel hangs or has kept it waiting.
    fn has_no_time(&self, letter: &Letter, now: UnixTime) -> bool {
        let lane = self.lanes.get(&letter.letter.channel);
        let shunned = lane.is_some_and(|lane| lane.shunned_until > self.context.clock.monotonic());
        shunned && hurries(letter) || is_kept_waiting(letter, self.begun, now)
    }

    /// Where a letter goes instead of its channel, if it does, and why.
    fn diversion(&self, letter: &Letter, hasty: bool, now: UnixTime) -> Option<(Option<String>, String)> {
        let channel = &letter.letter.channel;
        let lane = self.lanes.get(channel);
        if lane.is_some_and(|lane| lane.letters.contains(&letter.id)) {
            return None;
        }
        let (due, gone) = (letter.not_before <= now, !self.channels.contains_key(channel));
        let error = if due && gone {
            format!("there is no channel `{channel}` any more")
        } else if due && self.rests_long(channel) {
            format!("the receiver of `{channel}` wants to be left alone")
        } else if hasty {
            format!("`{channel}` did not take it in time")
        } else {
            return None;
        };
        let next = next_channel(letter).filter(|next| self.channels.contains_key(*next));
        (next.is_some() || due && gone).then(|| (next.map(str::to_owned), error))
    }

    fn rests_long(&self, channel: &str) -> bool {
        let now = self.context.clock.monotonic();
        self.lanes
            .get(channel)
            .is_some_and(|lane| lane.rests_until > now + Duration::from_secs(LONGEST_REST_S))
    }

    /// The channels that are free.
    fn allowances(&mut self) -> BTreeMap<String, Allowance> {
        let now = self.context.clock.monotonic();
        let mut allowances = BTreeMap::new();
        for (name, channel) in self.channels.iter() {
            let lane = self.lanes.entry(name.clone()).or_default();
            if let Some(allowance) = lane.allowance(channel.per_minute, now) {
                allowances.insert(name.clone(), allowance);
            }
        }
        allowances
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        blocking(&self.context, work).await
    }
}
