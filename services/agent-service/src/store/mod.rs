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
pub use reviews::ReviewFilter;
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

    /// A condition on a column: its value is in the JSON list of texts that is the parameter of this number. One parameter, however
    /// many texts: a manager's groups may hold tens of thousands of vehicles.
    fn listed(&self, column: &str, number: u8) -> String {
        let texts = self.tx.dialect(
            format!("SELECT value FROM json_each(${number})"),
            format!("SELECT json_array_elements_text(${number}::json)"),
        );
        format!("{column} IN ({texts})")
    }

    /// The same for what may or may not be limited; empty where nothing is.
    fn also_listed(&self, limited: bool, column: &str, number: u8) -> String {
        if limited {
            format!(" AND {}", self.listed(column, number))
        } else {
            String::new()
        }
    }
}

/// A list of texts as [`Store::listed`] reads it.
fn list(texts: &[impl AsRef<str>]) -> String {
    serde_json::Value::from_iter(texts.iter().map(AsRef::as_ref)).to_string()
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
