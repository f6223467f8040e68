//! Batches that this process has committed and its store has yet to take, so that an embedded store which keeps up need not read back what
//! was written a moment ago. No more than a shortcut: each batch waits in its row, and whenever not all of them are here, the rows are read.

use std::collections::{HashSet, VecDeque};

use parking_lot::Mutex;

use super::receipts::{Most, WaitingBatch};

/// What a batch takes beside its data and places.
const ENVELOPE_BYTES: usize = 200;

/// Bounded by the bytes that they take: a store that falls behind reads rows.
pub struct AtHand {
    state: Mutex<State>,
    bytes_max: usize,
}

#[derive(Default)]
struct State {
    /// In the order of their commits.
    batches: VecDeque<WaitingBatch>,
    bytes: usize,
    holds: Holds,
    /// Ids of the rows that were read last: a batch is committed a moment before it is put here, and may have been among them.
    read: HashSet<String>,
}

#[derive(Default, PartialEq)]
enum Holds {
    /// Rows may wait that nobody here knows of: until they are read, none is kept.
    #[default]
    Nothing,
    /// What was committed since rows were begun to be read.
    New,
    /// All that wait.
    All,
}

impl AtHand {
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            state: Mutex::default(),
            bytes_max,
        }
    }

    /// Keeps batches that were just committed.
    pub fn put(&self, committed: impl Iterator<Item = WaitingBatch>) {
        let mut state = self.state.lock();
        if state.holds == Holds::Nothing {
            return;
        }
        for batch in committed {
            if state.read.contains(&batch.event_id) {
                continue;
            }
            state.bytes += size(&batch);
            state.batches.push_back(batch);
        }
        if state.bytes > self.bytes_max {
            *state = State::default();
        }
    }

    /// Takes what waits longest; none when not all that wait are here.
    pub fn take(&self, most: Most) -> Option<Vec<WaitingBatch>> {
        let mut state = self.state.lock();
        if state.holds != Holds::All {
            return None;
        }
        let (mut taken, mut records) = (Vec::new(), 0);
        while taken.len() < most.batches && records < most.records {
            let Some(batch) = state.batches.pop_front() else { break };
            state.bytes -= size(&batch);
            records += batch.records_count();
            taken.push(batch);
        }
        Some(taken)
    }

    /// Rows are about to be read: whatever their snapshot does not show is committed after this, and put here.
    pub fn begin_reading(&self) {
        *self.state.lock() = State {
            holds: Holds::New,
            ..State::default()
        };
    }

    /// These rows were read, and are about to be stored. With `is_all` no others waited.
    pub fn have_read(&self, rows: &[WaitingBatch], is_all: bool) {
        let mut state = self.state.lock();
        if state.holds != Holds::New || !is_all {
            *state = State::default();
            return;
        }
        let read: HashSet<String> = rows.iter().map(|row| row.event_id.clone()).collect();
        state.batches.retain(|batch| !read.contains(&batch.event_id));
        state.bytes = state.batches.iter().map(size).sum();
        (state.holds, state.read) = (Holds::All, read);
    }

    /// A transaction came to an end that nobody knows: only rows tell what waits.
    pub fn forget(&self) {
        *self.state.lock() = State::default();
    }
}

fn size(batch: &WaitingBatch) -> usize {
    batch.data.len() + batch.places.as_ref().map_or(0, Vec::len) + ENVELOPE_BYTES
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    const ANY: Most = Most {
        batches: 100,
        records: 100,
    };

    fn batch(number: u8) -> WaitingBatch {
        WaitingBatch {
            tenant_id: "ten_1".to_owned(),
            event_id: format!("evt_{number}"),
            account_hour: DateTime::UNIX_EPOCH,
            records: 3,
            places: Some(Vec::new()),
            encoding: "json".to_owned(),
            data: vec![0; 100],
        }
    }

    fn put(at_hand: &AtHand, numbers: impl IntoIterator<Item = u8>) {
        at_hand.put(numbers.into_iter().map(batch));
    }

    fn taken(at_hand: &AtHand, most: Most) -> Option<Vec<String>> {
        Some(at_hand.take(most)?.into_iter().map(|batch| batch.event_id).collect())
    }

    #[test]
    fn it_gives_what_waits_only_when_it_has_all_of_it() {
        let at_hand = AtHand::new(1 << 20);
        put(&at_hand, [1, 2]);
        assert_eq!(taken(&at_hand, ANY), None, "what waited before was never read");
        at_hand.begin_reading();
        put(&at_hand, [2, 3]);
        assert_eq!(taken(&at_hand, ANY), None, "rows are still read");
        at_hand.have_read(&[batch(1), batch(2)], true);
        put(&at_hand, [4]);
        put(&at_hand, [1]);
        assert_eq!(
            taken(&at_hand, ANY).unwrap(),
            ["evt_3", "evt_4"],
            "what was read is not taken twice, however late it is put here"
        );
        assert_eq!(taken(&at_hand, ANY).unwrap(), Vec::<String>::new());
        put(&at_hand, [5]);
        at_hand.forget();
        assert_eq!(taken(&at_hand, ANY), None);
        at_hand.begin_reading();
        put(&at_hand, [6]);
        at_hand.have_read(&[batch(5)], false);
        assert_eq!(taken(&at_hand, ANY), None, "more rows wait");
    }

    #[test]
    fn it_gives_no_more_than_is_asked_for() {
        let at_hand = AtHand::new(1 << 20);
        at_hand.begin_reading();
        at_hand.have_read(&[], true);
        put(&at_hand, 1..=5);
        let two = Most { batches: 2, ..ANY };
        assert_eq!(taken(&at_hand, two).unwrap(), ["evt_1", "evt_2"]);
        let four_records = Most { records: 4, ..ANY };
        assert_eq!(taken(&at_hand, four_records).unwrap(), ["evt_3", "evt_4"]);
        assert_eq!(taken(&at_hand, ANY).unwrap(), ["evt_5"]);
    }

    #[test]
    fn a_store_that_falls_behind_reads_rows() {
        let at_hand = AtHand::new(3 * size(&batch(1)));
        at_hand.begin_reading();
        at_hand.have_read(&[], true);
        put(&at_hand, 1..=3);
        assert_eq!(taken(&at_hand, ANY).unwrap().len(), 3);
        put(&at_hand, 1..=4);
        assert_eq!(taken(&at_hand, ANY), None);
        at_hand.begin_reading();
        put(&at_hand, 1..=4);
        at_hand.have_read(&[], true);
        assert_eq!(taken(&at_hand, ANY), None, "too many came while rows were read");
    }
}
