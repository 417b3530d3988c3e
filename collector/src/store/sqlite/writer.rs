//! The one thread that writes. Calls queue up; what waits together is committed together, and each caller is
//! answered only after the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

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
    work: Option<F>,
    result: Option<T>,
    reply: SyncSender<Result<T, StoreError>>,
}

impl<F, T> Call for Task<F, T>
where
    F: FnOnce(&mut Session<'_>) -> Result<T, Fail> + Send,
    T: Send,
{
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), Fail> {
        if let Some(work) = self.work.take() {
            self.result = Some(work(session)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (committed, self.result) {
            (Ok(()), Some(result)) => Ok(result),
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(gone()),
        };
        // The caller may have gone away; the work is done all the same.
        drop(self.reply.send(answer));
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
    pub(super) fn start(conn: Connection, path: PathBuf) -> Result<Self, StoreError> {
        let (queue, calls) = sync_channel(QUEUE);
        let thread_path = path.clone();
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run(&conn, &calls, &thread_path))
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

    /// Runs `work` in a transaction; returns once it is durable.
    pub(super) fn call<T, F>(&self, action: &'static str, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut Session<'_>) -> Result<T, Fail> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = sync_channel(1);
        let path = self.path.clone();
        let work = move |session: &mut Session<'_>| {
            work(session).map_err(|fail| Fail::Store(fail.into_error(action, &path)))
        };
        let task = Task {
            work: Some(work),
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
        answer.recv().map_err(|_closed| gone())?
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

fn run(conn: &Connection, calls: &Receiver<Box<dyn Call>>, path: &std::path::Path) {
    let mut names = Names::default();
    while let Ok(first) = calls.recv() {
        let mut group = vec![first];
        while group.len() < GROUP {
            match calls.try_recv() {
                Ok(call) => group.push(call),
                Err(_empty) => break,
            }
        }
        commit_group(conn, &mut names, group, path);
    }
}

/// One transaction for the whole group; a call that fails is rolled back alone.
fn commit_group(conn: &Connection, names: &mut Names, group: Vec<Box<dyn Call>>, path: &std::path::Path) {
    if let Err(error) = conn.execute_batch("BEGIN IMMEDIATE") {
        for call in group {
            call.answer(Err(worded(&error, "begin a transaction", path)));
        }
        return;
    }
    let mut done: Vec<Box<dyn Call>> = Vec::with_capacity(group.len());
    let mut calls = group.into_iter();
    for mut call in calls.by_ref() {
        match attempt(conn, names, call.as_mut()) {
            Ok(()) => done.push(call),
            Err(fail) => {
                // Numbers given inside the failed call are void.
                names.forget();
                let lost = conn.is_autocommit();
                let error = fail.into_error("write", path);
                if lost {
                    // SQLite gave up the whole transaction (disk full, I/O error): nobody of the group is kept.
                    for other in done.drain(..) {
                        other.answer(Err(again(&error)));
                    }
                    call.answer(Err(error));
                    break;
                }
                call.answer(Err(error));
            }
        }
    }
    let rest: Vec<Box<dyn Call>> = calls.collect();
    if !conn.is_autocommit() {
        match conn.execute_batch("COMMIT") {
            Ok(()) => done.into_iter().for_each(|call| call.answer(Ok(()))),
            Err(error) => {
                names.forget();
                if !conn.is_autocommit() {
                    drop(conn.execute_batch("ROLLBACK"));
                }
                for call in done {
                    call.answer(Err(worded(&error, "commit", path)));
                }
            }
        }
    }
    if !rest.is_empty() {
        commit_group(conn, names, rest, path);
    }
}

fn attempt(conn: &Connection, names: &mut Names, call: &mut dyn Call) -> Result<(), Fail> {
    conn.execute_batch("SAVEPOINT call")?;
    // A panic is a mistake of ours; it must not end the only thread that writes.
    let run = AssertUnwindSafe(|| call.run(&mut Session { conn, names }));
    let outcome = catch_unwind(run).unwrap_or_else(|_panic| {
        let detail = "it panicked; nothing of it is kept".into();
        Err(Fail::Store(StoreError::Failed {
            action: "write",
            detail,
        }))
    });
    if outcome.is_err() && !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK TO call")?;
    }
    if !conn.is_autocommit() {
        conn.execute_batch("RELEASE call")?;
    }
    outcome
}

/// The same trouble, told to another caller.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::DiskFull { path } => StoreError::DiskFull { path: path.clone() },
        other => StoreError::Failed {
            action: "write",
            detail: other.to_string(),
        },
    }
}
