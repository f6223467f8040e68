//! What can go wrong, in the words of ingestion. `api::problem` maps it to answers.

use chrono::{DateTime, Utc};

use crate::domain::fault::{RecordFault, Rejection};
use crate::domain::vin::VinFault;

/// Why a body holds no records at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where in the body, as a JSON pointer or as `line:column`.
    pub position: String,
    pub detail: String,
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the body cannot be read")]
    BodyUnreadable(Unreadable),
    #[error("the body is over the limit")]
    BodyTooLarge,
    #[error("the body ended early or could not be decompressed")]
    BodyBroken,
    #[error("the cursor was not given out by this list")]
    CursorForeign,
    #[error("a batch has at most {max} records")]
    BatchTooLong { max: usize },
    #[error("the record was rejected")]
    RecordRejected(Rejection),
    #[error("the record is in quarantine")]
    RecordQuarantined {
        fault: RecordFault,
        receipt_id: String,
        quarantine_id: String,
    },
    #[error("the queue is full")]
    Overloaded { retry_after_s: u64 },
    #[error("the records could not be committed")]
    CommitFailed,
    #[error("a text of the records holds what cannot be kept")]
    TextUnstorable,
    #[error("the service is shutting down")]
    ShuttingDown,
    #[error("there is no vehicle {0}")]
    VehicleNotFound(String),
    #[error("the vehicle {0} is registered already")]
    VehicleExists(String),
    #[error("the vehicle id is not valid")]
    VehicleIdInvalid,
    #[error("another active vehicle has this VIN")]
    VinTaken,
    #[error("the VIN is not valid")]
    VinInvalid(VinFault),
    #[error("{field} is not valid: {text}")]
    FieldInvalid { field: &'static str, text: String },
    #[error("no signal is called {0}")]
    SignalUnknown(String),
    #[error("the time range from {from} to {to} is empty")]
    RangeEmpty { from: DateTime<Utc>, to: DateTime<Utc> },
    #[error("there is no quarantined item {0}")]
    QuarantineNotFound(String),
    #[error("the quarantined item {0} is of a vehicle that the caller may not see")]
    QuarantineHidden(String),
    #[error("the conservation account counts vehicles that the caller may not see")]
    AccountNotVisible,
    #[error("the quarantined item was replayed already")]
    QuarantineReplayed { receipt_id: String },
    #[error("the quarantined item is one reading of a record that was kept; only whole records are replayed")]
    QuarantineNotReplayable,
    #[error("the store failed")]
    Store(#[from] chassis::DbError),
    #[error("stored data cannot be read")]
    StoredData(#[source] serde_json::Error),
}
