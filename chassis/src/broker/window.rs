//! How much of a stream the transport keeps: bytes and time, whichever ends first. What is older is in the producer's archive.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The window of one stream, as its publisher has filled it since the process started. After a restart the former filling is trimmed once
/// the new one is complete, so a stream holds at most two windows.
#[derive(Default)]
pub(super) struct Window {
    entries: VecDeque<(i64, usize, Instant)>,
    bytes: usize,
    full: bool,
}

impl Window {
    /// Notes a published entry. Returns the first sequence that is still inside, once the window has been full.
    pub(super) fn push(&mut self, sequence: i64, bytes: usize, now: Instant, limits: Limits) -> Option<i64> {
        self.entries.push_back((sequence, bytes, now));
        self.bytes += bytes;
        while let Some((_, size, at)) = self.entries.front().copied() {
            let fits = self.bytes <= limits.bytes && now.duration_since(at) <= limits.age;
            if fits || self.entries.len() == 1 {
                break;
            }
            self.entries.pop_front();
            self.bytes -= size;
            self.full = true;
        }
        let first = self.entries.front().map(|(sequence, ..)| *sequence);
        first.filter(|_| self.full)
    }
}

/// What a stream may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub bytes: usize,
    pub age: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_by_bytes_and_by_time() {
        let limits = Limits {
            bytes: 100,
            age: Duration::from_secs(10),
        };
        let start = Instant::now();
        let mut window = Window::default();
        assert_eq!(window.push(1, 60, start, limits), None);
        assert_eq!(window.push(2, 40, start, limits), None);
        assert_eq!(
            window.push(3, 10, start, limits),
            Some(2),
            "the oldest goes when bytes run out"
        );
        let later = start + Duration::from_secs(11);
        assert_eq!(window.push(4, 10, later, limits), Some(4), "and when its time has come");
        assert_eq!(window.push(5, 1000, later, limits), Some(5), "the newest always stays");
    }
}
