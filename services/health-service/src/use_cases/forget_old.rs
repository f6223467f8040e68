//! History gets coarser with age: everything for thirty days, then one routine point a day, and after years nothing.

use chassis::Database;
use chrono::{DateTime, Duration, Utc};

use crate::config::RetentionConfig;
use crate::error::Error;
use crate::store::Store;

/// Statements in one run: the rest waits for the next, so that a large backlog does not hold the database.
const ROUNDS_MAX: usize = 200;

/// Thins, forgets and censors by business time.
pub async fn forget_old(database: &Database, retention: &RetentionConfig, now: DateTime<Utc>) -> Result<(), Error> {
    let before = |days: u32| now - Duration::days(i64::from(days));
    for _ in 0..ROUNDS_MAX {
        let mut tx = database.begin_bulk().await?;
        let store = &mut Store::new(&mut tx);
        let gone = store.thin_history(before(retention.history_full_days)).await?
            + store.forget_history(before(retention.history_days)).await?;
        tx.commit().await?;
        if gone == 0 {
            break;
        }
    }
    let mut tx = database.begin_bulk().await?;
    let store = &mut Store::new(&mut tx);
    store
        .censor_old_predictions(before(retention.prediction_days), chassis::clock::micros(now))
        .await?;
    tx.commit().await?;
    Ok(())
}
