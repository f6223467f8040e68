//! What an event of another service means here, once it has been understood.

use super::Stamp;
use super::change::Change;
use crate::domain::audit::Entry;
use crate::domain::money::Money;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// An event that was heard: its line in the audit log and what it changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub tenant_id: String,
    /// None for telemetry, which is counted instead of logged.
    pub entry: Option<Entry>,
    pub stamp: Stamp,
    pub partition: u8,
    pub news: News,
}

/// What an event changes here.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// It is logged and changes nothing else.
    Nothing,
    /// It changes the picture of one vehicle.
    Vehicle { vehicle_id: String, changes: Vec<Change> },
    /// Records by hour of event time.
    Telemetry { records: BTreeMap<DateTime<Utc>, i64> },
    /// What became of a message.
    Delivery { delivery_id: String, delivery: Delivery },
    /// A warranty check, and what it says about the decision's vehicle.
    Coverage {
        check_id: String,
        vehicle_id: String,
        coverage: Coverage,
    },
    /// A claim was made.
    Claim {
        claim_id: String,
        vehicle_id: String,
        claim: Claim,
    },
}

/// A message on its way to a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub alert_id: String,
    pub channel: String,
    pub status: String,
}

/// What a warranty check found.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    pub component: String,
    pub decision_id: Option<String>,
    pub covered: bool,
}

/// What was claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub component: String,
    pub decision_id: Option<String>,
    pub amount: Money,
}
