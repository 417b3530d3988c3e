//! Long-running tasks under one roof: started together, stopped together, none ends unnoticed.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

/// How long tasks may take to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// A task that runs until the token it was given is cancelled.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A task ended although nobody asked it to.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// It returned.
    #[error("the task `{0}` ended by itself")]
    Ended(&'static str),
    /// It panicked.
    #[error("the task `{0}` panicked: {1}")]
    Panicked(&'static str, String),
}

/// Runs named tasks until `shutdown`, or until one of them ends by itself: then all are stopped and that is the error.
/// Tasks that do not stop within 20 s are named in the log and cut off.
///
/// # Errors
/// [`TaskError`] for the first task that ended unasked, or panicked at any time.
pub async fn run(tasks: Vec<(&'static str, Task)>, shutdown: CancellationToken) -> Result<(), TaskError> {
    let mut running = JoinSet::new();
    let mut names: HashMap<Id, &'static str> = HashMap::new();
    for (name, task) in tasks {
        names.insert(running.spawn(task).id(), name);
    }
    let mut verdict = Ok(());
    tokio::select! {
        () = shutdown.cancelled() => {}
        Some(ended) = running.join_next_with_id() => {
            let unasked = !shutdown.is_cancelled();
            verdict = judge(ended, &mut names, unasked);
            shutdown.cancel();
        }
    }
    let stopping = async {
        while let Some(ended) = running.join_next_with_id().await {
            let ended = judge(ended, &mut names, false);
            if verdict.is_ok() {
                verdict = ended;
            }
        }
    };
    if tokio::time::timeout(PATIENCE, stopping).await.is_err() {
        let mut left: Vec<_> = names.values().copied().collect();
        left.sort_unstable();
        tracing::warn!(
            tasks = left.join(", "),
            "some tasks did not stop in time and are cut off"
        );
        running.shutdown().await;
    }
    verdict
}

fn judge(
    ended: Result<(Id, ()), tokio::task::JoinError>,
    names: &mut HashMap<Id, &'static str>,
    unasked: bool,
) -> Result<(), TaskError> {
    let id = match &ended {
        Ok((id, ())) => *id,
        Err(error) => error.id(),
    };
    let name = names.remove(&id).unwrap_or("unnamed");
    match ended {
        Err(error) if error.is_panic() => Err(TaskError::Panicked(name, error.to_string())),
        _ if unasked => Err(TaskError::Ended(name)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(token: &CancellationToken) -> Task {
        let token = token.clone();
        Box::pin(async move { token.cancelled().await })
    }

    #[tokio::test(start_paused = true)]
    async fn all_stop_when_asked() {
        let token = CancellationToken::new();
        let tasks = vec![("a", waits(&token)), ("b", waits(&token))];
        token.cancel();
        run(tasks, token).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_ends_by_itself_or_panics_stops_the_others_and_is_named() {
        let token = CancellationToken::new();
        let error = run(
            vec![("a", waits(&token)), ("b", Box::pin(async {}))],
            token.clone(),
        )
        .await
        .unwrap_err();
        assert!(matches!(error, TaskError::Ended("b")), "{error}");
        assert!(token.is_cancelled());
        let token = CancellationToken::new();
        let broken: Task = Box::pin(async { panic!("on purpose") });
        let error = run(vec![("a", waits(&token)), ("c", broken)], token)
            .await
            .unwrap_err();
        assert!(matches!(error, TaskError::Panicked("c", _)), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_stop_is_cut_off() {
        let token = CancellationToken::new();
        let stubborn: Task = Box::pin(std::future::pending());
        let began = tokio::time::Instant::now();
        token.cancel();
        run(vec![("stubborn", stubborn)], token).await.unwrap();
        assert_eq!(began.elapsed(), PATIENCE);
    }
}
