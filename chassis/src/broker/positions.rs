//! Positions of a consumer's streams, in its own database: many are moved by one statement.

use crate::database::{DbError, Tx};
use crate::on;

/// How far this service has read a stream. It moves in the transaction of the effect, by whichever instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamPosition {
    pub producer: String,
    pub partition: u8,
    pub sequence: i64,
}

/// How far this service has read each stream.
pub async fn stream_positions(tx: &mut Tx) -> Result<Vec<StreamPosition>, DbError> {
    let rows: Vec<(String, i64, i64)> =
        on!(tx, c => sqlx::query_as("SELECT producer, partition, sequence FROM consumer_position").fetch_all(c).await)?;
    let position = |(producer, partition, sequence): (String, i64, i64)| StreamPosition {
        producer,
        partition: partition as u8,
        sequence,
    };
    Ok(rows.into_iter().map(position).collect())
}

/// A stream's position, from where it is known to stand to where it goes.
pub(super) struct Move<'b> {
    pub(super) producer: &'b str,
    pub(super) partition: u8,
    pub(super) known: i64,
    pub(super) sequence: i64,
}

/// Writes the first positions of streams; false when one stands elsewhere already.
pub(super) async fn begin_positions(tx: &mut Tx, moves: &[Move<'_>]) -> Result<bool, DbError> {
    if moves.is_empty() {
        return Ok(true);
    }
    let done = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("INSERT INTO consumer_position (producer, partition, sequence) ");
        query.push_values(moves, |mut row, one| {
            row.push_bind(one.producer).push_bind(i64::from(one.partition)).push_bind(one.sequence);
        });
        query.push(" ON CONFLICT (producer, partition) DO UPDATE SET sequence = excluded.sequence WHERE consumer_position.sequence = 0");
        query.build().run(c).await
    })?;
    Ok(done.rows_affected() == moves.len() as u64)
}

/// Moves positions on; false when one is not where it is known to be.
pub(super) async fn move_positions(tx: &mut Tx, moves: &[Move<'_>]) -> Result<bool, DbError> {
    if moves.is_empty() {
        return Ok(true);
    }
    let done = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("WITH place (producer, partition, known, sequence) AS (");
        query.push_values(moves, |mut row, one| {
            row.push_bind(one.producer).push_bind(i64::from(one.partition)).push_bind(one.known).push_bind(one.sequence);
        });
        query.push(") UPDATE consumer_position SET sequence = place.sequence FROM place
            WHERE consumer_position.producer = place.producer AND consumer_position.partition = place.partition
              AND consumer_position.sequence = place.known");
        query.build().run(c).await
    })?;
    Ok(done.rows_affected() == moves.len() as u64)
}
