//! The producer's side of the log: events are appended in the transaction that changes state, placed by the relay,
//! published by the broker and kept in the archive.

mod archive;
mod relay;

pub use archive::Archive;
pub(crate) use relay::Relay;

use crate::clock::micros;
use crate::database::{DbError, Tx};
use crate::event::NewEvent;
use crate::on;

/// Bodies above this many bytes are stored compressed.
const COMPRESS_ABOVE_BYTES: usize = 1024;

/// Appends an event in the transaction that makes it true. An event whose derived id is already there is not appended again.
pub async fn append(tx: &mut Tx, event: &NewEvent) -> Result<(), DbError> {
    let partition = crate::partition::of(event.tenant.as_str(), &event.key);
    append_to_partition(tx, partition, event).await
}

/// The same for an event that gathers several keys of one partition.
pub async fn append_to_partition(tx: &mut Tx, partition: u8, event: &NewEvent) -> Result<(), DbError> {
    let json = serde_json::to_vec(&event.data).map_err(|error| DbError::Encode(error.into()))?;
    append_bytes(tx, partition, event, json).await
}

/// The same for data that is encoded already (`event.data` is not looked at): the hot path of bulk producers.
pub async fn append_bytes(tx: &mut Tx, partition: u8, event: &NewEvent, json: Vec<u8>) -> Result<(), DbError> {
    let (encoding, data) = encode(json)?;
    let id = event.id.clone().unwrap_or_else(|| crate::ids::new_id("evt"));
    // When we learned it is a matter of the machine: it may not be moved by simulated business time.
    let recorded = micros(chrono::Utc::now());
    on!(tx, c => sqlx::query(
        "INSERT INTO outbox (event_id, partition, kind, schema_version, tenant_id, subject, time, recorded_time, historical, correlation_id, encoding, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (event_id) DO NOTHING")
        .bind(id).bind(i64::from(partition)).bind(event.kind).bind(event.schema_version).bind(event.tenant.as_str())
        .bind(event.subject.as_deref()).bind(micros(event.time)).bind(recorded).bind(event.cause.historical)
        .bind(event.cause.correlation_id.as_str()).bind(encoding).bind(data)
        .execute(c).await)?;
    tx.mark_appended();
    Ok(())
}

fn encode(json: Vec<u8>) -> Result<(&'static str, Vec<u8>), DbError> {
    if json.len() <= COMPRESS_ABOVE_BYTES {
        return Ok(("json", json));
    }
    let packed = zstd::bulk::compress(&json, 1).map_err(DbError::Io)?;
    Ok(("zstd", packed))
}

fn decode(encoding: &str, data: Vec<u8>) -> Result<bytes::Bytes, DbError> {
    match encoding {
        "zstd" => Ok(zstd::stream::decode_all(data.as_slice()).map_err(DbError::Io)?.into()),
        _ => Ok(data.into()),
    }
}
