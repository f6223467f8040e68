//! Places events while they are appended, where the transaction is the only one that writes: nobody can commit between its reading a head and
//! its moving it, so no relay has to come behind with a second transaction (decision 0015).

use std::collections::HashSet;

use super::Row;
use crate::database::{DbError, Tx};
use crate::on;

/// Those of `rows` that are not in the outbox yet, in their order, each with its sequence. An event whose derived id is there already must
/// not take a place: sequences have no gaps.
pub(super) async fn place<'r, 'e>(
    tx: &mut Tx,
    rows: &'r [Row<'e>],
) -> Result<Vec<(&'r Row<'e>, Option<i64>)>, DbError> {
    let mut present = present(tx, rows).await?;
    load_heads(tx, rows).await?;
    let mut placed = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| present.insert(row.id.to_owned())) {
        let head = tx.heads().entry(row.partition).or_insert(0);
        *head += 1;
        placed.push((row, Some(*head)));
    }
    Ok(placed)
}

/// The ids that the outbox has; an id that was made just now is not looked for.
async fn present(tx: &mut Tx, rows: &[Row<'_>]) -> Result<HashSet<String>, DbError> {
    let given: Vec<&str> = rows
        .iter()
        .filter(|row| row.event.id.is_some())
        .map(|row| row.id)
        .collect();
    if given.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<String> = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT event_id FROM outbox WHERE event_id IN (");
        let mut ids = query.separated(", ");
        for id in given {
            ids.push_bind(id);
        }
        query.push(")").build_query_scalar().fetch_all(c).await
    })?;
    Ok(found.into_iter().collect())
}

/// Reads the heads of the rows' partitions that this transaction does not know yet.
async fn load_heads(tx: &mut Tx, rows: &[Row<'_>]) -> Result<(), DbError> {
    let mut unknown: Vec<u8> = rows.iter().map(|row| row.partition).collect();
    unknown.sort_unstable();
    unknown.dedup();
    unknown.retain(|partition| !tx.heads().contains_key(partition));
    if unknown.is_empty() {
        return Ok(());
    }
    let read: Vec<(i64, i64)> = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT partition, sequence FROM stream_head WHERE partition IN (");
        let mut partitions = query.separated(", ");
        for partition in &unknown {
            partitions.push_bind(i64::from(*partition));
        }
        query.push(")").build_query_as().fetch_all(c).await
    })?;
    let known = read.into_iter().map(|(partition, head)| (partition as u8, head));
    tx.heads().extend(known);
    Ok(())
}

/// Writes the heads that a transaction has moved, just before it commits.
pub(crate) async fn keep_heads(tx: &mut Tx) -> Result<(), DbError> {
    let heads = std::mem::take(tx.heads());
    let moved: Vec<(i64, i64)> = heads
        .into_iter()
        .map(|(partition, head)| (i64::from(partition), head))
        .collect();
    write_heads(tx, &moved).await
}

/// Sets the last sequence of partitions.
pub(super) async fn write_heads(tx: &mut Tx, heads: &[(i64, i64)]) -> Result<(), DbError> {
    if heads.is_empty() {
        return Ok(());
    }
    on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("INSERT INTO stream_head (partition, sequence) ");
        query.push_values(heads, |mut row, (partition, head)| {
            row.push_bind(*partition).push_bind(*head);
        });
        query.push(" ON CONFLICT (partition) DO UPDATE SET sequence = excluded.sequence");
        query.build().run(c).await
    })?;
    Ok(())
}
