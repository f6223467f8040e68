//! All tables of this service, over one transaction: state and outgoing events are saved together or not at all.

mod alerts;
mod decisions;
mod deliveries;
mod escalations;
mod people;
mod reports;
#[cfg(test)]
mod suite;

pub use alerts::{AlertFilter, AlertPosition, Counts};
pub use decisions::{DecisionOutcome, Revision, WarrantyFinding};
pub use deliveries::{Delivery, Interrupted, NewDelivery, Place};
pub use escalations::{DueEscalation, Notification};
pub use people::{Comment, Contact};

use chassis::NewEvent;

use crate::error::Error;

/// The tables of this service as seen from inside one transaction.
pub struct Store<'t> {
    tx: &'t mut chassis::Tx,
}

impl<'t> Store<'t> {
    /// Works inside this transaction; committing is up to the caller.
    pub fn new(tx: &'t mut chassis::Tx) -> Self {
        Self { tx }
    }

    /// Appends an outgoing event to the same transaction.
    pub async fn publish(&mut self, event: &NewEvent) -> Result<(), Error> {
        Ok(chassis::outbox::append(self.tx, event).await?)
    }
}

/// Reads a JSON column that this service wrote.
fn from_json<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|_| Error::Corrupt { what })
}

/// Writes a JSON column. Our own shapes always serialize: they hold no maps with keys other than text.
fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
