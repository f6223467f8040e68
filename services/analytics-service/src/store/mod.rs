//! What analytics keeps. A [`Store`] stands on one transaction; its methods are grouped by what they are about.

mod announce;
mod audit;
mod consents;
mod entities;
mod facts;
mod hearing;
mod invitations;
mod keys;
mod lists;
mod measures;
mod mirror;
mod numbers;
mod people;
mod picture;
mod places;
mod predictions;
mod rebuild;
mod reports;
mod sessions;
mod sight;
mod stream;
#[cfg(test)]
mod suite;
mod thresholds;
mod tries;

pub use audit::{AuditFilter, AuditPosition, FAR_FUTURE};
pub use lists::{ActionRow, Issue, JobRow, OpenDecision, VehicleRow};
pub use numbers::{AlertNumbers, VisitNumbers, WarrantyNumbers};
pub use people::Credentials;
pub use sessions::Refresh;
pub use sight::Sight;
pub use stream::{Recorded, Stretch};

pub use entities::Named;
pub use facts::FACTS_MAX;
pub use hearing::EventId;
pub use measures::{TrendDelta, contribute};

use chassis::Tx;
use chrono::{NaiveDate, TimeDelta};

/// The store, for the time of one transaction.
pub struct Store<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl<'t> Store<'t> {
    /// Stands on this transaction; committing stays with the caller.
    pub fn on(tx: &'t mut Tx) -> Store<'t> {
        Store { tx }
    }
}

/// A UTC day as it is kept: days since 1970.
pub(crate) fn day_number(day: NaiveDate) -> i64 {
    day.signed_duration_since(NaiveDate::default()).num_days()
}

/// A day as it was kept.
pub(crate) fn day_of(number: i64) -> NaiveDate {
    TimeDelta::try_days(number)
        .and_then(|days| NaiveDate::default().checked_add_signed(days))
        .unwrap_or_default()
}

/// A list of ids as it is kept.
pub(crate) fn ids_to_json(ids: &[String]) -> String {
    serde_json::Value::from(ids.to_vec()).to_string()
}

/// A list of ids as it was kept; a text that is no list is an empty one.
pub(crate) fn ids_from_json(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

/// A stored value that its own type no longer reads.
pub(crate) fn corrupt(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a stored {what} cannot be read").into())
}
