//! Sends whole pages to the collector, behind everything else: one at a time, only while few records wait, and with growing
//! pauses when it fails.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Client, Random, Verdict, full_jitter, verdict};
use crate::evidence::{EvidenceSpool, NotKept, Waiting};
use crate::spool;

/// While more records wait than this they have the line for themselves.
const RECORDS_FIRST: u64 = 5_000;
/// Between two looks whether they are gone.
const BEHIND: Duration = Duration::from_secs(5);
/// Between tries while a person has to mend something.
const STOPPED_PAUSE: Duration = Duration::from_secs(60);

/// Ships one agent's evidence.
pub struct EvidenceShipper {
    /// Where pages wait.
    pub evidence: EvidenceSpool,
    /// What waits of records.
    pub records: Arc<spool::Status>,
    /// Who to send them to.
    pub client: Arc<Client>,
    /// Randomness for jitter.
    pub random: Random,
}

/// What one try came to.
#[derive(Debug, PartialEq, Eq)]
enum Tried {
    /// Nothing waits.
    Idle,
    /// One is off our hands.
    Moved,
    /// Try again after the jittered wait.
    Failed,
    /// Try again after this time.
    Wait(Duration),
}

impl EvidenceShipper {
    /// Ships until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let mut attempt = 0;
        loop {
            let tried = tokio::select! {
                () = cancel.cancelled() => return,
                tried = self.try_next() => tried,
            };
            let pause = match tried {
                Tried::Moved => {
                    attempt = 0;
                    continue;
                }
                Tried::Idle => {
                    tokio::select! {
                        () = cancel.cancelled() => return,
                        () = self.evidence.arrived() => {}
                    }
                    continue;
                }
                Tried::Failed => {
                    attempt += 1;
                    full_jitter(attempt, self.draw())
                }
                Tried::Wait(wait) => wait,
            };
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    fn draw(&self) -> u64 {
        let mut half = [0; 8];
        half.copy_from_slice(&(self.random)()[..8]);
        u64::from_be_bytes(half)
    }

    async fn try_next(&self) -> Tried {
        if self.records.waiting_records.load(Ordering::Relaxed) > RECORDS_FIRST {
            return Tried::Wait(BEHIND);
        }
        let tried = self.send().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "pages kept as evidence cannot be read from their folder");
            Tried::Failed
        });
        if matches!(tried, Tried::Failed | Tried::Wait(_)) {
            self.evidence.status().failed.fetch_add(1, Ordering::Relaxed);
        }
        tried
    }

    async fn send(&self) -> io::Result<Tried> {
        let Some(waiting) = self.blocking(EvidenceSpool::next).await? else {
            return Ok(Tried::Idle);
        };
        let Ok(answer) = self.client.post_evidence(&waiting).await else {
            return Ok(Tried::Failed);
        };
        let status = self.evidence.status();
        match verdict(answer.status, answer.retry_after.as_deref()) {
            // 409: it is there already.
            Verdict::Accepted | Verdict::NewEpoch => {
                status.sent.fetch_add(1, Ordering::Relaxed);
                self.done(waiting).await
            }
            // What it will never take is given up: a proof less, and the next one is not held up.
            Verdict::Split | Verdict::Isolate => {
                let (portal, url) = (&waiting.label.portal, &waiting.label.url);
                tracing::warn!(
                    status = answer.status,
                    %portal,
                    url,
                    answer = %String::from_utf8_lossy(&answer.body),
                    "the collector refuses a page kept as evidence: it is given up"
                );
                status.unkept(&NotKept::Refused);
                self.done(waiting).await
            }
            Verdict::Retry => Ok(Tried::Failed),
            Verdict::RetryAfter(wait) => Ok(Tried::Wait(wait)),
            // Token refused, or a collector that knows no evidence: records tell it already.
            Verdict::Stop => Ok(Tried::Wait(STOPPED_PAUSE)),
        }
    }

    async fn done(&self, waiting: Waiting) -> io::Result<Tried> {
        self.blocking(move |evidence| evidence.done(&waiting)).await?;
        Ok(Tried::Moved)
    }

    /// Works with the folder on a thread for such work.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&EvidenceSpool) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let evidence = self.evidence.clone();
        let done = tokio::task::spawn_blocking(move || work(&evidence)).await;
        done.unwrap_or_else(|panicked| Err(io::Error::other(panicked)))
    }
}

#[cfg(test)]
mod tests;
