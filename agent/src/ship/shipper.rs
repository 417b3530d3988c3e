//! The loop that empties the spool.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ems_contract::clock::SharedClock;
use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, Epoch};
use ems_contract::wire::{self, Ack, Header, MAX_RECORDS};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Client, Failure, Status, Verdict, full_jitter, verdict};
use crate::spool::{Outgoing, Spool, SpoolError};

/// Records of one batch at most.
const BATCH_RECORDS: usize = 5_000;
/// Bytes of JSON in one batch at most.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
const _: () = assert!(BATCH_RECORDS <= MAX_RECORDS as usize);
/// Between tries while a person has to mend something.
const STOPPED_PAUSE: Duration = Duration::from_secs(60);

/// Evenly drawn random bytes, from the shell.
pub type Random = Arc<dyn Fn() -> [u8; 16] + Send + Sync>;

/// Ships one agent's spool.
pub struct Shipper {
    /// Whose.
    pub agent: AgentId,
    /// Where records wait.
    pub spool: Spool,
    /// Who to send them to.
    pub client: Arc<Client>,
    /// Clocks.
    pub clock: SharedClock,
    /// Randomness for jitter and epochs.
    pub random: Random,
    /// Counters.
    pub status: Arc<Status>,
    /// Told which plan the collector has in force.
    pub plan_in_force: watch::Sender<Option<Sha256>>,
}

/// What one try came to.
#[derive(Debug, PartialEq, Eq)]
enum Tried {
    /// Nothing waits.
    Idle,
    /// Something moved: go on at once.
    Moved,
    /// Try again after the jittered wait.
    Failed(Failure),
    /// Try again after this time.
    Wait(Failure, Duration),
    /// A person has to mend something.
    Stopped,
}

impl Shipper {
    /// Ships until cancelled.
    pub async fn run(&self, cancel: CancellationToken) {
        let mut commits = self.spool.commits();
        let mut attempt = 0;
        let mut size = BATCH_RECORDS;
        loop {
            commits.mark_unchanged();
            let tried = tokio::select! {
                () = cancel.cancelled() => return,
                tried = self.try_next(&mut size) => tried,
            };
            let pause = match tried {
                Tried::Moved => {
                    attempt = 0;
                    continue;
                }
                Tried::Idle => {
                    attempt = 0;
                    tokio::select! {
                        () = cancel.cancelled() => return,
                        // The writer's end is seen by its supervisor.
                        changed = commits.changed() => if changed.is_err() { cancel.cancelled().await },
                    }
                    continue;
                }
                Tried::Failed(failure) => {
                    self.status.count(failure);
                    let wait = full_jitter(attempt, self.draw());
                    attempt += 1;
                    wait
                }
                Tried::Wait(failure, wait) => {
                    self.status.count(failure);
                    wait
                }
                Tried::Stopped => {
                    self.status.count(Failure::Refused);
                    STOPPED_PAUSE
                }
            };
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Sends what waits until nothing does or a try fails: the last attempt before the end. True when all is sent.
    pub async fn drain(&self) -> bool {
        let mut size = BATCH_RECORDS;
        loop {
            match self.try_next(&mut size).await {
                Tried::Moved => {}
                Tried::Idle => return true,
                Tried::Failed(_) | Tried::Wait(..) | Tried::Stopped => return false,
            }
        }
    }

    fn draw(&self) -> u64 {
        let mut half = [0; 8];
        half.copy_from_slice(&(self.random)()[..8]);
        u64::from_be_bytes(half)
    }

    /// Sends the next batch of at most `size` records and does what the answer asks for.
    async fn try_next(&self, size: &mut usize) -> Tried {
        match self.send(size).await {
            Ok(tried) => tried,
            Err(error) => {
                tracing::warn!(%error, "the spool cannot be shipped");
                Tried::Failed(Failure::Spool)
            }
        }
    }

    async fn send(&self, size: &mut usize) -> Result<Tried, SpoolError> {
        let Some(outgoing) = self.spool.next(*size, BATCH_BYTES, self.clock.now()).await? else {
            return Ok(Tried::Idle);
        };
        let answer = match self.client.post_batch(self.encode(&outgoing)?).await {
            Ok(answer) => answer,
            Err(failure) => {
                self.client.turn_away();
                return Ok(Tried::Failed(failure));
            }
        };
        let verdict = verdict(answer.status, answer.retry_after.as_deref());
        if verdict != Verdict::Stop && self.status.stopped.swap(false, Ordering::Relaxed) {
            tracing::info!("the collector lets this agent in again");
        }
        match verdict {
            Verdict::Accepted => {
                *size = (*size * 2).min(BATCH_RECORDS);
                self.accepted(&outgoing, &answer.body).await
            }
            Verdict::Retry => {
                self.client.turn_away();
                Ok(Tried::Failed(Failure::Unavailable))
            }
            Verdict::RetryAfter(wait) => Ok(Tried::Wait(Failure::Unavailable, wait)),
            Verdict::NewEpoch => {
                let epoch = Epoch::from_random((self.random)());
                tracing::warn!(old = %outgoing.epoch, new = %epoch, "the collector holds other content under these numbers: a new epoch begins");
                self.spool.new_epoch(epoch, self.clock.now()).await?;
                Ok(Tried::Failed(Failure::Conflict))
            }
            Verdict::Split | Verdict::Isolate if outgoing.lines.len() > 1 => {
                *size = outgoing.lines.len() / 2;
                self.status.count(if verdict == Verdict::Split {
                    Failure::TooLarge
                } else {
                    Failure::NotUnderstood
                });
                Ok(Tried::Moved)
            }
            Verdict::Split => self.set_aside(&outgoing, answer.status, Failure::TooLarge).await,
            Verdict::Isolate => {
                if self.takes_nothing(&outgoing).await {
                    return Ok(self.stop(answer.status));
                }
                self.set_aside(&outgoing, answer.status, Failure::NotUnderstood)
                    .await
            }
            Verdict::Stop => Ok(self.stop(answer.status)),
        }
    }

    fn encode(&self, outgoing: &Outgoing) -> Result<Vec<u8>, SpoolError> {
        let header = Header {
            schema: wire::SCHEMA,
            agent: self.agent.clone(),
            epoch: outgoing.epoch,
            sent_at: self.clock.timestamp(),
            records: u32::try_from(outgoing.lines.len()).unwrap_or(u32::MAX),
            after: outgoing.after,
        };
        Ok(wire::encode(
            &header,
            outgoing.lines.iter().map(|line| line.json.as_slice()),
        )?)
    }

    async fn accepted(&self, outgoing: &Outgoing, body: &[u8]) -> Result<Tried, SpoolError> {
        let Ok(ack) = serde_json::from_slice::<Ack>(body) else {
            tracing::warn!("the collector accepted a batch without an acknowledgement that can be read");
            return Ok(Tried::Failed(Failure::Unexpected));
        };
        if ack.plan_version.is_some() {
            self.plan_in_force
                .send_if_modified(|known| std::mem::replace(known, ack.plan_version) != ack.plan_version);
        }
        self.status
            .quarantined_records
            .fetch_add(u64::from(ack.quarantined), Ordering::Relaxed);
        if let Some(after) = ack.resend_after.filter(|after| *after < outgoing.after) {
            tracing::warn!(epoch = %outgoing.epoch, after, "the collector lacks acknowledged records: they are sent again");
            self.spool.resend(outgoing.epoch, after).await?;
            // Not at once: a collector that goes on asking must not be flooded.
            return Ok(Tried::Failed(Failure::Unexpected));
        }
        self.spool
            .ack(outgoing.epoch, ack.through, self.clock.now())
            .await?;
        if ack.through <= outgoing.after {
            tracing::warn!(
                through = ack.through,
                after = outgoing.after,
                "the collector accepted a batch and acknowledged nothing"
            );
            return Ok(Tried::Failed(Failure::Unexpected));
        }
        self.status.acked_batches.fetch_add(1, Ordering::Relaxed);
        self.status
            .acked_records
            .fetch_add(outgoing.lines.len() as u64, Ordering::Relaxed);
        Ok(Tried::Moved)
    }

    /// Whether the collector refuses even an empty batch: then it is not the record's fault.
    async fn takes_nothing(&self, outgoing: &Outgoing) -> bool {
        let empty = Outgoing {
            lines: Vec::new(),
            ..outgoing.clone()
        };
        let Ok(batch) = self.encode(&empty) else {
            return true;
        };
        match self.client.post_batch(batch).await {
            Ok(answer) => verdict(answer.status, None) != Verdict::Accepted,
            Err(_) => true,
        }
    }

    /// Takes the single record of a refused batch out of the way. It is kept in the spool and its slot becomes a gap.
    async fn set_aside(&self, outgoing: &Outgoing, status: u16, why: Failure) -> Result<Tried, SpoolError> {
        self.status.count(why);
        let seq = outgoing.last();
        tracing::error!(status, seq, epoch = %outgoing.epoch, "the collector refuses a record: it is kept aside and its slot becomes a gap");
        let reason = format!("status {status}");
        self.spool
            .refuse(outgoing.epoch, seq, &reason, self.clock.now())
            .await?;
        Ok(Tried::Moved)
    }

    fn stop(&self, status: u16) -> Tried {
        if !self.status.stopped.swap(true, Ordering::Relaxed) {
            let address = self
                .client
                .current_address()
                .map(ToString::to_string)
                .unwrap_or_default();
            tracing::error!(
                status,
                address,
                "the collector does not let this agent in: check token and address. Measuring goes on, results wait in the spool"
            );
        }
        self.client.renew_token();
        self.client.turn_away();
        Tried::Stopped
    }
}

#[cfg(test)]
mod tests;
