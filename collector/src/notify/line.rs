//! The deliveries that one channel has in hand, one after the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use ring::rand::{SecureRandom, SystemRandom};

use super::answer::link;
use super::backoff::{refused_wait_s, wait_s};
use super::channel::{Channel, Dispatch};
use super::fallback::{HURRY_S, gives_way, hurries, next_channel};
use super::message::{digest, message};
use super::metrics::Metrics;
use super::notice::Notice;
use super::outgoing::Failure;
use super::paper::{PAPER, Paper};
use super::parcel::Parcel;
use super::settings::NotifySettings;
use crate::context::Context;
use crate::oncall::Watch;
use crate::store::{Letter, Settled, Store, StoreError};

/// One delivery takes no longer than this, to however many recipients: a whole exchange with each, some of them at once.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same where a letter that is urgent has another channel to go by.
const HURRY: Duration = Duration::from_secs(HURRY_S.unsigned_abs());
/// A channel that wants to be left alone for longer, in seconds, is not waited for where another is behind it.
pub(super) const LONGEST_REST_S: u64 = 30;
/// A letter that nobody took for so long, in seconds, is given up.
const GIVE_UP_S: i64 = 86_400;

/// What deliveries need.
pub(super) struct Line {
    pub(super) channels: Arc<BTreeMap<String, Channel>>,
    pub(super) context: Context,
    pub(super) settings: Arc<NotifySettings>,
    pub(super) watch: Option<Arc<Watch>>,
    pub(super) metrics: Metrics,
    /// When this program began to deliver.
    pub(super) begun: UnixTime,
}

/// How deliveries ended.
pub(super) struct Done {
    /// When each was handed over, in monotonic time.
    pub(super) spent: Vec<Duration>,
    /// The receiver wants to be left alone for so many seconds.
    pub(super) rest_s: Option<u64>,
    /// The receiver said nothing in time.
    pub(super) hung: bool,
    /// Whether what became of the letters is kept.
    pub(super) kept: Result<(), StoreError>,
}

impl Line {
    /// Hands over one parcel after the other, until the receiver cannot take one now.
    pub(super) async fn deliver(&self, name: &str, parcels: Vec<Parcel>) -> Done {
        let mut done = Done {
            spent: Vec::new(),
            rest_s: None,
            hung: false,
            kept: Ok(()),
        };
        let Some(channel) = self.channels.get(name) else {
            return done;
        };
        for parcel in parcels {
            done.spent.push(self.context.clock.monotonic());
            let (dispatch, mut settled) = self.dispatch(&parcel);
            let sent = match &dispatch {
                Some(dispatch) => channel.send(dispatch).await,
                None => Ok(0),
            };
            match &sent {
                Ok(refused) => {
                    self.metrics.sent.with_label_values(&[name]).inc();
                    self.metrics.refused.with_label_values(&[name]).inc_by(*refused);
                }
                Err(failure) => {
                    self.metrics.failed.with_label_values(&[name]).inc();
                    tracing::warn!(channel = name, why = %failure, "a notice was not taken");
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
            done.kept = blocking(&self.context, move |store| store.settle_letters(settled, now)).await;
            // Whoever cannot take one now is not asked at once again.
            match sent {
                Err(Failure::Later { retry_after, .. }) => {
                    done.rest_s = retry_after.map(|after| after.seconds(now));
                    return done;
                }
                Err(Failure::Hung) => {
                    done.hung = true;
                    return done;
                }
                Ok(_) | Err(Failure::Refused { .. }) => {}
            }
            if done.kept.is_err() {
                return done;
            }
        }
        done
    }

    /// The delivery, and the letters that cannot be read.
    fn dispatch(&self, parcel: &Parcel) -> (Option<Dispatch>, Vec<(i64, Settled)>) {
        if let [letter] = parcel.letters.as_slice()
            && letter.letter.thread.starts_with(PAPER)
        {
            return self.paper(letter);
        }
        let (mut notices, mut keys, mut unreadable) = (Vec::new(), String::new(), Vec::new());
        let (lang, console) = (self.settings.lang, self.settings.console_url.as_ref());
        let now = self.context.clock.now();
        let mut messages = Vec::new();
        for letter in &parcel.letters {
            match serde_json::from_str::<Notice>(&letter.letter.body) {
                Ok(notice) => {
                    keys.push_str(&letter.letter.key);
                    keys.push('\n');
                    let answer = self.watch.as_ref().zip(link(letter, &notice));
                    let answer = answer.and_then(|(watch, link)| watch.answer_at(&link, console?, now));
                    messages.push(message(&notice, console, lang).with_answer(answer.as_ref(), lang));
                    notices.push(notice);
                }
                Err(error) => {
                    let error = error.to_string();
                    unreadable.push((letter.id, Settled::GivenUp { error }));
                }
            }
        }
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
                within: self.patience(&parcel.letters),
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
                    within: PATIENCE,
                };
                (Some(dispatch), Vec::new())
            }
            Err(error) => {
                let error = error.to_string();
                (None, vec![(letter.id, Settled::GivenUp { error })])
            }
        }
    }

    /// How long a delivery may take.
    fn patience(&self, letters: &[Letter]) -> Duration {
        let hurried = |letter: &Letter| hurries(letter) && self.next(letter).is_some();
        if letters.iter().any(hurried) {
            HURRY
        } else {
            PATIENCE
        }
    }

    /// The channel behind a letter's own, if it is there.
    fn next<'l>(&self, letter: &'l Letter) -> Option<&'l str> {
        next_channel(letter).filter(|next| self.channels.contains_key(*next))
    }

    fn settled(&self, letter: &Letter, sent: &Result<u64, Failure>) -> Settled {
        let Err(failure) = sent else {
            return Settled::Sent;
        };
        let now = self.context.clock.now();
        let error = failure.to_string();
        if now - letter.letter.posted_at >= GIVE_UP_S {
            return Settled::GivenUp { error };
        }
        let attempts = letter.attempts.saturating_add(1);
        let (wait, hopeless) = match failure {
            Failure::Refused { .. } => (refused_wait_s(attempts, random()), true),
            Failure::Later { retry_after, .. } => {
                let asked = retry_after.map(|after| after.seconds(now));
                let long = asked.is_some_and(|asked| asked > LONGEST_REST_S);
                (wait_s(attempts, random(), asked), long)
            }
            Failure::Hung => (wait_s(attempts, random(), None), false),
        };
        let hung = matches!(failure, Failure::Hung);
        let goes_on = hopeless || gives_way(letter, attempts, hung, self.begun, now);
        if let Some(next) = self.next(letter).filter(|_| goes_on) {
            return Settled::Again {
                channel: next.to_owned(),
                not_before: now,
                attempts: 0,
                error,
            };
        }
        Settled::Again {
            channel: letter.letter.channel.clone(),
            not_before: now + i64::try_from(wait).unwrap_or(i64::MAX),
            attempts,
            error,
        }
    }
}

/// Uses the store where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    context: &Context,
    work: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
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

fn random() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness the wait is the shortest one.
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_unspecified) => 0,
    }
}
