//! Waiting for a condition with a deadline: never for a time.

use std::time::{Duration, Instant};

/// How often a condition is looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// An error that waiting cannot mend: [`until`] gives up at once.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Hopeless(pub String);

/// Polls `condition` until it yields a value, or fails with `what` and the last reason at the deadline.
///
/// # Errors
/// When the deadline passes first.
#[expect(
    clippy::disallowed_methods,
    reason = "the harness waits for real processes in real time"
)]
pub fn until<T>(
    what: &str,
    limit: Duration,
    mut condition: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let start = Instant::now();
    let mut last = String::from("the condition never held");
    while start.elapsed() < limit {
        match condition() {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => {}
            Err(error) if error.is::<Hopeless>() => return Err(error),
            Err(error) => last = format!("{error:#}"),
        }
        std::thread::sleep(PAUSE);
    }
    anyhow::bail!("waited {limit:?} for {what}: {last}")
}
