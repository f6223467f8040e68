//! Frees offered slots that nobody took in time.

use super::App;
use crate::error::Result;
use crate::store::Store;

/// Returns how many were freed; asks before it writes, so that an idle service writes nothing.
pub async fn drop_expired_holds(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let mut reading = app.database.read().await?;
    let waiting = Store::new(&mut reading).has_expired_holds(now).await?;
    drop(reading);
    if !waiting {
        return Ok(0);
    }
    let mut tx = app.database.begin().await?;
    let count = Store::new(&mut tx).drop_expired_holds(now).await?;
    tx.commit().await?;
    Ok(count)
}
