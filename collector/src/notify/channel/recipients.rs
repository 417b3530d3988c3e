//! One dispatch to several recipients: one that is refused keeps nobody else from being told, and whoever has it is not told
//! again while others are still to get it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use ems_contract::diagnostic::Message;
use ems_contract::time::UnixTime;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::Dispatch;
use crate::notify::outgoing::Failure;

/// What nobody asks for after so long, in seconds, is forgotten: a letter is not tried for longer.
const KEPT_S: i64 = 86_400;
/// So many recipients are told at once.
const AT_ONCE: usize = 8;

/// Who has which notice that others are still to get. A new start knows nothing of it: then whoever has it gets it again,
/// with the same key.
#[derive(Default)]
pub(super) struct Told(Mutex<BTreeMap<String, Entry>>);

struct Entry {
    since: UnixTime,
    who: BTreeSet<String>,
}

/// How far one dispatch has come.
pub(super) struct Tally<'a> {
    told: &'a Told,
    keys: Vec<&'a str>,
    now: UnixTime,
    taken: usize,
    later: Option<Failure>,
    hung: bool,
    refused: Option<Failure>,
    refusals: u64,
}

/// Waits until each recipient's delivery is over, some of them at once, and no longer than `until`: whoever said nothing by
/// then hangs. Every recipient is there once.
pub(super) async fn each<T, F>(
    until: Instant,
    deliveries: Vec<(String, F)>,
) -> Vec<(String, Result<T, Failure>)>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let mut silent: BTreeSet<String> = deliveries.iter().map(|(name, _)| name.clone()).collect();
    let mut waiting = deliveries.into_iter();
    let mut asked = JoinSet::new();
    let mut heard = Vec::new();
    loop {
        let free = AT_ONCE.saturating_sub(asked.len());
        for (name, delivery) in waiting.by_ref().take(free) {
            asked.spawn(async move { (name, delivery.await) });
        }
        match timeout_at(until, asked.join_next()).await {
            Ok(Some(Ok((name, answer)))) => {
                silent.remove(&name);
                heard.push((name, answer));
            }
            Ok(Some(Err(error))) => tracing::error!(%error, "a delivery panicked"),
            Ok(None) | Err(_) => break,
        }
    }
    heard.extend(silent.into_iter().map(|name| (name, Err(Failure::Hung))));
    heard
}

impl Told {
    /// Begins to hand over a dispatch.
    pub(super) fn begin<'a>(&'a self, dispatch: &'a Dispatch) -> Tally<'a> {
        // By notice: a digest that is tried again may be made of other letters.
        let notices = dispatch.notices.iter().map(|notice| notice.key.as_str());
        let keys = if dispatch.notices.is_empty() {
            vec![dispatch.key.as_str()]
        } else {
            notices.collect()
        };
        Tally {
            told: self,
            keys,
            now: dispatch.now,
            taken: 0,
            later: None,
            hung: false,
            refused: None,
            refusals: 0,
        }
    }
}

impl Tally<'_> {
    /// Those of `recipients` who do not have it yet, each once; whoever has it counts as taken.
    pub(super) fn left(&mut self, recipients: impl IntoIterator<Item = String>) -> BTreeSet<String> {
        let told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has = |recipient: &String| {
            let knows = |key: &&str| told.get(*key).is_some_and(|entry| entry.who.contains(recipient));
            self.keys.iter().all(knows)
        };
        let (has, left): (BTreeSet<String>, BTreeSet<String>) = recipients.into_iter().partition(has);
        self.taken += has.len();
        left
    }

    /// Notes what `recipient` said.
    pub(super) fn note(&mut self, recipient: &str, outcome: Result<(), Failure>) {
        match outcome {
            Ok(()) => {
                self.taken += 1;
                let mut told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
                told.retain(|_, entry| self.now - entry.since < KEPT_S);
                for key in &self.keys {
                    let entry = told.entry((*key).to_owned()).or_insert_with(|| Entry {
                        since: self.now,
                        who: BTreeSet::new(),
                    });
                    entry.who.insert(recipient.to_owned());
                }
            }
            Err(failure) => {
                tracing::warn!(
                    recipient,
                    why = %failure,
                    "a recipient did not take a notice"
                );
                match failure {
                    // Whoever asks for a pause is heard before others who want to be asked later.
                    Failure::Later {
                        retry_after: Some(_), ..
                    } => self.later = Some(failure),
                    Failure::Later { .. } => self.later = self.later.take().or(Some(failure)),
                    Failure::Hung => self.hung = true,
                    Failure::Refused { .. } => {
                        self.refusals += 1;
                        self.refused = self.refused.take().or(Some(failure));
                    }
                }
            }
        }
    }

    /// It is sent when somebody has it and nobody may take it later; returns how many refused it. Nobody to tell is not told.
    pub(super) fn end(self) -> Result<u64, Failure> {
        let asks =
            |later: &Failure| matches!(later, Failure::Later { retry_after, .. } if retry_after.is_some());
        if self.hung && !self.later.as_ref().is_some_and(asks) {
            return Err(Failure::Hung);
        }
        if let Some(later) = self.later {
            return Err(later);
        }
        let mut told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            told.remove(*key);
        }
        if self.taken > 0 {
            return Ok(self.refusals);
        }
        Err(self.refused.unwrap_or_else(|| Failure::Refused {
            why: Message::new("notify.failure.nobody"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn eight_are_told_at_once_and_whoever_is_silent_by_the_end_hangs() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let delivery = |n: u64| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            let delivery = async move {
                most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(n)).await;
                now.fetch_sub(1, Ordering::Relaxed);
                Ok(n)
            };
            (format!("r{n:02}"), delivery)
        };
        let until = Instant::now() + Duration::from_millis(15_500);
        let mut heard = each(until, (1..=20).map(delivery).collect()).await;
        heard.sort_by(|(a, _), (b, _)| a.cmp(b));
        assert_eq!(most.load(Ordering::Relaxed), AT_ONCE);
        // The ninth begins after the first, and so on: the first eight end in time, the ninth to the eleventh as well.
        let outcome: Vec<bool> = heard.iter().map(|(_, answer)| answer.is_ok()).collect();
        assert_eq!(outcome.len(), 20);
        assert_eq!(outcome.iter().filter(|ok| **ok).count(), 11, "{heard:?}");
        assert!(
            heard[11..]
                .iter()
                .all(|(_, answer)| *answer == Err(Failure::Hung))
        );
    }
}
