//! The service's tables, as methods over one transaction. Every call takes the tenant. Outgoing events are appended
//! here too, so that state and event leave together.

mod drift;
mod health;
mod history;
mod labels;
mod memory;
mod models;
mod predictions;
mod retention;
mod states;
#[cfg(test)]
mod suite;
mod vehicles;

use chassis::NewEvent;
use chassis::database::Tx;
use chrono::{DateTime, Utc};

use crate::domain::Micros;
use crate::error::Error;

pub use drift::{DriftRow, SeenRow};
pub use health::{HealthFilter, HealthRow};
pub use history::{HistoryMark, HistoryRow, HistorySpan};
pub use labels::Label;
pub use memory::Memory;
pub use models::{ChangeRow, ModelRow, StandingRow};
pub use predictions::{CENSORED, CalibrationRow, HELD, PENDING, PairedRow, PredictionRow, Scored, TOO_LONG, TOO_SHORT};
pub use states::{VehicleKey, Versioned};
pub use vehicles::KnownVehicle;

/// One transaction's view of the service's tables. Whoever began the transaction commits it.
pub struct Store<'t> {
    tx: &'t mut Tx,
}

impl<'t> Store<'t> {
    /// Works in this transaction.
    pub fn new(tx: &'t mut Tx) -> Self {
        Self { tx }
    }

    /// Appends an outgoing event; `events::published` builds it.
    pub async fn publish(&mut self, event: &NewEvent) -> Result<(), Error> {
        Ok(chassis::outbox::append(self.tx, event).await?)
    }
}

/// Event time as a timestamp.
#[must_use]
pub fn timestamp(at: Micros) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at).unwrap_or(DateTime::UNIX_EPOCH)
}
