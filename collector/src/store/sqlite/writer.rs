//! The one thread that writes. Calls queue up; what waits together is committed together, and each caller is
//! answered only after the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::dirty::Generations;
use super::fail::{Fail, worded};
use super::names::Names;
use crate::store::StoreError;

/// Calls that may wait; the next caller waits at the door.
const QUEUE: usize = 64;
/// Calls that one commit may answer.
const GROUP: usize = 32;

/// What a call works with: the connection inside a transaction, and the numbers of names.
pub(super) struct Session<'a> {
    pub(super) conn: &'a Connection,
    pub(super) names: &'a mut Names,
    pub(super) generations: &'a Generations,
}

/// The door to the writing thread.
pub(super) struct Writer {
    queue: Option<SyncSender<Box<dyn Call>>>,
    thread: Option<JoinHandle<()>>,
    path: PathBuf,
}

trait Call: Send {
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), Fail>;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Task<F, T> {
    work: F,
    result: Option<T>,
    reply: SyncSender<Answer<F, T>>,
}

/// What became of a call, and the call itself: a batch of thousands of records is freed by its caller, not by the one
/// thread that everybody waits for.
struct Answer<F, T> {
    result: Result<T, StoreError>,
    work: F,
}

impl<F, T> Call for Task<F, T>
where
    F: FnMut(&mut Session<'_>) -> Result<T, Fail> + Send,
    T: Send,
{
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), Fail> {
        self.result = Some((self.work)(session)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { work, result, reply } = *self;
        let result = match (committed, result) {
            (Ok(()), Some(result)) => Ok(result),
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(gone()),
        };
        // The caller may have gone away; the work is done all the same.
        drop(reply.send(Answer { result, work }));
    }
}

fn gone() -> StoreError {
    StoreError::Failed {
        action: "write",
        detail: "the writing thread has ended".into(),
    }
}

impl Writer {
    /// Starts the thread on a connection that is ready to write.
    pub(super) fn start(
        conn: Connection,
        path: PathBuf,
        generations: Arc<Generations>,
    ) -> Result<Self, StoreError> {
        let (queue, calls) = sync_channel(QUEUE);
        let thread_path = path.clone();
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                Thread {
                    conn,
                    names: Names::default(),
                    generations,
                    path: thread_path,
                }
                .run(&calls);
            })
            .map_err(|error| StoreError::Failed {
                action: "start the writing thread",
                detail: error.to_string(),
            })?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            path,
        })
    }

    /// No thread: every call is refused.
    pub(super) const fn absent(path: PathBuf) -> Self {
        Self {
            queue: None,
            thread: None,
            path,
        }
    }

    /// Runs `work` in a transaction; returns once it is durable. It may be run again when a call beside it failed.
    pub(super) fn call<T, F>(&self, action: &'static str, mut work: F) -> Result<T, StoreError>
    where
        F: FnMut(&mut Session<'_>) -> Result<T, Fail> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = sync_channel(1);
        let path = self.path.clone();
        let work = move |session: &mut Session<'_>| {
            work(session).map_err(|fail| Fail::Store(fail.into_error(action, &path)))
        };
        let task = Task {
            work,
            result: None,
            reply,
        };
        let refused = || StoreError::Failed {
            action,
            detail: "the store was opened for reading only".into(),
        };
        self.queue
            .as_ref()
            .ok_or_else(refused)?
            .send(Box::new(task))
            .map_err(|_closed| gone())?;
        let Answer { result, work } = answer.recv().map_err(|_closed| gone())?;
        drop(work);
        result
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing the queue ends the thread after the calls that still wait.
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The thread's own.
struct Thread {
    conn: Connection,
    names: Names,
    generations: Arc<Generations>,
    path: PathBuf,
}

impl Thread {
    fn run(mut self, calls: &Receiver<Box<dyn Call>>) {
        while let Ok(first) = calls.recv() {
            let mut group = vec![first];
            while group.len() < GROUP {
                match calls.try_recv() {
                    Ok(call) => group.push(call),
                    Err(_empty) => break,
                }
            }
            self.commit_group(group);
        }
    }

    /// One transaction for the whole group. When a call of it fails, each is tried again in a transaction of its own: a
    /// savepoint a call would copy every page that a call touches, and failures are rare.
    fn commit_group(&mut self, mut group: Vec<Box<dyn Call>>) {
        let done = self.transaction(&mut group);
        let alone = group.len() == 1;
        for mut call in group {
            let answer = match &done {
                Ok(()) => Ok(()),
                // The disk or the lock is everybody's trouble: trying again one by one would only take longer.
                Err(StoreError::DiskFull { path }) => Err(StoreError::DiskFull { path: path.clone() }),
                Err(StoreError::Locked { path }) => Err(StoreError::Locked { path: path.clone() }),
                Err(StoreError::Conflict { seq }) if alone => Err(StoreError::Conflict { seq: *seq }),
                Err(error) if alone => Err(StoreError::Failed {
                    action: "write",
                    detail: error.to_string(),
                }),
                Err(_somebody) => self.transaction(std::slice::from_mut(&mut call)),
            };
            call.answer(answer);
        }
    }

    /// Runs calls in one transaction: all of them or, on error, none.
    fn transaction(&mut self, calls: &mut [Box<dyn Call>]) -> Result<(), StoreError> {
        let done = self.attempt(calls);
        match &done {
            Ok(()) => self.generations.advance(self.names.dirt.committed()),
            Err(_) => {
                // Numbers given inside the transaction are void. SQLite may have rolled back by itself (disk full).
                self.names.forget();
                if !self.conn.is_autocommit()
                    && let Err(error) = self.conn.execute_batch("ROLLBACK")
                {
                    tracing::error!("cannot roll back: {error}");
                }
            }
        }
        done
    }

    fn attempt(&mut self, calls: &mut [Box<dyn Call>]) -> Result<(), StoreError> {
        let conn = &self.conn;
        let sql = |action, error: &rusqlite::Error| worded(error, action, &self.path);
        conn.execute_batch("BEGIN IMMEDIATE")
            .map_err(|error| sql("begin a transaction", &error))?;
        for call in calls {
            let mut session = Session {
                conn,
                names: &mut self.names,
                generations: &self.generations,
            };
            // A panic is a mistake of ours; it must not end the only thread that writes.
            let ran = catch_unwind(AssertUnwindSafe(|| call.run(&mut session)));
            ran.unwrap_or_else(|_panic| {
                let detail = "it panicked; nothing of it is kept".into();
                Err(Fail::Store(StoreError::Failed {
                    action: "write",
                    detail,
                }))
            })
            .map_err(|fail| fail.into_error("write", &self.path))?;
        }
        conn.execute_batch("COMMIT")
            .map_err(|error| sql("commit", &error))
    }
}
