//! Forgets what is older than it is kept: how decisions were reached after a month, what they came to after a year.

use std::time::Duration;

use super::App;
use crate::error::Error;
use crate::store::Store;

/// How long what is kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Steps, calls and uses of tools.
    pub steps: Duration,
    /// Decisions that are not open, with all that hangs on them.
    pub summaries: Duration,
    /// What was spent, by day.
    pub spend: Duration,
}

/// Forgets in small transactions, so that nobody waits for long. How it came about and what it cost age by the machine's time, decisions
/// by business time. Returns how many decisions went.
pub async fn forget_old(app: &App, kept: Kept) -> Result<usize, Error> {
    let mut tx = app.database.begin_bulk().await?;
    let store = &mut Store::new(&mut tx);
    let machine_now = app.clock.machine_now();
    store.forget_details(machine_now - kept.steps).await?;
    store.forget_spend(machine_now - kept.spend).await?;
    tx.commit().await?;
    let before = app.clock.now() - kept.summaries;
    let mut forgotten = 0;
    loop {
        let mut tx = app.database.begin_bulk().await?;
        let went = Store::new(&mut tx).forget_decisions(before).await?;
        tx.commit().await?;
        forgotten += went;
        if went == 0 {
            return Ok(forgotten);
        }
    }
}
