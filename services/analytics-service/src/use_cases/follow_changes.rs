//! Lets signed-in clients follow a tenant's changes. Each has a bounded buffer; who cannot keep up is let go.
//!
//! What is told are committed rows of the audit log, found by the positions of their streams, so clients of one instance hear what any
//! instance has recorded.

use crate::domain::audit;
use crate::error::Error;
use crate::store::{FAR_FUTURE, Recorded, Store, Stretch};
use chassis::{Database, Principal, StreamPosition};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

/// How often rows of other instances are looked for; own ones ring.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The least pause between two looks, so that a busy consumer does not keep the database busy too.
const PAUSE: Duration = Duration::from_millis(50);
/// How far before the last note a client's missed notes begin.
const GRACE: TimeDelta = TimeDelta::seconds(2);
/// Notes that are told again; who missed more looks at everything anew.
const MISSED_MAX: usize = 1000;

/// One change, small enough for a line on a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where it stands among the notes of its tenant: what a client resumes from.
    pub id: String,
    pub tenant_id: String,
    /// The event's type.
    pub kind: String,
    pub vehicle_id: Option<String>,
    pub time: DateTime<Utc>,
    /// English, made of ids and codes.
    pub summary: String,
}

impl From<Recorded> for Note {
    fn from(recorded: Recorded) -> Note {
        let heard_us = recorded.heard_at.map_or(0, |at| at.timestamp_micros());
        Note {
            id: format!("{heard_us}.{}", recorded.entry_id),
            summary: audit::text(&recorded.kind, &recorded.params),
            tenant_id: recorded.tenant_id,
            kind: recorded.kind,
            vehicle_id: recorded.vehicle_id,
            time: recorded.time,
        }
    }
}

/// Sequence by (producer, partition).
type Places = HashMap<(String, u8), i64>;

/// Tells followers what was recorded. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    notes: broadcast::Sender<Arc<Note>>,
    places: Arc<Semaphore>,
    buffer_max: usize,
    recorded: Arc<Notify>,
    /// How far each stream was told; none while nobody follows.
    told: Arc<Mutex<Option<Places>>>,
}

/// One client's place in the feed.
pub struct Follower {
    notes: broadcast::Receiver<Arc<Note>>,
    /// What was missed, told first; what of it is heard again is passed over.
    missed: VecDeque<Arc<Note>>,
    told: HashSet<String>,
    /// Too much was missed to be told: the client looks at everything anew.
    pub lost: bool,
    principal: Principal,
    _place: OwnedSemaphorePermit,
}

impl Feed {
    /// With the notes that a client may be behind, and the number of clients.
    pub fn new(buffer_max: usize, clients_max: usize) -> Feed {
        Feed {
            notes: broadcast::channel(buffer_max.max(1)).0,
            places: Arc::new(Semaphore::new(clients_max)),
            buffer_max: buffer_max.max(1),
            recorded: Arc::new(Notify::new()),
            told: Arc::default(),
        }
    }

    /// Says that this instance has recorded something.
    pub fn ring(&self) {
        self.recorded.notify_one();
    }

    /// Takes a place in the feed; refused when all are taken. The follower hears everything that is recorded after this, and before it what
    /// came since the note `after`. What was recorded within [`GRACE`] before that note is told again: instances commit out of order.
    pub async fn follow(
        &self,
        database: &Database,
        principal: Principal,
        after: Option<&str>,
    ) -> Result<Follower, Error> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Error::StreamFull)?;
        let mut follower = Follower {
            notes: self.notes.subscribe(),
            missed: VecDeque::new(),
            told: HashSet::new(),
            lost: false,
            principal,
            _place: place,
        };
        let mut told = self.told.lock().await;
        if told.is_none() {
            let mut tx = database.read().await?;
            *told = Some(by_stream(Store::on(&mut tx).positions().await?));
        }
        drop(told);
        if let Some(after) = after {
            follower.catch_up(database, after).await?;
        }
        Ok(follower)
    }

    /// Tells until shutdown.
    pub async fn run(self, database: Database, shutdown: CancellationToken) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = self.recorded.notified() => tokio::time::sleep(PAUSE).await,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            if let Err(error) = self.tell(&database).await {
                tracing::warn!(%error, "followers wait for the database");
            }
        }
    }

    /// Tells what was recorded since the last time. Of more than a follower may be behind only the beginning: then all are let go anyway.
    async fn tell(&self, database: &Database) -> Result<(), Error> {
        let mut told = self.told.lock().await;
        let Some(before) = told.as_mut() else { return Ok(()) };
        if self.notes.receiver_count() == 0 {
            *told = None;
            return Ok(());
        }
        let mut tx = database.read().await?;
        let mut store = Store::on(&mut tx);
        let now = by_stream(store.positions().await?);
        let recorded = store.recorded(&stretches(before, &now), self.buffer_max + 1).await?;
        for one in recorded {
            // No receiver is no error: the last one has just left.
            let _ = self.notes.send(Arc::new(one.into()));
        }
        *before = now;
        Ok(())
    }
}

fn by_stream(positions: Vec<StreamPosition>) -> Places {
    let entry = |position: StreamPosition| ((position.producer, position.partition), position.sequence);
    positions.into_iter().map(entry).collect()
}

fn stretches(before: &Places, now: &Places) -> Vec<Stretch> {
    let moved = now.iter().filter_map(|(stream, up_to)| {
        let after = before.get(stream).copied().unwrap_or(0);
        (*up_to > after).then(|| Stretch {
            source: stream.0.clone(),
            partition: stream.1,
            after,
            up_to: *up_to,
        })
    });
    moved.collect()
}

impl Follower {
    /// Gathers what was recorded since a note.
    async fn catch_up(&mut self, database: &Database, after: &str) -> Result<(), Error> {
        // The id comes from the client: a time that cannot be told from is one that was not given out.
        let Some(since) = heard_at(after).and_then(|heard_at| heard_at.checked_sub_signed(GRACE)) else {
            self.lost = true;
            return Ok(());
        };
        let mut tx = database.read().await?;
        let recorded = Store::on(&mut tx)
            .heard_since(&self.principal.tenant, since, MISSED_MAX + 1)
            .await?;
        if recorded.len() > MISSED_MAX {
            self.lost = true;
            return Ok(());
        }
        let notes = recorded.into_iter().map(Note::from).filter(|note| note.id != after);
        self.missed = notes.map(Arc::new).collect();
        self.told = self.missed.iter().map(|note| note.id.clone()).collect();
        Ok(())
    }

    /// The next change that this client may see; none when the client fell behind and is let go.
    pub async fn next(&mut self) -> Option<Arc<Note>> {
        loop {
            let note = match self.missed.pop_front() {
                Some(note) => note,
                None => {
                    let note = self.notes.recv().await.ok()?;
                    if self.told.remove(&note.id) {
                        continue;
                    }
                    note
                }
            };
            if visible(&self.principal, &note) {
                return Some(note);
            }
        }
    }
}

/// Changes of the own tenant; for those limited to some vehicles only changes of these.
fn visible(principal: &Principal, note: &Note) -> bool {
    let own_vehicle = match (&principal.vehicle_ids, &note.vehicle_id) {
        (None, _) => true,
        (Some(_), Some(vehicle_id)) => principal.may_see(vehicle_id),
        (Some(_), None) => false,
    };
    own_vehicle && principal.tenant.as_str() == note.tenant_id
}

/// When the note of this id was heard. Years that a database does not compare with others, or not keep, were not given out.
fn heard_at(id: &str) -> Option<DateTime<Utc>> {
    let (micros, _) = id.split_once('.')?;
    let heard_at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
    (DateTime::UNIX_EPOCH..=FAR_FUTURE)
        .contains(&heard_at)
        .then_some(heard_at)
}
