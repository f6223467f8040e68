//! The newest events of a producer, in memory: readers of its own process that keep up need not ask the database for what was appended a
//! moment ago. Only what is committed comes in, so what stands here at a place is what stands in the row.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;

use super::archive::{Packed, Stretch};

/// What an event takes beside its data: its envelope, and its place in the map and in the queue.
const ENVELOPE_BYTES: usize = 500;

/// Bounded by the bytes that they take; the oldest leave first.
pub(crate) struct Newest {
    events: Mutex<Events>,
    bytes_max: usize,
}

#[derive(Default)]
struct Events {
    /// By partition and sequence.
    by_place: BTreeMap<(i64, i64), Arc<Packed>>,
    /// Places in the order in which they came.
    came: VecDeque<(i64, i64)>,
    bytes: usize,
}

impl Newest {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self {
            events: Mutex::default(),
            bytes_max,
        }
    }

    /// Keeps events that were just committed.
    pub(crate) fn keep(&self, committed: Vec<Packed>) {
        if committed.is_empty() {
            return;
        }
        let mut events = self.events.lock();
        for event in committed {
            let place = (event.partition, event.sequence);
            events.bytes += size(&event);
            events.came.push_back(place);
            events.by_place.insert(place, Arc::new(event));
        }
        while events.bytes > self.bytes_max {
            let Some(oldest) = events.came.pop_front() else { break };
            if let Some(event) = events.by_place.remove(&oldest) {
                events.bytes -= size(&event);
            }
        }
    }

    /// As if one partition's events had been too old.
    #[cfg(test)]
    pub(super) fn forget_partition(&self, partition: u8) {
        let mut events = self.events.lock();
        events.by_place.retain(|(of, _), _| *of != i64::from(partition));
    }

    /// The events of a stretch, if every one of them is here.
    pub(super) fn stretch(&self, stretch: &Stretch) -> Option<Vec<Arc<Packed>>> {
        let length = usize::try_from(stretch.up_to - stretch.after)
            .ok()
            .filter(|length| *length > 0)?;
        let partition = i64::from(stretch.partition);
        let events = self.events.lock();
        let places = (partition, stretch.after + 1)..=(partition, stretch.up_to);
        let found: Vec<_> = events.by_place.range(places).map(|(_, event)| event.clone()).collect();
        (found.len() == length).then_some(found)
    }
}

fn size(event: &Packed) -> usize {
    event.data.len() + ENVELOPE_BYTES
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn event(partition: i64, sequence: i64) -> Packed {
        Packed {
            event_id: format!("evt_{partition}_{sequence}"),
            partition,
            sequence,
            kind: "note.written".to_owned(),
            schema_version: "1.0".to_owned(),
            tenant_id: "ten_1".to_owned(),
            subject: None,
            time: DateTime::UNIX_EPOCH,
            recorded_time: DateTime::UNIX_EPOCH,
            historical: false,
            correlation_id: String::new(),
            encoding: "json".to_owned(),
            data: vec![0; 100],
        }
    }

    fn sequences(newest: &Newest, partition: u8, after: i64, up_to: i64) -> Option<Vec<i64>> {
        let stretch = Stretch {
            partition,
            after,
            up_to,
        };
        let events = newest.stretch(&stretch)?;
        Some(events.iter().map(|event| event.sequence).collect())
    }

    #[test]
    fn a_stretch_is_given_whole_or_not_at_all() {
        let newest = Newest::new(5 * size(&event(1, 1)));
        // Whoever committed later may come first.
        newest.keep(vec![event(1, 8), event(2, 3)]);
        newest.keep(vec![event(1, 7)]);
        assert_eq!(sequences(&newest, 1, 6, 8), Some(vec![7, 8]));
        assert_eq!(sequences(&newest, 1, 7, 8), Some(vec![8]));
        assert_eq!(sequences(&newest, 1, 5, 8), None, "the first is not here");
        assert_eq!(sequences(&newest, 1, 7, 9), None, "nor the last");
        assert_eq!(sequences(&newest, 1, 8, 8), None);
        assert_eq!(sequences(&newest, 1, 9, 8), None);
        assert_eq!(sequences(&newest, 3, 0, 1), None);
    }

    #[test]
    fn the_oldest_leave_when_there_is_no_room() {
        let newest = Newest::new(5 * size(&event(1, 1)));
        for sequence in 1..=7 {
            newest.keep(vec![event(1, sequence)]);
        }
        assert_eq!(sequences(&newest, 1, 2, 7), Some(vec![3, 4, 5, 6, 7]));
        assert_eq!(sequences(&newest, 1, 1, 7), None);
        let nothing = Newest::new(0);
        nothing.keep(vec![event(1, 1)]);
        assert_eq!(sequences(&nothing, 1, 0, 1), None);
    }
}
