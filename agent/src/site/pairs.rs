//! Two at a time: what politeness allows at one host.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Does `work` on every item, two at once; results in the order of the items.
pub(super) async fn pairs<T, R, F>(items: Vec<T>, work: impl Fn(T) -> F) -> Vec<R>
where
    F: Future<Output = R>,
{
    let waiting: Mutex<VecDeque<(usize, T)>> = Mutex::new(items.into_iter().enumerate().collect());
    let done: Mutex<Vec<(usize, R)>> = Mutex::default();
    let worker = async || {
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some((place, item)) = next else { break };
            let result = work(item).await;
            done.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((place, result));
        }
    };
    tokio::join!(worker(), worker());
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn order_is_kept_and_two_run_at_once() {
        let begun = tokio::time::Instant::now();
        let work = |n: u64| async move {
            tokio::time::sleep(std::time::Duration::from_secs(5 - n)).await;
            n
        };
        assert_eq!(pairs(vec![0, 1, 2, 3, 4], work).await, [0, 1, 2, 3, 4]);
        // 5, then 4 + 3 beside it: the longer lane has 5 + 2 + … seconds, not 15.
        assert!(begun.elapsed() < std::time::Duration::from_secs(10));
    }
}
