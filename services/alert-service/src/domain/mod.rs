//! Pure rules of alerting: no input or output, no clock of their own, no serialization.

pub mod alert;
pub mod content;
pub mod deduplication;
pub mod delivery;
pub mod escalation;
pub mod message;
pub mod notification_limit;
pub mod person;
pub mod report;
pub mod rules;
pub mod severity;
