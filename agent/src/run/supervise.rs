//! Tasks with names: an end that nobody asked for is fatal, and whatever outlives the deadline is named.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};

use super::AgentError;

/// A set of named tasks; aborted when dropped.
#[derive(Default)]
pub(super) struct Supervised {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
}

/// A task that has ended.
pub(super) struct Ended {
    task: &'static str,
    why: String,
}

impl From<Ended> for AgentError {
    fn from(ended: Ended) -> Self {
        Self::TaskEnded {
            task: ended.task,
            why: ended.why,
        }
    }
}

impl Supervised {
    /// Starts a task.
    pub(super) fn spawn(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let handle = self.tasks.spawn(task);
        self.names.insert(handle.id(), name);
    }

    /// Waits until a task ends; for ever when there is none.
    pub(super) async fn next_end(&mut self) -> Ended {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.named(ended),
            None => std::future::pending().await,
        }
    }

    /// Waits until all have ended, but no longer than `patience`; the names of the others, which are then aborted. A
    /// panic is told as one.
    pub(super) async fn finish(mut self, patience: Duration) -> Vec<String> {
        let mut odd = Vec::new();
        let wait = async {
            while let Some(ended) = self.tasks.join_next_with_id().await {
                if let Err(error) = &ended
                    && error.is_panic()
                {
                    odd.push(format!(
                        "{} (panicked)",
                        self.names.get(&error.id()).unwrap_or(&"task")
                    ));
                }
                self.names.remove(&id(&ended));
            }
        };
        if tokio::time::timeout(patience, wait).await.is_err() {
            odd.extend(self.names.values().map(|name| (*name).to_owned()));
        }
        odd.sort();
        odd
    }

    fn named(&mut self, ended: Result<(Id, ()), JoinError>) -> Ended {
        let task = self.names.remove(&id(&ended)).unwrap_or("task");
        let why = match ended {
            Ok(_) => "it returned".to_owned(),
            Err(error) => error.to_string(),
        };
        Ended { task, why }
    }
}

fn id(ended: &Result<(Id, ()), JoinError>) -> Id {
    match ended {
        Ok((id, ())) => *id,
        Err(error) => error.id(),
    }
}
