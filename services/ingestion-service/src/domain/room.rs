//! How much of what a device sent is kept in quarantine.

/// What a device wrote, without control characters: not every database keeps them.
pub fn printable(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|letter| !letter.is_control())
}

/// Room for the faulty readings of one request, each of which is kept with its whole record.
#[derive(Debug, Clone)]
pub struct Room {
    readings: usize,
    readings_max: usize,
    bytes: usize,
    bytes_max: usize,
}

impl Room {
    /// Room for so many readings, whose records are so long in all.
    #[must_use]
    pub fn new(readings_max: usize, bytes_max: usize) -> Self {
        Self {
            readings: 0,
            readings_max,
            bytes: 0,
            bytes_max,
        }
    }

    /// Takes a place for a reading whose record has so many bytes, if there is one. The first always has one.
    pub fn take(&mut self, bytes: usize) -> bool {
        let fits = self.readings == 0 || self.bytes.saturating_add(bytes) <= self.bytes_max;
        let has_room = self.readings < self.readings_max && fits;
        if has_room {
            self.readings += 1;
            self.bytes = self.bytes.saturating_add(bytes);
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_kept_stays_within_both_limits(sizes in proptest::collection::vec(0_usize..1_000, 0..50), readings_max in 1_usize..20, bytes_max in 0_usize..5_000) {
            let mut room = Room::new(readings_max, bytes_max);
            let kept: Vec<usize> = sizes.iter().copied().filter(|bytes| room.take(*bytes)).collect();
            prop_assert!(kept.len() <= readings_max);
            prop_assert!(kept.len() <= 1 || kept.iter().sum::<usize>() <= bytes_max);
            prop_assert_eq!(kept.first(), sizes.first());
        }
    }
}
