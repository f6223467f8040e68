//! What can be wrong with a record or one of its readings, as coded texts.

use super::pids::PidFault;
use super::vin::VinFault;

/// A value in the parameters of a coded text.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    Number(f64),
    Text(String),
}

/// Why one reading was put into quarantine. The record's other readings are kept.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadingFault {
    /// No signal has this path, alias or PID.
    UnknownSignal,
    /// Neither number, boolean nor text: what was found instead.
    WrongType(&'static str),
    /// The text is no number.
    NotANumber(String),
    /// A known or unknown unit that this signal does not accept.
    Unit { unit: String, canonical: String },
    /// Outside the plausible range.
    OutOfRange {
        value: f64,
        min: f64,
        max: f64,
        unit: String,
    },
    /// The raw answer of a PID cannot be decoded.
    Raw(PidFault),
    /// Another reading of the same record has already given this signal.
    Twice,
    /// Not a trouble code by SAE J2012 or J1939.
    TroubleCode(String),
}

/// A reading in quarantine: which one, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultyReading {
    /// Canonical path if the name was understood, the name as sent otherwise.
    pub signal: String,
    pub fault: ReadingFault,
}

/// Why a whole record was put into quarantine: it was understood, but cannot be kept as it stands.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordFault {
    /// The vehicle is not registered and the record carries no VIN.
    VehicleUnknown,
    /// The vehicle has left service.
    VehicleRetired,
    /// The VIN is not well-formed.
    Vin(VinFault),
    /// The vehicle is registered under another VIN.
    VinMismatch { registered: String },
    /// Another active vehicle of the tenant has this VIN.
    VinTaken,
    /// Not RFC 3339.
    TimestampMalformed(String),
    /// Further in the future than the allowed clock skew in seconds.
    TimestampFuture { ahead_s: i64, skew_max_s: i64 },
    /// Older than the oldest accepted age in days.
    TimestampAncient { age_days: i64, age_max_days: i64 },
    /// Every reading is faulty: nothing is left to keep.
    NothingUsable { faulty: usize },
}

/// Why an element of a batch is no record at all.
#[derive(Debug, Clone, PartialEq)]
pub enum Rejection {
    /// Not JSON.
    Malformed { detail: String },
    /// JSON of another shape: where and what.
    Shape { path: String, detail: String },
    /// The protocol is not known.
    Protocol(String),
    /// The vehicle id is empty, too long or has control characters.
    VehicleId,
    /// This key may not post for this vehicle.
    VehicleForbidden,
    /// It has neither a reading nor a trouble code.
    Empty,
    /// Longer than one record may be. Nothing of it is kept but its size: the quarantine shows what it holds.
    TooLarge { bytes: usize, max: usize },
    /// More readings or trouble codes than one record may have.
    TooManyReadings { max: usize },
}

impl ReadingFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownSignal => "reading.unknown_signal",
            Self::WrongType(_) => "reading.wrong_type",
            Self::NotANumber(_) => "reading.not_a_number",
            Self::Unit { .. } => "reading.unit_not_accepted",
            Self::OutOfRange { .. } => "reading.out_of_range",
            Self::Raw(_) => "reading.raw_undecodable",
            Self::Twice => "reading.given_twice",
            Self::TroubleCode(_) => "trouble_code.malformed",
        }
    }

    /// The English text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::UnknownSignal => "no signal has this path, alias or PID".to_owned(),
            Self::WrongType(found) => format!("a reading is a number, a text or a boolean, not {found}"),
            Self::NotANumber(text) => format!("{text:?} is not a number"),
            Self::Unit { unit, canonical } => format!("the unit {unit:?} does not convert to {canonical:?}"),
            Self::OutOfRange { value, min, max, unit } => {
                format!("{value} {unit} is outside the plausible range of {min} to {max}")
            }
            Self::Raw(fault) => fault.text(),
            Self::Twice => "the record gives this signal more than once; the first value was kept".to_owned(),
            Self::TroubleCode(code) => format!("{code:?} is not a trouble code"),
        }
    }

    /// The parameters of the text.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, Param)> {
        match self {
            Self::UnknownSignal | Self::Raw(_) | Self::Twice => Vec::new(),
            Self::WrongType(found) => vec![("found", Param::Text((*found).to_owned()))],
            Self::NotANumber(text) | Self::TroubleCode(text) => vec![("value", Param::Text(text.clone()))],
            Self::Unit { unit, canonical } => {
                vec![
                    ("unit", Param::Text(unit.clone())),
                    ("canonical", Param::Text(canonical.clone())),
                ]
            }
            Self::OutOfRange { value, min, max, unit } => vec![
                ("value", Param::Number(*value)),
                ("min", Param::Number(*min)),
                ("max", Param::Number(*max)),
                ("unit", Param::Text(unit.clone())),
            ],
        }
    }
}

impl RecordFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::VehicleUnknown => "vehicle.unknown",
            Self::VehicleRetired => "vehicle.retired",
            Self::Vin(_) => "vin.invalid",
            Self::VinMismatch { .. } => "vin.mismatch",
            Self::VinTaken => "vin.taken",
            Self::TimestampMalformed(_) => "timestamp.malformed",
            Self::TimestampFuture { .. } => "timestamp.future",
            Self::TimestampAncient { .. } => "timestamp.ancient",
            Self::NothingUsable { .. } => "record.nothing_usable",
        }
    }

    /// The English text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::VehicleUnknown => "the vehicle is not registered and the record carries no VIN".to_owned(),
            Self::VehicleRetired => "the vehicle has left service".to_owned(),
            Self::Vin(fault) => fault.text(),
            Self::VinMismatch { registered } => format!("the vehicle is registered under the VIN {registered}"),
            Self::VinTaken => "another active vehicle has this VIN".to_owned(),
            Self::TimestampMalformed(text) => format!("{text:?} is not a time by RFC 3339"),
            Self::TimestampFuture { ahead_s, skew_max_s } => {
                format!("the time lies {ahead_s} s in the future; {skew_max_s} s are allowed")
            }
            Self::TimestampAncient { age_days, age_max_days } => {
                format!("the time lies {age_days} days in the past; {age_max_days} days are accepted")
            }
            Self::NothingUsable { faulty } => format!("all {faulty} readings of the record are faulty"),
        }
    }

    /// The parameters of the text.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // Seconds, days and counts here are far below 2^53.
    pub fn params(&self) -> Vec<(&'static str, Param)> {
        let number = |value: i64| Param::Number(value as f64);
        match self {
            Self::VehicleUnknown | Self::VehicleRetired | Self::VinTaken | Self::Vin(_) => Vec::new(),
            Self::VinMismatch { registered } => vec![("registered", Param::Text(registered.clone()))],
            Self::TimestampMalformed(text) => vec![("value", Param::Text(text.clone()))],
            Self::TimestampFuture { ahead_s, skew_max_s } => {
                vec![("ahead_s", number(*ahead_s)), ("skew_max_s", number(*skew_max_s))]
            }
            Self::TimestampAncient { age_days, age_max_days } => {
                vec![("age_days", number(*age_days)), ("age_max_days", number(*age_max_days))]
            }
            Self::NothingUsable { faulty } => vec![("faulty", Param::Number(*faulty as f64))],
        }
    }

    /// Which member of the record is at fault.
    #[must_use]
    pub fn path(&self) -> &'static str {
        match self {
            Self::VehicleUnknown | Self::VehicleRetired => "/vehicle_id",
            Self::Vin(_) | Self::VinMismatch { .. } | Self::VinTaken => "/vin",
            Self::TimestampMalformed(_) | Self::TimestampFuture { .. } | Self::TimestampAncient { .. } => "/timestamp",
            Self::NothingUsable { .. } => "/data",
        }
    }
}

impl Rejection {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "record.malformed_json",
            Self::Shape { .. } => "record.wrong_shape",
            Self::Protocol(_) => "record.protocol_unknown",
            Self::VehicleId => "record.vehicle_id_invalid",
            Self::VehicleForbidden => "vehicle.forbidden",
            Self::Empty => "record.empty",
            Self::TooLarge { .. } => "record.too_large",
            Self::TooManyReadings { .. } => "record.too_many_readings",
        }
    }

    /// The English text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Malformed { detail } | Self::Shape { detail, .. } => detail.clone(),
            Self::Protocol(name) => format!("the protocol {name:?} is not known here; OBD2 and GENERIC are"),
            Self::VehicleId => "a vehicle id has 1 to 128 characters and no control characters".to_owned(),
            Self::VehicleForbidden => "this key may not post for this vehicle".to_owned(),
            Self::Empty => "the record holds neither a reading nor a trouble code".to_owned(),
            Self::TooLarge { bytes, max } => format!("the record has {bytes} bytes; {max} are allowed"),
            Self::TooManyReadings { max } => format!("a record has at most {max} readings and as many trouble codes"),
        }
    }

    /// Where it is wrong, as a JSON pointer into the record.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Malformed { .. } | Self::TooLarge { .. } => "",
            Self::Shape { path, .. } => path,
            Self::Protocol(_) => "/protocol",
            Self::VehicleId | Self::VehicleForbidden => "/vehicle_id",
            Self::Empty | Self::TooManyReadings { .. } => "/data",
        }
    }
}
