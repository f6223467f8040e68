//! Forgets sessions that are long over and tries that count no more, so that the tables are bounded by how many people sign in.

use crate::App;
use crate::error::Error;
use crate::store::Store;
use chrono::Duration;

/// Sessions forgotten in one transaction.
const ROUND: usize = 500;

/// Forgets sessions that ended more than a day ago (machine time), and tries outside of their window.
pub async fn forget_sessions(app: &App) -> Result<(), Error> {
    let now = app.clock.machine_now();
    let mut tx = app.database.begin_bulk().await?;
    let window = app.sign_in.user.window.max(app.sign_in.address.window);
    Store::on(&mut tx).forget_tries(now - window).await?;
    tx.commit().await?;
    let before = now - Duration::days(1);
    loop {
        let mut tx = app.database.begin_bulk().await?;
        let forgotten = Store::on(&mut tx).forget_sessions(before, ROUND).await?;
        tx.commit().await?;
        if forgotten < ROUND as u64 {
            return Ok(());
        }
    }
}
