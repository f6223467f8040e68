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
    pub news: News,
}

/// What an event changes here.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// It is logged and changes nothing else.
    Nothing,
    /// It changes the picture of one vehicle.
    Vehicle { vehicle_id: String, changes: Vec<Change> },
    /// Records by vehicle and hour of event time.
    Telemetry {
        records: BTreeMap<(String, DateTime<Utc>), i64>,
    },
    /// What became of a message.
    Delivery {
        delivery_id: String,
        alert_id: String,
        channel: String,
        status: String,
    },
    /// A warranty check, and what it says about the decision's vehicle.
    Coverage {
        check_id: String,
        vehicle_id: String,
        component: String,
        decision_id: Option<String>,
        covered: bool,
    },
    /// A claim was made.
    Claim {
        claim_id: String,
        vehicle_id: String,
        component: String,
        amount: Money,
    },
}
