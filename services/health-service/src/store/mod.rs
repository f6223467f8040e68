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

use chassis::database::Tx;
use chassis::outbox::EncodedEvent;
use chassis::{DbError, NewEvent};
use chrono::{DateTime, Utc};

use crate::domain::Micros;
use crate::error::Error;

pub use drift::{DriftRow, SeenRow};
pub use health::{ComponentRows, HealthFilter, HealthRow};
pub use history::{HistoryMark, HistoryRow, HistorySpan};
pub use labels::Label;
pub use memory::Memory;
pub use models::{ChangeRow, ModelRow, StandingRow};
pub use predictions::{CENSORED, CalibrationRow, HELD, PENDING, PairedRow, PredictionRow, Scored, TOO_LONG, TOO_SHORT};
pub use states::{VehicleKey, Versioned};
pub use vehicles::KnownVehicle;

/// Rows in one statement.
const ROWS_MAX: usize = 100;

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

    /// Appends outgoing events in their order, many in one statement.
    pub async fn publish_all(&mut self, events: Vec<NewEvent>) -> Result<(), Error> {
        let encoded = |event: NewEvent| {
            let partition = chassis::partition::of(event.tenant.as_str(), &event.key);
            let json = serde_json::to_vec(&event.data).map_err(|error| DbError::Encode(error.into()))?;
            EncodedEvent::new(partition, event, json)
        };
        let events: Vec<EncodedEvent> = events.into_iter().map(encoded).collect::<Result<_, DbError>>()?;
        Ok(chassis::outbox::append_encoded(self.tx, &events).await?)
    }
}

/// Event time as a timestamp.
#[must_use]
pub fn timestamp(at: Micros) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at).unwrap_or(DateTime::UNIX_EPOCH)
}
