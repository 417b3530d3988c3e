//! Spreads work over the processor's cores.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// As many threads as the store has readers.
const MOST: usize = 4;

/// Does `work` on every item, on a few threads, in any order. After an error no new item is begun, and the first error
/// is told.
pub(super) fn spread<T: Sync, E: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let run = || {
        loop {
            let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) else {
                return Ok(());
            };
            if let Err(error) = work(item) {
                next.store(items.len(), Ordering::Relaxed);
                return Err(error);
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads.min(MOST)).map(|_| scope.spawn(run)).collect();
        let mine = run();
        workers
            .into_iter()
            .map(|worker| match worker.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .fold(mine, Result::and)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_or_the_error_is_told() {
        let items: Vec<usize> = (0..1_000).collect();
        let sum = AtomicUsize::new(0);
        let done: Result<(), ()> = spread(&items, |item| {
            sum.fetch_add(*item, Ordering::Relaxed);
            Ok(())
        });
        assert_eq!((done, sum.into_inner()), (Ok(()), 499_500));
        assert_eq!(
            spread(&items, |item| if *item == 7 { Err("seven") } else { Ok(()) }),
            Err("seven")
        );
        assert_eq!(spread(&[] as &[usize], |_| Err("none")), Ok(()));
    }
}
