//! The service's own database: one [`Store`] over one transaction, so that state and events leave together.

pub mod at_hand;
pub mod blocks;
pub mod conservation;
pub mod days;
pub mod known_vehicles;
pub mod lines;
#[cfg(test)]
mod newest_suite;
pub mod places;
pub mod quarantine;
pub mod receipts;
pub mod recent_keys;
#[cfg(test)]
mod suite;
pub mod telemetry;
pub mod telemetry_queries;
pub mod vehicles;

use chassis::outbox::EncodedEvent;
use chassis::{DbError, NewEvent, Tx};

/// Rows in one statement: far below the databases' limits of bound values, and the quickest size on both.
const ROWS_MAX: usize = 500;

/// All statements of this service. Every one takes the tenant.
pub struct Store<'t> {
    tx: &'t mut Tx,
}

impl<'t> Store<'t> {
    /// Works inside this transaction.
    pub fn new(tx: &'t mut Tx) -> Self {
        Self { tx }
    }

    /// Appends an event that leaves with the transaction.
    pub async fn publish(&mut self, event: &NewEvent) -> Result<(), DbError> {
        chassis::outbox::append(self.tx, event).await
    }

    /// Appends events whose data is packed already.
    pub async fn publish_encoded(&mut self, events: &[EncodedEvent]) -> Result<(), DbError> {
        chassis::outbox::append_encoded(self.tx, events).await
    }
}

/// A count as the database keeps it.
#[must_use]
pub fn stored_count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count as the database gave it; it is never negative.
#[must_use]
pub fn counted(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
