//! Delivers what waits in the outbox: all channels at once, each in order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use ems_contract::digest::Sha256;
use ring::rand::{SecureRandom, SystemRandom};
use tokio_util::sync::CancellationToken;

use super::backoff::wait_s;
use super::channel::{Channel, Dispatch};
use super::message::{digest, message};
use super::metrics::Metrics;
use super::notice::Notice;
use super::outgoing::Failure;
use super::paper::{PAPER, Paper};
use super::parcel::{Allowance, Parcel, parcels};
use super::round::Desk;
use super::settings::NotifySettings;
use crate::context::Context;
use crate::oncall::Watch;
use crate::store::{Letter, Settled, StoreError};

/// Time between two rounds.
const TICK: Duration = Duration::from_secs(2);
/// Waiting letters looked at in one go.
const AT_ONCE: u32 = 2_000;
/// A channel with another behind it is given so many tries.
const TRIES_BEFORE_FALLBACK: u32 = 4;
/// A letter that nobody took for so long, in seconds, is given up.
const GIVE_UP_S: i64 = 86_400;
/// Settled letters are kept for so long, in seconds.
const KEPT_S: i64 = 30 * 86_400;

/// Decides and delivers until it is stopped.
pub struct Notifier {
    context: Context,
    settings: Arc<NotifySettings>,
    desk: Arc<Desk>,
    channels: Arc<BTreeMap<String, Channel>>,
    metrics: Metrics,
    /// When each channel delivered in the last minute, in monotonic time.
    spent: BTreeMap<String, VecDeque<Duration>>,
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
        let channels = channels
            .into_iter()
            .map(|channel| (channel.name.clone(), channel));
        Ok(Self {
            context,
            settings,
            desk,
            channels: Arc::new(channels.collect()),
            metrics,
            spent: BTreeMap::new(),
        })
    }

    /// Runs until `stop`. A delivery in hand is cut off; its letter waits for the next start.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                done = self.round() => if let Err(error) = done {
                    self.metrics.trouble.inc();
                    tracing::warn!(%error, "notices could not be decided or delivered");
                },
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// Decides once and delivers once.
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

    /// Delivers what is due.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn deliver(&mut self) -> Result<(), StoreError> {
        let now = self.context.clock.now();
        let waiting = self.blocking(|store| store.waiting_letters(AT_ONCE)).await?;
        self.settle_orphans(&waiting).await?;
        let parcels = parcels(&waiting, &self.allowances(), now);
        let began = self.context.clock.monotonic();
        let mut by_channel: BTreeMap<String, Vec<Parcel>> = BTreeMap::new();
        for parcel in parcels {
            let spent = self.spent.entry(parcel.channel.clone()).or_default();
            spent.push_back(began);
            by_channel.entry(parcel.channel.clone()).or_default().push(parcel);
        }
        // A channel that hangs must not hold up the others.
        let mut running = tokio::task::JoinSet::new();
        for (channel, parcels) in by_channel {
            let line = Line {
                channels: Arc::clone(&self.channels),
                context: self.context.clone(),
                settings: Arc::clone(&self.settings),
                watch: self.desk.watch().cloned(),
                metrics: self.metrics.clone(),
            };
            running.spawn(async move { line.deliver(&channel, parcels).await });
        }
        let mut result = Ok(());
        while let Some(done) = running.join_next().await {
            match done {
                Ok(done) => result = result.and(done),
                Err(error) => tracing::error!(%error, "a channel panicked"),
            }
        }
        result
    }

    /// Letters to channels that the settings do not have any more go to the next of their route, or are given up.
    async fn settle_orphans(&self, waiting: &[Letter]) -> Result<(), StoreError> {
        let orphan = |letter: &&Letter| !self.channels.contains_key(&letter.letter.channel);
        let now = self.context.clock.now();
        let settle = |letter: &Letter| {
            let error = format!("there is no channel `{}` any more", letter.letter.channel);
            let next = next_channel(letter).filter(|next| self.channels.contains_key(*next));
            let settled = next.map_or(Settled::GivenUp { error: error.clone() }, |next| Settled::Again {
                channel: next.to_owned(),
                not_before: now,
                attempts: 0,
                error,
            });
            (letter.id, settled)
        };
        let settled: Vec<_> = waiting.iter().filter(orphan).map(settle).collect();
        if settled.is_empty() {
            return Ok(());
        }
        tracing::warn!(
            letters = settled.len(),
            "letters wait for channels that are not there any more"
        );
        self.blocking(move |store| store.settle_letters(settled, now))
            .await
    }

    fn allowances(&mut self) -> BTreeMap<String, Allowance> {
        let now = self.context.clock.monotonic();
        let mut allowances = BTreeMap::new();
        for (name, channel) in self.channels.iter() {
            let spent = self.spent.entry(name.clone()).or_default();
            while spent
                .front()
                .is_some_and(|at| now.saturating_sub(*at) >= Duration::from_secs(60))
            {
                spent.pop_front();
            }
            let allowance = Allowance {
                per_minute: channel.per_minute,
                spent: spent.len(),
            };
            allowances.insert(name.clone(), allowance);
        }
        allowances
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn crate::store::Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        blocking(&self.context, work).await
    }
}

async fn blocking<T: Send + 'static>(
    context: &Context,
    work: impl FnOnce(&dyn crate::store::Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store = Arc::clone(&context.store);
    let done = tokio::task::spawn_blocking(move || work(&*store)).await;
    done.unwrap_or_else(|error| {
        Err(StoreError::Failed {
            action: "use the outbox",
            detail: error.to_string(),
        })
    })
}

/// One channel's deliveries of one round.
struct Line {
    channels: Arc<BTreeMap<String, Channel>>,
    context: Context,
    settings: Arc<NotifySettings>,
    watch: Option<Arc<Watch>>,
    metrics: Metrics,
}

impl Line {
    async fn deliver(&self, name: &str, parcels: Vec<Parcel>) -> Result<(), StoreError> {
        let Some(channel) = self.channels.get(name) else {
            return Ok(());
        };
        for parcel in parcels {
            let (dispatch, mut settled) = self.dispatch(&parcel);
            let sent = match &dispatch {
                Some(dispatch) => channel.send(dispatch).await,
                None => Ok(()),
            };
            match &sent {
                Ok(()) => self.metrics.sent.with_label_values(&[name]).inc(),
                Err(failure) => {
                    self.metrics.failed.with_label_values(&[name]).inc();
                    tracing::warn!(channel = name, why = failure.why(), "a notice was not taken");
                }
            }
            let unsettled = parcel
                .letters
                .iter()
                .filter(|letter| !settled.iter().any(|(id, _)| *id == letter.id));
            let outcomes: Vec<_> = unsettled
                .map(|letter| (letter.id, self.settled(letter, &sent)))
                .collect();
            settled.extend(outcomes);
            let now = self.context.clock.now();
            blocking(&self.context, move |store| store.settle_letters(settled, now)).await?;
            // Whoever cannot take one now is not asked at once again.
            if matches!(sent, Err(Failure::Later { .. })) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The delivery, and the letters that cannot be read.
    fn dispatch(&self, parcel: &Parcel) -> (Option<Dispatch>, Vec<(i64, Settled)>) {
        if let [letter] = parcel.letters.as_slice()
            && letter.letter.thread.starts_with(PAPER)
        {
            return self.paper(letter);
        }
        let (mut notices, mut keys, mut unreadable) = (Vec::new(), String::new(), Vec::new());
        for letter in &parcel.letters {
            match serde_json::from_str::<Notice>(&letter.letter.body) {
                Ok(notice) => {
                    keys.push_str(&letter.letter.key);
                    keys.push('\n');
                    notices.push(notice);
                }
                Err(error) => {
                    let error = error.to_string();
                    unreadable.push((letter.id, Settled::GivenUp { error }));
                }
            }
        }
        let (lang, console) = (self.settings.lang, self.settings.console_url.as_ref());
        let now = self.context.clock.now();
        let mut messages: Vec<_> = notices
            .iter()
            .map(|notice| {
                let answer = self.watch.as_ref().zip(notice.call.as_ref());
                let answer = answer
                    .and_then(|(watch, call)| watch.answer_at(&call.login, &notice.thread, console?, now));
                message(notice, console, lang).with_answer(answer.as_ref(), lang)
            })
            .collect();
        let dispatch = notices.first().map(|first| {
            let (key, message) = if messages.len() == 1 {
                (first.key.clone(), messages.swap_remove(0))
            } else {
                let key = format!("digest/{}", Sha256::of(keys.as_bytes()).short());
                (key, digest(&messages, lang))
            };
            Dispatch {
                key,
                message,
                now,
                notices: notices.clone(),
                to: None,
            }
        });
        (dispatch, unreadable)
    }

    /// A letter with recipients of its own.
    fn paper(&self, letter: &Letter) -> (Option<Dispatch>, Vec<(i64, Settled)>) {
        match serde_json::from_str::<Paper>(&letter.letter.body) {
            Ok(paper) => {
                let dispatch = Dispatch {
                    message: paper.message(),
                    key: paper.key,
                    notices: Vec::new(),
                    now: self.context.clock.now(),
                    to: Some(paper.to),
                };
                (Some(dispatch), Vec::new())
            }
            Err(error) => {
                let error = error.to_string();
                (None, vec![(letter.id, Settled::GivenUp { error })])
            }
        }
    }

    fn settled(&self, letter: &Letter, sent: &Result<(), Failure>) -> Settled {
        let Err(failure) = sent else {
            return Settled::Sent;
        };
        let now = self.context.clock.now();
        let error = failure.why().to_owned();
        if now - letter.letter.posted_at >= GIVE_UP_S {
            return Settled::GivenUp { error };
        }
        let attempts = letter.attempts.saturating_add(1);
        let refused = matches!(failure, Failure::Refused { .. });
        let next = next_channel(letter).filter(|next| self.channels.contains_key(*next));
        if let Some(next) = next.filter(|_| refused || attempts >= TRIES_BEFORE_FALLBACK) {
            return Settled::Again {
                channel: next.to_owned(),
                not_before: now,
                attempts: 0,
                error,
            };
        }
        let retry_after_s = match failure {
            Failure::Later { retry_after_s, .. } => *retry_after_s,
            Failure::Refused { .. } => None,
        };
        let wait = wait_s(attempts, random(), retry_after_s);
        Settled::Again {
            channel: letter.letter.channel.clone(),
            not_before: now + i64::try_from(wait).unwrap_or(i64::MAX),
            attempts,
            error,
        }
    }
}

/// The channel behind a letter's own on its route.
fn next_channel(letter: &Letter) -> Option<&str> {
    let mut route = letter.letter.route.split('>');
    route.find(|name| *name == letter.letter.channel)?;
    route.next()
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness the wait is the shortest one.
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_unspecified) => 0,
    }
}
