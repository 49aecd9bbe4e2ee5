//! How many threads this process may compute with.

use std::sync::atomic::{AtomicUsize, Ordering};

static THREADS: AtomicUsize = AtomicUsize::new(1);

/// Lets this process use `threads` at once, its own included; at least one.
pub fn allow_threads(threads: usize) {
    THREADS.store(threads.max(1), Ordering::Relaxed);
}

/// How many threads this process may use at once; one unless [`allow_threads`] said otherwise.
pub fn threads() -> usize {
    THREADS.load(Ordering::Relaxed)
}

/// Gives parts of `0..len`, each a multiple of `step` but the last, to as many threads as are allowed,
/// and returns what they make of them in order. One part if there are fewer than `least` a thread.
/// A panic in a part goes on in the caller.
pub fn in_parts<R: Send>(
    len: usize,
    step: usize,
    least: usize,
    f: impl Fn(std::ops::Range<usize>) -> R + Sync,
) -> Vec<R> {
    let parts = threads().min(len / least.max(1)).max(1);
    let size = len.div_ceil(parts).next_multiple_of(step.max(1)).max(1);
    let range = move |k: usize| (k * size).min(len)..((k + 1) * size).min(len);
    if parts == 1 {
        return vec![f(0..len)];
    }
    std::thread::scope(|scope| {
        let f = &f;
        let begin = |k: usize| std::thread::Builder::new().spawn_scoped(scope, move || f(range(k)));
        let others: Vec<_> = (1..parts).map(begin).collect();
        let mut all = vec![f(range(0))];
        for (k, other) in (1..parts).zip(others) {
            all.push(match other.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(made)) => made,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                // No thread was to be had.
                Err(_) => f(range(k)),
            });
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_all_in_order_whatever_the_threads() {
        for threads in [1, 2, 3] {
            allow_threads(threads);
            for len in [0, 1, 7, 100, 101] {
                let parts = in_parts(len, 4, 10, |range| range.collect::<Vec<usize>>());
                assert_eq!(parts.concat(), (0..len).collect::<Vec<usize>>());
                assert!(parts.len() <= threads);
            }
        }
        allow_threads(1);
    }
}
