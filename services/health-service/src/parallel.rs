//! Work on many things at once, with results in the order of the things.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// As many threads as the machine has processors for us.
pub(crate) fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Small enough that no thread waits long for another's last piece, large enough that they do not meet at every thing.
const PIECES_PER_THREAD: usize = 8;

/// What `work` makes of each thing, on at most so many threads; the caller's is one of them.
pub(crate) fn in_parallel<W: Send, T: Send>(threads: usize, things: Vec<W>, work: impl Fn(W) -> T + Sync) -> Vec<T> {
    let threads = threads.min(things.len());
    if threads < 2 {
        return things.into_iter().map(work).collect();
    }
    let pieces = cut(things, threads * PIECES_PER_THREAD);
    let made = Mutex::new((0..pieces.len()).map(|_| Vec::new()).collect::<Vec<Vec<T>>>());
    let pieces = Mutex::new(pieces.into_iter().enumerate());
    let one_after_another = || {
        loop {
            let next = lock(&pieces).next();
            let Some((number, piece)) = next else { return };
            let results = piece.into_iter().map(&work).collect();
            lock(&made)[number] = results;
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(one_after_another);
        }
        one_after_another();
    });
    let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    // A thread that panicked has ended the scope with its panic: nothing is missing here.
    made.into_iter().flatten().collect()
}

/// Cuts things into at most so many pieces of about one length.
fn cut<W>(things: Vec<W>, pieces_max: usize) -> Vec<Vec<W>> {
    let length = things.len().div_ceil(pieces_max);
    let mut things = things.into_iter();
    let pieces = std::iter::repeat_with(|| things.by_ref().take(length).collect::<Vec<W>>());
    pieces.take_while(|piece| !piece.is_empty()).collect()
}

/// Work is done outside of locks: whoever panics leaves nothing half done in them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_things() {
        let numbers: Vec<usize> = (0..200).collect();
        let squares: Vec<usize> = numbers.iter().map(|number| number * number).collect();
        for threads in [0, 1, 2, 7, 300] {
            let made = in_parallel(threads, numbers.clone(), |number| number * number);
            assert_eq!(made, squares, "{threads} threads");
        }
        assert!(in_parallel(2, Vec::new(), |number: usize| number).is_empty());
    }

    #[test]
    fn things_are_worked_on_at_the_same_time() {
        let both = std::sync::Barrier::new(2);
        // Each waits for the other: one after the other they would never end.
        assert_eq!(
            in_parallel(2, vec![1, 2], |number| {
                both.wait();
                number
            }),
            [1, 2]
        );
    }
}
