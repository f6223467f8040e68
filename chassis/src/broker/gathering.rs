//! What a consumer reads next: which streams have moved on, whose turn it is, and how much of it at once.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use super::Reading;
use super::archives::ArchiveAway;
use super::consumer::Consumer;
use crate::event::Event;
use crate::partition;

/// Events of one stream that are read at once.
const READ_MAX: usize = 64;
/// Streams that are read at the same time: a transport over the network is asked once, not in turn.
const STREAMS_AT_ONCE: usize = 16;
/// How long a producer is left alone whose archive could not be read.
const PUT_OFF: Duration = Duration::from_secs(1);
/// How long a producer is left alone whose last events were all passed over and none waits: what it says is mostly not for us, and need not be
/// looked at after each of its commits.
const QUIET: Duration = Duration::from_millis(50);
/// Data of one batch, so that a backlog of large events does not fill the memory.
const BATCH_BYTES_MAX: usize = crate::outbox::READ_BYTES_MAX;

/// A stream that has moved on.
struct Due {
    producer: &'static str,
    partition: u8,
    position: i64,
    /// Events after our position.
    behind: i64,
    turn: usize,
    kinds: &'static [&'static str],
}

impl Due {
    fn reading(&self) -> Reading {
        Reading {
            producer: self.producer,
            partition: self.partition,
            after: self.position,
            kinds: self.kinds,
        }
    }
}

/// What was heard of a producer in one round of reading.
#[derive(Default)]
struct Heard {
    concerns_us: bool,
    /// There was more than was read.
    waits: bool,
}

/// A producer's partition.
pub(super) type Stream = (&'static str, u8);

/// The streams of one partition owner: which partitions, at which epoch, and how far each stream was read.
#[derive(Default)]
pub(super) struct Owned {
    pub(super) epochs: BTreeMap<u8, i64>,
    /// How far each stream was read.
    pub(super) positions: HashMap<Stream, i64>,
    /// How far the database knows of: behind that where what came was passed over.
    pub(super) kept: HashMap<Stream, i64>,
    pub(super) behind_since: Option<Instant>,
    /// Where the next round of reading starts, so that a busy partition does not starve those after it.
    pub(super) turn: usize,
    /// Producers whose archive could not be read a moment ago: the others go on meanwhile.
    pub(super) put_off: HashMap<&'static str, Instant>,
    /// Producers that are left alone until then.
    pub(super) quiet: HashMap<&'static str, Instant>,
}

impl Consumer {
    /// Reads the next events of streams that moved on, at most `batch_max` and about [`BATCH_BYTES_MAX`] in all. A producer whose archive
    /// is away is passed over for [`PUT_OFF`]: its absence stops nobody else's events.
    pub(super) async fn gather(&self, owned: &mut Owned) -> anyhow::Result<Vec<Event>> {
        let now = self.clock.instant();
        owned.put_off.retain(|_, until| *until > now);
        owned.quiet.retain(|_, until| *until > now);
        let (due, partitions) = (self.due(owned), owned.epochs.len().max(1));
        let lag: i64 = due.iter().map(|stream| stream.behind).sum();
        metrics::gauge!("consumer_lag_events", "service" => self.service).set(lag as f64);
        let mut batch: Vec<Event> = Vec::new();
        let mut bytes = 0;
        let mut heard: HashMap<&'static str, Heard> = HashMap::new();
        for streams in due.chunks(STREAMS_AT_ONCE) {
            if bytes >= BATCH_BYTES_MAX {
                return Ok(batch);
            }
            let streams: Vec<&Due> = streams
                .iter()
                .filter(|stream| !owned.put_off.contains_key(stream.producer))
                .filter(|stream| !owned.quiet.contains_key(stream.producer))
                .collect();
            let room = (self.batch_max - batch.len()).min(READ_MAX);
            let readings: Vec<Reading> = streams.iter().map(|stream| stream.reading()).collect();
            let read = self.broker.read_streams(&readings, room).await;
            for (stream, events) in streams.iter().zip(read) {
                let events = match events {
                    Ok(events) => events,
                    Err(error) if error.is::<ArchiveAway>() => {
                        self.put_off(owned, stream, &error);
                        owned.turn = (stream.turn + 1) % partitions;
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                if batch.len() + events.len() > self.batch_max || bytes >= BATCH_BYTES_MAX {
                    // Read again next time, and first.
                    owned.turn = stream.turn;
                    return Ok(batch);
                }
                bytes += events.iter().map(|event| event.data.len()).sum::<usize>();
                let reached = events.last().map_or(stream.position, |event| event.sequence);
                let heard = heard.entry(stream.producer).or_default();
                heard.waits |= reached < stream.position + stream.behind;
                heard.concerns_us |= events.iter().any(|event| self.concerns_us(event));
                batch.extend(events);
                owned.turn = (stream.turn + 1) % partitions;
            }
        }
        self.leave_alone(owned, heard);
        Ok(batch)
    }

    /// Leaves producers alone for a moment that were caught up with. Not where time is simulated: it stands still until everybody has looked.
    fn leave_alone(&self, owned: &mut Owned, heard: HashMap<&'static str, Heard>) {
        if self.clock.is_simulated() {
            return;
        }
        let now = self.clock.instant();
        for (producer, heard) in heard.into_iter().filter(|(_, heard)| !heard.waits) {
            let pause = if heard.concerns_us {
                self.linger
            } else {
                self.linger.max(QUIET)
            };
            if !pause.is_zero() {
                owned.quiet.insert(producer, now + pause);
            }
        }
    }

    /// When a producer is to be looked at again that is left alone now, if there is one.
    pub(super) fn next_look(&self, owned: &Owned) -> Option<Duration> {
        let until = owned.put_off.values().chain(owned.quiet.values()).min()?;
        Some(until.saturating_duration_since(self.clock.instant()))
    }

    fn put_off(&self, owned: &mut Owned, stream: &Due, error: &anyhow::Error) {
        let until = self.clock.instant() + PUT_OFF;
        if owned.put_off.insert(stream.producer, until).is_none() {
            tracing::warn!(
                service = self.service,
                producer = stream.producer,
                error = format!("{error:#}"),
                "an archive could not be read, its events will be tried again"
            );
        }
    }

    /// Streams with something after our position, in the order of turns.
    fn due(&self, owned: &Owned) -> Vec<Due> {
        let partitions: Vec<u8> = owned.epochs.keys().copied().collect();
        let heads = self.subscriptions.iter().map(|one| self.broker.heads(one.producer));
        let heads: Vec<partition::Each> = heads.collect();
        let mut due = Vec::new();
        for offset in 0..partitions.len() {
            let turn = (owned.turn + offset) % partitions.len();
            for (subscription, heads) in self.subscriptions.iter().zip(&heads) {
                let stream = (subscription.producer, partitions[turn]);
                let position = owned.positions.get(&stream).copied().unwrap_or(0);
                let behind = heads[usize::from(stream.1)] - position;
                if behind > 0 {
                    due.push(Due {
                        behind,
                        producer: stream.0,
                        partition: stream.1,
                        position,
                        turn,
                        kinds: subscription.kinds,
                    });
                }
            }
        }
        due
    }
}
