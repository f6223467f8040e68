//! Replays real logs as records.
//!
//! A log is posted as the logger wrote it: its own column names, its own units, its own mistakes. Conversion and
//! judgement are the platform's work; only the time is made here, because the logs have no dates: row number (one row
//! a second) or wall clock, from a given start, marked `synthetic_time`. Several files are one vehicle's life, played
//! one after another with a gap.

mod clock;
mod inject;
mod run;
mod table;

pub use clock::{Clock, offsets_ms};
pub use inject::{Fault, Injector};
pub use run::{ReplayOptions, ReplayReport, files_of, replay};
pub use table::{Cell, Column, Counts, Row, Table, TableError, parse, read_file};

use chrono::{DateTime, Utc};

/// How fast records are posted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// As fast as they are taken.
    Max,
    /// This many seconds of the log in a second of the wall.
    Times(f64),
}

impl std::str::FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse::<f64>() {
            Ok(times) if times.is_finite() && times > 0.0 => Ok(Self::Times(times)),
            _ => Err(format!("`{text}` is neither `max` nor a positive number")),
        }
    }
}

/// Where the first record lies in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// At this time.
    At(DateTime<Utc>),
    /// So that the last record is at the present moment.
    EndNow,
}
