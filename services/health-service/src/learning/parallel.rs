//! Work on many things at once, with results in the order of the things: as many threads as the machine has processors.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What `work` makes of each of `0..count`, whichever thread made it.
pub(crate) fn in_parallel<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(count);
    let next = AtomicUsize::new(0);
    let made = Mutex::new((0..count).map(|_| None).collect::<Vec<Option<T>>>());
    let one_after_another = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            let result = work(number);
            if let Ok(mut made) = made.lock() {
                made[number] = Some(result);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(one_after_another);
        }
    });
    let made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    // A thread that panicked has ended the scope with its panic: nothing is missing here.
    made.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_things() {
        let squares: Vec<usize> = (0..200).map(|number| number * number).collect();
        assert_eq!(in_parallel(200, |number| number * number), squares);
        assert!(in_parallel(0, |number| number).is_empty());
    }
}
