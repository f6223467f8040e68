//! Records: one instant of one vehicle. Raw as a device sent it, and canonical as it is kept.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::fault::FaultyReading;
use super::signals::SignalId;
use super::trouble_code::TroubleCode;

/// How the readings of a record are named and scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// OBD-II mode 01 PIDs.
    Obd2,
    /// VSS paths or aliases of real loggers.
    Generic,
}

impl Protocol {
    /// Reads the wire's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "OBD2" => Some(Self::Obd2),
            "GENERIC" => Some(Self::Generic),
            _ => None,
        }
    }

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Obd2 => "OBD2",
            Self::Generic => "GENERIC",
        }
    }
}

/// A value as a device sent it.
#[derive(Debug, Clone, PartialEq)]
pub enum RawValue<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    Boolean(bool),
    /// A number or text beside its unit.
    Measured {
        value: Box<RawValue<'a>>,
        unit: Option<Cow<'a, str>>,
    },
    /// Bytes of an OBD-II answer in hexadecimal.
    Hexadecimal(Cow<'a, str>),
    /// JSON `null`.
    Missing,
    /// Something that can be no reading: what it is.
    Unsupported(&'static str),
}

/// A trouble code as a device sent it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawCode<'a> {
    pub code: Cow<'a, str>,
    pub status: Option<Cow<'a, str>>,
    pub ecu: Option<Cow<'a, str>>,
}

/// A record as a device sent it; it borrows from the request's body.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRecord<'a> {
    pub vehicle_id: Cow<'a, str>,
    pub vin: Option<Cow<'a, str>>,
    pub timestamp: Cow<'a, str>,
    pub protocol: Protocol,
    pub sequence: Option<i64>,
    pub readings: Vec<(Cow<'a, str>, RawValue<'a>)>,
    pub codes: Vec<RawCode<'a>>,
    /// The device read its trouble codes out, even if it found none.
    pub codes_read: bool,
    pub synthetic_time: bool,
}

/// Doubts about a reading that is kept nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// It changed faster than the signal can.
    RateJump,
    /// It has not moved for longer than is natural.
    Stuck,
    /// The odometer shows less than before.
    OdometerBackwards,
}

impl Flag {
    /// The word used in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RateJump => "rate_jump",
            Self::Stuck => "stuck",
            Self::OdometerBackwards => "odometer_backwards",
        }
    }

    /// Trust in a reading with this flag, 0 to 1.
    #[must_use]
    pub fn trust(self) -> f64 {
        match self {
            Self::RateJump => 0.3,
            Self::Stuck => 0.5,
            Self::OdometerBackwards => 0.1,
        }
    }
}

/// A canonical reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub signal: SignalId,
    /// In the signal's canonical unit.
    pub value: f64,
    /// A signal is checked by one rule at most, so one flag is enough.
    pub flag: Option<Flag>,
}

/// A canonical record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub vehicle_id: String,
    /// UTC, whole microseconds.
    pub time: DateTime<Utc>,
    pub sequence: Option<i64>,
    pub protocol: Protocol,
    /// Ordered by signal, each signal once.
    pub readings: Vec<Reading>,
    pub codes: Vec<TroubleCode>,
    /// Trouble codes were read out and every one was understood, so that an empty list says that none is stored.
    pub codes_read: bool,
    pub synthetic_time: bool,
    /// Readings that were put into quarantine.
    pub faulty: Vec<FaultyReading>,
}
