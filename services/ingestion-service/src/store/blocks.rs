//! The telemetry store's blocks: records of one vehicle and day, packed together. Whoever writes blocks of a partition of vehicles does so
//! alone (the store's worker claims partitions), so what it reads of them holds until it commits.

use chassis::database::Connection;
use chassis::{DbError, TenantId, on};
use sqlx::QueryBuilder;

use super::Store;

/// Microseconds of a day.
pub const DAY_US: i64 = 86_400_000_000;
/// Blocks in one statement.
const BLOCKS_MAX: usize = 200;

/// The start of the UTC day of a time.
#[must_use]
pub fn day_of(time_us: i64) -> i64 {
    time_us.div_euclid(DAY_US) * DAY_US
}

/// A stretch of one vehicle's time within one UTC day, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub tenant: TenantId,
    pub vehicle_id: String,
    pub from_us: i64,
    pub to_us: i64,
}

/// A block to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBlock {
    pub tenant: TenantId,
    pub vehicle_id: String,
    pub from_us: i64,
    pub to_us: i64,
    pub records: i64,
    /// Compressed with zstd.
    pub body: Vec<u8>,
}

/// A block as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Block {
    pub tenant_id: String,
    pub vehicle_id: String,
    pub from_us: i64,
    pub to_us: i64,
    pub encoding: String,
    pub body: Vec<u8>,
}

impl Block {
    /// The records, one JSON document a line, by time.
    ///
    /// # Errors
    /// When the body was damaged.
    pub fn text(&self) -> Result<String, DbError> {
        let bytes = chassis::outbox::decode(&self.encoding, self.body.as_slice())?;
        String::from_utf8(bytes).map_err(|error| DbError::Decode(error.into()))
    }
}

impl Store<'_> {
    /// The blocks that share time with one of the stretches.
    pub async fn blocks_within(&mut self, stretches: &[Stretch]) -> Result<Vec<Block>, DbError> {
        let mut found = Vec::new();
        for chunk in stretches.chunks(BLOCKS_MAX) {
            let first_day = chunk.iter().map(|stretch| day_of(stretch.from_us)).min().unwrap_or(0);
            let last_us = chunk.iter().map(|stretch| stretch.to_us).max().unwrap_or(0);
            let blocks: Vec<Block> = on!(self.tx, c => {
                let mut query = QueryBuilder::new("WITH wanted (tenant_id, vehicle_id, day_us, from_us, to_us) AS (");
                query.push_values(chunk, |mut row, stretch| {
                    row.push_bind(stretch.tenant.as_str()).push_bind(&stretch.vehicle_id).push_bind(day_of(stretch.from_us))
                        .push_bind(stretch.from_us).push_bind(stretch.to_us);
                });
                // CROSS JOIN: SQLite keeps this order. The outer bounds choose PostgreSQL's partitions.
                query.push(
                    ") SELECT b.tenant_id, b.vehicle_id, b.from_us, b.to_us, b.encoding, b.body FROM wanted w CROSS JOIN telemetry_block b
                      WHERE b.tenant_id = w.tenant_id AND b.vehicle_id = w.vehicle_id AND b.from_us >= w.day_us AND b.from_us <= w.to_us
                        AND b.to_us >= w.from_us AND b.from_us >= ").push_bind(first_day).push(" AND b.from_us <= ").push_bind(last_us);
                query.build_query_as().fetch_all(c).await
            })?;
            found.extend(blocks);
        }
        Ok(found)
    }

    /// Takes blocks away that are about to be written anew, with more records.
    pub async fn remove_blocks(&mut self, keys: &[(TenantId, String, i64)]) -> Result<(), DbError> {
        for chunk in keys.chunks(BLOCKS_MAX) {
            let times = || chunk.iter().map(|(_, _, from_us)| *from_us);
            let (first_us, last_us) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
            on!(self.tx, c => {
                let mut query = QueryBuilder::new("DELETE FROM telemetry_block WHERE (tenant_id, vehicle_id, from_us) IN (");
                query.push_values(chunk, |mut row, (tenant, vehicle_id, from_us)| {
                    row.push_bind(tenant.as_str()).push_bind(vehicle_id).push_bind(*from_us);
                });
                // The bounds choose PostgreSQL's partitions, whatever its planner makes of the list: no other day is locked.
                query.push(") AND from_us >= ").push_bind(first_us);
                query.push(" AND from_us <= ").push_bind(last_us).build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Writes blocks: by COPY on PostgreSQL, by rows of one statement on SQLite. One that is there already is refused by the key.
    pub async fn insert_blocks(&mut self, blocks: &[NewBlock]) -> Result<(), DbError> {
        if blocks.is_empty() {
            return Ok(());
        }
        match self.tx.connection() {
            Connection::Postgres(c) => {
                let mut copy = c
                    .copy_in_raw(
                        "COPY telemetry_block (tenant_id, vehicle_id, from_us, to_us, records, encoding, body) FROM STDIN (FORMAT binary)",
                    )
                    .await?;
                copy.send(copied(blocks)).await?;
                copy.finish().await?;
                Ok(())
            }
            Connection::Sqlite(c) => {
                for chunk in blocks.chunks(BLOCKS_MAX) {
                    let mut query = QueryBuilder::new(
                        "INSERT INTO telemetry_block (tenant_id, vehicle_id, from_us, to_us, records, encoding, body) ",
                    );
                    query.push_values(chunk, |mut row, block| {
                        row.push_bind(block.tenant.as_str())
                            .push_bind(&block.vehicle_id)
                            .push_bind(block.from_us);
                        row.push_bind(block.to_us)
                            .push_bind(block.records)
                            .push_bind("zstd")
                            .push_bind(&block.body);
                    });
                    query.build().execute(&mut *c).await?;
                }
                Ok(())
            }
        }
    }

    /// Blocks of a vehicle that share time with `from_us..to_us`, by time, at most `limit`.
    pub async fn blocks_of(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        from_us: i64,
        to_us: i64,
        limit: usize,
    ) -> Result<Vec<Block>, DbError> {
        on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, vehicle_id, from_us, to_us, encoding, body FROM telemetry_block
             WHERE tenant_id = $1 AND vehicle_id = $2 AND from_us >= $3 AND from_us < $4 AND to_us >= $5 ORDER BY from_us LIMIT $6")
            .bind(tenant.as_str()).bind(vehicle_id).bind(day_of(from_us)).bind(to_us).bind(from_us)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)
    }
}

/// Rows in PostgreSQL's binary format for COPY (<https://www.postgresql.org/docs/current/sql-copy.html>).
fn copied(blocks: &[NewBlock]) -> Vec<u8> {
    let size = blocks.iter().map(|block| 100 + block.body.len()).sum();
    let mut bytes: Vec<u8> = Vec::with_capacity(size);
    bytes.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
    let field = |bytes: &mut Vec<u8>, value: &[u8]| {
        bytes.extend_from_slice(&i32::try_from(value.len()).unwrap_or(i32::MAX).to_be_bytes());
        bytes.extend_from_slice(value);
    };
    for block in blocks {
        bytes.extend_from_slice(&7_i16.to_be_bytes());
        field(&mut bytes, block.tenant.as_str().as_bytes());
        field(&mut bytes, block.vehicle_id.as_bytes());
        field(&mut bytes, &block.from_us.to_be_bytes());
        field(&mut bytes, &block.to_us.to_be_bytes());
        field(&mut bytes, &block.records.to_be_bytes());
        field(&mut bytes, b"zstd");
        field(&mut bytes, &block.body);
    }
    bytes.extend_from_slice(&(-1_i16).to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::days::Days;
    use super::super::suite::{block, database, today};
    use super::*;

    /// Attack: many years of days. To take one block away must not lock every one of them.
    #[tokio::test]
    async fn blocks_are_taken_away_without_a_lock_on_other_days() {
        let (database, _folder) = database().await;
        let tenant = TenantId::new("ten_a");
        let days = (0..20).map(|day| today() + day * DAY_US);
        Days::default().prepare(&database, days).await.unwrap();
        let one = block(&tenant, "V1", 0, 3);
        let key = (tenant, "V1".to_owned(), one.from_us);
        let mut tx = database.begin_bulk().await.unwrap();
        Store::new(&mut tx).insert_blocks(&[one]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = database.begin_bulk().await.unwrap();
        Store::new(&mut tx).remove_blocks(&[key]).await.unwrap();
        let sql = "SELECT COUNT(*) FROM telemetry_block";
        if let Connection::Postgres(c) = tx.connection() {
            let locked = "SELECT COUNT(DISTINCT c.relname) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                          WHERE l.pid = pg_backend_pid() AND c.relkind = 'r' AND c.relname LIKE 'telemetry_block_%'";
            let locked: i64 = sqlx::query_scalar(locked).fetch_one(c).await.unwrap();
            assert_eq!(locked, 1);
        }
        let left: i64 = on!(tx, c => sqlx::query_scalar(sql).fetch_one(c).await).unwrap();
        assert_eq!(left, 0);
    }
}
