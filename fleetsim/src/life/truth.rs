//! What is true about a vehicle and never sent.

use super::modes::Mode;
use super::sensors::Broken;
use super::wear::Part;

/// How a part's life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It failed.
    Failed,
    /// It was renewed before it failed: censored.
    Renewed,
    /// The simulation ended first: censored.
    Running,
}

impl End {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Renewed => "renewed",
            Self::Running => "running",
        }
    }
}

/// One life of one part.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    pub mode: Mode,
    /// Odometer when the part was fitted; 0 or less than the first record for parts older than the simulation.
    pub fitted_km: f64,
    /// Odometer when wear began, if it has.
    pub began_km: Option<f64>,
    /// Odometer and time of the end.
    pub ended_km: f64,
    pub ended_s: i64,
    pub end: End,
    /// 0..1 at the end.
    pub wear: f64,
}

impl Life {
    pub(crate) fn of(mode: Mode, part: &Part, (ended_km, ended_s): (f64, i64), end: End) -> Self {
        Self {
            mode,
            fitted_km: part.fitted_km,
            began_km: part.began_km,
            ended_km,
            ended_s,
            end,
            wear: part.wear,
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Happening {
    /// A life ended. A failed part may be renewed some days later only.
    Life(Life),
    /// A workshop renewed a part; `booked` says whether its books show it, which the platform may read.
    Renewed {
        mode: Mode,
        time_s: i64,
        odometer_km: f64,
        failed: bool,
        booked: bool,
    },
    /// A sensor broke, or works again.
    Sensor {
        path: &'static str,
        breakage: &'static str,
        time_s: i64,
        works: bool,
    },
    /// A code was set that means nothing.
    FalseCode { code: &'static str, time_s: i64 },
    /// The wear of all modes at the end of a day.
    Day {
        time_s: i64,
        odometer_km: f64,
        wear: Vec<f64>,
    },
}

impl Happening {
    pub(crate) fn sensor(broken: &Broken, time_s: i64, works: bool) -> Self {
        Self::Sensor {
            path: broken.signal.path(),
            breakage: broken.breakage.name(),
            time_s,
            works,
        }
    }
}
