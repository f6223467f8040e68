//! The service's tables over one transaction. Every call takes the tenant; state and outgoing events leave together.

mod codec;
mod holds;
mod master_data;
mod network;
mod remaining_lives;
mod reservations;
mod verdicts;
mod visit_alerts;
mod visits;

#[cfg(test)]
mod suite;
#[cfg(test)]
mod suite_visits;

pub use holds::Hold;
pub use master_data::Vehicle;
pub use remaining_lives::RemainingLives;
pub use visit_alerts::RestingAlert;
pub use visits::{AlertJob, VisitFilter};

use chassis::{Tx, on};

use crate::error::Result;
use crate::events::published;

/// All statements of this service, inside one transaction.
pub struct Store<'t> {
    tx: &'t mut Tx,
}

impl<'t> Store<'t> {
    pub fn new(tx: &'t mut Tx) -> Self {
        Store { tx }
    }

    /// Marks where [`Store::return_to_savepoint`] leads back to; the latest mark counts.
    pub async fn set_savepoint(&mut self) -> Result<()> {
        on!(self.tx, c => sqlx::query("SAVEPOINT tried").run(c).await)?;
        Ok(())
    }

    /// Undoes what the transaction has written since the mark. No event may have been appended since.
    pub async fn return_to_savepoint(&mut self) -> Result<()> {
        on!(self.tx, c => sqlx::query("ROLLBACK TO SAVEPOINT tried").run(c).await)?;
        Ok(())
    }

    /// Appends an outgoing event to the transaction.
    pub async fn publish(&mut self, event: &published::Outgoing) -> Result<()> {
        chassis::outbox::append(self.tx, &event.encode()).await?;
        Ok(())
    }
}
