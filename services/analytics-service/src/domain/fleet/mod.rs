//! What the fleet looks like, told only from events.
//!
//! Every piece of state is joined so that neither order nor repetition of events matters: the newest reading wins by
//! event time, lifecycles only move forward, repairs keep the latest time. That is what lets a dashboard be rebuilt
//! from archives, and lets services that know nothing of each other's speed feed one picture.

pub mod change;
pub mod lifecycle;
pub mod news;
pub mod numbers;
#[cfg(test)]
mod properties;
pub mod travel;
pub mod vehicle;

use chrono::{DateTime, Utc};

/// When something was true, and its place among its producer's events of the same instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    pub time: DateTime<Utc>,
    pub sequence: i64,
}

/// A value that the newest writer decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Latest<T> {
    pub stamp: Stamp,
    pub value: T,
}

/// Replaces `slot` when `stamp` is newer than what it holds.
pub fn offer<T>(slot: &mut Option<Latest<T>>, stamp: Stamp, value: T) {
    if slot.as_ref().is_none_or(|held| held.stamp < stamp) {
        *slot = Some(Latest { stamp, value });
    }
}

/// The five bands of health, and the vehicles of which nothing is known yet. Ordered from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    Critical,
    Poor,
    Fair,
    Good,
    Excellent,
    Unknown,
}

impl Band {
    /// Every band, worst first.
    pub const ALL: [Band; 6] = [
        Band::Critical,
        Band::Poor,
        Band::Fair,
        Band::Good,
        Band::Excellent,
        Band::Unknown,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Band::Critical => "CRITICAL",
            Band::Poor => "POOR",
            Band::Fair => "FAIR",
            Band::Good => "GOOD",
            Band::Excellent => "EXCELLENT",
            Band::Unknown => "UNKNOWN",
        }
    }

    /// The band of this name; a name from a newer producer is unknown.
    pub fn parse(name: &str) -> Band {
        Band::ALL
            .into_iter()
            .find(|band| band.as_str() == name)
            .unwrap_or(Band::Unknown)
    }
}

/// How serious a decision or an alert is. Ordered from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Unknown,
    Info,
    Warning,
    Critical,
    Emergency,
}

impl Severity {
    /// Every severity, least first.
    pub const ALL: [Severity; 5] = [
        Severity::Unknown,
        Severity::Info,
        Severity::Warning,
        Severity::Critical,
        Severity::Emergency,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Unknown => "UNKNOWN",
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Critical => "CRITICAL",
            Severity::Emergency => "EMERGENCY",
        }
    }

    /// The severity of this name; a name from a newer producer is unknown.
    pub fn parse(name: &str) -> Severity {
        Severity::ALL
            .into_iter()
            .find(|severity| severity.as_str() == name)
            .unwrap_or(Severity::Unknown)
    }

    /// A number for sorting in a database, most serious highest.
    pub fn rank(self) -> i64 {
        self as i64
    }
}
