//! The writer thread: the one owner of the database. Async code never waits for the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;

use ems_contract::id::{AgentId, Epoch};
use ems_contract::time::UnixTime;
use tokio::sync::{oneshot, watch};

use super::backlog::Backlog;
use super::entry::{Entry, Mark};
use super::store::{Outgoing, Store};
use super::{LostOnTheWay, SpoolError};

/// Records in memory at which a commit is made without waiting for the next mark.
const COMMIT_AT: usize = 2_000;

type Reply<T> = oneshot::Sender<Result<T, SpoolError>>;

/// What the writer is asked.
pub(super) enum Command {
    /// Keep a record.
    Put(Box<Entry>),
    /// Commit what was put, note how far the agent has come, keep to the bounds.
    Mark(Mark, UnixTime),
    /// The next records to send.
    Next {
        records: usize,
        bytes: usize,
        now: UnixTime,
        reply: Reply<Option<Outgoing>>,
    },
    /// The collector has these.
    Ack {
        epoch: Epoch,
        through: u64,
        now: UnixTime,
        reply: Reply<()>,
    },
    /// The collector lacks these.
    Resend {
        epoch: Epoch,
        after: u64,
        reply: Reply<()>,
    },
    /// The collector holds other content under our numbers.
    NewEpoch {
        epoch: Epoch,
        now: UnixTime,
        reply: Reply<()>,
    },
    /// The collector refuses this record for good.
    Refuse {
        epoch: Epoch,
        seq: u64,
        why: String,
        now: UnixTime,
        reply: Reply<bool>,
    },
    /// Commit what was put and say so.
    Flush(Reply<()>),
    /// Makes the disk refuse or take writes again.
    #[cfg(test)]
    Sql(&'static str),
}

/// What others may read of the spool at any time.
#[derive(Debug, Default)]
pub struct Status {
    /// Records that the collector lacks, in memory and on disk.
    pub waiting_records: AtomicU64,
    /// Compressed bytes on disk that the collector lacks.
    pub waiting_bytes: AtomicU64,
    /// Compressed bytes on disk that the collector has, kept to be sent again.
    pub kept_bytes: AtomicU64,
    /// First slot that waits, seconds since 1970; 0 when none does.
    pub oldest_waiting_s: AtomicI64,
    /// Records given up because the spool was full.
    pub overflowed_records: AtomicU64,
    /// Records lost because the disk refused and memory was full.
    pub lost_records: AtomicU64,
    /// Records that the collector refused for good and that are kept here.
    pub refused_records: AtomicU64,
    /// Whether the last write failed.
    pub failing: AtomicBool,
}

pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) agent: AgentId,
    pub(super) backlog: Backlog,
    pub(super) status: Arc<Status>,
    pub(super) lost_on_the_way: Arc<LostOnTheWay>,
    /// Counts commits, so that the shipper wakes.
    pub(super) commits: watch::Sender<u64>,
    /// A mark whose records are not all committed yet.
    pub(super) mark: Option<Mark>,
}

impl Writer {
    /// Serves commands until every sender is gone, then commits what is left.
    pub(super) fn run(mut self, commands: &Receiver<Command>) {
        self.report();
        while let Ok(command) = commands.recv() {
            let mut urgent = self.serve(command);
            // Whatever else has come meanwhile shares the commit.
            while self.backlog.len() < COMMIT_AT {
                match commands.try_recv() {
                    Ok(command) => urgent |= self.serve(command),
                    Err(_) => break,
                }
            }
            if urgent && self.status.failing.load(Ordering::Relaxed) {
                // A disk that refuses is asked again with the next mark, not with every failure.
                urgent = false;
            }
            if urgent || self.backlog.len() >= COMMIT_AT && !self.status.failing.load(Ordering::Relaxed) {
                self.commit();
            }
        }
        self.commit();
    }

    /// Carries out one command; true when a commit is wanted at once.
    fn serve(&mut self, command: Command) -> bool {
        match command {
            Command::Put(entry) => {
                let urgent = entry.urgent;
                self.backlog.push(*entry);
                return urgent;
            }
            Command::Mark(mark, now) => {
                self.mark = Some(mark);
                self.commit();
                self.keep_bounds(now);
            }
            Command::Next {
                records,
                bytes,
                now,
                reply,
            } => {
                answer(reply, self.store.next(records, bytes, now));
            }
            Command::Ack {
                epoch,
                through,
                now,
                reply,
            } => {
                answer(reply, self.store.ack(epoch, through, now));
                self.report();
            }
            Command::Resend { epoch, after, reply } => {
                answer(reply, self.store.resend(epoch, after));
                self.report();
            }
            Command::NewEpoch { epoch, now, reply } => {
                answer(reply, self.store.new_epoch(epoch, now));
                self.report();
            }
            Command::Refuse {
                epoch,
                seq,
                why,
                now,
                reply,
            } => {
                answer(reply, self.store.refuse(epoch, seq, &why, now));
                self.report();
            }
            Command::Flush(reply) => {
                let done = self.try_commit();
                answer(reply, done);
            }
            #[cfg(test)]
            Command::Sql(text) => self.store.execute(text),
        }
        false
    }

    fn commit(&mut self) {
        let result = self.try_commit();
        let failed = result.is_err();
        let was_failing = self.status.failing.swap(failed, Ordering::Relaxed);
        match result {
            Err(error) if !was_failing => {
                tracing::error!(%error, waiting = self.backlog.len(), "the spool cannot be written: records wait in memory");
            }
            Ok(()) if was_failing => tracing::warn!("the spool can be written again"),
            _ => {}
        }
        self.report();
    }

    /// Commits everything in memory, a bounded number of records at a time, the mark with the last of them.
    fn try_commit(&mut self) -> Result<(), SpoolError> {
        self.backlog.lose(self.lost_on_the_way.take());
        while !self.backlog.is_empty() || self.mark.is_some() {
            let (entries, taken) = self.backlog.front(&self.agent);
            let is_last = taken == self.backlog.len();
            self.store
                .commit(&entries, self.mark.as_ref().filter(|_| is_last))?;
            self.backlog.committed(taken);
            if is_last {
                self.mark = None;
            }
            if !entries.is_empty() {
                self.commits.send_modify(|commits| *commits += 1);
            }
        }
        Ok(())
    }

    fn keep_bounds(&mut self, now: UnixTime) {
        match self.store.keep_bounds(now) {
            Ok(bounded) => {
                if bounded.overflowed > 0 {
                    tracing::warn!(
                        records = bounded.overflowed,
                        "the spool is full: the oldest records were given up and are recorded as a gap"
                    );
                }
                self.status
                    .overflowed_records
                    .fetch_add(bounded.overflowed, Ordering::Relaxed);
            }
            Err(error) => tracing::warn!(%error, "the spool cannot be tidied"),
        }
        self.report();
    }

    fn report(&self) {
        let totals = self.store.totals();
        let status = &self.status;
        let waiting = totals.waiting_records + self.backlog.len() as u64;
        status.waiting_records.store(waiting, Ordering::Relaxed);
        status
            .waiting_bytes
            .store(totals.waiting_bytes, Ordering::Relaxed);
        status.kept_bytes.store(totals.kept_bytes, Ordering::Relaxed);
        let oldest = totals.oldest.map_or(0, UnixTime::secs);
        status.oldest_waiting_s.store(oldest, Ordering::Relaxed);
        status
            .lost_records
            .store(self.backlog.lost_records(), Ordering::Relaxed);
        status
            .refused_records
            .store(self.store.refused().unwrap_or(0), Ordering::Relaxed);
    }
}

/// Who asked may have gone; then nobody wants the answer.
fn answer<T>(reply: Reply<T>, result: Result<T, SpoolError>) {
    drop(reply.send(result));
}
