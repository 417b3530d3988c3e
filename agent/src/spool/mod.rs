//! Records on their way to the collector: durable before they are sent, kept until they are acknowledged and for a
//! while after, bounded in bytes and age. What has to be given up becomes a recorded gap.
//!
//! One writer thread owns a SQLite file (WAL, `synchronous=FULL`, locked for this process) and commits in batches:
//! at once when a failure is among the records, otherwise with the next mark. Every spool has a random epoch and
//! numbers its records from 1 without reuse. Putting a record never waits and never fails towards the prober.

mod backlog;
mod block;
mod entry;
mod error;
mod schema;
mod store;
mod stretches;
mod writer;

use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use ems_contract::id::{AgentId, Epoch};
use ems_contract::time::UnixTime;
use tokio::sync::{oneshot, watch};

pub use block::Line;
pub use entry::{Entry, Mark, Visit};
pub use error::SpoolError;
pub use schema::{path_in, set_aside};
pub use store::Outgoing;
pub use writer::Status;

use backlog::{Backlog, Lost};
use store::Store;
use writer::{Command, Writer};

/// Commands that may wait for the writer; records beyond are lost and become a gap.
const QUEUE: usize = 32_768;

/// Bounds of the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Compressed bytes that may wait for the collector.
    pub max_bytes: u64,
    /// Age in seconds beyond which waiting records are given up.
    pub max_age_s: i64,
    /// Seconds for which acknowledged records are kept to be sent again.
    pub keep_acked_s: i64,
    /// Compressed bytes of acknowledged records that may be kept.
    pub keep_acked_bytes: u64,
    /// Bytes of records held in memory while the disk refuses.
    pub memory_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 2 * 1024 * 1024 * 1024,
            max_age_s: 30 * 86_400,
            keep_acked_s: 72 * 3_600,
            keep_acked_bytes: 1024 * 1024 * 1024,
            memory_bytes: 64 * 1024 * 1024,
        }
    }
}

/// The door to the spool; cheap to clone.
#[derive(Clone)]
pub struct Spool {
    commands: SyncSender<Command>,
    lost_on_the_way: Arc<LostOnTheWay>,
    status: Arc<Status>,
    commits: watch::Receiver<u64>,
}

/// The writer thread; ends, after a last commit, when every [`Spool`] is dropped.
pub struct SpoolThread(JoinHandle<()>);

impl SpoolThread {
    /// Waits for the end. All [`Spool`] doors must be dropped before.
    pub fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the spool's writer panicked");
        }
    }

    /// Whether the writer has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

/// What an opened spool remembers of the last run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The last mark of the last run.
    pub mark: Option<Mark>,
}

impl Spool {
    /// Opens the spool at `path` or makes it. `epoch` is the random identity it gets when it is new.
    ///
    /// # Errors
    /// [`SpoolError`] when the file is locked, damaged, foreign or newer; it is then left as it is.
    pub fn open(
        path: &Path,
        agent: &AgentId,
        limits: Limits,
        epoch: Epoch,
        now: UnixTime,
    ) -> Result<(Self, SpoolThread, Opened), SpoolError> {
        let store = Store::open(path, agent.clone(), limits, epoch, now)?;
        let opened = Opened {
            mark: store.mark().cloned(),
        };
        let (commands, inbox) = sync_channel(QUEUE);
        let (commits, seen) = watch::channel(0);
        let status = Arc::new(Status::default());
        let lost_on_the_way = Arc::new(LostOnTheWay::default());
        let writer = Writer {
            store,
            agent: agent.clone(),
            backlog: Backlog::new(limits.memory_bytes),
            status: Arc::clone(&status),
            lost_on_the_way: Arc::clone(&lost_on_the_way),
            commits,
            mark: None,
        };
        let thread = std::thread::Builder::new()
            .name("spool".to_owned())
            .spawn(move || writer.run(&inbox))
            .map_err(|source| SpoolError::Folder {
                path: path.to_owned(),
                source,
            })?;
        let spool = Self {
            commands,
            lost_on_the_way,
            status,
            commits: seen,
        };
        Ok((spool, SpoolThread(thread), opened))
    }

    /// Keeps a record. Never waits; when the writer is that far behind, the record is lost and becomes a gap.
    pub fn put(&self, entry: Entry) {
        if let Err(TrySendError::Full(command) | TrySendError::Disconnected(command)) =
            self.commands.try_send(Command::Put(Box::new(entry)))
            && let Command::Put(entry) = command
        {
            self.lost_on_the_way.add(*entry);
        }
    }

    /// Commits what was put before and notes how far the agent has come. A mark that finds the queue full is left
    /// out: the next one says more.
    pub fn mark(&self, mark: Mark, now: UnixTime) {
        if self.commands.try_send(Command::Mark(mark, now)).is_err() {
            tracing::debug!("the spool is behind: a mark was left out");
        }
    }

    /// Commits everything put before.
    ///
    /// # Errors
    /// [`SpoolError`] when the disk refuses.
    pub async fn flush(&self) -> Result<(), SpoolError> {
        self.ask(Command::Flush).await
    }

    /// The oldest records that are not acknowledged, all of one epoch: at most `records`, about `bytes` of JSON.
    ///
    /// # Errors
    /// [`SpoolError`] when the disk refuses or the writer is too busy.
    pub async fn next(
        &self,
        records: usize,
        bytes: usize,
        now: UnixTime,
    ) -> Result<Option<Outgoing>, SpoolError> {
        let command = |reply| Command::Next {
            records,
            bytes,
            now,
            reply,
        };
        self.ask(command).await
    }

    /// The collector has committed everything of `epoch` up to `through`.
    ///
    /// # Errors
    /// [`SpoolError`] when the disk refuses or the writer is too busy.
    pub async fn ack(&self, epoch: Epoch, through: u64, now: UnixTime) -> Result<(), SpoolError> {
        let command = |reply| Command::Ack {
            epoch,
            through,
            now,
            reply,
        };
        self.ask(command).await
    }

    /// The collector lacks what came after `after`: what is kept waits again, what is not becomes a gap.
    ///
    /// # Errors
    /// [`SpoolError`] when the disk refuses or the writer is too busy.
    pub async fn resend(&self, epoch: Epoch, after: u64) -> Result<(), SpoolError> {
        self.ask(|reply| Command::Resend { epoch, after, reply }).await
    }

    /// Everything that waits is numbered anew under a new random epoch.
    ///
    /// # Errors
    /// [`SpoolError`] when the disk refuses or the writer is too busy.
    pub async fn new_epoch(&self, epoch: Epoch, now: UnixTime) -> Result<(), SpoolError> {
        self.ask(|reply| Command::NewEpoch { epoch, now, reply }).await
    }

    /// Takes a record out of the way that the collector refuses for good: kept aside, its slot becomes a gap. False
    /// when there is no such record.
    ///
    /// # Errors
    /// [`SpoolError`] when the disk refuses or the writer is too busy.
    pub async fn refuse(&self, epoch: Epoch, seq: u64, why: &str, now: UnixTime) -> Result<bool, SpoolError> {
        let why = why.to_owned();
        let command = |reply| Command::Refuse {
            epoch,
            seq,
            why,
            now,
            reply,
        };
        self.ask(command).await
    }

    /// What may be read at any time.
    #[must_use]
    pub fn status(&self) -> &Arc<Status> {
        &self.status
    }

    /// Changes with every commit.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, SpoolError>>) -> Command,
    ) -> Result<T, SpoolError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .try_send(command(reply))
            .map_err(|error| match error {
                TrySendError::Full(_) => SpoolError::Busy,
                TrySendError::Disconnected(_) => SpoolError::Closed,
            })?;
        answer.await.unwrap_or(Err(SpoolError::Closed))
    }
}

/// Records that found the queue full. Touched only then.
#[derive(Debug, Default)]
struct LostOnTheWay(Mutex<Lost>);

impl LostOnTheWay {
    fn add(&self, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(entry);
    }

    fn take(&self) -> Lost {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
