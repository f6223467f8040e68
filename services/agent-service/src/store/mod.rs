//! The service's rows, over one transaction. Events leave in the same transaction as the state that they tell of.

mod behaviour;
mod calls;
mod decisions;
mod documents;
mod journal;
mod outcomes;
mod retention;
mod reviews;
mod runs;
mod statistics;
mod vehicles;

#[cfg(test)]
mod suite;

use chassis::Tx;
use chrono::{DateTime, Utc};

pub use behaviour::AgentState;
pub use calls::{CallTimes, RecordedCall};
pub use decisions::DecisionFilter;
pub use statistics::{AgentStatistics, Statistics};

/// The rows of every tenant, seen through one transaction. Every call takes the tenant.
pub struct Store<'t> {
    tx: &'t mut Tx,
}

impl<'t> Store<'t> {
    /// Over a transaction that the caller commits.
    pub fn new(tx: &'t mut Tx) -> Self {
        Self { tx }
    }
}

/// Where the page of a list ended: lists run from the latest to the earliest, equal times by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub time: DateTime<Utc>,
    pub id: String,
}

impl Position {
    /// Before the first item.
    pub fn start() -> Self {
        // Later than anything that can be stored, and written with as many digits, because SQLite compares times as texts.
        let time = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self {
            time,
            id: String::new(),
        }
    }

    /// As text, for a cursor.
    pub fn to_text(&self) -> String {
        format!("{}:{}", self.time.timestamp_micros(), self.id)
    }

    /// From a cursor's text.
    pub fn from_text(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once(':')?;
        Some(Self {
            time: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
            id: id.to_owned(),
        })
    }
}
