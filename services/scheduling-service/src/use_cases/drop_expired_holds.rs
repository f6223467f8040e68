//! Frees offered slots that nobody took in time.

use chrono::{DateTime, Utc};

use super::App;
use crate::error::Result;
use crate::store::Store;

/// Returns when the next one runs out; asks before it writes, so that an idle service writes nothing.
pub async fn drop_expired_holds(app: &App) -> Result<Option<DateTime<Utc>>> {
    let now = app.clock.now();
    loop {
        let mut reading = app.database.read().await?;
        let next = Store::new(&mut reading).next_expiry().await?;
        drop(reading);
        if next.is_none_or(|expires_at| expires_at > now) {
            return Ok(next);
        }
        let mut tx = app.database.begin().await?;
        Store::new(&mut tx).drop_expired_holds(now).await?;
        tx.commit().await?;
    }
}
