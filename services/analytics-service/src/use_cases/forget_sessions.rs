//! Forgets sessions that are long over, so that the table is bounded by how many people sign in.

use crate::App;
use crate::error::Error;
use crate::store::Store;
use chrono::Duration;

/// Sessions forgotten in one transaction.
const ROUND: usize = 500;

/// Forgets what ended more than a day ago (machine time).
pub async fn forget_sessions(app: &App) -> Result<(), Error> {
    let before = app.clock.machine_now() - Duration::days(1);
    loop {
        let mut tx = app.database.begin().await?;
        let forgotten = Store::on(&mut tx).forget_sessions(before, ROUND).await?;
        tx.commit().await?;
        if forgotten < ROUND as u64 {
            return Ok(());
        }
    }
}
