//! What analytics keeps. A [`Store`] stands on one transaction; its methods are grouped by what they are about.

mod announce;
mod audit;
mod entities;
mod keys;
mod lists;
mod mirror;
mod numbers;
mod people;
mod picture;
mod sessions;
#[cfg(test)]
mod suite;

pub use audit::{AuditFilter, AuditPosition};
pub use lists::{ActionRow, Issue, JobRow, VehicleRow};
pub use numbers::{AlertNumbers, VisitNumbers, WarrantyNumbers};
pub use people::Credentials;
pub use sessions::Refresh;

use chassis::Tx;

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
