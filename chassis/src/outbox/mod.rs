//! The producer's side of the log: events are appended in the transaction that changes state, placed there or by the relay,
//! published by the broker and kept in the archive.

mod archive;
mod newest;
mod placing;
mod relay;

pub use archive::{Archive, Packed};
pub(crate) use archive::{READ_BYTES_MAX, Stretch};
pub(crate) use newest::Newest;
pub(crate) use placing::keep_heads;
pub(crate) use relay::{Published, Relay};

use std::borrow::Cow;
use std::cell::RefCell;

use chrono::{DateTime, Utc};

use crate::clock::micros;
use crate::database::{DbError, Tx};
use crate::event::NewEvent;
use crate::on;

/// Bodies above this many bytes are stored compressed.
const COMPRESS_ABOVE_BYTES: usize = 1024;
/// What is believed of a packed body's own word for its size.
const UNPACKED_BYTES_MAX: usize = 256 << 20;
/// Rows in one statement.
const ROWS_MAX: usize = 200;

/// Appends an event in the transaction that makes it true. An event whose derived id is already there is not appended again.
pub async fn append(tx: &mut Tx, event: &NewEvent) -> Result<(), DbError> {
    let partition = crate::partition::of(event.tenant.as_str(), &event.key);
    append_to_partition(tx, partition, event).await
}

/// The same for an event that gathers several keys of one partition.
pub async fn append_to_partition(tx: &mut Tx, partition: u8, event: &NewEvent) -> Result<(), DbError> {
    let json = serde_json::to_vec(&event.data).map_err(|error| DbError::Encode(error.into()))?;
    let (encoding, data) = encode(json)?;
    let fresh = || crate::ids::new_id("evt");
    let id = event.id.clone().unwrap_or_else(fresh);
    insert(
        tx,
        &[Row {
            partition,
            id: &id,
            event,
            encoding,
            data: &data,
        }],
    )
    .await
}

/// An event whose data is encoded and packed already: bulk producers pack before their transaction begins.
pub struct EncodedEvent {
    partition: u8,
    id: String,
    event: NewEvent,
    encoding: &'static str,
    data: Vec<u8>,
}

impl EncodedEvent {
    /// Packs the data (JSON); `event.data` is not looked at.
    pub fn new(partition: u8, event: NewEvent, json: Vec<u8>) -> Result<Self, DbError> {
        let (encoding, data) = encode(json)?;
        let id = event.id.clone().unwrap_or_else(|| crate::ids::new_id("evt"));
        Ok(Self {
            partition,
            id,
            event,
            encoding,
            data,
        })
    }

    /// Its id: the event's own, or a fresh one.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How its data is packed, and the data.
    pub fn into_data(self) -> (&'static str, Vec<u8>) {
        (self.encoding, self.data)
    }

    fn row(&self) -> Row<'_> {
        Row {
            partition: self.partition,
            id: &self.id,
            event: &self.event,
            encoding: self.encoding,
            data: &self.data,
        }
    }
}

/// Appends several events, in their order; those whose derived id is already there are not appended again.
pub async fn append_encoded(tx: &mut Tx, events: &[EncodedEvent]) -> Result<(), DbError> {
    let rows: Vec<Row<'_>> = events.iter().map(EncodedEvent::row).collect();
    insert(tx, &rows).await
}

/// An event as its row will be.
struct Row<'e> {
    partition: u8,
    id: &'e str,
    event: &'e NewEvent,
    encoding: &'static str,
    data: &'e [u8],
}

impl Row<'_> {
    fn packed(&self, sequence: i64, recorded: DateTime<Utc>) -> Packed {
        Packed {
            event_id: self.id.to_owned(),
            partition: i64::from(self.partition),
            sequence,
            kind: self.event.kind.to_owned(),
            schema_version: self.event.schema_version.to_owned(),
            tenant_id: self.event.tenant.as_str().to_owned(),
            subject: self.event.subject.clone(),
            time: micros(self.event.time),
            recorded_time: recorded,
            historical: self.event.cause.historical,
            correlation_id: self.event.cause.correlation_id.clone(),
            encoding: self.encoding.to_owned(),
            data: self.data.to_vec(),
        }
    }
}

async fn insert(tx: &mut Tx, rows: &[Row<'_>]) -> Result<(), DbError> {
    // When we learned it is a matter of the machine: it may not be moved by simulated business time.
    let recorded = micros(chrono::Utc::now());
    for chunk in rows.chunks(ROWS_MAX) {
        let placed = match tx.is_sole_writer() {
            true => placing::place(tx, chunk).await?,
            false => chunk.iter().map(|row| (row, None)).collect(),
        };
        if placed.is_empty() {
            continue;
        }
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO outbox (event_id, partition, sequence, kind, schema_version, tenant_id, subject, time, recorded_time, historical, correlation_id, encoding, data) ");
            query.push_values(&placed, |mut row, (one, sequence)| {
                let event = &one.event;
                row.push_bind(one.id).push_bind(i64::from(one.partition)).push_bind(*sequence);
                row.push_bind(event.kind).push_bind(event.schema_version);
                row.push_bind(event.tenant.as_str()).push_bind(event.subject.as_deref()).push_bind(micros(event.time)).push_bind(recorded);
                row.push_bind(event.cause.historical).push_bind(event.cause.correlation_id.as_str()).push_bind(one.encoding);
                row.push_bind(one.data);
            });
            query.push(" ON CONFLICT (event_id) DO NOTHING").build().run(c).await
        })?;
        for (one, sequence) in placed {
            if let Some(sequence) = sequence {
                tx.placed(one.packed(sequence, recorded));
            }
        }
    }
    if !rows.is_empty() {
        tx.mark_appended();
    }
    Ok(())
}

/// Deletes events of one kind that were recorded before a time and have their place, beginning behind the id `after`, over at most `limit`
/// rows. Returns the id that was reached, or none when everything left is younger.
pub async fn forget(
    tx: &mut Tx,
    kind: &str,
    before: DateTime<Utc>,
    after: i64,
    limit: i64,
) -> Result<Option<i64>, DbError> {
    let before = micros(before);
    let rows: Vec<(i64, bool)> = on!(tx, c => sqlx::query_as("SELECT id, recorded_time < $1 FROM outbox WHERE id > $2 ORDER BY id LIMIT $3")
        .bind(before).bind(after).bind(limit).fetch_all(c).await)?;
    let Some((reached, _)) = rows.into_iter().take_while(|(_, is_old)| *is_old).last() else {
        return Ok(None);
    };
    on!(tx, c => sqlx::query(
        "DELETE FROM outbox WHERE id > $1 AND id <= $2 AND kind = $3 AND recorded_time < $4 AND sequence IS NOT NULL")
        .bind(after).bind(reached).bind(kind).bind(before).run(c).await)?;
    Ok(Some(reached))
}

fn encode(json: Vec<u8>) -> Result<(&'static str, Vec<u8>), DbError> {
    thread_local! {
        /// Its tables are large: they are kept, not made for each event.
        static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    if json.len() <= COMPRESS_ABOVE_BYTES {
        return Ok(("json", json));
    }
    let packed = COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(zstd::bulk::Compressor::new(1)?),
        };
        compressor.compress(&json)
    });
    Ok(("zstd", packed.map_err(DbError::Io)?))
}

/// The JSON of an event's data as the outbox keeps it: `encoding` is `json` or `zstd`.
pub fn decode<'d>(encoding: &str, data: impl Into<Cow<'d, [u8]>>) -> Result<Vec<u8>, DbError> {
    thread_local! {
        /// Making one costs more than unpacking an event: it is kept.
        static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
    }
    let data = data.into();
    if encoding != "zstd" {
        return Ok(data.into_owned());
    }
    // What was packed here names its size; anything else is unpacked as it comes.
    let Some(size) = zstd::bulk::Decompressor::upper_bound(&data).filter(|size| *size <= UNPACKED_BYTES_MAX) else {
        return zstd::stream::decode_all(&*data).map_err(DbError::Io);
    };
    let unpacked = DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(zstd::bulk::Decompressor::new()?),
        };
        decompressor.decompress(&data, size)
    });
    unpacked.map_err(DbError::Io)
}
