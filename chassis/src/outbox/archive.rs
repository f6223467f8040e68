//! The archive: a producer's events by (partition, sequence), for the embedded broker, for the relay, and for consumers that fell behind
//! a broker's window.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::database::{Database, DbError};
use crate::event::Event;
use crate::ids::TenantId;
use crate::on;

/// Reads one producer's log.
#[derive(Clone)]
pub struct Archive {
    producer: &'static str,
    database: Database,
}

/// An event as the outbox keeps it, its data packed: what the relay hands to a transport, and what a transport gives back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Packed {
    pub event_id: String,
    pub partition: i64,
    pub sequence: i64,
    pub kind: String,
    pub schema_version: String,
    pub tenant_id: String,
    pub subject: Option<String>,
    pub time: DateTime<Utc>,
    pub recorded_time: DateTime<Utc>,
    pub historical: bool,
    pub correlation_id: String,
    /// `json` or `zstd`.
    pub encoding: String,
    #[serde(skip)]
    pub data: Vec<u8>,
}

pub(super) const COLUMNS: &str = "event_id, partition, kind, schema_version, tenant_id, subject, time, recorded_time, historical, correlation_id, encoding, data";

/// Data of the events that are read at once from several streams.
pub(crate) const READ_BYTES_MAX: usize = 4 << 20;

/// A part of one stream: the events after one place, up to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) partition: u8,
    pub(crate) after: i64,
    pub(crate) up_to: i64,
}

/// Adds the condition that an event is of these kinds or identity's.
fn push_is_wanted<'k, D>(query: &mut sqlx::QueryBuilder<D>, kinds: &[&'k str])
where
    D: sqlx::Database,
    &'k str: sqlx::Encode<'k, D> + sqlx::Type<D>,
{
    query.push("(kind LIKE 'identity.%'");
    for kind in kinds {
        query.push(" OR kind = ").push_bind(*kind);
    }
    query.push(")");
}

impl Packed {
    /// It says where it stands and nothing more.
    fn without_data(&self) -> Self {
        Self {
            encoding: "json".to_owned(),
            data: Vec::new(),
            ..self.clone()
        }
    }

    /// Unpacks it as an event of a producer.
    pub fn unpack(self, producer: &str) -> Result<Event, DbError> {
        Ok(Event {
            id: self.event_id,
            source: producer.to_owned(),
            kind: self.kind,
            tenant: TenantId::new(&self.tenant_id),
            subject: self.subject,
            time: self.time,
            recorded_time: self.recorded_time,
            historical: self.historical,
            correlation_id: self.correlation_id,
            partition: self.partition as u8,
            sequence: self.sequence,
            schema_version: self.schema_version,
            data: super::decode(&self.encoding, self.data)?.into(),
        })
    }
}

impl Archive {
    pub(crate) fn new(producer: &'static str, database: Database) -> Self {
        Self { producer, database }
    }

    /// Events of a partition after a sequence, of one tenant or of all, in order, at most `limit`, and fewer once their data fills [`READ_BYTES_MAX`]: whoever reads on
    /// is behind, and a backlog of large events fits neither the memory nor the time for one answer.
    pub async fn read(
        &self,
        partition: u8,
        after: i64,
        limit: usize,
        of: Option<&TenantId>,
    ) -> Result<Vec<Event>, DbError> {
        let (mut events, mut bytes) = (Vec::new(), 0);
        for row in self.read_packed(partition, after, limit, of).await? {
            let event = row.unpack(self.producer)?;
            bytes += event.data.len();
            events.push(event);
            if bytes >= READ_BYTES_MAX {
                break;
            }
        }
        Ok(events)
    }

    /// The same, still packed.
    pub async fn read_packed(
        &self,
        partition: u8,
        after: i64,
        limit: usize,
        of: Option<&TenantId>,
    ) -> Result<Vec<Packed>, DbError> {
        let mut tx = self.database.read().await?;
        let sql = format!(
            "SELECT sequence, {COLUMNS} FROM outbox
             WHERE partition = $1 AND sequence > $2 AND ($4 = '' OR tenant_id = $4) ORDER BY sequence LIMIT $3"
        );
        on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(i64::from(partition)).bind(after).bind(limit as i64).bind(of.map_or("", TenantId::as_str))
            .fetch_all(c).await)
    }

    /// The same of several partitions, answered in their order. Of events whose kind is neither named nor identity's, only each stretch's last
    /// one is there, without its data: it says how far was read, and whoever passes over the others need not load them.
    ///
    /// Once their data fills [`READ_BYTES_MAX`] it stops: what was not reached is read next time. A backlog of large events must not fill the
    /// memory, and packed they look small.
    pub(crate) async fn read_streams(&self, stretches: &[Stretch], kinds: &[&str]) -> Result<Vec<Vec<Event>>, DbError> {
        let mut read: Vec<Vec<Event>> = stretches.iter().map(|_| Vec::new()).collect();
        let mut bytes = 0;
        let mut elsewhere = Vec::new();
        for (place, stretch) in stretches.iter().enumerate() {
            match self.database.newest().stretch(stretch) {
                Some(newest) => self.take(&newest, kinds, &mut bytes, &mut read[place])?,
                None => elsewhere.push(place),
            }
        }
        if elsewhere.is_empty() || bytes >= READ_BYTES_MAX {
            return Ok(read);
        }
        let rest: Vec<Stretch> = elsewhere.iter().map(|place| stretches[*place]).collect();
        let rows = self.read_rows(&rest, kinds, bytes).await?;
        for (place, events) in elsewhere.into_iter().zip(rows) {
            read[place] = events;
        }
        Ok(read)
    }

    /// Takes what is wanted of a stretch, and its last event.
    fn take(
        &self,
        stretch: &[Arc<Packed>],
        kinds: &[&str],
        bytes: &mut usize,
        into: &mut Vec<Event>,
    ) -> Result<(), DbError> {
        let Some((last, before)) = stretch.split_last() else {
            return Ok(());
        };
        let wanted = |event: &Packed| event.kind.starts_with("identity.") || kinds.contains(&event.kind.as_str());
        for event in before.iter().filter(|event| wanted(event)).chain([last]) {
            if *bytes >= READ_BYTES_MAX {
                break;
            }
            let event = if wanted(event) {
                Packed::clone(event)
            } else {
                event.without_data()
            };
            let event = event.unpack(self.producer)?;
            *bytes += event.data.len();
            into.push(event);
        }
        Ok(())
    }

    /// Reads stretches from the rows in one statement, to go on from so many bytes.
    async fn read_rows(
        &self,
        stretches: &[Stretch],
        kinds: &[&str],
        mut bytes: usize,
    ) -> Result<Vec<Vec<Event>>, DbError> {
        let mut tx = self.database.read().await?;
        let nothing = tx.dialect("x''", "''::bytea");
        let mut read: Vec<Vec<Event>> = stretches.iter().map(|_| Vec::new()).collect();
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new("WITH place (partition, read_to, up_to) AS (");
            query.push_values(stretches, |mut row, stretch| {
                row.push_bind(i64::from(stretch.partition)).push_bind(stretch.after).push_bind(stretch.up_to);
            });
            query.push(") SELECT sequence, event_id, outbox.partition, kind, schema_version, tenant_id, subject, time, recorded_time, historical, correlation_id");
            for (kept, else_, name) in [("encoding", "'json'", "encoding"), ("data", nothing, "data")] {
                query.push(", CASE WHEN ");
                push_is_wanted(&mut query, kinds);
                query.push(format!(" THEN {kept} ELSE {else_} END AS {name}"));
            }
            // SQLite joins in this order, so that each place is one walk along the index.
            query.push(" FROM place CROSS JOIN outbox WHERE outbox.partition = place.partition AND sequence > read_to AND sequence <= up_to AND (sequence = up_to OR ");
            push_is_wanted(&mut query, kinds);
            query.push(") ORDER BY outbox.partition, sequence");
            let mut rows = query.build_query_as::<Packed>().fetch(c);
            while bytes < READ_BYTES_MAX {
                let Some(packed) = rows.try_next().await? else { break };
                let event = packed.unpack(self.producer)?;
                bytes += event.data.len();
                if let Some(place) = stretches.iter().position(|stretch| stretch.partition == event.partition) {
                    read[place].push(event);
                }
            }
        });
        drop(tx);
        if bytes >= READ_BYTES_MAX {
            return Ok(read);
        }
        for (stretch, events) in stretches.iter().zip(&mut read).filter(|(_, events)| events.is_empty()) {
            // What lay here was forgotten; the stream goes on behind it.
            let limit = usize::try_from(stretch.up_to - stretch.after).unwrap_or_default();
            *events = self.read(stretch.partition, stretch.after, limit, None).await?;
        }
        Ok(read)
    }

    /// How far each partition was handed to the transport, as far as the rows know.
    pub(crate) async fn published(&self) -> Result<Vec<(u8, i64)>, DbError> {
        let mut tx = self.database.read().await?;
        let rows: Vec<(i64, i64)> =
            on!(tx, c => sqlx::query_as("SELECT partition, published FROM stream_head").fetch_all(c).await)?;
        Ok(rows
            .into_iter()
            .map(|(partition, sequence)| (partition as u8, sequence))
            .collect())
    }

    /// The last sequence of each partition that has one.
    pub async fn heads(&self) -> Result<Vec<(u8, i64)>, DbError> {
        let mut tx = self.database.read().await?;
        // One row: asked after each commit, and on SQLite each row wakes a thread.
        let joined = tx.dialect("group_concat", "string_agg");
        let sql = format!("SELECT {joined}(partition || ' ' || sequence, ',') FROM stream_head");
        let heads: Option<String> = on!(tx, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(c).await)?;
        let head = |text: &str| {
            let (partition, sequence) = text.split_once(' ')?;
            Some((partition.parse().ok()?, sequence.parse().ok()?))
        };
        let texts = heads.as_deref().unwrap_or_default().split(',');
        Ok(texts.filter_map(head).collect())
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::DatabaseConfig;
    use crate::event::{Cause, NewEvent};
    use crate::failpoint::Failpoints;

    fn note(key: usize, kind: &'static str, length: usize) -> NewEvent {
        NewEvent {
            kind,
            schema_version: "1.0",
            tenant: TenantId::new("ten_1"),
            key: key.to_string(),
            subject: key.is_multiple_of(2).then(|| format!("notes/{key}")),
            time: DateTime::from_timestamp_nanos(1_790_000_000_123_456_789),
            cause: Cause::new(),
            id: None,
            data: json!({"text": "x".repeat(length)}),
        }
    }

    fn told(read: &[Vec<Event>]) -> Vec<Vec<String>> {
        let tell = |event: &Event| event.to_cloud_event();
        read.iter().map(|events| events.iter().map(tell).collect()).collect()
    }

    #[tokio::test]
    async fn memory_says_what_the_rows_say() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.db");
        let config = DatabaseConfig::at("");
        let database = Database::open("notes-service", &config, &file, &[], Failpoints::default());
        let database = database.await.unwrap();
        let archive = Archive::new("notes-service", database.clone());
        let kinds = ["note.written", "note.forgotten", "identity.user.changed"];
        for turn in 0..40 {
            let mut tx = database.begin().await.unwrap();
            for key in 0..10 {
                let event = note(key, kinds[(turn + key) % 3], 300 * key);
                crate::outbox::append(&mut tx, &event).await.unwrap();
            }
            // What is rolled back gives its places to the next.
            match turn % 4 {
                3 => tx.rollback().await.unwrap(),
                _ => tx.commit().await.unwrap(),
            }
        }
        let heads = archive.heads().await.unwrap();
        let stretch = |(partition, up_to): &(u8, i64)| Stretch {
            partition: *partition,
            after: up_to / 3,
            up_to: *up_to,
        };
        let stretches: Vec<Stretch> = heads.iter().map(stretch).collect();
        assert!(stretches.len() > 1 && stretches.iter().all(|one| database.newest().stretch(one).is_some()));
        for wanted in [&["note.written"][..], &[], &["note.written", "note.forgotten"]] {
            let from_memory = archive.read_streams(&stretches, wanted).await.unwrap();
            let from_rows = archive.read_rows(&stretches, wanted, 0).await.unwrap();
            assert_eq!(told(&from_memory), told(&from_rows));
            assert!(from_memory.iter().all(|events| !events.is_empty()));
        }
        // Memory of one stretch and rows of another answer together.
        let mut mixed = stretches.clone();
        database.newest().forget_partition(mixed[0].partition);
        mixed.reverse();
        let read = archive.read_streams(&mixed, &["note.written"]).await.unwrap();
        let rows = archive.read_rows(&mixed, &["note.written"], 0).await.unwrap();
        assert_eq!(told(&read), told(&rows));
    }

    #[tokio::test]
    async fn whoever_reads_on_gets_large_events_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.db");
        let config = DatabaseConfig::at("");
        let database = Database::open("notes-service", &config, &file, &[], Failpoints::default());
        let database = database.await.unwrap();
        let archive = Archive::new("notes-service", database.clone());
        let mut tx = database.begin().await.unwrap();
        for _ in 0..5 {
            let event = note(1, "note.written", READ_BYTES_MAX / 2);
            crate::outbox::append(&mut tx, &event).await.unwrap();
        }
        tx.commit().await.unwrap();
        let (partition, head) = archive.heads().await.unwrap().into_iter().next().unwrap();
        let (mut after, mut pieces) = (0, Vec::new());
        while after < head {
            let piece = archive.read(partition, after, 64, None).await.unwrap();
            after = piece.last().unwrap().sequence;
            pieces.push(piece.len());
        }
        assert_eq!(pieces, [2, 2, 1]);
        let smallest = archive.read(partition, 0, 1, None).await.unwrap();
        assert_eq!(smallest.len(), 1, "one is always given, whatever its size");
        let of = |tenant: &str| TenantId::new(tenant);
        let others = archive.read(partition, 0, 64, Some(&of("ten_2"))).await.unwrap();
        let own = archive.read(partition, 2, 1, Some(&of("ten_1"))).await.unwrap();
        assert_eq!(
            (others.len(), own[0].sequence),
            (0, 3),
            "one tenant's are not hidden behind another's"
        );
    }
}
